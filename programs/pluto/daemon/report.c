/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "pluto/control/records.h"
#include "pluto/daemon/report.h"

#define LINE_COSTS (SECONDS(1) / REPORTS_PER_SECOND)
#define TOKENS_MAX (REPORT_BURST * LINE_COSTS)

static const char *const class_names[REPORT_CLASSES] = {
	[REPORTS_BAD_MESSAGES] = "bad messages",
	[REPORTS_OF_STRANGERS] = "initiators that are not authenticated",
	[REPORTS_OF_PROBLEMS] = "problems",
};

void report_log_init(struct report_log *log, bool debug, int64_t now,
		     void (*line)(const char *format, ...))
{
	*log = (struct report_log) { .debug = debug, .line = line };
	for (int i = 0; i < REPORT_CLASSES; i++)
		log->limits[i] = (struct report_limit) { .tokens = TOKENS_MAX, .updated = now };
}

static void refill(struct report_limit *limit, int64_t now)
{
	limit->tokens += now - limit->updated;
	limit->updated = now;
	if (limit->tokens > TOKENS_MAX)
		limit->tokens = TOKENS_MAX;
}

static void tick(struct report_log *log, enum report_class class_, int64_t now)
{
	struct report_limit *limit = &log->limits[class_];

	refill(limit, now);
	if (!limit->suppressed || limit->tokens < LINE_COSTS)
		return;
	limit->tokens -= LINE_COSTS;
	log->line("%" PRIu64 " more lines about %s were suppressed", limit->suppressed,
		  class_names[class_]);
	limit->suppressed = 0;
}

void report_log_tick(struct report_log *log, int64_t now)
{
	for (int i = 0; i < REPORT_CLASSES; i++)
		tick(log, (enum report_class)i, now);
}

/* The line about suppressed ones comes before the next that is let through. */
static bool admit(struct report_log *log, enum report_class class_, int64_t now)
{
	struct report_limit *limit = &log->limits[class_];

	tick(log, class_, now);
	if (limit->tokens < LINE_COSTS) {
		limit->suppressed++;
		return false;
	}
	limit->tokens -= LINE_COSTS;
	return true;
}

void report_log_limited(struct report_log *log, const char *sentence, int64_t now)
{
	if (admit(log, REPORTS_OF_PROBLEMS, now))
		log->line("%s", sentence);
}

static void write_line(struct report_log *log, const struct ike_report *report)
{
	struct buffer text = { 0 };

	report_write(report, &text);
	log->line("%s%s", report->kind == REPORT_DEBUG ? "| " : "", buffer_text(&text));
	buffer_done(&text);
}

static enum report_class class_of(const struct ike_report *report)
{
	return report->kind == REPORT_HOSTILE ? REPORTS_BAD_MESSAGES : REPORTS_OF_STRANGERS;
}

void report_log_write(struct report_log *log, const struct ike_report *report, int64_t now)
{
	if (report->kind == REPORT_DEBUG && !log->debug)
		return;
	if (!report->stranger || admit(log, class_of(report), now))
		write_line(log, report);
}
