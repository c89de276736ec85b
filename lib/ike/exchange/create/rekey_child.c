/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rekeying a Child SA. */

#include "base/mem.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/ts.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/path/arrival.h"
#include "ike/exchange/send.h"

#define DRAIN_TIME      SECONDS(5)   /* for packets that are on their way */
#define DELETE_PATIENCE SECONDS(120) /* for the answer to our Delete */
#define RETRY_SOON      SECONDS(2)
#define RETRY_LATER     SECONDS(60)
enum { DRAINING_MAX = 256 };         /* per IKE SA; beyond it nothing drains */

static void take_place(struct world *w, struct child_sa *child, const struct child_sa *old)
{
	child_sa_set_connection(w, child, old->connection);
	child->reqid = old->reqid;
	child->replaces = old->id;
	child->slot = old->slot;
	child->number = old->number;
	child->cpu = old->cpu;
	child->is_clone = old->is_clone;
	child->spare = old->spare;
	child->resource_info = old->resource_info;
	child->mode = old->mode;
	child->packet = old->packet;
	child_sa_set_traffic(child, traffic_copy(&old->traffic));
	child_sa_choose_spi(w, child);
}

int64_t rekey_due(struct world *w, const struct connection *c, int64_t lifetime,
		  enum sa_role role)
{
	int64_t margin = c->conf->rekey_margin;
	uint16_t fuzz;

	if (!c->conf->rekey)
		return TIME_NEVER;
	world_random(w, &fuzz, sizeof(fuzz));
	margin += margin / 100 * c->conf->rekey_fuzz * fuzz / UINT16_MAX;
	/* Who made it rekeys it: the other end only if that does not happen. */
	if (role == ROLE_RESPONDER)
		margin /= 2;
	if (margin > lifetime / 2)
		margin = role == ROLE_RESPONDER ? lifetime / 4 : lifetime / 2;
	return w->now + lifetime - margin;
}

/* The peer's replacement, also while its keys are still being agreed here. */
static struct child_sa *rival_of(const struct ike_sa *sa, uint64_t old)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->replaces == old && child->role == ROLE_RESPONDER &&
		    child->state != CHILD_DRAINING)
			return child;
	}
	return NULL;
}

/* The peer may not have it yet: our answer is still on its way. */
static bool is_unproven(const struct child_sa *child)
{
	return child->role == ROLE_RESPONDER && !child->outbound && !child->waits_for_head &&
	       !child->exhausted;
}

/* The peer's replacement is half made, and perhaps never will be whole. */
static void look_again(struct world *w, const struct ike_sa *sa, struct child_sa *old)
{
	if (rival_of(sa, old->id)->state == CHILD_NEGOTIATING)
		timer_set(w, &old->rekey_timer, TIMER_CHILD_REKEY, w->now + RETRY_SOON);
}

void rekey_child(struct world *w, struct ike_sa *sa, struct child_sa *old)
{
	const struct connection *c = connection_find_id(&w->connections, old->connection);
	struct child_sa *child;

	if (c == NULL || old->state != CHILD_UP || old->successor != 0 ||
	    sa->state != IKE_ESTABLISHED)
		return;
	if (rival_of(sa, old->id) != NULL) {
		look_again(w, sa, old);
		return;
	}
	if (old->spare)
		return; /* only its maker uses it, and rekeys it */
	if (is_unproven(old)) {
		timer_set(w, &old->rekey_timer, TIMER_CHILD_REKEY, w->now + RETRY_SOON);
		return;
	}
	child = child_sa_new(w, sa, c, ROLE_INITIATOR);
	take_place(w, child, old);
	old->successor = child->id;
	report_child(w, child, REPORT_PROGRESS,
		     "initiating rekey to replace Child SA #%u using IKE SA #%u", old->serial,
		     sa->serial);
	request_new(sa, REQUEST_REKEY_CHILD)->child = child->id;
	requests_run(w, sa);
}

bool rekey_is_wanted(struct world *w, const struct ike_sa *sa, const struct child_sa *ours)
{
	const struct child_sa *old = child_sa_find_id(w, ours->replaces);

	return old != NULL && old->state == CHILD_UP && rival_of(sa, old->id) == NULL;
}

/* The one that the peer wants to replace. Who rekeys a new one has it, though the Delete of what that
 * one replaced has not come yet. */
static struct child_sa *find_rekeyed(struct step_call *call)
{
	struct child_sa *old = child_sa_find_peer_spi(call->sa, call->m->rekey_spi);

	if (old == NULL || !is_unproven(old))
		return old;
	child_proven(call->w, old);
	return child_sa_find_peer_spi(call->sa, call->m->rekey_spi);
}

/* The peer has answered us perhaps, and what it made is what it means. */
static bool awaits_answer(const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->role == ROLE_INITIATOR && child->state == CHILD_NEGOTIATING)
			return true;
	}
	return false;
}

uint16_t rekey_negotiate(struct step_call *call, struct child_sa *child)
{
	struct child_sa *old = find_rekeyed(call);
	struct ts_offer said, ts;
	const struct connection *c =
		old == NULL ? NULL : connection_find_id(&call->w->connections, old->connection);

	if (old == NULL || c == NULL || old->spi_out == 0)
		return awaits_answer(call->sa) ? NOTIFY_TEMPORARY_FAILURE
					       : NOTIFY_CHILD_SA_NOT_FOUND;
	/* RFC 7296 2.25.1: one that is being closed. */
	if (old->state != CHILD_UP)
		return NOTIFY_TEMPORARY_FAILURE;
	/* RFC 9370 2.2.4: ours has come too far to collide with another. */
	if (followup_i_under_way(call->sa, old->successor))
		return NOTIFY_TEMPORARY_FAILURE;
	LIST_FOR_EACH(link, &call->sa->children) {
		const struct child_sa *other = LIST_OBJECT(link, struct child_sa, link);

		if (other->replaces == old->id && other->role == ROLE_RESPONDER)
			return NOTIFY_TEMPORARY_FAILURE; /* twice */
	}
	take_place(call->w, child, old);
	if (!ts_offer_read(call->m, ROLE_RESPONDER, &said))
		return NOTIFY_TS_UNACCEPTABLE;
	ts_offer_see(call->sa, c, call->m, &said, &ts);
	if (!traffic_contains(&ts.traffic, &old->traffic))
		return NOTIFY_TS_UNACCEPTABLE;
	child->said = ts.said;
	return child_choose(call->sa, child, c, CHILD_IN_CREATE, call->m);
}

/* --- both ends at once: RFC 7296 2.8.1 --- */

static struct bytes lowest_nonce(const struct child_sa *child)
{
	struct bytes i = bytes_at(child->nonce_i, child->nonce_i_len);
	struct bytes r = bytes_at(child->nonce_r, child->nonce_r_len);

	return bytes_compare(i, r) < 0 ? i : r;
}

/* The one with the lowest of the four nonces goes. */
bool rekey_wins(struct world *w, const struct ike_sa *sa, const struct child_sa *ours)
{
	const struct child_sa *rival = rival_of(sa, ours->replaces);
	const struct child_sa *old = child_sa_find_id(w, ours->replaces);

	if (rival != NULL)
		return bytes_compare(lowest_nonce(ours), lowest_nonce(rival)) > 0;
	/* Deleted by the peer meanwhile: then it does not want the replacement either. */
	return ours->heir || (old != NULL && old->state == CHILD_UP);
}

/* --- the old one goes --- */

static uint32_t draining(const struct ike_sa *sa)
{
	uint32_t count = 0;

	LIST_FOR_EACH(link, &sa->children)
		count += LIST_OBJECT(link, struct child_sa, link)->state == CHILD_DRAINING;
	return count;
}

static void drain(struct world *w, struct child_sa *child, int64_t until)
{
	child->drain_until = until;
	timer_set(w, &child->life_timer, TIMER_CHILD_LIFE,
		  child->outbound ? w->now + REKEY_OVERLAP : until);
}

/*
 * The kernel prefers the newer SA from now on. But a CPU that has chosen the old one for a packet
 * drops the packet when it finds it gone, so it stays for a moment.
 */
static void stop_sending(struct world *w, struct child_sa *old, int64_t drain_until)
{
	if (!old->outbound)
		child_sa_uninstall_outbound(w, old);
	timer_stop(w, &old->rekey_timer);
	timer_stop(w, &old->limit_timer);
	if (old->state == CHILD_UP)
		w->child_count--;
	old->state = CHILD_DRAINING;
	drain(w, old, drain_until);
}

void rekey_supersede(struct world *w, struct child_sa *old, int64_t sends_until)
{
	stop_sending(w, old, w->now + DELETE_PATIENCE);
	if (old->outbound && sends_until > old->life_timer.node.when)
		timer_set(w, &old->life_timer, TIMER_CHILD_LIFE, sends_until);
}

/* What was given back together is deleted together. */
static bool is_to_be_told(const struct world *w, const struct child_sa *child)
{
	return child->state == CHILD_DRAINING && child->given_back && !child->outbound &&
	       child->drain_until <= w->now;
}

static void tell_given_back(struct world *w, struct ike_sa *sa)
{
	struct request *request = request_new(sa, REQUEST_DELETE_CHILD);

	request->spis = mem_new_array(DELETED_AT_ONCE, sizeof(*request->spis));
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (!is_to_be_told(w, child) || request->spi_count == DELETED_AT_ONCE)
			continue;
		request->spis[request->spi_count++] = child->spi_in;
		child->given_back = false;
		drain(w, child, w->now + DELETE_PATIENCE);
	}
	requests_run(w, sa);
}

void rekey_drain_due(struct world *w, struct child_sa *child)
{
	if (child->outbound) {
		child_sa_uninstall_outbound(w, child);
		drain(w, child, child->drain_until);
	} else if (child->given_back) {
		tell_given_back(w, ike_sa_find_id(w, child->ike_sa));
	} else {
		child_end(w, child, false);
	}
}

void rekey_tell(struct world *w, struct ike_sa *sa, const struct child_sa *old)
{
	struct request *request = request_new(sa, REQUEST_DELETE_CHILD);

	request->spis = mem_new_array(1, sizeof(*request->spis));
	request->spis[0] = old->spi_in;
	request->spi_count = 1;
	requests_run(w, sa);
}

void rekey_retire(struct world *w, struct ike_sa *sa, uint64_t id)
{
	struct child_sa *old = child_sa_find_id(w, id);

	if (old == NULL || old->state != CHILD_UP)
		return;
	followups_end_of(w, sa, id); /* it lost */
	stop_sending(w, old, w->now + DELETE_PATIENCE);
	rekey_tell(w, sa, old);
}

void child_give_back(struct world *w, struct child_sa *child)
{
	child->given_back = true;
	stop_sending(w, child, w->now + DRAIN_TIME);
}

void rekey_drain(struct world *w, struct child_sa *child)
{
	if (child->state == CHILD_DRAINING && child->drain_until > w->now + DRAIN_TIME)
		drain(w, child, w->now + DRAIN_TIME);
}

void rekey_failed(struct world *w, struct ike_sa *sa, const struct child_sa *ours,
		  uint16_t notify)
{
	struct child_sa *old = child_sa_find_id(w, ours->replaces);

	w->hooks->child_refused(w, sa, ours, notify);
	if (old == NULL)
		return;
	old->successor = 0;
	old->given_up = ours->spi_in;
	if (notify == NOTIFY_CHILD_SA_NOT_FOUND && old->state == CHILD_UP) {
		report_child(w, old, REPORT_CLOSED, "the peer does not have it any more");
		child_end(w, old, true);
		return;
	}
	/* Where the peer's rekey replaces it, its Delete is the peer's to send: ours would say that we
	 * have what we have just given up. */
	if (old->exhausted && !notify_is_passing(notify) && old->state == CHILD_UP &&
	    rival_of(sa, old->id) == NULL) {
		children_close(w, sa, &old, 1);
		return;
	}
	if (old->state != CHILD_UP)
		return;
	if (rival_of(sa, old->id) != NULL)
		look_again(w, sa, old);
	else
		timer_set(w, &old->rekey_timer, TIMER_CHILD_REKEY,
			  w->now + (notify_is_passing(notify) ? RETRY_SOON : RETRY_LATER));
}

bool notify_is_passing(uint16_t notify)
{
	return notify == NOTIFY_TEMPORARY_FAILURE || notify == NOTIFY_STATE_NOT_FOUND;
}

bool rekey_child_deleted(struct world *w, struct ike_sa *sa, struct child_sa *child)
{
	struct child_sa *rival;
	bool unused;

	/* Who deletes it does not go on with what was to replace it. */
	followups_end_of(w, sa, child->id);
	rival = rival_of(sa, child->id);
	/* Both ends delete the same: RFC 7296 1.4.1 has nothing to name then. */
	if (child->state == CHILD_DRAINING) {
		bool unsaid = child->given_back;

		child->given_back = false;
		rekey_drain(w, child);
		return unsaid;
	}
	if (child->state == CHILD_UP && rival != NULL && draining(sa) < DRAINING_MAX) {
		child_proven(w, rival);
		stop_sending(w, child, w->now + DRAIN_TIME);
		return true;
	}
	if (rival != NULL)
		child_proven(w, rival);
	report_child(w, child, REPORT_CLOSED, "deleted by the peer");
	if (child->state == CHILD_UP && child->is_clone && child->outbound && rival == NULL &&
	    draining(sa) < DRAINING_MAX && w->hooks->clone_deleted(w, child, &unused)) {
		stop_sending(w, child, w->now + DRAIN_TIME);
		if (!unused)
			rekey_drain_due(w, child);
		return true;
	}
	child_end(w, child, true);
	return true;
}
