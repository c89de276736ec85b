/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/set/takeover.h"

#include "base/mem.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/send.h"

/* The old clones send until then, if the new ones are not all there before. */
#define CLONES_WAIT   SECONDS(10)
#define CONFIRM_WAIT  SECONDS(1)
#define PROOF_LONGEST SECONDS(60)
/* Of one connection: who does not answer our Deletes does not pile IKE SAs up. */
enum { DELETING_MAX = 8, DRAINING_MAX = 256 };

/* --- a head that waits for its proof --- */

bool takeover_is_due(const struct world *w, const struct clone_set *set, const struct ike_sa *sa)
{
	const struct child_sa *head = set_head(w, set);
	const struct ike_sa *old = head == NULL ? NULL : ike_sa_find_id(w, head->ike_sa);

	return old != NULL && old != sa && old->state == IKE_ESTABLISHED && !old->forgotten;
}

/* NULL: any IKE SA but `not`. */
static struct child_sa *waiting_head(struct world *w, const struct clone_set *set,
				     const struct ike_sa *on, const struct ike_sa *not)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->takes_over && !child->superseded && child->state == CHILD_UP &&
		    !child->outbound && (on == NULL || child->ike_sa == on->id) &&
		    (not == NULL || child->ike_sa != not->id))
			return child;
	}
	return NULL;
}

void takeover_prove(struct world *w, struct clone_set *set, const struct ike_sa *sa)
{
	struct child_sa *child = waiting_head(w, set, sa, NULL);

	if (child != NULL)
		child_proven(w, child);
}

bool takeover_is_under_way(struct world *w, const struct clone_set *set,
			   const struct ike_sa *sa)
{
	bool current = set_connection(w, set)->ike_sa == sa->id;

	if (sa->superseded && sa->connection == set->connection)
		return true;
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);
		bool ours = child->role == ROLE_INITIATOR && child->state == CHILD_NEGOTIATING;

		if (child->ike_sa != sa->id)
			continue;
		if ((child->superseded && !current) ||
		    (ours && child->slot == 0 && child->replaces == 0))
			return true;
	}
	return false;
}

/* --- the new head is up --- */

static void supersede(struct world *w, struct child_sa *child)
{
	child->superseded = true;
	/* Of a clone nothing newer is there yet for its CPU. */
	if (child->state == CHILD_UP)
		rekey_supersede(w, child, child->is_clone ? w->now + CLONES_WAIT : w->now);
}

bool takeover_was_before(struct world *w, struct clone_set *set, struct child_sa *child)
{
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	child->superseded |= sa->superseded && sa->connection == set->connection;
	if (!child->superseded)
		return false;
	rekey_supersede(w, child, w->now);
	if (set->takeover.node.index == 0)
		timer_set(w, &set->takeover, TIMER_TAKEOVER, w->now + CLONES_WAIT);
	return true;
}

static void empty_slots(struct world *w, struct clone_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct child_sa *child = child_sa_find_id(w, set->children[i]);

		if (i == 0 || (child != NULL && !child->superseded))
			continue;
		set->slots[i].state = SLOT_EMPTY;
		set->slots[i].retry_at = 0;
		set->children[i] = 0;
	}
	set->complete = false;
}

/* What is not established yet is newer. */
static bool is_older(const struct ike_sa *a, const struct ike_sa *b)
{
	return a != b && a->rank != 0 && (a->rank <= b->rank || a->yields);
}

void takeover_by(struct world *w, struct clone_set *set, const struct child_sa *head)
{
	const struct ike_sa *sa = ike_sa_find_id(w, head->ike_sa);
	bool any = false;

	LIST_FOR_EACH(link, ike_sas_of_connection(w, set->connection)) {
		struct ike_sa *other = IKE_OF_CONNECTION(link);

		if (other->state != IKE_ESTABLISHED || other->unwanted || !is_older(other, sa))
			continue;
		other->superseded = any = true;
	}
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->superseded || !is_older(ike_sa_find_id(w, child->ike_sa), sa))
			continue;
		supersede(w, child);
		any = true;
	}
	if (!any)
		return;
	empty_slots(w, set);
	timer_set(w, &set->takeover, TIMER_TAKEOVER, w->now + CLONES_WAIT);
}

/* --- the old ones go --- */

void takeover_settled(struct world *w, struct clone_set *set)
{
	if (set->takeover.node.index != 0)
		timer_set(w, &set->takeover, TIMER_TAKEOVER, w->now + REKEY_OVERLAP);
}

static size_t deleting(struct world *w, uint64_t connection)
{
	size_t count = 0;

	LIST_FOR_EACH(link, ike_sas_of_connection(w, connection))
		count += IKE_OF_CONNECTION(link)->state == IKE_DELETING;
	return count;
}

static void retire(struct world *w, struct ike_sa *sa)
{
	static const char why[] = "replaced by a newer IKE SA of the same peer";

	LIST_FOR_EACH(link, &sa->children)
		child_sa_uninstall_outbound(w, LIST_OBJECT(link, struct child_sa, link));
	if (deleting(w, sa->connection) < DELETING_MAX)
		ike_close(w, sa, END_REPLACED, why);
	else
		ike_end(w, sa, END_REPLACED, why);
}

/* Others have Child SAs on it, and it is theirs from now on. */
static void leave(struct world *w, const struct clone_set *set, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (!child->superseded || child->connection != set->connection ||
		    child->state != CHILD_DRAINING)
			continue;
		child_sa_uninstall_outbound(w, child);
		rekey_tell(w, sa, child);
	}
	if (sa->superseded)
		set_give_away(w, sa);
	sa->superseded = false;
}

static bool has_superseded(const struct ike_sa *sa, const struct clone_set *set)
{
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->superseded && child->connection == set->connection)
			return true;
	}
	return false;
}

static bool has_others(const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children)
		if (!LIST_OBJECT(link, struct child_sa, link)->superseded)
			return true;
	return false;
}

/* The peer has nothing but the older ones yet, perhaps: with IKE_AUTH it is asked, else it says so, or
 * sends on it. */
static bool may_be_missing(struct world *w, const struct child_sa *head)
{
	const struct ike_sa *sa = ike_sa_find_id(w, head->ike_sa);
	struct kernel_counters in, out;

	if (head->with_ike)
		return !sa->confirmed;
	if (head->role == ROLE_INITIATOR || head->replaces != 0 || head->proven)
		return false;
	child_sa_counters(w, head, &in, &out);
	return in.packets == 0 && w->now - head->created < PROOF_LONGEST;
}

void takeover_on_time(struct world *w, struct clone_set *set)
{
	const struct connection *c = set_connection(w, set);
	const struct child_sa *head = set_head(w, set);
	uint64_t *ids;
	size_t count;

	if (head != NULL && may_be_missing(w, head)) {
		timer_set(w, &set->takeover, TIMER_TAKEOVER, w->now + CONFIRM_WAIT);
		return;
	}
	count = set_ike_sas(w, set, &ids);
	for (size_t i = 0; i < count; i++) {
		struct ike_sa *sa = ike_sa_find_id(w, ids[i]);

		if (sa->state != IKE_ESTABLISHED || sa->id == c->ike_sa ||
		    (!sa->superseded && !has_superseded(sa, set)))
			continue;
		if (has_others(sa) || !sa->superseded)
			leave(w, set, sa);
		else
			retire(w, sa);
	}
	mem_free(ids);
}

/* --- an IKE SA ends before that, or now --- */

static size_t draining(const struct ike_sa *sa)
{
	size_t count = 0;

	LIST_FOR_EACH(link, &sa->children)
		count += LIST_OBJECT(link, struct child_sa, link)->superseded;
	return count;
}

static void drain_on(struct world *w, struct child_sa *child, struct ike_sa *from,
		     struct ike_sa *to)
{
	list_remove(&child->link);
	list_append(&to->children, &child->link);
	from->child_count--;
	to->child_count++;
	child->ike_sa = to->id;
	rekey_drain(w, child);
}

void takeover_child_leaving(struct world *w, const struct child_sa *child)
{
	struct clone_set *set = set_of_child(w, child);
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);
	const struct child_sa *head = set == NULL ? NULL : set_head(w, set);
	struct child_sa *heir;

	if (set == NULL || child->superseded || child->slot != 0)
		return;
	/* It was rekeyed, and what replaced it is there. */
	if (head != NULL && head != child && head->outbound)
		return;
	heir = waiting_head(w, set, NULL, sa);
	if (heir != NULL)
		child_proven(w, heir);
}

void takeover_ike_leaving(struct world *w, struct ike_sa *sa, enum end_reason reason)
{
	if (reason != END_BY_COMMAND)
		LIST_FOR_EACH(link, &sa->children)
			takeover_child_leaving(w, LIST_OBJECT(link, struct child_sa, link));
	/* Nobody sends on what the peer does not have. */
	if (reason == END_TIMEOUT || sa->forgotten)
		return;
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);
		struct clone_set *set = set_of_child(w, child);
		struct child_sa *head = set == NULL ? NULL : set_head(w, set);
		struct ike_sa *to = head == NULL ? NULL : ike_sa_find_id(w, head->ike_sa);

		if (child->superseded && child->state == CHILD_DRAINING && to != NULL &&
		    to != sa && to->state == IKE_ESTABLISHED && draining(to) < DRAINING_MAX)
			drain_on(w, child, sa, to);
	}
}
