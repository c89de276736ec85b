/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A full mesh: all begin at once, from both ends, and nodes die and come back. */

#include "sim/check/check.h"
#include "sim/core/figures.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define BEGIN_WITHIN  MILLISECONDS(300)
#define CRASH_FROM    SECONDS(2)
#define CRASH_WITHIN  SECONDS(60)
#define CALM_AT       SECONDS(90)
#define QUIET_AT      SECONDS(900)
#define CHECK_AT      SECONDS(1000)
#define DOWN_AT       SECONDS(1001)
#define END_AT        SECONDS(1300)
#define TRAFFIC_EVERY SECONDS(5)
enum { NODES_MIN = 3, NODES_MAX = 7 };

static void add_tunnel(struct sim *sim, unsigned a, unsigned b)
{
	struct random *r = &sim->random;
	struct sim_tunnel *tunnel = tunnel_make(sim, a, b);
	unsigned ends[2] = { a, b };

	plan_say(tunnel, OPTION_DPD, 10 + random_below(r, 20));
	plan_say(tunnel, OPTION_LIFETIME, 0);
	plan_say(tunnel, OPTION_IKE_LIFETIME, 0);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	plan_say(tunnel, OPTION_CLONES, random_percent(r, 20) ? 2 : 0);
	for (unsigned i = 0; i < 2; i++) {
		/* The first attempt may have been lost: nothing revives what never was up. */
		sim_at(sim, CALM_AT + SECONDS(60) + random_time(r, SECONDS(60)), user_up_again,
		       &sim->hosts[ends[i]], tunnel);
		sim_at(sim, BEGIN_AT + random_time(r, BEGIN_WITHIN), user_up,
		       &sim->hosts[ends[i]], tunnel);
		sim_at(sim, DOWN_AT + random_time(r, SECONDS(5)), user_down,
		       &sim->hosts[ends[i]], tunnel);
		/* Who was down while the other end came and went away. */
		sim_at(sim, DOWN_AT + SECONDS(60 + 10 * i), user_down, &sim->hosts[ends[i]],
		       tunnel);
	}
}

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	uint32_t nodes = sim->size != 0 ? sim->size
					: NODES_MIN + random_below(r, NODES_MAX - NODES_MIN);

	scenario_network(sim, CALM_AT);
	hosts_make(sim, nodes, nodes * (nodes - 1) / 2);
	for (unsigned a = 0; a < nodes; a++)
		for (unsigned b = a + 1; b < nodes; b++)
			add_tunnel(sim, a, b);
	for (uint32_t i = random_below(r, nodes); i > 0; i--) {
		struct sim_host *victim = &sim->hosts[random_below(r, nodes)];
		int64_t when = CRASH_FROM + random_time(r, CRASH_WITHIN);

		sim_at(sim, when, user_crash, victim, NULL);
		sim_at(sim, when + random_time(r, SECONDS(60)), user_reboot, victim, NULL);
	}
	check_all_up_at(sim, CHECK_AT);
	sim_at(sim, CHECK_AT, figures_count, NULL, NULL);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	check_all_empty_at(sim, END_AT - 1);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_mesh = {
	.name = "mesh",
	.what = "a full mesh of 3 to 6 (or as many as said): all at once, from both ends, with crashes",
	.share = 8,
	.until = END_AT,
	.steps_max = 100000000,
	.build = build,
};
