/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CONTROL_STATUS_H
#define PLUTO_CONTROL_STATUS_H

#include "pluto/control/commands.h"

/* What can be seen, as records; `emit` takes each. */
struct status {
	struct ike_engine *engine;
	const struct daemon_facts *facts;
	int64_t now;
	void (*emit)(void *context, json_t *record);
	void *context;
};

void status_everything(const struct status *s);
void status_traffic(const struct status *s, const char *name); /* NULL: all */
void status_states(const struct status *s);
void status_brief(const struct status *s);
void status_connections(const struct status *s, const char *name); /* NULL: all */

#endif
