/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What MOBIKE messages say, and what each end tells of its addresses. */

#include "ike/exchange/path/mobike.h"

#include <string.h>

#include "base/mem.h"
#include "ike/exchange/path/path.h"
#include "ike/exchange/send.h"

/* --- addresses --- */

bool mobike_is_own(const struct world *w, const struct address *a)
{
	for (size_t i = 0; i < w->own_count; i++)
		if (address_equal(&w->own[i], a))
			return true;
	return false;
}

static bool is_local_only(const struct address *a)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (a->family == AF_INET)
		return a->ip[0] == 127 || (a->ip[0] == 169 && a->ip[1] == 254);
	return memcmp(a->ip, loopback, sizeof(loopback)) == 0;
}

/* What is behind us is no end of the tunnel to it. */
static bool is_usable(const struct connection *c, const struct address *a)
{
	return !is_local_only(a) &&
	       (address_equal(a, &c->local_host) || !selectors_have_address(&c->traffic.local, a));
}

size_t mobike_own(const struct world *w, const struct connection *c, const struct address *used,
		  struct address out[OWN_ADDRESSES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < w->own_count && count < OWN_ADDRESSES_MAX; i++)
		if (is_usable(c, &w->own[i]) && !address_equal(&w->own[i], used))
			out[count++] = w->own[i];
	return count;
}

struct address mobike_source(struct world *w, const struct connection *c,
			     const struct address *remote)
{
	struct kernel_change change = { .verb = KERNEL_SOURCE_FIND, .route.peer = *remote };
	struct address own[OWN_ADDRESSES_MAX], none = { 0 };
	size_t count = mobike_own(w, c, &none, own);

	w->host.kernel(w->host.context, &change, 1);
	if (change.result == 0 && mobike_is_own(w, &change.source) &&
	    is_usable(c, &change.source))
		return change.source;
	for (size_t i = 0; i < count; i++)
		if (own[i].family == remote->family)
			return own[i];
	return none;
}

void mobike_take_list(struct mobike *mobike, const struct mobike_notes *notes)
{
	if (notes->additional_count == 0 && !notes->no_additional)
		return;
	memcpy(mobike->peer, notes->additional, sizeof(mobike->peer));
	mobike->peer_count = notes->additional_count;
}

/* --- payloads --- */

bool mobike_allows_nats(const struct ike_sa *sa, const struct connection *c)
{
	return sa->peer_nat_traversal && c->conf->encapsulation != ENCAPSULATION_NO;
}

/* RFC 4555 4.2.6: the addresses and ports of the header, as we send it. */
static void write_no_nats(const struct ike_sa *sa, struct inner *inner)
{
	struct buffer data = { 0 };

	write_bytes(&data, address_bytes(&sa->local.address));
	write_bytes(&data, address_bytes(&sa->remote.address));
	write_u16(&data, sa->local.port);
	write_u16(&data, sa->remote.port);
	inner_notify(inner, NOTIFY_NO_NATS_ALLOWED, buffer_bytes(&data));
	buffer_done(&data);
}

/* false: the message took another way than it says. */
static bool came_as_sent(const struct message *m)
{
	struct buffer data = { 0 };
	bool same;

	write_bytes(&data, address_bytes(&m->remote.address));
	write_bytes(&data, address_bytes(&m->local.address));
	write_u16(&data, m->remote.port);
	write_u16(&data, m->local.port);
	same = bytes_equal(buffer_bytes(&data), m->mobike.no_nats);
	buffer_done(&data);
	return same;
}

static void write_list(struct mobike *mobike, struct inner *inner)
{
	for (size_t i = 0; i < mobike->told_count; i++)
		inner_notify(inner,
			     mobike->told[i].family == AF_INET ? NOTIFY_ADDITIONAL_IP4_ADDRESS
							       : NOTIFY_ADDITIONAL_IP6_ADDRESS,
			     address_bytes(&mobike->told[i]));
	if (mobike->told_count == 0)
		inner_notify(inner, NOTIFY_NO_ADDITIONAL_ADDRESSES, (struct bytes) { 0 });
}

/* --- IKE_AUTH --- */

static bool is_wanted(const struct connection *c)
{
	return c->conf->mobike && c->conf->type == TYPE_TUNNEL;
}

bool mobike_floats(const struct ike_sa *sa, const struct connection *c)
{
	return is_wanted(c) && mobike_allows_nats(sa, c);
}

void mobike_write_support(struct world *w, struct ike_sa *sa, const struct connection *c,
			  struct inner *inner)
{
	struct mobike *mobike = sa->mobike;

	if (sa->role == ROLE_INITIATOR && is_wanted(c)) {
		sa->mobike = mobike = NEW(struct mobike);
		mobike->decides = true;
	}
	if (mobike == NULL)
		return;
	mobike->told_count = mobike_own(w, c, &sa->local.address, mobike->told);
	inner_notify(inner, NOTIFY_MOBIKE_SUPPORTED, (struct bytes) { 0 });
	write_list(mobike, inner);
	if (sa->role == ROLE_INITIATOR && !mobike_allows_nats(sa, c))
		write_no_nats(sa, inner);
}

uint16_t mobike_agree(struct world *w, struct ike_sa *sa, const struct connection *c,
		      const struct message *m)
{
	if (sa->role == ROLE_INITIATOR && !m->mobike.supported) {
		mem_free(sa->mobike);
		sa->mobike = NULL;
	}
	if (sa->role == ROLE_RESPONDER && m->mobike.supported && is_wanted(c))
		sa->mobike = NEW(struct mobike);
	if (sa->mobike == NULL)
		return 0;
	if (m->mobike.has_no_nats && !came_as_sent(m)) {
		report_ike(w, sa, REPORT_REFUSED, "the peer allows no NAT, and there is one");
		return NOTIFY_UNEXPECTED_NAT_DETECTED;
	}
	mobike_take_list(sa->mobike, &m->mobike);
	return 0;
}

void mobike_inherit(struct ike_sa *from, struct ike_sa *to)
{
	if (from->mobike == NULL)
		return;
	mem_free(to->mobike);
	to->mobike = from->mobike;
	from->mobike = NULL;
	to->mobike->nat_known = false; /* its hash has the SPIs in it */
	to->mobike->last_update_before = to->mobike->last_update;
	to->mobike->last_update = 0;
	/* Sent on the old one and not answered yet: said once more. */
	LIST_FOR_EACH(link, &from->requests)
		to->mobike->update_due |= LIST_OBJECT(link, struct request, link)->updates;
	if (to->mobike->update_due && !request_is_queued(to, REQUEST_ADDRESSES))
		(void)request_new(to, REQUEST_ADDRESSES);
}

/* --- requests of ours --- */

void mobike_queue(struct ike_sa *sa)
{
	bool waits = false;

	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = LIST_OBJECT(link, struct request, link);

		waits |= r->kind == REQUEST_ADDRESSES && r->state == REQUEST_QUEUED;
	}
	if (!waits)
		(void)request_new(sa, REQUEST_ADDRESSES);
}

static bool write_addresses(struct world *w, struct ike_sa *sa, const struct connection *c,
			    struct request *request, struct inner *inner)
{
	struct mobike *mobike = sa->mobike;
	bool nats = mobike_allows_nats(sa, c);

	request->updates = mobike->update_due;
	if (mobike->update_due) {
		inner_notify(inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
		if (nats && !nat_write(w, sa, c, &sa->local, &sa->remote, &inner->writer))
			return false;
		inner_notify(inner, NOTIFY_COOKIE2, BYTES_OF(request->cookie2));
	}
	if (mobike->list_due) {
		mobike->told_count = mobike_own(w, c, &sa->local.address, mobike->told);
		write_list(mobike, inner);
	}
	if (!nats)
		write_no_nats(sa, inner);
	mobike->update_due = mobike->list_due = false;
	return true;
}

void mobike_send(struct world *w, struct ike_sa *sa, struct request *request)
{
	const struct connection *c = ike_sa_connection(w, sa);
	struct inner inner;
	bool ok = true;

	if (c == NULL || sa->mobike == NULL ||
	    (request->kind == REQUEST_ADDRESSES && !sa->mobike->update_due &&
	     !sa->mobike->list_due)) {
		request_done(w, sa, request);
		return;
	}
	request->path = sa->mobike->path;
	world_random(w, request->cookie2, sizeof(request->cookie2));
	inner_start(&inner);
	if (request->kind == REQUEST_ADDRESSES)
		ok = write_addresses(w, sa, c, request, &inner);
	else
		inner_notify(&inner, NOTIFY_COOKIE2, BYTES_OF(request->cookie2));
	if (ok)
		request_seal_and_send(w, sa, request, EXCHANGE_INFORMATIONAL, &inner);
	else
		request_done(w, sa, request);
	inner_done(&inner);
}

/* RFC 4555 3.8: who is behind a NAT finds out this way that it has another mapping. */
void mobike_write_liveness(struct world *w, struct ike_sa *sa, struct request *request,
			   struct inner *inner)
{
	const struct connection *c = ike_sa_connection(w, sa);

	if (sa->mobike != NULL)
		request->path = sa->mobike->path;
	if (c == NULL || sa->mobike == NULL || !sa->mobike->decides || !sa->nat_local ||
	    !mobike_allows_nats(sa, c))
		return;
	if (!nat_write(w, sa, c, &sa->local, &sa->remote, &inner->writer))
		return; /* a plain sign of life does as well */
}

/* --- requests of the peer --- */

/* RFC 4555 3.8: who sends NAT detection gets it too. */
static bool answer_nat(struct step_call *call, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(call->w, sa);

	return !call->m->has_nat || c == NULL ||
	       nat_write(call->w, call->sa, c, &call->m->local, &call->m->remote,
			 &call->inner->writer);
}

/* An update may have been sent on the IKE SA that was just replaced. */
static struct ike_sa *target_of(struct step_call *call)
{
	struct ike_sa *successor;

	if (call->sa->mobike != NULL)
		return call->sa;
	successor = ike_sa_find_id(call->w, call->sa->successor_own);
	if (successor == NULL)
		successor = ike_sa_find_id(call->w, call->sa->successor_peer);
	return successor != NULL && successor->mobike != NULL &&
			       successor->state == IKE_ESTABLISHED &&
			       successor->mobike->last_update == 0
		       ? successor
		       : NULL;
}

uint16_t mobike_request(struct step_call *call)
{
	const struct mobike_notes *notes = &call->m->mobike;
	struct ike_sa *sa = target_of(call);
	uint16_t notify = 0;

	if (sa == NULL)
		return 0;
	if (notes->malformed)
		return NOTIFY_INVALID_SYNTAX;
	if (notes->has_no_nats && !came_as_sent(call->m)) {
		report_ike(call->w, sa, REPORT_REFUSED, "the peer allows no NAT, and there is one");
		return NOTIFY_UNEXPECTED_NAT_DETECTED;
	}
	if (notes->update)
		notify = mobike_take_update(call, sa);
	if (notify == 0 && (notes->additional_count > 0 || notes->no_additional))
		mobike_take_peers(call, sa);
	if (notify == 0 && !answer_nat(call, sa))
		notify = NOTIFY_TEMPORARY_FAILURE;
	if (notify == 0 && notes->has_cookie2)
		inner_notify(call->inner, NOTIFY_COOKIE2, notes->cookie2);
	return notify;
}
