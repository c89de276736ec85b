/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/clone/plan.h"

enum { SLOTS = 4 };
#define NOW SECONDS(100)

static struct plan_input input(const struct plan_slot *slots)
{
	return (struct plan_input) {
		.slots = slots, .count = SLOTS, .wanted = true, .peer_clones = true,
		.fills_first = true, .head_since = NOW, .now = NOW,
	};
}

#define E  { .state = SLOT_EMPTY }
#define U  { .state = SLOT_UP }
#define N  { .state = SLOT_NEGOTIATING }
#define R  { .state = SLOT_REFUSED, .retry_at = NOW + SECONDS(300) }
#define R0 { .state = SLOT_REFUSED, .retry_at = NOW }
#define B  { .state = SLOT_EMPTY, .retry_at = NOW + SECONDS(2) }
/* With a spare that could take the place, or one that is not up yet. */
#define ES { .state = SLOT_EMPTY, .retry_at = NOW + SECONDS(2), .spares = 1, .standby = 1 }
#define EW { .state = SLOT_EMPTY, .spares = 1 }
#define RS { .state = SLOT_REFUSED, .retry_at = TIME_NEVER, .spares = 1, .standby = 1 }
#define OS { .state = SLOT_UP, .own = true, .spares = 1, .standby = 1 }
/* CPUs that are offline, and those that clones= does not mean any more. */
#define FE { .state = SLOT_EMPTY, .offline = true }
#define FR { .state = SLOT_REFUSED, .retry_at = NOW, .offline = true }
#define FN { .state = SLOT_NEGOTIATING, .offline = true }
#define FO { .state = SLOT_UP, .own = true, .offline = true }
#define FS { .state = SLOT_UP, .own = true, .offline = true, .spares = 1, .standby = 1 }
#define DE { .state = SLOT_EMPTY, .dropped = true }
#define DN { .state = SLOT_NEGOTIATING, .dropped = true }
#define DO { .state = SLOT_UP, .own = true, .dropped = true }
#define DP { .state = SLOT_UP, .dropped = true }
#define PS { .state = SLOT_UP, .spares = 1, .standby = 1 }
#define O  { .state = SLOT_UP, .own = true }
#define EA { .state = SLOT_EMPTY, .asked = true }
#define BA { .state = SLOT_EMPTY, .asked = true, .retry_at = NOW + SECONDS(2) }
#define RA { .state = SLOT_REFUSED, .asked = true, .retry_at = TIME_NEVER }

static const struct {
	const char *what;
	struct plan_slot slots[SLOTS];
	bool not_wanted, no_clones, peer_first;
	int64_t head_ago, clone_ago; /* clone_ago 0: never */
	enum plan_demand demand;
	int64_t demand_ago;          /* 0: from the start */
	int64_t round_trip;
	uint32_t create, promote, give_back; /* bit per slot */
	int64_t wait;                /* from now; 0: not by time */
	bool complete;
} rows[] = {
	{ "nothing is up and it is wanted: the head first", { E, E, E, E }, .create = 1 },
	{ "nothing is up and nothing is wanted", { E, E, E, E }, .not_wanted = true },
	{ "a head under way: wait for it", { N, E, E, E }, .create = 0 },
	{ "a head that failed just now: not before its time", { B, E, E, E },
	  .wait = SECONDS(2) },
	{ "the head is up: all clones at once", { U, E, E, E }, .create = 14 },
	{ "what is up or under way is not made again", { U, U, N, E }, .create = 8 },
	{ "all up: complete", { U, U, U, U }, .complete = true },
	{ "one under way: not complete", { U, U, U, N }, .create = 0 },
	{ "a refused clone is settled for now", { U, U, U, R }, .wait = SECONDS(300),
	  .complete = true },
	{ "a refused clone is asked for again in the end", { U, U, U, R0 }, .create = 8 },
	{ "a clone that was deleted just now: not before its time", { U, B, U, U },
	  .wait = SECONDS(2) },
	{ "the peer does not know of clones: the head is all", { U, E, E, E },
	  .no_clones = true, .complete = true },
	{ "clones go on when nobody wishes for the head any more", { U, E, U, U },
	  .not_wanted = true, .create = 2 },
	{ "the peer fills first: a pause after the head", { U, E, E, E }, .peer_first = true,
	  .wait = SECONDS(1) },
	{ "the pause is over", { U, E, E, E }, .peer_first = true, .head_ago = SECONDS(1),
	  .create = 14 },
	{ "the peer asked for one just now: a pause again", { U, U, E, E }, .peer_first = true,
	  .head_ago = SECONDS(5), .clone_ago = MILLISECONDS(200), .wait = MILLISECONDS(800) },
	{ "over a long way the pause is four round trips", { U, E, E, E }, .peer_first = true,
	  .round_trip = SECONDS(1), .wait = SECONDS(4) },
	{ "a lost head comes before its clones", { E, U, U, U }, .create = 1 },
	{ "a spare takes an empty slot at once", { U, U, ES, E }, .create = 8, .promote = 4 },
	{ "and a refused one", { U, U, RS, U }, .promote = 4 },
	{ "one that is not up yet is waited for", { U, U, EW, U }, .create = 0 },
	{ "who fills first keeps what it made", { U, OS, U, U }, .complete = true },
	{ "who fills second gives it back", { U, OS, U, OS }, .peer_first = true,
	  .head_ago = SECONDS(5), .promote = 10, .complete = true },
	{ "but not while something is under way", { U, OS, N, U }, .peer_first = true,
	  .head_ago = SECONDS(5) },
	{ "nor before its turn", { U, OS, U, U }, .peer_first = true, .wait = SECONDS(1) },
	{ "what the peer made is the peer's", { U, PS, U, U }, .peer_first = true,
	  .head_ago = SECONDS(5), .complete = true },
	{ "a spare of another CPU will do", { U, U, E, PS }, .promote = 4 },
	{ "nothing is made for a CPU that is offline", { U, FE, FR, E }, .create = 8 },
	{ "and without them the set is complete", { U, FE, U, FR }, .complete = true },
	{ "what was under way when it went is waited for", { U, FN, U, U }, .create = 0 },
	{ "the clone of a CPU that is offline stays", { U, FO, U, U }, .complete = true },
	{ "also at the end that fills second, whose peer made more", { U, FS, U, U },
	  .peer_first = true, .head_ago = SECONDS(5), .complete = true },
	{ "a spare does not go to a CPU that is offline", { U, FE, U, PS }, .complete = true },
	{ "but to one that is there", { U, FE, E, PS }, .promote = 4 },
	{ "also from one that is not", { U, FS, E, U }, .promote = 4 },
	{ "what we made for a CPU that is not meant any more goes", { U, DO, U, DO },
	  .give_back = 10, .complete = true },
	{ "when it is there", { U, DN, U, DE }, .create = 0 },
	{ "what the peer made stays", { U, DP, U, DE }, .complete = true },
	{ "without a head nothing is given back", { E, DO, U, U }, .create = 1 },
	{ "without a head nobody takes a place", { E, ES, U, U }, .create = 1 },
	{ "on demand: the head is all until there is traffic", { U, E, E, E },
	  .demand = DEMAND_KEEP, .complete = true },
	{ "on demand: also where the peer fills first", { U, E, E, E }, .peer_first = true,
	  .demand = DEMAND_KEEP, .complete = true },
	{ "a head is made without any demand", { E, E, E, E }, .demand = DEMAND_IDLE, .create = 1 },
	{ "what the peer makes without demand is waited for", { U, E, N, E },
	  .demand = DEMAND_KEEP },
	{ "demand that came just now: a pause for who fills second", { U, E, E, E },
	  .peer_first = true, .head_ago = SECONDS(50), .demand_ago = MILLISECONDS(300),
	  .wait = MILLISECONDS(700) },
	{ "and then its clones", { U, E, E, E }, .peer_first = true, .head_ago = SECONDS(50),
	  .demand_ago = SECONDS(1), .create = 14 },
	{ "who fills first does not wait", { U, E, E, E }, .head_ago = SECONDS(50),
	  .demand_ago = 1, .create = 14 },
	{ "a CPU that asks gets its clone, and no other does", { U, E, EA, E },
	  .demand = DEMAND_KEEP, .create = 4 },
	{ "whoever's turn it is", { U, E, EA, E }, .peer_first = true, .create = 4,
	  .wait = SECONDS(1) },
	{ "but not before its time", { U, E, BA, E }, .demand = DEMAND_KEEP, .wait = SECONDS(2) },
	{ "nor what the peer refused", { U, U, RA, U }, .demand = DEMAND_KEEP, .complete = true },
	{ "what we made stays while there is some traffic", { U, O, O, E },
	  .demand = DEMAND_KEEP, .complete = true },
	{ "what we made is given back when there is none", { U, O, U, O },
	  .demand = DEMAND_IDLE, .give_back = 10, .complete = true },
	{ "all together: not while something is under way", { U, O, N, O },
	  .demand = DEMAND_IDLE },
	{ "by who fills second too, and before its turn", { U, O, O, U }, .peer_first = true,
	  .demand = DEMAND_IDLE, .give_back = 6, .complete = true },
	{ "nor while a CPU asks", { U, O, EA, O }, .demand = DEMAND_IDLE, .create = 4 },
	{ "the peer's spares take free slots without demand", { U, E, PS, O },
	  .demand = DEMAND_IDLE, .promote = 2, .give_back = 8 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan_input in = input(rows[i].slots);
		struct plan out;
		uint32_t create = 0, promote = 0, give_back = 0;

		in.wanted = !rows[i].not_wanted;
		in.peer_clones = !rows[i].no_clones;
		in.fills_first = !rows[i].peer_first;
		in.head_since = NOW - rows[i].head_ago;
		in.last_peer_clone = rows[i].clone_ago == 0 ? 0 : NOW - rows[i].clone_ago;
		in.round_trip = rows[i].round_trip;
		in.demand = rows[i].demand;
		in.demand_since = rows[i].demand_ago == 0 ? 0 : NOW - rows[i].demand_ago;
		clone_plan(&in, &out);
		for (uint32_t k = 0; k < out.create_count; k++)
			create |= 1U << out.create[k];
		for (uint32_t k = 0; k < out.promote_count; k++)
			promote |= 1U << out.promote[k].to;
		for (uint32_t k = 0; k < out.give_back_count; k++)
			give_back |= 1U << out.give_back[k];
		if (create != rows[i].create || promote != rows[i].promote ||
		    give_back != rows[i].give_back || out.complete != rows[i].complete ||
		    out.wait_until != (rows[i].wait == 0 ? TIME_NEVER : NOW + rows[i].wait))
			fail_msg("%s: creates %x, promotes %x, gives back %x, waits %lld, complete %d",
				 rows[i].what, create, promote, give_back,
				 (long long)(out.wait_until - NOW), out.complete);
	}
}

#define S  { .state = SLOT_UP, .spares = 1 }

static const struct {
	const char *what;
	struct plan_slot slots[SLOTS];
	uint32_t slot;
	bool spare;
} places[] = {
	{ "the head first", { E, E, E, E }, 0, false },
	{ "ties go to the highest", { U, E, E, E }, 3, false },
	{ "the one that has none", { U, U, E, U }, 2, false },
	{ "what we are making ourselves counts", { U, E, N, N }, 1, false },
	{ "all have one: a spare", { U, U, U, U }, 3, true },
	{ "spares are spread", { U, U, U, S }, 2, true },
	{ "a refused slot is free", { U, U, R, U }, 2, false },
	{ "a CPU that is offline gets none", { U, U, FE, U }, 3, true },
	{ "nor does one that is not meant any more", { U, E, DE, FE }, 1, false },
	{ "all are offline: a spare", { U, FE, FE, FE }, 3, true },
	{ "without CPUs of our own the head still comes first", { E, FE, FE, FE }, 0, false },
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		bool spare;
		uint32_t slot = clone_place(places[i].slots, SLOTS, &spare);

		if (slot != places[i].slot || spare != places[i].spare)
			fail_msg("%s: slot %u, spare %d", places[i].what, slot, spare);
	}
}

/* --- two ends with random histories --- */

enum { ENDS = 2, CPUS_MAX = 6, LIMIT = 12, SAS_MAX = 64 };

/* What both ends know of one clone; by end. */
struct sa {
	bool used, up;
	int by;             /* who asked for it */
	uint32_t slot[ENDS];
	bool spare[ENDS];
	int64_t arrives;    /* its request */
};

struct end {
	struct plan_slot slots[1 + CPUS_MAX];
	uint32_t count;
	bool fills_first;
	bool on_demand;
	enum plan_demand demand;
	int64_t demand_since;
	int64_t last_peer_clone;
	uint32_t requests;
};

struct world_of_two {
	struct end ends[ENDS];
	struct sa sas[SAS_MAX];
	int64_t now, head_since;
	uint64_t random;
	bool may_refuse, refused;
	bool changes;       /* CPUs come and go, and so does what clones= means */
};

static uint32_t pick(struct world_of_two *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(w->random >> 33) % below;
}

static uint32_t total(const struct end *e)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < e->count; i++)
		sum += e->slots[i].spares + (e->slots[i].state == SLOT_UP) +
		       (e->slots[i].state == SLOT_NEGOTIATING);
	return sum;
}

/* The one that has the slot, or the first spare of it. */
static struct sa *sa_in(struct world_of_two *w, int which, uint32_t slot, bool spare)
{
	for (size_t i = 0; i < SAS_MAX; i++) {
		struct sa *sa = &w->sas[i];

		if (sa->used && sa->up && sa->slot[which] == slot && sa->spare[which] == spare)
			return sa;
	}
	return NULL;
}

/* Both lose it. */
static void end_sa(struct world_of_two *w, struct sa *sa)
{
	for (int i = 0; i < ENDS; i++) {
		struct plan_slot *slot = &w->ends[i].slots[sa->slot[i]];

		if (sa->spare[i]) {
			slot->spares--;
		} else {
			slot->state = SLOT_EMPTY;
			slot->retry_at = w->now + SECONDS(1 + pick(w, 5));
		}
		/* A refusal may have been about its room. */
		for (uint32_t k = 1; k < w->ends[i].count; k++)
			if (w->ends[i].slots[k].state == SLOT_REFUSED)
				w->ends[i].slots[k] = (struct plan_slot) {
					.spares = w->ends[i].slots[k].spares,
					.retry_at = w->now + SECONDS(5)
				};
	}
	sa->used = false;
}

static void promote(struct world_of_two *w, int which, const struct plan_promotion *p)
{
	struct plan_slot *slots = w->ends[which].slots;
	struct sa *spare = sa_in(w, which, p->from, true), *old = sa_in(w, which, p->to, false);

	assert_non_null(spare);
	if (slots[p->to].state == SLOT_UP) {
		assert_int_equal(old->by, which);
		assert_false(w->ends[which].fills_first);
		end_sa(w, old);
	}
	slots[p->from].spares--;
	slots[p->to].state = SLOT_UP;
	slots[p->to].own = false;
	spare->slot[which] = p->to;
	spare->spare[which] = false;
}

static void give_back(struct world_of_two *w, int which, uint32_t place)
{
	const struct end *e = &w->ends[which];
	struct sa *sa = sa_in(w, which, place, false);

	assert_non_null(sa);
	assert_true(e->slots[place].dropped || e->demand == DEMAND_IDLE);
	assert_int_equal(sa->by, which);
	for (uint32_t i = 1; i < e->count && !e->slots[place].dropped; i++)
		assert_int_not_equal(e->slots[i].state, SLOT_NEGOTIATING);
	end_sa(w, sa);
}

static void ask(struct world_of_two *w, int which, uint32_t place)
{
	struct end *e = &w->ends[which];
	size_t i = 0;

	assert_in_range(place, 1, e->count - 1);
	assert_true(e->slots[place].state == SLOT_EMPTY || e->slots[place].state == SLOT_REFUSED);
	assert_int_equal(e->slots[place].spares, 0);
	assert_true(plan_slot_is_wanted(&e->slots[place]));
	assert_true(e->demand == DEMAND_FILL || e->slots[place].asked);
	e->slots[place].asked = false;
	while (w->sas[i].used)
		assert_in_range(++i, 0, SAS_MAX - 1);
	e->slots[place].state = SLOT_NEGOTIATING;
	e->requests++;
	w->sas[i] = (struct sa) {
		.used = true, .by = which, .arrives = w->now + MILLISECONDS(1 + pick(w, 300)),
	};
	w->sas[i].slot[which] = place;
}

static int64_t plan_end(struct world_of_two *w, int which)
{
	struct end *e = &w->ends[which];
	struct plan plan;

	for (uint32_t i = 1; i < e->count; i++)
		e->slots[i].standby = e->slots[i].spares;
	clone_plan(&(struct plan_input) {
		.slots = e->slots, .count = e->count, .wanted = which == 0, .peer_clones = true,
		.fills_first = e->fills_first, .head_since = w->head_since,
		.demand = e->demand, .demand_since = e->demand_since,
		.last_peer_clone = e->last_peer_clone, .now = w->now,
	}, &plan);
	for (uint32_t i = 0; i < plan.promote_count; i++)
		promote(w, which, &plan.promote[i]);
	for (uint32_t i = 0; i < plan.give_back_count; i++)
		give_back(w, which, plan.give_back[i]);
	for (uint32_t i = 0; i < plan.create_count; i++)
		ask(w, which, plan.create[i]);
	assert_true(plan.wait_until > w->now);
	return plan.promote_count + plan.give_back_count > 0 ? w->now : plan.wait_until;
}

/* A request is answered at once, so both ends learn of it at the same time. */
static void arrive(struct world_of_two *w, struct sa *sa)
{
	int to = 1 - sa->by;
	struct end *asker = &w->ends[sa->by], *other = &w->ends[to];
	struct plan_slot *slot = &asker->slots[sa->slot[sa->by]];

	if (total(other) >= LIMIT || (w->may_refuse && pick(w, 20) == 0)) {
		slot->state = SLOT_REFUSED;
		slot->retry_at = TIME_NEVER;
		sa->used = false;
		w->refused = true;
		return;
	}
	sa->up = true;
	sa->slot[to] = clone_place(other->slots, other->count, &sa->spare[to]);
	assert_in_range(sa->slot[to], 1, other->count - 1);
	assert_true(sa->spare[to] || plan_slot_is_wanted(&other->slots[sa->slot[to]]));
	other->last_peer_clone = w->now;
	if (sa->spare[to]) {
		other->slots[sa->slot[to]].spares++;
	} else {
		other->slots[sa->slot[to]].state = SLOT_UP;
		other->slots[sa->slot[to]].own = false;
	}
	slot->state = SLOT_UP;
	slot->own = true;
	slot->retry_at = 0;
}

/* A CPU goes, or is back. */
static void plug(struct world_of_two *w)
{
	struct end *e = &w->ends[pick(w, ENDS)];
	struct plan_slot *slot = &e->slots[1 + pick(w, e->count - 1)];

	slot->offline = !slot->offline;
}

/* clones= means one CPU less, or more, at one end. */
static void reconfigure(struct world_of_two *w)
{
	struct end *e = &w->ends[pick(w, ENDS)];
	struct plan_slot *slot = &e->slots[1 + pick(w, e->count - 1)];

	slot->dropped = !slot->dropped;
}

/* Somebody deletes one that it asked for, or one of the other end. */
static void delete_one(struct world_of_two *w)
{
	struct sa *sa = &w->sas[pick(w, SAS_MAX)];

	if (sa->used && sa->up)
		end_sa(w, sa);
}

static void step(struct world_of_two *w)
{
	int64_t next = TIME_NEVER;

	for (int i = 0; i < ENDS; i++) {
		int64_t wait = plan_end(w, i);

		next = wait < next ? wait : next;
	}
	for (size_t i = 0; i < SAS_MAX; i++)
		if (w->sas[i].used && !w->sas[i].up && w->sas[i].arrives < next)
			next = w->sas[i].arrives;
	if (next == TIME_NEVER)
		return;
	w->now = next;
	for (size_t i = 0; i < SAS_MAX; i++)
		if (w->sas[i].used && !w->sas[i].up && w->sas[i].arrives <= w->now)
			arrive(w, &w->sas[i]);
}

static void set_demand(struct world_of_two *w, struct end *e, enum plan_demand demand)
{
	if (demand == DEMAND_FILL && e->demand != DEMAND_FILL)
		e->demand_since = w->now;
	e->demand = demand;
}

/* Traffic begins or ends at an end, or one of its CPUs sends. */
static void change_demand(struct world_of_two *w)
{
	struct end *e = &w->ends[pick(w, ENDS)];
	struct plan_slot *slot = &e->slots[1 + pick(w, e->count - 1)];

	if (!e->on_demand)
		return;
	set_demand(w, e, (enum plan_demand)pick(w, DEMAND_IDLE + 1));
	if (slot->state == SLOT_EMPTY && pick(w, 2) == 0)
		slot->asked = true;
}

static uint32_t own_clones(const struct end *e)
{
	uint32_t count = 0;

	for (uint32_t s = 1; s < e->count; s++)
		count += e->slots[s].state == SLOT_UP && e->slots[s].own;
	return count;
}

/* Left alone they come to rest: every CPU of an end with traffic has one SA, or the peer wants no
 * more; an end without traffic has none that it made; and there are no more than one of them needs. */
static void assert_at_rest(const struct world_of_two *w)
{
	uint32_t most = 1;

	for (int i = 0; i < ENDS; i++)
		if (w->ends[i].demand == DEMAND_FILL && w->ends[i].count > most)
			most = w->ends[i].count;
	for (int i = 0; i < ENDS; i++) {
		const struct end *e = &w->ends[i];

		for (uint32_t s = 1; s < e->count; s++) {
			const struct plan_slot *slot = &e->slots[s];

			assert_true(slot->state == SLOT_UP || !plan_slot_is_wanted(slot) ||
				    e->demand == DEMAND_IDLE ||
				    (w->refused && slot->state == SLOT_REFUSED));
			assert_false(slot->state == SLOT_UP && slot->own && slot->dropped);
		}
		if (e->demand == DEMAND_IDLE)
			assert_int_equal(own_clones(e), 0);
		assert_in_range(total(e), 1, LIMIT);
		assert_in_range(e->requests, 0, 600);
		if (!w->refused && !w->changes)
			assert_int_equal(total(e), most);
	}
}

static void end_init(struct world_of_two *w, int which)
{
	struct end *e = &w->ends[which];

	e->count = 2 + pick(w, CPUS_MAX);
	e->fills_first = which == 0;
	e->slots[0].state = SLOT_UP;
	e->on_demand = pick(w, 2) == 0;
	e->demand = e->on_demand ? DEMAND_KEEP : DEMAND_FILL;
}

/* From now on nothing changes any more. */
static void calm_down(struct world_of_two *w)
{
	for (int i = 0; i < ENDS; i++) {
		struct end *e = &w->ends[i];

		if (e->on_demand)
			set_demand(w, e, pick(w, 2) == 0 ? DEMAND_FILL : DEMAND_IDLE);
		for (uint32_t s = 1; s < e->count; s++)
			e->slots[s].asked &= e->demand == DEMAND_FILL;
	}
}

static void run_history(uint64_t seed)
{
	struct world_of_two w = { .now = SECONDS(1), .head_since = SECONDS(1), .random = seed };
	uint32_t asked[ENDS];

	w.may_refuse = seed % 2 == 0;
	w.changes = seed % 3 == 0;
	for (int i = 0; i < ENDS; i++)
		end_init(&w, i);
	for (int round = 0; round < 200; round++) {
		if (round < 100 && pick(&w, 2) == 0)
			delete_one(&w);
		if (round < 100 && w.changes && pick(&w, 3) == 0)
			plug(&w);
		if (round < 100 && w.changes && pick(&w, 6) == 0)
			reconfigure(&w);
		if (round < 150 && pick(&w, 3) == 0)
			change_demand(&w);
		if (round == 150)
			calm_down(&w);
		step(&w);
	}
	for (int round = 0; round < 100; round++)
		step(&w);
	assert_at_rest(&w);
	for (int i = 0; i < ENDS; i++)
		asked[i] = w.ends[i].requests;
	for (int round = 0; round < 100; round++)
		step(&w);
	for (int i = 0; i < ENDS; i++)
		assert_int_equal(w.ends[i].requests, asked[i]);
}

static void test_histories(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++)
		run_history(seed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
