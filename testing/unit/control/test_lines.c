/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framing: what a hostile or careless client may send, and what becomes of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "control/control.h"

static char why[200];

static enum control_status next(struct control_lines *lines, json_t **out)
{
	return control_lines_next(lines, CONTROL_REQUEST_MAX, out, why, sizeof(why));
}

static enum control_status status_of(struct bytes line)
{
	struct control_lines lines = { 0 };
	json_t *object = NULL;
	enum control_status status;

	control_lines_feed(&lines, line);
	control_lines_feed(&lines, bytes_of_text("\n"));
	status = next(&lines, &object);
	assert_true((status == CONTROL_LINE) == (object != NULL));
	json_decref(object);
	control_lines_done(&lines);
	return status;
}

#define TEXT(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	const char *what;
	struct bytes in;
	enum control_status status;
} cases[] = {
	{ "an object", TEXT("{\"v\":1}"), CONTROL_LINE },
	{ "an empty object with blanks and a carriage return", TEXT(" { } \r"), CONTROL_LINE },
	{ "eight levels", TEXT("{\"a\":[[[[[[[1]]]]]]]}"), CONTROL_LINE },
	{ "nine levels", TEXT("{\"a\":[[[[[[[[1]]]]]]]]}"), CONTROL_NOT_JSON },
	{ "brackets inside strings nest nothing", TEXT("{\"a\":\"[[[[[[[[[[\\\"[[[\"}"),
	  CONTROL_LINE },
	{ "closing brackets in front do not buy depth", TEXT("]]]]]]]]]]{\"a\":1}"),
	  CONTROL_NOT_JSON },
	{ "an array", TEXT("[1]"), CONTROL_NOT_JSON },
	{ "a number", TEXT("1"), CONTROL_NOT_JSON },
	{ "nothing", TEXT(""), CONTROL_NOT_JSON },
	{ "two objects", TEXT("{}{}"), CONTROL_NOT_JSON },
	{ "half an object", TEXT("{\"a\":"), CONTROL_NOT_JSON },
	{ "a string without end", TEXT("{\"a"), CONTROL_NOT_JSON },
	{ "a backslash at the end", TEXT("{\"a\\"), CONTROL_NOT_JSON },
	{ "the same key twice", TEXT("{\"a\":1,\"a\":1}"), CONTROL_NOT_JSON },
	{ "the same key twice, deeper", TEXT("{\"b\":{\"a\":1,\"a\":2}}"), CONTROL_NOT_JSON },
	{ "a NUL byte", TEXT("{\"a\":1}\0"), CONTROL_NOT_JSON },
	{ "a NUL byte in a string", TEXT("{\"a\":\"b\0c\"}"), CONTROL_NOT_JSON },
	{ "an escaped NUL", TEXT("{\"a\":\"b\\u0000c\"}"), CONTROL_NOT_JSON },
	{ "Latin-1", TEXT("{\"a\":\"\xe4\"}"), CONTROL_NOT_JSON },
	{ "an overlong UTF-8 form", TEXT("{\"a\":\"\xc0\xaf\"}"), CONTROL_NOT_JSON },
	{ "half a surrogate pair", TEXT("{\"a\":\"\\ud800\"}"), CONTROL_NOT_JSON },
	{ "UTF-8", TEXT("{\"a\":\"\xc3\xa4\"}"), CONTROL_LINE },
	{ "an integer beyond 64 bits", TEXT("{\"a\":99999999999999999999}"), CONTROL_NOT_JSON },
	{ "a number beyond a double", TEXT("{\"a\":1e999}"), CONTROL_NOT_JSON },
};

static void each_line_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(status_of(cases[i].in), cases[i].status);
	}
}

static void every_prefix_of_a_request_waits_for_more(void **state)
{
	const char *request = "{\"v\":1,\"command\":\"up\",\"name\":\"a\"}\n";

	(void)state;
	for (size_t len = 0; len < strlen(request); len++) {
		struct control_lines lines = { 0 };
		json_t *object = NULL;

		control_lines_feed(&lines, bytes_at(request, len));
		assert_int_equal(next(&lines, &object), CONTROL_MORE);
		control_lines_feed(&lines, bytes_of_text(request + len));
		assert_int_equal(next(&lines, &object), CONTROL_LINE);
		assert_string_equal(json_string_value(json_object_get(object, "name")), "a");
		json_decref(object);
		assert_int_equal(next(&lines, &object), CONTROL_MORE);
		control_lines_done(&lines);
	}
}

static void a_bad_line_does_not_spoil_the_next(void **state)
{
	struct control_lines lines = { 0 };
	json_t *object = NULL;

	(void)state;
	control_lines_feed(&lines, bytes_of_text("garbage \033[2J\n{\"a\":7}\n{\"b\""));
	assert_int_equal(next(&lines, &object), CONTROL_NOT_JSON);
	assert_null(strchr(why, '\033'));
	assert_true(strlen(why) > 0);
	assert_int_equal(next(&lines, &object), CONTROL_LINE);
	assert_int_equal(json_integer_value(json_object_get(object, "a")), 7);
	json_decref(object);
	assert_int_equal(next(&lines, &object), CONTROL_MORE);
	control_lines_done(&lines);
}

static void a_line_of_exactly_the_limit_is_taken_and_one_more_byte_is_not(void **state)
{
	struct control_lines lines = { 0 };
	json_t *object = NULL;
	char text[64];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{}", 2);
	text[20] = '\n';
	control_lines_feed(&lines, bytes_at(text, 21));
	assert_int_equal(control_lines_next(&lines, 20, &object, why, sizeof(why)), CONTROL_LINE);
	json_decref(object);
	control_lines_feed(&lines, bytes_at(text, 20));
	assert_int_equal(control_lines_next(&lines, 20, &object, why, sizeof(why)), CONTROL_MORE);
	control_lines_feed(&lines, bytes_of_text(" "));
	assert_int_equal(control_lines_next(&lines, 20, &object, why, sizeof(why)),
			 CONTROL_TOO_LONG);
	control_lines_done(&lines);
	control_lines_feed(&lines, bytes_of_text("{}                  \n{}\n"));
	assert_int_equal(control_lines_next(&lines, 19, &object, why, sizeof(why)),
			 CONTROL_TOO_LONG);
	control_lines_done(&lines);
}

static void sixteen_megabytes_without_an_end_are_too_long(void **state)
{
	static uint8_t block[65536];
	struct control_lines lines = { 0 };
	json_t *object = NULL;
	size_t fed = 0;

	(void)state;
	memset(block, 'x', sizeof(block));
	while (next(&lines, &object) == CONTROL_MORE) {
		control_lines_feed(&lines, bytes_at(block, sizeof(block)));
		fed += sizeof(block);
		assert_true(fed <= CONTROL_REQUEST_MAX + sizeof(block));
	}
	control_lines_done(&lines);

	for (fed = 0; fed < CONTROL_REPLY_MAX; fed += sizeof(block)) {
		control_lines_feed(&lines, bytes_at(block, sizeof(block)));
		assert_int_equal(control_lines_next(&lines, CONTROL_REPLY_MAX, &object, why,
						    sizeof(why)), CONTROL_MORE);
	}
	control_lines_feed(&lines, bytes_at(block, 1));
	assert_int_equal(control_lines_next(&lines, CONTROL_REPLY_MAX, &object, why, sizeof(why)),
			 CONTROL_TOO_LONG);
	control_lines_done(&lines);
}

/* Quadratic work would take minutes here. */
static void a_flood_of_empty_lines_costs_linear_time_and_little_memory(void **state)
{
	static uint8_t block[128 * 1024];
	struct control_lines lines = { 0 };
	json_t *object = NULL;
	size_t seen = 0;

	(void)state;
	memset(block, '\n', sizeof(block));
	for (int i = 0; i < 4; i++) {
		control_lines_feed(&lines, bytes_at(block, sizeof(block)));
		while (next(&lines, &object) == CONTROL_NOT_JSON)
			seen++;
		assert_true(lines.buffer.capacity <= 4 * sizeof(block));
	}
	assert_int_equal(seen, 4 * sizeof(block));
	control_lines_done(&lines);
}

static void deep_nesting_is_refused_before_anything_is_built(void **state)
{
	size_t len = CONTROL_REQUEST_MAX - 1;
	uint8_t *text = mem_new(len);

	(void)state;
	memset(text, '[', len);
	assert_int_equal(status_of(bytes_at(text, len)), CONTROL_NOT_JSON);
	assert_string_equal(why, "nested deeper than 8");
	mem_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_has_its_verdict),
		cmocka_unit_test(every_prefix_of_a_request_waits_for_more),
		cmocka_unit_test(a_bad_line_does_not_spoil_the_next),
		cmocka_unit_test(a_line_of_exactly_the_limit_is_taken_and_one_more_byte_is_not),
		cmocka_unit_test(sixteen_megabytes_without_an_end_are_too_long),
		cmocka_unit_test(a_flood_of_empty_lines_costs_linear_time_and_little_memory),
		cmocka_unit_test(deep_nesting_is_refused_before_anything_is_built),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
