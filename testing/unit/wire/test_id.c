/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What id_read() accepts and refuses. */

#include "wire_test.h"

#include "wire/payloads.h"

#define IPV6 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1

static enum wire_status read_id(struct bytes in, void *out)
{
	return id_read(in, out);
}

static const struct target target = { read_id, sizeof(struct id_payload) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} cases[] = {
	{ "a name", BYTES(2, 0, 0, 0, 'e', 'a', 's', 't'), WIRE_OK },
	{ "reserved bytes are ignored", BYTES(2, 1, 2, 3, 'e'), WIRE_OK },
	{ "an e-mail address in UTF-8", BYTES(3, 0, 0, 0, 0xc3, 0xa4, '@', 'b'), WIRE_OK },
	{ "an IPv4 address", BYTES(1, 0, 0, 0, 192, 1, 2, 45), WIRE_OK },
	{ "an IPv6 address", BYTES(5, 0, 0, 0, IPV6), WIRE_OK },
	{ "a DN", BYTES(9, 0, 0, 0, 0x30, 0), WIRE_OK },
	{ "a key id may hold anything", BYTES(11, 0, 0, 0, 0, '\n', 0xff), WIRE_OK },
	{ "an unknown type is kept", BYTES(201, 0, 0, 0, 0), WIRE_OK },
	{ "type 0", BYTES(0, 0, 0, 0, 'e'), WIRE_BAD_VALUE },
	{ "an empty name", BYTES(2, 0, 0, 0), WIRE_BAD_VALUE },
	{ "an empty e-mail address", BYTES(3, 0, 0, 0), WIRE_BAD_VALUE },
	{ "an empty DN", BYTES(9, 0, 0, 0), WIRE_BAD_VALUE },
	{ "an empty key id", BYTES(11, 0, 0, 0), WIRE_BAD_VALUE },
	{ "an empty one of unknown type", BYTES(201, 0, 0, 0), WIRE_BAD_VALUE },
	{ "a name with NUL inside", BYTES(2, 0, 0, 0, 'a', 0, 'b'), WIRE_BAD_VALUE },
	{ "a name with NUL at the end", BYTES(2, 0, 0, 0, 'a', 0), WIRE_BAD_VALUE },
	{ "a name with a line end", BYTES(2, 0, 0, 0, 'a', '\r', '\n'), WIRE_BAD_VALUE },
	{ "a name with an escape", BYTES(2, 0, 0, 0, 0x1b, '['), WIRE_BAD_VALUE },
	{ "an e-mail address with DEL", BYTES(3, 0, 0, 0, 'a', 0x7f), WIRE_BAD_VALUE },
	{ "an IPv4 address of 0 bytes", BYTES(1, 0, 0, 0), WIRE_BAD_VALUE },
	{ "an IPv4 address of 3 bytes", BYTES(1, 0, 0, 0, 1, 2, 3), WIRE_BAD_VALUE },
	{ "an IPv4 address of 5 bytes", BYTES(1, 0, 0, 0, 1, 2, 3, 4, 5), WIRE_BAD_VALUE },
	{ "an IPv4 address of 16 bytes", BYTES(1, 0, 0, 0, IPV6), WIRE_BAD_VALUE },
	{ "an IPv6 address of 4 bytes", BYTES(5, 0, 0, 0, 1, 2, 3, 4), WIRE_BAD_VALUE },
	{ "an IPv6 address of 17 bytes", BYTES(5, 0, 0, 0, IPV6, 1), WIRE_BAD_VALUE },
	{ "nothing", { NULL, 0 }, WIRE_TRUNCATED },
	{ "only a type", BYTES(2, 0, 0), WIRE_TRUNCATED },
};

static void id_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
	}
	assert_prefixes_refused(&target, cases[0].in, 5);
	assert_prefixes_refused(&target, cases[3].in, 8);
	assert_prefixes_refused(&target, cases[4].in, 20);
}

static void id_has_a_longest(void **state)
{
	static const uint8_t body[65531] = { ID_DER_ASN1_DN };

	(void)state;
	assert_int_equal(probe(&target, bytes_at(body, 4 + ID_DATA_MAX)), WIRE_OK);
	assert_int_equal(probe(&target, bytes_at(body, 5 + ID_DATA_MAX)), WIRE_UNSUPPORTED);
	assert_int_equal(probe(&target, BYTES_OF(body)), WIRE_UNSUPPORTED);
}

static void id_reads_back_what_was_written(void **state)
{
	struct id_payload wrote = { ID_FQDN, bytes_of_text("east.example") }, id;
	struct buffer out = { 0 };

	(void)state;
	id_write(&out, &wrote);
	assert_int_equal(out.len, 16);
	assert_int_equal(id_read(buffer_bytes(&out), &id), WIRE_OK);
	assert_int_equal(id.type, ID_FQDN);
	assert_bytes(id.data, wrote.data);
	buffer_done(&out);
}

static void id_survives_mutations(void **state)
{
	(void)state;
	assert_mutations_survived(&target, cases[0].in);
	assert_mutations_survived(&target, cases[3].in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_reads_each_case),
		cmocka_unit_test(id_has_a_longest),
		cmocka_unit_test(id_reads_back_what_was_written),
		cmocka_unit_test(id_survives_mutations),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
