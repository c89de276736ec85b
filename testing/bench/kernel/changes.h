/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_KERNEL_CHANGES_H
#define BENCH_KERNEL_CHANGES_H

#include "pluto/kernel/kernel.h"

/*
 * A hub's tunnels as the engine tells the kernel of them: each to another peer and another net,
 * with two SAs (AES-GCM-256) and three policies. A run is the four phases in this order.
 */
enum phase { SA_ADD, POLICY_SET, POLICY_DELETE, SA_DELETE, PHASES };

enum { TUNNELS_MAX = 1 << 16 };

extern const char *const phase_names[PHASES];

/* How many changes a phase has, and what the kernel has more than before the run after it. */
size_t phase_count(enum phase phase, size_t tunnels);
size_t phase_sas(enum phase phase, size_t tunnels);
size_t phase_policies(enum phase phase, size_t tunnels);

/* All changes of a phase; the caller's: mem_free(). */
struct kernel_change *phase_changes(enum phase phase, size_t tunnels);

#endif
