/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two ends can agree on of what each has. */
#include <string.h>

#include "base/mem.h"
#include "net/traffic.h"

enum { PORT_MAX = 65535 };

/* --- what the kernel can match of a selector --- */

static void cut_addresses(struct selector *s, bool *cut)
{
	struct prefix p;

	if (selector_to_prefix(s, &p))
		return;
	*cut = true;
	p = selector_block(s);
	*s = selector_of_prefix(&p, s->protocol, s->port_start, s->port_end);
}

/* Ports likewise: a power of two of them at a multiple of it, from the first one on. */
static void cut_ports(struct selector *s, bool *cut)
{
	uint32_t size = 1, first = s->port_start, last = s->port_end;

	if (selector_all_ports(s))
		return;
	while (first % (2 * size) == 0 && first + 2 * size - 1 <= last)
		size *= 2;
	if (first + size - 1 != last)
		*cut = true;
	s->port_end = (uint16_t)(first + size - 1);
}

static bool make_matchable(struct selector *s, bool *cut)
{
	if (selector_is_opaque(s))
		return false;
	cut_addresses(s, cut);
	cut_ports(s, cut);
	return true;
}

/* --- one end --- */

struct part {
	struct selector list[SELECTORS_MAX];
	size_t count;
};

/* What is in the list already is not said again, and what lies in the new one goes. */
static void add(struct part *part, const struct selector *s, bool *cut)
{
	size_t kept = 0;
	bool placed = false;

	for (size_t i = 0; i < part->count; i++)
		if (selector_contains(&part->list[i], s))
			return;
	for (size_t i = 0; i < part->count; i++) {
		bool goes = selector_contains(s, &part->list[i]);

		if (!goes)
			part->list[kept++] = part->list[i];
		else if (!placed)
			part->list[kept++] = *s; /* in its place: the first stays the first */
		placed = placed || goes;
	}
	part->count = kept;
	if (placed)
		return;
	if (part->count == SELECTORS_MAX)
		*cut = true;
	else
		part->list[part->count++] = *s;
}

static void narrow_end(const struct selectors *ours, const struct selectors *offered,
		       struct part *out, bool *cut)
{
	out->count = 0;
	for (size_t i = 0; i < offered->count; i++)
		for (size_t k = 0; k < ours->count; k++) {
			struct selector both;

			if (selector_intersect(&offered->list[i], &ours->list[k], &both) &&
			    make_matchable(&both, cut))
				add(out, &both, cut);
		}
}

/* Without a counterpart no packet goes by it. */
static struct selectors with_counterpart(const struct part *part, const struct part *other)
{
	struct part kept = { .count = 0 };

	for (size_t i = 0; i < part->count; i++) {
		bool found = false;

		for (size_t k = 0; k < other->count && !found; k++)
			found = selectors_pair(&part->list[i], &other->list[k]);
		if (found)
			kept.list[kept.count++] = part->list[i];
	}
	return selectors_copy(&(struct selectors) { kept.list, kept.count });
}

bool traffic_narrow(const struct traffic *ours, const struct traffic *offered, struct traffic *out,
		    bool *cut)
{
	struct part local, remote;
	struct traffic both;
	bool lost = false;

	narrow_end(&ours->local, &offered->local, &local, &lost);
	narrow_end(&ours->remote, &offered->remote, &remote, &lost);
	both = (struct traffic) { with_counterpart(&local, &remote),
				  with_counterpart(&remote, &local) };
	if (both.local.count == 0 || both.remote.count == 0) {
		traffic_done(&both);
		return false;
	}
	*out = both;
	*cut = lost;
	return true;
}

static bool all_within(const struct selectors *outer, const struct selectors *inner)
{
	for (size_t i = 0; i < inner->count; i++) {
		bool found = false;

		for (size_t k = 0; k < outer->count && !found; k++)
			found = selector_contains(&outer->list[k], &inner->list[i]);
		if (!found)
			return false;
	}
	return true;
}

bool traffic_contains(const struct traffic *outer, const struct traffic *inner)
{
	return all_within(&outer->local, &inner->local) && all_within(&outer->remote, &inner->remote);
}
