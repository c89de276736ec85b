/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hub with one connection for peers of any address, and hosts that come from anywhere: they die and
 * come back elsewhere with the same id, change their address under way, are taken down by the hub, and
 * the hub dies too. In the end each has exactly one instance, and then there is none.
 */

#include "sim/check/check.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define BEGIN_AT      SECONDS(1)
#define BEGIN_WITHIN  SECONDS(20)
#define EVENTS_WITHIN SECONDS(80)
#define CALM_AT       SECONDS(100)
#define AWAY_MAX      SECONDS(60)
#define AGAIN_AT      SECONDS(180)
/* A revival may wait for five minutes and a quarter. */
#define QUIET_AT      SECONDS(900)
#define CHECK_AT      SECONDS(1000)
#define DOWN_AT       SECONDS(1001)
#define END_AT        SECONDS(1200)
#define TRAFFIC_EVERY SECONDS(2)
enum { ROAMERS_MIN = 2, ROAMERS_MAX = 9, EVENTS_MAX = 5 };

/* Elsewhere, as a stranger with the id of somebody who was there. */
static void come_back(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct address to = host_place(host, random_below(&sim->random, PLACES));

	(void)tunnel;
	if (host->engine != NULL)
		return;
	if (random_percent(&sim->random, 70))
		host_readdress(host, &to);
	user_reboot(sim, host, NULL);
}

static void plan_event(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	struct sim_host *hub = &sim->hosts[0], *roamer = host_peer(hub, tunnel);
	int64_t at = SECONDS(5) + random_time(r, EVENTS_WITHIN);
	bool mobike = tunnel->end[0].value[OPTION_MOBIKE] != 0;
	uint32_t what = random_below(r, 100);

	if (what < 30) {
		sim_at(sim, at, user_crash, roamer, NULL);
		sim_at(sim, at + random_time(r, AWAY_MAX), come_back, roamer, tunnel);
	} else if (what < 60 && mobike) {
		sim_at(sim, at, user_moves, roamer, tunnel);
	} else if (what < 85) {
		sim_at(sim, at, user_rekey, random_percent(r, 50) ? hub : roamer, tunnel);
	} else {
		sim_at(sim, at, user_down, random_percent(r, 70) ? hub : roamer, tunnel);
	}
}

static void add_roamer(struct sim *sim, unsigned index)
{
	struct random *r = &sim->random;
	struct sim_host *roamer = &sim->hosts[index];
	struct sim_tunnel *tunnel = tunnel_make(sim, 0, index);

	plan_say(tunnel, OPTION_DPD, 10 + random_below(r, 20));
	plan_say(tunnel, OPTION_LIFETIME, 0);
	plan_say(tunnel, OPTION_IKE_LIFETIME, 0);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	plan_say(tunnel, OPTION_CLONES, random_percent(r, 20) ? 2 : 0);
	/* The hub has one line for all of them. */
	tunnel->end[0] = sim->tunnels[0].end[0];
	tunnel->end[1] = sim->tunnels[0].end[1];
	sim_at(sim, BEGIN_AT + random_time(r, BEGIN_WITHIN), user_up, roamer, tunnel);
	for (uint32_t i = random_below(r, EVENTS_MAX); i > 0; i--)
		plan_event(sim, tunnel);
	/* The first attempt may have been lost, and what was taken down stays down: it is meant to
	 * be up. */
	for (unsigned i = 0; i < 2; i++)
		sim_at(sim, AGAIN_AT + SECONDS(200 * i) + random_time(r, SECONDS(60)), user_up,
		       roamer, tunnel);
	sim_at(sim, DOWN_AT, user_down, roamer, tunnel);
	sim_at(sim, DOWN_AT + SECONDS(5), user_down, &sim->hosts[0], tunnel);
}

static void build(struct sim *sim)
{
	struct random *r = &sim->random;
	uint32_t roamers = sim->size != 0
				   ? sim->size
				   : ROAMERS_MIN + random_below(r, ROAMERS_MAX - ROAMERS_MIN);

	sim->any = true;
	scenario_network(sim, CALM_AT);
	hosts_make(sim, 1 + roamers, roamers);
	for (unsigned i = 1; i <= roamers; i++) {
		sim->hosts[i].moves_addresses = random_percent(r, 50);
		add_roamer(sim, i);
	}
	sim->hosts[0].moves_addresses = random_percent(r, 50);
	if (random_percent(r, 30)) {
		int64_t at = SECONDS(10) + random_time(r, EVENTS_WITHIN);

		sim_at(sim, at, user_crash, &sim->hosts[0], NULL);
		sim_at(sim, at + random_time(r, AWAY_MAX), user_boot, &sim->hosts[0], NULL);
	}
	check_all_up_at(sim, CHECK_AT);
	check_rate_between(sim, QUIET_AT, CHECK_AT);
	check_all_empty_at(sim, END_AT - 1);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_any = {
	.name = "any",
	.what = "a hub for peers of any address, with 2 to 8 (or as many as said) that roam",
	.share = 10,
	.until = END_AT,
	.steps_max = 100000000,
	.build = build,
};
