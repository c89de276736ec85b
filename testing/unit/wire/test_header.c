/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ike_header_read() accepts and refuses, and that it reads what was written. */

#include "wire_test.h"

#include "wire/message.h"

#define SPIS        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
#define NO_SPI_R    1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0
#define NO_SPI_I    0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 11, 12, 13, 14, 15, 16
#define SA_INIT     33, 0x20, 34, 0x08
#define ID_0        0, 0, 0, 0
#define ID_MAX      0xff, 0xff, 0xff, 0xff
#define LENGTH(n)   0, 0, 0, (n)

static enum wire_status read_header(struct bytes in, void *out)
{
	return ike_header_read(in, out);
}

static const struct target target = { read_header, sizeof(struct ike_header) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} cases[] = {
	{ "a header alone", BYTES(SPIS, SA_INIT, ID_0, LENGTH(28)), WIRE_OK },
	{ "a first message", BYTES(NO_SPI_R, SA_INIT, ID_0, LENGTH(29), 0), WIRE_OK },
	{ "the largest message id", BYTES(SPIS, SA_INIT, ID_MAX, LENGTH(28)), WIRE_OK },
	{ "major version 1 is not judged", BYTES(SPIS, 1, 0x10, 2, 0, ID_0, LENGTH(28)), WIRE_OK },
	{ "major version 3 is not judged", BYTES(SPIS, 1, 0x30, 2, 0, ID_0, LENGTH(28)), WIRE_OK },
	{ "all flags are not judged", BYTES(SPIS, 33, 0x20, 34, 0xff, ID_0, LENGTH(28)), WIRE_OK },
	{ "SPIi 0", BYTES(NO_SPI_I, SA_INIT, ID_0, LENGTH(28)), WIRE_BAD_VALUE },
	{ "length 0", BYTES(SPIS, SA_INIT, ID_0, LENGTH(0)), WIRE_BAD_VALUE },
	{ "length below 28", BYTES(SPIS, SA_INIT, ID_0, LENGTH(27)), WIRE_BAD_VALUE },
	{ "length over the datagram", BYTES(SPIS, SA_INIT, ID_0, LENGTH(29)), WIRE_BAD_VALUE },
	{ "length under the datagram", BYTES(SPIS, SA_INIT, ID_0, LENGTH(28), 0), WIRE_BAD_VALUE },
	{ "length 2^32-1", BYTES(SPIS, SA_INIT, ID_0, ID_MAX), WIRE_BAD_VALUE },
	{ "length 2^31+28", BYTES(SPIS, SA_INIT, ID_0, 0x80, 0, 0, 28), WIRE_BAD_VALUE },
};

static void header_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
	}
}

static void header_under_28_bytes_is_truncated(void **state)
{
	struct bytes whole = BYTES(SPIS, SA_INIT, ID_0, LENGTH(28));

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(probe(&target, bytes_at(whole.ptr, len)), WIRE_TRUNCATED);
}

static void header_fields_come_from_their_places(void **state)
{
	struct bytes in = BYTES(SPIS, 41, 0x21, 37, 0x28, 0xa1, 0xa2, 0xa3, 0xa4, LENGTH(28));
	struct ike_header h;

	(void)state;
	assert_int_equal(ike_header_read(in, &h), WIRE_OK);
	assert_true(h.spi_i == 0x0102030405060708);
	assert_true(h.spi_r == 0x090a0b0c0d0e0f10);
	assert_int_equal(h.next_payload, PAYLOAD_NOTIFY);
	assert_int_equal(h.version, 0x21);
	assert_int_equal(h.exchange, EXCHANGE_INFORMATIONAL);
	assert_int_equal(h.flags, FLAG_INITIATOR | FLAG_RESPONSE);
	assert_int_equal(h.message_id, 0xa1a2a3a4);
	assert_int_equal(h.length, 28);
}

static void header_reads_back_what_was_written(void **state)
{
	struct ike_header wrote = { 0x8182838485868788, 0x9192939495969798, 46, IKE_VERSION,
				    EXCHANGE_IKE_AUTH, FLAG_INITIATOR, 0xfffefdfc, 0 };
	struct ike_header h = { 0 };
	struct buffer out = { 0 };

	(void)state;
	write_zeros(&out, NON_ESP_MARKER_LEN);
	ike_header_write(&out, &wrote);
	write_text(&out, "body");
	message_finish(&out, NON_ESP_MARKER_LEN);
	assert_int_equal(ike_header_read(bytes_at(out.ptr + 4, out.len - 4), &h), WIRE_OK);
	assert_true(h.spi_i == wrote.spi_i && h.spi_r == wrote.spi_r);
	assert_int_equal(h.next_payload, wrote.next_payload);
	assert_int_equal(h.version, wrote.version);
	assert_int_equal(h.exchange, wrote.exchange);
	assert_int_equal(h.flags, wrote.flags);
	assert_int_equal(h.message_id, wrote.message_id);
	assert_int_equal(h.length, 32);
	buffer_done(&out);
}

static void header_survives_mutations(void **state)
{
	struct bytes good = BYTES(SPIS, SA_INIT, ID_0, LENGTH(28));

	(void)state;
	assert_mutations_survived(&target, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_reads_each_case),
		cmocka_unit_test(header_under_28_bytes_is_truncated),
		cmocka_unit_test(header_fields_come_from_their_places),
		cmocka_unit_test(header_reads_back_what_was_written),
		cmocka_unit_test(header_survives_mutations),
	};

	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
