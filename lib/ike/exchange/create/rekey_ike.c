/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rekeying the IKE SA: RFC 7296 1.3.2, 2.18, 2.8.2. The initiator's children move when the answer is
 * there, the responder's when the peer shows that it uses the new one or deletes the old.
 */

#include <string.h>

#include "base/mem.h"
#include "ike/exchange/initial/auth.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/initial/init.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"

#define RETRY_SOON  SECONDS(5)
#define RETRY_LATER SECONDS(60)
/* A responder's new IKE SA that its initiator never uses. */
#define UNUSED_FOR  SECONDS(180)
#define REKEY_PAUSE SECONDS(1)
/* One that lost against ours, and whose Delete does not come. */
#define LOSER_FOR   SECONDS(5)

bool rekey_ike_under_way(const struct ike_sa *sa)
{
	return request_under_way(sa, REQUEST_REKEY_IKE) || sa->successor_peer != 0;
}

void rekey_ike(struct world *w, struct ike_sa *sa)
{
	const struct ike_sa *rival = ike_sa_find_id(w, sa->successor_peer);

	if (sa->state != IKE_ESTABLISHED || request_is_queued(sa, REQUEST_REKEY_IKE))
		return;
	if (sa->successor_peer != 0) {
		/* Half made, it perhaps never will be whole. */
		if (rival != NULL && rival->state == IKE_SUCCESSOR)
			timer_set(w, &sa->rekey_timer, TIMER_IKE_REKEY, w->now + RETRY_SOON);
		return;
	}
	(void)request_new(sa, REQUEST_REKEY_IKE);
	requests_run(w, sa);
}

/* --- the new one --- */

static struct ike_sa *successor_new(struct world *w, struct ike_sa *old, enum sa_role role,
				    uint64_t spi_i)
{
	struct ike_sa *sa = ike_sa_new(w, role, spi_i, &old->local, &old->remote);

	ike_sa_enter(sa, IKE_SUCCESSOR);
	sa->predecessor = old->id;
	sa->rekeyed = sa->confirmed = true;
	sa->rank = old->rank;
	ike_sa_set_connection(w, sa, old->connection);
	sa->local_id = old->local_id;
	sa->remote_id = old->remote_id;
	ike_sa_join_peer(w, sa);
	sa->nat_local = old->nat_local;
	sa->nat_remote = old->nat_remote;
	sa->peer_nat_traversal = old->peer_nat_traversal;
	sa->peer_is_cygnet = old->peer_is_cygnet;
	sa->child_ke = old->child_ke;
	sa->fragmentation = old->fragmentation;
	sa->childless = old->childless;
	world_random(w, sa->nonce_own, sizeof(sa->nonce_own));
	return sa;
}

static struct bytes own_spi(const struct ike_sa *sa, uint8_t out[IKE_SPI_LEN])
{
	uint64_t spi = ike_sa_own_spi(sa);

	for (int i = 0; i < IKE_SPI_LEN; i++)
		out[i] = (uint8_t)(spi >> (56 - 8 * i));
	return bytes_at(out, IKE_SPI_LEN);
}

static bool peer_spi(const struct suite *s, uint64_t *out)
{
	struct reader r = { bytes_at(s->spi, s->spi_len) };

	return s->spi_len == IKE_SPI_LEN && read_u64(&r, out) && *out != 0;
}

static void write_exchange(const struct ike_sa *sa, const struct ke_pair *pair,
			   struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_NONCE, false);
	write_bytes(&inner->chain, BYTES_OF(sa->nonce_own));
	payload_end(&inner->writer);
	payload_begin(&inner->writer, PAYLOAD_KE, false);
	ke_write(&inner->chain, (uint16_t)pair->ke->id, ke_pair_public(pair));
	payload_end(&inner->writer);
}

static void move_requests(struct ike_sa *from, struct ike_sa *to)
{
	LIST_FOR_EACH(link, &from->requests) {
		struct request *r = LIST_OBJECT(link, struct request, link);

		bool again = r->kind == REQUEST_DELETE_CHILD || r->kind == REQUEST_EMPTY;

		if (r->kind == REQUEST_DELETE_IKE || r->following ||
		    (r->state != REQUEST_QUEUED && !again))
			continue;
		/* Sent and not answered yet: said once more, where it can be heard. */
		request_requeue(r);
		list_remove(link);
		list_append(&to->requests, link);
	}
}

static void move_children(struct ike_sa *from, struct ike_sa *to)
{
	LIST_FOR_EACH(link, &from->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		child->ike_sa = to->id;
		child->inherited = true;
		list_remove(link);
		list_append(&to->children, link);
		from->child_count--;
		to->child_count++;
	}
}

/* Once: what comes later on the old one is heard of on the new one first. */
static void inherit_path(const struct ike_sa *from, struct ike_sa *to)
{
	to->local = from->local;
	to->remote = from->remote;
	to->nat_local = from->nat_local;
	to->nat_remote = from->nat_remote;
}

static void inherit(struct world *w, struct ike_sa *from, struct ike_sa *to)
{
	struct connection *c = ike_sa_connection(w, from);

	to->superseded = from->superseded;
	move_children(from, to);
	move_requests(from, to);
	mobike_inherit(from, to);
	if (c != NULL && c->ike_sa == from->id)
		c->ike_sa = to->id;
}

static void establish(struct world *w, const struct ike_sa *old, struct ike_sa *sa,
		      uint32_t window)
{
	char suite[SUITE_TEXT_MAX];

	auth_establish(w, sa, window);
	ike_sa_enter(sa, IKE_ESTABLISHED);
	report_ike(w, sa, REPORT_ESTABLISHED, "%s rekeyed IKE SA #%u {%s}",
		   sa->role == ROLE_INITIATOR ? "initiator" : "responder", old->serial,
		   suite_print_ike(&sa->suite, suite));
}

/* --- initiator --- */

static void start_failed(struct world *w, struct ike_sa *sa, struct request *request)
{
	struct ike_sa *successor = ike_sa_find_id(w, request->successor);

	sa->successor_own = 0;
	if (successor != NULL && successor->state == IKE_SUCCESSOR)
		ike_sa_drop(w, successor);
	request_done(w, sa, request);
}

/*
 * The PRF of the old one, where we may: of what comes of another one there are two opinions, RFC 7296
 * 2.18 (the keys by the new PRF) and that of strongSwan (by the old one).
 */
static struct offer successor_offer(const struct connection *c, const struct ike_sa *old)
{
	struct offer offer = ike_offer(c);

	offer_keep_prf(&offer, old->suite.prf);
	return offer;
}

void rekey_ike_i_start(struct world *w, struct ike_sa *sa, struct request *request)
{
	const struct connection *c = ike_sa_connection(w, sa);
	const struct ke_desc *ke;
	struct offer offer;

	/* The peer was faster, or there is nothing to rekey for any more. */
	if (c == NULL || sa->successor_peer != 0) {
		request_done(w, sa, request);
		return;
	}
	offer = successor_offer(c, sa);
	if (request->wanted_ke != NULL)
		ke = request->wanted_ke;
	else
		ke = offer_has_ke(&offer, (uint16_t)sa->suite.ke->id) ? sa->suite.ke
								     : offer_first_ke(&offer);
	report_ike(w, sa, REPORT_PROGRESS, "initiating rekey of IKE SA #%u", sa->serial);
	request->state = REQUEST_WORKING;
	request->successor = successor_new(w, sa, ROLE_INITIATOR, 0)->id;
	sa->successor_own = request->successor;
	request->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_START, request->token, ke, NULL, (struct bytes) { 0 });
}

/* What was said, whatever has become of the connection since. */
static struct offer offer_said(const struct request *request, const struct ike_sa *old)
{
	struct offer offer = ike_offer_of(&request->offered);

	offer_keep_prf(&offer, old->suite.prf);
	return offer;
}

static void send_request(struct world *w, struct ike_sa *sa, struct request *request,
			 struct ike_sa *successor, const struct connection *c)
{
	struct offer offer = successor_offer(c, sa);
	uint8_t spi[IKE_SPI_LEN];
	struct inner inner;

	algorithm_list_done(&request->offered);
	request->offered = algorithm_list_copy(offer.list);
	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_SA, false);
	offer_write(&offer, own_spi(successor, spi), &inner.chain);
	payload_end(&inner.writer);
	write_exchange(successor, &successor->pair, &inner);
	auth_write_window(w, &inner);
	request_seal_and_send(w, sa, request, EXCHANGE_CREATE_CHILD_SA, &inner);
	inner_done(&inner);
}

/* RFC 7296 2.8.2: of two new ones the one with the lowest nonce goes, by its initiator. */
static bool loses(struct world *w, const struct ike_sa *sa, const struct ike_sa *ours)
{
	const struct ike_sa *rival = ike_sa_find_id(w, sa->successor_peer);
	struct bytes a, b, peer;

	if (rival == NULL || rival->nonce_peer_len == 0)
		return false;
	peer = bytes_at(ours->nonce_peer, ours->nonce_peer_len);
	a = bytes_compare(BYTES_OF(ours->nonce_own), peer) < 0 ? BYTES_OF(ours->nonce_own) : peer;
	peer = bytes_at(rival->nonce_peer, rival->nonce_peer_len);
	b = bytes_compare(BYTES_OF(rival->nonce_own), peer) < 0 ? BYTES_OF(rival->nonce_own)
								 : peer;
	return bytes_compare(a, b) < 0;
}

/* The peer's of the same moment lost, and its initiator deletes it, if it ever knew it whole. */
static void expect_delete(struct world *w, const struct ike_sa *sa)
{
	struct ike_sa *rival = ike_sa_find_id(w, sa->successor_peer);

	if (rival != NULL && rival->state == IKE_ESTABLISHED)
		timer_set(w, &rival->half_open_timer, TIMER_HALF_OPEN, w->now + LOSER_FOR);
}

static void finish(struct world *w, struct ike_sa *sa, struct request *request,
		   struct ike_sa *successor)
{
	bool lost = loses(w, sa, successor);

	establish(w, sa, successor, successor->peer_window);
	successor->predecessor = 0;
	request_done(w, sa, request);
	if (sa->state != IKE_ESTABLISHED) {
		ike_close(w, successor, END_REPLACED, "what it replaces is closed");
		requests_run(w, sa);
		return;
	}
	if (lost) {
		ike_close(w, successor, END_REPLACED, "the peer's rekey of the same IKE SA stays");
		return;
	}
	expect_delete(w, sa);
	inherit_path(sa, successor);
	inherit(w, sa, successor);
	ike_retire(w, sa);
	requests_run(w, successor);
}

static void stop(struct world *w, struct ike_sa *sa, struct request *request, int64_t again_in)
{
	start_failed(w, sa, request);
	timer_set(w, &sa->rekey_timer, TIMER_IKE_REKEY, w->now + again_in);
	requests_run(w, sa);
}

/* One of its key exchanges is made. */
static void agreed(struct world *w, struct ike_sa *sa, struct request *request,
		   struct ike_sa *successor, struct bytes shared)
{
	ke_secrets_add(&request->ke, &successor->suite, shared);
	if (ke_secrets_complete(&request->ke)) {
		if (ike_sa_derive_successor(sa, successor, &request->ke))
			finish(w, sa, request, successor);
		else
			stop(w, sa, request, RETRY_LATER);
	} else if (sa->state != IKE_ESTABLISHED) {
		stop(w, sa, request, RETRY_LATER);
	} else if (loses(w, sa, successor)) {
		/* RFC 9370 2.2.4: there is nothing yet that could be deleted. */
		report_ike(w, sa, REPORT_REFUSED, "the peer's rekey of the same IKE SA stays");
		stop(w, sa, request, RETRY_SOON);
	} else {
		followup_i_next(w, sa, request, &successor->suite);
	}
}

void rekey_ike_i_on_job(struct world *w, struct ike_sa *sa, struct request *request,
			struct crypto_job *job)
{
	struct ike_sa *successor = ike_sa_find_id(w, request->successor);
	const struct connection *c = ike_sa_connection(w, sa);

	request->token = 0;
	if (successor == NULL || job->status != CRYPTO_OK) {
		stop(w, sa, request, RETRY_LATER);
	} else if (request->answered) {
		agreed(w, sa, request, successor, secret_bytes(&job->shared));
	} else if (request->following) {
		followup_i_send(w, sa, request, job);
	} else if (c == NULL) {
		stop(w, sa, request, RETRY_LATER);
	} else {
		ke_pair_done(&successor->pair); /* of a group that the peer did not want */
		successor->pair = job->pair;
		job->pair = (struct ke_pair) { 0 };
		send_request(w, sa, request, successor, c);
	}
}

struct outcome rekey_ike_i_answer(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct request *request = call->request;
	struct ike_sa *successor = ike_sa_find_id(w, request->successor);
	struct offer offer;
	struct bytes public;

	if (request->kind != REQUEST_REKEY_IKE)
		return child_i_refused(call);
	if (successor == NULL)
		return rekey_ike_i_refused(call, NOTIFY_INVALID_SYNTAX);
	offer = offer_said(request, sa);
	if (offer_check_answer(&offer, message_body(call->m, PAYLOAD_SA), &successor->suite) !=
		    CHOOSE_OK ||
	    !peer_spi(&successor->suite, &successor->spi_r) ||
	    successor->suite.ke != successor->pair.ke ||
	    !message_take_ke(call->m, successor->suite.ke, ROLE_RESPONDER, &public) ||
	    !followup_i_take_link(request, &successor->suite, call->m) ||
	    !init_take_nonce(successor, call->m))
		return rekey_ike_i_refused(call, NOTIFY_INVALID_SYNTAX);
	successor->peer_window = call->m->window;
	request_hold(w, sa, request);
	request->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_FINISH, request->token, successor->suite.ke, &successor->pair,
		   public);
	return WAIT_FOR_WORK;
}

struct outcome rekey_ike_i_late(struct step_call *call)
{
	const struct request *request = call->request;

	if (request->kind != REQUEST_REKEY_IKE ||
	    ike_sa_find_id(call->w, request->successor) == NULL)
		return late_answer(call);
	return request->following ? followup_i_answer(call) : rekey_ike_i_answer(call);
}

static bool rekey_ike_i_again(struct step_call *call, const struct connection *c,
			      struct ike_sa *successor)
{
	struct offer offer = successor_offer(c, call->sa);

	if (!create_ask_again(call, &offer, successor->pair.ke))
		return false;
	call->sa->successor_own = 0;
	ike_sa_drop(call->w, successor);
	return true;
}

struct outcome rekey_ike_i_refused(struct step_call *call, uint16_t notify)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct ike_sa *successor = ike_sa_find_id(w, call->request->successor);
	const struct connection *c = ike_sa_connection(w, sa);

	if (c != NULL && successor != NULL && rekey_ike_i_again(call, c, successor))
		return WAIT_FOR_WORK;
	report_ike(w, sa, REPORT_REFUSED, "the peer refused to rekey the IKE SA: %s",
		   notify_name(notify));
	sa->successor_own = 0;
	if (successor != NULL && successor->state == IKE_SUCCESSOR)
		ike_sa_drop(w, successor);
	timer_set(w, &sa->rekey_timer, TIMER_IKE_REKEY,
		  w->now + (notify_is_passing(notify) ? RETRY_SOON : RETRY_LATER));
	return DONE;
}

/* --- responder --- */

static bool busy(const struct world *w, const struct ike_sa *sa)
{
	if (sa->unwanted)
		return true;
	/* A peer that rekeys what it has just rekeyed would pile IKE SAs up. */
	if (sa->rekeyed && w->now - sa->established < REKEY_PAUSE)
		return true;
	/* RFC 7296 2.25.2: a rekey of the IKE SA and one of a Child SA do not go together. */
	if (followup_i_under_way(sa, sa->successor_own)) /* RFC 9370 2.2.4 */
		return true;
	return request_under_way(sa, REQUEST_CHILD) || request_under_way(sa, REQUEST_REKEY_CHILD) ||
	       sa->successor_peer != 0;
}

static uint16_t negotiate(struct step_call *call, struct suite *suite, uint64_t *spi,
			  struct ke_payload *ke)
{
	const struct connection *c = ike_sa_connection(call->w, call->sa);
	struct offer offer;
	uint16_t notify;

	if (c == NULL || busy(call->w, call->sa))
		return NOTIFY_TEMPORARY_FAILURE;
	if (ke_read(message_body(call->m, PAYLOAD_KE), ke) != WIRE_OK)
		return NOTIFY_INVALID_SYNTAX;
	offer = successor_offer(c, call->sa);
	notify = create_choose_suite(&offer, call->m, suite);
	if (notify == NOTIFY_NO_PROPOSAL_CHOSEN) {
		offer = ike_offer(c);
		notify = create_choose_suite(&offer, call->m, suite);
	}
	if (notify != 0)
		return notify;
	return peer_spi(suite, spi) ? 0 : NOTIFY_INVALID_SYNTAX;
}

struct outcome rekey_ike_r_request(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct ike_sa *successor;
	struct ke_payload ke;
	struct suite suite = { 0 };
	uint64_t spi_i;
	uint16_t notify = negotiate(call, &suite, &spi_i, &ke);

	if (notify != 0) {
		report_ike(w, sa, REPORT_REFUSED, "refused the peer's rekey of the IKE SA: %s",
			   notify_name(notify));
		create_write_refusal(&suite, notify, call->inner);
		return DONE;
	}
	successor = successor_new(w, sa, ROLE_RESPONDER, spi_i);
	successor->suite = suite;
	successor->peer_window = call->m->window;
	if (!init_take_nonce(successor, call->m)) {
		ike_sa_drop(w, successor);
		return REFUSE(NOTIFY_INVALID_SYNTAX);
	}
	sa->successor_peer = successor->id;
	call->reply->successor = successor->id;
	call->reply->token = sa->next_token++;
	job_submit(w, sa, JOB_KE_RESPOND, call->reply->token, suite.ke, NULL, ke.data);
	return WAIT_FOR_WORK;
}

void rekey_ike_r_write(struct world *w, const struct ike_sa *successor,
		       const struct ke_pair *pair, struct inner *inner)
{
	uint8_t spi[IKE_SPI_LEN];

	payload_begin(&inner->writer, PAYLOAD_SA, false);
	suite_write(&successor->suite, PROTO_IKE, own_spi(successor, spi), &inner->chain);
	payload_end(&inner->writer);
	write_exchange(successor, pair, inner);
	auth_write_window(w, inner);
}

uint16_t rekey_ike_r_finish(struct world *w, struct ike_sa *sa, struct ike_sa *successor,
			    const struct ke_secrets *ke)
{
	if (!ike_sa_derive_successor(sa, successor, ke))
		return NOTIFY_TEMPORARY_FAILURE;
	establish(w, sa, successor, successor->peer_window);
	timer_set(w, &successor->half_open_timer, TIMER_HALF_OPEN, w->now + UNUSED_FOR);
	return 0;
}

void rekey_ike_r_refuse(struct world *w, struct ike_sa *sa, struct ike_sa *successor)
{
	if (sa->successor_peer == successor->id)
		sa->successor_peer = 0;
	ike_sa_drop(w, successor);
}

/* --- from the old to the new --- */

bool rekey_ike_inherit(struct world *w, struct ike_sa *sa, enum end_reason reason)
{
	struct ike_sa *successor = ike_sa_find_id(w, sa->successor_peer);

	if (successor == NULL || successor->state != IKE_ESTABLISHED)
		return false;
	/* Nobody has answered on the old one, and nobody was ever heard on this one: who may have it
	 * by now is told that there is nothing on it. */
	if (reason == END_TIMEOUT && successor->predecessor != 0) {
		ike_close(w, successor, END_TIMEOUT, "the peer never used this new IKE SA");
		return false;
	}
	timer_stop(w, &successor->half_open_timer);
	if (successor->predecessor != 0)
		inherit_path(sa, successor);
	successor->predecessor = 0;
	inherit(w, sa, successor);
	requests_run(w, successor);
	return true;
}

void rekey_ike_proven(struct world *w, struct ike_sa *sa, uint8_t exchange)
{
	struct ike_sa *old = ike_sa_find_id(w, sa->predecessor);

	if (sa->role != ROLE_RESPONDER || sa->predecessor == 0)
		return;
	/* With ours of the same moment under way a Delete may say that this one lost; who asks for
	 * Child SAs on it has kept it. */
	if (old != NULL && old->state == IKE_ESTABLISHED && old->successor_own != 0 &&
	    exchange != EXCHANGE_CREATE_CHILD_SA)
		return;
	timer_stop(w, &sa->half_open_timer);
	sa->predecessor = 0;
	if (old != NULL && old->state == IKE_ESTABLISHED) {
		inherit_path(old, sa);
		inherit(w, old, sa);
		/* Its Delete is the peer's to send; without one it does not stay for ever. */
		timer_set(w, &old->half_open_timer, TIMER_HALF_OPEN, w->now + UNUSED_FOR);
	}
}

void rekey_ike_unused(struct world *w, struct ike_sa *sa)
{
	struct ike_sa *old = ike_sa_find_id(w, sa->predecessor);

	if (old == NULL || old->state != IKE_ESTABLISHED) {
		ike_end(w, sa, END_REPLACED, "another IKE SA has replaced it");
		return;
	}
	ike_close(w, sa, END_TIMEOUT, "the peer never used this new IKE SA");
	rekey_ike_ended(w, sa);
}

void rekey_ike_ended(struct world *w, const struct ike_sa *sa)
{
	struct ike_sa *old = ike_sa_find_id(w, sa->predecessor);

	if (old == NULL || old->state != IKE_ESTABLISHED || old->successor_peer != sa->id)
		return;
	old->successor_peer = 0;
	requests_run(w, old);
}
