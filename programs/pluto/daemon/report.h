/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_REPORT_H
#define PLUTO_DAEMON_REPORT_H

#include "ike/host.h"

/*
 * The engine's reports as lines of the log. What strangers can cause at will is limited: a burst,
 * then so many a second, and one line that says how many more there were. Bad messages do not
 * count against initiators that are refused, nor those against our own problems.
 */
enum { REPORT_BURST = 50, REPORTS_PER_SECOND = 5 };

enum report_class { REPORTS_BAD_MESSAGES, REPORTS_OF_STRANGERS, REPORTS_OF_PROBLEMS,
		    REPORT_CLASSES };

struct report_limit {
	int64_t tokens, updated; /* microseconds' worth of lines, and when that was counted */
	uint64_t suppressed;
};

struct report_log {
	bool debug;              /* REPORT_DEBUG too */
	struct report_limit limits[REPORT_CLASSES];
	void (*line)(const char *format, ...);
};

void report_log_init(struct report_log *log, bool debug, int64_t now,
		     void (*line)(const char *format, ...));
void report_log_write(struct report_log *log, const struct ike_report *report, int64_t now);
/* A sentence that others than the engine have to say, under the same limit. */
void report_log_limited(struct report_log *log, const char *sentence, int64_t now);
/* Says how many were suppressed, when lines may be written again; to be called now and then. */
void report_log_tick(struct report_log *log, int64_t now);

#endif
