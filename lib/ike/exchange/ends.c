/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/ends.h"

#include "base/mem.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"
#include "ike/sa/requests.h"

static void report_traffic(struct world *w, const struct child_sa *child)
{
	struct kernel_counters in, out;

	child_sa_counters(w, child, &in, &out);
	report_child(w, child, REPORT_CLOSED, "ESP traffic information: in=%lluB out=%lluB",
		     (unsigned long long)in.bytes, (unsigned long long)out.bytes);
}

void child_end(struct world *w, struct child_sa *child, bool by_peer)
{
	if (child->inbound)
		report_traffic(w, child);
	w->hooks->child_leaving(w, child);
	if (child->state == CHILD_UP)
		w->child_count--;
	child_sa_uninstall(w, child);
	w->hooks->child_gone(w, child, by_peer);
	child_sa_free(w, child);
}

static void children_end(struct world *w, struct ike_sa *sa, bool by_peer)
{
	/* Clones first and the head last, so that the head carries what is left. */
	while (!list_empty(&sa->children))
		child_end(w, LIST_OBJECT(sa->children.prev, struct child_sa, link), by_peer);
}

void ike_sa_drop(struct world *w, struct ike_sa *sa)
{
	requests_drop_all(w, sa);
	timer_stop(w, &sa->half_open_timer);
	ike_sa_enter(sa, IKE_GONE);
	list_remove(&sa->link);
	list_append(&w->gone, &sa->link);
}

/* What it was agreeing on does not outlive it. */
static void drop_successor(struct world *w, struct ike_sa *sa)
{
	uint64_t ids[] = { sa->successor_own, sa->successor_peer };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct ike_sa *successor = ike_sa_find_id(w, ids[i]);

		if (successor != NULL && successor->state == IKE_SUCCESSOR)
			ike_sa_drop(w, successor);
	}
}

static bool is_asked_for(const struct ike_sa *sa, uint64_t successor)
{
	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = LIST_OBJECT(link, struct request, link);

		if (r->successor == successor && r->state == REQUEST_SENT)
			return true;
	}
	return false;
}

/*
 * To a peer that has what is to replace this one our Delete says nothing else than that it does:
 * that one is closed too. Ours is, as soon as the answer that makes it is here.
 */
static void close_successors(struct world *w, struct ike_sa *sa, enum end_reason reason)
{
	struct ike_sa *own = ike_sa_find_id(w, sa->successor_own);
	struct ike_sa *peers = ike_sa_find_id(w, sa->successor_peer);

	if (own != NULL && own->state == IKE_SUCCESSOR && !is_asked_for(sa, own->id))
		ike_sa_drop(w, own);
	if (peers == NULL)
		return;
	if (peers->state == IKE_SUCCESSOR)
		ike_sa_drop(w, peers);
	else if (peers->predecessor == sa->id)
		ike_close(w, peers, reason, "what it replaces is closed");
}

/* We had closed it, and nothing has taken its place. */
static void report_unanswered(struct world *w, const struct ike_sa *sa)
{
	const struct ike_sa *successor = ike_sa_find_id(w, sa->successor_own);

	if (successor == NULL || successor->state != IKE_ESTABLISHED)
		report_ike(w, sa, REPORT_TIMEOUT,
			   "closed without an answer of the peer, which may have it still");
}

void ike_end(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text)
{
	if (sa->state == IKE_GONE)
		return;
	bool told = sa->state == IKE_DELETING || sa->state == IKE_WITHDRAWN;

	if (told && reason == END_TIMEOUT)
		report_unanswered(w, sa);
	if (sa->state == IKE_ESTABLISHED || sa->state == IKE_DELETING)
		w->established--;
	if (!told && rekey_ike_inherit(w, sa, reason))
		told = true;
	w->hooks->ike_leaving(w, sa, reason);
	children_end(w, sa, reason == END_BY_PEER);
	drop_successor(w, sa);
	followups_end_all(w, sa);
	ike_sa_leave_half_open(w, sa);
	requests_drop_all(w, sa);
	timer_stop(w, &sa->half_open_timer);
	timer_stop(w, &sa->life_timer);
	timer_stop(w, &sa->keepalive_timer);
	timer_stop(w, &sa->rekey_timer);
	timer_stop(w, &sa->liveness_timer);
	timer_stop(w, &sa->replies_timer);
	if (!told)
		w->hooks->ike_gone(w, sa, reason, text);
	rekey_ike_ended(w, sa);
	ike_sa_enter(sa, IKE_GONE);
	list_remove(&sa->link);
	list_append(&w->gone, &sa->link);
}

void ike_close(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text)
{
	bool asked = sa->state == IKE_AUTH_SENT;

	if (sa->state == IKE_WITHDRAWN || sa->state == IKE_DELETING || sa->state == IKE_GONE)
		return;
	if (sa->state != IKE_ESTABLISHED && !asked) {
		ike_end(w, sa, reason, text);
		return;
	}
	LIST_FOR_EACH(link, &sa->requests) {
		struct request *r = LIST_OBJECT(link, struct request, link);

		if (r->state == REQUEST_QUEUED)
			request_done(w, sa, r);
	}
	w->hooks->ike_leaving(w, sa, reason);
	children_end(w, sa, false);
	close_successors(w, sa, reason);
	w->hooks->ike_gone(w, sa, reason, text);
	if (asked)
		ike_sa_enter(sa, IKE_WITHDRAWN);
	else
		ike_retire(w, sa);
}

void ike_retire(struct world *w, struct ike_sa *sa)
{
	timer_stop(w, &sa->life_timer);
	timer_stop(w, &sa->rekey_timer);
	timer_stop(w, &sa->liveness_timer);
	ike_sa_enter(sa, IKE_DELETING);
	(void)request_new(sa, REQUEST_DELETE_IKE);
	requests_run(w, sa);
}

static void close_some(struct world *w, struct ike_sa *sa, struct child_sa *const *list,
		       size_t count)
{
	struct request *request = request_new(sa, REQUEST_DELETE_CHILD);

	request->spis = mem_new_array(count, sizeof(*request->spis));
	request->spi_count = count;
	for (size_t i = 0; i < count; i++) {
		request->spis[i] = list[i]->spi_in;
		child_end(w, list[i], false);
	}
}

void children_close(struct world *w, struct ike_sa *sa, struct child_sa *const *list,
		    size_t count)
{
	for (size_t i = 0; i < count; i += DELETED_AT_ONCE)
		close_some(w, sa, list + i,
			   count - i < DELETED_AT_ONCE ? count - i : DELETED_AT_ONCE);
	requests_run(w, sa);
}
