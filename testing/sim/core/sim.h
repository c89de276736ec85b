/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CORE_SIM_H
#define SIM_CORE_SIM_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/must_check.h"
#include "sim/adversity/adversity.h"
#include "sim/core/random.h"
#include "sim/core/seen.h"
#include "sim/network/network.h"
#include "sim/plan/plan.h"

/*
 * Engines on a simulated network with a virtual clock. Everything that could vary comes from the
 * seed, so that a seed replays exactly: one thread, one queue of events, own random numbers.
 *
 *   core/      the queue of events, random numbers, what is told of a run
 *   plan/      what the seed decides of connections: one line per option
 *   network/   who hears what, and when
 *   adversity/ what befalls all that: partitions, clocks that jump, an attacker on the way
 *   host/      a gateway: the engine, its kernel and its data path
 *   user/      people who type commands
 *   tap/       messages, read over the shoulder of their sender
 *   check/     what has to hold
 *   scenario/  hosts, connections and what happens to them
 */
enum { SIM_WHY_MAX = 512 };

struct sim_host;
struct scenario;

/* Something that happens at a time. Lives in its owner's struct; freed by forget(). */
struct sim_event {
	struct heap_node node;
	void (*happen)(struct sim *sim, struct sim_event *event);
	void (*forget)(struct sim_event *event); /* with what it owns; NULL: nothing to free */
};

#define EVENT_OWNER(event, type, member) \
	((type *)(void *)((char *)(event) - offsetof(type, member)))

struct sim {
	uint64_t seed;
	const struct scenario *scenario;
	uint32_t size;                  /* how large, where a scenario has sizes; 0: as it likes */
	bool chart;                     /* print what happens */
	int64_t silent_from, silent_until; /* nobody sends then */
	bool any;                       /* host 0 has one connection, for peers of any address */
	struct random random;           /* of the scenario */
	int64_t now;
	struct heap events;
	struct network network;
	struct adversity adversity;
	struct sim_host *hosts;         /* owned */
	unsigned host_count;
	struct sim_tunnel *tunnels;     /* owned */
	unsigned tunnel_count;
	struct seen seen;               /* what may be seen only once */
	bool failed;
	char why[SIM_WHY_MAX];
	uint64_t datagrams, packets, received, steps;
	uint64_t orphans;               /* how often an SA was without its reason */

	/* for people (core/figures.h) */
	uint64_t ike_sas, child_sas;    /* when all was up */
	unsigned gateways, tunnels_made;
	uint32_t greetings_most;        /* first messages to one host in one second */
};

/* One run of one seed. true: every invariant held; else sim->why says which did not. */
MUST_CHECK bool sim_run(struct sim *sim, const struct scenario *scenario, uint32_t size,
			uint64_t seed, bool chart);

/* The first failure counts, and ends the run. */
void sim_fail(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
/* A line of the chart; host may be NULL. */
void sim_note(const struct sim *sim, const struct sim_host *host, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Puts it into the queue; what is in it already is moved. Equal times keep their order. */
void sim_event_at(struct sim *sim, struct sim_event *event, int64_t when);
void sim_event_cancel(struct sim *sim, struct sim_event *event);

/* Does this then. `tunnel` may be NULL, and what it is NULL for is the script's business. */
typedef void sim_script(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel);
void sim_at(struct sim *sim, int64_t when, sim_script *script, struct sim_host *host,
	    struct sim_tunnel *tunnel);

#endif
