/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_SA_INIT as the responder: RFC 7296 1.2, 2.6. */

#include "ike/exchange/initial/candidates.h"
#include "ike/exchange/initial/cookie.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/initial/init.h"
#include "ike/exchange/initial/ppk.h"
#include "ike/exchange/send.h"

static void refuse(struct step_call *call, uint16_t notify, struct bytes data)
{
	const struct message *m = call->m;

	answer_in_the_clear(call->w, &m->local, &m->remote, &m->header, notify, data);
}

static bool asks_for_cookie(struct step_call *call)
{
	uint8_t cookie[COOKIE_LEN];

	switch (cookie_check(call->w, call->m, cookie)) {
	case COOKIE_GOOD:
		return false;
	case COOKIE_WANTED:
		call->w->cookies_sent++;
		refuse(call, NOTIFY_COOKIE, BYTES_OF(cookie));
		return true;
	case COOKIE_FAILED:
		return true;
	}
	return true;
}

static void refuse_group(struct step_call *call, const struct ke_desc *wanted)
{
	uint8_t group[2] = { (uint8_t)((uint16_t)wanted->id >> 8), (uint8_t)wanted->id };

	report_peer(call->w, &call->m->remote, REPORT_PROGRESS,
		    "IKE_SA_INIT request with another key exchange than %s; asking for that",
		    wanted->name);
	refuse(call, NOTIFY_INVALID_KE_PAYLOAD, BYTES_OF(group));
}

/*
 * Chooses, preferring what the peer already sent a KE for. false: refused, and said so.
 */
static bool choose(struct step_call *call, struct connection **c, struct ke_payload *ke,
		   struct suite *out)
{
	const struct message *m = call->m;
	const struct ke_desc *sent;
	enum choose_result result = CHOOSE_NONE;

	if (ke_read(message_body(m, PAYLOAD_KE), ke) != WIRE_OK) {
		refuse(call, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
		return false;
	}
	sent = ke_find(ke->group);
	if (sent != NULL && ke->data.len == sent->initiator_len)
		result = candidate_for_init(call->w, m, sent, c, out);
	if (result == CHOOSE_OK)
		return true;
	if (result == CHOOSE_NONE)
		result = candidate_for_init(call->w, m, NULL, c, out);
	if (result == CHOOSE_OK && out->ke != sent) {
		refuse_group(call, out->ke);
	} else if (result == CHOOSE_MALFORMED || result == CHOOSE_OK) {
		refuse(call, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
	} else {
		report_peer(call->w, &m->remote, REPORT_REFUSED,
			    "\"%s\": none of the peer's IKE proposals is acceptable",
			    (*c)->name);
		refuse(call, NOTIFY_NO_PROPOSAL_CHOSEN, (struct bytes) { 0 });
	}
	return false;
}

static struct ike_sa *take_in(struct step_call *call, const struct connection *c,
			      const struct suite *suite)
{
	const struct message *m = call->m;
	struct ike_sa *sa = ike_sa_new(call->w, ROLE_RESPONDER, m->header.spi_i, &m->local,
				       &m->remote);

	sa->kept = guard_bytes(m->datagram.len);
	ike_sa_enter_half_open(call->w, sa);
	ike_sa_set_connection(call->w, sa, c->id);
	sa->suite = *suite;
	world_random(call->w, sa->nonce_own, sizeof(sa->nonce_own));
	if (!init_take_nonce(sa, m) || !init_take_notifies(sa, c, m)) {
		ike_end(call->w, sa, END_REFUSED, NULL);
		refuse(call, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
		return NULL;
	}
	sa->intermediate = m->intermediate && init_has_intermediate(c);
	ppk_r_offered(call->w, sa, m);
	write_bytes(&sa->init_peer, m->datagram);
	timer_set(call->w, &sa->half_open_timer, TIMER_HALF_OPEN, call->w->now + HALF_OPEN_TIME);
	return sa;
}

struct outcome init_r_request(struct step_call *call)
{
	const struct message *m = call->m;
	struct connection *c;
	struct connection_walk walk;
	struct ke_payload ke;
	struct suite suite;
	struct ike_sa *sa;
	bool proven;

	guard_on_first(call->w);
	proven = guard_wants_cookie(call->w);
	if (proven && asks_for_cookie(call))
		return DROP;
	walk = connections_for_peer(&call->w->connections, &m->local.address, &m->remote.address);
	c = connection_walk_next(&walk);
	if (c == NULL) {
		report_peer(call->w, &m->remote, REPORT_HOSTILE,
			    "no connection is between us and this peer");
		refuse(call, NOTIFY_NO_PROPOSAL_CHOSEN, (struct bytes) { 0 });
		return DROP;
	}
	if (!choose(call, &c, &ke, &suite) ||
	    !guard_admits(call->w, &m->remote.address, proven, m->datagram.len, suite.ke) ||
	    (sa = take_in(call, c, &suite)) == NULL)
		return DROP;
	sa->init_token = sa->next_token++;
	job_submit(call->w, sa, JOB_KE_RESPOND, sa->init_token, suite.ke, NULL, ke.data);
	return DROP; /* the answer is sent when the job is home; there is no reply window yet */
}

static bool init_r_write(struct world *w, struct ike_sa *sa, const struct connection *c,
			 const struct crypto_job *job, struct buffer *out)
{
	struct ike_header header = {
		.spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
		.version = IKE_VERSION,
		.exchange = EXCHANGE_IKE_SA_INIT,
		.flags = FLAG_RESPONSE,
	};
	struct payload_writer writer;

	ike_header_write(out, &header);
	writer = payload_writer_after_header(out, 0);
	payload_begin(&writer, PAYLOAD_SA, false);
	suite_write(&sa->suite, PROTO_IKE, (struct bytes) { 0 }, out);
	payload_end(&writer);
	payload_begin(&writer, PAYLOAD_KE, false);
	ke_write(out, (uint16_t)job->ke->id, ke_pair_public(&job->pair));
	payload_end(&writer);
	payload_begin(&writer, PAYLOAD_NONCE, false);
	write_bytes(out, BYTES_OF(sa->nonce_own));
	payload_end(&writer);
	if (sa->intermediate)
		clear_notify(&writer, NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED, (struct bytes) { 0 });
	if (sa->use_ppk)
		clear_notify(&writer, NOTIFY_USE_PPK, (struct bytes) { 0 });
	if (!init_write_notifies(w, sa, c, &writer))
		return false;
	message_finish(out, 0);
	return true;
}

void init_r_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	const struct connection *c = ike_sa_connection(w, sa);

	sa->init_token = 0;
	if (sa->state == IKE_INTERMEDIATE_DUE) {
		intermediate_r_on_job(w, sa, job);
		return;
	}
	if (job->status == CRYPTO_BAD_INPUT) {
		const struct ike_header request = { .spi_i = sa->spi_i,
						    .exchange = EXCHANGE_IKE_SA_INIT,
						    .flags = FLAG_INITIATOR };

		report_ike(w, sa, REPORT_HOSTILE, "the peer's key exchange value is not valid");
		answer_in_the_clear(w, &sa->local, &sa->remote, &request, NOTIFY_INVALID_SYNTAX,
				    (struct bytes) { 0 });
	}
	if (c == NULL || job->status != CRYPTO_OK ||
	    !ike_sa_derive(sa, secret_bytes(&job->shared)) ||
	    !init_r_write(w, sa, c, job, &sa->init_own)) {
		ike_end(w, sa, END_REFUSED, NULL);
		return;
	}
	sa->addke = (uint8_t)suite_next_addke(&sa->suite, 0);
	ike_sa_enter(sa, sa->addke < ADDKE_MAX ? IKE_INTERMEDIATE_DUE : IKE_INIT_ANSWERED);
	ike_sa_send(w, sa, buffer_bytes(&sa->init_own));
}
