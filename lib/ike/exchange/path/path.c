/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/path/path.h"

#include <errno.h>

#include "base/mem.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/send.h"

/* A hint that came true is heard of by then; further ones wait. */
#define HINT_FOR   SECONDS(10)
#define HINT_PAUSE SECONDS(1)
/* How often a peer may make us move everything. */
#define MOVES_WITHIN SECONDS(1)
enum { MOVES_MAX = 4 };

/* --- Child SAs --- */

/* It stays where the kernel has it. A spare is its maker's to rekey; where its packets cannot
 * come any more it is given up. true: to be closed. */
static bool stay(struct world *w, struct child_sa *child, const struct child_ends *ends,
		 int64_t rekey_after)
{
	if (child->state != CHILD_UP)
		return false;
	if (child->spare)
		return !address_equal(&child->from.address, &ends->from.address);
	/* The head first: it carries what the others did. */
	timer_set(w, &child->rekey_timer, TIMER_CHILD_REKEY, w->now + rekey_after + child->slot);
	return false;
}

/* true: to be closed. */
static bool follow(struct world *w, const struct ike_sa *sa, struct child_sa *child,
		   int64_t rekey_after)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);
	struct child_ends ends;
	int err;

	if (c == NULL || child->state == CHILD_NEGOTIATING || child->superseded)
		return false;
	ends = child_ends_of(w, sa, c);
	err = child_sa_move(w, child, &ends);
	if (err == -EOPNOTSUPP)
		return stay(w, child, &ends, rekey_after);
	return err != 0 && child->state == CHILD_UP;
}

void path_follow(struct world *w, struct ike_sa *sa, int64_t rekey_after)
{
	struct child_sa **lost = mem_new_array(sa->child_count + 1U, sizeof(struct child_sa *));
	size_t count = 0;

	w->hooks->path_leaving(w, sa);
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (follow(w, sa, child, rekey_after))
			lost[count++] = child;
	}
	w->hooks->path_taken(w, sa);
	if (count > 0)
		children_close(w, sa, lost, count);
	mem_free(lost);
}

void path_set(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	      const struct endpoint *remote)
{
	char from[ENDPOINT_TEXT_MAX], to[ENDPOINT_TEXT_MAX];

	if (!endpoint_equal(local, &sa->local) || !endpoint_equal(remote, &sa->remote))
		report_ike(w, sa, REPORT_PROGRESS, "the IKE SA is now between %s and %s",
			   endpoint_print(local, from), endpoint_print(remote, to));
	sa->local = *local;
	sa->remote = *remote;
	sa->hint_until = 0;
	if (sa->mobike == NULL)
		return;
	sa->mobike->path++;
	sa->mobike->nat_known = false;
}

void path_move(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	       const struct endpoint *remote, int64_t rekey_after)
{
	path_set(w, sa, local, remote);
	requests_send_now(w, sa);
	path_follow(w, sa, rekey_after);
}

void path_keep_alive(struct world *w, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	if (c != NULL && c->conf->nat_keepalive && w->setup->keep_alive > 0 && sa->nat_local &&
	    sa->local.port == w->setup->nat_port)
		timer_set(w, &sa->keepalive_timer, TIMER_KEEPALIVE,
			  w->now + w->setup->keep_alive);
	else
		timer_stop(w, &sa->keepalive_timer);
}

/* --- a NAT with another mapping --- */

/*
 * RFC 7296 2.23: by who is not behind a NAT itself, and only on a new message, or replayed ones
 * could turn it back. With MOBIKE IKE messages move nothing, and the initiator knows best where it
 * is; what its ESP says may still be asked (RFC 4555 3.8).
 */
static bool follows_mappings(const struct ike_sa *sa)
{
	return sa->state == IKE_ESTABLISHED && sa->nat_remote && !sa->nat_local &&
	       (sa->mobike == NULL || !sa->mobike->decides);
}

/* In transport mode the selectors are the addresses. */
static bool has_transport(const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children)
		if (LIST_OBJECT(link, struct child_sa, link)->mode == TYPE_TRANSPORT)
			return true;
	return false;
}

static bool may_be_at(const struct ike_sa *sa, const struct endpoint *remote)
{
	return remote->address.family == sa->remote.address.family &&
	       (address_equal(&remote->address, &sa->remote.address) || !has_transport(sa));
}

bool path_moves_too_often(const struct world *w, struct ike_sa *sa)
{
	if (w->now - sa->moves_since >= MOVES_WITHIN) {
		sa->moves_since = w->now;
		sa->moves = 0;
	}
	return ++sa->moves > MOVES_MAX;
}

/* It was asked there, and that is where it answers from. */
static bool came_true(const struct world *w, const struct ike_sa *sa, const struct message *m)
{
	return w->now < sa->hint_until && endpoint_equal(&m->local, &sa->local) &&
	       endpoint_equal(&m->remote, &sa->hint);
}

void path_heard(struct world *w, struct ike_sa *sa, const struct message *m, bool newest)
{
	bool response = (m->header.flags & FLAG_RESPONSE) != 0;

	sa->last_heard = w->now;
	if (response && mobike_tried(w, sa, m))
		mobike_go(w, sa, &m->local, &m->remote, true);
	else if (response && came_true(w, sa, m))
		path_move(w, sa, &m->local, &m->remote, 0);
	if (!newest || !endpoint_equal(&m->local, &sa->local))
		return;
	if (endpoint_equal(&m->remote, &sa->remote))
		sa->hint_until = 0; /* it is still there */
	else if (sa->mobike == NULL && follows_mappings(sa) && may_be_at(sa, &m->remote) &&
		 !path_moves_too_often(w, sa))
		path_move(w, sa, &sa->local, &m->remote, 0);
}

void path_hint(struct world *w, struct ike_sa *sa, const struct endpoint *remote)
{
	if (!follows_mappings(sa) || !may_be_at(sa, remote) ||
	    endpoint_equal(remote, &sa->remote) || w->now < sa->hint_next)
		return;
	sa->hint = *remote;
	sa->hint_until = w->now + HINT_FOR;
	sa->hint_next = w->now + HINT_PAUSE;
	if (requests_send_to_hint(w, sa) > 0)
		return;
	if (!request_is_queued(sa, REQUEST_LIVENESS))
		(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(w, sa);
}
