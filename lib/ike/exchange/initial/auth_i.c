/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_AUTH as the initiator. */

#include "ike/exchange/initial/auth.h"
#include "ike/exchange/initial/ppk.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/single_pair.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/send.h"

static void report_sent_childless(struct world *w, const struct ike_sa *sa)
{
	char id[IDENTITY_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];

	report_ike(w, sa, REPORT_PROGRESS,
		   "sent IKE_AUTH request to %s with shared-key-mac and %s '%s'; no Child SA yet",
		   endpoint_print(&sa->remote, peer), identity_type_name(sa->local_id.type),
		   identity_print(&sa->local_id, id));
}

static void report_sent(struct world *w, const struct ike_sa *sa, const struct child_sa *child)
{
	char id[IDENTITY_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];
	char traffic[TRAFFIC_TEXT_MAX];

	report_ike(w, sa, REPORT_PROGRESS,
		   "sent IKE_AUTH request to %s with shared-key-mac and %s '%s'; "
		   "Child SA #%u {ESP <0x%08x} %s",
		   endpoint_print(&sa->remote, peer), identity_type_name(sa->local_id.type),
		   identity_print(&sa->local_id, id), child->serial, child->spi_in,
		   traffic_print(&child->traffic, traffic));
}

void auth_i_send(struct world *w, struct ike_sa *sa)
{
	struct connection *c = ike_sa_connection(w, sa);
	struct id_payload peer_id = id_payload_of(&sa->remote_id);
	struct child_sa *child = NULL;
	struct inner inner;
	const char *why;

	inner_start(&inner);
	why = ppk_i_write_auth(w, sa, c, &inner);
	if (why != NULL) {
		inner_done(&inner);
		ike_end(w, sa, END_REFUSED, why);
		return;
	}
	payload_begin(&inner.writer, PAYLOAD_IDR, false);
	id_write(&inner.chain, &peer_id);
	payload_end(&inner.writer);
	auth_write_contact(w, sa, &inner);
	auth_write_window(w, &inner);
	mobike_write_support(w, sa, c, &inner);
	sa->childless = sa->peer_is_childless && (c->conf->childless == CHILDLESS_PREFER ||
						  c->conf->childless == CHILDLESS_FORCE);
	if (!sa->childless) {
		child = child_sa_new(w, sa, c, ROLE_INITIATOR);
		child->with_ike = true;
		child->packet = c->trigger;
		child_write_request(sa, child, c, CHILD_IN_AUTH, NULL, 0, &inner);
	}
	request_seal_and_send(w, sa, request_new(sa, REQUEST_AUTH), EXCHANGE_IKE_AUTH, &inner);
	inner_done(&inner);
	ike_sa_enter(sa, IKE_AUTH_SENT);
	if (child != NULL)
		report_sent(w, sa, child);
	else
		report_sent_childless(w, sa);
}

static struct child_sa *first_child(const struct ike_sa *sa)
{
	return list_empty(&sa->children)
		       ? NULL
		       : LIST_OBJECT(sa->children.next, struct child_sa, link);
}

/* The peer is who it should be, but there is no Child SA: nothing to keep this IKE SA for. */
static struct outcome without_child(struct step_call *call, uint16_t notify, const char *why)
{
	struct child_sa *child = first_child(call->sa);

	if (single_pair_wanted(call->w, call->sa, child, notify)) {
		call->sa->childless = true;
		child_sa_free(call->w, child);
		call->w->hooks->head_due(call->w, call->sa);
		return DONE;
	}
	if (notify != 0)
		report_ike(call->w, call->sa, REPORT_REFUSED,
			   "the peer refused the Child SA: %s", notify_name(notify));
	else
		report_ike(call->w, call->sa, REPORT_REFUSED, "no Child SA: %s", why);
	call->w->hooks->child_refused(call->w, call->sa, child, notify);
	child_sa_free(call->w, child);
	return KILL(END_REFUSED, "IKE SA without a Child SA");
}

static struct outcome take_child(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	const struct message *m = call->m;
	const struct connection *c = ike_sa_connection(w, sa);
	const uint32_t needed = PAYLOAD_BIT(PAYLOAD_SA) | PAYLOAD_BIT(PAYLOAD_TSI) |
				PAYLOAD_BIT(PAYLOAD_TSR);
	struct child_sa *child = first_child(sa);
	const char *why;

	if ((message_payload_bits(m) & needed) != needed)
		return without_child(call, m->error, "the peer's answer has none");
	why = child_take_answer(sa, child, c, CHILD_IN_AUTH, m);
	if (why == NULL &&
	    !child_sa_derive(sa, child, BYTES_OF(sa->nonce_own),
			     bytes_at(sa->nonce_peer, sa->nonce_peer_len), NULL))
		why = "its keys could not be made";
	if (why == NULL && !child_bring_up(w, sa, child))
		why = "the kernel refuses it";
	return why == NULL ? DONE : without_child(call, 0, why);
}

/* RFC 7296 2.21.2: the other end believes that all is well, so it is told. */
static struct outcome not_the_peer(struct step_call *call, const char *why)
{
	auth_establish(call->w, call->sa, 0);
	ike_sa_enter(call->sa, IKE_ESTABLISHED);
	return KILL(END_REFUSED, why);
}

struct outcome auth_i_answer(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	char id[IDENTITY_TEXT_MAX];
	struct identity peer;
	const char *why;

	if (!auth_take_id(call->m, PAYLOAD_IDR, &peer) || !identity_equal(&peer, &sa->remote_id)) {
		report_ike(w, sa, REPORT_REFUSED, "the peer has another id than '%s'",
			   identity_print(&sa->remote_id, id));
		return not_the_peer(call, "the peer is not who it should be");
	}
	why = ppk_i_settle(w, sa, ike_sa_connection(w, sa), call->m);
	if (why != NULL)
		return not_the_peer(call, why);
	if (!auth_verify(w, sa, call->m, (struct bytes) { 0 }))
		return not_the_peer(call, "the peer's authentication is wrong");
	auth_establish(w, sa, call->m->window);
	sa->initial_contact = call->m->has_initial_contact;
	ike_sa_enter(sa, IKE_ESTABLISHED);
	if (mobike_agree(w, sa, ike_sa_connection(w, sa), call->m) != 0)
		return KILL(END_REFUSED, "there is a NAT on the way");
	report_ike(w, sa, REPORT_ESTABLISHED,
		   "initiator established IKE SA; authenticated peer using authby=secret and %s '%s'",
		   identity_type_name(peer.type), identity_print(&peer, id));
	/* Without a Child SA there is nothing else that an error could be about. */
	if (sa->childless && call->m->error != 0) {
		report_ike(w, sa, REPORT_REFUSED, "the peer does not want this IKE SA: %s",
			   notify_name(call->m->error));
		return KILL(END_REFUSED, "not wanted by the peer");
	}
	if (!w->hooks->ike_up(w, sa))
		return KILL(END_REPLACED, "another IKE SA of this connection is kept");
	if (!sa->childless)
		return take_child(call);
	w->hooks->head_due(w, sa);
	return DONE;
}

/* Protected by the keys of this very exchange, so it is the peer that says so. */
struct outcome auth_i_refused(struct step_call *call)
{
	if (call->m->error == 0)
		return DROP;
	report_ike(call->w, call->sa, REPORT_REFUSED,
		   "IKE SA authentication request rejected by peer: %s",
		   notify_name(call->m->error));
	return KILL(END_REFUSED, "rejected by the peer");
}

/* Nobody here is interested in who it is, but it has an IKE SA and a Child SA with us. */
struct outcome auth_i_withdrawn(struct step_call *call)
{
	auth_establish(call->w, call->sa, 0);
	ike_retire(call->w, call->sa);
	return DONE;
}
