/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_XDP_H
#define PLUTO_STEER_XDP_H

#include "base/must_check.h"
#include "pluto/steer/sa.h"

/*
 * The program of bpf/steer.bpf.c in the kernel: loaded from the object that is in this executable,
 * attached to interfaces. Everything hangs on descriptors of this process and on nothing else: when
 * it ends, in whatever way, program, maps and attachments are gone. Needs CAP_BPF and CAP_NET_ADMIN.
 * Built with XDP=no, xdp_open() fails with that reason and nothing else is ever called.
 */
struct xdp;

/* NULL: `why` has the reason as a clause. */
struct xdp *xdp_open(uint32_t possible_cpus, char why[STEER_WHY_MAX]);
void xdp_close(struct xdp *x); /* detaches; NULL is fine */

/*
 * To an interface, by its index: native, or where the driver has no such thing generic. The
 * descriptor that holds it there, to be closed for the opposite; -1: `why` has the reason. `note` is
 * "", or why it is the generic one.
 */
MUST_CHECK int xdp_attach(struct xdp *x, unsigned index, char note[STEER_WHY_MAX],
			  char why[STEER_WHY_MAX]);

/* -errno: its packets pass as before. -EEXIST: it is there already. */
MUST_CHECK int xdp_add(struct xdp *x, const struct steer_sa *sa);
/* What was added; the last SA of a CPU takes the CPU's queue along, after what was in it. */
void xdp_remove(struct xdp *x, const struct steer_sa *sa);
/* false: the SA is not there. */
MUST_CHECK bool xdp_count(const struct xdp *x, const struct steer_sa *sa,
			  struct steer_counters *out);

/* The program's descriptor; for tests, which run it on packets of their own. */
int xdp_program(const struct xdp *x);

#endif
