/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_HANDSHAKE_SHARE_H
#define BENCH_HANDSHAKE_SHARE_H

#include <jansson.h>
#include <stddef.h>

/*
 * What is spent in lib/crypto. Every call from outside goes through here (the linker's --wrap);
 * while it is switched on each is timed in CPU of this thread, without the price of asking for that.
 */
void share_begin(void);
/* Which part of the thread's CPU since share_begin() was spent in calls. Switches it off. */
double share_end(void);
/* Of each function: calls and microseconds, divided by `per`. */
void share_tell(json_t *object, double per);

#endif
