/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine/answers.h"

#include "base/mem.h"

/* A command that several connections have to be done with. Owned by the world's list. */
struct split_command {
	struct list link;
	uint64_t command;
	size_t left;
	enum control_code code;
};

static struct split_command *find(const struct world *w, uint64_t command)
{
	LIST_FOR_EACH(link, &w->split_commands) {
		struct split_command *split = LIST_OBJECT(link, struct split_command, link);

		if (split->command == command)
			return split;
	}
	return NULL;
}

static void drop(struct split_command *split)
{
	list_remove(&split->link);
	mem_free(split);
}

void command_split(struct world *w, uint64_t command, size_t count)
{
	struct split_command *split;

	if (command == 0 || count < 2)
		return;
	split = NEW(struct split_command);
	split->command = command;
	split->left = count;
	list_append(&w->split_commands, &split->link);
}

void command_end(struct world *w, uint64_t command, enum control_code code)
{
	struct split_command *split = find(w, command);

	if (command == 0)
		return;
	if (split != NULL) {
		if (split->code == CONTROL_OK)
			split->code = code;
		if (--split->left > 0)
			return;
		code = split->code;
		drop(split);
	}
	w->host.command_done(w->host.context, command, code);
}

void command_forget(struct world *w, uint64_t command)
{
	struct split_command *split = find(w, command);

	if (split != NULL)
		drop(split);
}

void commands_forget(struct world *w)
{
	LIST_FOR_EACH(link, &w->split_commands)
		drop(LIST_OBJECT(link, struct split_command, link));
}
