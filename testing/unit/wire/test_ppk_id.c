/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire_test.h"

#include "wire/payloads.h"

static void test_what_is_written_is_read(void **state)
{
	static const uint8_t bytes[] = { 2, 'k', 'e', 'y' };
	struct buffer out = { 0 };
	struct ppk_id id;

	(void)state;
	ppk_id_write(&out, PPK_ID_FIXED, bytes_of_text("key"));
	assert_true(bytes_equal(buffer_bytes(&out), BYTES_OF(bytes)));
	assert_int_equal(ppk_id_read(buffer_bytes(&out), &id), WIRE_OK);
	assert_int_equal(id.type, PPK_ID_FIXED);
	assert_true(bytes_equal(id.id, bytes_of_text("key")));
	buffer_done(&out);
}

static void test_other_types_are_kept(void **state)
{
	static const uint8_t bytes[] = { 255, 0 };
	struct ppk_id id;

	(void)state;
	assert_int_equal(ppk_id_read(BYTES_OF(bytes), &id), WIRE_OK);
	assert_int_equal(id.type, 255);
	assert_int_equal(id.id.len, 1);
}

static void test_an_empty_one_is_none(void **state)
{
	static const uint8_t type[] = { 2 };
	struct ppk_id id = { .type = 77 };

	(void)state;
	assert_int_equal(ppk_id_read((struct bytes) { 0 }, &id), WIRE_TRUNCATED);
	assert_int_equal(ppk_id_read(BYTES_OF(type), &id), WIRE_BAD_VALUE);
	assert_int_equal(id.type, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_other_types_are_kept),
		cmocka_unit_test(test_an_empty_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
