/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two gateways, and somebody on the way who does something about a fifth of all datagrams and more
 * (adversity/attacker.h), while they are set up, rekeyed and taken down. When he is gone it all has
 * to work.
 */

#include "sim/check/check.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define WITHIN        SECONDS(100)
#define CALM_AT       SECONDS(110)
#define QUIET_AT      SECONDS(420)
#define CHECK_AT      SECONDS(520)
#define DOWN_AT       SECONDS(521)
#define END_AT        SECONDS(720)
#define TRAFFIC_EVERY SECONDS(1)
enum { PERCENT_MIN = 20, PERCENT_MAX = 60 };

static void plan_users(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;

	for (unsigned end = 0; end < 2; end++)
		for (uint32_t i = random_below(r, 4); i > 0; i--)
			sim_at(sim, BEGIN_AT + random_time(r, WITHIN), user_up_again,
			       &sim->hosts[end], tunnel);
	for (uint32_t i = random_below(r, 10); i > 0; i--)
		sim_at(sim, BEGIN_AT + random_time(r, WITHIN), user_rekey,
		       &sim->hosts[random_below(r, 2)], tunnel);
	if (random_percent(r, 30))
		sim_at(sim, BEGIN_AT + random_time(r, WITHIN), user_down,
		       &sim->hosts[random_below(r, 2)], tunnel);
}

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	struct sim_tunnel *tunnel;

	scenario_network(sim, CALM_AT);
	adversity_attack(sim, PERCENT_MIN + random_below(r, PERCENT_MAX - PERCENT_MIN));
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	sim_at(sim, BEGIN_AT, user_up, &sim->hosts[0], tunnel);
	plan_users(sim, tunnel);
	for (unsigned i = 0; i < 2; i++)
		sim_at(sim, DOWN_AT + SECONDS(5 * i), user_down, &sim->hosts[i], tunnel);
	/* What was up when he left may be half of something. */
	sim_at(sim, CALM_AT + SECONDS(100), user_down, &sim->hosts[0], tunnel);
	sim_at(sim, CALM_AT + SECONDS(105), user_down, &sim->hosts[1], tunnel);
	sim_at(sim, CALM_AT + SECONDS(200), user_up, &sim->hosts[0], tunnel);
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	check_all_empty_at(sim, END_AT - 1);
	scenario_slow_hosts(sim);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_attacker = {
	.name = "attacker",
	.what = "two gateways, and somebody on the way who drops, repeats, changes and forges",
	.share = 15,
	.until = END_AT,
	.steps_max = 2000000,
	.build = build,
};
