/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addconn: reads ipsec.conf and gives its connections to the running pluto. docs/ipsec.8. */
#include <signal.h>
#include <stdlib.h>

#include "addconn/addconn.h"
#include "base/mem.h"
#include "base/text.h"
#include "client/options.h"

enum {
	OPT_CONFIG,
	OPT_RUNDIR,
	OPT_CTLSOCKET,
	OPT_JSON,
	OPT_NO_PREFIX,
	OPT_REPLACE,
	OPT_AUTOALL,
	OPT_CHECKCONFIG,
	OPT_CONFIGSETUP,
	OPT_LISTALL,
	OPT_LISTADD,
	OPT_LISTROUTE,
	OPT_LISTSTART,
	OPT_LISTIGNORE,
	OPT_VERSION,
	OPT_HELP
};

static const struct option_row rows[] = {
	[OPT_CONFIG] = { "config", ARGUMENT_NEEDED, "FILE",
			 "instead of " SYSCONFDIR "/ipsec.conf" },
	[OPT_RUNDIR] = { "rundir", ARGUMENT_NEEDED, "DIR", "where pluto's sockets are" },
	[OPT_CTLSOCKET] = { "ctlsocket", ARGUMENT_NEEDED, "FILE", "pluto's socket itself" },
	[OPT_JSON] = { "json", ARGUMENT_NONE, NULL, "show pluto's records as they are" },
	[OPT_NO_PREFIX] = { "no-prefix", ARGUMENT_NONE, NULL,
			    "without the number in front of each line" },
	[OPT_REPLACE] = { "replace", ARGUMENT_NONE, NULL,
			  "delete a connection of the same name first" },
	[OPT_AUTOALL] = { "autoall", ARGUMENT_NONE, NULL,
			  "load what auto= says, and have it routed and started" },
	[OPT_CHECKCONFIG] = { "checkconfig", ARGUMENT_NONE, NULL, "only read the file" },
	[OPT_CONFIGSETUP] = { "configsetup", ARGUMENT_OPTIONAL, "OPTION",
			      "show config setup, or the value of one option" },
	[OPT_LISTALL] = { "listall", ARGUMENT_NONE, NULL, "the names of all connections" },
	[OPT_LISTADD] = { "listadd", ARGUMENT_NONE, NULL, "of those with auto=add" },
	[OPT_LISTROUTE] = { "listroute", ARGUMENT_NONE, NULL, "of those with auto=route" },
	[OPT_LISTSTART] = { "liststart", ARGUMENT_NONE, NULL, "of those with auto=start" },
	[OPT_LISTIGNORE] = { "listignore", ARGUMENT_NONE, NULL, "of those with auto=ignore" },
	[OPT_VERSION] = { "version", ARGUMENT_NONE, NULL, "show addconn's version" },
	[OPT_HELP] = { "help", ARGUMENT_NONE, NULL, "show this" },
};

struct addconn {
	const char *config, *rundir, *ctlsocket, *configsetup;
	bool given[ARRAY_LEN(rows)];
	const char **names;
	size_t name_count;
};

static void set_option(struct addconn *a, int option, const char *value)
{
	a->given[option] = true;
	if (option == OPT_CONFIG)
		a->config = value;
	else if (option == OPT_RUNDIR)
		a->rundir = value;
	else if (option == OPT_CTLSOCKET)
		a->ctlsocket = value;
	else if (option == OPT_CONFIGSETUP)
		a->configsetup = value;
}

static bool only_reads(const struct addconn *a)
{
	for (int i = OPT_CHECKCONFIG; i <= OPT_LISTIGNORE; i++) {
		if (a->given[i])
			return true;
	}
	return false;
}

static bool parse(char **words, struct addconn *a, struct buffer *why)
{
	struct options o = { rows, ARRAY_LEN(rows), words };
	const char *value;
	int option;

	while ((option = options_next(&o, &value, why)) != OPTION_END) {
		if (option == OPTION_BAD)
			return false;
		if (option == OPTION_WORD)
			a->names[a->name_count++] = value;
		else
			set_option(a, option, value);
	}
	if (a->given[OPT_HELP] || a->given[OPT_VERSION])
		return true;
	if (!a->name_count && !a->given[OPT_AUTOALL] && !only_reads(a))
		write_text(why, "no connection named; --help shows what there is");
	else if (a->name_count && (a->given[OPT_AUTOALL] || only_reads(a)))
		write_text(why, "names of connections do not go with --autoall, --checkconfig, "
				"--configsetup or --list...");
	return why->len == 0;
}

static void print_errors(const struct conf_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		fprintf(stderr, "%s: %s\n", errors->list[i].where, errors->list[i].text);
	if (errors->dropped)
		fprintf(stderr, "and %zu more errors\n", errors->dropped);
}

static void list(const struct addconn *a, const struct conf *conf)
{
	static const int option_of[] = {
		[AUTO_IGNORE] = OPT_LISTIGNORE, [AUTO_ADD] = OPT_LISTADD,
		[AUTO_ROUTE] = OPT_LISTROUTE,   [AUTO_START] = OPT_LISTSTART,
		[AUTO_KEEP] = OPT_LISTADD,
	};

	for (size_t i = 0; i < conf->count; i++) {
		if (a->given[OPT_LISTALL] || a->given[option_of[conf->conns[i].startup]])
			puts(conf->conns[i].name);
	}
}

static int read_only(const struct addconn *a, struct conf *conf)
{
	if (a->given[OPT_CONFIGSETUP] && !setup_print(&conf->setup, a->configsetup)) {
		fprintf(stderr, "addconn: --configsetup knows no option \"%s\"\n", a->configsetup);
		return EXIT_USAGE;
	}
	list(a, conf);
	return EXIT_FINE;
}

/* NAME-i of a set; NULL: it is not. */
static const struct conf_conn *set_of_member(const struct conf *conf, const char *name)
{
	char base[CONN_NAME_MAX];
	const struct conf_conn *conn = conf_instance_of(name, base) ? conf_find(conf, base) : NULL;

	return conn == NULL || conn->clones.kind == CLONES_NO ? NULL : conn;
}

static void refuse_unknown(const struct addconn *a, const struct conf *conf, const char *name)
{
	const char **names = mem_new_array(conf->count + 1, sizeof(*names));
	const struct conf_conn *set = set_of_member(conf, name);
	const char *nearest;

	for (size_t i = 0; i < conf->count; i++)
		names[i] = conf->conns[i].name;
	nearest = text_nearest(name, names);
	fflush(stdout);
	fprintf(stderr, "%s: there is no connection \"%s\"", a->config, name);
	if (set)
		fprintf(stderr, ": that is one member of the clone set \"%s\", which comes and "
				"goes as a whole: say \"%s\"", set->name, set->name);
	else if (nearest)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fputc('\n', stderr);
	mem_free(names);
}

/* All that have the name or the alias: leftsubnets= makes several of one conn. */
static bool add_each(struct sender *s, struct conf *conf, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < conf->count && s->code != CONTROL_WHACK_PROBLEM; i++) {
		struct conf_conn *conn = &conf->conns[i];

		if (!conf_conn_is(conn, name))
			continue;
		/* What there was of that name may have been other ones. */
		if (!found && s->replace && !text_equal(conn->name, name))
			sender_forget(s, name);
		found = true;
		sender_add(s, conn);
	}
	return found;
}

static void add_named(const struct addconn *a, struct sender *s, struct conf *conf)
{
	for (size_t i = 0; i < a->name_count && s->code != CONTROL_WHACK_PROBLEM; i++) {
		if (!add_each(s, conf, a->names[i])) {
			refuse_unknown(a, conf, a->names[i]);
			s->code = EXIT_REFUSED;
		}
	}
	sender_settle(s);
}

/* What is to be done with those that pluto took. */
struct wishes {
	json_t *route, *start;
};

static void on_added(void *context, const struct conf_conn *conn)
{
	struct wishes *wishes = context;

	if (conn->startup == AUTO_ROUTE)
		json_array_append_new(wishes->route, json_string(conn->name));
	if (conn->startup == AUTO_START)
		json_array_append_new(wishes->start, json_string(conn->name));
}

static void add_all(struct sender *s, struct conf *conf)
{
	struct wishes wishes = { json_array(), json_array() };

	s->on_added = on_added;
	s->context = &wishes;
	for (size_t i = 0; i < conf->count && s->code != CONTROL_WHACK_PROBLEM; i++)
		if (conf->conns[i].startup != AUTO_IGNORE)
			sender_add(s, &conf->conns[i]);
	sender_settle(s);
	sender_autoall_done(s, wishes.route, wishes.start);
	json_decref(wishes.route);
	json_decref(wishes.start);
}

/* conf NULL: it could not be read; a start ends in spite of that. */
static int deliver(const struct addconn *a, struct conf *conf)
{
	struct sender s = { .keeper_path = client_path(a->rundir, "pluto.keeper"),
			    .replace = a->given[OPT_REPLACE],
			    .style = a->given[OPT_JSON]      ? STYLE_JSON :
				     a->given[OPT_NO_PREFIX] ? STYLE_PLAIN :
							       STYLE_NUMBERED };
	char *path = a->ctlsocket ? mem_text(a->ctlsocket) : client_path(a->rundir, "pluto.ctl");

	if (sender_open(&s, path)) {
		if (!conf)
			sender_autoall_done(&s, NULL, NULL);
		else if (a->given[OPT_AUTOALL])
			add_all(&s, conf);
		else
			add_named(a, &s, conf);
		sender_close(&s);
	}
	mem_free(path);
	mem_free(s.keeper_path);
	return s.code;
}

static int run(const struct addconn *a)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	int code;

	if (!conf_load(a->config, &conf, &errors)) {
		print_errors(&errors);
		fprintf(stderr, "%s: nothing of it is loaded\n", a->config);
		conf_errors_done(&errors);
		if (a->given[OPT_AUTOALL])
			deliver(a, NULL);
		return EXIT_CONFIG;
	}
	code = only_reads(a) ? read_only(a, &conf) : deliver(a, &conf);
	conf_done(&conf);
	return code;
}

static void help(void)
{
	puts("usage: addconn [OPTION]... NAME...\n"
	     "Reads ipsec.conf and loads the named connections into the running pluto.");
	options_help(stdout, rows, ARRAY_LEN(rows));
}

int main(int argc, char **argv)
{
	struct addconn a = { .config = SYSCONFDIR "/ipsec.conf", .rundir = RUNDIR };
	struct buffer why = { 0 };
	int code = EXIT_FINE;

	signal(SIGPIPE, SIG_IGN);
	a.names = mem_new_array((size_t)argc + 1, sizeof(*a.names));
	if (argc < 1 || !parse(argv + 1, &a, &why)) {
		fprintf(stderr, "addconn: %s\n", buffer_text(&why));
		code = EXIT_USAGE;
	} else if (a.given[OPT_HELP]) {
		help();
	} else if (a.given[OPT_VERSION]) {
		puts("Cygnet addconn " VERSION);
	} else {
		code = run(&a);
	}
	buffer_done(&why);
	mem_free(a.names);
	return code;
}
