/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two gateways whose ends do not stay where they are: with MOBIKE the addresses of either change,
 * also several times before anybody could hear of it; without it one is behind a NAT that gives it
 * other ports, or another address. With rekeys meanwhile, on kernels that can move SAs or cannot.
 */

#include <stdio.h>

#include "sim/check/check.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define UP_AT         SECONDS(1)
#define MOVE_AFTER    SECONDS(10)
#define MOVE_WITHIN   SECONDS(70)
#define HOME_AT       SECONDS(85)
#define HOME_LATER    SECONDS(60)
#define CALM_AT       SECONDS(90)
#define CHECK_AT      SECONDS(400)
#define DOWN_AT       SECONDS(401)
#define END_AT        SECONDS(600)
#define TRAFFIC_EVERY MILLISECONDS(500)
#define TRAFFIC_UNTIL SECONDS(400)

/* Addresses change faster than anybody can be told. */
enum { STORM_MIN = 30, STORM_MAX = 300 };

static struct address home_of(const struct sim_host *host)
{
	char text[ADDRESS_TEXT_MAX];
	struct address out = { 0 };

	(void)snprintf(text, sizeof(text), "198.18.0.%u", host->index + 1);
	if (!address_parse(text, &out))
		sim_fail(host->sim, "no address is %s", text);
	return out;
}

static void move_home(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct address home = home_of(host);

	(void)sim;
	if (!address_equal(&home, &host->address))
		user_goes(host, tunnel, &home);
}

/* What comes in UDP from the ports of clones does not say that the NAT's are others now. */
static bool is_spread(const struct sim_tunnel *tunnel)
{
	return tunnel->end[0].value[OPTION_CLONE_PORTS] != 0 ||
	       tunnel->end[1].value[OPTION_CLONE_PORTS] != 0;
}

static void excuse_remapped(struct sim *sim, struct sim_host *host)
{
	for (unsigned i = 0; i < host->end_count; i++) {
		struct sim_tunnel *tunnel = host->ends[i]->tunnel;

		tunnel_excuse(sim, tunnel, is_spread(tunnel) ? EXCUSE_UNSAID : EXCUSE_MOVED,
			      "a NAT has another mapping");
	}
}

/* Nearly always ports only, as NATs do. */
static void remap(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct address other = host_place(host, 0);
	uint16_t port = (uint16_t)(20000 + random_below(&sim->random, 40000));

	(void)tunnel;
	excuse_remapped(sim, host);
	host_hide(host, random_percent(&sim->random, 20) ? &other : NULL, port, port + 1);
}

static void remap_home(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)tunnel;
	excuse_remapped(sim, host);
	host_hide(host, NULL, 10500, 14500);
}

static void plan_moves(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	bool mobike = tunnel->end[0].value[OPTION_MOBIKE] != 0;
	bool both = mobike && random_percent(r, 30);
	bool storm = sim->scenario == &scenario_storm;
	uint32_t count = storm ? STORM_MIN + random_below(r, STORM_MAX - STORM_MIN)
			       : 1 + random_below(r, 8);

	for (uint32_t i = 0; i < count; i++) {
		int64_t at = MOVE_AFTER + random_time(r, MOVE_WITHIN);
		struct sim_host *who = &sim->hosts[both ? random_below(r, 2) : 0];

		sim_at(sim, at, mobike ? user_moves : remap, who, tunnel);
		/* Again before the first one can have been heard of, or at the other end too. */
		if (mobike && random_percent(r, storm ? 70 : 30))
			sim_at(sim, at + random_time(r, 2 * sim->network.latency),
			       user_moves,
			       random_percent(r, 50) || !both ? who : &sim->hosts[1], tunnel);
	}
	for (unsigned i = 0; i < 2; i++)
		if (mobike)
			sim_at(sim, HOME_AT + i * HOME_LATER, move_home, &sim->hosts[i], tunnel);
	if (!mobike)
		sim_at(sim, HOME_AT, remap_home, &sim->hosts[0], tunnel);
}

static void plan_rekeys(struct sim *sim, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->random;
	uint32_t count = random_below(r, 5);

	for (uint32_t i = 0; i < count; i++)
		sim_at(sim, MOVE_AFTER + random_time(r, MOVE_WITHIN), user_rekey,
		       &sim->hosts[random_below(r, 2)], tunnel);
}

static void build(struct sim *sim)
{
	struct sim_tunnel *tunnel;

	scenario_network(sim, CALM_AT);
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	if (sim->scenario == &scenario_storm || random_percent(&sim->random, 50))
		plan_say(tunnel, OPTION_MOBIKE, 1);
	for (unsigned i = 0; i < 2; i++) {
		sim->hosts[i].moves_addresses = random_percent(&sim->random, 50);
		host_boot(&sim->hosts[i]);
		host_traffic_start(&sim->hosts[i], TRAFFIC_EVERY, TRAFFIC_UNTIL);
		sim_at(sim, CHECK_AT, check_up, &sim->hosts[i], tunnel);
		sim_at(sim, DOWN_AT + SECONDS(5 * i), user_down, &sim->hosts[i], tunnel);
		sim_at(sim, END_AT - 1, check_empty, &sim->hosts[i], NULL);
	}
	if (tunnel->end[0].value[OPTION_MOBIKE] == 0)
		host_hide(&sim->hosts[0], NULL, 10500, 14500);
	sim_at(sim, UP_AT, user_up, &sim->hosts[0], tunnel);
	plan_moves(sim, tunnel);
	plan_rekeys(sim, tunnel);
	sim_at(sim, CALM_AT + SECONDS(200), user_up_again, &sim->hosts[0], tunnel);
}

const struct scenario scenario_moving = {
	.name = "moving",
	.what = "addresses and NAT mappings change under way, MOBIKE or not",
	.share = 25,
	.until = END_AT,
	.steps_max = 1000000,
	.build = build,
};

const struct scenario scenario_storm = {
	.name = "storm",
	.what = "addresses change faster than MOBIKE can say so, at one end or both",
	.share = 5,
	.until = END_AT,
	.steps_max = 3000000,
	.build = build,
};
