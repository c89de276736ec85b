/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_LOOP_LOOP_H
#define PLUTO_LOOP_LOOP_H

#include <event2/event.h>
#include <stdint.h>

#include "base/must_check.h"

/*
 * One thread's event loop with one timer for whoever keeps deadlines (the engine). After every
 * entry into that one, loop_arm() asks it for its deadline anew.
 */
struct loop;

struct loop_deadline {
	void *context;
	int64_t (*deadline)(void *context); /* loop/clock.h; TIME_NEVER: none */
	void (*on_time)(void *context, int64_t now);
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);
struct event_base *loop_base(struct loop *loop);

void loop_set_deadline(struct loop *loop, const struct loop_deadline *deadline);
void loop_arm(struct loop *loop);

/* Calls back on the loop, not in a signal handler. At most LOOP_SIGNALS_MAX signals. */
enum { LOOP_SIGNALS_MAX = 8 };
void loop_on_signal(struct loop *loop, int signal, void (*call)(void *context, int signal),
		    void *context);

/* Until loop_stop(); gives back what that was told. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int code);

#endif
