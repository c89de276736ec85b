/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the connections: runs the addconn that lies beside this program. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pluto/daemon/log.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/state.h"

enum { LOAD_SECONDS = 600, NOT_RUN = 127 };

static int run_addconn(const void *argument)
{
	const struct keeper *k = argument;
	char self[PATH_MAX], path[PATH_MAX + 16];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return NOT_RUN;
	self[len] = 0;
	snprintf(path, sizeof(path), "%s/addconn", dirname(self));
	unsetenv("NOTIFY_SOCKET");
	execl(path, "addconn", "--autoall", "--config", k->options->config, "--rundir",
	      k->options->rundir, NULL);
	printf("%s cannot be run: %s\n", path, strerror(errno));
	fflush(stdout);
	return NOT_RUN;
}

/* addconn shows what pluto tells it, with class numbers; what is no error is in the log already. */
static bool is_logged_already(const char *text)
{
	return text[0] == '0' && (text[1] == '0' || text[1] == '1') && text[2] >= '0' &&
	       text[2] <= '9' && text[3] == ' ';
}

static void on_line(void *context, const char *text)
{
	(void)context;
	if (!is_logged_already(text))
		log_line("addconn: %s", text);
}

static void on_output(void *context, struct bytes output)
{
	struct keeper *k = context;

	output_feed(&k->loading, output, on_line, k);
}

static void on_end(void *context, int wait_status)
{
	struct keeper *k = context;
	char text[64];

	output_finish(&k->loading, on_line, k);
	wait_status_print(wait_status, text, sizeof(text));
	keeper_say(k, MESSAGE_AUTOALL_ENDED, bytes_of_text(text));
}

void keeper_load(struct keeper *k)
{
	struct child_config config = { .run = run_addconn, .argument = k,
				       .seconds = LOAD_SECONDS, .context = k,
				       .on_output = on_output, .on_end = on_end };
	int failed = child_start(&k->children, &config);

	if (failed)
		keeper_say(k, MESSAGE_AUTOALL_ENDED, bytes_of_text(strerror(-failed)));
}
