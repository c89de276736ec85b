/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "dies.h"

static bool all_zero(const uint8_t *ptr, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (ptr[i])
			return false;
	}
	return true;
}

static void new_memory_is_zeroed(void **state)
{
	uint8_t *one = mem_new(1000), *many = mem_new_array(100, 7);
	uint64_t *number = NEW(uint64_t);

	(void)state;
	assert_true(all_zero(one, 1000));
	assert_true(all_zero(many, 700));
	assert_true(*number == 0);
	mem_free(one);
	mem_free(many);
	mem_free(number);
}

static void nothing_is_still_a_pointer_that_can_be_freed(void **state)
{
	void *one = mem_new(0), *none = mem_new_array(0, 8), *grown = mem_grow(NULL, 0, 8);

	(void)state;
	assert_non_null(one);
	assert_non_null(none);
	assert_non_null(grown);
	grown = mem_grow(grown, 0, 0);
	assert_non_null(grown);
	mem_free(one);
	mem_free(none);
	mem_free(grown);
	mem_free(NULL);
}

static void growing_and_shrinking_keep_the_contents(void **state)
{
	uint32_t *numbers = mem_grow(NULL, 2, sizeof(uint32_t));

	(void)state;
	numbers[0] = 11;
	numbers[1] = 22;
	numbers = mem_grow(numbers, 100000, sizeof(uint32_t));
	assert_int_equal(numbers[0], 11);
	assert_int_equal(numbers[1], 22);
	numbers[99999] = 33;
	numbers = mem_grow(numbers, 1, sizeof(uint32_t));
	assert_int_equal(numbers[0], 11);
	mem_free(numbers);
}

static void text_is_copied(void **state)
{
	char original[] = "west", *copy = mem_text(original), *empty = mem_text("");

	(void)state;
	original[0] = 'b';
	assert_string_equal(copy, "west");
	assert_string_equal(empty, "");
	assert_null(mem_text(NULL));
	mem_free(copy);
	mem_free(empty);
}

static void wiping_overwrites_exactly_its_part(void **state)
{
	uint8_t bytes[8];

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	mem_wipe(bytes + 1, 6);
	assert_int_equal(bytes[0], 0xaa);
	assert_true(all_zero(bytes + 1, 6));
	assert_int_equal(bytes[7], 0xaa);
	mem_wipe(bytes, 0);
	assert_int_equal(bytes[0], 0xaa);
	mem_wipe(NULL, 0);
}

static void array_that_overflows(void)
{
	mem_free(mem_new_array(SIZE_MAX / 2, 3));
}

static void growth_that_overflows(void)
{
	mem_free(mem_grow(NULL, SIZE_MAX / 2, 3));
}

static void overflow_aborts(void **state)
{
	(void)state;
	assert_true(dies(array_that_overflows));
	assert_true(dies(growth_that_overflows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zeroed),
		cmocka_unit_test(nothing_is_still_a_pointer_that_can_be_freed),
		cmocka_unit_test(growing_and_shrinking_keep_the_contents),
		cmocka_unit_test(text_is_copied),
		cmocka_unit_test(wiping_overwrites_exactly_its_part),
		cmocka_unit_test(overflow_aborts),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
