/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports as lines of the log, and how strangers are kept from filling it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pluto/daemon/log.h"
#include "pluto/daemon/report.h"

static size_t lines;
static char last[256];

static void take_line(const char *format, ...) PRINTF_LIKE(1, 2);

static void take_line(const char *format, ...)
{
	va_list args;

	lines++;
	va_start(args, format);
	vsnprintf(last, sizeof(last), format, args);
	va_end(args);
}

static struct report_log log_new(bool debug)
{
	struct report_log log;

	lines = 0;
	report_log_init(&log, debug, 0, take_line);
	return log;
}

static void a_line_has_name_and_serial_in_front(void **state)
{
	static const struct {
		const char *name;
		uint32_t serial;
		const char *line;
	} cases[] = {
		{ "conn-0", 2, "\"conn-0\" #2: text" },
		{ "conn", 0, "\"conn\": text" },
		{ "conn-1[2] 192.1.3.33", 7, "\"conn-1\"[2] 192.1.3.33 #7: text" },
		{ NULL, 7, "#7: text" },
		{ NULL, 0, "text" },
	};
	struct report_log log = log_new(false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ike_report r = { .kind = REPORT_PROGRESS, .name = cases[i].name,
					.serial = cases[i].serial, .text = "text" };

		report_log_write(&log, &r, 0);
		assert_string_equal(last, cases[i].line);
	}
}

static void debug_lines_come_only_where_they_are_wanted(void **state)
{
	struct ike_report r = { .kind = REPORT_DEBUG, .text = "text" };
	struct report_log quiet = log_new(false), loud;

	(void)state;
	report_log_write(&quiet, &r, 0);
	assert_int_equal(lines, 0);
	loud = log_new(true);
	report_log_write(&loud, &r, 0);
	assert_string_equal(last, "| text");
}

static void strangers_get_a_burst_and_then_so_many_a_second(void **state)
{
	struct ike_report hostile = { .kind = REPORT_HOSTILE, .stranger = true,
				      .text = "bad datagram" };
	struct report_log log = log_new(false);

	(void)state;
	for (int i = 0; i < 100000; i++)
		report_log_write(&log, &hostile, SECONDS(1));
	assert_int_equal(lines, REPORT_BURST);
	report_log_tick(&log, SECONDS(2));
	assert_int_equal(lines, REPORT_BURST + 1);
	assert_string_equal(last, "99950 more lines about bad messages were suppressed");
	for (int i = 0; i < 100000; i++)
		report_log_write(&log, &hostile, SECONDS(2));
	assert_int_equal(lines, REPORT_BURST + REPORTS_PER_SECOND);
}

/* A flood of one kind hides neither the others nor anybody who is known. */
static void each_class_has_a_limit_of_its_own(void **state)
{
	struct endpoint peer = { .port = 500 };
	struct ike_report hostile = { .kind = REPORT_HOSTILE, .stranger = true, .text = "bad" };
	struct ike_report refused = { .kind = REPORT_REFUSED, .peer = &peer, .name = "conn",
				      .stranger = true, .text = "refused" };
	struct ike_report known = { .kind = REPORT_REFUSED, .peer = &peer, .name = "conn",
				    .text = "refused" };
	struct report_log log = log_new(false);

	(void)state;
	for (int i = 0; i < 1000; i++)
		report_log_write(&log, &hostile, 0);
	assert_int_equal(lines, REPORT_BURST);
	for (int i = 0; i < 1000; i++)
		report_log_write(&log, &refused, 0);
	assert_int_equal(lines, 2 * REPORT_BURST);
	for (int i = 0; i < 1000; i++)
		report_log_limited(&log, "sending failed", 0);
	assert_int_equal(lines, 3 * REPORT_BURST);
	for (int i = 0; i < 1000; i++)
		report_log_write(&log, &known, 0);
	assert_int_equal(lines, 3 * REPORT_BURST + 1000);
	lines = 0;
	report_log_tick(&log, SECONDS(10));
	assert_int_equal(lines, REPORT_CLASSES);
}

static void read_back(int fd, char *out, size_t size)
{
	ssize_t got = read(fd, out, size - 1);

	out[got > 0 ? got : 0] = 0;
}

static void a_line_of_the_file_has_the_time_and_no_control_characters(void **state)
{
	int ends[2], month_len = 3;
	char got[LOG_LINE_MAX + 2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	log_to_fd(ends[1], true);
	log_line("%s", "one\ntwo\x1b[1m");
	log_to_fd(STDERR_FILENO, false);
	read_back(ends[0], got, sizeof(got));
	/* Nov 22 15:30:13.123456: */
	assert_int_equal(strcspn(got, " "), month_len);
	assert_string_equal(got + 22, ": one?two?[1m\n");
	close(ends[0]);
	close(ends[1]);
}

static void a_line_that_is_too_long_is_cut_and_a_full_disk_hurts_nobody(void **state)
{
	int ends[2];
	char much[2 * LOG_LINE_MAX], got[2 * LOG_LINE_MAX];
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = 0;
	assert_int_equal(pipe(ends), 0);
	log_to_fd(ends[1], false);
	log_line("%s", much);
	read_back(ends[0], got, sizeof(got));
	assert_int_equal(strlen(got), LOG_LINE_MAX);
	assert_int_equal(got[LOG_LINE_MAX - 1], '\n');
	assert_non_null(full);
	log_to_fd(fileno(full), false);
	log_line("nothing");
	log_to_fd(STDERR_FILENO, false);
	fclose(full);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_name_and_serial_in_front),
		cmocka_unit_test(debug_lines_come_only_where_they_are_wanted),
		cmocka_unit_test(strangers_get_a_burst_and_then_so_many_a_second),
		cmocka_unit_test(each_class_has_a_limit_of_its_own),
		cmocka_unit_test(a_line_of_the_file_has_the_time_and_no_control_characters),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_a_full_disk_hurts_nobody),
	};

	return cmocka_run_group_tests_name("daemon_report", tests, NULL, NULL);
}
