/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/create/followup.h"

#include "ike/exchange/create/child.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/send.h"

enum { LINK_MAX = 1024 }; /* the peer's is opaque, and goes back as it came */

static void write_ke(const struct ke_pair *pair, struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_KE, false);
	ke_write(&inner->chain, (uint16_t)pair->ke->id, ke_pair_public(pair));
	payload_end(&inner->writer);
}

/* --- initiator --- */

bool followup_i_take_link(struct request *request, const struct suite *suite,
			  const struct message *m)
{
	unsigned next = suite_next_addke(suite, request->following ? request->ke.place + 1U : 0);

	buffer_clear(&request->link_data);
	if (next == ADDKE_MAX)
		return true;
	if (m->addke_link.len == 0 || m->addke_link.len > LINK_MAX)
		return false;
	write_bytes(&request->link_data, m->addke_link);
	return true;
}

void followup_i_next(struct world *w, struct ike_sa *sa, struct request *request,
		     const struct suite *suite)
{
	request_continue(w, sa, request);
	request->following = true;
	request->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_START, request->token, suite->addke[request->ke.place], NULL,
		   (struct bytes) { 0 });
}

void followup_i_send(struct world *w, struct ike_sa *sa, struct request *request,
		     struct crypto_job *job)
{
	request->pair = job->pair;
	job->pair = (struct ke_pair) { 0 };
	/* The window may be held back by an older request. */
	request->state = REQUEST_QUEUED;
	requests_run(w, sa);
}

void followup_i_start(struct world *w, struct ike_sa *sa, struct request *request)
{
	char peer[ENDPOINT_TEXT_MAX];
	struct inner inner;

	inner_start(&inner);
	write_ke(&request->pair, &inner);
	inner_notify(&inner, NOTIFY_ADDITIONAL_KEY_EXCHANGE, buffer_bytes(&request->link_data));
	request_seal_and_send(w, sa, request, EXCHANGE_IKE_FOLLOWUP_KE, &inner);
	inner_done(&inner);
	report_ike(w, sa, REPORT_PROGRESS, "sent IKE_FOLLOWUP_KE request to %s {addke%u=%s}",
		   endpoint_print(&sa->remote, peer), request->ke.place + 1U,
		   request->pair.ke->name);
}

bool followup_i_under_way(const struct ike_sa *sa, uint64_t object)
{
	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = LIST_OBJECT(link, struct request, link);

		if (object != 0 && r->following &&
		    (r->child == object || r->successor == object))
			return true;
	}
	return false;
}

struct outcome followup_i_answer(struct step_call *call)
{
	struct request *request = call->request;
	struct half_made ours = half_made_find(call->w, request->child, request->successor);
	const struct suite *suite;
	const struct ke_desc *ke;
	struct bytes half;

	if (!half_made_is_there(&ours))
		return child_i_refused(call);
	suite = half_made_suite(&ours);
	ke = suite->addke[request->ke.place];
	if (!message_take_ke(call->m, ke, ROLE_RESPONDER, &half) ||
	    !followup_i_take_link(request, suite, call->m)) {
		if (request->successor != 0)
			return rekey_ike_i_refused(call, NOTIFY_INVALID_SYNTAX);
		request_hold(call->w, call->sa, request);
		child_i_fail(call->w, call->sa, request);
		return WAIT_FOR_WORK; /* the request is over and gone */
	}
	request_hold(call->w, call->sa, request);
	request->token = call->sa->next_token++;
	job_submit(call->w, call->sa, JOB_KE_FINISH, request->token, ke, &request->pair, half);
	return WAIT_FOR_WORK;
}

/* --- responder --- */

static void write_link(const struct followup *f, struct inner *inner)
{
	uint8_t link[FOLLOWUP_LINK_LEN];

	followup_link(f, link);
	inner_notify(inner, NOTIFY_ADDITIONAL_KEY_EXCHANGE, BYTES_OF(link));
}

bool followup_r_begin(struct world *w, struct ike_sa *sa, const struct half_made *h,
		      struct bytes shared, struct inner *inner)
{
	struct followup *f = followup_new(w, sa, half_made_suite(h), shared);

	if (f == NULL)
		return false;
	f->child = h->child == NULL ? 0 : h->child->id;
	f->successor = h->successor == NULL ? 0 : h->successor->id;
	write_link(f, inner);
	return true;
}

void followup_end(struct world *w, struct followup *f)
{
	struct ike_sa *sa = ike_sa_find_id(w, f->ike_sa);
	struct ike_sa *successor = ike_sa_find_id(w, f->successor);
	struct child_sa *child = child_sa_find_id(w, f->child);

	followup_free(w, f);
	if (child != NULL && child->state == CHILD_NEGOTIATING)
		child_r_refuse(w, ike_sa_find_id(w, child->ike_sa), child,
			       NOTIFY_STATE_NOT_FOUND);
	if (successor != NULL && successor->state == IKE_SUCCESSOR)
		rekey_ike_r_refuse(w, sa, successor);
}

void followup_on_time(struct world *w, struct timer *timer)
{
	struct followup *f = LIST_OBJECT(timer, struct followup, timer);
	struct ike_sa *sa = ike_sa_find_id(w, f->ike_sa);

	report_ike(w, sa, REPORT_REFUSED, "the peer does not go on with its IKE_FOLLOWUP_KE");
	followup_end(w, f);
	if (sa->state == IKE_ESTABLISHED)
		requests_run(w, sa);
}

void followups_end_all(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->followups)
		followup_end(w, LIST_OBJECT(link, struct followup, link));
}

void followups_end_of(struct world *w, struct ike_sa *sa, uint64_t replaced)
{
	LIST_FOR_EACH(link, &sa->followups) {
		struct followup *f = LIST_OBJECT(link, struct followup, link);
		const struct child_sa *child = child_sa_find_id(w, f->child);

		if (child != NULL && child->replaces == replaced)
			followup_end(w, f);
	}
}

/* A replacement of what went away meanwhile is not wanted. */
static bool is_wanted(const struct world *w, const struct half_made *h)
{
	const struct child_sa *old;

	if (h->child == NULL || h->child->replaces == 0)
		return half_made_is_there(h);
	old = child_sa_find_id(w, h->child->replaces);
	return old != NULL && old->state == CHILD_UP;
}

static struct half_made half_made_of(const struct world *w, const struct followup *f)
{
	return half_made_find(w, f->child, f->successor);
}

struct outcome followup_r_request(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct followup *f = followup_find_link(sa, call->m->addke_link);
	struct half_made h = { 0 };
	const struct ke_desc *ke;
	struct bytes half;

	if (f != NULL)
		h = half_made_of(w, f);
	if (f != NULL && !is_wanted(w, &h)) {
		followup_end(w, f);
		f = NULL;
	}
	if (f == NULL) {
		report_ike(w, sa, REPORT_REFUSED,
			   "refused the peer's IKE_FOLLOWUP_KE: it belongs to nothing that is "
			   "being made");
		return REFUSE(NOTIFY_STATE_NOT_FOUND);
	}
	ke = half_made_suite(&h)->addke[f->ke.place];
	if (!message_take_ke(call->m, ke, ROLE_INITIATOR, &half)) {
		followup_end(w, f);
		return REFUSE(NOTIFY_INVALID_SYNTAX);
	}
	timer_stop(w, &f->timer);
	f->working = true;
	call->reply->followup = f->id;
	call->reply->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_RESPOND, call->reply->token, ke, NULL, half);
	return WAIT_FOR_WORK;
}

static uint16_t agreed(struct world *w, struct ike_sa *sa, struct followup *f,
		       const struct crypto_job *job, uint32_t message_id, struct inner *inner)
{
	struct half_made h = half_made_of(w, f);
	uint16_t notify;

	if (job->status != CRYPTO_OK || !is_wanted(w, &h)) {
		followup_end(w, f);
		return half_made_notify(job);
	}
	f->working = false;
	ke_secrets_add(&f->ke, half_made_suite(&h), secret_bytes(&job->shared));
	write_ke(&job->pair, inner);
	if (!ke_secrets_complete(&f->ke)) {
		write_link(f, inner);
		timer_set(w, &f->timer, TIMER_FOLLOWUP, w->now + FOLLOWUP_WAIT);
		return 0;
	}
	/* The answer to this one is what brings the peer to a Child SA. */
	if (h.child != NULL)
		h.child->message_id = message_id;
	notify = half_made_finish(w, sa, &h, &f->ke);
	if (notify != 0)
		half_made_refuse(w, sa, &h, notify);
	followup_free(w, f);
	return notify;
}

void followup_r_on_job(struct world *w, struct ike_sa *sa, struct reply *reply,
		       struct crypto_job *job)
{
	struct followup *f = followup_find(sa, reply->followup);
	uint16_t notify = NOTIFY_STATE_NOT_FOUND;
	struct inner inner;

	inner_start(&inner);
	if (f != NULL)
		notify = agreed(w, sa, f, job, reply->message_id, &inner);
	if (notify != 0) {
		inner_restart(&inner);
		inner_notify(&inner, notify, (struct bytes) { 0 });
	}
	reply_seal_and_send(w, sa, reply, EXCHANGE_IKE_FOLLOWUP_KE, &inner);
	inner_done(&inner);
}
