/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_LEDGER_H
#define PLUTO_STEER_LEDGER_H

#include "base/list.h"
#include "base/must_check.h"
#include "net/address.h"

/*
 * What of the kernel's was changed and does not end with this process: written to RUNDIR/pluto.steering
 * before it is done, struck out when it is undone. After a crash the next keeper undoes what it
 * finds there, where that still looks as it is written. Interfaces are named by their index, which
 * outlives a new name.
 *
 *   rps INDEX QUEUE BEFORE OURS            what rps_cpus of a queue was, and is now
 *   rule INDEX ADDRESS SPI QUEUE           an ntuple rule: ESP to this address with this SPI
 */
enum made_kind { MADE_RPS, MADE_RULE };

struct made {
	struct list link;
	enum made_kind kind;
	unsigned index;
	uint32_t queue;
	char *before, *ours;        /* RPS; owned */
	bool stale;                 /* RPS: a newer one of this queue is written */
	struct address destination; /* RULE */
	uint32_t spi;
};

struct steer_ledger {
	char *path;       /* owned */
	struct list list; /* of struct made, owned; oldest first */
};

enum { LEDGER_ENTRIES_MAX = 262144 };

/* Reads what is there; lines that make no sense are dropped, and counted in *bad. -errno. */
MUST_CHECK int steer_ledger_open(struct steer_ledger *l, const char *path, size_t *bad);
void steer_ledger_close(struct steer_ledger *l); /* the file stays */

/* In memory only, until it is written. */
struct made *steer_ledger_note_rps(struct steer_ledger *l, unsigned index, uint32_t queue,
				   const char *before, const char *ours);
struct made *steer_ledger_note_rule(struct steer_ledger *l, unsigned index,
				    const struct address *destination, uint32_t spi,
				    uint32_t queue);
void steer_ledger_strike(struct steer_ledger *l, struct made *made);

/* The whole file, in one step; nothing in it: it goes. -errno: the old one is still there. */
MUST_CHECK int steer_ledger_write(const struct steer_ledger *l);

#endif
