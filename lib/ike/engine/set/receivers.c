/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the CPUs that take what comes in have clones, too: they forward, and answer. */

#include "ike/engine/set/set.h"

#include "base/buffer.h"
#include "base/mem.h"

static bool has_clone(const struct clone_set *set, uint32_t cpu)
{
	for (uint32_t i = 1; i < set->count; i++)
		if (set->cpus[i] == cpu)
			return set->slots[i].state == SLOT_UP;
	return false;
}

/* "0-3,8" of those that have none; left empty where each has one. */
static void write_bare(const struct clone_set *set, const struct ike_receivers *found,
		       struct buffer *out)
{
	for (uint32_t i = 0, last; i < found->count; i = last + 1) {
		last = i;
		if (has_clone(set, found->cpus[i]))
			continue;
		while (last + 1 < found->count &&
		       found->cpus[last + 1] == found->cpus[last] + 1 &&
		       !has_clone(set, found->cpus[last + 1]))
			last++;
		write_format(out, "%s%u", out->len == 0 ? "" : ",", found->cpus[i]);
		if (last > i)
			write_format(out, "-%u", found->cpus[last]);
	}
}

void set_look_at_receivers(struct world *w, struct clone_set *set)
{
	const struct connection *c = set_connection(w, set);
	const struct child_sa *head = set_head(w, set);
	struct ike_receivers *found;
	struct buffer bare = { 0 };

	if (w->host.receivers == NULL || !w->facts->per_cpu || head == NULL ||
	    set->receivers_seen)
		return;
	set->receivers_seen = true;
	found = NEW(struct ike_receivers);
	w->host.receivers(w->host.context, &head->to.address, found);
	write_bare(set, found, &bare);
	if (bare.len > 0)
		report_name(w, c->name, REPORT_PROGRESS,
			    "WARNING: CPUs that take what %s receives have no clone and use the "
			    "head: %s", found->device, buffer_text(&bare));
	buffer_done(&bare);
	mem_free(found);
}
