/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_UPDOWN_H
#define PLUTO_KEEPER_UPDOWN_H

#include "ike/host.h"
#include "pluto/keeper/child.h"

/*
 * leftupdown=: the commands that root registered for connections, and the queue that runs them one
 * after the other. What pluto asks for chooses a registered name and fills variables, no more.
 */
struct updowns;

enum {
	UPDOWN_NAMES_MAX = 100000,
	UPDOWN_COMMAND_MAX = 4096,
	UPDOWN_QUEUE_MAX = 10000, /* runs waiting */
	UPDOWN_SECONDS = 60       /* of one run */
};

/* `log` gets sentences and what the commands print. */
struct updowns *updowns_new(struct children *children, void (*log)(const char *format, ...));
void updowns_free(struct updowns *u);

/* NULL command: none any more. NULL when done, else why not. */
MUST_CHECK const char *updown_register(struct updowns *u, const char *name, const char *command);

/* Puts a run in the queue; a name without command is fine and does nothing. */
void updown_run(struct updowns *u, const struct ike_updown *updown);
size_t updown_waiting(const struct updowns *u);

/* "PLUTO_VERB=up-client" and so on, as libreswan has them; NULL-terminated. */
char **updown_environment(const struct ike_updown *updown);
void updown_environment_free(char **environment);

#endif
