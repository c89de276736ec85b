/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CONTROL_STATUS_H
#define PLUTO_CONTROL_STATUS_H

#include <net/if.h>

#include "pluto/control/commands.h"

/* What can be seen, as records; `emit` takes each. */
struct status {
	struct ike_engine *engine;
	const struct daemon_facts *facts;
	int64_t now;
	void (*emit)(void *context, json_t *record);
	/* Which device packets to the peer leave by; `out` is left alone where that is not known. */
	void (*find_device)(void *context, const struct address *peer, char out[IF_NAMESIZE]);
	void *context;
};

void status_brief(const struct status *s);

/*
 * The longer ones come in turns, so that none takes long however much there is; the daemon goes on in
 * between (engine_walk_on() says what that means for what comes and goes).
 */
enum status_what { STATUS_EVERYTHING, STATUS_TRAFFIC, STATUS_STATES, STATUS_CONNECTIONS,
		   STATUS_CPUS };

struct status_job;
struct status_job *status_begin(const struct status *s, enum status_what what,
				const char *name); /* NULL: all; copied */
/* false: that was all. */
MUST_CHECK bool status_go_on(struct status_job *job, int64_t now);
void status_end(struct status_job *job); /* NULL is fine */

#endif
