/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_FORGERIES_H
#define SIM_CHECK_FORGERIES_H

#include "net/address.h"
#include "sim/core/sim.h"

/*
 * A message that is not what its IKE SA's peer says, or says too early, is dropped without a word:
 * nothing is sent, nothing changes in the kernel, and the IKE SA is what it was.
 */
void forgeries_on_arrival(struct sim *sim, struct sim_host *host, const struct endpoint *local,
			  const struct endpoint *remote, struct bytes message);

#endif
