/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/scenario/scenario.h"

#include <string.h>

#include "sim/host/host.h"

static const struct scenario *const all[] = {
	&scenario_two, &scenario_users, &scenario_week, &scenario_hub, &scenario_mesh,
	&scenario_moving, &scenario_refused, &scenario_any, &scenario_storm,
	&scenario_attacker, &scenario_wide,
};

const struct scenario *scenario_at(size_t index)
{
	return index < ARRAY_LEN(all) ? all[index] : NULL;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

const struct scenario *scenario_of_seed(uint64_t seed)
{
	struct random random = random_stream(seed, "scenario", 0);
	uint32_t sum = 0, place;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		sum += all[k]->share;
	place = random_below(&random, sum);
	while (place >= all[i]->share)
		place -= all[i++]->share;
	return all[i];
}

static void calm(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)host;
	(void)tunnel;
	sim_note(sim, NULL, "the network is calm from now on");
	sim->network.lossy = false;
	adversity_calm(sim);
}

void scenario_network(struct sim *sim, int64_t calm_at)
{
	struct network *n = &sim->network;
	struct random *r = &sim->random;

	n->lossy = true;
	n->loss = random_percent(r, 40) ? 0 : random_below(r, 35);
	n->duplicates = random_percent(r, 50) ? 0 : random_below(r, 20);
	n->latency = MILLISECONDS(1 + random_below(r, 100));
	n->may_lose = n->loss > 0;
	n->jitter = random_percent(r, 50) ? 0 : MILLISECONDS(1 + random_below(r, 200));
	adversity_plan(sim, calm_at);
	sim_at(sim, calm_at, calm, NULL, NULL);
}

void scenario_slow_hosts(struct sim *sim)
{
	struct random *r = &sim->random;

	for (unsigned i = 0; i < sim->host_count; i++) {
		struct sim_host *host = &sim->hosts[i];

		host->kernel_slow = random_percent(r, 15) ? random_time(r, MILLISECONDS(50)) : 0;
		host->jobs_slow = random_percent(r, 30) ? random_time(r, MILLISECONDS(300)) : 0;
		host->events_lost = random_percent(r, 20) ? random_below(r, 50) : 0;
	}
}

void scenario_boot(struct sim *sim, int64_t traffic_every, int64_t traffic_until)
{
	for (unsigned i = 0; i < sim->host_count; i++) {
		struct sim_host *host = &sim->hosts[i];

		host->cpus = random_percent(&sim->random, 50) ? 4 : 2;
		host_boot(host);
		host_traffic_start(host, traffic_every, traffic_until);
	}
}
