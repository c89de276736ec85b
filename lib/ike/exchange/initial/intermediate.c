/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE_INTERMEDIATE (RFC 9242), and the additional key exchanges (RFC 9370) that are made in it, one
 * in each. The keys change after each; what is said in it is proven by IKE_AUTH.
 */

#include "ike/exchange/ends.h"
#include "ike/exchange/initial/init.h"
#include "ike/exchange/send.h"
#include "ike/sa/int_auth.h"

/* Those for our own needs, and a few for what a peer may want besides. */
enum { INTERMEDIATES_MAX = ADDKE_MAX + 3 };

static const char not_valid[] = "the peer's additional key exchange is not valid";
static const char no_keys[] = "the keys could not be made";

static const struct ke_desc *wanted(const struct ike_sa *sa)
{
	return sa->suite.addke[sa->addke];
}

static void write_ke(const struct crypto_job *job, struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_KE, false);
	ke_write(&inner->chain, (uint16_t)job->ke->id, ke_pair_public(&job->pair));
	payload_end(&inner->writer);
}

/* The peer's half; it is part of what the peer will prove. */
static bool take_half(struct ike_sa *sa, const struct message *m, struct bytes *out)
{
	enum sa_role peer = sa->role == ROLE_INITIATOR ? ROLE_RESPONDER : ROLE_INITIATOR;

	return m->sk_alone && message_take_ke(m, wanted(sa), peer, out) &&
	       int_auth_add_peers(sa, &m->header, m->sk_flags, m->inner);
}

/* The exchange is over at this end. */
static bool add_keys(struct ike_sa *sa, const struct crypto_job *job)
{
	sa->intermediates++;
	sa->addke = (uint8_t)suite_next_addke(&sa->suite, sa->addke + 1U);
	return ike_sa_derive_more(sa, secret_bytes(&job->shared), int_auth_auth_id(sa));
}

/* --- initiator --- */

void intermediate_i_next(struct world *w, struct ike_sa *sa)
{
	sa->addke = (uint8_t)suite_next_addke(&sa->suite, sa->addke);
	if (sa->addke == ADDKE_MAX) {
		auth_i_send(w, sa);
		return;
	}
	ike_sa_enter(sa, IKE_INTERMEDIATE_SENT);
	sa->init_token = sa->next_token++;
	job_submit(w, sa, JOB_KE_START, sa->init_token, wanted(sa), NULL, (struct bytes) { 0 });
}

static void send_half(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	char peer[ENDPOINT_TEXT_MAX];
	struct inner inner;

	inner_start(&inner);
	write_ke(job, &inner);
	sa->pair = job->pair;
	job->pair = (struct ke_pair) { 0 };
	if (!int_auth_add_own(sa, false, request_next_id(sa), &inner)) {
		inner_done(&inner);
		ike_end(w, sa, END_INTERNAL, no_keys);
		return;
	}
	request_seal_and_send(w, sa, request_new(sa, REQUEST_INTERMEDIATE),
			      EXCHANGE_IKE_INTERMEDIATE, &inner);
	inner_done(&inner);
	report_ike(w, sa, REPORT_PROGRESS, "sent IKE_INTERMEDIATE request to %s {addke%u=%s}",
		   endpoint_print(&sa->remote, peer), sa->addke + 1U, wanted(sa)->name);
}

struct outcome intermediate_i_answer(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	struct bytes half;

	if (!take_half(sa, call->m, &half))
		return KILL(END_REFUSED, not_valid);
	request_hold(call->w, sa, call->request);
	sa->init_token = sa->next_token++;
	job_submit(call->w, sa, JOB_KE_FINISH, sa->init_token, wanted(sa), &sa->pair, half);
	return WAIT_FOR_WORK;
}

struct outcome intermediate_i_refused(struct step_call *call)
{
	if (call->m->error == 0)
		return DROP;
	report_ike(call->w, call->sa, REPORT_REFUSED, "IKE_INTERMEDIATE request rejected by peer: %s",
		   notify_name(call->m->error));
	return KILL(END_REFUSED, "rejected by the peer");
}

void intermediate_i_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	if (job->kind == JOB_KE_START && job->status == CRYPTO_OK) {
		send_half(w, sa, job);
	} else if (job->status != CRYPTO_OK || !add_keys(sa, job)) {
		ike_end(w, sa, END_REFUSED,
			job->status == CRYPTO_BAD_INPUT ? not_valid : no_keys);
	} else {
		requests_drop_all(w, sa);
		report_ike(w, sa, REPORT_PROGRESS,
			   "initiator processed IKE_INTERMEDIATE, initiating %s",
			   sa->addke < ADDKE_MAX ? "IKE_INTERMEDIATE" : "IKE_AUTH");
		intermediate_i_next(w, sa);
	}
}

/* --- responder --- */

static struct outcome refuse(struct step_call *call)
{
	inner_notify(call->inner, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
	return KILL(END_REFUSED, not_valid);
}

/* RFC 7296 2.23: a NAT may change the port, not who it is. */
static bool follow_port(struct ike_sa *sa, const struct message *m)
{
	if (!address_equal(&sa->remote.address, &m->remote.address) ||
	    !address_equal(&sa->local.address, &m->local.address))
		return false;
	sa->local = m->local;
	sa->remote = m->remote;
	return true;
}

struct outcome intermediate_r_request(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct bytes half;

	if (!follow_port(sa, call->m))
		return DROP;
	if (!take_half(sa, call->m, &half))
		return refuse(call);
	timer_set(w, &sa->half_open_timer, TIMER_HALF_OPEN, w->now + HALF_OPEN_TIME);
	sa->init_token = sa->next_token++;
	call->reply->token = sa->init_token;
	job_submit(w, sa, JOB_KE_RESPOND, sa->init_token, wanted(sa), NULL, half);
	return WAIT_FOR_WORK;
}

/* Nothing of ours is due. RFC 9242 has payloads that we know of in no other one. */
struct outcome intermediate_r_other(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;

	if (!sa->intermediate || !follow_port(sa, call->m))
		return DROP;
	if (!call->m->sk_alone || payload_find(&call->m->payloads, PAYLOAD_KE) != NULL ||
	    sa->intermediates >= INTERMEDIATES_MAX ||
	    !int_auth_add_peers(sa, &call->m->header, call->m->sk_flags, call->m->inner) ||
	    !int_auth_add_own(sa, true, call->m->header.message_id, call->inner))
		return refuse(call);
	sa->intermediates++;
	timer_set(w, &sa->half_open_timer, TIMER_HALF_OPEN, w->now + HALF_OPEN_TIME);
	return DONE;
}

/* The answer goes out under the keys of the request, which stay for repetitions of that. */
static bool answer_half(struct world *w, struct ike_sa *sa, struct reply *reply,
			const struct crypto_job *job)
{
	struct inner inner;
	bool ok;

	inner_start(&inner);
	write_ke(job, &inner);
	ok = int_auth_add_own(sa, true, reply->message_id, &inner);
	if (ok)
		reply_seal_and_send(w, sa, reply, EXCHANGE_IKE_INTERMEDIATE, &inner);
	inner_done(&inner);
	return ok && add_keys(sa, job);
}

void intermediate_r_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	struct reply *reply = reply_by_token(sa, job->token);
	struct inner inner;

	if (reply != NULL && job->status == CRYPTO_OK && answer_half(w, sa, reply, job)) {
		if (sa->addke == ADDKE_MAX)
			ike_sa_enter(sa, IKE_INIT_ANSWERED);
		return;
	}
	if (reply != NULL && job->status == CRYPTO_BAD_INPUT) {
		report_ike(w, sa, REPORT_HOSTILE, "%s", not_valid);
		inner_start(&inner);
		inner_notify(&inner, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
		reply_seal_and_send(w, sa, reply, EXCHANGE_IKE_INTERMEDIATE, &inner);
		inner_done(&inner);
	}
	ike_end(w, sa, END_REFUSED, job->status == CRYPTO_BAD_INPUT ? not_valid : no_keys);
}
