/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine/runs.h"

#include "base/mem.h"
#include "ike/engine/answers.h"

enum { PARTS_PER_CALL = 64 };

/* Owned by the world's list, the oldest first. */
struct run {
	struct list link;
	struct command command;
	command_part *part;
	uint64_t *ids; /* owned */
	size_t count, at;
};

static struct run *of_link(struct list *link)
{
	return LIST_OBJECT(link, struct run, link);
}

static void run_free(struct run *run)
{
	list_remove(&run->link);
	mem_free(run->ids);
	mem_free(run);
}

static void run_next(struct world *w, struct run *run)
{
	struct connection *c = connection_find_id(&w->connections, run->ids[run->at++]);

	w->command = run->command.id;
	if (c == NULL)
		command_end(w, run->command.id, CONTROL_OK);
	else
		run->part(w, c, &run->command);
}

void command_runs_on_time(struct world *w)
{
	for (unsigned i = 0; i < PARTS_PER_CALL && !list_empty(&w->runs); i++) {
		struct run *run = of_link(w->runs.next);

		run_next(w, run);
		if (run->at == run->count)
			run_free(run);
	}
	/* Not now, or this call would not end before all have had their turn. */
	if (!list_empty(&w->runs))
		timer_set(w, &w->runs_timer, TIMER_RUNS, w->now + 1);
}

void command_run(struct world *w, const struct command *command, uint64_t *ids, size_t count,
		 command_part *part)
{
	bool waits = !list_empty(&w->runs);
	struct run *run;

	if (count == 0) {
		mem_free(ids);
		return;
	}
	run = NEW(struct run);
	*run = (struct run) {
		.command = *command, .part = part, .ids = ids, .count = count
	};
	list_append(&w->runs, &run->link);
	if (!waits)
		command_runs_on_time(w);
}

void command_runs_forget(struct world *w, uint64_t command)
{
	LIST_FOR_EACH(link, &w->runs)
		if (of_link(link)->command.id == command)
			of_link(link)->command.id = 0;
}

void command_runs_drop(struct world *w, bool answer)
{
	while (!list_empty(&w->runs)) {
		struct run *run = of_link(w->runs.next);

		for (; answer && run->at < run->count; run->at++)
			command_end(w, run->command.id, CONTROL_FATAL);
		run_free(run);
	}
	timer_stop(w, &w->runs_timer);
}
