/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_ANSWERS_H
#define IKE_ENGINE_ANSWERS_H

#include "ike/sa/world.h"

/* The ends of commands. Each is answered once, also where several connections are meant. */

/* The command is over when command_end() was called that often; the first code that is not
 * CONTROL_OK is its own. */
void command_split(struct world *w, uint64_t command, size_t count);
/* One connection is done with it; 0: nobody waits. */
void command_end(struct world *w, uint64_t command, enum control_code code);
/* Nobody waits any more, for this one or for any. */
void command_forget(struct world *w, uint64_t command);
void commands_forget(struct world *w);

#endif
