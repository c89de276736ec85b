/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_LEDGER_H
#define PLUTO_KERNEL_LEDGER_H

#include "base/must_check.h"
#include "ike/kernel.h"

/*
 * What we have put into the kernel, on file, because the kernel does not know whose its SAs,
 * policies and routes are: after a crash the next run takes out exactly what is written here.
 * Lines of text, no keys:
 *
 *   + sa out 192.1.2.23 c0ffee01 | 16389
 *   + policy in 192.0.2.0-192.0.2.255 0 0 65535 192.0.1.0-192.0.1.255 0 0 65535 | 16389 1757393
 *   + route 192.0.2.0/24 0 |
 *   - sa out 192.1.2.23 c0ffee01 |
 *   =
 *
 * `+` before it is made, `-` after it is gone, `=` forgets all lines before it. Left of the bar is
 * what names an object, right of it how to recognise it. The file is rewritten when most
 * of it is history; killed at any moment, it still says everything.
 */
struct ledger;

enum { LEDGER_LINE_MAX = 512, LEDGER_OBJECTS_MAX = 1 << 20, LEDGER_FILE_MAX = 256 << 20 };

/*
 * Reads what the run before left; lines that say nothing are skipped, as is a last one that was
 * cut. `fd` is borrowed, open for reading and writing; -1 keeps the ledger in memory only.
 * -errno when the file cannot be read.
 */
MUST_CHECK int ledger_open(int fd, struct ledger **out);
/* The file stays as it is; where all of it is history it is emptied. NULL is fine. */
void ledger_close(struct ledger *l);

/*
 * The object of a change of the kernel, about to be made; verbs that add and delete name the same
 * one. 1: it was noted already, and is described anew, and of this run. -errno: not written.
 */
MUST_CHECK int ledger_note(struct ledger *l, const struct kernel_change *change);
/* It is gone, or was never made. */
void ledger_strike(struct ledger *l, const struct kernel_change *change);

/* How many objects there are, of this run and of earlier ones. */
size_t ledger_count(const struct ledger *l);

/*
 * The next object of an earlier run that this run has not noted again, as the change that
 * deletes it (reqid and priority are filled too); each is given once and stays until struck.
 */
MUST_CHECK bool ledger_next_stale(struct ledger *l, struct kernel_change *out);

#endif
