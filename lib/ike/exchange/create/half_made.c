/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/create/half_made.h"

#include "ike/exchange/create/child.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"

struct half_made half_made_find(const struct world *w, uint64_t child, uint64_t successor)
{
	struct half_made h = { child_sa_find_id(w, child), ike_sa_find_id(w, successor) };

	if (h.successor != NULL && h.successor->state != IKE_SUCCESSOR)
		h.successor = NULL;
	return h;
}

bool half_made_is_there(const struct half_made *h)
{
	return h->child != NULL || h->successor != NULL;
}

const struct suite *half_made_suite(const struct half_made *h)
{
	return h->child != NULL ? &h->child->suite : &h->successor->suite;
}

uint16_t half_made_finish(struct world *w, struct ike_sa *sa, const struct half_made *h,
			  const struct ke_secrets *ke)
{
	return h->child != NULL ? child_r_finish(w, sa, h->child, ke)
				: rekey_ike_r_finish(w, sa, h->successor, ke);
}

void half_made_refuse(struct world *w, struct ike_sa *sa, const struct half_made *h,
		      uint16_t notify)
{
	if (h->child != NULL)
		child_r_refuse(w, sa, h->child, notify);
	if (h->successor != NULL)
		rekey_ike_r_refuse(w, sa, h->successor);
}

uint16_t half_made_notify(const struct crypto_job *job)
{
	return job->status == CRYPTO_BAD_INPUT ? NOTIFY_INVALID_SYNTAX
					       : NOTIFY_TEMPORARY_FAILURE;
}

/* With the first secret it is whole, or begun. */
static uint16_t agreed(struct world *w, struct ike_sa *sa, const struct half_made *h,
		       const struct crypto_job *job, struct inner *inner)
{
	struct bytes shared = secret_bytes(&job->shared);
	struct ke_secrets ke = { 0 };
	uint16_t notify;

	if (job->status != CRYPTO_OK)
		return half_made_notify(job);
	if (h->child != NULL)
		child_write_answer(h->child, CHILD_IN_CREATE, ke_pair_public(&job->pair), inner);
	else
		rekey_ike_r_write(w, h->successor, &job->pair, inner);
	if (suite_next_addke(half_made_suite(h), 0) < ADDKE_MAX)
		return followup_r_begin(w, sa, h, shared, inner) ? 0 : NOTIFY_TEMPORARY_FAILURE;
	ke_secrets_add(&ke, half_made_suite(h), shared);
	notify = half_made_finish(w, sa, h, &ke);
	ke_secrets_done(&ke);
	return notify;
}

void half_made_on_job(struct world *w, struct ike_sa *sa, struct reply *reply,
		      struct crypto_job *job)
{
	struct half_made h = half_made_find(w, reply->child, reply->successor);
	uint16_t notify = NOTIFY_TEMPORARY_FAILURE;
	struct inner inner;

	inner_start(&inner);
	if (half_made_is_there(&h))
		notify = agreed(w, sa, &h, job, &inner);
	if (notify != 0) {
		inner_restart(&inner);
		inner_notify(&inner, notify, (struct bytes) { 0 });
		half_made_refuse(w, sa, &h, notify);
	}
	reply_seal_and_send(w, sa, reply, EXCHANGE_CREATE_CHILD_SA, &inner);
	inner_done(&inner);
}
