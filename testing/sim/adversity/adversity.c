/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/adversity/adversity.h"

#include "sim/host/host.h"
#include "sim/user/user.h"

/* --- parts of the network that do not hear of one another --- */

#define CUT_MAX SECONDS(3600)
enum { SIDE_PERCENT = 30 };

static void cut_end(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct cut *cut = &sim->adversity.cut;

	(void)host;
	(void)tunnel;
	if (!cut->on || cut->until > sim->now)
		return;
	cut->on = false;
	sim_note(sim, NULL, "the network is whole again");
}

/* Of two hosts each is on a side of its own. */
static void choose_sides(struct sim *sim)
{
	struct random *r = &sim->adversity.random;
	unsigned one = random_below(r, sim->host_count);

	for (unsigned i = 0; i < sim->host_count; i++)
		sim->hosts[i].beyond_cut =
			i == one || (sim->host_count > 2 && random_percent(r, SIDE_PERCENT));
}

static void cut_begin(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct adversity *a = &sim->adversity;
	int64_t longest = a->calm_at / 2;

	(void)host;
	(void)tunnel;
	choose_sides(sim);
	a->cut.on = true;
	a->cut.one_way = a->choices.value[OPTION_CUTS_ONE_WAY] != 0;
	a->cut.until = sim->now + random_time(&a->random, longest < CUT_MAX ? longest : CUT_MAX);
	sim_note(sim, NULL, "the network falls apart%s for %.3f s",
		 a->cut.one_way ? ", one way," : "", (double)(a->cut.until - sim->now) / 1e6);
	sim_at(sim, a->cut.until, cut_end, NULL, NULL);
}

bool adversity_cuts(const struct sim *sim, const struct sim_host *from, const struct sim_host *to)
{
	const struct cut *cut = &sim->adversity.cut;

	return cut->on && from != NULL && to != NULL && from->beyond_cut != to->beyond_cut &&
	       (!cut->one_way || from->beyond_cut);
}

/* --- clocks --- */

static void clock_jump(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)host;
	user_sets_clock(sim, &sim->hosts[random_below(&sim->adversity.random, sim->host_count)],
			tunnel);
}

static void cpu_plugged(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)host;
	user_plugs(sim, &sim->hosts[random_below(&sim->adversity.random, sim->host_count)],
		   tunnel);
}

/* Somebody has other wishes for the clones of a tunnel. */
static void resized(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->adversity.random;
	unsigned end = random_below(r, 2);

	(void)host;
	tunnel = &sim->tunnels[random_below(r, sim->tunnel_count)];
	user_resizes(sim, &sim->hosts[tunnel->host[end]], tunnel);
}

/* Somebody deletes a Child SA of a tunnel. */
static void deleted(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct random *r = &sim->adversity.random;

	(void)host;
	tunnel = &sim->tunnels[random_below(r, sim->tunnel_count)];
	user_deletes_child(sim, &sim->hosts[tunnel->host[random_below(r, 2)]], tunnel);
}

/* --- all together --- */

static void times(struct sim *sim, enum sim_option option, sim_script *script)
{
	struct adversity *a = &sim->adversity;

	for (uint32_t i = a->choices.value[option]; i > 0; i--)
		sim_at(sim, random_time(&a->random, a->calm_at), script, NULL, NULL);
}

void adversity_plan(struct sim *sim, int64_t calm_at)
{
	struct adversity *a = &sim->adversity;

	a->random = random_stream(sim->seed, "adversity", 0);
	a->calm_at = calm_at;
	plan_run(sim, &a->choices);
	times(sim, OPTION_CUTS, cut_begin);
	times(sim, OPTION_CLOCKS, clock_jump);
	times(sim, OPTION_CPUS, cpu_plugged);
	times(sim, OPTION_RESIZES, resized);
	times(sim, OPTION_DELETES, deleted);
	if (a->choices.value[OPTION_CUTS] != 0)
		sim->network.may_lose = true;
	if (a->choices.value[OPTION_ATTACKER] != 0)
		adversity_attack(sim, a->choices.value[OPTION_ATTACKER]);
}

void adversity_attack(struct sim *sim, uint32_t percent)
{
	sim->adversity.choices.value[OPTION_ATTACKER] = percent;
	sim->network.may_lose = true;
	attacker_begin(sim, percent);
}

void adversity_calm(struct sim *sim)
{
	sim->adversity.cut.on = false;
	sim->adversity.attacker.percent = 0;
}

void adversity_done(struct sim *sim)
{
	attacker_done(sim);
}
