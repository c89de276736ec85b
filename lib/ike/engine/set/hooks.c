/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the exchanges tell a set, and ask it. */

#include "ike/engine/set/set.h"

#include "ike/engine/set/demand.h"
#include "ike/engine/instances.h"
#include "ike/engine/set/takeover.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"
#include "ike/exchange/path/arrival.h"

uint32_t set_limit(const struct world *w, const struct connection *c)
{
	return c->conf->max_clones != 0 ? c->conf->max_clones : 2 * w->facts->possible_cpus + 2;
}

static uint16_t admit_clone(struct world *w, struct clone_set *set, struct child_sa *child,
			    const struct ike_sa *sa, const struct child_sa *head)
{
	struct connection *c = set_connection(w, set);

	if (!traffic_equal(&head->traffic, &child->traffic))
		return NOTIFY_TS_UNACCEPTABLE;
	/* RFC 9611 3: all of a set have the same properties. */
	if (head->mode != child->mode || !suite_equal(&head->suite, &child->suite))
		return NOTIFY_NO_PROPOSAL_CHOSEN;
	set_count_spares(w, set);
	if (set->count == 1 || set_children(set) > set_limit(w, c)) {
		set->turned_away++;
		return NOTIFY_TS_MAX_QUEUE;
	}
	child->is_clone = true;
	child->slot = clone_place(set->slots, set->count, &child->spare);
	child->cpu = set->cpus[child->slot];
	child_sa_choose_spi(w, child);
	set->last_peer_clone = w->now;
	child->number = child->spare ? set_spare_number(set, sa) : child->slot;
	if (child->spare)
		return 0;
	set->slots[child->slot].state = SLOT_NEGOTIATING;
	set->children[child->slot] = child->id;
	return 0;
}

/* Heads that newer ones replaced and that the peer did not delete yet. */
enum { HEADS_MAX = 8 };

static uint32_t heads_of_set(struct world *w, const struct ike_sa *sa, const struct clone_set *set)
{
	uint32_t count = 0;

	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		count += child->ike_sa == sa->id && !child->is_clone && !child->superseded;
	}
	return count;
}

static bool wants_clones(const struct world *w, const struct clone_set *set)
{
	return set_connection(w, set)->conf->clones.kind != CLONES_NO;
}

static const struct child_sa *clone_head(struct world *w, const struct ike_sa *sa,
					 const struct connection *c)
{
	const struct child_sa *head = set_head(w, c->set);

	return head != NULL && head->ike_sa == sa->id && wants_clones(w, c->set) ? head
									     : NULL;
}

static uint16_t admit_child(struct world *w, struct ike_sa *sa, struct child_sa *child)
{
	struct clone_set *set = set_of_child(w, child);
	struct child_sa *head;

	/* Our head is at the peer already, which asks for its first clone: a moment too early. */
	if (takeover_is_under_way(w, set, sa))
		return NOTIFY_TEMPORARY_FAILURE;
	takeover_prove(w, set, sa);
	head = set_head(w, set);
	if (child->resource_info && clone_head(w, sa, set_connection(w, set)) != NULL)
		return admit_clone(w, set, child, sa, head);
	/* It was on its way when the head was deleted, and is no head because there is none. */
	if (child->asked_as_clone && set_has_clones_on(w, set, sa))
		return NOTIFY_TEMPORARY_FAILURE;
	/* A peer that does not know of clones may replace a Child SA by one just like it. */
	if (head != NULL && head->ike_sa == sa->id &&
	    !traffic_equal(&head->traffic, &child->traffic))
		return NOTIFY_TS_UNACCEPTABLE;
	if (heads_of_set(w, sa, set) > HEADS_MAX) /* this one is counted */
		return NOTIFY_NO_ADDITIONAL_SAS;
	if (set_is_claimed(w, set_connection(w, set), &child->traffic))
		return NOTIFY_TS_UNACCEPTABLE;
	child->slot = child->number = 0;
	child->takes_over = takeover_is_due(w, set, sa);
	return 0;
}

/* The peer may want now what it refused: it has more room, or another configuration. */
static void ask_again(struct clone_set *set, int64_t when)
{
	for (uint32_t i = 1; i < set->count; i++)
		if (set->slots[i].state == SLOT_REFUSED) {
			set->slots[i].state = SLOT_EMPTY;
			set->slots[i].retry_at = when;
		}
}

static void take_slot(struct world *w, struct clone_set *set, struct child_sa *child)
{
	if (child->spare)
		return;
	set->slots[child->slot].state = SLOT_UP;
	if (child->replaces == 0) {
		set->slots[child->slot].own = child->role == ROLE_INITIATOR;
		set_clone_up(w, set, child->slot);
	}
	set->slots[child->slot].retry_at = 0;
	set->children[child->slot] = child->id;
	if (child->slot != 0 || child->replaces != 0)
		return;
	set_connection(w, set)->trigger = (struct traffic_packet) { 0 };
	set->peer_clones = child->resource_info && wants_clones(w, set);
	set->fills_first = child->role == ROLE_INITIATOR;
	set->head_since = w->now;
	set->last_peer_clone = 0;
	set->failures = 0;
	set->refusal = 0;
	set->turned_away = 0;
	set->complete = set->batch_sent = set->receivers_seen = set->head_asked = false;
	/* What comes after IKE_AUTH shows that its answer arrived. */
	set->batch_due = set->fills_first && !child->with_ike;
	ask_again(set, 0);
	set_forget_deleted(set);
	ike_sa_find_id(w, child->ike_sa)->childless = false;
	if (wants_clones(w, set) && !set->peer_clones)
		report_child(w, child, REPORT_PROGRESS,
			     "peer sent no SA_RESOURCE_INFO (RFC 9611): one Child SA, no clones");
}

static void child_up(struct world *w, struct child_sa *child)
{
	struct clone_set *set = set_of_child(w, child);
	struct connection *c = set_connection(w, set);

	if (takeover_was_before(w, set, child))
		return;
	take_slot(w, set, child);
	if (child->slot == 0) {
		c->ike_sa = child->ike_sa;
		if (child->replaces == 0)
			takeover_by(w, set, child);
		set_point_head(w, set);
		fallback_follow(w, set);
		demand_start(w, set);
	}
	if (c->keep)
		set->wanted = true;
	/* What traffic brought up, traffic brings up again. */
	if (set->wanted && (c->keep || !c->routed))
		c->keep_up = true;
	/* Not at once: the plan may end what the caller is about to answer for. */
	timer_set(w, &set->timer, TIMER_SET, w->now);
}

/* A clone that is refused is so for the whole set, and not asked for again before something has
 * changed. */
static void refused(struct world *w, struct clone_set *set, const struct child_sa *child,
		    uint16_t notify)
{
	struct plan_slot *slot = &set->slots[child->slot];

	set->children[child->slot] = 0;
	slot->state = SLOT_EMPTY;
	slot->retry_at = notify_is_passing(notify) ? w->now + SET_BACKOFF_FIRST
						    : set_backoff(w, set->failures);
	if (!child->is_clone || child->replaces != 0 || notify == 0)
		return;
	if (child->role == ROLE_INITIATOR)
		set->refusal = notify;
	if (notify_is_passing(notify))
		return;
	slot->state = SLOT_REFUSED;
	slot->retry_at = TIME_NEVER;
	for (uint32_t i = 1; i < set->count && child->role == ROLE_INITIATOR; i++)
		if (set->slots[i].state == SLOT_EMPTY) {
			set->slots[i].state = SLOT_REFUSED;
			set->slots[i].retry_at = TIME_NEVER;
		}
}

static void child_refused(struct world *w, struct ike_sa *sa, const struct child_sa *child,
			  uint16_t notify)
{
	struct clone_set *set = set_of_child(w, child);

	if (set == NULL || child->superseded)
		return;
	instances_look(w, child->connection);
	if (!child->spare && set->children[child->slot] == child->id)
		refused(w, set, child, notify);
	if (sa->childless && child->slot == 0 && child->role == ROLE_INITIATOR &&
	    set_connection(w, set)->ike_sa != sa->id) {
		sa->useless = true; /* another one carries the set */
		timer_set(w, &sa->half_open_timer, TIMER_HALF_OPEN, w->now);
	} else if (sa->childless && child->slot == 0 && child->role == ROLE_INITIATOR) {
		set->head_refused = notify != NOTIFY_TEMPORARY_FAILURE;
		timer_set(w, &set->timer, TIMER_SET,
			  set->head_refused ? w->now : w->now + SET_BACKOFF_FIRST);
	}
	if (notify_is_passing(notify))
		set->head_asked = false;
	/* Not at once: the caller has a Delete to queue before anything that says "all is done". */
	if (child->is_clone || child->slot == 0)
		timer_set(w, &set->timer, TIMER_SET, w->now);
}

/* What is to take the place of a Child SA that ends while it is being rekeyed, or NULL. */
static struct child_sa *heir_of(struct world *w, const struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *other = LIST_OBJECT(link, struct child_sa, link);

		if (other->replaces == child->id && other->role == ROLE_RESPONDER &&
		    other->state == CHILD_UP)
			return other;
	}
	return child_sa_find_id(w, child->successor);
}

static bool bequeath(struct world *w, struct clone_set *set, const struct child_sa *child,
		     bool by_peer)
{
	struct child_sa *heir = heir_of(w, child);

	/* What the peer deletes it does not want replaced by us. */
	if (heir == NULL || (by_peer && heir->role == ROLE_INITIATOR))
		return false;
	heir->heir = true;
	set->children[child->slot] = heir->id;
	set->slots[child->slot].state = heir->state == CHILD_UP ? SLOT_UP : SLOT_NEGOTIATING;
	return true;
}

static void child_leaving(struct world *w, struct child_sa *child)
{
	struct clone_set *set = set_of_child(w, child);

	takeover_child_leaving(w, child);
	/* The policies go before the head does, or the kernel would ask for SAs in between. They stay
	 * where another head is coming: nothing may leave unprotected meanwhile. */
	if (set != NULL && child->slot == 0 && set->children[0] == child->id &&
	    !set_connection(w, set)->keep_up && heir_of(w, child) == NULL &&
	    !set_has_clones_on(w, set, ike_sa_find_id(w, child->ike_sa)))
		set_remove_policies(w, set);
}

/* What had its slot is gone, or drains. */
static void empty_slot(struct world *w, struct clone_set *set, const struct child_sa *child,
		       bool by_peer)
{
	set->children[child->slot] = 0;
	set->slots[child->slot].state = SLOT_EMPTY;
	set->slots[child->slot].retry_at =
		child->slot == 0 ? set_head_gone(w, set, child)
		: by_peer        ? set_clone_deleted(w, set, child->slot)
				 : set_backoff(w, set->failures);
	set->complete = false;
	set->demand.lost |= by_peer;
	ask_again(set, set->slots[child->slot].retry_at);
	if (child->slot == 0)
		set->peer_clones = false;
	/* Not in the middle of what is going on: the caller may be walking the children. */
	timer_set(w, &set->timer, TIMER_SET, w->now);
}

static bool clone_deleted(struct world *w, struct child_sa *child, bool *unused)
{
	struct clone_set *set = set_of_child(w, child);

	if (set == NULL || child->spare || child->superseded ||
	    set->children[child->slot] != child->id || set_head(w, set) == NULL)
		return false;
	*unused = fallback_begin(w, set);
	empty_slot(w, set, child, true);
	return true;
}

static void child_gone(struct world *w, struct child_sa *child, bool by_peer)
{
	struct clone_set *set = set_of_child(w, child);

	if (set == NULL)
		return;
	instances_look(w, child->connection);
	if (set->any_end)
		set_point_head(w, set);
	if (child->superseded)
		return;
	if (child->spare) {
		timer_set(w, &set->timer, TIMER_SET, w->now);
		return;
	}
	if (set->children[child->slot] != child->id || bequeath(w, set, child, by_peer))
		return;
	empty_slot(w, set, child, by_peer);
}

static struct clone_set *ended_batch(const struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);
		struct clone_set *set = set_of_child(w, child);

		if (set != NULL && set->batch_sent && !child->superseded)
			return set;
	}
	return NULL;
}

static void batch_done(struct world *w, struct ike_sa *sa)
{
	struct clone_set *set;

	while ((set = ended_batch(w, sa)) != NULL) {
		set->batch_due = set->batch_sent = false;
		timer_set(w, &set->timer, TIMER_SET, w->now);
	}
}

static void spare_proven(struct world *w, struct child_sa *child)
{
	struct clone_set *set = set_of_child(w, child);

	if (set != NULL)
		timer_set(w, &set->timer, TIMER_SET, w->now);
}

static void window_moved(struct world *w, struct ike_sa *sa)
{
	requests_run(w, sa);
}

const struct world_hooks set_hooks = {
	.with_peer = instances_with_peer,
	.clone_head = clone_head,
	.admit_child = admit_child,
	.child_up = child_up,
	.spare_proven = spare_proven,
	.child_refused = child_refused,
	.clone_deleted = clone_deleted,
	.child_leaving = child_leaving,
	.child_gone = child_gone,
	.install_policies = set_install_policies,
	.path_leaving = set_path_leaving,
	.path_taken = set_path_taken,
	.ike_up = set_ike_up,
	.head_due = set_head_due,
	.ike_leaving = takeover_ike_leaving,
	.ike_gone = set_ike_gone,
	.batch_done = batch_done,
	.window_moved = window_moved,
};
