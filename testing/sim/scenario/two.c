/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two gateways: up over a bad network, rekeys, a crash, a kernel that refuses; then quiet; down. */

#include "sim/check/check.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define UP_AT         SECONDS(1)
#define REKEY_AFTER   SECONDS(10)
#define REKEY_WITHIN  SECONDS(70)
#define CRASH_AT      SECONDS(40)
#define CALM_AT       SECONDS(90)
#define QUIET_AT      SECONDS(300)
#define SILENT_FROM   SECONDS(300)
#define SILENT_UNTIL  SECONDS(360) /* the longest clone-idle=, looks, and what drains */
#define CHECK_AT      SECONDS(400)
#define DOWN_AT       SECONDS(401)
#define DOWN_LATE_AT  SECONDS(550) /* long enough to see that the other end was told */
#define UNROUTE_AT    SECONDS(560)
#define END_AT        SECONDS(600)
#define TRAFFIC_EVERY SECONDS(1)
#define TRAFFIC_UNTIL SECONDS(400)

/* Often both ends at nearly the same moment. */
static void plan_rekeys(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	uint32_t count = random_percent(r, 50) ? 0 : 1 + random_below(r, 8);

	for (uint32_t i = 0; i < count; i++) {
		int64_t at = REKEY_AFTER + random_time(r, REKEY_WITHIN);
		unsigned who = random_below(r, 2);

		sim_at(sim, at, user_rekey, &sim->hosts[who], tunnel);
		if (random_percent(r, 50))
			sim_at(sim, at + random_time(r, 2 * sim->network.latency), user_rekey,
			       &sim->hosts[1 - who], tunnel);
	}
}

static void plan_faults(struct sim *sim)
{
	struct random *r = &sim->random;
	struct sim_host *victim = &sim->hosts[random_below(r, 2)];

	if (random_percent(r, 15))
		sim_at(sim, UP_AT - 1, user_fills_memory, &sim->hosts[random_below(r, 2)], NULL);
	if (random_percent(r, 25)) {
		sim_at(sim, CRASH_AT, user_crash, victim, NULL);
		sim_at(sim, CRASH_AT + SECONDS(random_below(r, 10)), user_reboot, victim, NULL);
	}
}

/* The one that begins may leave it to its traffic. */
static void plan_up(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random random = random_stream(sim->seed, "trap", 0);

	if (!random_percent(&random, 20)) {
		sim_at(sim, UP_AT, user_up, &sim->hosts[0], tunnel);
		return;
	}
	sim_at(sim, UP_AT, user_route, &sim->hosts[0], tunnel);
	sim_at(sim, UNROUTE_AT, user_unroute, &sim->hosts[0], tunnel);
}

static void plan_users(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	unsigned first_down = random_below(r, 2);
	bool both_up = random_percent(r, 30);

	plan_up(sim, tunnel);
	if (both_up)
		sim_at(sim, UP_AT + random_time(r, SECONDS(1)), user_up, &sim->hosts[1], tunnel);
	plan_faults(sim);
	plan_rekeys(sim, tunnel);
	sim_at(sim, CALM_AT + SECONDS(200), user_up_again, &sim->hosts[0], tunnel);
	/* Limits in packets that are as low as those here are met before anybody looks again. */
	if (tunnel->end[0].value[OPTION_MAX_PACKETS] == 0) {
		sim->silent_from = SILENT_FROM;
		sim->silent_until = SILENT_UNTIL;
		check_all_idle_at(sim, SILENT_UNTIL - 1);
	}
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	/* Who is not taken down may be meant to stay up: then it is told so as well. */
	sim_at(sim, DOWN_AT, user_down, &sim->hosts[first_down], tunnel);
	sim_at(sim, sim->seed % 2 == 0 ? DOWN_AT + SECONDS(5) : DOWN_LATE_AT, user_down,
	       &sim->hosts[1 - first_down], tunnel);
	check_all_empty_at(sim, END_AT - 1);
}

static void build(struct sim *sim)
{
	struct sim_tunnel *tunnel;

	scenario_network(sim, CALM_AT);
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	plan_users(sim, tunnel);
	scenario_slow_hosts(sim);
	scenario_boot(sim, TRAFFIC_EVERY, TRAFFIC_UNTIL);
}

const struct scenario scenario_two = {
	.name = "two",
	.what = "two gateways on a bad network, with rekeys, crashes and refusals",
	.share = 60,
	.until = END_AT,
	.steps_max = 1000000,
	.build = build,
};
