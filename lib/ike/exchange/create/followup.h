/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_FOLLOWUP_H
#define IKE_EXCHANGE_FOLLOWUP_H

#include "ike/exchange/create/half_made.h"
#include "ike/sa/followup.h"

/*
 * IKE_FOLLOWUP_KE (RFC 9370 2.2.4): the additional key exchanges of a CREATE_CHILD_SA, one in each.
 * The initiator goes on with the same request, which keeps its place in the window; the responder
 * has the SA half-made.
 */

/* Keeps the link by which the answer says how it goes on. false: the suite needs one. */
MUST_CHECK bool followup_i_take_link(struct request *request, const struct suite *suite,
				     const struct message *m);
/* The next one that request->ke has no secret of: makes its key pair. */
void followup_i_next(struct world *w, struct ike_sa *sa, struct request *request,
		     const struct suite *suite);
/* The key pair is there: queues it, for when the window lets it go. */
void followup_i_send(struct world *w, struct ike_sa *sa, struct request *request,
		     struct crypto_job *job);
/* Its turn has come. */
void followup_i_start(struct world *w, struct ike_sa *sa, struct request *request);
/* A request of ours for this Child SA or IKE SA has come to its additional key exchanges. */
bool followup_i_under_way(const struct ike_sa *sa, uint64_t object);

/* The first secret is agreed and others have to follow: says so in the answer. false: too many
 * are half-made. */
MUST_CHECK bool followup_r_begin(struct world *w, struct ike_sa *sa, const struct half_made *h,
				 struct bytes shared, struct inner *inner);
void followup_r_on_job(struct world *w, struct ike_sa *sa, struct reply *reply,
		       struct crypto_job *job);

/* The peer does not go on with it, or must not: what is half-made ends. */
void followup_end(struct world *w, struct followup *f);
void followup_on_time(struct world *w, struct timer *timer);
void followups_end_all(struct world *w, struct ike_sa *sa);
/* The peer's half-made replacements of this Child SA. */
void followups_end_of(struct world *w, struct ike_sa *sa, uint64_t replaced);

#endif
