/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_KEEPER_INSIDE_H
#define FUZZ_KEEPER_INSIDE_H

#include "pluto/keeper/state.h"

/*
 * A keeper whose sockets are real and whose processes are not: kill(), child_start(), keeper_load()
 * and what is said of steering end here (--wrap in fuzz.mk).
 */

/* What pluto sends on its channel, served by the table; what is wrong kills pluto and no one else.
 * Children that are started print `output`, in pieces, and end. */
void served_try(struct keeper *keeper, struct bytes frames, struct bytes output);

/* What a client sends to pluto.keeper, and all that comes back; the registry is open. */
void clients_open(struct keeper *keeper);
void clients_try(struct keeper *keeper, struct bytes lines);

#endif
