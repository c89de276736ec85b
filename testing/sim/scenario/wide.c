/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network as an operator has it: hubs that know one another, and many more gateways that each
 * have a tunnel to a hub, some to a second one. Everything comes up within a minute and is rekeyed;
 * a hub and some gateways die and come back.
 */

#include "sim/check/check.h"
#include "sim/core/figures.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define BEGIN_WITHIN  SECONDS(60)
#define CRASH_FROM    SECONDS(120)
#define CRASH_WITHIN  SECONDS(180)
#define DOWN_FOR      SECONDS(100)
#define CALM_AT       SECONDS(500)
#define AGAIN_AT      SECONDS(560)
#define QUIET_AT      SECONDS(1150)
#define CHECK_AT      SECONDS(1250)
#define DOWN_AT       SECONDS(1251)
#define END_AT        SECONDS(1500)
#define TRAFFIC_EVERY SECONDS(20)
enum {
	GATEWAYS_MIN = 10,
	GATEWAYS_MAX = 40,
	GATEWAYS_PER_HUB = 250,
	HUBS_MIN = 2,
	SECOND_PERCENT = 10,   /* gateways with two hubs */
	DYING_PERCENT = 5,     /* gateways that die and come back; of hubs one of them */
	DOWN_PER_SECOND = 20   /* at one hub, at the end */
};

static void plan_link(struct sim *sim, unsigned hub, unsigned other)
{
	struct random *r = &sim->random;
	struct sim_tunnel *tunnel = tunnel_make(sim, hub, other);
	int64_t down_at = DOWN_AT + SECONDS(other / DOWN_PER_SECOND % 100);

	plan_say(tunnel, OPTION_DPD, 20 + random_below(r, 40));
	plan_say(tunnel, OPTION_LIFETIME, 700 + random_below(r, 200));
	plan_say(tunnel, OPTION_IKE_LIFETIME, 1000 + random_below(r, 200));
	plan_say(tunnel, OPTION_MARGIN, 120);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	plan_say(tunnel, OPTION_CLONES, random_percent(r, 20) ? 2 : 0);
	sim_at(sim, BEGIN_AT + random_time(r, BEGIN_WITHIN), user_up, &sim->hosts[other], tunnel);
	/* The first attempt may have been lost: nothing revives what never was up. */
	for (unsigned i = 0; i < 2; i++)
		sim_at(sim, AGAIN_AT + i * SECONDS(150) + random_time(r, SECONDS(100)),
		       user_up_again, &sim->hosts[other], tunnel);
	sim_at(sim, down_at, user_down, &sim->hosts[other], tunnel);
	sim_at(sim, down_at + SECONDS(35), user_down, &sim->hosts[hub], tunnel);
}

static void plan_death(struct sim *sim, struct sim_host *host)
{
	struct random *r = &sim->random;
	int64_t when = CRASH_FROM + random_time(r, CRASH_WITHIN);

	sim_at(sim, when, user_crash, host, NULL);
	sim_at(sim, when + random_time(r, DOWN_FOR), user_reboot, host, NULL);
}

static void plan_hubs(struct sim *sim, unsigned hubs)
{
	struct sim_host *victim = &sim->hosts[random_below(&sim->random, hubs)];

	for (unsigned a = 0; a < hubs; a++)
		for (unsigned b = a + 1; b < hubs; b++)
			plan_link(sim, a, b);
	plan_death(sim, victim);
	for (unsigned i = 0; i < hubs; i++) {
		sim->hosts[i].greetings_max = 2 * GATEWAYS_PER_HUB / 3;
		sim->hosts[i].greetings_from = BEGIN_AT + BEGIN_WITHIN;
	}
}

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	unsigned gateways = sim->size >= GATEWAYS_MIN
				    ? sim->size
				    : GATEWAYS_MIN + random_below(r, GATEWAYS_MAX - GATEWAYS_MIN);
	unsigned hubs = HUBS_MIN + gateways / GATEWAYS_PER_HUB;

	scenario_network(sim, CALM_AT);
	hosts_make(sim, gateways, 2 * gateways + hubs * hubs / 2);
	plan_hubs(sim, hubs);
	for (unsigned i = hubs; i < gateways; i++) {
		unsigned first = random_below(r, hubs);

		plan_link(sim, first, i);
		if (random_percent(r, SECOND_PERCENT))
			plan_link(sim, (first + 1) % hubs, i);
		if (random_percent(r, DYING_PERCENT))
			plan_death(sim, &sim->hosts[i]);
	}
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	sim_at(sim, CHECK_AT, figures_count, NULL, NULL);
	check_all_empty_at(sim, END_AT - 1);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_wide = {
	.name = "wide",
	.what = "10 to 40 gateways (or as many as said) in a network with hubs; some die",
	.share = 2,
	.until = END_AT,
	.steps_max = 2000000000,
	.build = build,
};
