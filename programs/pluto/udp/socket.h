/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_UDP_SOCKET_H
#define PLUTO_UDP_SOCKET_H

#include "base/table.h"
#include "pluto/udp/udp.h"

/* Inside udp/ only. */
enum { MARKER_LEN = 4, RECEIVE_BATCH = 16 };

/* What comes to an endpoint is for two sockets with a buffer each: first messages of initiators,
 * which anybody can send, and the rest. */
enum { SOCKET_REST, SOCKET_FIRST, SOCKETS_EACH };

struct udp_socket {
	struct udp *udp;
	struct endpoint local;
	bool nat; /* the NAT port: with markers */
	int fd[SOCKETS_EACH]; /* FIRST: -1 where only one could be had */
	struct event *event[SOCKETS_EACH];
	bool wanted; /* while addresses are compared */
};

struct udp {
	struct udp_config config;
	struct udp_socket *sockets[UDP_SOCKETS_MAX];
	size_t count;
	const struct udp_socket *last; /* that sent; often it is the next one too */
	struct table held;         /* held.c */
	size_t held_open, held_max; /* sockets */
	uint8_t (*room)[DATAGRAM_MAX + 1]; /* RECEIVE_BATCH of them */
};

/* Binds s->fd[SOCKET_REST]. -errno. */
MUST_CHECK int bind_socket(struct udp_socket *s);
/* Binds s->fd[SOCKET_FIRST] too; a few instructions choose for each datagram. -errno. */
MUST_CHECK int split_socket(struct udp_socket *s);

void held_init(struct udp *udp);
void held_done(struct udp *udp);

void on_readable(evutil_socket_t fd, short what, void *context);

#endif
