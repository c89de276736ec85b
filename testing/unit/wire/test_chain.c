/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a chain of payloads is split, and which chains are refused. */

#include "wire_test.h"

#include "wire/message.h"

#define HEAD(next, len) (next), 0, 0, (len)

/* The type of the first payload stands before the chain, as in a real header. */
static enum wire_status read_chain(struct bytes in, void *out)
{
	if (in.len == 0)
		return WIRE_TRUNCATED;
	return payloads_read(in.ptr[0], bytes_at(in.ptr + 1, in.len - 1), out);
}

static enum wire_status read_inner(struct bytes in, void *out)
{
	if (in.len == 0)
		return WIRE_TRUNCATED;
	return payloads_read_inner(in.ptr[0], bytes_at(in.ptr + 1, in.len - 1), out);
}

static const struct target target = { read_chain, sizeof(struct payloads) };
static const struct target inner = { read_inner, sizeof(struct payloads) };

static const struct {
	const char *what;
	struct bytes in;
	enum wire_status status, inner;
} cases[] = {
	{ "no payload", BYTES(0), WIRE_OK, WIRE_OK },
	{ "one without a body", BYTES(40, HEAD(0, 4)), WIRE_OK, WIRE_OK },
	{ "two", BYTES(40, HEAD(41, 5), 1, HEAD(0, 6), 2, 3), WIRE_OK, WIRE_OK },
	{ "the same twice", BYTES(40, HEAD(40, 5), 1, HEAD(0, 5), 2), WIRE_OK, WIRE_OK },
	{ "an unknown type", BYTES(200, HEAD(0, 5), 1), WIRE_OK, WIRE_OK },
	{ "an unknown critical one", BYTES(200, 0, 0x80, 0, 5, 1), WIRE_OK, WIRE_OK },
	{ "reserved bits are ignored", BYTES(40, 0, 0x7f, 0, 5, 1), WIRE_OK, WIRE_OK },
	{ "no payload, but bytes", BYTES(0, 9), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "a type and nothing there", BYTES(40), WIRE_TRUNCATED, WIRE_TRUNCATED },
	{ "length 0", BYTES(40, HEAD(0, 0)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "length 1", BYTES(40, HEAD(0, 1)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "length 2", BYTES(40, HEAD(0, 2)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "length 3", BYTES(40, HEAD(0, 3)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "length 0 in a circle", BYTES(40, HEAD(40, 0)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "one byte past the end", BYTES(40, HEAD(0, 6), 1), WIRE_TRUNCATED, WIRE_TRUNCATED },
	{ "length 65535", BYTES(40, 0, 0, 0xff, 0xff, 1), WIRE_TRUNCATED, WIRE_TRUNCATED },
	{ "the next one is missing", BYTES(40, HEAD(41, 5), 1), WIRE_TRUNCATED, WIRE_TRUNCATED },
	{ "the next one is cut", BYTES(40, HEAD(41, 4), 0, 0), WIRE_TRUNCATED, WIRE_TRUNCATED },
	{ "bytes after the last", BYTES(40, HEAD(0, 5), 1, 2), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "SK last", BYTES(46, HEAD(33, 6), 1, 2), WIRE_OK, WIRE_BAD_VALUE },
	{ "SK with nothing inside", BYTES(46, HEAD(0, 6), 1, 2), WIRE_OK, WIRE_BAD_VALUE },
	{ "SKF after a notify", BYTES(41, HEAD(53, 4), HEAD(36, 5), 1), WIRE_OK, WIRE_BAD_VALUE },
	{ "SK not last", BYTES(46, HEAD(41, 4), HEAD(0, 4)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "SKF not last", BYTES(53, HEAD(53, 4), HEAD(0, 4)), WIRE_BAD_VALUE, WIRE_BAD_VALUE },
	{ "SK past the end", BYTES(46, HEAD(33, 7), 1, 2), WIRE_TRUNCATED, WIRE_TRUNCATED },
};

static void chain_reads_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&target, cases[i].in), cases[i].status);
		assert_int_equal(probe(&inner, cases[i].in), cases[i].inner);
	}
}

static void chain_tells_type_body_and_criticality(void **state)
{
	struct bytes chain = BYTES(41, 0x80, 0, 5, 0xaa, 200, 0x7f, 0, 4, 40, 0xff, 0, 6, 1, 2,
				   0, 0, 0, 4);
	struct payloads all;

	(void)state;
	assert_int_equal(payloads_read(PAYLOAD_SA, chain, &all), WIRE_OK);
	assert_int_equal(all.count, 4);
	assert_int_equal(all.list[0].type, PAYLOAD_SA);
	assert_true(all.list[0].critical);
	assert_true(all.list[0].body.ptr == chain.ptr + 4 && all.list[0].body.len == 1);
	assert_int_equal(all.list[1].type, PAYLOAD_NOTIFY);
	assert_false(all.list[1].critical);
	assert_int_equal(all.list[1].body.len, 0);
	assert_int_equal(all.list[2].type, 200);
	assert_true(all.list[2].critical);
	assert_true(all.list[2].body.ptr == chain.ptr + 13 && all.list[2].body.len == 2);
	assert_int_equal(all.list[3].type, PAYLOAD_NONCE);
	assert_int_equal(all.sk_next, PAYLOAD_NONE);
}

static void chain_keeps_what_sk_says_of_its_inside(void **state)
{
	struct bytes chain = BYTES(HEAD(46, 4), 35, 0, 0, 7, 1, 2, 3);
	struct payloads all;

	(void)state;
	assert_int_equal(payloads_read(PAYLOAD_NOTIFY, chain, &all), WIRE_OK);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.list[1].type, PAYLOAD_SK);
	assert_true(all.list[1].body.ptr == chain.ptr + 8 && all.list[1].body.len == 3);
	assert_int_equal(all.sk_next, PAYLOAD_IDI);
}

/* `count` empty payloads of an unknown type. */
static enum wire_status read_many(size_t count, struct payloads *out)
{
	struct buffer chain = { 0 };
	enum wire_status status;

	for (size_t i = 0; i < count; i++) {
		write_u8(&chain, i + 1 == count ? 0 : 222);
		write_u8(&chain, 0);
		write_u16(&chain, PAYLOAD_HEADER_LEN);
	}
	status = payloads_read(222, buffer_bytes(&chain), out);
	buffer_done(&chain);
	return status;
}

static void chain_has_a_most(void **state)
{
	struct payloads all = { .count = 77 };

	(void)state;
	assert_int_equal(read_many(200, &all), WIRE_TOO_MANY);
	assert_int_equal(read_many(PAYLOADS_MAX + 1, &all), WIRE_TOO_MANY);
	assert_int_equal(all.count, 77);
	assert_int_equal(read_many(PAYLOADS_MAX, &all), WIRE_OK);
	assert_int_equal(all.count, PAYLOADS_MAX);
}

static void payloads_are_found_and_counted(void **state)
{
	struct bytes chain = BYTES(HEAD(41, 4), HEAD(40, 4), HEAD(41, 4), HEAD(0, 5), 7);
	struct payloads all;

	(void)state;
	assert_int_equal(payloads_read(PAYLOAD_SA, chain, &all), WIRE_OK);
	assert_ptr_equal(payload_find(&all, PAYLOAD_NOTIFY), &all.list[1]);
	assert_ptr_equal(payload_find(&all, PAYLOAD_SA), &all.list[0]);
	assert_null(payload_find(&all, PAYLOAD_KE));
	assert_null(payload_find(&all, PAYLOAD_NONE));
	assert_int_equal(payload_count(&all, PAYLOAD_NOTIFY), 2);
	assert_int_equal(payload_count(&all, PAYLOAD_NONCE), 1);
	assert_int_equal(payload_count(&all, PAYLOAD_KE), 0);
}

static void chain_cut_short_is_refused(void **state)
{
	struct bytes good = BYTES(33, HEAD(40, 6), 1, 2, HEAD(41, 4), HEAD(46, 5), 1,
				  HEAD(33, 8), 1, 2, 3, 4);

	(void)state;
	assert_prefixes_refused(&target, good, good.len);
}

static void chain_survives_mutations(void **state)
{
	struct bytes good = BYTES(33, HEAD(40, 6), 1, 2, HEAD(41, 4), HEAD(46, 5), 1,
				  HEAD(33, 8), 1, 2, 3, 4);
	struct bytes good_inner = BYTES(35, HEAD(39, 6), 1, 2, HEAD(44, 4), HEAD(0, 5), 1);

	(void)state;
	assert_mutations_survived(&target, good);
	assert_mutations_survived(&inner, good_inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_reads_each_case),
		cmocka_unit_test(chain_tells_type_body_and_criticality),
		cmocka_unit_test(chain_keeps_what_sk_says_of_its_inside),
		cmocka_unit_test(chain_has_a_most),
		cmocka_unit_test(payloads_are_found_and_counted),
		cmocka_unit_test(chain_cut_short_is_refused),
		cmocka_unit_test(chain_survives_mutations),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
