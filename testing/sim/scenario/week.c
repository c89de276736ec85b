/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two gateways for a week on a line that loses up to 40 of 100 datagrams all the time. Lifetimes are
 * such as operators have; what dies is revived. */

#include "sim/check/check.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define HOURS(n)      SECONDS(3600 * (n))
#define WEEK          HOURS(7 * 24)
#define CHECK_AT      (WEEK + HOURS(3))
#define DOWN_AT       (CHECK_AT + SECONDS(1))
#define END_AT        (CHECK_AT + SECONDS(300))
#define TRAFFIC_EVERY SECONDS(60)

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	struct sim_tunnel *tunnel;

	scenario_network(sim, WEEK);
	sim->network.loss = random_below(r, 41);
	sim->network.may_lose |= sim->network.loss > 0;
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	plan_say(tunnel, OPTION_LIFETIME, 3600);
	plan_say(tunnel, OPTION_IKE_LIFETIME, 4 * 3600);
	plan_say(tunnel, OPTION_MARGIN, 540);
	plan_say(tunnel, OPTION_DPD, 60);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	sim_at(sim, SECONDS(1), user_up, &sim->hosts[0], tunnel);
	for (uint32_t i = random_below(r, 4); i > 0; i--) {
		struct sim_host *victim = &sim->hosts[random_below(r, 2)];
		int64_t when = random_time(r, WEEK - HOURS(2));

		sim_at(sim, when, user_crash, victim, NULL);
		sim_at(sim, when + random_time(r, HOURS(1)), user_reboot, victim, NULL);
	}
	/* An `up` that failed is not tried again by itself: somebody looks after it. */
	sim_at(sim, WEEK + SECONDS(60), user_up, &sim->hosts[0], tunnel);
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, WEEK + HOURS(1), CHECK_AT);
	for (unsigned i = 0; i < 2; i++)
		sim_at(sim, DOWN_AT + SECONDS(5 * i), user_down, &sim->hosts[i], tunnel);
	check_all_empty_at(sim, END_AT - 1);
	scenario_slow_hosts(sim);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_week = {
	.name = "week",
	.what = "two gateways for a week on a line that loses up to 40 %",
	.share = 2,
	.until = END_AT,
	.steps_max = 20000000,
	.build = build,
};
