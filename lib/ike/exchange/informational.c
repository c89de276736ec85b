/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INFORMATIONAL: deletes, notices, signs of life. RFC 7296 1.4. */

#include "base/mem.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"

/* Also one that has gone to a newer IKE SA while the peer still spoke on this one. */
static struct child_sa *find_deleted(struct world *w, struct ike_sa *sa, uint32_t spi)
{
	struct child_sa *child = child_sa_find_peer_spi(sa, spi);
	struct ike_sa *successor = ike_sa_find_id(w, sa->successor_own);

	if (child == NULL && successor != NULL)
		child = child_sa_find_peer_spi(successor, spi);
	successor = ike_sa_find_id(w, sa->successor_peer);
	if (child == NULL && successor != NULL)
		child = child_sa_find_peer_spi(successor, spi);
	return child;
}

/* The answer that made it may be lost, and come after this: then it is gone already. */
static void remember_deleted(struct ike_sa *sa, uint32_t spi)
{
	if (request_under_way(sa, REQUEST_CHILD) || request_under_way(sa, REQUEST_REKEY_CHILD))
		sa->deleted_spis[sa->deleted_count++ % DELETED_SPIS] = spi;
}

/* Children that the peer deletes end here; ours go into the answer (RFC 7296 1.4.1). */
static size_t take_spis(struct step_call *call, const struct delete_payload *d, uint32_t *answer)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct child_sa *child = find_deleted(call->w, call->sa, delete_spi(d, i));

		/* Also one whose keys are still being agreed here: it is up at the peer. */
		if (child == NULL) {
			remember_deleted(call->sa, delete_spi(d, i));
			continue;
		}
		answer[count] = child->spi_in;
		if (rekey_child_deleted(call->w, ike_sa_find_id(call->w, child->ike_sa), child))
			count++;
	}
	return count;
}

/* Before any is obeyed: all or none. */
static bool deletes_are_valid(const struct payloads *all)
{
	struct delete_payload d;

	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].type == PAYLOAD_DELETE &&
		    delete_read(all->list[i].body, &d) != WIRE_OK)
			return false;
	return true;
}

/* true: the IKE SA is to go. */
static bool take_deletes(struct step_call *call)
{
	const struct payloads *all = &call->m->payloads;
	bool ike = false;

	for (size_t i = 0; i < all->count; i++) {
		struct delete_payload d;
		uint32_t *answer;
		size_t count;

		if (all->list[i].type != PAYLOAD_DELETE ||
		    delete_read(all->list[i].body, &d) != WIRE_OK)
			continue;
		if (d.protocol == PROTO_IKE) {
			ike = true;
			continue;
		}
		answer = mem_new_array(d.count + 1U, sizeof(*answer));
		count = d.protocol == PROTO_ESP ? take_spis(call, &d, answer) : 0;
		if (count > 0) {
			payload_begin(&call->inner->writer, PAYLOAD_DELETE, false);
			delete_write(&call->inner->chain, PROTO_ESP, answer, count);
			payload_end(&call->inner->writer);
		}
		mem_free(answer);
	}
	return ike;
}

struct outcome informational_request(struct step_call *call)
{
	uint16_t notify;

	if (!deletes_are_valid(&call->m->payloads))
		return REFUSE(NOTIFY_INVALID_SYNTAX);
	if (call->m->error != 0)
		report_ike(call->w, call->sa, REPORT_REFUSED, "the peer says %s",
			   notify_name(call->m->error));
	/* A Cygnet sends an empty one only when all its earlier requests were answered. Later ones may
	 * arrive before it. */
	if (call->m->payloads.count == 0 && call->sa->peer_is_cygnet)
		children_proven_before(call->w, call->sa, call->m->header.message_id);
	notify = mobike_request(call);
	if (notify != 0)
		return REFUSE(notify);
	return take_deletes(call) ? KILL(END_BY_PEER, "deleted by the peer") : DONE;
}

struct outcome informational_answer(struct step_call *call)
{
	switch (call->request->kind) {
	case REQUEST_DELETE_IKE:
		return KILL(END_BY_COMMAND, NULL);
	case REQUEST_DELETE_CHILD:
		for (size_t i = 0; i < call->request->spi_count; i++) {
			struct child_sa *child =
				child_sa_find_spi(call->w, call->request->spis[i]);

			if (child != NULL)
				rekey_drain(call->w, child);
		}
		return DONE;
	case REQUEST_ADDRESSES:
	case REQUEST_ROUTABILITY:
	case REQUEST_LIVENESS:
		return mobike_answer(call);
	case REQUEST_EMPTY:
		call->w->hooks->batch_done(call->w, call->sa);
		return DONE;
	default:
		return DONE;
	}
}
