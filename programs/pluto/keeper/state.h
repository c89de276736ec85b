/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_STATE_H
#define PLUTO_KEEPER_STATE_H

#include "conf/conf.h"
#include "pluto/control/server.h"
#include "pluto/keeper/channel.h"
#include "pluto/keeper/child.h"
#include "pluto/keeper/drop.h"
#include "pluto/keeper/files.h"
#include "pluto/keeper/launch.h"
#include "pluto/keeper/options.h"
#include "pluto/keeper/secrets.h"
#include "pluto/keeper/updown.h"
#include "pluto/loop/loop.h"
#include "pluto/steer/steering.h"

/* Inside keeper/ only: all that the keeper holds. */
struct keeper {
	const struct options *options;
	struct launch launch;
	struct conf conf;         /* only `setup` is used */
	struct conf_errors errors; /* of conf, until there is a log */
	const char *secretsfile, *nssdir, *logfile; /* command line before file; logfile: or NULL */
	struct user user;
	struct run_files files;
	int log_fd;               /* -1: no file */
	uint64_t watchdog;        /* microseconds; 0: not wanted */

	pid_t pluto;
	struct loop *loop;
	struct channel *channel;
	struct children children;
	struct updowns *updowns;
	struct secrets_reader *secrets;
	struct steering *steering;
	struct server *server;    /* pluto.keeper */
	struct output_lines loading; /* what addconn prints */
	struct event *kill_timer, *finish_timer;
	bool loading_begun, started, stopping, pluto_gone, channel_ended, in_time;
	int code;                 /* pluto's */
};

/* start.c: files, log, user. 0, or the exit code, which was told. */
MUST_CHECK int keeper_prepare(struct keeper *k);
void keeper_release(struct keeper *k);
/* Tells whoever started us, and the log. Gives the code back. */
int keeper_fail(struct keeper *k, int code, const char *why);

/* load.c: addconn. */
void keeper_load(struct keeper *k);

/* requests.c: what pluto may ask; the table. */
void keeper_serve(struct keeper *k, uint8_t type, struct bytes body);
void keeper_answer_secrets(void *context, uint64_t request, bool good, struct bytes body);
void keeper_say(struct keeper *k, uint8_t type, struct bytes body);

/* registry.c: pluto.keeper, where root registers updown commands. */
void keeper_open_registry(struct keeper *k);

#endif
