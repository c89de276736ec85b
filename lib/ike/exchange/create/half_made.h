/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_HALF_MADE_H
#define IKE_EXCHANGE_HALF_MADE_H

#include "ike/exchange/steps.h"

/*
 * What a responder makes of a CREATE_CHILD_SA while its keys are being agreed: a Child SA or the
 * next IKE SA. Neither: it is gone meanwhile.
 */
struct half_made {
	struct child_sa *child;
	struct ike_sa *successor;
};

/* By the ids that a reply or a followup keeps; one of them is 0. */
struct half_made half_made_find(const struct world *w, uint64_t child, uint64_t successor);
bool half_made_is_there(const struct half_made *h);
/* It must be there. */
const struct suite *half_made_suite(const struct half_made *h);
/* All secrets are there. 0, or the notify to refuse it with; it is still there. */
MUST_CHECK uint16_t half_made_finish(struct world *w, struct ike_sa *sa,
				     const struct half_made *h, const struct ke_secrets *ke);
/* It is not made, and freed. */
void half_made_refuse(struct world *w, struct ike_sa *sa, const struct half_made *h,
		      uint16_t notify);
/* Why a key exchange that did not end well is refused. */
uint16_t half_made_notify(const struct crypto_job *job);

/* The first key exchange is done. */
void half_made_on_job(struct world *w, struct ike_sa *sa, struct reply *reply,
		      struct crypto_job *job);

#endif
