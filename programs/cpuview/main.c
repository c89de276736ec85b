/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpuview (ipsec cpus): what each CPU encrypts and receives, live or once. docs/ipsec-cpus.8. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "client/client.h"
#include "client/options.h"
#include "cpuview/collect.h"
#include "cpuview/record.h"
#include "cpuview/terminal.h"

enum { INTERVAL_MAX = 3600, PLAIN_WIDTH = 80 };

enum {
	OPT_ONCE, OPT_JSON, OPT_INTERVAL, OPT_RUNDIR, OPT_CTLSOCKET, OPT_ROOT, OPT_VERSION, OPT_HELP
};

static const struct option_row rows[] = {
	[OPT_ONCE] = { "once", ARGUMENT_NONE, NULL, "show one interval, and end" },
	[OPT_JSON] = { "json", ARGUMENT_NONE, NULL, "an object for each interval" },
	[OPT_INTERVAL] = { "interval", ARGUMENT_NEEDED, "SECONDS", "between looks; 1" },
	[OPT_RUNDIR] = { "rundir", ARGUMENT_NEEDED, "DIR", "where pluto's socket is" },
	[OPT_CTLSOCKET] = { "ctlsocket", ARGUMENT_NEEDED, "FILE", "pluto's socket itself" },
	[OPT_ROOT] = { "root", ARGUMENT_NEEDED, "DIR", "of another /proc and /sys, for tests" },
	[OPT_VERSION] = { "version", ARGUMENT_NONE, NULL, "show the version" },
	[OPT_HELP] = { "help", ARGUMENT_NONE, NULL, "show this" },
};

struct cpus {
	const char *rundir, *ctlsocket;
	struct source source;
	bool once, json, version, help;
	uint64_t interval; /* seconds */
	struct scene scene;
	struct view view;
};

static int refuse(const char *sentence)
{
	fflush(stdout);
	fprintf(stderr, "ipsec cpus: %s\n", sentence);
	return CONTROL_WHACK_PROBLEM;
}

/* --- The command line --- */

static void set_option(void *context, int option, const char *value, struct buffer *why)
{
	struct cpus *c = context;

	if (option == OPT_ONCE)
		c->once = true;
	else if (option == OPT_JSON)
		c->json = true;
	else if (option == OPT_RUNDIR)
		c->rundir = value;
	else if (option == OPT_CTLSOCKET)
		c->ctlsocket = value;
	else if (option == OPT_ROOT)
		c->source.root = value;
	else if (option == OPT_VERSION)
		c->version = true;
	else if (option == OPT_HELP)
		c->help = true;
	else if (!text_to_u64(value, INTERVAL_MAX, &c->interval) || c->interval == 0)
		write_format(why, "--interval takes a number of seconds from 1 to %d",
			     INTERVAL_MAX);
}

static bool parse(char **words, struct cpus *c, struct buffer *why)
{
	struct options o = { rows, ARRAY_LEN(rows), words };

	return options_each(&o, set_option, c, why);
}

static void help(void)
{
	puts("usage: ipsec cpus [--once] [--json] [--interval SECONDS]\n"
	     "Shows what each CPU encrypts and receives: ipsec-cpus(8).");
	options_help(stdout, rows, ARRAY_LEN(rows));
}

/* --- Without a terminal, or for programs --- */

static void draw(struct cpus *c, struct buffer *out)
{
	struct picture picture = scene_picture(&c->scene);
	size_t pages = screen_draw(&picture, &c->view, out);

	if (c->view.page >= pages)
		c->view.page = pages - 1;
}

static void print_scene(struct cpus *c)
{
	struct picture picture = scene_picture(&c->scene);
	struct buffer out = { 0 };

	if (c->json) {
		json_t *record = picture_record(&picture);

		control_write(&out, record);
		json_decref(record);
	} else {
		draw(c, &out);
	}
	fwrite(out.ptr, 1, out.len, stdout);
	fflush(stdout);
	buffer_done(&out);
}

static bool look(struct cpus *c, bool *drawable, int *code, struct buffer *why)
{
	struct sample next;

	buffer_clear(why);
	*drawable = false;
	*code = collect(&c->source, &next, why);
	if (*code == CONTROL_OK)
		*drawable = scene_advance(&c->scene, &next, c->source.root);
	return *code == CONTROL_OK;
}

static int run_plain(struct cpus *c)
{
	const struct timespec nap = { (time_t)c->interval, 0 };
	struct buffer why = { 0 };
	bool drawable;
	int code;

	while (look(c, &drawable, &code, &why) && !ferror(stdout)) {
		if (drawable)
			print_scene(c);
		if (drawable && c->once)
			break;
		nanosleep(&nap, NULL);
	}
	if (code != CONTROL_OK)
		(void)refuse(buffer_text(&why));
	if (c->json)
		printf("{\"result\":%d}\n", code);
	buffer_done(&why);
	return code;
}

/* --- Live --- */

static void on_key(struct cpus *c, char key)
{
	if (key == 'n' || key == ' ')
		c->view.page++;
	else if (key == 'p' && c->view.page > 0)
		c->view.page--;
	else if (key == 'l')
		c->view.layout = LAYOUT_LINES;
	else if (key == 'c')
		c->view.layout = LAYOUT_CELLS;
	else if (key == 'f')
		c->view.layout = LAYOUT_FIT;
}

static void show(struct cpus *c, bool drawable, const char *why)
{
	struct buffer out = { 0 };

	terminal_size(&c->view.width, &c->view.height);
	if (c->view.width < SCREEN_WIDTH_MIN || c->view.height < SCREEN_HEIGHT_MIN)
		write_format(&out, "This needs %d columns and %d lines. q quits.\n",
			     SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
	else if (*why != '\0')
		write_format(&out, "%.*s\nq quits.\n", (int)c->view.width, why);
	else if (!drawable)
		write_format(&out, "One moment: rates take two looks. q quits.\n");
	else
		draw(c, &out);
	terminal_show(buffer_bytes(&out));
	buffer_done(&out);
}

/* What is on the screen until the next look; false: it is the end. */
static bool until_next(struct cpus *c, int64_t next, bool drawable, const char *why)
{
	for (;;) {
		enum terminal_event event;
		char key;

		show(c, drawable, why);
		event = terminal_wait(next, &key);
		if (event == TERMINAL_END)
			return false;
		if (event == TERMINAL_TIME)
			return true;
		if (event == TERMINAL_KEY)
			on_key(c, key);
	}
}

/* A daemon that is not there may come: that is said, and looked for again. */
static int run_live(struct cpus *c)
{
	struct buffer why = { 0 };
	bool drawable, goes_on;
	int code, number;

	c->view.live = true;
	do {
		if (!look(c, &drawable, &code, &why))
			scene_done(&c->scene);
		goes_on = until_next(c, client_clock() + SECONDS(c->interval), drawable,
				     buffer_text(&why));
	} while (goes_on);
	terminal_close();
	buffer_done(&why);
	number = terminal_signal();
	if (number != 0 && number != SIGINT) {
		signal(number, SIG_DFL);
		kill(getpid(), number);
		terminal_let_signals_in();
	}
	return CONTROL_OK;
}

static int run(struct cpus *c)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	char *path = c->ctlsocket ? mem_text(c->ctlsocket) : client_path(c->rundir, "pluto.ctl");
	int code;

	c->source.path = path;
	c->view.width = PLAIN_WIDTH;
	c->view.colour = isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
			 !text_equal(term, "dumb");
	code = !c->once && !c->json && terminal_open() ? run_live(c) : run_plain(c);
	scene_done(&c->scene);
	mem_free(path);
	return code;
}

int main(int argc, char **argv)
{
	struct cpus c = { .rundir = RUNDIR, .interval = 1, .source.root = "" };
	struct buffer why = { 0 };
	int code = CONTROL_OK;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 1 || !parse(argv + 1, &c, &why))
		code = refuse(buffer_text(&why));
	else if (c.help)
		help();
	else if (c.version)
		puts("Cygnet cpuview " VERSION);
	else
		code = run(&c);
	buffer_done(&why);
	return code;
}
