/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_NETWORK_FORGER_H
#define SIM_NETWORK_FORGER_H

#include "sim/network/network.h"
#include "sim/tap/tap.h"

/*
 * Messages that must not be taken for what they seem. Somebody on the way, who has no keys, sends
 * sealed ones again with a bit changed; and an initiator, which has keys but has not shown yet who
 * it is, asks for a Child SA before its IKE_AUTH. Both arrive before the genuine message.
 */
void forger_init(struct network *n, uint64_t seed);

/* After each message, as the network sees its two ends. */
void forger_on_send(struct sim *sim, struct sim_host *from, const struct endpoint *source,
		    const struct endpoint *destination, const struct tap *tap);

#endif
