/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_AUTH as the responder. */

#include "ike/exchange/initial/auth.h"
#include "ike/exchange/initial/candidates.h"
#include "ike/exchange/initial/ppk.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/ts.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"

#define UNWANTED_FOR SECONDS(60)

/* IDi, the wished-for IDr, and the connection that they mean. */
static bool take_ids(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	struct identity peer, own;
	const struct identity *wished = NULL;
	struct connection *c;
	char text[IDENTITY_TEXT_MAX], from[ENDPOINT_TEXT_MAX];
	const char *why;

	if (!auth_take_id(call->m, PAYLOAD_IDI, &peer))
		return false;
	if (payload_find(&call->m->payloads, PAYLOAD_IDR) != NULL) {
		if (!auth_take_id(call->m, PAYLOAD_IDR, &own))
			return false;
		wished = &own;
	}
	c = candidate_for_auth(call->w, sa, call->m, &peer, wished, &why);
	if (c == NULL) {
		report_ike(call->w, sa, REPORT_REFUSED,
			   "refused a peer at %s that says it is '%s': %s",
			   endpoint_print(&sa->remote, from), identity_print(&peer, text), why);
		return false;
	}
	ike_sa_set_connection(call->w, sa, c->id);
	sa->remote_id = peer;
	sa->local_id = c->local_id;
	return true;
}

/* Everything for the Child SA but its place in the set. 0, or the notify to refuse it with. */
static uint16_t negotiate(struct step_call *call, struct child_sa *child)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct connection *c = ts_find_connection(w, sa, call->m, child);
	uint16_t notify;

	if (c == NULL)
		return NOTIFY_TS_UNACCEPTABLE;
	child_sa_set_connection(w, child, c->id);
	child->reqid = c->reqid;
	notify = child_choose(sa, child, c, CHILD_IN_AUTH, call->m);
	if (notify != 0)
		return notify;
	child->resource_info = call->m->has_resource_info && c->conf->clones.kind != CLONES_NO;
	notify = w->hooks->admit_child(w, sa, child);
	if (notify != 0)
		return notify;
	if (!child_sa_derive(sa, child, bytes_at(sa->nonce_peer, sa->nonce_peer_len),
			     BYTES_OF(sa->nonce_own), NULL) ||
	    !child_bring_up(w, sa, child))
		return NOTIFY_TEMPORARY_FAILURE;
	return 0;
}

static void make_child(struct step_call *call)
{
	struct world *w = call->w;
	struct connection *c = ike_sa_connection(w, call->sa);
	struct child_sa *child = child_sa_new(w, call->sa, c, ROLE_RESPONDER);
	uint16_t notify;

	child->message_id = call->m->header.message_id;
	child->with_ike = true;
	notify = negotiate(call, child);
	if (notify == 0) {
		child_write_answer(child, CHILD_IN_AUTH, (struct bytes) { 0 }, call->inner);
		return;
	}
	report_child(w, child, REPORT_REFUSED, "refused the Child SA: %s", notify_name(notify));
	inner_notify(call->inner, notify, (struct bytes) { 0 });
	w->hooks->child_refused(w, call->sa, child, notify);
	child_sa_free(w, child);
}

static struct outcome not_authenticated(struct step_call *call, const char *why)
{
	inner_notify(call->inner, NOTIFY_AUTHENTICATION_FAILED, (struct bytes) { 0 });
	return KILL(END_REFUSED, why);
}

/* The peer is who it says, and we say who we are. NULL, or why not. */
static const char *prove(struct step_call *call, bool childless)
{
	static const char not_proven[] = "the peer did not prove who it is";
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct bytes auth = { 0 };
	const char *why;

	if (!take_ids(call))
		return not_proven;
	if (childless && ike_sa_connection(w, sa)->conf->childless == CHILDLESS_NEVER)
		return "it asks for no Child SA, and childless=never";
	why = ppk_r_take(w, sa, ike_sa_connection(w, sa), call->m, &auth);
	if (why != NULL)
		return why;
	if (!auth_verify(w, sa, call->m, auth) || !auth_write_own(w, sa, call->inner))
		return not_proven;
	if (sa->use_ppk)
		inner_notify(call->inner, NOTIFY_PPK_IDENTITY, (struct bytes) { 0 });
	return NULL;
}

/* RFC 4555 3.9: the answer is that notify and nothing else. */
static struct outcome unexpected_nat(struct step_call *call)
{
	inner_done(call->inner);
	inner_start(call->inner);
	inner_notify(call->inner, NOTIFY_UNEXPECTED_NAT_DETECTED, (struct bytes) { 0 });
	return KILL(END_REFUSED, "there is a NAT on the way");
}

/* RFC 7296 2.21.2: without IDr and AUTH no IKE SA comes of it; later it may. */
static struct outcome too_many(struct step_call *call)
{
	inner_done(call->inner);
	inner_start(call->inner);
	inner_notify(call->inner, NOTIFY_TEMPORARY_FAILURE, (struct bytes) { 0 });
	return KILL(END_REFUSED, "max-instances= is reached");
}

/* From here on its connection is with this peer. */
static bool settle(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	const struct connection *c =
		call->w->hooks->with_peer(call->w, sa, ike_sa_connection(call->w, sa));

	if (c != NULL)
		ike_sa_set_connection(call->w, sa, c->id);
	return c != NULL;
}

/* Authenticated: what follows whether a Child SA is asked for or not. */
static void establish(struct step_call *call)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	char id[IDENTITY_TEXT_MAX];

	/* RFC 7296 2.23: the answer, and all that follows, goes where this came from. */
	ike_sa_leave_half_open(w, sa);
	sa->local = call->m->local;
	sa->remote = call->m->remote;
	auth_establish(w, sa, call->m->window);
	ike_sa_join_peer(w, sa);
	sa->initial_contact = call->m->has_initial_contact;
	ike_sa_enter(sa, IKE_ESTABLISHED);
	report_ike(w, sa, REPORT_ESTABLISHED,
		   "responder established IKE SA; authenticated peer using authby=secret and %s '%s'",
		   identity_type_name(sa->remote_id.type), identity_print(&sa->remote_id, id));
	auth_write_contact(w, sa, call->inner);
	auth_write_window(w, call->inner);
	mobike_write_support(w, sa, ike_sa_connection(w, sa), call->inner);
}

/* Its initiator deletes it when it hears this, or never hears of it again. */
static void not_wanted(struct step_call *call)
{
	call->sa->unwanted = true;
	inner_notify(call->inner, NOTIFY_TEMPORARY_FAILURE, (struct bytes) { 0 });
	timer_set(call->w, &call->sa->life_timer, TIMER_IKE_LIFE, call->w->now + UNWANTED_FOR);
}

/* RFC 7296 2.23: a NAT may change the port, not who it is. */
static bool came_from_its_peer(const struct step_call *call)
{
	return address_equal(&call->sa->remote.address, &call->m->remote.address) &&
	       address_equal(&call->sa->local.address, &call->m->local.address);
}

static struct outcome malformed(struct step_call *call)
{
	inner_notify(call->inner, NOTIFY_INVALID_SYNTAX, (struct bytes) { 0 });
	return KILL(END_REFUSED, "malformed IKE_AUTH request");
}

struct outcome auth_r_request(struct step_call *call)
{
	const char *why;

	if (!came_from_its_peer(call))
		return DROP;
	if (ts_is_malformed(call->m))
		return malformed(call);
	why = prove(call, false);
	if (why != NULL)
		return not_authenticated(call, why);
	if (mobike_agree(call->w, call->sa, ike_sa_connection(call->w, call->sa), call->m) != 0)
		return unexpected_nat(call);
	if (!settle(call))
		return too_many(call);
	establish(call);
	if (call->w->hooks->ike_up(call->w, call->sa))
		make_child(call);
	else
		not_wanted(call);
	return DONE;
}

/* RFC 6023: nothing of a Child SA, or it is malformed. */
struct outcome auth_r_childless(struct step_call *call)
{
	const uint32_t of_child = PAYLOAD_BIT(PAYLOAD_SA) | PAYLOAD_BIT(PAYLOAD_TSI) |
				  PAYLOAD_BIT(PAYLOAD_TSR);
	const char *why;

	if (!came_from_its_peer(call))
		return DROP;
	if ((message_payload_bits(call->m) & of_child) != 0)
		return malformed(call);
	why = prove(call, true);
	if (why != NULL)
		return not_authenticated(call, why);
	if (mobike_agree(call->w, call->sa, ike_sa_connection(call->w, call->sa), call->m) != 0)
		return unexpected_nat(call);
	if (!settle(call))
		return too_many(call);
	establish(call);
	if (!call->w->hooks->ike_up(call->w, call->sa))
		not_wanted(call);
	return DONE;
}
