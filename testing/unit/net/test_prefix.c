/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "net/selector.h"

enum { ALL_PORTS = 65535 };

static struct address address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static struct selector range(const char *start, const char *end)
{
	struct selector s = selector_of_address(&(struct address) { 0 });

	s.start = address(start);
	s.end = address(end);
	return s;
}

static void blocks_are_parsed(void **state)
{
	static const struct {
		const char *text, *address;
		uint8_t len;
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0", 8 },
		{ "0.0.0.0/0", "0.0.0.0", 0 },
		{ "128.0.0.0/1", "128.0.0.0", 1 },
		{ "192.0.1.1/32", "192.0.1.1", 32 },
		{ "192.0.1.1", "192.0.1.1", 32 },
		{ "192.0.1.128/25", "192.0.1.128", 25 },
		{ "2001:db8::/32", "2001:db8::", 32 },
		{ "::/0", "::", 0 },
		{ "::1", "::1", 128 },
		{ "::1/128", "::1", 128 },
		{ "8000::/1", "8000::", 1 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", /* the longest text */
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct address expected = address(rows[i].address);
		struct prefix p;

		assert_true(prefix_parse(rows[i].text, &p));
		assert_true(address_equal(&p.address, &expected));
		assert_int_equal(p.len, rows[i].len);
	}
}

static void what_is_no_block_is_refused(void **state)
{
	static const char *const rows[] = {
		"",           "/",            "/8",           "10.0.0.0/",     "10.0.0.0/33",
		"::/129",     "10.0.0.0/-1",  "10.0.0.0/8 ",  "10.0.0.0/8/8",  "10.0.0.0 /8",
		"10.0.0.1/8", "10.0.0.0/255.0.0.0",           "10/8",          "10.0.0.0/256",
		"2001:db8::1/64",             "1.0.0.0/0",    "::1/127",       "128.0.0.0/0",
		"10.0.0.0/18446744073709551624",              "host/8",        "10.0.0.0/0x8",
		"0000000000000000000000000000000000000000000000000000000000000::/0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct prefix p = { .len = 77 };

		assert_false(prefix_parse(rows[i], &p));
		assert_int_equal(p.len, 77);
	}
}

static void every_mask_makes_its_range_and_is_found_again(void **state)
{
	static const char *const ones[] = { "255.255.255.255",
					    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
		struct address last = address(ones[i]);
		unsigned int bits = (unsigned int)address_len(&last) * 8;

		for (unsigned int len = 0; len <= bits; len++) {
			struct prefix p = { last, (uint8_t)len }, back = { 0 }, cover;
			struct selector s = selector_of_prefix(&p, 17, 5, 6);

			assert_true(address_equal(&s.end, &last));
			assert_int_equal(s.protocol, 17);
			assert_int_equal(s.port_start, 5);
			assert_int_equal(s.port_end, 6);
			assert_true(selector_to_prefix(&s, &back));
			assert_int_equal(back.len, len);
			assert_true(address_equal(&back.address, &s.start));
			cover = selector_cover(&s);
			assert_int_equal(cover.len, len);
			assert_true(address_equal(&cover.address, &s.start));
		}
	}
}

static void range_of_a_block_ends_where_it_should(void **state)
{
	struct selector s, expected = range("192.0.1.64", "192.0.1.127");
	struct prefix p;

	(void)state;
	assert_true(prefix_parse("192.0.1.64/26", &p));
	s = selector_of_prefix(&p, 0, 0, ALL_PORTS);
	assert_true(selector_equal(&s, &expected));
	p.address.ip[3] = 100; /* host bits do not matter */
	s = selector_of_prefix(&p, 0, 0, ALL_PORTS);
	assert_true(selector_equal(&s, &expected));
}

static void cover_is_the_smallest_block_around_a_range(void **state)
{
	static const struct {
		const char *start, *end, *cover;
		bool exact;
	} rows[] = {
		{ "10.0.0.0", "10.0.0.255", "10.0.0.0/24", true },
		{ "10.0.0.1", "10.0.0.255", "10.0.0.0/24", false },
		{ "10.0.0.0", "10.0.0.254", "10.0.0.0/24", false },
		{ "10.0.0.127", "10.0.0.128", "10.0.0.0/24", false },
		{ "10.0.0.5", "10.0.0.5", "10.0.0.5/32", true },
		{ "10.0.0.4", "10.0.0.6", "10.0.0.4/30", false },
		{ "127.255.255.255", "128.0.0.0", "0.0.0.0/0", false },
		{ "0.0.0.0", "255.255.255.255", "0.0.0.0/0", true },
		{ "2001:db8::", "2001:db8::ffff", "2001:db8::/112", true },
		{ "2001:db8::1", "2001:db8:1::", "2001:db8::/47", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selector s = range(rows[i].start, rows[i].end);
		struct prefix expected, cover = selector_cover(&s), exact = { .len = 77 };

		assert_true(prefix_parse(rows[i].cover, &expected));
		assert_int_equal(cover.len, expected.len);
		assert_true(address_equal(&cover.address, &expected.address));
		assert_int_equal(selector_to_prefix(&s, &exact), rows[i].exact);
		assert_int_equal(exact.len, rows[i].exact ? expected.len : 77);
	}
}

static void no_address_is_no_block(void **state)
{
	struct selector none = { 0 };
	struct prefix p = { .len = 77 };

	(void)state;
	assert_false(selector_to_prefix(&none, &p));
	assert_int_equal(p.len, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_parsed),
		cmocka_unit_test(what_is_no_block_is_refused),
		cmocka_unit_test(every_mask_makes_its_range_and_is_found_again),
		cmocka_unit_test(range_of_a_block_ends_where_it_should),
		cmocka_unit_test(cover_is_the_smallest_block_around_a_range),
		cmocka_unit_test(no_address_is_no_block),
	};

	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
