/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/clone/plan.h"

#define PEER_PAUSE_MIN  SECONDS(1)
#define PEER_PAUSE_TRIPS 4

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void wait(struct plan *out, int64_t until)
{
	if (until < out->wait_until)
		out->wait_until = until;
	out->complete = false;
}

static void consider(const struct plan_input *in, uint32_t slot, struct plan *out)
{
	const struct plan_slot *s = &in->slots[slot];

	switch (s->state) {
	case SLOT_UP:
		return;
	case SLOT_NEGOTIATING:
		out->complete = false;
		return;
	case SLOT_REFUSED:
		if (s->retry_at > in->now) {
			/* settled for now: the set is as complete as the peer allows */
			if (s->retry_at < out->wait_until)
				out->wait_until = s->retry_at;
			return;
		}
		break;
	case SLOT_EMPTY:
		break;
	}
	if (s->retry_at > in->now) {
		wait(out, s->retry_at);
		return;
	}
	out->complete = false;
	out->create[out->create_count++] = slot;
}

/* The head's initiator fills its slots first; the other end only what is left after a pause. */
static int64_t our_turn(const struct plan_input *in)
{
	int64_t pause = later(PEER_PAUSE_MIN, PEER_PAUSE_TRIPS * in->round_trip);
	int64_t since = later(in->head_since, in->demand_since);

	return in->fills_first ? in->head_since : later(since, in->last_peer_clone) + pause;
}

/* To be made now, if it is free. */
static bool is_due(const struct plan_input *in, uint32_t slot)
{
	return in->slots[slot].asked || (in->demand == DEMAND_FILL && our_turn(in) <= in->now);
}

static bool is_quiet(const struct plan_input *in)
{
	for (uint32_t i = 0; i < in->count; i++)
		if (in->slots[i].state == SLOT_NEGOTIATING)
			return false;
	return true;
}

static bool is_free(const struct plan_slot *s)
{
	return s->state == SLOT_EMPTY || s->state == SLOT_REFUSED;
}

bool plan_slot_is_wanted(const struct plan_slot *s)
{
	return !s->offline && !s->dropped;
}

/* Spares that no slot has been given yet. */
struct reserve {
	uint32_t count;   /* also those that cannot take one at this moment */
	uint32_t from;    /* the slot whose spare is next */
	uint32_t left;    /* of those that can */
};

static struct reserve reserve_of(const struct plan_input *in)
{
	struct reserve r = { .from = 1 };

	for (uint32_t i = 1; i < in->count; i++)
		r.count += in->slots[i].spares;
	r.left = in->count > 1 ? in->slots[1].standby : 0;
	return r;
}

static bool take_spare(const struct plan_input *in, struct reserve *r, uint32_t to,
		       struct plan *out)
{
	while (r->left == 0 && r->from + 1 < in->count)
		r->left = in->slots[++r->from].standby;
	if (r->left == 0)
		return false;
	r->left--;
	r->count--;
	out->promote[out->promote_count++] = (struct plan_promotion) { to, r->from };
	return true;
}

/*
 * Both ends may have made one for the same CPU at once. Then only the end that fills second gives
 * its own back, and only while nothing is under way: two that did would both be without.
 */
static void give_surplus_back(const struct plan_input *in, struct reserve *r, struct plan *out)
{
	if (in->fills_first || !is_quiet(in) || our_turn(in) > in->now)
		return;
	for (uint32_t i = 1; i < in->count; i++)
		if (in->slots[i].state == SLOT_UP && in->slots[i].own &&
		    plan_slot_is_wanted(&in->slots[i]) && !take_spare(in, r, i, out))
			return;
}

/* An end takes back only what it made: the peer's stays, and carries what its CPU still sends. */
static void drop(const struct plan_input *in, struct plan *out)
{
	for (uint32_t i = 1; i < in->count; i++)
		if (in->slots[i].dropped && in->slots[i].own && in->slots[i].state == SLOT_UP)
			out->give_back[out->give_back_count++] = i;
}

/* All together, so that the peer hears of them in one message. */
static void give_all_back(const struct plan_input *in, struct plan *out)
{
	if (!is_quiet(in) || out->create_count > 0)
		return;
	for (uint32_t i = 1; i < in->count; i++)
		if (in->slots[i].state == SLOT_UP && in->slots[i].own && !in->slots[i].dropped)
			out->give_back[out->give_back_count++] = i;
}

void clone_plan(const struct plan_input *in, struct plan *out)
{
	struct reserve reserve;

	out->create_count = out->promote_count = out->give_back_count = 0;
	out->wait_until = TIME_NEVER;
	out->complete = true;
	if (in->slots[0].state != SLOT_UP) {
		out->complete = false;
		if (in->wanted)
			consider(in, 0, out);
		return;
	}
	if (!in->peer_clones)
		return;
	drop(in, out);
	reserve = reserve_of(in);
	if (in->demand == DEMAND_FILL && our_turn(in) > in->now)
		wait(out, our_turn(in));
	for (uint32_t i = 1; i < in->count; i++) {
		if (is_free(&in->slots[i]) && !plan_slot_is_wanted(&in->slots[i]))
			continue;
		if (is_free(&in->slots[i]) && reserve.count > 0) {
			/* one that is not ready yet will be: nobody is asked for another */
			if (!take_spare(in, &reserve, i, out))
				reserve.count--;
			out->complete = false;
		} else if (is_due(in, i) || in->slots[i].state == SLOT_NEGOTIATING) {
			consider(in, i, out);
		}
	}
	if (in->demand == DEMAND_IDLE)
		give_all_back(in, out);
	else
		give_surplus_back(in, &reserve, out);
}

static uint32_t load(const struct plan_slot *s)
{
	bool taken = s->state == SLOT_UP || s->state == SLOT_NEGOTIATING;

	return s->spares + (taken ? 1 : 0);
}

uint32_t clone_place(const struct plan_slot *slots, uint32_t count, bool *spare)
{
	uint32_t best = 0;

	*spare = false;
	if (load(&slots[0]) == 0)
		return 0;
	for (uint32_t i = count - 1; i >= 1; i--)
		if (plan_slot_is_wanted(&slots[i]) &&
		    (best == 0 || load(&slots[i]) < load(&slots[best])))
			best = i;
	*spare = best == 0 || load(&slots[best]) > 0;
	return best == 0 ? count - 1 : best;
}
