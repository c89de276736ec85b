/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_LAUNCH_H
#define PLUTO_KEEPER_LAUNCH_H

#include <stdbool.h>

#include "base/must_check.h"

/*
 * Going into the background. The process that was called waits until the daemon is ready or has
 * failed, and ends with that exit code.
 */
struct launch {
	int fd; /* to the waiting process; -1: there is none */
	bool told;
};

/* true in the daemon; false in the waiting process, which ends with *code. */
MUST_CHECK bool launch_background(struct launch *out, int *code);
/* Lets the waiting process go; `why` is printed there when code is not 0. In the foreground it is
 * printed here. The first word counts. */
void launch_tell(struct launch *launch, int code, const char *why);

#endif
