/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/set/set.h"

#include <assert.h>

#include "base/mem.h"
#include "ike/engine/policies/claims.h"
#include "ike/engine/set/demand.h"
#include "ike/engine/set/takeover.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/path/arrival.h"
#include "ike/exchange/send.h"

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
	int64_t wait = SET_BACKOFF_FIRST << doublings;
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
	child_sa_choose_spi(w, child);
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
