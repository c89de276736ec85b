/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_CLONE_PLAN_H
#define IKE_CLONE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/must_check.h"

/*
 * What a clone set does next (RFC 9611): pure functions over plain slots. Slot 0 is the head, which
 * any CPU may use; slot i belongs to the i-th wanted CPU. Nothing else starts a Child SA of a set.
 */
enum slot_state {
	SLOT_EMPTY,
	SLOT_NEGOTIATING,  /* by us or by the peer */
	SLOT_UP,
	SLOT_REFUSED       /* the peer does not want it; not asked again before `retry_at` */
};

struct plan_slot {
	enum slot_state state;
	int64_t retry_at;  /* EMPTY, REFUSED: not before */
	uint32_t spares;   /* inbound-only SAs that the peer made for the same CPU */
	uint32_t standby;  /* how many of them could take any slot now */
	bool own;          /* UP: we asked for the SA that has it, or for the one that it replaced */
	bool offline;      /* its CPU is: what is there stays, nothing is made for it */
	bool dropped;      /* clones= does not mean its CPU any more: what is ours goes too */
	bool asked;        /* its CPU asks for it, whatever the demand and whoever's turn it is */
};

/* What this end wants of its clones. Without clone-mode=ondemand it is always DEMAND_FILL. */
enum plan_demand {
	DEMAND_FILL,       /* each slot has one */
	DEMAND_KEEP,       /* those that are there stay, and none is made but those asked for */
	DEMAND_IDLE        /* the same, but what we made is given back */
};

/* Its CPU is there, and is to have a clone. */
bool plan_slot_is_wanted(const struct plan_slot *slot);

struct plan_input {
	const struct plan_slot *slots;
	uint32_t count;         /* 1 + wanted CPUs */
	bool wanted;            /* the set is to be up */
	bool peer_clones;       /* the peer answered SA_RESOURCE_INFO */
	bool fills_first;       /* we initiated the head */
	int64_t head_since;     /* when the head came up */
	enum plan_demand demand;
	int64_t demand_since;   /* FILL: when it began to be that; 0: from the start */
	int64_t last_peer_clone;/* when the peer last asked for a clone; 0: never */
	int64_t round_trip;     /* 0: unknown */
	int64_t now;
};

enum { PLAN_CREATES_MAX = 1025 };

struct plan {
	uint32_t create[PLAN_CREATES_MAX]; /* slots to ask the peer for, in this order */
	uint32_t create_count;
	/* Slots that a spare takes over, and the slot that it is a spare of. Where we made the SA that
	 * has it, that one is given back. */
	struct plan_promotion {
		uint32_t to, from;
	} promote[PLAN_CREATES_MAX];
	uint32_t promote_count;
	uint32_t give_back[PLAN_CREATES_MAX]; /* slots whose SA, ours, is not wanted any more, or has
						 no traffic */
	uint32_t give_back_count;
	int64_t wait_until;                /* look again then; TIME_NEVER: not by time */
	bool complete;                     /* nothing is to be made and nothing is under way */
};

void clone_plan(const struct plan_input *input, struct plan *out);

/* Where the peer's Child SA goes: the head first, then the own CPU with the fewest, ties from the
 * highest down. *spare: that CPU has one already, or none is left to choose from, so only inbound is
 * installed. */
uint32_t clone_place(const struct plan_slot *slots, uint32_t count, bool *spare);

#endif
