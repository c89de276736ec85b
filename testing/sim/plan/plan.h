/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_PLAN_PLAN_H
#define SIM_PLAN_PLAN_H

#include <stdbool.h>

#include "base/buffer.h"
#include "sim/core/random.h"
#include "sim/plan/options.h"

struct sim;
struct sim_host;

/* What was decided about each option: its number (1 where it has none), or 0: not there. */
struct sim_choices {
	uint32_t value[SIM_OPTION_COUNT];
};

enum { SIM_NAME_MAX = 32 };

/* A connection between two hosts, as both have it in their ipsec.conf. */
struct sim_tunnel {
	char name[SIM_NAME_MAX];
	unsigned host[2];               /* indices: left and right */
	struct sim_choices end[2];      /* left's and right's own */
	/* The last command at each end that says what is wanted, and its answer; -1: none yet. */
	uint64_t last_command[2];
	int last_code[2];
	int64_t last_move[2];           /* when each end last got another address */
	int64_t excused_until;          /* packets may be lost until then (check/excuses.h) */
	int64_t resized_until;          /* until then clones may go without an heir */
	bool unsaid;                    /* an end had to find out by itself, at some time */
};

/* Chooses for a connection, as the seed wants it. */
void plan_tunnel(const struct sim *sim, struct sim_tunnel *tunnel);
/* The same for a host's `config setup`. */
void plan_host(const struct sim *sim, unsigned index, struct sim_choices *out);

/* The same for the whole run. */
void plan_run(const struct sim *sim, struct sim_choices *out);

/* Whatever the seed said: this, at both ends. 0: not at all. */
void plan_say(struct sim_tunnel *tunnel, enum sim_option option, uint32_t value);

/* Another number of clones, or of CPUs, at one end that has some; what its ipsec.conf says is other
 * than before. */
void plan_resize(struct sim_tunnel *tunnel, unsigned end, struct random *random);

/* A host's ipsec.conf: its `config setup` and all its connections. */
void plan_write(const struct sim *sim, unsigned host, struct buffer *out);

/* What was chosen, for people. */
void plan_describe(const struct sim *sim);

#endif
