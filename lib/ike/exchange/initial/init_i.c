/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_SA_INIT as the initiator: RFC 7296 1.2, 2.6, 2.23. */

#include <string.h>

#include "ike/exchange/ends.h"
#include "ike/exchange/initial/init.h"
#include "ike/exchange/initial/ppk.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/send.h"

enum { INIT_ROUNDS_MAX = 5, INIT_BAD_MAX = 8 };

/* An error in a first answer is not protected: anybody could have sent it. The true answer is
 * given this long to arrive before the refusal is believed. */
#define REFUSAL_GRACE MILLISECONDS(1500)

struct ike_sa *init_i_start_between(struct world *w, struct connection *c,
				    const struct endpoint *local, const struct endpoint *remote)
{
	struct ike_sa *sa = ike_sa_new(w, ROLE_INITIATOR, 0, local, remote);
	struct offer offer = ike_offer(c);
	char peer[ADDRESS_TEXT_MAX];

	ike_sa_set_connection(w, sa, c->id);
	sa->local_id = c->local_id;
	sa->remote_id = c->remote_id;
	ike_sa_join_peer(w, sa);
	world_random(w, sa->nonce_own, sizeof(sa->nonce_own));
	report_ike(w, sa, REPORT_PROGRESS, "initiating IKEv2 connection to %s using UDP",
		   address_print(&remote->address, peer));
	sa->init_token = sa->next_token++;
	job_submit(w, sa, JOB_KE_START, sa->init_token, offer_first_ke(&offer), NULL,
		   (struct bytes) { 0 });
	return sa;
}

struct ike_sa *init_i_start(struct world *w, struct connection *c)
{
	struct endpoint local = { c->local_host, w->setup->port };
	struct endpoint remote = { c->remote_host, w->setup->port };

	/* Who moves about does not have the address of the configuration all the time. */
	if (c->conf->mobike && !mobike_is_own(w, &local.address)) {
		struct address other = mobike_source(w, c, &remote.address);

		if (address_is_set(&other))
			local.address = other;
	}
	return init_i_start_between(w, c, &local, &remote);
}

static bool init_i_write(struct world *w, struct ike_sa *sa, const struct connection *c,
			 struct buffer *out)
{
	struct ike_header header = {
		.spi_i = sa->spi_i,
		.version = IKE_VERSION,
		.exchange = EXCHANGE_IKE_SA_INIT,
		.flags = FLAG_INITIATOR,
	};
	struct offer offer = ike_offer(c);
	struct payload_writer writer;

	buffer_clear(out);
	ike_header_write(out, &header);
	writer = payload_writer_after_header(out, 0);
	if (sa->cookie_len > 0) /* RFC 7296 2.6: as the first payload */
		clear_notify(&writer, NOTIFY_COOKIE, bytes_at(sa->cookie, sa->cookie_len));
	payload_begin(&writer, PAYLOAD_SA, false);
	offer_write(&offer, (struct bytes) { 0 }, out);
	payload_end(&writer);
	payload_begin(&writer, PAYLOAD_KE, false);
	ke_write(out, (uint16_t)sa->pair.ke->id,
		 ke_pair_public(&sa->pair));
	payload_end(&writer);
	payload_begin(&writer, PAYLOAD_NONCE, false);
	write_bytes(out, BYTES_OF(sa->nonce_own));
	payload_end(&writer);
	if (init_has_intermediate(c))
		clear_notify(&writer, NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED, (struct bytes) { 0 });
	if (sa->ppk_offered)
		clear_notify(&writer, NOTIFY_USE_PPK, (struct bytes) { 0 });
	if (!init_write_notifies(w, sa, c, &writer))
		return false;
	message_finish(out, 0);
	return true;
}

void init_i_send(struct world *w, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);
	struct request *request;
	char peer[ENDPOINT_TEXT_MAX];

	requests_drop_all(w, sa);
	sa->init_refusal = NULL; /* a refusal of what is said otherwise now */
	timer_stop(w, &sa->half_open_timer);
	if (c != NULL && !ppk_i_offer(w, sa, c)) {
		ike_end(w, sa, END_REFUSED, "ppk=insist, and no PPKS entry of ipsec.secrets fits");
		return;
	}
	if (c == NULL || !init_i_write(w, sa, c, &sa->init_own)) {
		ike_end(w, sa, END_INTERNAL, "the IKE_SA_INIT request could not be made");
		return;
	}
	request = request_new(sa, REQUEST_INIT);
	write_bytes(&request->datagram, buffer_bytes(&sa->init_own));
	sa->next_message_id = 0; /* also of a repetition with a cookie or another group */
	request_send(w, sa, request);
	ike_sa_enter(sa, IKE_INIT_SENT);
	report_ike(w, sa, REPORT_PROGRESS, "sent IKE_SA_INIT request to %s",
		   endpoint_print(&sa->remote, peer));
}

static const char *const bad_answer = "the IKE_SA_INIT response is not acceptable";

static struct outcome note_refusal(struct step_call *call, const char *why)
{
	struct ike_sa *sa = call->sa;

	if (sa->init_refusal == NULL) {
		sa->init_refusal = why;
		timer_set(call->w, &sa->half_open_timer, TIMER_HALF_OPEN,
			  call->w->now + REFUSAL_GRACE);
	}
	return DROP;
}

/* Until the peer has proven who it is a bad answer may be a forgery: it is not believed. */
struct outcome init_i_answer(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	const struct message *m = call->m;
	const struct connection *c = ike_sa_connection(call->w, sa);
	struct offer offer;
	struct suite suite;
	struct bytes public;

	if (c == NULL)
		return KILL(END_BY_COMMAND, "the connection is gone");
	offer = ike_offer(c);
	if (sa->init_token != 0 || sa->init_bad == INIT_BAD_MAX || m->header.spi_r == 0 ||
	    offer_check_answer(&offer, message_body(m, PAYLOAD_SA), &suite) != CHOOSE_OK ||
	    suite.ke != sa->pair.ke || !message_take_ke(m, suite.ke, ROLE_RESPONDER, &public) ||
	    (suite_next_addke(&suite, 0) < ADDKE_MAX && !m->intermediate) ||
	    !init_take_nonce(sa, m) || !init_take_notifies(sa, c, m))
		return DROP;
	if (!ppk_i_answered(sa, c, m))
		return note_refusal(call, "it does not say USE_PPK, and ppk=insist");
	if (c->conf->childless == CHILDLESS_FORCE && !sa->peer_is_childless)
		return note_refusal(call, "it wants a Child SA at once, and childless=force");
	sa->suite = suite;
	sa->intermediate = m->intermediate;
	sa->spi_r = m->header.spi_r;
	buffer_clear(&sa->init_peer);
	write_bytes(&sa->init_peer, m->datagram);
	sa->init_token = sa->next_token++;
	timer_stop(call->w, &sa->half_open_timer);
	request_hold(call->w, sa, call->request);
	job_submit(call->w, sa, JOB_KE_FINISH, sa->init_token, suite.ke, &sa->pair, public);
	return WAIT_FOR_WORK;
}

/* RFC 7296 2.23: with a NAT on the way, or on wish, from here on over the NAT port. */
static void float_ports(struct world *w, struct ike_sa *sa, const struct connection *c)
{
	if ((!ike_sa_encapsulates(sa, c) && !mobike_floats(sa, c)) ||
	    sa->remote.port == w->setup->nat_port)
		return;
	sa->local.port = w->setup->nat_port;
	sa->remote.port = w->setup->nat_port;
}

/* It was not the peer's, or the peer is broken: the next answer may be better. */
static void not_agreed(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	char peer[ENDPOINT_TEXT_MAX];

	report_ike(w, sa, REPORT_HOSTILE,
		   "IKE_SA_INIT response from %s without a valid key exchange value; waiting for "
		   "another", endpoint_print(&sa->remote, peer));
	sa->init_bad++;
	sa->spi_r = 0;
	sa->pair = job->pair;
	job->pair = (struct ke_pair) { 0 };
	requests_wait_again(w, sa);
}

static void agreed(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	const struct connection *c = ike_sa_connection(w, sa);
	char suite[SUITE_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];

	if (c == NULL || job->status != CRYPTO_OK ||
	    !ike_sa_derive(sa, secret_bytes(&job->shared))) {
		ike_end(w, sa, END_REFUSED, bad_answer);
		return;
	}
	report_ike(w, sa, REPORT_PROGRESS,
		   "processed IKE_SA_INIT response from %s {%s}, initiating %s",
		   endpoint_print(&sa->remote, peer), suite_print_ike(&sa->suite, suite),
		   suite_next_addke(&sa->suite, 0) < ADDKE_MAX ? "IKE_INTERMEDIATE" : "IKE_AUTH");
	requests_drop_all(w, sa);
	sa->next_message_id = 1;
	float_ports(w, sa, c);
	intermediate_i_next(w, sa);
}

void init_i_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job)
{
	sa->init_token = 0;
	if (sa->state == IKE_INTERMEDIATE_SENT) {
		intermediate_i_on_job(w, sa, job);
		return;
	}
	if (sa->state == IKE_INIT_SENT && job->status == CRYPTO_BAD_INPUT) {
		not_agreed(w, sa, job);
		return;
	}
	if (sa->state == IKE_INIT_SENT) {
		agreed(w, sa, job);
		return;
	}
	if (job->status != CRYPTO_OK) {
		ike_end(w, sa, END_INTERNAL, "a key pair could not be made");
		return;
	}
	sa->pair = job->pair;
	job->pair = (struct ke_pair) { 0 };
	init_i_send(w, sa);
}

static bool take_cookie(struct ike_sa *sa, const struct message *m)
{
	if (!m->has_cookie || m->cookie.len == 0 || m->cookie.len > sizeof(sa->cookie))
		return false;
	memcpy(sa->cookie, m->cookie.ptr, m->cookie.len);
	sa->cookie_len = (uint8_t)m->cookie.len;
	return true;
}

struct outcome init_i_refused(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	const struct connection *c = ike_sa_connection(call->w, sa);
	const struct ke_desc *ke;
	struct offer offer;

	if (c == NULL || sa->init_token != 0)
		return DROP;
	if (sa->init_rounds < INIT_ROUNDS_MAX && take_cookie(sa, call->m)) {
		sa->init_rounds++;
		init_i_send(call->w, sa);
		return WAIT_FOR_WORK;
	}
	offer = ike_offer(c);
	ke = message_wanted_ke(call->m, &offer, sa->pair.ke);
	if (sa->init_rounds < INIT_ROUNDS_MAX && ke != NULL) {
		sa->init_rounds++;
		report_ike(call->w, sa, REPORT_PROGRESS,
			   "the peer wants key exchange %s instead of %s", ke->name,
			   sa->pair.ke->name);
		ke_pair_done(&sa->pair);
		requests_drop_all(call->w, sa);
		ike_sa_enter(sa, IKE_NEW);
		sa->init_token = sa->next_token++;
		job_submit(call->w, sa, JOB_KE_START, sa->init_token, ke, NULL,
			   (struct bytes) { 0 });
		return WAIT_FOR_WORK;
	}
	return call->m->error != 0 ? note_refusal(call, notify_name(call->m->error)) : DROP;
}
