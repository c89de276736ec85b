/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CREATE_CHILD_SA for Child SAs, new and rekeyed, both sides: RFC 7296 1.3.1, 1.3.3, RFC 9611. */

#include <string.h>

#include "ike/exchange/create/child.h"
#include "ike/exchange/create/ts.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/create/single_pair.h"
#include "ike/exchange/send.h"

/* --- initiator --- */

static void child_i_send(struct world *w, struct ike_sa *sa, struct request *request,
			 struct child_sa *child, const struct connection *c)
{
	char traffic[TRAFFIC_TEXT_MAX];
	const struct child_sa *old = child_sa_find_id(w, child->replaces);
	struct inner inner;

	inner_start(&inner);
	child_write_request(sa, child, c, CHILD_IN_CREATE, request, old == NULL ? 0 : old->spi_in,
			    &inner);
	request_seal_and_send(w, sa, request, EXCHANGE_CREATE_CHILD_SA, &inner);
	inner_done(&inner);
	report_child(w, child, REPORT_PROGRESS,
		     "sent CREATE_CHILD_SA request to create Child SA using IKE SA #%u "
		     "{ESP <0x%08x} %s",
		     sa->serial, child->spi_in, traffic_print(&child->traffic, traffic));
}

/* It cannot be had: the set is told, and the peer if it has its half already. */
static void give_up(struct world *w, struct ike_sa *sa, struct child_sa *child, uint16_t notify,
		    const char *why, bool peer_has_it)
{
	if (notify != 0)
		report_child(w, child, REPORT_REFUSED, "the peer refused the Child SA: %s",
			     notify_name(notify));
	else
		report_child(w, child, REPORT_REFUSED, "no Child SA: %s", why);
	if (child->replaces != 0)
		rekey_failed(w, sa, child, notify);
	else
		w->hooks->child_refused(w, sa, child, notify);
	if (peer_has_it)
		children_close(w, sa, &child, 1);
	else
		child_sa_free(w, child);
}

/* What the peer asked for, now or for an earlier Child SA; else what we like best. */
static const struct ke_desc *first_ke(const struct ike_sa *sa, const struct request *request,
				      const struct offer *offer)
{
	if (request->wanted_ke != NULL)
		return request->wanted_ke;
	if (sa->child_ke != NULL && offer_has_ke(offer, (uint16_t)sa->child_ke->id))
		return sa->child_ke;
	return offer_first_ke(offer);
}

void child_i_start(struct world *w, struct ike_sa *sa, struct request *request)
{
	struct child_sa *child = child_sa_find_id(w, request->child);
	const struct connection *c =
		child == NULL ? NULL : connection_find_id(&w->connections, child->connection);
	struct offer offer;

	if (c == NULL || child->superseded) {
		if (child != NULL)
			child_sa_free(w, child);
		request_done(w, sa, request);
		return;
	}
	if (child->replaces != 0 && !rekey_is_wanted(w, sa, child)) {
		rekey_failed(w, sa, child, NOTIFY_TEMPORARY_FAILURE);
		child_sa_free(w, child);
		request_done(w, sa, request);
		return;
	}
	request->state = REQUEST_WORKING;
	world_random(w, request->nonce, sizeof(request->nonce));
	memcpy(child->nonce_i, request->nonce, sizeof(request->nonce));
	child->nonce_i_len = sizeof(request->nonce);
	offer = child_offer(sa, c, CHILD_IN_CREATE, ROLE_INITIATOR);
	if (!offer.with_ke) {
		child_i_send(w, sa, request, child, c);
		return;
	}
	request->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_START, request->token, first_ke(sa, request, &offer), NULL,
		   (struct bytes) { 0 });
}

static const char another_replaces[] = "another one replaces the old one";

static void child_i_finish(struct world *w, struct ike_sa *sa, struct request *request,
			   struct child_sa *child)
{
	const char *why = NULL;

	if (child->replaces != 0 && !rekey_wins(w, sa, child))
		why = another_replaces;
	else if (!child_sa_derive(sa, child, bytes_at(child->nonce_i, child->nonce_i_len),
				  bytes_at(child->nonce_r, child->nonce_r_len), &request->ke))
		why = "its keys could not be made";
	else if (!child_bring_up(w, sa, child))
		why = "the kernel refuses it";
	request_done(w, sa, request);
	if (why != NULL)
		give_up(w, sa, child, 0, why, true);
	else if (child->replaces != 0)
		rekey_retire(w, sa, child->replaces);
	w->hooks->window_moved(w, sa);
	requests_run(w, sa);
}

/* One of its key exchanges is made. */
static void child_i_agreed(struct world *w, struct ike_sa *sa, struct request *request,
			   struct child_sa *child, struct bytes shared)
{
	ke_secrets_add(&request->ke, &child->suite, shared);
	if (ke_secrets_complete(&request->ke)) {
		child_i_finish(w, sa, request, child);
	} else if (child->replaces == 0 || rekey_wins(w, sa, child)) {
		followup_i_next(w, sa, request, &child->suite);
	} else {
		/* RFC 9370 2.2.4: who has the smallest nonce just stops; there is nothing yet that
		 * could be deleted. */
		request_done(w, sa, request);
		give_up(w, sa, child, 0, another_replaces, false);
		requests_run(w, sa);
	}
}

/* The key exchange that has just failed was the last that the peer needed. */
static bool peer_has_all(const struct request *request, const struct child_sa *child)
{
	unsigned next = request->following ? request->ke.place + 1U : 0;

	return request->answered && suite_next_addke(&child->suite, next) == ADDKE_MAX;
}

void child_i_fail(struct world *w, struct ike_sa *sa, struct request *request)
{
	struct child_sa *child = child_sa_find_id(w, request->child);
	bool peer_has_it = peer_has_all(request, child);

	request_done(w, sa, request);
	give_up(w, sa, child, 0, "the key exchange failed", peer_has_it);
	requests_run(w, sa);
}

void child_i_on_job(struct world *w, struct ike_sa *sa, struct request *request,
		    struct crypto_job *job)
{
	struct child_sa *child = child_sa_find_id(w, request->child);
	const struct connection *c =
		child == NULL ? NULL : connection_find_id(&w->connections, child->connection);

	request->token = 0;
	if (c == NULL) {
		request_done(w, sa, request);
		requests_run(w, sa);
	} else if (job->status != CRYPTO_OK) {
		child_i_fail(w, sa, request);
	} else if (request->answered) {
		child_i_agreed(w, sa, request, child, secret_bytes(&job->shared));
	} else if (request->following) {
		followup_i_send(w, sa, request, job);
	} else {
		ke_pair_done(&request->pair); /* of a group that the peer did not want */
		request->pair = job->pair;
		job->pair = (struct ke_pair) { 0 };
		child_i_send(w, sa, request, child, c);
	}
}

/* NULL, or why the peer's KE does not fit what it chose. */
static const char *take_ke(const struct child_sa *child, const struct message *m,
			   struct bytes *public)
{
	*public = (struct bytes) { 0 };
	if (child->suite.ke != NULL &&
	    !message_take_ke(m, child->suite.ke, ROLE_RESPONDER, public))
		return "the peer's key exchange value does not fit";
	return NULL;
}

static bool is_deleted(struct ike_sa *sa, uint32_t spi)
{
	for (size_t i = 0; i < DELETED_SPIS; i++)
		if (sa->deleted_spis[i] == spi && spi != 0) {
			sa->deleted_spis[i] = 0;
			return true;
		}
	return false;
}

struct outcome child_i_answer(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct request *request = call->request;
	struct child_sa *child = child_sa_find_id(w, request->child);
	const struct connection *c =
		child == NULL ? NULL : connection_find_id(&w->connections, child->connection);
	struct bytes public;
	const char *why;

	if (call->request->kind == REQUEST_REKEY_IKE)
		return rekey_ike_i_refused(call, NOTIFY_INVALID_SYNTAX);
	if (c == NULL)
		return DONE; /* not wanted any more; what was made there is deleted already */
	why = child_take_answer(sa, child, c, CHILD_IN_CREATE, call->m);
	if (why == NULL && child->suite.ke != NULL && child->suite.ke != request->pair.ke)
		why = "the peer chose another key exchange than it was sent";
	if (why == NULL)
		why = take_ke(child, call->m, &public);
	if (why == NULL && !followup_i_take_link(request, &child->suite, call->m))
		why = "the peer does not say how the additional key exchanges go on";
	request_hold(w, sa, request);
	if (why == NULL && is_deleted(sa, child->spi_out)) {
		give_up(w, sa, child, 0, "the peer has deleted it already", false);
		return DONE;
	}
	if (why != NULL) {
		give_up(w, sa, child, 0, why, true);
		return DONE;
	}
	if (public.len == 0) {
		child_i_finish(w, sa, request, child);
		return WAIT_FOR_WORK; /* the request is over and gone */
	}
	request->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_FINISH, request->token, child->suite.ke, &request->pair, public);
	return WAIT_FOR_WORK;
}

bool create_ask_again(struct step_call *call, const struct offer *offer,
		      const struct ke_desc *sent)
{
	struct request *request = call->request;
	const struct ke_desc *wanted = message_wanted_ke(call->m, offer, sent);

	if (wanted == NULL || request->wanted_ke != NULL || request->following)
		return false;
	report_ike(call->w, call->sa, REPORT_PROGRESS,
		   "the peer wants key exchange %s instead of %s", wanted->name,
		   sent == NULL ? "none" : sent->name);
	request->wanted_ke = wanted;
	ke_pair_done(&request->pair);
	request_hold(call->w, call->sa, request);
	request_requeue(request);
	return true;
}

/* The same Child SA, asked for with the group that the peer named. */
static bool child_i_again(struct step_call *call, const struct child_sa *child)
{
	const struct connection *c =
		connection_find_id(&call->w->connections, child->connection);
	struct offer offer;

	if (c == NULL)
		return false;
	offer = child_offer(call->sa, c, CHILD_IN_CREATE, ROLE_INITIATOR);
	if (!offer.with_ke || !create_ask_again(call, &offer, call->request->pair.ke))
		return false;
	call->sa->child_ke = call->request->wanted_ke;
	return true;
}

/* The same for the addresses of its packet only. Its key pair was not used, but is not sent again. */
static bool child_i_for_pair(struct step_call *call, struct child_sa *child, uint16_t notify)
{
	if (call->request->following || !single_pair_wanted(call->w, call->sa, child, notify))
		return false;
	single_pair_narrow(call->sa, child);
	ke_pair_done(&call->request->pair);
	request_hold(call->w, call->sa, call->request);
	request_requeue(call->request);
	return true;
}

struct outcome child_i_refused(struct step_call *call)
{
	struct child_sa *child = child_sa_find_id(call->w, call->request->child);
	uint16_t notify = call->m->error != 0 ? call->m->error : NOTIFY_INVALID_SYNTAX;

	if (call->request->kind == REQUEST_REKEY_IKE)
		return rekey_ike_i_refused(call, notify);
	if (child != NULL &&
	    (child_i_again(call, child) || child_i_for_pair(call, child, notify)))
		return WAIT_FOR_WORK;
	if (child != NULL)
		give_up(call->w, call->sa, child, notify, NULL, false);
	return DONE;
}

/* As Cygnets say it: write_resource_info(). */
static bool is_for_head(const struct message *m)
{
	for (size_t i = 0; i < m->resource_info.len; i++)
		if (m->resource_info.ptr[i] != 0)
			return false;
	return true;
}

/* --- responder --- */

static uint16_t negotiate(struct step_call *call, struct child_sa *child)
{
	struct world *w = call->w;
	struct connection *c;
	uint16_t notify;

	if (call->m->has_rekey)
		return rekey_negotiate(call, child);
	c = ts_find_connection(w, call->sa, call->m, child);
	if (c == NULL)
		return NOTIFY_TS_UNACCEPTABLE;
	child_sa_set_connection(w, child, c->id);
	child->reqid = c->reqid;
	notify = child_choose(call->sa, child, c, CHILD_IN_CREATE, call->m);
	if (notify != 0)
		return notify;
	child->resource_info = call->m->has_resource_info && c->conf->clones.kind != CLONES_NO;
	child->asked_as_clone = child->resource_info && call->sa->peer_is_cygnet &&
				!is_for_head(call->m);
	return w->hooks->admit_child(w, call->sa, child);
}

uint16_t child_r_finish(struct world *w, struct ike_sa *sa, struct child_sa *child,
			const struct ke_secrets *ke)
{
	if (!child_sa_derive(sa, child, bytes_at(child->nonce_i, child->nonce_i_len),
			     bytes_at(child->nonce_r, child->nonce_r_len), ke) ||
	    !child_bring_up(w, sa, child))
		return NOTIFY_TEMPORARY_FAILURE;
	return 0;
}

void child_r_refuse(struct world *w, struct ike_sa *sa, struct child_sa *child, uint16_t notify)
{
	report_child(w, child, REPORT_REFUSED, "refused the peer's Child SA: %s",
		     notify_name(notify));
	if (child->replaces == 0)
		w->hooks->child_refused(w, sa, child, notify);
	child_sa_free(w, child);
}

/* RFC 7296 1.3: INVALID_KE_PAYLOAD names the group that is wanted. */
void create_write_refusal(const struct suite *suite, uint16_t notify, struct inner *inner)
{
	uint16_t id = suite->ke == NULL ? KE_NONE : (uint16_t)suite->ke->id;
	uint8_t group[2] = { (uint8_t)(id >> 8), (uint8_t)id };

	inner_notify(inner, notify,
		     notify == NOTIFY_INVALID_KE_PAYLOAD ? BYTES_OF(group) : (struct bytes) { 0 });
}

struct outcome child_r_request(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct child_sa *child;
	struct ke_payload ke;
	uint16_t notify;

	/* RFC 7296 2.25: nothing new while this IKE SA is being replaced. */
	if (ike_sa_connection(w, sa) == NULL || sa->unwanted || rekey_ike_under_way(sa))
		return REFUSE(NOTIFY_TEMPORARY_FAILURE);
	if (ts_is_malformed(call->m)) {
		report_ike(w, sa, REPORT_HOSTILE, "refused a Child SA: malformed traffic selectors");
		return REFUSE(NOTIFY_INVALID_SYNTAX);
	}
	child = child_sa_new(w, sa, ike_sa_connection(w, sa), ROLE_RESPONDER);
	child->message_id = call->m->header.message_id;
	/* Here and not when the keys are made: until then it can already be compared. */
	world_random(w, child->nonce_r, NONCE_OURS);
	child->nonce_r_len = NONCE_OURS;
	notify = negotiate(call, child);
	if (notify == 0 && child->suite.ke != NULL) {
		/* child_choose() found it to be of this group and length */
		if (ke_read(message_body(call->m, PAYLOAD_KE), &ke) != WIRE_OK)
			notify = NOTIFY_INVALID_SYNTAX;
	}
	if (notify == 0 && child->suite.ke != NULL) {
		sa->child_ke = child->suite.ke;
		call->reply->child = child->id;
		call->reply->token = sa->next_token++;
		job_submit(w, sa, JOB_KE_RESPOND, call->reply->token, child->suite.ke, NULL,
			   ke.data);
		return WAIT_FOR_WORK;
	}
	if (notify == 0)
		notify = child_r_finish(w, sa, child, NULL);
	if (notify != 0) {
		create_write_refusal(&child->suite, notify, call->inner);
		child_r_refuse(w, sa, child, notify);
	} else {
		child_write_answer(child, CHILD_IN_CREATE, (struct bytes) { 0 }, call->inner);
	}
	return DONE;
}

struct outcome late_request(struct step_call *call)
{
	(void)call;
	return REFUSE(NOTIFY_TEMPORARY_FAILURE);
}

struct outcome late_answer(struct step_call *call)
{
	(void)call;
	return DONE;
}
