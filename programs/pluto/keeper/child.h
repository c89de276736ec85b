/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_CHILD_H
#define PLUTO_KEEPER_CHILD_H

#include <event2/event.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/must_check.h"

/*
 * Short-lived children of the keeper: each in a process group of its own, with a time limit, with
 * nothing open but /dev/null and one pipe for what it prints.
 */
struct children {
	struct event_base *base;
	struct list list;
};

struct child_config {
	/* In the child, whose standard output and error are the pipe; gives its exit status. */
	int (*run)(const void *argument);
	const void *argument;
	int seconds; /* then it is killed */
	void *context;
	void (*on_output)(void *context, struct bytes output);
	/* As waitpid() tells it; all output came before. */
	void (*on_end)(void *context, int wait_status);
};

void children_init(struct children *children, struct event_base *base);
void children_done(struct children *children); /* kills them; no callbacks */

/* -errno: could not be started, nothing will be called. */
MUST_CHECK int child_start(struct children *children, const struct child_config *config);
/* To be called on SIGCHLD. */
void children_reap(struct children *children);

/* "exit status 3", "killed by signal 9"; "" for success. */
const char *wait_status_print(int wait_status, char *out, size_t size);

/*
 * In a child: signals as in a new process, only descriptors 0 to 2 and those of the (ascending)
 * list stay open.
 */
void process_clean(const int *keep, size_t count);

/* Splits output into lines and calls back for each; a rest without an end waits. */
enum { OUTPUT_LINE_MAX = 1000 };
struct output_lines {
	char text[OUTPUT_LINE_MAX + 1];
	size_t len;
};
void output_feed(struct output_lines *lines, struct bytes output,
		 void (*line)(void *context, const char *text), void *context);
void output_finish(struct output_lines *lines, void (*line)(void *context, const char *text),
		   void *context);

#endif
