/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_CLAIMS_H
#define IKE_ENGINE_CLAIMS_H

#include "ike/sa/world.h"

struct clone_set;

/*
 * Whose the kernel's policies are. It has one for each pair of selectors, and several sets may want
 * the same pair: the newest claim has it, and when that goes the one before. Sets of different peers
 * may not, or one could take what goes to another.
 */
enum claim_kind { CLAIM_TRAP, CLAIM_POLICIES };

/* Nothing where it has that claim already. */
void claim_add(struct world *w, struct clone_set *set, enum claim_kind kind,
	       const struct traffic_pair *pair);
/* Nothing where it has none. */
void claim_drop(struct world *w, struct clone_set *set, enum claim_kind kind,
		const struct traffic_pair *pair);
void claims_drop_all(struct world *w, struct clone_set *set);

/* Whose policies the pair has in the kernel, or NULL. */
struct clone_set *claim_owner(const struct world *w, const struct traffic_pair *pair);
bool claim_is_there(const struct world *w, const struct clone_set *set, enum claim_kind kind,
		    const struct traffic_pair *pair);

/*
 * A set of another peer that has a claim on some of this traffic, which is then in *pair; or NULL.
 * Where a peer of any address chooses what it gets, it also may not choose a part of another's, whose
 * traffic it would get by the narrower selectors: if that is within what the peers may choose from.
 */
struct clone_set *claim_of_another(const struct world *w, const struct connection *c,
				   const struct traffic *t, struct traffic_pair *pair);

#endif
