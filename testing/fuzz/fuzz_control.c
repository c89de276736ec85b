/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input as what a control client sends, to the daemon's own handling of requests over an engine
 * that has two connections; and, line by line, as records that whack renders.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "must.h"
#include "pluto/control/commands.h"

enum { INPUT_MAX = 16384, PIECE = 97, LINES_MAX = 32 };

/* --- a server that is only this file: every line is a client --- */

struct server {
	struct server_config config;
	uint64_t clients;
	bool busy[LINES_MAX + 1];
	bool again;  /* the last client's answer goes on */
	size_t records;
};

static struct server *the_server;

static void record_render(const json_t *record)
{
	struct buffer out = { 0 };
	int code;

	for (int prefix = 0; prefix < 2; prefix++) {
		buffer_clear(&out);
		if (control_render(record, prefix != 0, &out))
			for (size_t i = 0; i < out.len; i++)
				must(out.ptr[i] >= ' ' || out.ptr[i] == '\n');
	}
	if (control_result_code(record, &code))
		must(code >= 0 && code <= 255);
	buffer_done(&out);
}

/* What is sent arrives as the same. */
static void record_sent(struct server *server, json_t *record)
{
	struct control_lines lines = { 0 };
	struct buffer out = { 0 };
	json_t *again = NULL;
	char why[160];

	must(json_is_object(record));
	control_write(&out, record);
	control_lines_feed(&lines, buffer_bytes(&out));
	must(control_lines_next(&lines, CONTROL_REPLY_MAX, &again, why, sizeof(why)) ==
	     CONTROL_LINE);
	must(json_equal(again, record));
	record_render(record);
	json_decref(again);
	json_decref(record);
	control_lines_done(&lines);
	buffer_done(&out);
	server->records++;
}

struct server *server_new(const struct server_config *config)
{
	the_server = NEW(struct server);
	the_server->config = *config;
	return the_server;
}

void server_free(struct server *server)
{
	mem_free(server);
}

void server_send(struct server *server, uint64_t client, json_t *record)
{
	must(client <= server->clients);
	record_sent(server, record);
}

void server_send_text(struct server *server, uint64_t client, int class_, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	server_send(server, client, control_text_record((enum control_code)class_, text));
}

void server_call_again(struct server *server, uint64_t client)
{
	must(client == server->clients && server->busy[client] && !server->again);
	server->again = true;
}

void server_end(struct server *server, uint64_t client, int code)
{
	must(client <= server->clients && server->busy[client]);
	server->busy[client] = false;
	server->again = false;
	record_sent(server, control_result((enum control_code)code));
}

/* --- the engine's host: nobody answers --- */

static struct commands *the_commands;

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	(void)context;
	(void)from;
	(void)to;
	(void)message;
}

static void on_submit(void *context, struct crypto_job *job)
{
	(void)context;
	crypto_job_free(job);
}

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		changes[i].result = 0;
}

static void on_random(void *context, uint8_t *out, size_t len)
{
	uint8_t *last = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (*last)++;
}

static void on_report(void *context, const struct ike_report *report)
{
	(void)context;
	commands_report(the_commands, report);
}

static void on_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	must(updown->name != NULL);
}

static void on_done(void *context, uint64_t command, enum control_code code)
{
	(void)context;
	commands_end(the_commands, command, (int)code);
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	(void)context;
	(void)from;
	(void)to;
}

/* --- the daemon --- */

static int64_t on_now(void *context)
{
	(void)context;
	return SECONDS(1000);
}

static void on_nothing(void *context)
{
	(void)context;
}

static void on_command(void *context, uint64_t command)
{
	(void)context;
	commands_end(the_commands, command, CONTROL_OK);
}

static void on_autoall(void *context, struct autoall *names, uint64_t command)
{
	autoall_done(names);
	on_command(context, command);
}

static const char configuration[] =
	"config setup\n"
	"conn a\n left=192.1.2.45\n right=192.1.2.23\n leftsubnet=192.0.1.0/24\n"
	" rightsubnet=192.0.2.0/24\n authby=secret\n clones=2\n"
	"conn b\n left=2001:db8::45\n right=2001:db8::23\n leftid=@west\n authby=secret\n";

static void on_find_device(void *context, const struct address *peer, char out[IF_NAMESIZE])
{
	(void)context;
	must(address_is_set(peer));
	out[0] = '\0';
}

struct daemon {
	struct conf conf;
	struct kernel_facts facts;
	struct ike_engine *engine;
	uint8_t random;
};

static void daemon_start(struct daemon *d)
{
	struct conf_errors errors = { 0 };
	struct address own[2];
	struct commands_config commands = { 0 };

	must(conf_parse("conf", bytes_of_text(configuration), &d->conf, &errors));
	must(address_parse("192.1.2.45", &own[0]) && address_parse("2001:db8::45", &own[1]));
	d->facts = (struct kernel_facts) { .name = "none", .dialect = "none", .possible_cpus = 2,
					   .online_count = 2, .online = { 0, 1 } };
	d->random = 1;
	d->engine = ike_engine_new(&(struct ike_engine_config) {
		.setup = &d->conf.setup,
		.facts = &d->facts,
		.host = { .context = &d->random, .send = on_send, .submit = on_submit,
			  .kernel = on_kernel, .random = on_random, .report = on_report,
			  .updown = on_updown, .command_done = on_done,
			  .keepalive = on_keepalive },
	}, SECONDS(1000));
	commands.engine = d->engine;
	commands.facts = (struct daemon_facts) { .version = "1", .config = "c", .rundir = "r",
						 .secretsfile = "s", .nssdir = "n",
						 .setup = &d->conf.setup, .kernel = &d->facts };
	commands.now = on_now;
	commands.find_device = on_find_device;
	commands.count_steered = on_command;
	commands.entered = on_nothing;
	commands.listen = on_nothing;
	commands.reread_secrets = on_command;
	commands.shut_down = on_command;
	commands.autoall = on_autoall;
	the_commands = commands_new(&commands, &(struct server_config) { .fd = -1 });
	for (size_t i = 0; i < d->conf.count; i++)
		ike_engine_add(d->engine, &d->conf.conns[i], false, 0, SECONDS(1000));
	ike_engine_set_addresses(d->engine, own, 2, SECONDS(1000));
}

static void daemon_end(struct daemon *d)
{
	for (uint64_t i = 1; i <= the_server->clients; i++)
		if (the_server->busy[i])
			the_server->config.on_gone(the_server->config.context, i);
	while (!ike_engine_shutdown(d->engine, 0, SECONDS(1000)))
		;
	ike_engine_free(d->engine);
	commands_free(the_commands);
	conf_done(&d->conf);
}

/* --- a run --- */

static void try_request(const json_t *request)
{
	const char *command;

	record_render(request);
	if (control_request_check(request, &command) != NULL)
		return;
	the_server->busy[++the_server->clients] = true;
	the_server->config.on_request(the_server->config.context, the_server->clients, command,
				      request);
	while (the_server->again) {
		the_server->again = false;
		the_server->config.on_again(the_server->config.context, the_server->clients);
	}
}

/* As a client's bytes come: in pieces, each line taken out before more is fed. */
static void try_lines(struct bytes input)
{
	struct control_lines lines = { 0 };
	json_t *request;
	char why[160];

	for (size_t at = 0; at < input.len; at += PIECE) {
		enum control_status status = CONTROL_LINE;
		size_t len = input.len - at < PIECE ? input.len - at : PIECE;

		control_lines_feed(&lines, bytes_at(input.ptr + at, len));
		while (status != CONTROL_MORE && the_server->clients < LINES_MAX) {
			status = control_lines_next(&lines, CONTROL_REQUEST_MAX, &request, why,
						    sizeof(why));
			must(status != CONTROL_TOO_LONG);
			if (status == CONTROL_LINE) {
				try_request(request);
				json_decref(request);
			}
		}
	}
	control_lines_done(&lines);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char why[160];

	(void)argc;
	(void)argv;
	must(crypto_start(NULL, why, sizeof(why)) != CRYPTO_NOT_STARTED);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct daemon daemon = { .random = 0 };

	if (size > INPUT_MAX)
		return 0;
	daemon_start(&daemon);
	try_lines(bytes_at(data, size));
	daemon_end(&daemon);
	return 0;
}
