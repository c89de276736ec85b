/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include "sim/core/sim.h"

/* Hosts, connections, and what happens to them. */
struct scenario {
	const char *name;
	const char *what;            /* for `sim --list` */
	uint32_t share;              /* of all seeds: as many of the sum of all shares */
	int64_t until;               /* the run ends then */
	uint64_t steps_max;          /* more events than that: something repeats forever */
	void (*build)(struct sim *sim);
};

extern const struct scenario scenario_two, scenario_users, scenario_week, scenario_hub;
extern const struct scenario scenario_mesh, scenario_moving, scenario_refused, scenario_any;
extern const struct scenario scenario_storm, scenario_attacker, scenario_wide;

const struct scenario *scenario_find(const char *name); /* or NULL */
const struct scenario *scenario_of_seed(uint64_t seed);
const struct scenario *scenario_at(size_t index);       /* NULL beyond the last */

/* A network that may be as bad as an operator ever sees; it misbehaves until `calm_at`. */
void scenario_network(struct sim *sim, int64_t calm_at);
/* Slow kernels, slow jobs and lost events, at some hosts of some seeds. */
void scenario_slow_hosts(struct sim *sim);
/* Boots every host, and starts its traffic. */
void scenario_boot(struct sim *sim, int64_t traffic_every, int64_t traffic_until);

#endif
