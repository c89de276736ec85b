/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_SADS_H
#define SIM_CHECK_SADS_H

#include "ike/sa/child_sa.h"
#include "sim/core/sim.h"

/*
 * What has to hold of a host's SAs and policies at every moment:
 *
 *   - no inbound SPI twice, nor again soon after it was taken out
 *   - no SA before its IKE SA's peer has shown who it is
 *   - one outbound SA for each slot of a set, but for such as were replaced
 *   - no more clones of the peer in a set than its limit
 *   - no outbound SA goes without a successor, unless the tunnel is excused
 *   - one policy of a set for each direction, and none in the place of another set's
 */

/* Every change of a host's kernel, with its result. */
void sads_on_change(struct sim *sim, struct sim_host *host, const struct kernel_change *change);
/* An IKE_AUTH message with the peer's proof arrived; the SPI is the host's own. */
void sads_on_auth(struct sim *sim, const struct sim_host *host, uint64_t own_spi);
/* A call into the host's engine is over. */
void sads_on_settled(struct sim *sim, struct sim_host *host);

/* A Child SA was replaced, or is being: what replaces it is or was there, and is preferred. */
bool sads_is_replaced(struct sim *sim, const struct sim_host *host, const struct ike_sa *sa,
		      const struct child_sa *child);

/* Whether an inbound SA of that SPI is, was, or never was there. */
enum sad_state { SAD_NEVER, SAD_HERE, SAD_GONE };
enum sad_state sads_state(const struct sim *sim, const struct sim_host *host, uint32_t spi);
int64_t sads_gone_since(const struct sim *sim, const struct sim_host *host, uint32_t spi);

#endif
