/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/control/commands.h"
#include "pluto/control/records.h"
#include "pluto/control/status.h"

/* A request that is not answered yet: at most one for each client. */
struct pending {
	uint64_t command, client;
	bool for_ready;      /* waits for the end of the start */
	struct shown *shown; /* owned; or NULL */
};

/* A long answer, which is given in turns. */
struct shown {
	struct commands *commands;
	uint64_t client;
	struct status_job *job; /* owned */
	/* What comes after it, and ends with commands_end(); NULL: nothing. */
	void (*then)(struct commands *c, uint64_t command);
};

struct commands {
	struct commands_config config;
	struct server *server;
	struct pending pending[SERVER_CLIENTS_MAX];
	size_t count;
	uint64_t last_command;
	bool ready;
	struct autoall names; /* the parts that came */
};

/* One request on its way through a handler. */
struct call {
	struct commands *commands;
	uint64_t client, command;
	const json_t *request;
	const char *name; /* where the table says so */
};

/* --- Commands and their clients --- */

static struct pending *pending_find(struct commands *c, uint64_t command)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->pending[i].command == command)
			return &c->pending[i];
	return NULL;
}

static uint64_t pending_add(struct commands *c, uint64_t client)
{
	assert(c->count < SERVER_CLIENTS_MAX);
	c->pending[c->count++] =
		(struct pending) { .command = ++c->last_command, .client = client };
	return c->last_command;
}

static void pending_remove(struct commands *c, struct pending *p)
{
	if (p->shown)
		status_end(p->shown->job);
	mem_free(p->shown);
	*p = c->pending[--c->count];
}

void commands_end(struct commands *c, uint64_t command, int code)
{
	struct pending *p = pending_find(c, command);
	uint64_t client;

	if (!p)
		return;
	client = p->client;
	pending_remove(c, p);
	server_end(c->server, client, code);
}

void commands_tell(struct commands *c, uint64_t command, int class_, const char *sentence)
{
	const struct pending *p = pending_find(c, command);

	if (p)
		server_send_text(c->server, p->client, class_, "%s", sentence);
}

void commands_report(struct commands *c, const struct ike_report *report)
{
	const struct pending *p = report->command ? pending_find(c, report->command) : NULL;

	if (p)
		server_send(c->server, p->client, report_record(report));
}

void commands_steered(struct commands *c, uint64_t command, const struct steer_sa *sa,
		      const struct steer_counters *counters)
{
	const struct pending *p = pending_find(c, command);

	if (p)
		server_send(c->server, p->client, steered_record(sa, counters));
}

void commands_ready(struct commands *c)
{
	c->ready = true;
	for (size_t i = c->count; i > 0; i--)
		if (c->pending[i - 1].for_ready)
			commands_end(c, c->pending[i - 1].command, CONTROL_OK);
}

static void on_gone(void *context, uint64_t client)
{
	struct commands *c = context;

	for (size_t i = 0; i < c->count; i++)
		if (c->pending[i].client == client) {
			uint64_t command = c->pending[i].command;

			pending_remove(c, &c->pending[i]);
			ike_engine_forget_command(c->config.engine, command);
			return;
		}
}

/* --- Small things of handlers --- */

static void tell(const struct call *call, int class_, const char *sentence)
{
	commands_tell(call->commands, call->command, class_, sentence);
}

static void end(const struct call *call, int code)
{
	commands_end(call->commands, call->command, code);
}

static void refuse(const struct call *call, int code, const char *sentence)
{
	tell(call, code, sentence);
	end(call, code);
}

static struct ike_engine *engine_of(const struct call *call)
{
	return call->commands->config.engine;
}

static int64_t now_of(const struct call *call)
{
	return call->commands->config.now(call->commands->config.context);
}

static void entered(const struct call *call)
{
	call->commands->config.entered(call->commands->config.context);
}

static bool flag(const struct call *call, const char *key)
{
	return json_is_true(json_object_get(call->request, key));
}

/* --- Commands for the engine --- */

static void refuse_connection(struct call *call, const struct conf_errors *errors)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < errors->count; i++) {
		buffer_clear(&text);
		write_format(&text, "\"%s\": failed to add connection: %s", errors->list[i].where,
			     errors->list[i].text);
		tell(call, CONTROL_FATAL, buffer_text(&text));
	}
	buffer_done(&text);
	end(call, CONTROL_FATAL);
}

static void do_add(struct call *call)
{
	struct conf_errors errors = { 0 };
	struct conf_conn conn;

	if (conf_conn_from_json(json_object_get(call->request, "connection"), &conn, &errors)) {
		ike_engine_add(engine_of(call), &conn, flag(call, "replace"), call->command,
			       now_of(call));
		entered(call);
	} else {
		refuse_connection(call, &errors);
	}
	conf_errors_done(&errors);
}

static void do_delete(struct call *call)
{
	ike_engine_delete(engine_of(call), call->name, call->command, now_of(call));
	entered(call);
}

static void do_up(struct call *call)
{
	ike_engine_up(engine_of(call), call->name, flag(call, "async"), call->command,
		      now_of(call));
	entered(call);
}

/* With `async` the engine works for nobody. */
static void do_down(struct call *call)
{
	bool async = flag(call, "async") && ike_engine_knows(engine_of(call), call->name);

	ike_engine_down(engine_of(call), call->name, async ? 0 : call->command, now_of(call));
	entered(call);
	if (async)
		end(call, CONTROL_OK);
}

static void do_route(struct call *call)
{
	ike_engine_route(engine_of(call), call->name, call->command, now_of(call));
	entered(call);
}

static void do_unroute(struct call *call)
{
	ike_engine_unroute(engine_of(call), call->name, call->command, now_of(call));
	entered(call);
}

static void do_rekey_child(struct call *call)
{
	ike_engine_rekey(engine_of(call), call->name, REKEY_CHILD, call->command, now_of(call));
	entered(call);
}

static void do_rekey_ike(struct call *call)
{
	ike_engine_rekey(engine_of(call), call->name, REKEY_IKE, call->command, now_of(call));
	entered(call);
}

/* --- Commands for the daemon --- */

static void do_listen(struct call *call)
{
	call->commands->config.listen(call->commands->config.context);
	end(call, CONTROL_OK);
}

static void do_ready(struct call *call)
{
	struct pending *p = pending_find(call->commands, call->command);

	if (call->commands->ready)
		end(call, CONTROL_OK);
	else
		p->for_ready = true;
}

static void do_reread_secrets(struct call *call)
{
	call->commands->config.reread_secrets(call->commands->config.context, call->command);
}

static void do_shut_down(struct call *call)
{
	call->commands->config.shut_down(call->commands->config.context, call->command);
}

static void do_version(struct call *call)
{
	struct buffer text = { 0 };

	write_format(&text, "Cygnet %s (IKEv2, kernel interface %s)",
		     call->commands->config.facts.version,
		     call->commands->config.facts.kernel->name);
	tell(call, CONTROL_OK, buffer_text(&text));
	buffer_done(&text);
	end(call, CONTROL_OK);
}

/* --- The end of loading --- */

static void names_done(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(names[i]);
	mem_free(names);
}

void autoall_done(struct autoall *a)
{
	names_done(a->route, a->route_count);
	names_done(a->start, a->start_count);
	*a = (struct autoall) { 0 };
}

static bool are_names(const json_t *list)
{
	const json_t *name;
	size_t i;

	if (!list)
		return true;
	json_array_foreach(list, i, name)
		if (!json_is_string(name) || json_string_length(name) > CONN_NAME_MAX)
			return false;
	return json_is_array(list);
}

static bool names_add(char ***names, size_t *count, const json_t *list)
{
	size_t more = json_array_size(list), i;
	const json_t *name;

	if (*count + more > AUTOALL_NAMES_MAX)
		return false;
	if (more)
		*names = mem_grow(*names, *count + more, sizeof(**names));
	json_array_foreach(list, i, name)
		(*names)[(*count)++] = mem_text(json_string_value(name));
	return true;
}

static void do_autoall_done(struct call *call)
{
	struct commands *c = call->commands;
	const json_t *route = json_object_get(call->request, "route");
	const json_t *start = json_object_get(call->request, "start");

	if (!are_names(route) || !are_names(start)) {
		refuse(call, CONTROL_BAD_REQUEST, "\"route\" and \"start\" are lists of names");
		return;
	}
	if (!names_add(&c->names.route, &c->names.route_count, route) ||
	    !names_add(&c->names.start, &c->names.start_count, start)) {
		refuse(call, CONTROL_BAD_REQUEST, "too many names");
		return;
	}
	if (flag(call, "more")) {
		end(call, CONTROL_OK);
		return;
	}
	c->config.autoall(c->config.context, &c->names, call->command);
	c->names = (struct autoall) { 0 };
}

/* --- What can be seen --- */

static void emit(void *context, json_t *record)
{
	struct shown *shown = context;

	server_send(shown->commands->server, shown->client, record);
}

static void find_device(void *context, const struct address *peer, char out[IF_NAMESIZE])
{
	const struct commands_config *config = &((struct shown *)context)->commands->config;

	config->find_device(config->context, peer, out);
}

static struct status status_of(const struct call *call, struct shown *shown)
{
	*shown = (struct shown) { .commands = call->commands, .client = call->client };
	return (struct status) { .engine = engine_of(call),
				 .facts = &call->commands->config.facts,
				 .now = now_of(call), .emit = emit, .find_device = find_device,
				 .context = shown };
}

static void go_on(struct commands *c, const struct pending *p)
{
	if (status_go_on(p->shown->job, c->config.now(c->config.context)))
		server_call_again(c->server, p->client);
	else if (p->shown->then)
		p->shown->then(c, p->command);
	else
		commands_end(c, p->command, CONTROL_OK);
}

static void on_again(void *context, uint64_t client)
{
	struct commands *c = context;

	for (size_t i = 0; i < c->count; i++)
		if (c->pending[i].client == client && c->pending[i].shown) {
			go_on(c, &c->pending[i]);
			return;
		}
}

static void show_and(const struct call *call, enum status_what what,
		     void (*then)(struct commands *c, uint64_t command))
{
	struct pending *p = pending_find(call->commands, call->command);
	struct status s;

	p->shown = NEW(struct shown);
	s = status_of(call, p->shown);
	p->shown->then = then;
	p->shown->job = status_begin(&s, what, call->name);
	go_on(call->commands, p);
}

static void show(const struct call *call, enum status_what what)
{
	show_and(call, what, NULL);
}

static bool name_is_known(const struct call *call)
{
	struct buffer text = { 0 };

	if (!call->name || ike_engine_knows(engine_of(call), call->name))
		return true;
	write_text(&text, "no connection named \"");
	write_printable(&text, bytes_of_text(call->name), CONN_NAME_MAX);
	write_text(&text, "\"");
	refuse(call, CONTROL_UNKNOWN_NAME, buffer_text(&text));
	buffer_done(&text);
	return false;
}

static void do_status(struct call *call)
{
	show(call, STATUS_EVERYTHING);
}

static void do_trafficstatus(struct call *call)
{
	if (name_is_known(call))
		show(call, STATUS_TRAFFIC);
}

static void do_showstates(struct call *call)
{
	show(call, STATUS_STATES);
}

/* What the keeper has to say comes last. */
static void count_steered(struct commands *c, uint64_t command)
{
	c->config.count_steered(c->config.context, command);
}

static void do_cpus(struct call *call)
{
	show_and(call, STATUS_CPUS, count_steered);
}

static void do_briefstatus(struct call *call)
{
	struct shown shown;
	struct status s = status_of(call, &shown);

	status_brief(&s);
	end(call, CONTROL_OK);
}

static void do_connectionstatus(struct call *call)
{
	if (name_is_known(call))
		show(call, STATUS_CONNECTIONS);
}

/* --- The table --- */

enum name_rule { NO_NAME, MAY_HAVE_NAME, NEEDS_NAME };

static const struct {
	const char *word;
	enum name_rule name;
	void (*handle)(struct call *call);
} table[] = {
	{ "status", NO_NAME, do_status },
	{ "trafficstatus", MAY_HAVE_NAME, do_trafficstatus },
	{ "showstates", NO_NAME, do_showstates },
	{ "cpus", NO_NAME, do_cpus },
	{ "briefstatus", NO_NAME, do_briefstatus },
	{ "connectionstatus", MAY_HAVE_NAME, do_connectionstatus },
	{ "add", NO_NAME, do_add },
	{ "delete", NEEDS_NAME, do_delete },
	{ "up", NEEDS_NAME, do_up },
	{ "down", NEEDS_NAME, do_down },
	{ "route", NEEDS_NAME, do_route },
	{ "unroute", NEEDS_NAME, do_unroute },
	{ "rekey-child", NEEDS_NAME, do_rekey_child },
	{ "rekey-ike", NEEDS_NAME, do_rekey_ike },
	{ "listen", NO_NAME, do_listen },
	{ "ready", NO_NAME, do_ready },
	{ "rereadsecrets", NO_NAME, do_reread_secrets },
	{ "shutdown", NO_NAME, do_shut_down },
	{ "version", NO_NAME, do_version },
	{ "autoall-done", NO_NAME, do_autoall_done },
};

static void refuse_command(const struct call *call, const char *word)
{
	const char *words[ARRAY_LEN(table) + 1] = { NULL }, *nearest;
	struct buffer text = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		words[i] = table[i].word;
	nearest = text_nearest(word, words);
	write_text(&text, "unknown command \"");
	write_printable(&text, bytes_of_text(word), 64);
	write_text(&text, "\"");
	if (nearest)
		write_format(&text, "; did you mean \"%s\"?", nearest);
	refuse(call, CONTROL_BAD_REQUEST, buffer_text(&text));
	buffer_done(&text);
}

static bool take_name(struct call *call, enum name_rule rule)
{
	const json_t *name = json_object_get(call->request, "name");

	if (rule == NO_NAME || (rule == MAY_HAVE_NAME && !name))
		return true;
	call->name = json_string_value(name);
	if (call->name && *call->name && json_string_length(name) <= CONN_NAME_MAX + 20)
		return true;
	refuse(call, CONTROL_BAD_REQUEST, "\"name\" is the name of a connection");
	return false;
}

static void on_request(void *context, uint64_t client, const char *command, const json_t *request)
{
	struct commands *c = context;
	struct call call = { .commands = c, .client = client, .request = request };

	call.command = pending_add(c, client);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (text_equal(table[i].word, command)) {
			if (take_name(&call, table[i].name))
				table[i].handle(&call);
			return;
		}
	refuse_command(&call, command);
}

struct commands *commands_new(const struct commands_config *config,
			      const struct server_config *server)
{
	struct commands *c = NEW(struct commands);
	struct server_config own = *server;

	c->config = *config;
	own.context = c;
	own.on_request = on_request;
	own.on_gone = on_gone;
	own.on_again = on_again;
	c->server = server_new(&own);
	return c;
}

void commands_free(struct commands *c)
{
	if (!c)
		return;
	server_free(c->server);
	while (c->count)
		pending_remove(c, &c->pending[0]);
	autoall_done(&c->names);
	mem_free(c);
}
