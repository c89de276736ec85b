/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_LOG_H
#define PLUTO_DAEMON_LOG_H

#include <stdbool.h>

#include "base/must_check.h"

/*
 * The log of this process, one line per call. Whatever happens to the place where it goes (a full
 * disk), nobody waits and nobody fails. Control characters of a line come out as '?'.
 */
enum { LOG_LINE_MAX = 4096 };

void log_to_fd(int fd, bool with_time); /* borrowed; the process starts with stderr without time */
void log_to_syslog(void);
void log_line(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
