/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/send.h"

#include <string.h>

#include "base/mem.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/path/mobike.h"

void job_submit(struct world *w, struct ike_sa *sa, enum job_kind kind, uint64_t token,
		const struct ke_desc *ke, struct ke_pair *pair, struct bytes peer_public)
{
	struct crypto_job *job = NEW(struct crypto_job);

	job->ike_sa = sa->id;
	job->token = token;
	/* What established SAs and our own wishes need overtakes what strangers want. */
	job->urgent = sa->state == IKE_ESTABLISHED || sa->role == ROLE_INITIATOR;
	if (!job->urgent)
		w->guard.work += ke->work;
	job->kind = kind;
	job->ke = ke;
	if (pair != NULL) {
		job->pair = *pair;
		*pair = (struct ke_pair) { 0 };
	}
	if (peer_public.len > 0) {
		job->peer_public = mem_new(peer_public.len);
		memcpy(job->peer_public, peer_public.ptr, peer_public.len);
		job->peer_public_len = peer_public.len;
	}
	w->host.submit(w->host.context, job);
}

/* Not at once: the callers are in the middle of the SA's lists. */
static void end_soon(struct world *w, struct ike_sa *sa)
{
	sa->broken = true;
	timer_set(w, &sa->half_open_timer, TIMER_HALF_OPEN, w->now);
}

void request_seal_and_send(struct world *w, struct ike_sa *sa, struct request *request,
			   uint8_t exchange, const struct inner *inner)
{
	if (!ike_seal(w, sa, exchange, false, request_next_id(sa), inner, &request->datagram)) {
		request->state = REQUEST_WORKING;
		end_soon(w, sa);
		return;
	}
	request_send(w, sa, request);
}

void reply_seal_and_send(struct world *w, struct ike_sa *sa, struct reply *reply,
			 uint8_t exchange, const struct inner *inner)
{
	reply->working = false;
	reply->token = 0;
	if (!ike_seal(w, sa, exchange, true, reply->message_id, inner, &reply->datagram)) {
		end_soon(w, sa);
		return;
	}
	reply_send(w, sa, reply);
}

void answer_in_the_clear(struct world *w, const struct endpoint *local,
			 const struct endpoint *remote, const struct ike_header *request,
			 uint16_t notify, struct bytes data)
{
	/* RFC 7296 3.1: who began the IKE SA says so in answers too. */
	uint8_t own_flag = (request->flags & FLAG_INITIATOR) ^ FLAG_INITIATOR;
	struct ike_header header = {
		.spi_i = request->spi_i,
		.spi_r = request->spi_r,
		.version = IKE_VERSION,
		.exchange = request->exchange,
		.flags = FLAG_RESPONSE | own_flag,
		.message_id = request->message_id,
	};
	struct buffer *out = &w->clear;
	struct payload_writer writer;

	buffer_clear(out);
	ike_header_write(out, &header);
	writer = payload_writer_after_header(out, 0);
	payload_begin(&writer, PAYLOAD_NOTIFY, false);
	notify_write(out, notify, data);
	payload_end(&writer);
	message_finish(out, 0);
	w->host.send(w->host.context, local, remote, buffer_bytes(out));
}

static void delete_send(struct world *w, struct ike_sa *sa, struct request *request)
{
	bool whole = request->kind == REQUEST_DELETE_IKE;
	struct inner inner;

	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_DELETE, false);
	delete_write(&inner.chain, whole ? PROTO_IKE : PROTO_ESP, request->spis,
		     request->spi_count);
	payload_end(&inner.writer);
	request_seal_and_send(w, sa, request, EXCHANGE_INFORMATIONAL, &inner);
	inner_done(&inner);
}

static void empty_send(struct world *w, struct ike_sa *sa, struct request *request)
{
	struct inner inner;

	inner_start(&inner);
	if (request->kind == REQUEST_LIVENESS)
		mobike_write_liveness(w, sa, request, &inner);
	request_seal_and_send(w, sa, request, EXCHANGE_INFORMATIONAL, &inner);
	inner_done(&inner);
}

static void request_start(struct world *w, struct ike_sa *sa, struct request *request)
{
	if (request->following) {
		followup_i_start(w, sa, request);
		return;
	}
	switch (request->kind) {
	case REQUEST_DELETE_IKE:
	case REQUEST_DELETE_CHILD:
		delete_send(w, sa, request);
		break;
	case REQUEST_CHILD:
	case REQUEST_REKEY_CHILD:
		child_i_start(w, sa, request);
		break;
	case REQUEST_REKEY_IKE:
		rekey_ike_i_start(w, sa, request);
		break;
	case REQUEST_ADDRESSES:
	case REQUEST_ROUTABILITY:
		mobike_send(w, sa, request);
		break;
	case REQUEST_LIVENESS:
	case REQUEST_EMPTY:
		empty_send(w, sa, request);
		break;
	case REQUEST_INIT:
	case REQUEST_INTERMEDIATE:
	case REQUEST_AUTH:
		break; /* never queued: they are sent as they are made */
	}
}

void requests_run(struct world *w, struct ike_sa *sa)
{
	struct request *request;

	while ((sa->state == IKE_ESTABLISHED || sa->state == IKE_DELETING) &&
	       (request = request_startable(sa)) != NULL)
		request_start(w, sa, request);
}
