/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_ADVERSITY_ADVERSITY_H
#define SIM_ADVERSITY_ADVERSITY_H

#include "sim/adversity/attacker.h"

/*
 * What befalls a network beside loss, in every scenario whose seed has it (plan/options.h): it
 * falls into parts, wall clocks jump, CPUs go offline and come back, somebody on the way does what he likes. All of it ends when
 * the network calms down.
 */
struct cut {
	bool on, one_way;
	int64_t until;
};

struct adversity {
	struct random random;
	struct sim_choices choices;
	int64_t calm_at;
	struct cut cut;
	struct attacker attacker;
};

/* At the start of a scenario. */
void adversity_plan(struct sim *sim, int64_t calm_at);
/* Whatever the seed said: somebody who does something about so many of 100 datagrams. */
void adversity_attack(struct sim *sim, uint32_t percent);
void adversity_calm(struct sim *sim);
void adversity_done(struct sim *sim);

/* Nothing goes from one to the other now; either may be NULL. */
bool adversity_cuts(const struct sim *sim, const struct sim_host *from, const struct sim_host *to);

#endif
