/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What notify_read() accepts, refuses, and promises. */

#include "wire_test.h"

#include "wire/payloads.h"

#define ESP_SPI 3, 4, 0x40, 0x09, 0xde, 0xad, 0xbe, 0xef

static enum wire_status read_notify(struct bytes in, void *out)
{
	return notify_read(in, out);
}

static const struct target target = { read_notify, sizeof(struct notify) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
	enum protocol_id protocol;
	uint16_t type;
	size_t spi_len, data_len;
} cases[] = {
	{ "a status with data", BYTES(0, 0, 0x40, 4, 1, 2), WIRE_OK, PROTO_NONE, 16388, 0, 2 },
	{ "REKEY_SA names an ESP SA", BYTES(ESP_SPI), WIRE_OK, PROTO_ESP, 16393, 4, 0 },
	{ "an AH SA, with data", BYTES(2, 4, 0, 44, 1, 2, 3, 4, 5), WIRE_OK, PROTO_AH, 44, 4, 1 },
	{ "protocol without SPI is ignored", BYTES(1, 0, 0, 24), WIRE_OK, PROTO_NONE, 24, 0, 0 },
	{ "also an unknown protocol", BYTES(77, 0, 0, 24), WIRE_OK, PROTO_NONE, 24, 0, 0 },
	{ "an unknown type is kept", BYTES(0, 0, 0xff, 0xff), WIRE_OK, PROTO_NONE, 65535, 0, 0 },
	{ "type 0 is kept", BYTES(0, 0, 0, 0), WIRE_OK, PROTO_NONE, 0, 0, 0 },
	{ "an SPI of the IKE SA", BYTES(1, 8, 0, 24, 1, 2, 3, 4, 5, 6, 7, 8), WIRE_BAD_VALUE,
	  0, 0, 0, 0 },
	{ "4 bytes of an IKE SPI", BYTES(1, 4, 0, 24, 1, 2, 3, 4), WIRE_BAD_VALUE, 0, 0, 0, 0 },
	{ "an SPI of no protocol", BYTES(0, 4, 0x40, 9, 1, 2, 3, 4), WIRE_BAD_VALUE, 0, 0, 0, 0 },
	{ "an SPI of protocol 4", BYTES(4, 4, 0x40, 9, 1, 2, 3, 4), WIRE_BAD_VALUE, 0, 0, 0, 0 },
	{ "an ESP SPI of 5 bytes", BYTES(3, 5, 64, 9, 1, 2, 3, 4, 5), WIRE_BAD_VALUE, 0, 0, 0, 0 },
	{ "an ESP SPI of 3 bytes", BYTES(3, 3, 0x40, 9, 1, 2, 3), WIRE_BAD_VALUE, 0, 0, 0, 0 },
	{ "an SPI of 255 bytes", BYTES(3, 255, 0x40, 9, 1, 2, 3, 4), WIRE_TRUNCATED, 0, 0, 0, 0 },
};

static void notify_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct notify n = { 0 };

		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
		assert_int_equal(notify_read(cases[i].in, &n), cases[i].status);
		assert_int_equal(n.protocol, cases[i].protocol);
		assert_int_equal(n.type, cases[i].type);
		assert_int_equal(n.spi.len, cases[i].spi_len);
		assert_int_equal(n.data.len, cases[i].data_len);
	}
}

static void notify_cut_short_is_truncated(void **state)
{
	struct bytes whole = BYTES(ESP_SPI);

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(probe(&target, bytes_at(whole.ptr, len)), WIRE_TRUNCATED);
}

static void notify_of_the_longest_datagram_is_read(void **state)
{
	static const uint8_t body[65000] = { 0, 0, 0x40, 0x3c, 0xff, 0xfe };
	struct notify n;

	(void)state;
	assert_int_equal(notify_read(BYTES_OF(body), &n), WIRE_OK);
	assert_int_equal(n.type, NOTIFY_SA_RESOURCE_INFO);
	assert_int_equal(n.data.len, 64996);
}

static void notify_reads_back_what_was_written(void **state)
{
	struct bytes plain = BYTES(0, 0, 0x40, 0x06, 'c', 'o', 'o', 'k', 'i', 'e');
	struct bytes with_spi = BYTES(ESP_SPI);
	struct buffer out = { 0 };
	struct notify n;

	(void)state;
	notify_write(&out, NOTIFY_COOKIE, bytes_of_text("cookie"));
	assert_bytes(buffer_bytes(&out), plain);
	assert_int_equal(notify_read(buffer_bytes(&out), &n), WIRE_OK);
	assert_bytes(n.data, bytes_of_text("cookie"));

	buffer_clear(&out);
	notify_write_spi(&out, NOTIFY_REKEY_SA, PROTO_ESP, 0xdeadbeef, bytes_at(NULL, 0));
	assert_bytes(buffer_bytes(&out), with_spi);
	assert_int_equal(notify_read(buffer_bytes(&out), &n), WIRE_OK);
	assert_bytes(n.spi, bytes_at(with_spi.ptr + 4, 4));
	buffer_done(&out);
}

static void notify_survives_mutations(void **state)
{
	struct bytes good = BYTES(ESP_SPI, 1, 2);

	(void)state;
	assert_mutations_survived(&target, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notify_reads_each_case),
		cmocka_unit_test(notify_cut_short_is_truncated),
		cmocka_unit_test(notify_of_the_longest_datagram_is_read),
		cmocka_unit_test(notify_reads_back_what_was_written),
		cmocka_unit_test(notify_survives_mutations),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
