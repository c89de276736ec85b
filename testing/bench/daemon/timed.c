/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timed.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

extern const char __executable_start[];

static struct timed nobody_looks;
static struct timed *timed = &nobody_looks;

/* Before privileges are dropped. */
__attribute__((constructor)) static void open_file(void)
{
	const char *path = getenv("CYGNET_TIMED");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	void *page = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*timed)) == 0)
		page = mmap(NULL, sizeof(*timed), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		timed = page;
	if (fd >= 0)
		(void)close(fd);
}

static uint64_t thread_cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void note(uint64_t since, uintptr_t callback)
{
	uint64_t took = thread_cpu() - since;

	timed->calls++;
	if (took <= timed->longest)
		return;
	timed->longest = took;
	timed->at = callback - (uintptr_t)__executable_start;
}

/* --- events --- */

struct event *__real_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn call, void *context);
struct event *__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn call, void *context);

/* Lives as long as the process: events are few. */
struct timed_event {
	event_callback_fn call;
	void *context;
};

static void on_event(evutil_socket_t fd, short what, void *context)
{
	struct timed_event *e = context;
	uint64_t since = thread_cpu();

	e->call(fd, what, e->context);
	note(since, (uintptr_t)e->call);
}

struct event *__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn call, void *context)
{
	struct timed_event *e = NEW(struct timed_event);

	*e = (struct timed_event) { call, context };
	return __real_event_new(base, fd, what, on_event, e);
}

/* --- control clients --- */

void __real_bufferevent_setcb(struct bufferevent *stream, bufferevent_data_cb on_read,
			      bufferevent_data_cb on_written, bufferevent_event_cb on_event,
			      void *context);
void __wrap_bufferevent_setcb(struct bufferevent *stream, bufferevent_data_cb on_read,
			      bufferevent_data_cb on_written, bufferevent_event_cb on_event,
			      void *context);

/* All streams of a daemon have the same two. */
static bufferevent_data_cb read_call, written_call;

static void on_stream_read(struct bufferevent *stream, void *context)
{
	uint64_t since = thread_cpu();

	read_call(stream, context);
	note(since, (uintptr_t)read_call);
}

static void on_stream_written(struct bufferevent *stream, void *context)
{
	uint64_t since = thread_cpu();

	written_call(stream, context);
	note(since, (uintptr_t)written_call);
}

void __wrap_bufferevent_setcb(struct bufferevent *stream, bufferevent_data_cb on_read,
			      bufferevent_data_cb on_written, bufferevent_event_cb on_stream_event,
			      void *context)
{
	read_call = on_read;
	written_call = on_written;
	__real_bufferevent_setcb(stream, on_stream_read, on_stream_written, on_stream_event,
				 context);
}
