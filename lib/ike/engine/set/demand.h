/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_SET_DEMAND_H
#define IKE_ENGINE_SET_DEMAND_H

#include "ike/engine/set/set.h"

/*
 * clone-mode=ondemand: whether there is traffic, for the plan, and what follows from it. Traffic is
 * seen in the counters of the set's SAs, which are looked at now and then: at the head's so often
 * that clones come soon, at all of them only to see that nothing moves any more. With
 * clone-acquire=yes the kernel is told to say which CPU sends without a clone.
 */
void demand_init(struct set_demand *demand, const struct conf_conn *conf);

/* A head is up: from now on it is looked at. */
void demand_start(struct world *w, struct clone_set *set);
void demand_on_time(struct world *w, struct clone_set *set);
/* The kernel says that this CPU sends without a clone. */
void demand_acquire(struct world *w, struct clone_set *set, uint32_t cpu);

/* Before the plan: what has changed since the last one. */
void demand_prepare(struct world *w, struct clone_set *set);
/* After it was carried out: clones are given back, the kernel may say which CPU sends. */
void demand_follow(struct world *w, struct clone_set *set, const struct plan *plan);

/*
 * Some clones go: all of the set's traffic leaves by the head alone for a moment, so that
 * no CPU has chosen one of them for a packet when it is taken out. false: there is nothing to fall
 * back to.
 */
bool fallback_begin(struct world *w, struct clone_set *set);
void fallback_on_time(struct world *w, struct clone_set *set);
/* Another head is up. */
void fallback_follow(struct world *w, struct clone_set *set);

#endif
