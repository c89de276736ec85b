/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_SET_SET_FACTS_H
#define UNIT_SET_SET_FACTS_H

#include "pair/engine_pair.h"

/* What the tests of sets ask of a pair whose connection is `t`. CPUs are bits. */

/* Which CPUs are online there from now on. */
void facts_online(struct side *side, uint64_t cpus);

/* SAs in the kernel: how many, and for which CPUs. */
unsigned facts_count(const struct side *side, enum kernel_direction direction);
uint64_t facts_cpus(const struct side *side, enum kernel_direction direction);

/* The Child SA in that slot, or the first spare of it; NULL: none. */
struct child_sa *facts_child(const struct side *side, uint32_t slot, bool spare);
/* What it sends with for that CPU; 0: nothing. */
uint32_t facts_spi_out(const struct side *side, uint32_t cpu);

/* How far the member of that name is; "": it is not shown. */
const char *facts_slot_state(struct side *side, const char *name);
/* The numbers that its Child SAs are shown with; asserts that none comes twice. */
uint64_t facts_names(struct side *side);

/* Deletes that one, at its own side, as the operator of a peer might. */
void facts_delete(struct side *side, struct child_sa *child);

#endif
