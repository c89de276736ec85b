/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_RUNS_H
#define IKE_ENGINE_RUNS_H

#include "ike/sa/world.h"

/*
 * A command goes to every connection that its name means. Where those are many, some of them have
 * their turn in each call of the engine, so that none takes long; commands that come meanwhile wait
 * for their turn, as they would have come later anyway.
 */
struct command {
	uint64_t id;
	bool async;
	enum rekey_what what;
};

/* One connection's part of it; ends the command for that one (command_end()). */
typedef void command_part(struct world *w, struct connection *c, const struct command *command);

/* Takes the ids, an array of `count` connections; a connection that is gone by then has ended it. */
void command_run(struct world *w, const struct command *command, uint64_t *ids, size_t count,
		 command_part *part);
/* The next turn. */
void command_runs_on_time(struct world *w);
/* Nobody waits for that command any more; it goes on. */
void command_runs_forget(struct world *w, uint64_t command);
/* None goes on. `answer`: who waits is told. */
void command_runs_drop(struct world *w, bool answer);

#endif
