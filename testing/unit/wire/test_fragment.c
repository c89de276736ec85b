/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an SKF payload begins with: which part it is, and of how many. */

#include "wire_test.h"

#include "wire/message.h"
#include "wire/payloads.h"

static enum wire_status read_fragment(struct bytes in, void *out)
{
	return fragment_read(in, out);
}

static const struct target target = { read_fragment, sizeof(struct fragment) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} rows[] = {
	{ "the only one", BYTES(0, 1, 0, 1), WIRE_OK },
	{ "the last of 65535", BYTES(255, 255, 255, 255, 9, 9), WIRE_OK },
	{ "number 0", BYTES(0, 0, 0, 1), WIRE_BAD_VALUE },
	{ "total 0", BYTES(0, 1, 0, 0), WIRE_BAD_VALUE },
	{ "both 0", BYTES(0, 0, 0, 0), WIRE_BAD_VALUE },
	{ "a number above the total", BYTES(1, 0, 0, 255), WIRE_BAD_VALUE },
};

static void fragment_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (probe(&target, rows[i].in) != rows[i].status)
			fail_msg("%s", rows[i].what);
	assert_prefixes_refused(&target, rows[0].in, 4);
}

static void fragment_there_and_back(void **state)
{
	struct fragment in = { 3, 700 }, out;
	struct buffer b = { 0 };

	(void)state;
	fragment_write(&b, &in);
	assert_int_equal(b.len, FRAGMENT_HEADER_LEN);
	assert_int_equal(fragment_read(buffer_bytes(&b), &out), WIRE_OK);
	assert_int_equal(out.number, 3);
	assert_int_equal(out.total, 700);
	buffer_done(&b);
}

static void messages_one_after_another(void **state)
{
	struct buffer b = { 0 };
	struct bytes left, first;

	(void)state;
	for (uint32_t id = 0; id < 3; id++) {
		size_t at = b.len;

		ike_header_write(&b, &(struct ike_header) { .spi_i = 1, .message_id = id });
		write_zeros(&b, 10 * id);
		message_finish(&b, at);
	}
	left = buffer_bytes(&b);
	for (uint32_t id = 0; id < 3; id++) {
		struct ike_header h;

		first = message_next(&left);
		assert_int_equal(ike_header_read(first, &h), WIRE_OK);
		assert_int_equal(h.message_id, id);
		assert_int_equal(first.len, IKE_HEADER_LEN + 10 * id);
	}
	assert_int_equal(left.len, 0);
	buffer_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragment_rows),
		cmocka_unit_test(fragment_there_and_back),
		cmocka_unit_test(messages_one_after_another),
	};

	return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
