/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What auth_read() accepts and refuses. */

#include "wire_test.h"

#include "wire/payloads.h"

static enum wire_status read_auth(struct bytes in, void *out)
{
	return auth_read(in, out);
}

static const struct target target = { read_auth, sizeof(struct auth_payload) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} cases[] = {
	{ "a shared key", BYTES(2, 0, 0, 0, 1, 2, 3), WIRE_OK },
	{ "reserved bytes are ignored", BYTES(2, 0xff, 0xff, 0xff, 1), WIRE_OK },
	{ "an unknown method is kept", BYTES(255, 0, 0, 0, 1), WIRE_OK },
	{ "no data", BYTES(2, 0, 0, 0), WIRE_BAD_VALUE },
	{ "cut in the reserved bytes", BYTES(2, 0, 0), WIRE_TRUNCATED },
};

static void auth_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
	}
	assert_prefixes_refused(&target, cases[0].in, 5);
}

static void auth_reads_back_what_was_written(void **state)
{
	struct bytes body = BYTES(14, 0, 0, 0, 's', 'i', 'g');
	struct buffer out = { 0 };
	struct auth_payload auth;

	(void)state;
	auth_write(&out, AUTH_DIGITAL_SIGNATURE, bytes_of_text("sig"));
	assert_bytes(buffer_bytes(&out), body);
	assert_int_equal(auth_read(buffer_bytes(&out), &auth), WIRE_OK);
	assert_int_equal(auth.method, AUTH_DIGITAL_SIGNATURE);
	assert_bytes(auth.data, bytes_of_text("sig"));
	buffer_done(&out);
}

static void auth_survives_mutations(void **state)
{
	(void)state;
	assert_mutations_survived(&target, cases[0].in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auth_reads_each_case),
		cmocka_unit_test(auth_reads_back_what_was_written),
		cmocka_unit_test(auth_survives_mutations),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
