/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "net/address.h"

static struct address parsed(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static void addresses_print_as_they_were_written(void **state)
{
	static const struct {
		const char *text;
		uint16_t family;
		size_t len;
	} rows[] = {
		{ "192.1.2.23", AF_INET, 4 },
		{ "0.0.0.0", AF_INET, 4 },
		{ "255.255.255.255", AF_INET, 4 },
		{ "::", AF_INET6, 16 },
		{ "::1", AF_INET6, 16 },
		{ "2001:db8::1", AF_INET6, 16 },
		{ "::ffff:192.1.2.23", AF_INET6, 16 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6, 16 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct address a = parsed(rows[i].text);
		char text[ADDRESS_TEXT_MAX];

		assert_int_equal(a.family, rows[i].family);
		assert_int_equal(address_len(&a), rows[i].len);
		assert_true(address_is_set(&a));
		assert_ptr_equal(address_print(&a, text), text);
		assert_string_equal(text, rows[i].text);
	}
}

static void what_is_no_numeric_address_is_refused(void **state)
{
	static const char *const rows[] = {
		"",          "1.2.3",       "1.2.3.4.5", "1.2.3.256", "1.2.3.04",  " 1.2.3.4",
		"1.2.3.4 ",  "1.2.3.4/32",  "0x1020304", "16909060",  "localhost", "%any",
		":",         ":::",         "1::2::3",   "fe80::1%1", "[::1]",     "12345::",
		"1:2:3:4:5:6:7:8:9",        "::1.2.3",   "::g",       "1.2.3.-4",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct address a = { .family = 77 };

		assert_false(address_parse(rows[i], &a));
		assert_int_equal(a.family, 77);
	}
}

static void octets_are_in_network_order_and_the_rest_is_zero(void **state)
{
	struct address v4 = parsed("192.1.2.23"), v6 = parsed("2001:db8::17");

	(void)state;
	assert_memory_equal(v4.ip, "\xc0\x01\x02\x17\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_memory_equal(v6.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x17", 16);
	assert_ptr_equal(address_bytes(&v4).ptr, v4.ip);
	assert_int_equal(address_bytes(&v4).len, 4);
	assert_int_equal(address_bytes(&v6).len, 16);
}

static void only_four_or_sixteen_octets_are_read(void **state)
{
	static const uint8_t raw[20] = { 10, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

	(void)state;
	for (size_t len = 0; len <= sizeof(raw); len++) {
		struct address a = { .family = 77 };
		bool good = len == 4 || len == 16;

		assert_int_equal(address_read(bytes_at(raw, len), &a), good);
		if (good)
			assert_true(bytes_equal(address_bytes(&a), bytes_at(raw, len)));
		assert_int_equal(a.family, len == 4 ? AF_INET : len == 16 ? AF_INET6 : 77);
	}
}

static void reading_four_leaves_the_rest_zero(void **state)
{
	static const uint8_t zeros[12];
	struct address a;

	(void)state;
	memset(&a, 0xff, sizeof(a));
	assert_true(address_read(bytes_at("\1\2\3\4", 4), &a));
	assert_memory_equal(a.ip + 4, zeros, 12);
}

static void equal_is_family_and_octets(void **state)
{
	struct address a = parsed("10.0.0.1"), same = parsed("10.0.0.1"), b = parsed("10.0.0.2");
	struct address v6 = parsed("a00:1::"), none = { 0 }, also_none = { .ip = { 1 } };

	(void)state;
	assert_true(address_equal(&a, &same));
	assert_false(address_equal(&a, &b));
	assert_false(address_equal(&a, &v6)); /* the same first octets */
	assert_false(address_equal(&a, &none));
	assert_true(address_equal(&none, &also_none));
	same.ip[5] = 1;
	assert_true(address_equal(&a, &same));
	b = v6;
	b.ip[15] = 1;
	assert_false(address_equal(&b, &v6));
}

static void none_and_any_are_different_things(void **state)
{
	struct address none = { 0 }, odd = { .family = AF_UNIX }, any4 = parsed("0.0.0.0");
	struct address any6 = parsed("::"), one = parsed("0.0.0.1"), one6 = parsed("::1");
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_false(address_is_set(&none));
	assert_false(address_is_any(&none));
	assert_int_equal(address_len(&none), 0);
	assert_int_equal(address_bytes(&none).len, 0);
	assert_string_equal(address_print(&none, text), "<none>");
	assert_false(address_is_set(&odd));
	assert_string_equal(address_print(&odd, text), "<none>");
	assert_true(address_is_any(&any4));
	assert_true(address_is_any(&any6));
	assert_false(address_is_any(&one));
	assert_false(address_is_any(&one6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_print_as_they_were_written),
		cmocka_unit_test(what_is_no_numeric_address_is_refused),
		cmocka_unit_test(octets_are_in_network_order_and_the_rest_is_zero),
		cmocka_unit_test(only_four_or_sixteen_octets_are_read),
		cmocka_unit_test(reading_four_leaves_the_rest_zero),
		cmocka_unit_test(equal_is_family_and_octets),
		cmocka_unit_test(none_and_any_are_different_things),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
