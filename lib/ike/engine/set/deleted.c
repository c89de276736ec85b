/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clones that the peer deletes. It may do so for being idle, or for want of room, and does not say
 * which: made again at once they could come and go for ever (RFC 9611 6). So each one in a row waits
 * longer, and a clone that stayed a while comes sooner when the head carries traffic, which is what
 * its CPU sends without it.
 */

#include "ike/engine/set/set.h"

#define LOOK_EVERY  SECONDS(2)
#define LOOK_FIRST  SECONDS(1)
#define ROW_ENDS    SECONDS(600) /* what stayed that long was wanted */

static uint64_t head_packets(struct world *w, const struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);
	struct kernel_counters in = { 0 }, out = { 0 };

	if (head != NULL)
		child_sa_counters(w, head, &in, &out);
	return out.packets;
}

void set_clone_up(struct world *w, struct clone_set *set, uint32_t slot)
{
	set->histories[slot].up_since = w->now;
}

int64_t set_clone_deleted(struct world *w, struct clone_set *set, uint32_t slot)
{
	struct slot_history *h = &set->histories[slot];
	int64_t retry_at, due;

	if (w->now - h->up_since >= ROW_ENDS)
		h->deleted = 0;
	retry_at = set_backoff(w, h->deleted++);
	due = h->up_since + (retry_at - w->now);
	h->look_at = due > w->now + LOOK_FIRST ? due : w->now + LOOK_FIRST;
	h->packets = head_packets(w, set);
	return retry_at;
}

void set_forget_deleted(struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++) {
		set->histories[i] = (struct slot_history) { 0 };
		if (set->slots[i].state == SLOT_EMPTY)
			set->slots[i].retry_at = 0;
	}
}

static bool waits(const struct world *w, const struct clone_set *set, uint32_t slot)
{
	const struct plan_slot *s = &set->slots[slot];

	return s->state == SLOT_EMPTY && plan_slot_is_wanted(s) && s->retry_at > w->now &&
	       set->histories[slot].look_at != 0 && set->histories[slot].look_at < s->retry_at;
}

int64_t set_look_for_traffic(struct world *w, struct clone_set *set)
{
	int64_t next = TIME_NEVER;

	if (set_head(w, set) == NULL)
		return next;
	for (uint32_t i = 1; i < set->count; i++) {
		struct slot_history *h = &set->histories[i];
		uint64_t packets;

		if (!waits(w, set, i))
			continue;
		packets = h->look_at <= w->now ? head_packets(w, set) : h->packets;
		if (packets > h->packets) {
			set->slots[i].retry_at = w->now;
			h->look_at = 0;
			continue;
		}
		h->packets = packets; /* a new head begins at 0 */
		if (h->look_at <= w->now)
			h->look_at = w->now + LOOK_EVERY;
		if (h->look_at < next)
			next = h->look_at;
	}
	return next;
}
