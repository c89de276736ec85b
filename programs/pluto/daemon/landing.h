/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_LANDING_H
#define PLUTO_DAEMON_LANDING_H

#include "ike/host.h"
#include "nic/queue.h"
#include "pluto/kernel/kernel.h"

/*
 * On which CPU a packet will come in: by the card that leads to the peer, its hash, its table, and where
 * that queue's interrupt hits. Cards are asked when the question comes, and not again for some seconds.
 */
enum { LANDING_CARDS = 8 };

struct landing_card {
	unsigned index;    /* of the device; 0: none */
	int64_t read_at;
	struct nic_facts facts;
};

struct landing {
	struct landing_card cards[LANDING_CARDS];
	unsigned next;     /* the one that makes room */
	struct address peer; /* whose way was looked up last */
	unsigned index;    /* and by which device it goes; 0: not known */
	int64_t looked_at;
};

enum ike_landing landing_find(struct landing *l, struct kernel_backend *k,
			      const struct ike_arrival *arrival, uint32_t cpu, int64_t now);
/* The same where the card is known. */
enum ike_landing landing_on_card(const struct nic_facts *facts, const struct ike_arrival *arrival,
				 uint32_t cpu);
void landing_done(struct landing *l);

#endif
