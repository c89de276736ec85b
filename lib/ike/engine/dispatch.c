/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From bytes to handlers and back. Nothing reaches a handler before its message is known to be of
 * the SA, in the window, authentic and well formed; and dispatch alone moves a state, keeps an
 * answer and ends an SA.
 */

#include "ike/engine/engine.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/half_made.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/path.h"
#include "ike/exchange/send.h"
#include "ike/exchange/steps.h"
#include "ike/sa/assembly.h"
#include "ike/sa/int_auth.h"

void dispatch_drop(struct world *w, const struct endpoint *remote, const char *why)
{
	w->datagrams_dropped++;
	report_peer(w, remote, REPORT_HOSTILE, "dropped a message: %s", why);
}

static const char *status_text(enum wire_status status)
{
	static const char *const texts[] = {
		[WIRE_OK] = "",
		[WIRE_TRUNCATED] = "it is cut short",
		[WIRE_BAD_VALUE] = "a field has a value that is not allowed",
		[WIRE_TOO_MANY] = "it has too many parts",
		[WIRE_UNSUPPORTED] = "it has something that is not supported",
	};

	return texts[status];
}

/* --- first messages --- */

/* The same first message again: the same answer again. */
static void init_again(struct world *w, struct ike_sa *sa, const struct message *m)
{
	if ((sa->state == IKE_INIT_ANSWERED || sa->state == IKE_INTERMEDIATE_DUE) &&
	    bytes_equal(buffer_bytes(&sa->init_peer), m->datagram))
		ike_sa_send(w, sa, buffer_bytes(&sa->init_own));
}

/* Our own first message, sent back to us: whoever answers it talks to himself. */
static bool is_our_own(const struct world *w, const struct ike_header *h)
{
	const struct ike_sa *sa = ike_sa_find_spi(w, h->spi_i);

	return sa != NULL && sa->role == ROLE_INITIATOR;
}

/* It is kept until IKE_AUTH (RFC 7296 2.15), for peers that may not be who they seem. */
enum { FIRST_MESSAGE_MAX = 8192 };

static void dispatch_first(struct world *w, struct message *m)
{
	struct step_call call = { .w = w, .m = m };
	const struct ike_header *h = &m->header;
	const struct step *step;
	struct ike_sa *sa;

	if (h->exchange != EXCHANGE_IKE_SA_INIT || h->message_id != 0 ||
	    (h->flags & FLAG_INITIATOR) == 0 || (h->flags & FLAG_RESPONSE) != 0) {
		dispatch_drop(w, &m->remote, "it belongs to no IKE SA");
		return;
	}
	if (is_our_own(w, h)) {
		dispatch_drop(w, &m->remote, "it is our own");
		return;
	}
	sa = ike_sa_find_peer(w, h->spi_i, &m->remote);
	if (sa != NULL) {
		init_again(w, sa, m);
		return;
	}
	step = step_find(IKE_NONE, m);
	if (m->datagram.len > FIRST_MESSAGE_MAX || step == NULL || message_has_duplicates(m) ||
	    m->unknown_critical != 0) {
		dispatch_drop(w, &m->remote, "an IKE_SA_INIT request without what it needs");
		return;
	}
	(void)step->handle(&call);
}

/* --- messages of an IKE SA --- */

static void refuse(struct world *w, struct ike_sa *sa, struct reply *reply, uint8_t exchange,
		   uint16_t notify, struct bytes data)
{
	struct inner inner;

	inner_start(&inner);
	inner_notify(&inner, notify, data);
	reply_seal_and_send(w, sa, reply, exchange, &inner);
	inner_done(&inner);
}

static void run_request(struct world *w, struct ike_sa *sa, const struct step *step,
			struct message *m, struct reply *reply)
{
	struct inner inner;
	struct step_call call = { .w = w, .sa = sa, .m = m, .reply = reply, .inner = &inner };
	enum ike_state before = sa->state;
	struct outcome outcome;

	inner_start(&inner);
	outcome = step->handle(&call);
	switch (outcome.kind) {
	case OUTCOME_DONE:
		if (sa->state == before)
			ike_sa_enter(sa, step->next);
		reply_seal_and_send(w, sa, reply, m->header.exchange, &inner);
		break;
	case OUTCOME_WAIT:
		reply->working = true;
		break;
	case OUTCOME_REFUSE:
		refuse(w, sa, reply, m->header.exchange, outcome.notify, (struct bytes) { 0 });
		break;
	case OUTCOME_DROP:
		reply->used = false;
		break;
	case OUTCOME_KILL:
		reply_seal_and_send(w, sa, reply, m->header.exchange, &inner);
		ike_end(w, sa, outcome.reason, outcome.why);
		break;
	}
	inner_done(&inner);
	if (sa->state != IKE_GONE)
		requests_run(w, sa);
}

static void run_response(struct world *w, struct ike_sa *sa, const struct step *step,
			 struct message *m, struct request *request)
{
	struct step_call call = { .w = w, .sa = sa, .m = m, .request = request };
	enum ike_state before = sa->state;
	struct outcome outcome = step->handle(&call);

	switch (outcome.kind) {
	case OUTCOME_DONE:
		if (sa->state == IKE_GONE)
			return;
		if (sa->state == before)
			ike_sa_enter(sa, step->next);
		request_done(w, sa, request);
		break;
	case OUTCOME_KILL:
		if (sa->state == IKE_ESTABLISHED) {
			request_done(w, sa, request);
			ike_close(w, sa, outcome.reason, outcome.why);
		} else {
			ike_end(w, sa, outcome.reason, outcome.why);
		}
		return;
	case OUTCOME_WAIT:
	case OUTCOME_REFUSE:
	case OUTCOME_DROP:
		break;
	}
	if (sa->state != IKE_GONE)
		requests_run(w, sa);
}

/* Authentic, of the window, and new. What is wrong with it is said in the answer. */
static void dispatch_request(struct world *w, struct ike_sa *sa, struct message *m,
			     struct reply *reply, enum wire_status status)
{
	uint8_t exchange = m->header.exchange;
	const struct step *step = step_find(sa->state, m);

	if (status == WIRE_OK && m->unknown_critical != 0) {
		refuse(w, sa, reply, exchange, NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD,
		       BYTES_OF(((uint8_t[]) { m->unknown_critical })));
		return;
	}
	if (status == WIRE_OK && step != NULL && !message_has_duplicates(m)) {
		run_request(w, sa, step, m, reply);
		return;
	}
	report_ike(w, sa, REPORT_HOSTILE, "malformed %s request: %s", exchange_name(exchange),
		   status != WIRE_OK ? status_text(status)
				     : "not the payloads that belong to it");
	refuse(w, sa, reply, exchange, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
	/* RFC 7296 2.21.2: before it is established what cannot be read ends the attempt. */
	if (sa->state != IKE_ESTABLISHED && sa->state != IKE_DELETING)
		ike_end(w, sa, END_REFUSED, "malformed request");
}

static enum exchange_type exchange_of(const struct request *request)
{
	if (request->following)
		return EXCHANGE_IKE_FOLLOWUP_KE;
	switch (request->kind) {
	case REQUEST_INIT:
		return EXCHANGE_IKE_SA_INIT;
	case REQUEST_INTERMEDIATE:
		return EXCHANGE_IKE_INTERMEDIATE;
	case REQUEST_AUTH:
		return EXCHANGE_IKE_AUTH;
	case REQUEST_CHILD:
	case REQUEST_REKEY_CHILD:
	case REQUEST_REKEY_IKE:
		return EXCHANGE_CREATE_CHILD_SA;
	default:
		return EXCHANGE_INFORMATIONAL;
	}
}

static void dispatch_response(struct world *w, struct ike_sa *sa, struct message *m,
			      enum wire_status status)
{
	struct request *request = request_in_flight(sa, m->header.message_id);
	const struct step *step = step_find(sa->state, m);

	if (request == NULL || request->answered)
		return; /* an answer that came twice */
	if (m->header.exchange != exchange_of(request) || status != WIRE_OK ||
	    step == NULL || m->unknown_critical != 0 || message_has_duplicates(m)) {
		dispatch_drop(w, &m->remote, "a response that does not have what belongs to it");
		return;
	}
	if (m->header.message_id >= sa->highest_answer)
		sa->highest_answer = m->header.message_id + 1;
	/* Or it would be sent again, where the answer shows that the peer is elsewhere. */
	if (sa->state == IKE_ESTABLISHED)
		request_hold(w, sa, request);
	path_heard(w, sa, m, m->header.message_id + 1 == sa->highest_answer);
	children_proven_with_ike(w, sa, UINT32_MAX);
	run_response(w, sa, step, m, request);
}

/* Decrypts; the first proof that the message is the peer's. */
static bool open_message(struct world *w, struct ike_sa *sa, struct message *m,
			 struct buffer *plain)
{
	const struct payload *sk = payload_find(&m->payloads, PAYLOAD_SK);

	if (payload_find(&m->payloads, PAYLOAD_SKF) != NULL && sa->keys.d.len > 0)
		return dispatch_fragment(w, sa, m, plain);
	if (sk == NULL || sa->keys.d.len == 0) {
		dispatch_drop(w, &m->remote, "it is not protected");
		return false;
	}
	if (ike_open(sa, m->datagram, sk, m->payloads.sk_next, plain) != CRYPTO_OK) {
		dispatch_drop(w, &m->remote, "it is not authentic");
		return false;
	}
	m->sk_flags = sk->flags;
	m->sk_alone = m->payloads.count == 1;
	assembly_drop(w, sa, &m->header);
	return true;
}

static enum wire_status read_inner(struct message *m, const struct buffer *plain)
{
	enum wire_status status = payloads_read_inner(
		plain->ptr[0], bytes_at(plain->ptr + 1, plain->len - 1), &m->payloads);

	if (status != WIRE_OK) {
		m->payloads.count = 0;
		return status;
	}
	m->inner = buffer_bytes(plain);
	return message_digest(m);
}

const char *dispatch_unwanted(const struct ike_sa *sa, const struct message *m)
{
	if (!step_exists(sa->state, m->header.exchange, false))
		return "a request that does not belong to the SA's state";
	/* RFC 7296 2.2, 2.3: one after the other, and the window is 1 until IKE_AUTH is done. */
	if ((sa->state == IKE_INIT_ANSWERED || sa->state == IKE_INTERMEDIATE_DUE) &&
	    m->header.message_id != int_auth_auth_id(sa))
		return "its message id is not the one that comes next";
	return NULL;
}

static void request_arrived(struct world *w, struct ike_sa *sa, struct message *m,
			    const struct buffer *plain)
{
	uint32_t id = m->header.message_id;
	const char *unwanted;
	struct reply *reply;

	switch (reply_find(sa, id, w->setup->ike_window, &reply)) {
	case REPLY_AGAIN:
		child_proof_restart(w, sa, id);
		reply->local = m->local;
		reply->remote = m->remote;
		if (reply->datagram.len > 0) /* empty: it could not be sealed */
			reply_send(w, sa, reply);
		return;
	case REPLY_WORKING:
		return;
	case REPLY_OUTSIDE:
		dispatch_drop(w, &m->remote, "its message id is outside the window");
		return;
	case REPLY_NEW:
		break;
	}
	unwanted = dispatch_unwanted(sa, m);
	if (unwanted != NULL) {
		dispatch_drop(w, &m->remote, unwanted);
		return;
	}
	reply_begin(sa, reply, id);
	reply->local = m->local;
	reply->remote = m->remote;
	path_heard(w, sa, m, id + 1 == sa->highest_request);
	dispatch_request(w, sa, m, reply, read_inner(m, plain));
	/* Last, since it may just have deleted what its id would prove. */
	if (sa->state == IKE_ESTABLISHED)
		children_proven_by(w, sa, id);
}

static void dispatch_protected(struct world *w, struct ike_sa *sa, struct message *m)
{
	struct buffer plain = { 0 };

	if (open_message(w, sa, m, &plain)) {
		rekey_ike_proven(w, sa, m->header.exchange);
		if ((m->header.flags & FLAG_RESPONSE) == 0)
			request_arrived(w, sa, m, &plain);
		else
			dispatch_response(w, sa, m, read_inner(m, &plain));
	}
	buffer_wipe(&plain);
}

/* The role flag and the peer's SPI have to be what they were. */
static bool belongs(const struct ike_sa *sa, const struct ike_header *h)
{
	bool from_initiator = (h->flags & FLAG_INITIATOR) != 0;
	bool first_answer = sa->state == IKE_INIT_SENT && h->exchange == EXCHANGE_IKE_SA_INIT;

	if (from_initiator == (sa->role == ROLE_INITIATOR))
		return false;
	return h->spi_i == sa->spi_i && (first_answer || h->spi_r == sa->spi_r);
}

static void dispatch_known(struct world *w, struct ike_sa *sa, struct message *m)
{
	engine_speak_for(w, sa);
	if (!belongs(sa, &m->header)) {
		dispatch_drop(w, &m->remote, "its SPIs or flags are not those of the IKE SA");
		return;
	}
	if (m->header.exchange != EXCHANGE_IKE_SA_INIT) {
		dispatch_protected(w, sa, m);
	} else if (sa->state == IKE_INIT_SENT && (m->header.flags & FLAG_RESPONSE) != 0) {
		dispatch_response(w, sa, m, WIRE_OK);
	}
}

static enum wire_status read_outer(struct message *m)
{
	struct bytes chain = bytes_at(m->datagram.ptr + IKE_HEADER_LEN,
				      m->datagram.len - IKE_HEADER_LEN);
	enum wire_status status = payloads_read(m->header.next_payload, chain, &m->payloads);

	return status == WIRE_OK ? message_digest(m) : status;
}

void dispatch_datagram(struct world *w, const struct endpoint *local,
		       const struct endpoint *remote, struct bytes datagram)
{
	struct message m = { .local = *local, .remote = *remote, .datagram = datagram };
	struct ike_header *h = &m.header;
	enum wire_status status = ike_header_read(datagram, h);
	uint64_t own_spi;
	struct ike_sa *sa;

	w->datagrams_in++;
	if (status == WIRE_OK && h->version >> 4 != IKE_VERSION >> 4) {
		dispatch_drop(w, remote, "it is not IKEv2");
		/* RFC 7296 2.5: a higher major version is told which one we have. */
		if (h->version >> 4 > IKE_VERSION >> 4 && (h->flags & FLAG_RESPONSE) == 0)
			answer_in_the_clear(w, local, remote, h, NOTIFY_INVALID_MAJOR_VERSION,
					    (struct bytes) { 0 });
		return;
	}
	if (status != WIRE_OK) {
		dispatch_drop(w, remote, status_text(status));
		return;
	}
	/* Before anything of it is read: a guessed SPI costs one look. */
	own_spi = (h->flags & FLAG_INITIATOR) != 0 ? h->spi_r : h->spi_i;
	sa = own_spi == 0 ? NULL : ike_sa_find_spi(w, own_spi);
	if (own_spi != 0 && (sa == NULL || sa->state == IKE_GONE)) {
		dispatch_drop(w, remote, "it belongs to no IKE SA");
		return;
	}
	status = read_outer(&m);
	if (status != WIRE_OK)
		dispatch_drop(w, remote, status_text(status));
	else if (sa != NULL)
		dispatch_known(w, sa, &m);
	else
		dispatch_first(w, &m);
}

/* --- jobs --- */

static void dispatch_sa_job(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	struct request *request;
	struct reply *reply;

	if (sa->init_token == job->token && job->token != 0) {
		if (sa->role == ROLE_INITIATOR)
			init_i_on_job(w, sa, job);
		else
			init_r_on_job(w, sa, job);
		return;
	}
	request = request_by_token(sa, job->token);
	if (request != NULL && request->kind == REQUEST_REKEY_IKE) {
		rekey_ike_i_on_job(w, sa, request, job);
		return;
	}
	if (request != NULL) {
		child_i_on_job(w, sa, request, job);
		return;
	}
	reply = reply_by_token(sa, job->token);
	if (reply != NULL && reply->followup != 0)
		followup_r_on_job(w, sa, reply, job);
	else if (reply != NULL)
		half_made_on_job(w, sa, reply, job);
}

void dispatch_job(struct world *w, struct crypto_job *job)
{
	struct ike_sa *sa = ike_sa_find_id(w, job->ike_sa);

	if (!job->urgent)
		w->guard.work -= job->ke->work;
	if (sa != NULL && sa->state != IKE_GONE) {
		engine_speak_for(w, sa);
		dispatch_sa_job(w, sa, job);
	}
	crypto_job_free(job);
}
