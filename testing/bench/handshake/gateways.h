/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_HANDSHAKE_GATEWAYS_H
#define BENCH_HANDSHAKE_GATEWAYS_H

#include "ike/engine.h"
#include "pluto/loop/workers.h"

/*
 * Two engines in one process: what they send each other arrives in order, at once or after a delay,
 * jobs run on this thread or on others, the kernel takes everything, and the clock is virtual, so
 * that nothing is ever late.
 */
enum { GATEWAY_CPUS = 64, GATEWAYS_IN_FLIGHT = 64 };

struct gateways;

struct gateway {
	struct gateways *pair;
	unsigned index;                /* 0 initiates */
	struct ike_engine *engine;
	struct kernel_facts facts;
	struct conf_setup setup;
	uint64_t sas_added, commands_failed;
	int64_t last_sa;               /* when the last of them was */
};

struct parcel;

struct gateways {
	struct gateway end[2];
	struct parcel *first, **last;  /* on their way */
	struct parcel *spare;
	struct crypto_job *jobs, **jobs_last;
	struct loop *loop;             /* with threads for jobs; NULL: they run on this thread */
	struct workers *workers;
	unsigned jobs_away;
	int64_t now;
	int64_t delay;                 /* of what is on its way; 0 at first */
	unsigned loaded;               /* connections, at both ends */
	unsigned answered;             /* commands that are done */
	char *options;                 /* of each connection; owned */
	bool two_hosts;
	uint64_t datagrams;
};

/* `options`: lines of ipsec.conf for each connection. Every connection has identities of its own, and is
 * between another pair of addresses, or (`two_hosts`) all of them are between the same two. */
struct gateways *gateways_new(const char *options, bool two_hosts);
void gateways_free(struct gateways *g);
/* Jobs go to so many threads from now on. */
void gateways_use_threads(struct gateways *g, unsigned count);

/* `count` more connections at both ends. */
void gateways_load(struct gateways *g, unsigned count);

/* A command for each of these connections at end 0, GATEWAYS_IN_FLIGHT of them at a time. */
enum gateways_command { GATEWAYS_UP, GATEWAYS_DOWN, GATEWAYS_REKEY_CHILD, GATEWAYS_REKEY_IKE };
void gateways_run(struct gateways *g, enum gateways_command what, unsigned from, unsigned count);

/* Brings one connection up: how long that takes by the virtual clock, in which jobs take no time. */
int64_t gateways_up_one(struct gateways *g, unsigned n);

/* That much time passes with nobody asking for anything. */
void gateways_wait(struct gateways *g, int64_t duration);

/* Memory that only the network between them holds. */
void gateways_trim(struct gateways *g);

#endif
