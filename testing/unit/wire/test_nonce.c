/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A nonce has 16 to 256 bytes. */

#include "wire_test.h"

#include "wire/payloads.h"

static enum wire_status read_nonce(struct bytes in, void *out)
{
	return nonce_read(in, out);
}

static const struct target target = { read_nonce, sizeof(struct bytes) };

static void nonce_lengths_from_0_to_300(void **state)
{
	static const uint8_t zeros[300];

	(void)state;
	for (size_t len = 0; len <= sizeof(zeros); len++)
		assert_int_equal(probe(&target, bytes_at(zeros, len)),
				 len < 16 || len > 256 ? WIRE_BAD_VALUE : WIRE_OK);
}

static void nonce_is_the_whole_body(void **state)
{
	struct bytes in = bytes_of_text("a nonce of 19 bytes"), out;

	(void)state;
	assert_int_equal(nonce_read(in, &out), WIRE_OK);
	assert_ptr_equal(out.ptr, in.ptr);
	assert_int_equal(out.len, 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonce_lengths_from_0_to_300),
		cmocka_unit_test(nonce_is_the_whole_body),
	};

	return cmocka_run_group_tests_name("nonce", tests, NULL, NULL);
}
