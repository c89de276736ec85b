/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ke_read() accepts and refuses. */

#include "wire_test.h"

#include "wire/payloads.h"

static enum wire_status read_ke(struct bytes in, void *out)
{
	return ke_read(in, out);
}

static const struct target target = { read_ke, sizeof(struct ke_payload) };

static void ke_has_a_group_and_data(void **state)
{
	struct bytes in = BYTES(0x04, 0x01, 0xff, 0xff, 1, 2, 3);
	struct ke_payload ke;

	(void)state;
	assert_int_equal(ke_read(in, &ke), WIRE_OK);
	assert_int_equal(ke.group, 1025);
	assert_true(ke.data.ptr == in.ptr + 4 && ke.data.len == 3);
}

static void ke_without_data_is_refused(void **state)
{
	struct bytes in = BYTES(0, 14, 0, 0);

	(void)state;
	assert_int_equal(probe(&target, in), WIRE_BAD_VALUE);
}

static void ke_cut_in_its_header_is_truncated(void **state)
{
	struct bytes in = BYTES(0, 14, 0, 0, 1);

	(void)state;
	assert_prefixes_refused(&target, in, in.len);
	for (size_t len = 0; len < 4; len++)
		assert_int_equal(probe(&target, bytes_at(in.ptr, len)), WIRE_TRUNCATED);
}

static void ke_reads_back_what_was_written(void **state)
{
	struct bytes body = BYTES(0, 31, 0, 0, 'k', 'e', 'y');
	struct buffer out = { 0 };
	struct ke_payload ke;

	(void)state;
	ke_write(&out, 31, bytes_of_text("key"));
	assert_bytes(buffer_bytes(&out), body);
	assert_int_equal(ke_read(buffer_bytes(&out), &ke), WIRE_OK);
	assert_int_equal(ke.group, 31);
	assert_bytes(ke.data, bytes_of_text("key"));
	buffer_done(&out);
}

static void ke_survives_mutations(void **state)
{
	struct bytes good = BYTES(0, 31, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

	(void)state;
	assert_mutations_survived(&target, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ke_has_a_group_and_data),
		cmocka_unit_test(ke_without_data_is_refused),
		cmocka_unit_test(ke_cut_in_its_header_is_truncated),
		cmocka_unit_test(ke_reads_back_what_was_written),
		cmocka_unit_test(ke_survives_mutations),
	};

	return cmocka_run_group_tests_name("ke", tests, NULL, NULL);
}
