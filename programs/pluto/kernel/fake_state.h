/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_FAKE_STATE_H
#define PLUTO_KERNEL_FAKE_STATE_H

#include "base/groups.h"
#include "base/table.h"
#include "pluto/kernel/backend.h"
#include "pluto/kernel/fake.h"
#include "pluto/kernel/match.h"

/* The insides of the fake, for its own files. */
enum { FAKE_WINDOW_MAX = 4096, FAKE_WINDOW_WORDS = FAKE_WINDOW_MAX / 64 };

struct fake_state {
	struct table_link by_spi;
	struct list in_order;             /* oldest first */
	struct list of_reqid;             /* outbound: of the same reqid, oldest first */
	struct fake_sa view;
	struct kernel_match match;        /* transport mode */
	bool slotless;                    /* pcpu-2: a newer clone, or another head, has the slot */
	uint64_t seal;                    /* of keys and algorithms */
	uint64_t seen[FAKE_WINDOW_WORDS]; /* bit per sequence number, in a ring */
};

struct fake_spd_entry {
	struct list in_order;             /* oldest first */
	struct list of_hosts;             /* of the same key, oldest first */
	uint64_t order;
	struct kernel_policy policy;
	struct kernel_match match;
};

/* Policies between two hosts are found by them; all the others have one key together. */
struct fake_spd_key {
	struct address source, destination;
};

struct fake_event {
	enum { FAKE_ACQUIRE, FAKE_EXPIRE, FAKE_MAPPING } kind;
	struct kernel_acquire acquire;
	uint32_t spi; /* EXPIRE, MAPPING */
	struct address destination;
	struct endpoint from; /* MAPPING */
};

/* An acquire under way. */
struct fake_larval {
	uint32_t reqid, cpu; /* whose SA is missing; KERNEL_CPU_NONE: there is none at all */
	uint32_t spi;        /* of a template: the only SA that fits; 0: any */
	enum conf_type mode;
	struct address source, destination;
};

struct fake_kernel {
	struct kernel_backend backend;
	struct fake_config config;
	struct table by_spi;
	struct groups out_by_reqid;
	struct list states;
	struct groups policies_by_hosts;
	struct list policies;
	struct kernel_route *routes;
	struct fake_event *events;
	struct fake_larval *larvals;
	struct address *addresses;
	size_t policy_count, route_count, event_count, larval_count, address_count;
	int64_t epoch_seconds;
	unsigned refuse_in; /* 0: none */
	int refuse_error;
	char refuse_text[KERNEL_TEXT_MAX];
	uint64_t policies_added;
	uint64_t added, changes, acquires, taken_over;
};

struct fake_kernel *fake_of(struct kernel_backend *k);
const struct fake_kernel *fake_of_const(const struct kernel_backend *k);

struct fake_state *fake_state_find(const struct fake_kernel *f, uint32_t spi,
				   const struct address *destination); /* or NULL */
/* What a change means by its names; in pcpu-2 a clone is found only with its CPU and source. */
struct fake_state *fake_state_named(const struct fake_kernel *f, const struct kernel_sa *sa);
/* The rules of pcpu-2 for an SA to be added, that was added, and that is about to go. */
MUST_CHECK int fake_slot_check(const struct fake_kernel *f, struct kernel_change *c);
void fake_slot_take(struct fake_kernel *f, struct fake_state *state);
void fake_slot_leave(struct fake_kernel *f, const struct fake_state *state);
void fake_state_remove(struct fake_kernel *f, struct fake_state *state);
void fake_event_add(struct fake_kernel *f, struct fake_event event);

#endif
