/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which traffic selectors are read, and which are refused. */

#include "wire_test.h"

#include "wire/payloads.h"

#define COUNT(n)      (n), 0, 0, 0
#define V4(protocol)  7, (protocol), 0, 16
#define V6(protocol)  8, (protocol), 0, 40
#define ANY_PORT      0, 0, 0xff, 0xff
#define OPAQUE        0xff, 0xff, 0, 0
#define PORT(p)       0, (p), 0, (p)
#define NET_1         192, 0, 1, 0, 192, 0, 1, 255
#define V6_HIGH       0x20, 1, 0xd, 0xb8, 0, 0, 0, 0
#define V6_LOW(n)     0, 0, 0, 0, 0, 0, 0, (n)
#define NET_6         V6_HIGH, V6_LOW(0), V6_HIGH, V6_LOW(0xff)
#define GOOD          V4(0), ANY_PORT, NET_1

static enum wire_status read_ts(struct bytes in, void *out)
{
	return ts_read(in, out);
}

static const struct target target = { read_ts, sizeof(struct ts_payload) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status;
} cases[] = {
	{ "an IPv4 net", BYTES(COUNT(1), GOOD), WIRE_OK },
	{ "an IPv6 net", BYTES(COUNT(1), V6(0), ANY_PORT, NET_6), WIRE_OK },
	{ "both", BYTES(COUNT(2), GOOD, V6(0), ANY_PORT, NET_6), WIRE_OK },
	{ "one address", BYTES(COUNT(1), V4(0), ANY_PORT, 1, 2, 3, 4, 1, 2, 3, 4), WIRE_OK },
	{ "everything", BYTES(COUNT(1), V4(0), ANY_PORT, 0, 0, 0, 0, 255, 255, 255, 255), WIRE_OK },
	{ "a protocol", BYTES(COUNT(1), V4(17), ANY_PORT, NET_1), WIRE_OK },
	{ "a port", BYTES(COUNT(1), V4(6), PORT(80), NET_1), WIRE_OK },
	{ "port 65535", BYTES(COUNT(1), V4(6), 0xff, 0xff, 0xff, 0xff, NET_1), WIRE_OK },
	{ "opaque ports", BYTES(COUNT(1), V4(6), OPAQUE, NET_1), WIRE_OK },
	{ "an ICMP type and code", BYTES(COUNT(1), V4(1), 8, 0, 8, 255, NET_1), WIRE_OK },
	{ "reserved bytes are ignored", BYTES(1, 1, 2, 3, GOOD), WIRE_OK },
	{ "an unknown type before a net", BYTES(COUNT(2), 10, 0, 0, 5, 'l', GOOD), WIRE_OK },
	{ "only unknown types", BYTES(COUNT(2), 10, 0, 0, 5, 'l', 9, 0, 0, 4), WIRE_UNSUPPORTED },
	{ "count 0", BYTES(COUNT(0)), WIRE_BAD_VALUE },
	{ "count 0 and a selector", BYTES(COUNT(0), GOOD), WIRE_BAD_VALUE },
	{ "count 1 and none", BYTES(COUNT(1)), WIRE_TRUNCATED },
	{ "count 1 and two", BYTES(COUNT(1), GOOD, GOOD), WIRE_BAD_VALUE },
	{ "count 2 and one", BYTES(COUNT(2), GOOD), WIRE_TRUNCATED },
	{ "count 255 and one", BYTES(COUNT(255), GOOD), WIRE_TRUNCATED },
	{ "a byte too much", BYTES(COUNT(1), GOOD, 0), WIRE_BAD_VALUE },
	{ "length 0", BYTES(COUNT(1), 7, 0, 0, 0, ANY_PORT, NET_1), WIRE_BAD_VALUE },
	{ "length 3", BYTES(COUNT(1), 7, 0, 0, 3, ANY_PORT, NET_1), WIRE_BAD_VALUE },
	{ "length 4", BYTES(COUNT(1), 7, 0, 0, 4), WIRE_BAD_VALUE },
	{ "length 15", BYTES(COUNT(1), 7, 0, 0, 15, ANY_PORT, NET_1), WIRE_BAD_VALUE },
	{ "length 17", BYTES(COUNT(1), 7, 0, 0, 17, ANY_PORT, NET_1), WIRE_TRUNCATED },
	{ "length 17, and there", BYTES(COUNT(1), 7, 0, 0, 17, ANY_PORT, NET_1, 0),
	  WIRE_BAD_VALUE },
	{ "length 65535", BYTES(COUNT(1), 7, 0, 0xff, 0xff, ANY_PORT, NET_1), WIRE_TRUNCATED },
	{ "an unknown type of length 0", BYTES(COUNT(2), 99, 0, 0, 0, GOOD), WIRE_BAD_VALUE },
	{ "an unknown type of length 3", BYTES(COUNT(2), 99, 0, 0, 3, GOOD), WIRE_BAD_VALUE },
	{ "IPv4 with IPv6's length", BYTES(COUNT(1), 7, 0, 0, 40, ANY_PORT, NET_6),
	  WIRE_BAD_VALUE },
	{ "IPv6 with IPv4's length", BYTES(COUNT(1), 8, 0, 0, 16, ANY_PORT, NET_1),
	  WIRE_BAD_VALUE },
	{ "an IPv4 start over its end", BYTES(COUNT(1), V4(0), ANY_PORT, 10, 0, 0, 2, 10, 0, 0, 1),
	  WIRE_BAD_VALUE },
	{ "an IPv6 start over its end", BYTES(COUNT(1), V6(0), ANY_PORT, V6_HIGH, V6_LOW(2),
					      V6_HIGH, V6_LOW(1)), WIRE_BAD_VALUE },
	{ "a first port over the last", BYTES(COUNT(1), V4(6), 0, 81, 0, 80, NET_1),
	  WIRE_BAD_VALUE },
	{ "65535 to 1 is not opaque", BYTES(COUNT(1), V4(6), 0xff, 0xff, 0, 1, NET_1),
	  WIRE_BAD_VALUE },
	{ "65534 to 0 is not opaque", BYTES(COUNT(1), V4(6), 0xff, 0xfe, 0, 0, NET_1),
	  WIRE_BAD_VALUE },
	{ "a port of any protocol", BYTES(COUNT(1), V4(0), PORT(80), NET_1), WIRE_BAD_VALUE },
	{ "opaque ports of any protocol", BYTES(COUNT(1), V4(0), OPAQUE, NET_1), WIRE_BAD_VALUE },
	{ "a bad one after a good one", BYTES(COUNT(2), GOOD, V4(6), 0, 81, 0, 80, NET_1),
	  WIRE_BAD_VALUE },
};

static void ts_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
	}
}

static void ts_tells_range_protocol_and_ports(void **state)
{
	struct bytes in = BYTES(COUNT(3), V6(58), 0x80, 0, 0x80, 0xff, NET_6, 10, 0, 0, 4,
				V4(6), 0, 22, 1, 0, NET_1);
	struct ts_payload ts;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(ts_read(in, &ts), WIRE_OK);
	assert_int_equal(ts.count, 2);
	assert_int_equal(ts.skipped, 1);
	assert_string_equal(address_print(&ts.list[0].start, text), "2001:db8::");
	assert_string_equal(address_print(&ts.list[0].end, text), "2001:db8::ff");
	assert_int_equal(ts.list[0].protocol, 58);
	assert_int_equal(ts.list[0].port_start, 0x8000);
	assert_int_equal(ts.list[0].port_end, 0x80ff);
	assert_string_equal(address_print(&ts.list[1].start, text), "192.0.1.0");
	assert_string_equal(address_print(&ts.list[1].end, text), "192.0.1.255");
	assert_int_equal(ts.list[1].protocol, 6);
	assert_int_equal(ts.list[1].port_start, 22);
	assert_int_equal(ts.list[1].port_end, 256);
}

static struct selector selector(const char *start, const char *end, uint8_t protocol,
				uint16_t port_start, uint16_t port_end)
{
	struct selector s = { .protocol = protocol, .port_start = port_start,
			      .port_end = port_end };

	assert_true(address_parse(start, &s.start) && address_parse(end, &s.end));
	return s;
}

static void ts_reads_back_what_was_written(void **state)
{
	struct selector wrote[] = {
		selector("0.0.0.0", "255.255.255.255", 0, 0, 65535),
		selector("2001:db8::1", "2001:db8::1", 17, 53, 53),
		selector("10.0.0.1", "10.0.0.9", 6, 65535, 0),
	};
	struct buffer out = { 0 };
	struct ts_payload ts;

	(void)state;
	ts_write(&out, wrote, ARRAY_LEN(wrote));
	assert_int_equal(out.len, 4 + 16 + 40 + 16);
	assert_int_equal(ts_read(buffer_bytes(&out), &ts), WIRE_OK);
	assert_int_equal(ts.count, 3);
	assert_int_equal(ts.skipped, 0);
	for (size_t i = 0; i < ARRAY_LEN(wrote); i++)
		assert_true(selector_equal(&ts.list[i], &wrote[i]));
	buffer_done(&out);
}

static void ts_is_written_as_the_rfc_draws_it(void **state)
{
	struct selector s = selector("192.0.1.0", "192.0.1.255", 0, 0, 65535);
	struct bytes body = BYTES(COUNT(1), GOOD);
	struct buffer out = { 0 };

	(void)state;
	ts_write(&out, &s, 1);
	assert_bytes(buffer_bytes(&out), body);
	buffer_done(&out);
}

static enum wire_status read_many(size_t count, struct ts_payload *out)
{
	struct selector list[255];
	struct buffer body = { 0 };
	enum wire_status status;

	for (size_t i = 0; i < count; i++)
		list[i] = selector("10.0.0.1", "10.0.0.1", 0, 0, 65535);
	ts_write(&body, list, count);
	status = ts_read(buffer_bytes(&body), out);
	buffer_done(&body);
	return status;
}

static void ts_has_a_most(void **state)
{
	struct ts_payload ts = { .count = 77 };

	(void)state;
	assert_int_equal(read_many(255, &ts), WIRE_TOO_MANY);
	assert_int_equal(read_many(TS_MAX + 1, &ts), WIRE_TOO_MANY);
	assert_int_equal(ts.count, 77);
	assert_int_equal(read_many(TS_MAX, &ts), WIRE_OK);
	assert_int_equal(ts.count, TS_MAX);
}

static void ts_of_255_unknown_ones_is_unsupported(void **state)
{
	struct buffer body = { 0 };

	(void)state;
	write_u32(&body, 0xff000000);
	for (int i = 0; i < 255; i++)
		write_u32(&body, 0x0a000004);
	assert_int_equal(probe(&target, buffer_bytes(&body)), WIRE_UNSUPPORTED);
	buffer_done(&body);
}

static void ts_cut_short_is_truncated(void **state)
{
	struct bytes whole = BYTES(COUNT(2), GOOD, V6(0), ANY_PORT, NET_6);

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(probe(&target, bytes_at(whole.ptr, len)), WIRE_TRUNCATED);
}

static void ts_survives_mutations(void **state)
{
	struct bytes good = BYTES(COUNT(2), V4(6), PORT(80), NET_1, V6(0), ANY_PORT, NET_6);

	(void)state;
	assert_mutations_survived(&target, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ts_reads_each_case),
		cmocka_unit_test(ts_tells_range_protocol_and_ports),
		cmocka_unit_test(ts_reads_back_what_was_written),
		cmocka_unit_test(ts_is_written_as_the_rfc_draws_it),
		cmocka_unit_test(ts_has_a_most),
		cmocka_unit_test(ts_of_255_unknown_ones_is_unsupported),
		cmocka_unit_test(ts_cut_short_is_truncated),
		cmocka_unit_test(ts_survives_mutations),
	};

	return cmocka_run_group_tests_name("ts", tests, NULL, NULL);
}
