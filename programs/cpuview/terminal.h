/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_TERMINAL_H
#define CPUVIEW_TERMINAL_H

#include "base/bytes.h"
#include "base/must_check.h"

/*
 * The terminal, while it shows a picture: another screen, no cursor, keys one by one. One per
 * process. terminal_close() gives it back as it was, and the signals that end a program lead there
 * too, by way of terminal_wait().
 */

/* false: standard input or output is none, or one that cannot do this. */
MUST_CHECK bool terminal_open(void);
void terminal_close(void);

/* Columns and lines, as they are now. */
void terminal_size(uint32_t *width, uint32_t *height);
/* Instead of what was there. Each line ends with a line feed. */
void terminal_show(struct bytes picture);

enum terminal_event {
	TERMINAL_TIME,   /* the time is over */
	TERMINAL_KEY,
	TERMINAL_RESIZED,
	TERMINAL_END     /* a signal, q, Ctrl-C, or the terminal is gone */
};
/* Until client_clock() is `until`. *key: of TERMINAL_KEY. */
enum terminal_event terminal_wait(int64_t until, char *key);
/* Which signal it was that ended it; 0: none. After terminal_close() they may be let in again. */
int terminal_signal(void);
void terminal_let_signals_in(void);

#endif
