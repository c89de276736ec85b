/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_EXCHANGES_H
#define SIM_CHECK_EXCHANGES_H

#include "base/list.h"
#include "sim/core/seen.h"
#include "sim/core/sim.h"
#include "sim/tap/tap.h"

/*
 * What has to hold of messages, as seen from the network:
 *
 *   - a message id is never used for two requests, nor answered in two ways
 *   - no initialization vector is used twice with a key, no nonce in two exchanges
 *   - a request is sent again, in time, until it is answered or its IKE SA is gone
 *   - no more requests are in flight than the peer's window has room for
 *   - nothing is asked over and over: requests per time have a bound
 */

/* Each message that a host sends, lost or not. */
void exchanges_on_send(struct sim *sim, struct sim_host *host, const struct tap *tap);
/* Each that arrives at a host, and that another host wrote. */
void exchanges_on_arrival(struct sim *sim, struct sim_host *host, const struct ike_header *h,
			  uint16_t fragment, uint16_t fragments);

/* No stampede: where a scenario says so, only so many new IKE SAs per second are asked of a host. */
void exchanges_on_greeting(struct sim *sim, struct sim_host *host, const struct ike_header *h);

/* What is late; every few seconds. */
void exchanges_sweep(struct sim *sim, struct sim_host *host);
void exchanges_forget(struct sim_host *host);

#endif
