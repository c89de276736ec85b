/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_HANDSHAKE_SHARE_H
#define BENCH_HANDSHAKE_SHARE_H

#include <jansson.h>
#include <stddef.h>

/*
 * What is spent in lib/crypto. Every call from outside goes through here (the linker's --wrap);
 * while it is switched on each is timed by the wall clock, whose own price is taken off.
 */
void share_begin(void);
/* Seconds since share_begin() in all calls. Switches it off. */
double share_end(void);
/* Of each function: calls and microseconds, divided by `per`. */
void share_tell(json_t *object, double per);

#endif
