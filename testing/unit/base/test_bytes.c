/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bytes.h"

static struct bytes text(const char *t)
{
	return bytes_of_text(t);
}

static void text_has_no_final_zero(void **state)
{
	(void)state;
	assert_int_equal(text("abc").len, 3);
	assert_memory_equal(text("abc").ptr, "abc", 3);
	assert_int_equal(text("").len, 0);
	assert_int_equal(text(NULL).len, 0);
	assert_null(text(NULL).ptr);
}

static void views_keep_place_and_length(void **state)
{
	static const uint8_t array[] = { 1, 2, 3 };

	(void)state;
	assert_ptr_equal(BYTES_OF(array).ptr, array);
	assert_int_equal(BYTES_OF(array).len, 3);
	assert_ptr_equal(bytes_at(array, 2).ptr, array);
	assert_int_equal(bytes_at(array, 2).len, 2);
}

static void equal_means_same_length_and_content(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "", "", true },	 { NULL, "", true },	  { "abc", "abc", true },
		{ "abc", "abd", false }, { "abc", "xbc", false }, { "abc", "ab", false },
		{ "", "a", false },      { "a", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes a = text(rows[i].a), b = text(rows[i].b);

		assert_int_equal(bytes_equal(a, b), rows[i].equal);
		assert_int_equal(bytes_equal(b, a), rows[i].equal);
		assert_int_equal(bytes_equal_secret(a, b), rows[i].equal);
		assert_int_equal(bytes_equal_secret(b, a), rows[i].equal);
	}
}

static void every_single_bit_makes_a_difference(void **state)
{
	uint8_t a[20] = { 0 }, b[20] = { 0 };

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
		b[bit / 8] = (uint8_t)(1 << bit % 8);
		assert_false(bytes_equal(BYTES_OF(a), BYTES_OF(b)));
		assert_false(bytes_equal_secret(BYTES_OF(a), BYTES_OF(b)));
		b[bit / 8] = 0;
	}
	assert_true(bytes_equal_secret(BYTES_OF(a), BYTES_OF(b)));
}

static void order_is_that_of_unsigned_octets_and_prefixes_come_first(void **state)
{
	static const char *const ascending[] = { "",  "a",    "ab",   "abc",
						 "b", "\x7f", "\x80", "\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(ascending) / sizeof(ascending[0]); i++) {
		assert_int_equal(bytes_compare(text(ascending[i]), text(ascending[i])), 0);
		for (size_t j = 0; j < i; j++) {
			assert_true(bytes_compare(text(ascending[j]), text(ascending[i])) < 0);
			assert_true(bytes_compare(text(ascending[i]), text(ascending[j])) > 0);
		}
	}
	assert_int_equal(bytes_compare(text(NULL), text("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_no_final_zero),
		cmocka_unit_test(views_keep_place_and_length),
		cmocka_unit_test(equal_means_same_length_and_content),
		cmocka_unit_test(every_single_bit_makes_a_difference),
		cmocka_unit_test(order_is_that_of_unsigned_octets_and_prefixes_come_first),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
