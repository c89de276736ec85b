/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/ends.h"
#include "set_facts.h"
#include "views.h"

void facts_online(struct side *side, uint64_t cpus)
{
	side->facts.online_count = 0;
	for (uint16_t i = 0; i < side->facts.possible_cpus; i++)
		if ((cpus >> i & 1) != 0)
			side->facts.online[side->facts.online_count++] = i;
	ike_engine_on_cpus(side->engine, side->pair->now);
}

unsigned facts_count(const struct side *side, enum kernel_direction direction)
{
	unsigned n = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		n += side->kernel.sas[i].direction == direction;
	return n;
}

uint64_t facts_cpus(const struct side *side, enum kernel_direction direction)
{
	uint64_t cpus = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		if (side->kernel.sas[i].direction == direction &&
		    side->kernel.sas[i].cpu != KERNEL_CPU_NONE)
			cpus |= UINT64_C(1) << side->kernel.sas[i].cpu;
	return cpus;
}

struct child_sa *facts_child(const struct side *side, uint32_t slot, bool spare)
{
	LIST_FOR_EACH(link, &pair_ike(side)->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->slot == slot && child->spare == spare && child->state == CHILD_UP)
			return child;
	}
	return NULL;
}

uint32_t facts_spi_out(const struct side *side, uint32_t cpu)
{
	for (size_t i = side->kernel.sa_count; i > 0; i--)
		if (side->kernel.sas[i - 1].direction == KERNEL_OUT &&
		    side->kernel.sas[i - 1].cpu == cpu)
			return side->kernel.sas[i - 1].spi;
	return 0;
}

static void note_state(void *context, const struct connection_view *view)
{
	*(const char **)context = view->slot_state;
}

const char *facts_slot_state(struct side *side, const char *name)
{
	const char *state = "";

	each_connection(side->engine, name, side->pair->now, note_state, (void *)&state);
	return state;
}

static void note_name(void *context, const struct child_view *view)
{
	uint64_t *names = context;

	assert_in_range(view->clone, 0, 63);
	assert_int_equal(*names >> view->clone & 1, 0);
	*names |= UINT64_C(1) << view->clone;
}

uint64_t facts_names(struct side *side)
{
	uint64_t names = 0;

	each_child(side->engine, NULL, side->pair->now, note_name, &names);
	return names;
}

void facts_delete(struct side *side, struct child_sa *child)
{
	assert_non_null(child);
	engine_enter(side->engine, side->pair->now);
	children_close(&side->engine->w, pair_ike(side), &child, 1);
	engine_leave(side->engine);
	pair_run(side->pair);
}
