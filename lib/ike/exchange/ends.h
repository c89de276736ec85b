/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_ENDS_H
#define IKE_EXCHANGE_ENDS_H

#include "ike/sa/world.h"

/* How SAs end. */

/* Out of the kernel, the hook is told, freed. */
void child_end(struct world *w, struct child_sa *child, bool by_peer);

/* All children end and the IKE SA is gone, without a word to the peer. The SA stays readable until
 * the engine's call ends. */
void ike_end(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text);

/*
 * The polite way: children end at once, one Delete goes to the peer and is repeated until it is
 * answered or given up. Where the peer may have it without our knowing (IKE_AUTH is on its way), that
 * begins with its answer. Before that it simply ends.
 */
void ike_close(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text);

/* Replaced by a rekey: its children are elsewhere already; one Delete goes to the peer. */
void ike_retire(struct world *w, struct ike_sa *sa);

/* A successor that was never established: nobody knows of it. */
void ike_sa_drop(struct world *w, struct ike_sa *sa);

/* An INFORMATIONAL that deletes these Child SAs, or several, so that each fits into a packet; they
 * end here at once. */
enum { DELETED_AT_ONCE = 256 };
void children_close(struct world *w, struct ike_sa *sa, struct child_sa *const *list,
		    size_t count);

#endif
