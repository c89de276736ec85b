/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/core/figures.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "ike/engine/engine.h"
#include "sim/host/host.h"

static double seconds_of(clockid_t id)
{
	struct timespec t;

	return clock_gettime(id, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9 : 0;
}

struct figures_clock figures_start(void)
{
	return (struct figures_clock) { seconds_of(CLOCK_MONOTONIC),
					seconds_of(CLOCK_PROCESS_CPUTIME_ID) };
}

/* Each SA is at two ends. */
void figures_count(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint64_t ike = 0, child = 0;

	(void)host;
	(void)tunnel;
	for (unsigned i = 0; i < sim->host_count; i++) {
		const struct ike_engine *engine = sim->hosts[i].engine;

		ike += engine == NULL ? 0 : engine->w.established;
		child += engine == NULL ? 0 : engine->w.child_count;
	}
	sim->ike_sas = ike / 2;
	sim->child_sas = child / 2;
}

void figures_print(const struct sim *sim, const struct figures_clock *since)
{
	double wall = seconds_of(CLOCK_MONOTONIC) - since->wall;
	double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - since->cpu;
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_SELF, &used);
	printf("%u gateways with %u tunnels; when all were up %llu IKE SAs, %llu Child SAs\n",
	       sim->gateways, sim->tunnels_made, (unsigned long long)sim->ike_sas,
	       (unsigned long long)sim->child_sas);
	printf("%.0f s of virtual time in %.1f s, %.4f core-hours; %.2f GB of memory at most\n",
	       (double)sim->now / 1e6, wall, cpu / 3600, (double)used.ru_maxrss / 1e6);
	printf("%llu events, %llu datagrams (%.1f us of processor each), %llu packets; at most %u "
	       "first messages a second at one gateway\n",
	       (unsigned long long)sim->steps, (unsigned long long)sim->datagrams,
	       sim->datagrams == 0 ? 0 : cpu * 1e6 / (double)sim->datagrams,
	       (unsigned long long)sim->packets, sim->greetings_most);
}
