/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MOBIKE as the initiator of the connection, who decides between which addresses it runs. */

#include "ike/exchange/path/mobike.h"

#include <string.h>

#include "ike/exchange/path/path.h"
#include "ike/exchange/send.h"

enum {
	PROBE_AFTER = 3, /* tries without an answer */
	PROBES_AT_ONCE = 16,
	REFUSALS_MAX = 5 /* RFC 4555 3.9: one packet that was changed is no reason to give up */
};

/* Answers that other ways brought are believed for that long after the last try. */
#define PROBE_FOR SECONDS(16)

/* --- which way --- */

static size_t peers_of(const struct ike_sa *sa, struct address out[PEER_ADDRESSES_MAX + 1])
{
	size_t count = 1;

	out[0] = sa->remote.address;
	for (size_t i = 0; i < sa->mobike->peer_count; i++)
		if (!address_equal(&sa->mobike->peer[i], &out[0]))
			out[count++] = sa->mobike->peer[i];
	return count;
}

static struct endpoint endpoint_at(const struct address *a, uint16_t port)
{
	return (struct endpoint) { *a, port };
}

/* Ways to the peer: each of its addresses with each of ours that fits, those in use first. */
struct ways {
	struct address peers[PEER_ADDRESSES_MAX + 1], own[OWN_ADDRESSES_MAX + 1];
	size_t peer_count, own_count;
};

static void ways_of(const struct world *w, const struct ike_sa *sa, const struct connection *c,
		    struct ways *out)
{
	out->peer_count = peers_of(sa, out->peers);
	out->own_count = 0;
	if (mobike_is_own(w, &sa->local.address))
		out->own[out->own_count++] = sa->local.address;
	out->own_count += mobike_own(w, c, &sa->local.address, out->own + out->own_count);
}

/* The n-th of them; false: it is the one in use, or of two families. */
static bool way_get(const struct ike_sa *sa, const struct ways *ways, size_t n,
		    struct endpoint *local, struct endpoint *remote)
{
	const struct address *p = &ways->peers[n / ways->own_count];
	const struct address *o = &ways->own[n % ways->own_count];

	if (p->family != o->family || (address_equal(p, &sa->remote.address) &&
				       address_equal(o, &sa->local.address)))
		return false;
	*local = endpoint_at(o, sa->local.port);
	/* A port that a NAT gave is one of that address only. */
	*remote = endpoint_at(p, address_equal(p, &sa->remote.address) ? sa->remote.port
								       : sa->local.port);
	return true;
}

/* The first other way from the n-th on, counted round; false: there is none. */
static bool way_find(const struct world *w, const struct ike_sa *sa, const struct connection *c,
		     size_t n, struct endpoint *local, struct endpoint *remote)
{
	struct ways ways;
	size_t count;

	ways_of(w, sa, c, &ways);
	count = ways.peer_count * ways.own_count;
	for (size_t i = 0; i < count; i++)
		if (way_get(sa, &ways, (n + i) % count, local, remote))
			return true;
	return false;
}

void mobike_probe(struct world *w, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);
	struct endpoint local, remote;
	struct ways ways;
	size_t count, tried = 0;

	if (c == NULL || sa->mobike == NULL || !sa->mobike->decides ||
	    sa->state != IKE_ESTABLISHED || !requests_are_late(w, sa, PROBE_AFTER))
		return;
	ways_of(w, sa, c, &ways);
	count = ways.peer_count * ways.own_count;
	for (size_t i = 0; i < count && tried < PROBES_AT_ONCE; i++) {
		if (!way_get(sa, &ways, (sa->mobike->probes + i) % count, &local, &remote))
			continue;
		requests_send_between(w, sa, &local, &remote);
		tried++;
	}
	if (tried == 0)
		return;
	sa->mobike->probes += PROBES_AT_ONCE;
	sa->mobike->probing_until = w->now + PROBE_FOR;
	report_ike(w, sa, REPORT_PROGRESS, "no answer; tried %zu other ways to the peer", tried);
}

bool mobike_tried(const struct world *w, const struct ike_sa *sa, const struct message *m)
{
	const struct connection *c = ike_sa_connection(w, sa);
	struct endpoint local, remote;
	struct ways ways;

	if (c == NULL || sa->mobike == NULL || w->now >= sa->mobike->probing_until)
		return false;
	ways_of(w, sa, c, &ways);
	for (size_t i = 0; i < ways.peer_count * ways.own_count; i++)
		if (way_get(sa, &ways, i, &local, &remote) && endpoint_equal(&local, &m->local) &&
		    endpoint_equal(&remote, &m->remote))
			return true;
	return false;
}

/* --- going there --- */

void mobike_go(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	       const struct endpoint *remote, bool verified)
{
	bool known = verified || address_equal(&remote->address, &sa->remote.address);

	path_set(w, sa, local, remote);
	path_keep_alive(w, sa);
	sa->mobike->update_due = true;
	sa->mobike->probing_until = 0;
	mobike_queue(sa);
	/* Child SAs send to another address of the peer's when it has answered from there. */
	if (known)
		path_follow(w, sa, 0);
	requests_send_now(w, sa);
	requests_run(w, sa);
}

/* The responder only tells: its address was the initiator's choice, and is gone. */
static void stay_reachable(struct world *w, struct ike_sa *sa, const struct endpoint *local)
{
	path_set(w, sa, local, &sa->remote);
	sa->mobike->list_due = true;
	mobike_queue(sa);
	path_follow(w, sa, 0);
	requests_send_now(w, sa);
	requests_run(w, sa);
}

static bool list_changed(const struct world *w, const struct ike_sa *sa, const struct connection *c)
{
	struct address own[OWN_ADDRESSES_MAX] = { 0 };
	size_t count = mobike_own(w, c, &sa->local.address, own);

	if (count != sa->mobike->told_count)
		return true;
	for (size_t i = 0; i < count; i++)
		if (!address_equal(&own[i], &sa->mobike->told[i]))
			return true;
	return false;
}

/* Its own address is gone: the same peer from another one, or another of the peer's. */
static void leave_address(struct world *w, struct ike_sa *sa, const struct connection *c)
{
	struct endpoint local = sa->local, remote = sa->remote;

	local.address = mobike_source(w, c, &sa->remote.address);
	if (!sa->mobike->decides) {
		if (address_is_set(&local.address))
			stay_reachable(w, sa, &local);
		return;
	}
	/* Without any there is nothing to be done until one comes. */
	if (address_is_set(&local.address) || way_find(w, sa, c, 0, &local, &remote))
		mobike_go(w, sa, &local, &remote, false);
}

void mobike_own_changed(struct world *w, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	if (c == NULL || sa->mobike == NULL || sa->state != IKE_ESTABLISHED)
		return;
	if (list_changed(w, sa, c))
		sa->mobike->list_due = true;
	if (!mobike_is_own(w, &sa->local.address))
		leave_address(w, sa, c);
	else if (sa->mobike->list_due)
		mobike_queue(sa);
	requests_run(w, sa);
}

/* --- what the peer has --- */

static bool peer_has(const struct ike_sa *sa, const struct message *m, const struct address *a)
{
	if (address_equal(&m->remote.address, a))
		return true;
	for (size_t i = 0; i < sa->mobike->peer_count; i++)
		if (address_equal(&sa->mobike->peer[i], a))
			return true;
	return false;
}

void mobike_take_peers(struct step_call *call, struct ike_sa *sa)
{
	const struct message *m = call->m;
	struct endpoint local = sa->local;

	mobike_take_list(sa->mobike, &m->mobike);
	/* RFC 4555 3.6: the address in use is gone at the peer. */
	if (!sa->mobike->decides || peer_has(sa, m, &sa->remote.address))
		return;
	if (local.address.family != m->remote.address.family)
		local = m->local;
	mobike_go(call->w, sa, &local, &m->remote, false);
}

/* --- answers --- */

/* Another way, or the end. */
static struct outcome refused(struct step_call *call, const struct connection *c, uint16_t notify)
{
	struct world *w = call->w;
	struct ike_sa *sa = call->sa;
	struct endpoint local = sa->local, remote = sa->remote;

	report_ike(w, sa, REPORT_REFUSED, "the peer refuses our new address: %s",
		   notify_name(notify));
	if (++sa->mobike->refusals >= REFUSALS_MAX)
		return KILL(END_REFUSED, "the peer takes none of our addresses");
	if (notify != NOTIFY_UNACCEPTABLE_ADDRESSES ||
	    way_find(w, sa, c, sa->mobike->probes++, &local, &remote))
		mobike_go(w, sa, &local, &remote, false);
	return DONE;
}

static struct outcome update_answered(struct step_call *call, const struct connection *c)
{
	struct ike_sa *sa = call->sa;
	const struct message *m = call->m;

	if (m->error != 0)
		return refused(call, c, m->error);
	if (!m->mobike.has_cookie2 ||
	    !bytes_equal_secret(m->mobike.cookie2, BYTES_OF(call->request->cookie2)))
		return KILL(END_REFUSED, "the peer's COOKIE2 is not ours");
	sa->mobike->refusals = 0;
	if (!nat_take(sa, m))
		return DONE;
	path_keep_alive(call->w, sa);
	path_follow(call->w, sa, 0);
	return DONE;
}

/* RFC 4555 3.8: the hash is of what the peer sees as our end. */
static void compare_mapping(struct step_call *call)
{
	struct mobike *mobike = call->sa->mobike;
	struct bytes seen = call->m->nat_destination;

	if (!mobike->decides || seen.len != SHA1_LEN)
		return;
	if (mobike->nat_known && !bytes_equal(seen, BYTES_OF(mobike->nat_seen))) {
		report_ike(call->w, call->sa, REPORT_PROGRESS, "our NAT has another mapping for us");
		mobike->update_due = true;
		mobike_queue(call->sa);
	}
	mobike->nat_known = true;
	memcpy(mobike->nat_seen, seen.ptr, SHA1_LEN);
}

struct outcome mobike_answer(struct step_call *call)
{
	struct ike_sa *sa = call->sa;
	const struct connection *c = ike_sa_connection(call->w, sa);

	if (sa->mobike == NULL || c == NULL)
		return DONE;
	if (call->request->kind == REQUEST_ROUTABILITY)
		return mobike_routability_answer(call);
	/* RFC 4555 3.5: after a newer change this is no news any more. */
	if (call->request->path != sa->mobike->path)
		return DONE;
	compare_mapping(call);
	if (call->request->kind == REQUEST_LIVENESS || !call->request->updates)
		return DONE;
	return update_answered(call, c);
}
