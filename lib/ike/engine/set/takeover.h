/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_TAKEOVER_H
#define IKE_ENGINE_TAKEOVER_H

#include "ike/engine/set/set.h"

/*
 * A set goes from one IKE SA to a newer one of the same two ends, make before break: the peer came
 * back, both ends initiated, or one authenticates again. The new head takes the place of the old one
 * when the peer is known to have it; clones are made again on the new IKE SA. What the set had before
 * goes on receiving, and its clones sending, until the new set is complete; then the older IKE SA is
 * deleted, and its Child SAs drain on the newer one.
 */

/* A head that is not yet in the kernel: there is another on an older IKE SA, which the peer still
 * has. So it sends only on proof. */
bool takeover_is_due(const struct world *w, const struct clone_set *set, const struct ike_sa *sa);

/* On this IKE SA the set is being made or given up: a request of the peer for a Child SA of it comes
 * at the wrong moment. */
bool takeover_is_under_way(struct world *w, const struct clone_set *set,
			   const struct ike_sa *sa);

/* The peer goes on with the set on this IKE SA, so it has the head there. */
void takeover_prove(struct world *w, struct clone_set *set, const struct ike_sa *sa);

/* true: one that comes up on an IKE SA that is over for its set already. It only receives. */
bool takeover_was_before(struct world *w, struct clone_set *set, struct child_sa *child);

/* This head is up. What the set has on older IKE SAs gives up its slots. */
void takeover_by(struct world *w, struct clone_set *set, const struct child_sa *head);

/* The set is complete: nothing waits for the older IKE SAs any more. */
void takeover_settled(struct world *w, struct clone_set *set);
void takeover_on_time(struct world *w, struct clone_set *set);

/* A head goes: one that waits to take over from it is the best there is. */
void takeover_child_leaving(struct world *w, const struct child_sa *child);
/* A hook: see struct world_hooks. */
void takeover_ike_leaving(struct world *w, struct ike_sa *sa, enum end_reason reason);

#endif
