/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/set/demand.h"

#include "ike/exchange/create/child.h"
#include "ike/exchange/create/rekey.h"

/* How soon after the head, and then twice as long each time. */
#define LOOK_FIRST    MILLISECONDS(100)
#define LOOK_LONGEST  SECONDS(2)
/* While the clones are there: a part of clone-idle=. */
#define IDLE_SHORTEST MILLISECONDS(100)
#define IDLE_LONGEST  SECONDS(60)
enum { LOOKS_PER_IDLE = 4 };

/* Until clones that were given back have drained, and the peer has heard so: it may have no room for
 * others meanwhile. */
#define REST          SECONDS(7)

/*
 * How long a question of the kernel's stands that no SA answers (net.core.xfrm_acq_expires).
 * Meanwhile it would drop what a CPU without a clone sends, if it were asked to ask again.
 */
#define QUESTION_LIFE SECONDS(30)

void demand_init(struct set_demand *demand, const struct conf_conn *conf)
{
	demand->now = conf->clone_mode == CLONE_MODE_ONDEMAND ? DEMAND_KEEP : DEMAND_FILL;
}

static bool is_on_demand(const struct world *w, const struct clone_set *set)
{
	return set->count > 1 &&
	       set_connection(w, set)->conf->clone_mode == CLONE_MODE_ONDEMAND;
}

/* --- is there traffic? --- */

struct traffic_seen {
	bool any, on_head;
};

/* Since the last look. */
static bool has_moved(struct world *w, struct child_sa *child)
{
	struct kernel_counters in, out;
	uint64_t before = child->seen;

	child_sa_counters(w, child, &in, &out);
	child->seen = in.packets + out.packets;
	return child->seen > before;
}

static struct traffic_seen look(struct world *w, struct clone_set *set, bool at_clones)
{
	struct traffic_seen seen = { 0 };

	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if ((child->is_clone && !at_clones) || !has_moved(w, child))
			continue;
		seen.any = true;
		seen.on_head |= !child->is_clone;
	}
	return seen;
}

static bool has_room(const struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++)
		if (set->slots[i].state == SLOT_EMPTY)
			return true;
	return false;
}

static bool has_own(const struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++)
		if (set->slots[i].state == SLOT_UP && set->slots[i].own)
			return true;
	return false;
}

static void judge(struct world *w, struct clone_set *set)
{
	int64_t idle = set_connection(w, set)->conf->clone_idle;
	struct set_demand *d = &set->demand;
	struct traffic_seen seen = look(w, set, d->now != DEMAND_IDLE && idle != 0);

	if (seen.any)
		d->last_traffic = w->now;
	if (seen.on_head && d->now != DEMAND_FILL) {
		d->now = DEMAND_FILL;
		d->since = w->now;
		if (has_room(set))
			report_name(w, set_connection(w, set)->name, REPORT_PROGRESS,
				    "traffic: the clones are made");
	} else if (idle != 0 && w->now - d->last_traffic >= idle) {
		d->now = DEMAND_IDLE;
	}
}

static void look_later(struct world *w, struct clone_set *set, int64_t wait)
{
	set->demand.wait = wait;
	timer_set(w, &set->demand.timer, TIMER_DEMAND, w->now + wait);
}

static int64_t between(int64_t least, int64_t value, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static void plan_look(struct world *w, struct clone_set *set)
{
	int64_t idle = set_connection(w, set)->conf->clone_idle;

	if (set->demand.now != DEMAND_FILL)
		look_later(w, set, between(LOOK_FIRST, 2 * set->demand.wait, LOOK_LONGEST));
	else if (idle != 0)
		look_later(w, set, between(IDLE_SHORTEST, idle / LOOKS_PER_IDLE, IDLE_LONGEST));
}

void demand_start(struct world *w, struct clone_set *set)
{
	if (!is_on_demand(w, set) || !set->peer_clones || set->demand.timer.node.index != 0)
		return;
	set->demand.last_traffic = w->now;
	look_later(w, set, LOOK_FIRST);
}

/* --- what the kernel is to say --- */

/* Every CPU that can send has its place, and there is one to be filled. */
static bool has_questions(const struct world *w, const struct clone_set *set)
{
	bool any = false;

	for (uint32_t i = 1; i < set->count; i++) {
		const struct plan_slot *s = &set->slots[i];

		if (s->state == SLOT_NEGOTIATING || s->asked)
			return false;
		any |= s->state == SLOT_EMPTY && s->retry_at <= w->now && plan_slot_is_wanted(s);
	}
	return any && set_cpus_in_use(set) >= w->facts->online_count;
}

/* While the clones are made the kernel does not ask: what it asks for it drops meanwhile. */
static bool may_ask(const struct world *w, const struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);

	return is_on_demand(w, set) && set_connection(w, set)->conf->clone_acquire &&
	       w->facts->per_cpu && !w->facts->clones_need_head && set->peer_clones &&
	       head != NULL && head->outbound && set->policies && !set->held &&
	       set->only_spi == 0 && set->demand.now != DEMAND_FILL &&
	       set->demand.questions_at <= w->now && has_questions(w, set);
}

static void ask_kernel(struct world *w, struct clone_set *set, bool asks)
{
	if (set->asks == asks)
		return;
	set->asks = asks;
	if (set_point_out(w, set) != 0)
		set->asks = !asks; /* reported */
}

void demand_acquire(struct world *w, struct clone_set *set, uint32_t cpu)
{
	struct set_demand *d = &set->demand;

	if (!is_on_demand(w, set) || !set_connection(w, set)->conf->clone_acquire ||
	    set_head(w, set) == NULL || !set->peer_clones)
		return;
	d->questions_at = w->now + QUESTION_LIFE; /* so the plan stops it before anything else */
	d->last_traffic = w->now;
	if (d->now == DEMAND_IDLE)
		d->now = DEMAND_KEEP;
	for (uint32_t i = 1; i < set->count; i++) {
		if (set->cpus[i] != cpu || set->slots[i].state != SLOT_EMPTY || set->slots[i].asked)
			continue;
		set->slots[i].asked = true;
		report_name(w, set_connection(w, set)->name, REPORT_PROGRESS,
			    "CPU %u sends without a clone: its clone is made", cpu);
	}
	set_run(w, set);
}

/* --- around the plan --- */

/* It took clones back, as it saw no traffic: new traffic makes new ones. */
static void peer_has_deleted(struct world *w, struct clone_set *set)
{
	struct set_demand *d = &set->demand;

	d->lost = false;
	if (d->now != DEMAND_FILL)
		return;
	d->now = DEMAND_KEEP;
	(void)look(w, set, false); /* what was before is no reason */
	look_later(w, set, LOOK_FIRST);
}

static void settle_questions(struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++) {
		struct plan_slot *s = &set->slots[i];

		if (!s->asked || (s->state != SLOT_UP && s->state != SLOT_REFUSED &&
				  plan_slot_is_wanted(s)))
			continue;
		s->asked = false;
		if (s->state == SLOT_UP)
			set->demand.questions_at = 0; /* the kernel has its answer */
	}
}

void demand_prepare(struct world *w, struct clone_set *set)
{
	if (!is_on_demand(w, set))
		return;
	if (set_head(w, set) == NULL)
		set->demand.now = DEMAND_KEEP;
	else if (set->demand.lost)
		peer_has_deleted(w, set);
	settle_questions(set);
	if (!may_ask(w, set))
		ask_kernel(w, set, false);
}

/* NULL: not now. */
static struct child_sa *to_give_back(struct world *w, const struct clone_set *set, uint32_t slot)
{
	struct child_sa *child = child_sa_find_id(w, set->children[slot]);
	const struct ike_sa *sa = child == NULL ? NULL : ike_sa_find_id(w, child->ike_sa);

	return sa == NULL || sa->state != IKE_ESTABLISHED || child->state != CHILD_UP ||
			       child_is_being_rekeyed(sa, child)
		       ? NULL
		       : child;
}

static void give_back(struct world *w, struct clone_set *set, uint32_t slot)
{
	struct child_sa *child = to_give_back(w, set, slot);

	set->slots[slot].state = SLOT_EMPTY;
	set->children[slot] = 0;
	child_give_back(w, child);
}

/* There is room at the peer again, soon. */
static void rest(struct world *w, struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++) {
		struct plan_slot *s = &set->slots[i];

		if (s->state != SLOT_EMPTY && s->state != SLOT_REFUSED)
			continue;
		s->state = SLOT_EMPTY;
		s->retry_at = w->now + REST;
	}
}

static void give_all_back(struct world *w, struct clone_set *set, const struct plan *plan)
{
	const struct connection *c = set_connection(w, set);

	for (uint32_t i = 0; i < plan->give_back_count; i++)
		if (to_give_back(w, set, plan->give_back[i]) == NULL)
			return; /* at the next look */
	report_name(w, c->name, REPORT_PROGRESS, "no traffic for %lld s: giving %u clone%s back",
		    (long long)((w->now - set->demand.last_traffic) / SECONDS(1)),
		    plan->give_back_count, plan->give_back_count == 1 ? "" : "s");
	(void)fallback_begin(w, set); /* without, there is no traffic that it would be for */
	for (uint32_t i = 0; i < plan->give_back_count; i++)
		give_back(w, set, plan->give_back[i]);
	rest(w, set);
}

/* What clones= does not mean any more. */
static void give_dropped_back(struct world *w, struct clone_set *set, const struct plan *plan)
{
	(void)fallback_begin(w, set);
	for (uint32_t i = 0; i < plan->give_back_count; i++)
		set_give_back(w, set, plan->give_back[i]);
}

void demand_follow(struct world *w, struct clone_set *set, const struct plan *plan)
{
	if (plan->give_back_count > 0 && set->demand.now == DEMAND_IDLE)
		give_all_back(w, set, plan);
	else if (plan->give_back_count > 0)
		give_dropped_back(w, set, plan);
	if (may_ask(w, set))
		ask_kernel(w, set, true);
}

void demand_on_time(struct world *w, struct clone_set *set)
{
	enum plan_demand before;

	/* With the next head it begins again. */
	if (!is_on_demand(w, set) || set_head(w, set) == NULL || !set->peer_clones)
		return;
	before = set->demand.now;
	judge(w, set);
	plan_look(w, set);
	if (set->demand.now != before || set->asks != may_ask(w, set) ||
	    (set->demand.now == DEMAND_IDLE && has_own(set)))
		set_run(w, set);
}

/* --- clones that go --- */

/*
 * The kernel prefers a CPU's clone to the head for as long as it is there, and drops a packet whose
 * SA goes between the choice and the encryption. A policy that names the head's SPI has no other
 * choice: so it does for a moment, and the clones go when no packet is on its way to them.
 */

/* Longer than what drains still sends for. */
#define FALLBACK_TIME (REKEY_OVERLAP + MILLISECONDS(100))

static bool name_head(struct world *w, struct clone_set *set, uint32_t spi)
{
	uint32_t before = set->only_spi;
	bool asked = set->asks;

	if (before == spi)
		return true;
	set->only_spi = spi;
	set->asks = false;
	if (set_point_out(w, set) == 0)
		return true;
	set->only_spi = before; /* reported */
	set->asks = asked;
	return false;
}

bool fallback_begin(struct world *w, struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);

	/* A kernel of 2019 finds clones by their head alone: there the policy makes no difference. */
	if (head == NULL || !head->outbound || !set->policies || set->held ||
	    w->facts->clones_need_head || !name_head(w, set, head->spi_out))
		return false;
	timer_set(w, &set->fallback, TIMER_FALLBACK, w->now + FALLBACK_TIME);
	return true;
}

void fallback_on_time(struct world *w, struct clone_set *set)
{
	if (set->only_spi == 0)
		return;
	/* Else it is tried again: the next head would have another SPI. */
	if (!name_head(w, set, 0))
		timer_set(w, &set->fallback, TIMER_FALLBACK, w->now + FALLBACK_TIME);
}

void fallback_follow(struct world *w, struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);

	if (set->only_spi != 0 &&
	    !name_head(w, set, head == NULL || !head->outbound ? 0 : head->spi_out))
		return; /* reported; the timer takes it away */
}
