/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPUs get a clone of their own. A slot keeps its CPU for good: while that is offline its SAs
 * stay where they are, the outbound one too, since nothing runs there that could send on it.
 */

#include "ike/engine/set/set.h"

#include "base/mem.h"

static bool is_online(const struct kernel_facts *facts, uint32_t cpu)
{
	uint32_t from = 0, to = facts->online_count;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (facts->online[middle] == cpu)
			return true;
		if (facts->online[middle] < cpu)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

/* 0: none. */
static uint32_t slot_of_cpu(const struct clone_set *set, uint32_t cpu)
{
	for (uint32_t i = 1; i < set->count; i++)
		if (set->cpus[i] == cpu)
			return i;
	return 0;
}

static uint32_t kept_slots(const struct clone_set *set)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < set->count; i++)
		count += !set->slots[i].dropped;
	return count;
}

/* What has a slot keeps it; fresh ones for what has none. */
struct wishes {
	struct clone_set *set;
	uint32_t kept, most;    /* slots that are not dropped */
	uint32_t *fresh;        /* CPUs; owned */
	uint32_t fresh_count;
};

static void wish(struct wishes *wishes, const struct kernel_facts *facts, uint32_t cpu)
{
	uint32_t slot = slot_of_cpu(wishes->set, cpu);

	/* The kernel takes no others. */
	if (cpu >= facts->possible_cpus)
		return;
	if (slot != 0 && !wishes->set->slots[slot].dropped)
		return;
	if (wishes->kept == wishes->most)
		return;
	wishes->kept++;
	if (slot != 0)
		wishes->set->slots[slot].dropped = false;
	else if (wishes->set->count + wishes->fresh_count <= CLONES_MAX)
		wishes->fresh[wishes->fresh_count++] = cpu;
}

static void wish_all(struct wishes *wishes, const struct kernel_facts *facts,
		     const struct conf_clones *clones)
{
	switch (clones->kind) {
	case CLONES_NO:
		break;
	case CLONES_NUMBER:
	case CLONES_ONLINE:
		for (uint32_t i = 0; i < facts->online_count; i++)
			wish(wishes, facts, facts->online[i]);
		break;
	case CLONES_CPUS:
		for (size_t i = 0; i < clones->cpu_count; i++)
			wish(wishes, facts, clones->cpus[i]);
		break;
	}
}

static void add_slots(struct world *w, struct clone_set *set, const uint32_t *cpus, uint32_t count)
{
	uint32_t total = set->count + count;

	if (count == 0)
		return;
	set->cpus = mem_grow(set->cpus, total, sizeof(*set->cpus));
	set->slots = mem_grow(set->slots, total, sizeof(*set->slots));
	set->children = mem_grow(set->children, total, sizeof(*set->children));
	set->histories = mem_grow(set->histories, total, sizeof(*set->histories));
	for (uint32_t i = 0; i < count; i++) {
		set->cpus[set->count] = cpus[i];
		set->slots[set->count] = (struct plan_slot) { 0 };
		set->histories[set->count] = (struct slot_history) { 0 };
		set->children[set->count++] = 0;
	}
	set_renumber_spares(w, set);
}

static bool look(const struct kernel_facts *facts, struct clone_set *set)
{
	bool changed = false;

	for (uint32_t i = 1; i < set->count; i++) {
		bool offline = !is_online(facts, set->cpus[i]);

		changed |= set->slots[i].offline != offline;
		set->slots[i].offline = offline;
	}
	return changed;
}

static bool follow(struct world *w, struct clone_set *set)
{
	const struct conf_clones *clones = &set_connection(w, set)->conf->clones;
	struct wishes wishes = {
		.set = set,
		.kept = kept_slots(set),
		.most = clones->kind == CLONES_NUMBER ? clones->number : CLONES_MAX,
	};
	bool changed;

	if (clones->kind == CLONES_NO)
		return false;
	wishes.fresh = mem_new_array(CLONES_MAX, sizeof(*wishes.fresh));
	wish_all(&wishes, w->facts, clones);
	add_slots(w, set, wishes.fresh, wishes.fresh_count);
	changed = wishes.fresh_count > 0;
	mem_free(wishes.fresh);
	return look(w->facts, set) || changed;
}

bool set_follow_cpus(struct world *w, struct clone_set *set)
{
	return follow(w, set);
}

void set_choose_cpus(struct world *w, struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++) {
		struct plan_slot *slot = &set->slots[i];

		slot->dropped = true;
		slot->retry_at = 0;
		if (slot->state == SLOT_REFUSED)
			slot->state = SLOT_EMPTY;
	}
	(void)follow(w, set);
}

uint32_t set_cpus_in_use(const struct clone_set *set)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < set->count; i++)
		count += !set->slots[i].offline && !set->slots[i].dropped;
	return count;
}
