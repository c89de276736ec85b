/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_UDP_UDP_H
#define PLUTO_UDP_UDP_H

#include <event2/event.h>
#include <net/if.h>

#include "base/must_check.h"
#include "net/address.h"

/*
 * The UDP sockets: for each own address one on the IKE port and one on the NAT port, so that the
 * local endpoint of a datagram is known. On the NAT port the non-ESP marker (RFC 3948 2.2) is put
 * before what goes out and taken off what comes in; NAT keepalives and ESP are dropped.
 */
struct udp;

enum { DATAGRAM_MAX = 65535, UDP_SOCKETS_MAX = 2048, UDP_HELD_MAX = 4096 };

struct udp_config {
	struct event_base *base;
	uint16_t port, nat_port;
	struct address listen; /* none: every address */
	void *context;
	/* A datagram for IKE; hostile. Borrowed. */
	void (*on_datagram)(void *context, const struct endpoint *local,
			    const struct endpoint *remote, struct bytes datagram);
	/* The datagrams of one turn have all been given. May be NULL. */
	void (*on_batch)(void *context);
	/* Prepares a socket before it is bound: policies, encapsulation. -errno: not used. */
	int (*prepare)(void *context, int fd, uint16_t family, bool nat);
	/* A sentence for the log. */
	void (*on_problem)(void *context, const char *sentence);
};

struct udp *udp_new(const struct udp_config *config);
void udp_free(struct udp *udp);

/*
 * Opens what is missing and closes the sockets of addresses that are gone. 0, or the -errno of
 * the last socket that could not be opened; calling again tries again.
 */
MUST_CHECK int udp_set_addresses(struct udp *udp, const struct address *list, size_t count);
size_t udp_socket_count(const struct udp *udp);

/*
 * Ports that Child SAs send from. A socket is kept open on each, or what ICMP says of it, as that
 * packets are too long for a part of the way, would go unheard. Nothing is read there. Each hold has to
 * be released. Of a port that others have, or of more ports than half of our descriptors or
 * UDP_HELD_MAX, there is a sentence for the log, and the SA works without.
 */
void udp_hold(struct udp *udp, const struct endpoint *local);
void udp_release(struct udp *udp, const struct endpoint *local);
size_t udp_held_count(const struct udp *udp); /* sockets */

/* -errno: like loss. */
int udp_send(struct udp *udp, const struct endpoint *from, const struct endpoint *to,
	     struct bytes message);
/* The one byte 0xff (RFC 3948 2.3). */
int udp_send_keepalive(struct udp *udp, const struct endpoint *from, const struct endpoint *to);

/* For status: the sockets with the interface that has their address now ("" where none has). */
void udp_each(const struct udp *udp,
	      void (*each)(void *context, const char *interface, const struct endpoint *local),
	      void *context);
/* The interfaces that there are now, for freeifaddrs(); NULL: not known. */
struct ifaddrs;
struct ifaddrs *udp_interfaces(void);
/* Which of them has this address; "" where none has. */
void udp_interface_of(const struct ifaddrs *all, const struct address *address,
		      char out[IF_NAMESIZE]);

#endif
