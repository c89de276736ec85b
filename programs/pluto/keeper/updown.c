/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/table.h"
#include "pluto/keeper/updown.h"

struct command {
	struct table_link link;
	char *name, *text;
};

/* One run: the command as it was when it was asked for. */
struct run {
	struct list link;
	char *name, *command;
	char **environment;
};

struct updowns {
	struct children *children;
	void (*log)(const char *format, ...);
	struct table commands;
	struct list queue;
	size_t waiting;
	struct run *running; /* at most one: the order is kept */
	struct output_lines lines;
};

static bool command_matches(const struct table_link *link, struct bytes key)
{
	return bytes_equal(bytes_of_text(TABLE_OBJECT(link, struct command, link)->name), key);
}

struct updowns *updowns_new(struct children *children, void (*log)(const char *format, ...))
{
	struct updowns *u = NEW(struct updowns);
	uint8_t seed[16] = { 0 };
	/* Names come from root: a seed that is not random would do no harm. */
	ssize_t got = getrandom(seed, sizeof(seed), 0);

	(void)got;
	u->children = children;
	u->log = log;
	table_init(&u->commands, seed, command_matches);
	list_init(&u->queue);
	return u;
}

static void command_free(struct command *c)
{
	mem_free(c->name);
	mem_free(c->text);
	mem_free(c);
}

static void run_free(struct run *r)
{
	mem_free(r->name);
	mem_free(r->command);
	updown_environment_free(r->environment);
	mem_free(r);
}

static void drop_command(void *context, struct table_link *link)
{
	table_remove(context, link);
	command_free(TABLE_OBJECT(link, struct command, link));
}

void updowns_free(struct updowns *u)
{
	if (!u)
		return;
	table_each(&u->commands, drop_command, &u->commands);
	table_done(&u->commands);
	LIST_FOR_EACH(link, &u->queue) {
		list_remove(link);
		run_free(LIST_OBJECT(link, struct run, link));
	}
	if (u->running)
		run_free(u->running);
	mem_free(u);
}

static struct command *command_find(struct updowns *u, const char *name)
{
	struct table_link *link = table_find(&u->commands, bytes_of_text(name));

	return link ? TABLE_OBJECT(link, struct command, link) : NULL;
}

const char *updown_register(struct updowns *u, const char *name, const char *command)
{
	struct command *c = command_find(u, name);

	if (!*name || strlen(name) > CONN_NAME_MAX)
		return "a connection's name has 1 to 128 characters";
	if (command && (!*command || strlen(command) > UPDOWN_COMMAND_MAX))
		return "an updown command has 1 to 4096 characters";
	if (command && !c && u->commands.count >= UPDOWN_NAMES_MAX)
		return "too many updown commands";
	if (c)
		drop_command(&u->commands, &c->link);
	if (!command)
		return NULL;
	c = NEW(struct command);
	c->name = mem_text(name);
	c->text = mem_text(command);
	table_add(&u->commands, bytes_of_text(c->name), &c->link);
	return NULL;
}

static int run_in_child(const void *argument)
{
	const struct run *r = argument;

	execle("/bin/sh", "sh", "-c", r->command, NULL, r->environment);
	return 127;
}

static void on_line(void *context, const char *text)
{
	struct updowns *u = context;

	u->log("\"%s\": updown: %s", u->running->name, text);
}

static void on_output(void *context, struct bytes output)
{
	struct updowns *u = context;

	output_feed(&u->lines, output, on_line, u);
}

static void start_next(struct updowns *u);

static void on_end(void *context, int wait_status)
{
	struct updowns *u = context;
	char text[64];

	output_finish(&u->lines, on_line, u);
	if (wait_status)
		u->log("\"%s\": updown command failed: %s", u->running->name,
		       wait_status_print(wait_status, text, sizeof(text)));
	run_free(u->running);
	u->running = NULL;
	start_next(u);
}

static void start_next(struct updowns *u)
{
	while (!u->running && !list_empty(&u->queue)) {
		struct run *r = LIST_OBJECT(u->queue.next, struct run, link);
		struct child_config config = {
			.run = run_in_child, .argument = r, .seconds = UPDOWN_SECONDS,
			.context = u, .on_output = on_output, .on_end = on_end
		};
		int failed;

		list_remove(&r->link);
		u->waiting--;
		u->running = r;
		failed = child_start(u->children, &config);
		if (failed) {
			u->log("\"%s\": updown command not run: %s", r->name, strerror(-failed));
			u->running = NULL;
			run_free(r);
		}
	}
}

void updown_run(struct updowns *u, const struct ike_updown *updown)
{
	struct command *c = command_find(u, updown->name);
	struct run *r;

	if (!c)
		return;
	if (u->waiting >= UPDOWN_QUEUE_MAX) {
		u->log("\"%s\": updown command not run: too many are waiting", updown->name);
		return;
	}
	r = NEW(struct run);
	r->name = mem_text(c->name);
	r->command = mem_text(c->text);
	r->environment = updown_environment(updown);
	list_append(&u->queue, &r->link);
	u->waiting++;
	start_next(u);
}

size_t updown_waiting(const struct updowns *u)
{
	return u->waiting + (u->running ? 1 : 0);
}
