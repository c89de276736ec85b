/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CONTROL_COMMANDS_H
#define PLUTO_CONTROL_COMMANDS_H

#include <net/if.h>

#include "ike/engine.h"
#include "pluto/control/server.h"
#include "pluto/steer/sa.h"

/*
 * What the control socket can ask for (docs/control.md): each request becomes a call of the engine
 * or of the daemon, and what those say with its command id goes back to the client.
 */
struct commands;

/* What status tells about the daemon itself; borrowed. */
struct daemon_facts {
	const char *version, *config, *rundir, *secretsfile, *nssdir;
	const char *logfile; /* or NULL */
	const struct conf_setup *setup;
	const struct kernel_facts *kernel;
	unsigned int helpers;
	const struct udp *udp; /* or NULL */
};

enum { AUTOALL_NAMES_MAX = 200000 };

/* The names that wait for the end of the start; owned. */
struct autoall {
	char **route, **start;
	size_t route_count, start_count;
};
void autoall_done(struct autoall *a);

struct commands_config {
	struct ike_engine *engine;
	struct daemon_facts facts;
	void *context;
	int64_t (*now)(void *context);
	/* The name of the device that packets to the peer leave by; `out` is left alone where there is
	 * none. */
	void (*find_device)(void *context, const struct address *peer, char out[IF_NAMESIZE]);
	/* After every entry into the engine. */
	void (*entered)(void *context);
	/* Looks at the interfaces again. */
	void (*listen)(void *context);
	/* Each ends with commands_end(), now or later; the first after commands_steered() for each. */
	void (*count_steered)(void *context, uint64_t command);
	void (*reread_secrets)(void *context, uint64_t command);
	void (*shut_down)(void *context, uint64_t command);
	/* The last part came; takes the names. */
	void (*autoall)(void *context, struct autoall *names, uint64_t command);
};

/* The server is made by this, on config->fd (taken). */
struct commands *commands_new(const struct commands_config *config,
			      const struct server_config *server);
void commands_free(struct commands *c);

/* From the engine's host: progress of a command, and its end. Unknown ids: nothing happens. */
void commands_report(struct commands *c, const struct ike_report *report);
void commands_end(struct commands *c, uint64_t command, int code);
/* A sentence to whoever gave the command. */
void commands_tell(struct commands *c, uint64_t command, int class_, const char *sentence);
/* What XDP has handed to the CPU of an SA, to whoever asked. */
void commands_steered(struct commands *c, uint64_t command, const struct steer_sa *sa,
		      const struct steer_counters *counters);
/* The start is over: answers those who wait for that. */
void commands_ready(struct commands *c);

#endif
