/* SPDX-License-Identifier: GPL-2.0-or-later */
/* whack: gives the running pluto one command and shows what it answers. docs/whack.8. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "client/client.h"
#include "client/options.h"

enum {
	SHUTDOWN_WAIT = 30,         /* seconds, unless --timeout says otherwise */
	GONE_POLL = 20 * 1000 * 1000, /* nanoseconds between looks at the socket */
	TIMEOUT_MAX = 24 * 3600
};

/* What an option is: one that names a command has its word here. */
struct command_row {
	const char *command;
	enum { NAME_NONE, NAME_MAY, NAME_MUST } name;
};

enum {
	OPT_NAME,
	OPT_ASYNCHRONOUS,
	OPT_JSON,
	OPT_NO_PREFIX,
	OPT_RUNDIR,
	OPT_CTLSOCKET,
	OPT_CONFIG,
	OPT_TIMEOUT,
	OPT_VERSION,
	OPT_HELP,
	OPT_COMMANDS /* the first that is a command */
};

static const struct option_row rows[] = {
	[OPT_NAME] = { "name", ARGUMENT_NEEDED, "NAME", "the connection that is meant" },
	[OPT_ASYNCHRONOUS] = { "asynchronous", ARGUMENT_NONE, NULL,
			       "do not wait for the end of --initiate or --terminate" },
	[OPT_JSON] = { "json", ARGUMENT_NONE, NULL, "show pluto's records as they are" },
	[OPT_NO_PREFIX] = { "no-prefix", ARGUMENT_NONE, NULL,
			    "without the number in front of each line" },
	[OPT_RUNDIR] = { "rundir", ARGUMENT_NEEDED, "DIR", "where pluto's socket is" },
	[OPT_CTLSOCKET] = { "ctlsocket", ARGUMENT_NEEDED, "FILE", "pluto's socket itself" },
	[OPT_CONFIG] = { "config", ARGUMENT_NEEDED, "FILE",
			 "taken for the sake of uniformity; whack reads no file" },
	[OPT_TIMEOUT] = { "timeout", ARGUMENT_NEEDED, "SECONDS", "give up after this time" },
	[OPT_VERSION] = { "version", ARGUMENT_NONE, NULL, "show whack's version" },
	[OPT_HELP] = { "help", ARGUMENT_NONE, NULL, "show this" },
	{ "initiate", ARGUMENT_NONE, NULL, "bring the connection up" },
	{ "terminate", ARGUMENT_NONE, NULL, "take the connection's SAs down" },
	{ "down", ARGUMENT_NONE, NULL, "the same as --terminate" },
	{ "delete", ARGUMENT_NONE, NULL, "take the connection down and forget it" },
	{ "route", ARGUMENT_NONE, NULL, "let traffic bring the connection up" },
	{ "ondemand", ARGUMENT_NONE, NULL, "the same as --route" },
	{ "unroute", ARGUMENT_NONE, NULL, "the opposite of --route" },
	{ "rekey-child", ARGUMENT_NONE, NULL, "replace the Child SAs, or one with NAME-i" },
	{ "rekey-ike", ARGUMENT_NONE, NULL, "replace the IKE SA" },
	{ "status", ARGUMENT_NONE, NULL, "show everything" },
	{ "trafficstatus", ARGUMENT_NONE, NULL, "one line for each Child SA with its bytes" },
	{ "showstates", ARGUMENT_NONE, NULL, "the IKE SAs and Child SAs" },
	{ "briefstatus", ARGUMENT_NONE, NULL, "how many SAs there are" },
	{ "connectionstatus", ARGUMENT_NONE, NULL, "the connections, or one with --name" },
	{ "rereadsecrets", ARGUMENT_NONE, NULL, "read ipsec.secrets again" },
	{ "listen", ARGUMENT_NONE, NULL, "look at the host's interfaces again" },
	{ "ready", ARGUMENT_NONE, NULL, "succeed when pluto has finished starting" },
	{ "shutdown", ARGUMENT_NONE, NULL, "end pluto and wait until it is gone" },
};

/* In the order of the options from OPT_COMMANDS on. */
static const struct command_row commands[] = {
	{ "up", NAME_MUST },
	{ "down", NAME_MUST },
	{ "down", NAME_MUST },
	{ "delete", NAME_MUST },
	{ "route", NAME_MUST },
	{ "route", NAME_MUST },
	{ "unroute", NAME_MUST },
	{ "rekey-child", NAME_MUST },
	{ "rekey-ike", NAME_MUST },
	{ "status", NAME_NONE },
	{ "trafficstatus", NAME_MAY },
	{ "showstates", NAME_NONE },
	{ "briefstatus", NAME_NONE },
	{ "connectionstatus", NAME_MAY },
	{ "rereadsecrets", NAME_NONE },
	{ "listen", NAME_NONE },
	{ "ready", NAME_NONE },
	{ "shutdown", NAME_NONE },
};
_Static_assert(ARRAY_LEN(rows) == OPT_COMMANDS + ARRAY_LEN(commands), "a command for each option");

struct whack {
	const struct command_row *command;
	const char *command_option, *name, *rundir, *ctlsocket, *timeout_text;
	bool async, help, version;
	enum client_style style;
	uint64_t timeout; /* seconds; 0: none given */
};

static int refuse(const char *sentence)
{
	fprintf(stderr, "whack: %s\n", sentence);
	return CONTROL_WHACK_PROBLEM;
}

static bool set_command(struct whack *w, int option, struct buffer *why)
{
	const struct command_row *row = &commands[option - OPT_COMMANDS];

	if (w->command && w->command != row) {
		write_format(why, "--%s and --%s are two commands; one at a time",
			     w->command_option, rows[option].name);
		return false;
	}
	w->command = row;
	w->command_option = rows[option].name;
	return true;
}

static bool set_option(struct whack *w, int option, const char *value, struct buffer *why)
{
	if (option >= OPT_COMMANDS)
		return set_command(w, option, why);
	if (option == OPT_NAME)
		w->name = value;
	else if (option == OPT_ASYNCHRONOUS)
		w->async = true;
	else if (option == OPT_JSON)
		w->style = STYLE_JSON;
	else if (option == OPT_NO_PREFIX && w->style != STYLE_JSON)
		w->style = STYLE_PLAIN;
	else if (option == OPT_RUNDIR)
		w->rundir = value;
	else if (option == OPT_CTLSOCKET)
		w->ctlsocket = value;
	else if (option == OPT_TIMEOUT)
		w->timeout_text = value;
	else if (option == OPT_VERSION)
		w->version = true;
	else if (option == OPT_HELP)
		w->help = true;
	return true;
}

static bool check(struct whack *w, struct buffer *why)
{
	if (w->help || w->version)
		return true;
	if (!w->command)
		write_text(why, "no command given, such as --status; --help shows what there is");
	else if (w->command->name == NAME_MUST && !w->name)
		write_format(why, "--%s needs --name NAME", w->command_option);
	else if (w->command->name == NAME_NONE && w->name)
		write_format(why, "--%s is not about one connection: without --name",
			     w->command_option);
	else if (w->timeout_text &&
		 !(text_to_u64(w->timeout_text, TIMEOUT_MAX, &w->timeout) && w->timeout))
		write_format(why, "--timeout takes a number of seconds from 1 to %d", TIMEOUT_MAX);
	return why->len == 0;
}

static bool parse(char **words, struct whack *w, struct buffer *why)
{
	struct options o = { rows, ARRAY_LEN(rows), words };
	const char *value;
	int option;

	while ((option = options_next(&o, &value, why)) >= 0) {
		if (!set_option(w, option, value, why))
			return false;
	}
	if (option == OPTION_WORD) {
		write_text(why, "unexpected word \"");
		write_printable(why, bytes_of_text(value), 64);
		write_text(why, "\"; a connection is named with --name NAME");
	}
	return why->len == 0 && check(w, why);
}

static json_t *request_of(const struct whack *w)
{
	json_t *request = json_pack("{s:i, s:s}", "v", CONTROL_VERSION, "command",
				    w->command->command);

	if (w->name)
		json_object_set_new(request, "name", json_string(w->name));
	if (w->async)
		json_object_set_new(request, "async", json_true());
	return request;
}

static bool is_shutdown(const struct whack *w)
{
	return text_equal(w->command->command, "shutdown");
}

/* Until nobody listens at the socket any more. */
static bool wait_gone(const char *path, int64_t deadline)
{
	const struct timespec nap = { 0, GONE_POLL };
	struct client probe;

	while (client_connect(&probe, path, deadline) == 0) {
		client_close(&probe);
		if (client_clock() >= deadline)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

/* The connection ends with the daemon, so its end is no failure here. */
static int shutdown_and_wait(struct client *c, const json_t *request, enum client_style style)
{
	enum client_status status = client_send(c, request);
	json_t *record;
	int code = CONTROL_OK;

	while (status == CLIENT_RECORD &&
	       (status = client_receive(c, &record)) == CLIENT_RECORD) {
		bool last = control_result_code(record, &code);

		client_print(record, style);
		json_decref(record);
		if (last && code != CONTROL_OK)
			return code;
	}
	if (status != CLIENT_CLOSED || !wait_gone(c->path, c->deadline))
		return refuse("pluto was told to end, and is still there");
	return CONTROL_OK;
}

static int64_t deadline_of(const struct whack *w)
{
	uint64_t seconds = w->timeout;

	if (!seconds && is_shutdown(w))
		seconds = SHUTDOWN_WAIT;
	return seconds ? client_clock() + SECONDS(seconds) : TIME_NEVER;
}

static int talk(const struct whack *w, const char *path)
{
	json_t *request = request_of(w);
	struct client client;
	int error, code;

	if (w->name && !json_object_get(request, "name")) {
		json_decref(request);
		return refuse("the name is not UTF-8");
	}
	error = client_connect(&client, path, deadline_of(w));
	if (error) {
		json_decref(request);
		client_explain("whack", path, error);
		return CONTROL_WHACK_PROBLEM;
	}
	code = is_shutdown(w) ? shutdown_and_wait(&client, request, w->style) :
				client_ask(&client, request, w->style);
	client_close(&client);
	json_decref(request);
	return code >= 20 && code <= 99 ? code : 0;
}

static void help(void)
{
	puts("usage: whack [--rundir DIR | --ctlsocket FILE] [--json | --no-prefix] COMMAND\n"
	     "Gives the running pluto a command. The exit status is 0, or 20 to 99: whack(8).");
	options_help(stdout, rows, ARRAY_LEN(rows));
}

int main(int argc, char **argv)
{
	struct whack w = { .rundir = RUNDIR };
	struct buffer why = { 0 };
	char *path;
	int code;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 1 || !parse(argv + 1, &w, &why)) {
		code = refuse(buffer_text(&why));
		buffer_done(&why);
		return code;
	}
	if (w.help) {
		help();
		return 0;
	}
	if (w.version) {
		puts("Cygnet whack " VERSION);
		return 0;
	}
	path = w.ctlsocket ? mem_text(w.ctlsocket) : client_path(w.rundir, "pluto.ctl");
	code = talk(&w, path);
	mem_free(path);
	return code;
}
