/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What delete_read() accepts and refuses. */

#include "wire_test.h"

#include "wire/payloads.h"

static enum wire_status read_delete(struct bytes in, void *out)
{
	return delete_read(in, out);
}

static const struct target target = { read_delete, sizeof(struct delete_payload) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} cases[] = {
	{ "the IKE SA", BYTES(1, 0, 0, 0), WIRE_OK },
	{ "one ESP SA", BYTES(3, 4, 0, 1, 1, 2, 3, 4), WIRE_OK },
	{ "two AH SAs", BYTES(2, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8), WIRE_OK },
	{ "no ESP SA", BYTES(3, 4, 0, 0), WIRE_OK },
	{ "the IKE SA with its SPI", BYTES(1, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), WIRE_BAD_VALUE },
	{ "the IKE SA with a size", BYTES(1, 8, 0, 0), WIRE_BAD_VALUE },
	{ "65535 IKE SAs of size 0", BYTES(1, 0, 0xff, 0xff), WIRE_BAD_VALUE },
	{ "the IKE SA and more bytes", BYTES(1, 0, 0, 0, 9), WIRE_BAD_VALUE },
	{ "protocol 0", BYTES(0, 4, 0, 1, 1, 2, 3, 4), WIRE_BAD_VALUE },
	{ "protocol 4", BYTES(4, 4, 0, 1, 1, 2, 3, 4), WIRE_BAD_VALUE },
	{ "ESP with size 0", BYTES(3, 0, 0, 1), WIRE_BAD_VALUE },
	{ "ESP with size 8", BYTES(3, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), WIRE_BAD_VALUE },
	{ "ESP with size 255", BYTES(3, 255, 0xff, 0xff, 1), WIRE_BAD_VALUE },
	{ "two said, one there", BYTES(3, 4, 0, 2, 1, 2, 3, 4), WIRE_TRUNCATED },
	{ "one said, two there", BYTES(3, 4, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), WIRE_BAD_VALUE },
	{ "a byte too much", BYTES(3, 4, 0, 1, 1, 2, 3, 4, 5), WIRE_BAD_VALUE },
	{ "4096 said, one there", BYTES(3, 4, 0x10, 0, 1, 2, 3, 4), WIRE_TRUNCATED },
	{ "4097 said", BYTES(3, 4, 0x10, 1, 1, 2, 3, 4), WIRE_TOO_MANY },
	{ "16385 said: times 4 is 4 in 16 bits", BYTES(3, 4, 0x40, 1, 1, 2, 3, 4), WIRE_TOO_MANY },
};

static void delete_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
	}
}

static void delete_cut_short_is_truncated(void **state)
{
	struct bytes whole = BYTES(3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8);

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(probe(&target, bytes_at(whole.ptr, len)), WIRE_TRUNCATED);
}

static void delete_reads_back_what_was_written(void **state)
{
	static uint32_t spis[DELETE_SPIS_MAX];
	struct buffer out = { 0 };
	struct delete_payload d;

	(void)state;
	for (size_t i = 0; i < DELETE_SPIS_MAX; i++)
		spis[i] = 0xc0ffee00u + (uint32_t)i;
	delete_write(&out, PROTO_ESP, spis, DELETE_SPIS_MAX);
	assert_int_equal(delete_read(buffer_bytes(&out), &d), WIRE_OK);
	assert_int_equal(d.protocol, PROTO_ESP);
	assert_int_equal(d.count, DELETE_SPIS_MAX);
	for (size_t i = 0; i < DELETE_SPIS_MAX; i++)
		assert_int_equal(delete_spi(&d, i), spis[i]);
	buffer_done(&out);
}

static void delete_of_the_ike_sa_is_four_bytes(void **state)
{
	struct bytes body = BYTES(1, 0, 0, 0);
	struct buffer out = { 0 };

	(void)state;
	delete_write(&out, PROTO_IKE, NULL, 0);
	assert_bytes(buffer_bytes(&out), body);
	buffer_done(&out);
}

static void delete_survives_mutations(void **state)
{
	struct bytes good = BYTES(3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8);

	(void)state;
	assert_mutations_survived(&target, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delete_reads_each_case),
		cmocka_unit_test(delete_cut_short_is_truncated),
		cmocka_unit_test(delete_reads_back_what_was_written),
		cmocka_unit_test(delete_of_the_ike_sa_is_four_bytes),
		cmocka_unit_test(delete_survives_mutations),
	};

	return cmocka_run_group_tests_name("delete", tests, NULL, NULL);
}
