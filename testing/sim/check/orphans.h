/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_ORPHANS_H
#define SIM_CHECK_ORPHANS_H

#include "sim/core/sim.h"

/*
 * No SA is in a host's kernel without its reason at the other end for longer than it takes to find
 * out: a request that is not answered, or dead peer detection. Looked at every few seconds.
 */
void orphans_sweep(struct sim *sim, struct sim_host *host);

#endif
