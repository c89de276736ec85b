/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <sys/time.h>

#include "base/mem.h"
#include "pluto/loop/clock.h"
#include "pluto/loop/loop.h"

/*
 * libevent's timers stand still while the machine sleeps, our clock does not: so never sleep
 * longer than this without looking at the clock.
 */
#define SLEEP_MAX SECONDS(60)

struct signal_call {
	struct event *event;
	void (*call)(void *context, int signal);
	void *context;
};

struct loop {
	struct event_base *base;
	struct event *timer;
	struct loop_deadline deadline;
	struct signal_call signals[LOOP_SIGNALS_MAX];
	size_t signal_count;
	int code;
};

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	int64_t now = clock_now();

	(void)fd;
	(void)what;
	if (loop->deadline.deadline(loop->deadline.context) <= now)
		loop->deadline.on_time(loop->deadline.context, now);
	loop_arm(loop);
}

/* One thread only, so no locks. */
static struct event_base *base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	assert(config);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(config);
	event_config_free(config);
	assert(base);
	return base;
}

struct loop *loop_new(void)
{
	struct loop *loop = NEW(struct loop);

	loop->base = base_new();
	loop->timer = evtimer_new(loop->base, on_timer, loop);
	assert(loop->timer);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (size_t i = 0; i < loop->signal_count; i++)
		event_free(loop->signals[i].event);
	event_free(loop->timer);
	event_base_free(loop->base);
	mem_free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

void loop_set_deadline(struct loop *loop, const struct loop_deadline *deadline)
{
	loop->deadline = *deadline;
	loop_arm(loop);
}

void loop_arm(struct loop *loop)
{
	int64_t when, wait;
	struct timeval tv;

	if (!loop->deadline.deadline)
		return;
	when = loop->deadline.deadline(loop->deadline.context);
	if (when == TIME_NEVER) {
		evtimer_del(loop->timer);
		return;
	}
	wait = when - clock_now();
	if (wait < 0)
		wait = 0;
	if (wait > SLEEP_MAX)
		wait = SLEEP_MAX;
	tv = (struct timeval) { .tv_sec = wait / SECONDS(1), .tv_usec = wait % SECONDS(1) };
	evtimer_add(loop->timer, &tv);
}

static void on_signal(evutil_socket_t fd, short what, void *context)
{
	struct signal_call *s = context;

	(void)what;
	s->call(s->context, (int)fd);
}

void loop_on_signal(struct loop *loop, int signal, void (*call)(void *context, int signal),
		    void *context)
{
	struct signal_call *s;

	assert(loop->signal_count < LOOP_SIGNALS_MAX);
	s = &loop->signals[loop->signal_count++];
	s->call = call;
	s->context = context;
	s->event = evsignal_new(loop->base, signal, on_signal, s);
	assert(s->event);
	evsignal_add(s->event, NULL);
}

int loop_run(struct loop *loop)
{
	event_base_dispatch(loop->base);
	return loop->code;
}

void loop_stop(struct loop *loop, int code)
{
	loop->code = code;
	event_base_loopbreak(loop->base);
}
