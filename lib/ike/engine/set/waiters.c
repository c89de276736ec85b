/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that wait for a set to be up. */

#include "ike/engine/answers.h"
#include "ike/engine/set/set.h"

bool set_wait(struct clone_set *set, uint64_t command)
{
	if (set->waiter_count == SET_WAITERS_MAX)
		return false;
	set->waiters[set->waiter_count++] = command;
	return true;
}

void set_forget(struct clone_set *set, uint64_t command)
{
	for (size_t i = 0; i < set->waiter_count; i++)
		if (set->waiters[i] == command) {
			set->waiters[i] = set->waiters[--set->waiter_count];
			return;
		}
}

uint64_t set_command(const struct clone_set *set)
{
	return set->waiter_count > 0 ? set->waiters[0] : 0;
}

void set_answer(struct world *w, struct clone_set *set, enum control_code code)
{
	while (set->waiter_count > 0)
		command_end(w, set->waiters[--set->waiter_count], code);
}
