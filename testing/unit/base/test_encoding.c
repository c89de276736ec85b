/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct row {
	const char *text, *bytes;
	size_t len;
};

static void assert_decoded(bool (*decode)(const char *text, struct buffer *out),
			   const struct row *row)
{
	struct buffer b = { 0 };

	write_text(&b, "ab");
	assert_true(decode(row->text, &b));
	assert_int_equal(b.len, row->len + 2);
	assert_memory_equal(b.ptr, "ab", 2);
	assert_memory_equal(b.ptr + 2, row->bytes, row->len);
	buffer_done(&b);
}

static void assert_refused(bool (*decode)(const char *text, struct buffer *out), const char *text)
{
	struct buffer b = { 0 };

	write_text(&b, "ab");
	assert_false(decode(text, &b));
	assert_string_equal(buffer_text(&b), "ab");
	buffer_done(&b);
}

static void hex_is_read_in_both_cases_with_underscores_between(void **state)
{
	static const struct row rows[] = {
		{ "", "", 0 },
		{ "00", "\0", 1 },
		{ "0123456789abcdef", "\x01\x23\x45\x67\x89\xab\xcd\xef", 8 },
		{ "ABCDEFabcdef", "\xab\xcd\xef\xab\xcd\xef", 6 },
		{ "ff_fe_fd", "\xff\xfe\xfd", 3 },
		{ "f_f", "\xff", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_decoded(hex_decode, &rows[i]);
}

static void what_is_not_hex_is_refused(void **state)
{
	static const char *const rows[] = {
		"0",   "012", "0g", "g0",   "0x12",   " 12",  "12 ",	"_12",
		"12_", "_",   "-1", "1__2", "12__34", "12_3", "12\x80",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_refused(hex_decode, rows[i]);
}

static void hex_survives_the_round_trip(void **state)
{
	struct buffer text = { 0 }, back = { 0 };
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	write_hex(&text, BYTES_OF(all));
	assert_int_equal(text.len, 512);
	assert_memory_equal(text.ptr + 2 * 0x9a, "9a9b9c9d9e9fa0", 14);
	assert_true(hex_decode(buffer_text(&text), &back));
	assert_true(bytes_equal(buffer_bytes(&back), BYTES_OF(all)));
	buffer_clear(&text);
	write_hex(&text, bytes_at(NULL, 0));
	assert_int_equal(text.len, 0);
	buffer_done(&text);
	buffer_done(&back);
}

static void base64_vectors_of_rfc_4648(void **state)
{
	static const struct row rows[] = {
		{ "", "", 0 },
		{ "Zg==", "f", 1 },
		{ "Zm8=", "fo", 2 },
		{ "Zm9v", "foo", 3 },
		{ "Zm9vYg==", "foob", 4 },
		{ "Zm9vYmE=", "fooba", 5 },
		{ "Zm9vYmFy", "foobar", 6 },
		{ "AAAA", "\0\0\0", 3 },
		{ "////", "\xff\xff\xff", 3 },
		{ "+/+/", "\xfb\xff\xbf", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_decoded(base64_decode, &rows[i]);
}

static void what_is_not_base64_is_refused(void **state)
{
	static const char *const rows[] = {
		"=",    "==",    "===",  "====",     "Z===",     "Zg",    "Zg=",  "Zm8",  "Zm9vY",
		"Zg==Zg==", "Zm8=Zg==", "Zg==\n", "Z g=", "Zm9 ",  "Zm9-",  "Zm9_",  "Zm=v", "=m9v",
		"Zh==", /* pad bits set */
		"Zm9=", /* the same */
		"Zg==Zm9v", "Zm9\x80",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_refused(base64_decode, rows[i]);
}

static void every_base64_prefix_is_refused_unless_it_is_whole(void **state)
{
	static const char whole[] = "Zm9vYmFyZm9vYg==";

	(void)state;
	for (size_t len = 1; len < sizeof(whole) - 1; len++) {
		char cut[sizeof(whole)];

		snprintf(cut, sizeof(cut), "%.*s", (int)len, whole);
		if (len == 4 || len == 8 || len == 12)
			assert_decoded(base64_decode,
				       &(struct row) { cut, "foobarfoo", len / 4 * 3 });
		else
			assert_refused(base64_decode, cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_is_read_in_both_cases_with_underscores_between),
		cmocka_unit_test(what_is_not_hex_is_refused),
		cmocka_unit_test(hex_survives_the_round_trip),
		cmocka_unit_test(base64_vectors_of_rfc_4648),
		cmocka_unit_test(what_is_not_base64_is_refused),
		cmocka_unit_test(every_base64_prefix_is_refused_unless_it_is_whole),
	};

	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
