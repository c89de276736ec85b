/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_CPUS_H
#define SIM_CHECK_CPUS_H

#include "ike/engine/engine.h"
#include "sim/core/sim.h"

/* Which CPUs have clones, where CPUs come and go. */

/* How many clones the set of that end should have now. Fails where its slots are for other CPUs than
 * clones= and what is online want. */
uint32_t cpus_wanted(struct sim *sim, const struct sim_host *host,
		     const struct sim_tunnel *tunnel, const struct connection *c);
/* The most that the end may ask for by itself. */
uint32_t cpus_at_most(const struct sim_tunnel *tunnel, unsigned end);
/* Its CPU is offline and sends nothing, or clones= does not mean that any more and the SA is the
 * peer's: it is beside the count. */
bool cpus_is_kept(const struct sim_host *host, const struct clone_set *set,
		  const struct child_sa *child);

#endif
