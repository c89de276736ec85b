/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"

static void numbers_are_decimal_and_whole(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "7", 7, 7 },
		{ "0010", 10, 10 },
		{ "65535", 65535, 65535 },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 99;

		assert_true(text_to_u64(rows[i].text, rows[i].max, &value));
		assert_true(value == rows[i].value);
	}
}

static void what_is_no_number_is_refused(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
	} rows[] = {
		{ "", UINT64_MAX },    { " 1", UINT64_MAX },   { "1 ", UINT64_MAX },
		{ "+1", UINT64_MAX },  { "-1", UINT64_MAX },   { "0x1", UINT64_MAX },
		{ "1a", UINT64_MAX },  { "1.0", UINT64_MAX },  { "/", UINT64_MAX },
		{ ":", UINT64_MAX },   { "65536", 65535 },     { "1", 0 },
		{ "18446744073709551616", UINT64_MAX },
		{ "18446744073709551620", UINT64_MAX },
		{ "99999999999999999999999", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 99;

		assert_false(text_to_u64(rows[i].text, rows[i].max, &value));
		assert_true(value == 99);
	}
}

static void null_equals_only_null(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("", ""));
	assert_true(text_equal("west", "west"));
	assert_false(text_equal("west", "West"));
	assert_false(text_equal("west", "wes"));
	assert_true(text_equal_nocase(NULL, NULL));
	assert_false(text_equal_nocase(NULL, ""));
	assert_false(text_equal_nocase("", NULL));
	assert_true(text_equal_nocase("west", "WesT"));
	assert_false(text_equal_nocase("west", "wes"));
}

static void prefixes_are_found_at_the_start_only(void **state)
{
	(void)state;
	assert_true(text_starts("clones", "clo"));
	assert_true(text_starts("clones", "clones"));
	assert_true(text_starts("clones", ""));
	assert_true(text_starts("", ""));
	assert_false(text_starts("clo", "clones"));
	assert_false(text_starts("clones", "lon"));
	assert_false(text_starts("", "c"));
}

static void assert_printed(struct bytes bytes, size_t max_len, const char *expected)
{
	struct buffer b = { 0 };

	write_printable(&b, bytes, max_len);
	assert_string_equal(buffer_text(&b), expected);
	buffer_done(&b);
}

static void harmless_text_prints_as_it_is_up_to_the_limit(void **state)
{
	(void)state;
	assert_printed(bytes_of_text("C=NL, O=Cygnet [~!]"), 100, "C=NL, O=Cygnet [~!]");
	assert_printed(bytes_of_text("abc"), 3, "abc");
	assert_printed(bytes_of_text("abcd"), 3, "abc...");
	assert_printed(bytes_of_text("abcd"), 0, "...");
	assert_printed(bytes_of_text(""), 0, "");
	assert_printed(bytes_at(NULL, 0), 5, "");
	assert_printed(bytes_at("a\0b", 3), 5, "a\\x00b");
}

static void whatever_could_do_harm_is_escaped(void **state)
{
	(void)state;
	for (unsigned int c = 0; c < 256; c++) {
		uint8_t byte = (uint8_t)c;
		bool harmless = c >= 32 && c < 127 && !strchr("\"'`\\", (int)c);
		struct buffer b = { 0 };

		write_printable(&b, bytes_at(&byte, 1), 1);
		assert_int_equal(b.len, harmless ? 1 : 4);
		for (size_t i = 0; i < b.len; i++)
			assert_in_range(b.ptr[i], 32, 126);
		buffer_done(&b);
	}
	assert_printed(bytes_of_text("\n\x1b\xff\"'\\"), 6, "\\x0a\\x1b\\xff\\x22\\x27\\x5c");
}

static const char *const options[] = { "clones", "auto", "left", "right", "ikelifetime", NULL };

static void nearest_takes_up_to_three_edits(void **state)
{
	static const struct {
		const char *word, *nearest;
	} rows[] = {
		{ "clones", "clones" },   /* none */
		{ "clone", "clones" },    /* one missing */
		{ "cloness", "clones" },  /* one too many */
		{ "klones", "clones" },   /* one replaced */
		{ "colnes", "clones" },   /* two swapped */
		{ "atuo", "auto" },
		{ "rihgt", "right" },
		{ "iklifetmie", "ikelifetime" },
		{ "clonabc", "clones" },  /* three */
		{ "clabcd", NULL },       /* four */
		{ "clonesabcd", NULL },
		{ "xyz", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *found = text_nearest(rows[i].word, options);

		if (rows[i].nearest)
			assert_string_equal(found, rows[i].nearest);
		else
			assert_null(found);
	}
}

static void fewest_edits_win_and_a_swap_is_one(void **state)
{
	static const char *const near[] = { "abxx", "abcx", "abxd", NULL };
	static const char *const swap[] = { "abxx", "abdc", NULL };
	static const char *const two[] = { "aabb", "ababxx", NULL };

	(void)state;
	assert_string_equal(text_nearest("abcd", near), "abcx");
	assert_string_equal(text_nearest("abcd", swap), "abdc");
	assert_string_equal(text_nearest("abab", two), "aabb");
}

static void without_candidates_or_in_common_nothing_is_near(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const unlike[] = { "yes", "", NULL };

	(void)state;
	assert_null(text_nearest("yes", none));
	assert_null(text_nearest("no", unlike));
	assert_null(text_nearest("", unlike));
}

static void long_words_are_not_compared(void **state)
{
	char longest[64], longer[65];
	const char *const candidates[] = { longer, longest, NULL };

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[63] = 0;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[64] = 0;
	assert_ptr_equal(text_nearest(longest, candidates), longest);
	assert_null(text_nearest(longer, candidates));
}

static void counts_take_the_largest_prefix_that_divides_them(void **state)
{
	static const struct {
		uint64_t count;
		const char *unit, *text;
	} rows[] = {
		{ 0, "B", "0B" },
		{ 1000, "B", "1000B" },
		{ 1024, "B", "1KiB" },
		{ 1025 * 1024, "", "1025Ki" },
		{ UINT64_C(1) << 40, "B", "1TiB" },
		{ UINT64_C(1) << 62, "B", "4EiB" },
		{ UINT64_C(1) << 63, "B", "2^63B" },
		{ UINT64_MAX, "", "18446744073709551615" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buffer text = { 0 };

		write_count(&text, rows[i].count, rows[i].unit);
		assert_string_equal(buffer_text(&text), rows[i].text);
		buffer_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal_and_whole),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(null_equals_only_null),
		cmocka_unit_test(prefixes_are_found_at_the_start_only),
		cmocka_unit_test(harmless_text_prints_as_it_is_up_to_the_limit),
		cmocka_unit_test(whatever_could_do_harm_is_escaped),
		cmocka_unit_test(nearest_takes_up_to_three_edits),
		cmocka_unit_test(fewest_edits_win_and_a_swap_is_one),
		cmocka_unit_test(without_candidates_or_in_common_nothing_is_near),
		cmocka_unit_test(long_words_are_not_compared),
		cmocka_unit_test(counts_take_the_largest_prefix_that_divides_them),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
