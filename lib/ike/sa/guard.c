/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/guard.h"

#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "ike/sa/world.h"

/* Beyond the first message: our answer, keys, places in tables, a job. */
enum { HALF_OPEN_OVERHEAD = 2048 };

/* Once asked for, cookies stay for a while: else a flood makes as many half-open IKE SAs as there
 * may be each time that some end. */
#define COOKIES_STAY SECONDS(30)

#define TOKEN     (SECONDS(1) / GUARD_PREFIX_PER_SECOND)
#define LEVEL_MAX (TOKEN * GUARD_PREFIX_BURST)

void guard_init(struct world *w)
{
	world_random(w, w->guard.key, sizeof(w->guard.key));
}

void guard_done(struct world *w)
{
	mem_free(w->guard.buckets);
}

/* --- cookies --- */

static bool is_pressed(const struct world *w)
{
	const struct guard *g = &w->guard;

	return w->half_open >= w->setup->half_open_cookies || g->bytes >= GUARD_BYTES_MAX / 2 ||
	       g->work >= GUARD_WORK_MAX / 8 || g->firsts > GUARD_FIRSTS_PER_SECOND;
}

static void count_first(struct world *w)
{
	struct guard *g = &w->guard;

	if (w->now - g->second >= SECONDS(1)) {
		g->second = w->now;
		g->firsts = 0;
	}
	g->firsts++;
}

void guard_on_first(struct world *w)
{
	struct guard *g = &w->guard;
	bool asking = g->cookies_until != 0;

	count_first(w);
	if (w->setup->cookies != COOKIES_AUTO)
		return;
	if (is_pressed(w))
		g->cookies_until = w->now + COOKIES_STAY;
	else if (g->cookies_until <= w->now)
		g->cookies_until = 0;
	if (!asking && g->cookies_until != 0)
		report_name(w, NULL, REPORT_PROGRESS,
			    "initiators are asked for cookies from now on: %u half-open IKE SAs, "
			    "%u first messages within a second",
			    w->half_open, g->firsts);
	else if (asking && g->cookies_until == 0)
		report_name(w, NULL, REPORT_PROGRESS,
			    "initiators are not asked for cookies any more; %llu were sent",
			    (unsigned long long)w->cookies_sent);
}

bool guard_wants_cookie(const struct world *w)
{
	switch (w->setup->cookies) {
	case COOKIES_ALWAYS:
		return true;
	case COOKIES_NEVER:
		return false;
	default:
		return is_pressed(w) || w->guard.cookies_until > w->now;
	}
}

/* --- a bucket per prefix --- */

static uint64_t prefix_of(const struct address *a)
{
	uint64_t prefix = 0;

	memcpy(&prefix, a->ip, a->family == AF_INET ? 4 : 8);
	return prefix;
}

static int64_t level_now(const struct guard_bucket *b, int64_t now)
{
	int64_t level = b->level + (now - b->when);

	return level < LEVEL_MAX ? level : LEVEL_MAX;
}

/* The prefix's own, else a free one, else that of who has been let in least. */
static struct guard_bucket *bucket_of(struct guard *g, const struct address *peer, int64_t now)
{
	uint64_t prefix = prefix_of(peer);
	uint64_t place = siphash(g->key, bytes_at(&prefix, sizeof(prefix))) % GUARD_SETS;
	struct guard_bucket *set = g->buckets + place * GUARD_WAYS, *least = set;

	for (unsigned i = 0; i < GUARD_WAYS; i++) {
		if (set[i].family == peer->family && set[i].prefix == prefix)
			return &set[i];
		if (least->family != 0 && (set[i].family == 0 ||
					   level_now(&set[i], now) > level_now(least, now)))
			least = &set[i];
	}
	*least = (struct guard_bucket) {
		.prefix = prefix, .family = peer->family, .level = LEVEL_MAX, .when = now
	};
	return least;
}

static bool prefix_pays(struct world *w, const struct address *peer)
{
	struct guard *g = &w->guard;
	struct guard_bucket *b;
	int64_t level;

	if (g->buckets == NULL)
		g->buckets = mem_new_array((size_t)GUARD_SETS * GUARD_WAYS, sizeof(*g->buckets));
	b = bucket_of(g, peer, w->now);
	level = level_now(b, w->now);
	if (level < TOKEN)
		return false;
	b->level = level - TOKEN;
	b->when = w->now;
	return true;
}

/* --- all together --- */

size_t guard_bytes(size_t len)
{
	return sizeof(struct ike_sa) + HALF_OPEN_OVERHEAD + len;
}

bool guard_admits(struct world *w, const struct address *peer, bool proven, size_t len,
		  const struct ke_desc *ke)
{
	struct guard *g = &w->guard;

	if (w->half_open >= w->setup->half_open_max ||
	    g->bytes + guard_bytes(len) > GUARD_BYTES_MAX) {
		g->over_number++;
		return false;
	}
	/* One always goes, whatever its group costs. */
	if (g->work > 0 && g->work + ke->work > GUARD_WORK_MAX) {
		g->over_work++;
		return false;
	}
	if (proven && !prefix_pays(w, peer)) {
		g->over_prefix++;
		return false;
	}
	return true;
}
