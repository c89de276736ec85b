/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub with many spokes. It dies and comes back: every tunnel has to come up again, and not all at
 * the same moment. Later a part of the spokes is without power for a while. */

#include "sim/check/check.h"
#include "sim/core/figures.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define BEGIN_WITHIN  SECONDS(20)
#define CRASH_AT      SECONDS(90)
#define DOWN_MAX      SECONDS(200)
#define CALM_AT       SECONDS(100)
#define POWER_AT      SECONDS(600)
#define POWER_BACK    SECONDS(620)
#define POWER_WITHIN  SECONDS(30)
/* A revival may wait for five minutes and a quarter. */
#define QUIET_AT      SECONDS(1000)
#define CHECK_AT      SECONDS(1100)
#define DOWN_AT       SECONDS(1101)
#define END_AT        SECONDS(1300)
#define TRAFFIC_EVERY SECONDS(5)
enum { SPOKES_MIN = 4, SPOKES_MAX = 20, SPOKES_DOWN_PER_SECOND = 100 };

static void add_spoke(struct sim *sim, unsigned spoke)
{
	struct random *r = &sim->random;
	struct sim_tunnel *tunnel = tunnel_make(sim, 0, spoke);

	/* A spoke that does not look has to wait for its lifetime. */
	plan_say(tunnel, OPTION_DPD, 10 + random_below(r, 20));
	plan_say(tunnel, OPTION_LIFETIME, 0);
	plan_say(tunnel, OPTION_IKE_LIFETIME, 0);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	plan_say(tunnel, OPTION_CLONES, random_percent(r, 20) ? 2 : 0);
	sim_at(sim, BEGIN_AT + random_time(r, BEGIN_WITHIN), user_up, &sim->hosts[spoke], tunnel);
	/* The first attempt may have been lost: nothing revives what never was up. */
	sim_at(sim, CALM_AT + random_time(r, SECONDS(60)), user_up_again, &sim->hosts[spoke],
	       tunnel);
	sim_at(sim, CALM_AT + DOWN_MAX + random_time(r, SECONDS(60)), user_up_again,
	       &sim->hosts[spoke], tunnel);
	sim_at(sim, DOWN_AT + SECONDS(spoke / SPOKES_DOWN_PER_SECOND), user_down,
	       &sim->hosts[spoke], tunnel);
	sim_at(sim, DOWN_AT + SECONDS(5 + spoke / SPOKES_DOWN_PER_SECOND), user_down,
	       &sim->hosts[0], tunnel);
}

/* Who comes back goes up by itself; within half a minute, as machines start. */
static void plan_power(struct sim *sim, uint32_t spokes)
{
	struct random *r = &sim->random;
	uint32_t percent = random_percent(r, 50) ? 0 : random_below(r, 60);

	for (unsigned i = 1; i <= spokes; i++) {
		if (!random_percent(r, percent))
			continue;
		sim_at(sim, POWER_AT, user_crash, &sim->hosts[i], NULL);
		sim_at(sim, POWER_BACK + random_time(r, POWER_WITHIN), user_reboot,
		       &sim->hosts[i], NULL);
	}
}

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	uint32_t spokes = sim->size != 0 ? sim->size
					 : SPOKES_MIN + random_below(r, SPOKES_MAX - SPOKES_MIN);
	bool hub_initiates = random_percent(r, 50);
	int64_t back_at = CRASH_AT + SECONDS(5) + random_time(r, DOWN_MAX);

	scenario_network(sim, CALM_AT);
	hosts_make(sim, 1 + spokes, spokes);
	for (unsigned i = 1; i <= spokes; i++)
		add_spoke(sim, i);
	plan_power(sim, spokes);
	sim_at(sim, CRASH_AT, user_crash, &sim->hosts[0], NULL);
	sim_at(sim, back_at, hub_initiates ? user_reboot : user_boot, &sim->hosts[0], NULL);
	sim->hosts[0].greetings_max = spokes / 3 > 10 ? spokes / 3 : 10;
	sim->hosts[0].greetings_from = back_at;
	check_all_up_at(sim, CHECK_AT);
	sim_at(sim, CHECK_AT, figures_count, NULL, NULL);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	check_all_empty_at(sim, END_AT - 1);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_hub = {
	.name = "hub",
	.what = "a hub with 4 to 20 spokes (or as many as said) dies and comes back",
	.share = 5,
	.until = END_AT,
	.steps_max = 100000000,
	.build = build,
};
