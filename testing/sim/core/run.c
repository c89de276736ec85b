/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One seed from its start to its end: the queue of events. */

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "sim/core/blocks.h"
#include "sim/core/sim.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"

/* --- what is seen of a run --- */

void sim_fail(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (sim->failed)
		return;
	sim->failed = true;
	va_start(args, format);
	(void)vsnprintf(sim->why, sizeof(sim->why), format, args);
	va_end(args);
}

void sim_note(const struct sim *sim, const struct sim_host *host, const char *format, ...)
{
	enum { COLUMN = 20 };
	va_list args;

	if (!sim->chart)
		return;
	printf("%10.3f ", (double)sim->now / 1e6);
	if (host != NULL)
		printf("%*s%s: ", host->index % 2 == 0 ? 0 : COLUMN, "", host->name);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* --- events --- */

void sim_event_at(struct sim *sim, struct sim_event *event, int64_t when)
{
	heap_set(&sim->events, &event->node, when > sim->now ? when : sim->now);
}

void sim_event_cancel(struct sim *sim, struct sim_event *event)
{
	heap_remove(&sim->events, &event->node);
}

struct scripted {
	struct sim_event event;
	sim_script *script;
	struct sim_host *host;
	struct sim_tunnel *tunnel;
};

static void scripted_happen(struct sim *sim, struct sim_event *event)
{
	struct scripted *s = (struct scripted *)(void *)event;

	s->script(sim, s->host, s->tunnel);
}

static void scripted_forget(struct sim_event *event)
{
	mem_free(event);
}

void sim_at(struct sim *sim, int64_t when, sim_script *script, struct sim_host *host,
	    struct sim_tunnel *tunnel)
{
	struct scripted *s = NEW(struct scripted);

	s->event.happen = scripted_happen;
	s->event.forget = scripted_forget;
	s->script = script;
	s->host = host;
	s->tunnel = tunnel;
	sim_event_at(sim, &s->event, when);
}

static struct sim_event *event_take(struct sim *sim)
{
	struct sim_event *event = HEAP_OBJECT(heap_first(&sim->events), struct sim_event, node);

	heap_remove(&sim->events, &event->node);
	return event;
}

/* --- a run --- */

static void play(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;

	while (!sim->failed && heap_first(&sim->events) != NULL &&
	       heap_first(&sim->events)->when < scenario->until) {
		struct sim_event *event = event_take(sim);

		sim->now = event->node.when;
		event->happen(sim, event);
		/* Put off by a busy host, or one that comes again: it is queued. */
		if (event->node.index == 0 && event->forget != NULL)
			event->forget(event);
		if (++sim->steps == scenario->steps_max)
			sim_fail(sim, "something repeats forever");
	}
}

static void clear(struct sim *sim)
{
	for (unsigned i = 0; i < sim->host_count; i++)
		host_done(&sim->hosts[i]);
	while (heap_first(&sim->events) != NULL) {
		struct sim_event *event = event_take(sim);

		if (event->forget != NULL)
			event->forget(event);
	}
	heap_done(&sim->events);
	adversity_done(sim);
	network_done(&sim->network);
	seen_done(&sim->seen);
	mem_free(sim->hosts);
	mem_free(sim->tunnels);
	sim->hosts = NULL;
	sim->tunnels = NULL;
}

bool sim_run(struct sim *sim, const struct scenario *scenario, uint32_t size, uint64_t seed,
	     bool chart)
{
	int64_t blocks = blocks_in_use();

	*sim = (struct sim) {
		.seed = seed,
		.scenario = scenario,
		.size = size,
		.chart = chart,
		.random = random_stream(seed, scenario->name, 0),
	};
	network_init(&sim->network, seed);
	seen_init(&sim->seen);
	scenario->build(sim);
	if (chart)
		plan_describe(sim);
	sim->gateways = sim->host_count;
	sim->tunnels_made = sim->tunnel_count;
	play(sim);
	clear(sim);
	if (blocks_in_use() != blocks)
		sim_fail(sim, "%lld blocks of memory are never given back",
			 (long long)(blocks_in_use() - blocks));
	return !sim->failed;
}
