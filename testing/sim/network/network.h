/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_NETWORK_NETWORK_H
#define SIM_NETWORK_NETWORK_H

#include "base/table.h"
#include "net/address.h"
#include "pluto/kernel/fake.h"
#include "sim/core/random.h"

struct sim;
struct sim_host;

/* Who hears what, and when. One for all hosts; datagrams of IKE and packets of ESP. */
struct network {
	struct random random;
	struct table by_address;
	bool may_lose;               /* at some time of this run */
	bool lossy;                  /* it misbehaves now: all of the following but latency */
	uint32_t loss, duplicates;   /* percent, of datagrams */
	int64_t latency, jitter;     /* jitter reorders */
	struct random forger;
	bool forges;                 /* some messages come forged as well (forger.h) */
};

/*
 * A box before a host: the network sees the host at `outside`, and its two IKE ports as these. What
 * is sent to another port there reaches nobody. Lives in the host.
 */
struct network_nat {
	bool on;
	struct address outside;
	uint16_t ike_port, nat_port;
};

/* A host's place in the network; lives in the host. */
struct network_port {
	struct table_link link;
	struct address address;
	struct sim_host *host;
};

void network_init(struct network *n, uint64_t seed);
void network_done(struct network *n);

void network_attach(struct network *n, struct network_port *port, struct sim_host *host,
		    const struct address *address);
void network_detach(struct network *n, struct network_port *port);
struct sim_host *network_find(const struct network *n, const struct address *address);

/* A datagram on its way. */
struct carried {
	struct endpoint from, to;
	bool genuine;   /* another host wrote it like this, to that one */
	bool forged;    /* sealed, and not to be taken (check/forgeries.h) */
	bool again;     /* genuine, and it has been on its way before */
	bool has_auth;  /* an IKE_AUTH message with the proof of who wrote it */
	uint16_t fragment, fragments;
};

/* It will be there after the network's delay and so much more; when that is. */
int64_t network_carry(struct sim *sim, const struct carried *how, struct bytes message,
		      int64_t later);

void network_send(struct sim *sim, struct sim_host *from, const struct endpoint *source,
		  const struct endpoint *destination, struct bytes message);
/* A message that no host wrote like this. It is there before what is sent now. */
void network_forge(struct sim *sim, const struct endpoint *from, const struct endpoint *to,
		   struct bytes message);
void network_send_packet(struct sim *sim, struct sim_host *from, const struct fake_wire *wire);

#endif
