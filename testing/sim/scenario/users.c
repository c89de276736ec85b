/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two gateways whose users type anything at any moment, and whose machines do not do well. Then
 * both are told what is meant, and that has to come true. */

#include "sim/check/check.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define ANYTHING_FOR  SECONDS(120)
#define CALM_AT       SECONDS(130)
#define SETTLED_AT    SECONDS(450) /* longest sleep, and a request given up */
#define UP_AT         SECONDS(460)
#define QUIET_AT      SECONDS(600)
#define CHECK_AT      SECONDS(700)
#define DOWN_AT       SECONDS(701)
#define END_AT        SECONDS(900)
#define TRAFFIC_EVERY SECONDS(1)
enum { COMMANDS_MAX = 40 };

static void plan_anything(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	uint32_t count = 5 + random_below(r, COMMANDS_MAX - 5);
	int64_t within = SECONDS(10) + random_time(r, ANYTHING_FOR - SECONDS(10));

	for (uint32_t i = 0; i < count; i++)
		sim_at(sim, BEGIN_AT + random_time(r, within), user_anything,
		       &sim->hosts[random_below(r, 2)], tunnel);
	for (unsigned i = 0; i < 2; i++) {
		if (random_percent(r, 30))
			sim_at(sim, BEGIN_AT + random_time(r, within), user_suspend,
			       &sim->hosts[i], NULL);
		if (random_percent(r, 30))
			sim_at(sim, BEGIN_AT + random_time(r, within), user_sets_clock,
			       &sim->hosts[i], NULL);
	}
}

static void build(struct sim *sim)
{
	struct sim_tunnel *tunnel;

	scenario_network(sim, CALM_AT);
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	plan_anything(sim, tunnel);
	for (unsigned i = 0; i < 2; i++) {
		sim_at(sim, SETTLED_AT, user_boot, &sim->hosts[i], NULL);
		sim_at(sim, SETTLED_AT + 1, user_replace, &sim->hosts[i], tunnel);
		sim_at(sim, SETTLED_AT + 2, user_add, &sim->hosts[i], tunnel);
		sim_at(sim, DOWN_AT + SECONDS(5 * i), user_down, &sim->hosts[i], tunnel);
	}
	sim_at(sim, UP_AT, user_up, &sim->hosts[random_below(&sim->random, 2)], tunnel);
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	check_all_empty_at(sim, END_AT - 1);
	scenario_slow_hosts(sim);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_users = {
	.name = "users",
	.what = "two gateways: any command at any moment, crashes, suspends; then what is meant",
	.share = 25,
	.until = END_AT,
	.steps_max = 1000000,
	.build = build,
};
