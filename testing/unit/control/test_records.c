/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and records: what is written, and which requests are requests. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "control/control.h"

static const struct {
	const char *what, *request;
	const char *command; /* NULL: refused */
} requests[] = {
	{ "a request", "{\"v\":1,\"command\":\"up\",\"name\":\"a\"}", "up" },
	{ "unknown keys are let be", "{\"command\":\"status\",\"v\":1,\"colour\":[]}", "status" },
	{ "no version", "{\"command\":\"up\"}", NULL },
	{ "another version", "{\"v\":2,\"command\":\"up\"}", NULL },
	{ "a version in quotes", "{\"v\":\"1\",\"command\":\"up\"}", NULL },
	{ "a version with a fraction", "{\"v\":1.0,\"command\":\"up\"}", NULL },
	{ "no command", "{\"v\":1}", NULL },
	{ "an empty command", "{\"v\":1,\"command\":\"\"}", NULL },
	{ "a command that is a number", "{\"v\":1,\"command\":4}", NULL },
};

static void only_requests_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		json_t *request = json_loads(requests[i].request, 0, NULL);
		const char *command = NULL, *why = control_request_check(request, &command);

		print_message("%s\n", requests[i].what);
		assert_true((why == NULL) == (requests[i].command != NULL));
		if (requests[i].command)
			assert_string_equal(command, requests[i].command);
		else
			assert_null(command);
		json_decref(request);
	}
}

static void written(json_t *record, const char *expected)
{
	struct buffer out = { 0 };

	control_write(&out, record);
	assert_string_equal(buffer_text(&out), expected);
	buffer_done(&out);
	json_decref(record);
}

static void a_record_is_one_line_whatever_is_in_it(void **state)
{
	(void)state;
	written(control_text_record(CONTROL_ESTABLISHED, "up\nand \"running\""),
		"{\"class\":4,\"text\":\"up\\nand \\\"running\\\"\"}\n");
	written(control_text_record(CONTROL_LOG, "id \xff\xe4"),
		"{\"class\":2,\"text\":\"id \\\\xff\\\\xe4\"}\n");
	written(control_result(CONTROL_UNKNOWN_NAME), "{\"result\":21}\n");
}

static bool code_of(const char *text, int *code)
{
	json_t *record = json_loads(text, 0, NULL);
	bool is_result = control_result_code(record, code);

	json_decref(record);
	return is_result;
}

static void a_result_is_told_from_other_records(void **state)
{
	int code = -7;

	(void)state;
	assert_false(code_of("{\"class\":0,\"text\":\"result\"}", &code));
	assert_false(code_of("{\"result\":\"0\"}", &code));
	assert_int_equal(code, -7);
	assert_true(code_of("{\"result\":0}", &code));
	assert_int_equal(code, 0);
	assert_true(code_of("{\"result\":56}", &code));
	assert_int_equal(code, 56);
	assert_true(code_of("{\"result\":4294967296}", &code));
	assert_int_equal(code, CONTROL_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_requests_pass),
		cmocka_unit_test(a_record_is_one_line_whatever_is_in_it),
		cmocka_unit_test(a_result_is_told_from_other_records),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
