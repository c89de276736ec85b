/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CORE_FIGURES_H
#define SIM_CORE_FIGURES_H

#include "sim/core/sim.h"

/* How large a run was and what it cost, for runs of a given size. */

/* The SAs that there are now: a script for the moment when all is up. */
sim_script figures_count;

/* Since when the processor works for this run, and what there is to tell of it at its end. */
struct figures_clock {
	double wall, cpu;
};
struct figures_clock figures_start(void);
void figures_print(const struct sim *sim, const struct figures_clock *since);

#endif
