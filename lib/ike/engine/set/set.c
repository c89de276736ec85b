/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/set/set.h"

#include <assert.h>

#include "base/mem.h"
#include "ike/engine/set/claims.h"
#include "ike/engine/set/demand.h"
#include "ike/engine/instances.h"
#include "ike/engine/set/takeover.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"

#define BACKOFF_FIRST   SECONDS(1)
#define BACKOFF_LONGEST SECONDS(300)
enum { BACKOFF_DOUBLINGS = 9 };

struct clone_set *set_new(struct world *w, struct connection *c)
{
	struct clone_set *set = NEW(struct clone_set);

	list_init(&set->claims);
	set->connection = c->id;
	set->count = 1;
	set->cpus = mem_new_array(set->count, sizeof(*set->cpus));
	set->cpus[0] = KERNEL_CPU_NONE;
	set->slots = mem_new_array(set->count, sizeof(*set->slots));
	set->children = mem_new_array(set->count, sizeof(*set->children));
	set->histories = mem_new_array(set->count, sizeof(*set->histories));
	set_choose_cpus(w, set);
	demand_init(&set->demand, c->conf);
	return set;
}

void set_free(struct world *w, struct clone_set *set)
{
	assert(set->waiter_count == 0 && !set->policies && !set->trap);
	timer_stop(w, &set->timer);
	timer_stop(w, &set->takeover);
	timer_stop(w, &set->fallback);
	timer_stop(w, &set->demand.timer);
	set_routes_forget(w, set);
	claims_drop_all(w, set);
	mem_free(set->slots);
	traffic_done(&set->traffic);
	mem_free(set->children);
	mem_free(set->histories);
	mem_free(set->cpus);
	mem_free(set);
}

struct connection *set_connection(const struct world *w, const struct clone_set *set)
{
	struct connection *c = connection_find_id(&w->connections, set->connection);

	assert(c != NULL);
	return c;
}

struct clone_set *set_of_child(const struct world *w, const struct child_sa *child)
{
	struct connection *c = connection_find_id(&w->connections, child->connection);

	return c == NULL ? NULL : c->set;
}

struct child_sa *set_head(const struct world *w, const struct clone_set *set)
{
	return set->slots[0].state == SLOT_UP ? child_sa_find_id(w, set->children[0]) : NULL;
}

/* --- the plan, carried out --- */

uint32_t set_children(const struct clone_set *set)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < set->count; i++)
		count += set->slots[i].spares + (set->slots[i].state == SLOT_UP) +
			 (set->slots[i].state == SLOT_NEGOTIATING);
	return count;
}

int64_t set_backoff(struct world *w, unsigned failures)
{
	unsigned doublings = failures < BACKOFF_DOUBLINGS ? failures : BACKOFF_DOUBLINGS;
	int64_t wait = BACKOFF_FIRST << doublings;
	uint8_t jitter;

	if (wait > BACKOFF_LONGEST)
		wait = BACKOFF_LONGEST;
	world_random(w, &jitter, sizeof(jitter));
	return w->now + wait + wait * jitter / 1024; /* up to a quarter more */
}

static uint32_t children_of_set(const struct ike_sa *sa, const struct clone_set *set,
				struct child_sa **list)
{
	uint32_t count = 0;

	for (struct list *link = sa->children.prev; link != &sa->children; link = link->prev) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->connection == set->connection)
			list[count++] = child;
	}
	return count;
}

/* Off this IKE SA, which goes too where it carries nothing else. */
static void down_on(struct world *w, struct clone_set *set, struct ike_sa *sa,
		    enum end_reason reason)
{
	struct child_sa **list = mem_new_array(sa->child_count + 1U, sizeof(struct child_sa *));
	uint32_t count = children_of_set(sa, set, list);

	if (sa->connection == set->connection &&
	    (sa->state != IKE_ESTABLISHED || count == sa->child_count)) {
		report_ike(w, sa, REPORT_PROGRESS,
			   "initiating delete of connection's IKE SA #%u (and %u Child SA%s)",
			   sa->serial, count, count == 1 ? "" : "s");
		ike_close(w, sa, reason, NULL);
	} else if (count > 0) {
		report_ike(w, sa, REPORT_PROGRESS,
			   "IKE SA #%u is shared; deleting %u Child SA%s of this connection",
			   sa->serial, count, count == 1 ? "" : "s");
		children_close(w, sa, list, count);
	}
	mem_free(list);
}

static void create_head(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);

	if (sa != NULL && sa->state < IKE_ESTABLISHED)
		return; /* under way */
	if (sa != NULL && sa->state == IKE_ESTABLISHED && sa->childless && sa->child_count == 0) {
		set_head_due(w, sa);
		requests_run(w, sa);
		return;
	}
	if (sa != NULL && set_remake_head(w, set, sa))
		return;
	c->ike_sa = 0;
	/* The head was lost: what is left of the set is of no use. */
	if (sa != NULL && sa->connection == c->id)
		ike_close(w, sa, END_REPLACED, "the head is gone");
	else if (sa != NULL && sa->state == IKE_ESTABLISHED)
		down_on(w, set, sa, END_REPLACED);
	set->slots[0].state = SLOT_NEGOTIATING;
	set->children[0] = 0;
	c->ike_sa = init_i_start(w, c)->id;
}

static void create_clone(struct world *w, struct clone_set *set, uint32_t slot)
{
	struct connection *c = set_connection(w, set);
	struct child_sa *head = set_head(w, set);
	struct ike_sa *sa = ike_sa_find_id(w, head->ike_sa);
	struct child_sa *child = child_sa_new(w, sa, c, ROLE_INITIATOR);

	child->slot = child->number = slot;
	child->is_clone = true;
	child->cpu = set->cpus[slot];
	child->mode = head->mode;
	/* As in the head's request, so that the peer finds the same for it. */
	child->packet = head->packet;
	child_sa_set_traffic(child, traffic_copy(&head->traffic));
	set->slots[slot].state = SLOT_NEGOTIATING;
	set->children[slot] = child->id;
	set->batch_due = true;
	set->batch_sent = false;
	request_new(sa, REQUEST_CHILD)->child = child->id;
}

static void report_complete(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	uint32_t up = 0;

	for (uint32_t i = 1; i < set->count; i++)
		up += set->slots[i].state == SLOT_UP && plan_slot_is_wanted(&set->slots[i]);
	if (c->conf->clones.kind == CLONES_NO)
		return;
	if (!set->peer_clones || set->demand.now != DEMAND_FILL)
		return;
	report_name(w, c->name, REPORT_ESTABLISHED,
		    "clone set complete: head and %u of %u clones are up", up,
		    set_cpus_in_use(set));
	set_look_at_receivers(w, set);
}

static void completed(struct world *w, struct clone_set *set)
{
	if (!set->complete)
		report_complete(w, set);
	set->complete = true;
	takeover_settled(w, set);
	set_answer(w, set, CONTROL_OK);
}

/* Everything that was asked for is answered: a Cygnet hears so with one empty request. */
static void finish(struct world *w, struct clone_set *set)
{
	struct child_sa *head = set_head(w, set);
	struct ike_sa *sa = head == NULL ? NULL : ike_sa_find_id(w, head->ike_sa);

	if (sa == NULL || set->complete)
		return;
	if (!set->batch_due || !sa->peer_is_cygnet) {
		completed(w, set);
	} else if (!set->batch_sent) {
		set->batch_sent = true;
		(void)request_new(sa, REQUEST_EMPTY);
		requests_run(w, sa);
	}
}

static int64_t round_trip(const struct world *w, const struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);
	const struct ike_sa *sa = head == NULL ? NULL : ike_sa_find_id(w, head->ike_sa);

	return sa == NULL ? 0 : sa->round_trip;
}

static void create_all(struct world *w, struct clone_set *set, const struct plan *plan)
{
	struct child_sa *head = set_head(w, set);

	if (plan->create_count == 0)
		return;
	set->complete = false;
	if (plan->create[0] == 0) {
		create_head(w, set);
		return;
	}
	for (uint32_t i = 0; i < plan->create_count; i++)
		create_clone(w, set, plan->create[i]);
	requests_run(w, ike_sa_find_id(w, head->ike_sa));
}

void set_run(struct world *w, struct clone_set *set)
{
	struct plan *plan;
	int64_t look_at, drop_at;

	if (set->head_refused) {
		set_drop_childless(w, set);
		return;
	}
	set_count_spares(w, set);
	drop_at = set_drop_headless(w, set);
	look_at = set_look_for_traffic(w, set);
	demand_prepare(w, set);
	plan = NEW(struct plan);
	clone_plan(&(struct plan_input) {
		.slots = set->slots,
		.count = set->count,
		.wanted = set->wanted && connection_is_oriented(set_connection(w, set)),
		.peer_clones = set->peer_clones,
		.fills_first = set->fills_first,
		.head_since = set->head_since,
		.demand = set->demand.now,
		.demand_since = set->demand.since,
		.last_peer_clone = set->last_peer_clone,
		.round_trip = round_trip(w, set),
		.now = w->now,
	}, plan);
	if (look_at < plan->wait_until)
		plan->wait_until = look_at;
	if (drop_at < plan->wait_until)
		plan->wait_until = drop_at;
	if (plan->wait_until == TIME_NEVER)
		timer_stop(w, &set->timer);
	else
		timer_set(w, &set->timer, TIMER_SET, plan->wait_until);
	for (uint32_t i = 0; i < plan->promote_count; i++)
		set_promote(w, set, &plan->promote[i]);
	create_all(w, set, plan);
	demand_follow(w, set, plan);
	if (plan->complete)
		finish(w, set);
	mem_free(plan);
}

/* --- down --- */

/*
 * Crossing initiations and restarts can leave it more than one for a while, and the peer may have
 * put it on another connection's; some come twice.
 */
size_t set_ike_sas(struct world *w, const struct clone_set *set, uint64_t **ids)
{
	struct list *own = ike_sas_of_connection(w, set->connection);
	struct list *children = child_sas_of_connection(w, set->connection);
	size_t count = 0;

	LIST_FOR_EACH(link, own)
		count++;
	LIST_FOR_EACH(link, children)
		count++;
	*ids = mem_new_array(count + 1, sizeof(**ids));
	count = 0;
	LIST_FOR_EACH(link, own)
		(*ids)[count++] = IKE_OF_CONNECTION(link)->id;
	LIST_FOR_EACH(link, children)
		(*ids)[count++] = CHILD_OF_CONNECTION(link)->ike_sa;
	return count;
}

void set_down(struct world *w, struct clone_set *set, enum end_reason reason)
{
	struct connection *c = set_connection(w, set);
	uint64_t *ids;
	size_t count;

	set->wanted = false;
	c->keep_up = false;
	timer_stop(w, &set->timer);
	/* By id, since one that ends takes others along. */
	count = set_ike_sas(w, set, &ids);
	for (size_t i = 0; i < count; i++) {
		struct ike_sa *sa = ike_sa_find_id(w, ids[i]);

		if (sa->state != IKE_WITHDRAWN && sa->state != IKE_DELETING &&
		    sa->state != IKE_SUCCESSOR && sa->state != IKE_GONE)
			down_on(w, set, sa, reason);
	}
	mem_free(ids);
	/* Those that were kept for a revival have no head to go with. */
	set_remove_policies(w, set);
}

/* --- hooks --- */

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
	slot->retry_at = notify_is_passing(notify) ? w->now + BACKOFF_FIRST
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
		timer_set(w, &set->timer, TIMER_SET, set->head_refused ? w->now : w->now + BACKOFF_FIRST);
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
