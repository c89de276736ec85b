/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "pluto/daemon/parts.h"

enum { CONNECTIONS_PER_TURN = 32 };

struct beginning {
	struct list link;
	struct autoall names;
	uint64_t command; /* 0: nobody's */
	size_t routed, started;
	bool between;     /* was */
};

static struct beginning *of_link(struct list *link)
{
	return LIST_OBJECT(link, struct beginning, link);
}

static void beginning_free(struct beginning *b)
{
	list_remove(&b->link);
	autoall_done(&b->names);
	mem_free(b);
}

/* Traps are in: what an earlier run left may go, and no packet slips through between. */
static void begin_between(struct daemon *d, const struct beginning *b)
{
	size_t removed;

	if (d->started)
		return;
	removed = kernel_remove_stale(d->kernel);
	if (removed)
		log_line("removed %zu kernel objects of an earlier run", removed);
	d->started = true;
	daemon_say(d, MESSAGE_STARTED, bytes_at(NULL, 0));
	commands_ready(d->commands);
	log_line("ready; connections to start: %zu", b->names.start_count);
}

/* false: all is done. */
static bool begin_one(struct daemon *d, struct beginning *b)
{
	if (b->routed < b->names.route_count) {
		ike_engine_route(d->engine, b->names.route[b->routed++], 0, clock_now());
	} else if (!b->between) {
		b->between = true;
		begin_between(d, b);
	} else if (b->started < b->names.start_count) {
		ike_engine_up(d->engine, b->names.start[b->started++], true, 0, clock_now());
	} else {
		return false;
	}
	return true;
}

static void turn(struct daemon *d)
{
	static const struct timeval at_once = { 0 };
	struct beginning *b = of_link(d->beginnings.next);
	bool more = true;

	for (int i = 0; more && i < CONNECTIONS_PER_TURN; i++)
		more = begin_one(d, b);
	if (!more) {
		commands_end(d->commands, b->command, CONTROL_OK);
		beginning_free(b);
	}
	if (daemon_is_beginning(d))
		evtimer_add(d->begin, &at_once);
	loop_arm(d->loop);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	turn(context);
}

void daemon_make_beginnings(struct daemon *d)
{
	list_init(&d->beginnings);
	d->begin = evtimer_new(loop_base(d->loop), on_turn, d);
}

void daemon_drop_beginnings(struct daemon *d)
{
	if (!d->begin)
		return;
	evtimer_del(d->begin);
	while (daemon_is_beginning(d))
		beginning_free(of_link(d->beginnings.next));
}

void daemon_begin(struct daemon *d, struct autoall *names, uint64_t command)
{
	struct beginning *b = NEW(struct beginning);
	bool waits = daemon_is_beginning(d);

	*b = (struct beginning) { .names = *names, .command = command };
	*names = (struct autoall) { 0 };
	list_append(&d->beginnings, &b->link);
	if (!waits)
		turn(d);
}

bool daemon_is_beginning(const struct daemon *d)
{
	return !list_empty(&d->beginnings);
}
