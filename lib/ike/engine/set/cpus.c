/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs get a clone of their own. */

#include "ike/engine/set/set.h"

static bool is_online(const struct kernel_facts *facts, uint32_t cpu)
{
	for (uint32_t i = 0; i < facts->online_count; i++)
		if (facts->online[i] == cpu)
			return true;
	return false;
}

uint32_t set_wanted_cpus(const struct kernel_facts *facts, const struct conf_clones *clones,
			 uint32_t *cpus)
{
	uint32_t count = 0;

	switch (clones->kind) {
	case CLONES_NO:
		break;
	case CLONES_NUMBER:
		for (uint32_t i = 0; i < facts->online_count && count < clones->number; i++)
			cpus[++count] = facts->online[i];
		break;
	case CLONES_ONLINE:
		for (uint32_t i = 0; i < facts->online_count && count < CLONES_MAX; i++)
			cpus[++count] = facts->online[i];
		break;
	case CLONES_CPUS:
		for (size_t i = 0; i < clones->cpu_count && count < CLONES_MAX; i++)
			if (is_online(facts, clones->cpus[i]))
				cpus[++count] = clones->cpus[i];
		break;
	}
	return count;
}
