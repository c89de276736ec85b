/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/cpus.h"

#include "sim/host/host.h"

static bool has_number(const struct sim_tunnel *tunnel, unsigned end)
{
	const uint32_t *value = tunnel->end[end].value;

	return value[OPTION_CLONES_YES] == 0 && value[OPTION_CLONES_CPUS] == 0;
}

/* Where clones= is no number: "yes", or "1-3". */
static uint32_t meant(const struct sim_tunnel *tunnel, unsigned end)
{
	return tunnel->end[end].value[OPTION_CLONES_YES] != 0 ? UINT32_MAX : 0xe;
}

/* The CPUs of its slots. */
static uint32_t slot_cpus(const struct clone_set *set, bool only_wanted)
{
	uint32_t cpus = 0;

	for (uint32_t i = 1; i < set->count; i++)
		if (plan_slot_is_wanted(&set->slots[i]) ||
		    (!only_wanted && !set->slots[i].dropped))
			cpus |= 1U << set->cpus[i];
	return cpus;
}

/* Which CPUs a number means depends on what was online before. */
static bool has_right_slots(const struct sim_host *host, const struct sim_tunnel *tunnel,
			    const struct clone_set *set)
{
	unsigned end = host_end(host, tunnel);
	uint32_t online = host->online & ((1U << host->cpus) - 1);
	uint32_t kept = slot_cpus(set, false), wanted = slot_cpus(set, true);
	uint32_t number = tunnel->end[end].value[OPTION_CLONES];
	uint32_t count = (uint32_t)__builtin_popcount(kept);

	if (!has_number(tunnel, end))
		return wanted == (meant(tunnel, end) & online);
	return wanted == (kept & online) && count <= number &&
	       (count == number || (kept & online) == online);
}

uint32_t cpus_wanted(struct sim *sim, const struct sim_host *host,
		     const struct sim_tunnel *tunnel, const struct connection *c)
{
	if (tunnel->end[0].value[OPTION_CLONES] == 0 || tunnel->end[1].value[OPTION_CLONES] == 0)
		return 0;
	/* A hub's one connection is what its first tunnel says. */
	if (sim->any && host->index == 0)
		tunnel = host->ends[0]->tunnel;
	if (!has_right_slots(host, tunnel, c->set))
		sim_fail(sim, "%s has other CPUs for the clones of %s than it should", host->name,
			 tunnel->name);
	return (uint32_t)__builtin_popcount(slot_cpus(c->set, true));
}

uint32_t cpus_at_most(const struct sim_tunnel *tunnel, unsigned end)
{
	uint32_t number = tunnel->end[end].value[OPTION_CLONES];

	return number == 0 || has_number(tunnel, end) ? number : SIM_CPUS_MAX;
}

bool cpus_is_kept(const struct sim_host *host, const struct clone_set *set,
		  const struct child_sa *child)
{
	return child->cpu < host->cpus && ((host->online >> child->cpu & 1) == 0 ||
					   set->slots[child->slot].dropped);
}
