/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "net/selector.h"

/* A selector as text; no start: none. */
struct row {
	const char *start, *end;
	uint8_t protocol;
	uint16_t port_start, port_end;
};

#define ANY_PORT 0, 65535
#define OPAQUE   65535, 0

static struct selector selector(const struct row *row)
{
	struct selector s = { .protocol = row->protocol,
			      .port_start = row->port_start,
			      .port_end = row->port_end };

	assert_true(address_parse(row->start, &s.start));
	assert_true(address_parse(row->end, &s.end));
	return s;
}

static void address_alone_takes_in_all_its_traffic(void **state)
{
	struct row row = { "2001:db8::1", "2001:db8::1", 0, ANY_PORT };
	struct selector expected = selector(&row), s = selector_of_address(&expected.start);

	(void)state;
	assert_true(selector_equal(&s, &expected));
}

static void equal_means_every_field(void **state)
{
	static const struct row rows[] = {
		{ "10.0.0.1", "10.0.0.9", IPPROTO_TCP, 80, 90 },
		{ "10.0.0.2", "10.0.0.9", IPPROTO_TCP, 80, 90 },
		{ "10.0.0.1", "10.0.0.8", IPPROTO_TCP, 80, 90 },
		{ "10.0.0.1", "10.0.0.9", IPPROTO_UDP, 80, 90 },
		{ "10.0.0.1", "10.0.0.9", IPPROTO_TCP, 81, 90 },
		{ "10.0.0.1", "10.0.0.9", IPPROTO_TCP, 80, 91 },
		{ "a00:1::", "a00:9::", IPPROTO_TCP, 80, 90 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
			struct selector a = selector(&rows[i]), b = selector(&rows[j]);

			assert_int_equal(selector_equal(&a, &b), i == j);
		}
	}
}

static const struct {
	struct row a, b, both;
} intersections[] = {
	/* the same */
	{ { "10.0.0.0", "10.0.0.255", 0, ANY_PORT },
	  { "10.0.0.0", "10.0.0.255", 0, ANY_PORT },
	  { "10.0.0.0", "10.0.0.255", 0, ANY_PORT } },
	/* one inside the other, protocol and ports narrowed too */
	{ { "10.0.0.0", "10.255.255.255", 0, ANY_PORT },
	  { "10.0.1.0", "10.0.1.255", IPPROTO_TCP, 80, 80 },
	  { "10.0.1.0", "10.0.1.255", IPPROTO_TCP, 80, 80 } },
	/* overlapping, each narrows something */
	{ { "10.0.0.5", "10.0.0.20", IPPROTO_UDP, 100, 200 },
	  { "10.0.0.10", "10.0.0.30", 0, 150, 65535 },
	  { "10.0.0.10", "10.0.0.20", IPPROTO_UDP, 150, 200 } },
	/* touching in one address, one port */
	{ { "10.0.0.0", "10.0.0.10", IPPROTO_TCP, 0, 80 },
	  { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, 80, 65535 },
	  { "10.0.0.10", "10.0.0.10", IPPROTO_TCP, 80, 80 } },
	/* beside each other */
	{ { "10.0.0.0", "10.0.0.9", 0, ANY_PORT },
	  { "10.0.0.10", "10.0.0.20", 0, ANY_PORT },
	  { 0 } },
	/* other protocol */
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, ANY_PORT },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_UDP, ANY_PORT },
	  { 0 } },
	/* other ports */
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, 0, 79 },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, 80, 90 },
	  { 0 } },
	/* other family, even with the same first octets */
	{ { "10.0.0.0", "10.255.255.255", 0, ANY_PORT }, { "a00::", "aff::", 0, ANY_PORT }, { 0 } },
	/* all ports take in OPAQUE */
	{ { "10.0.0.0", "10.0.0.9", 0, ANY_PORT },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE } },
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE } },
	/* some ports do not, whichever */
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, 0, 65534 },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { 0 } },
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, 1, 65535 },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { 0 } },
	{ { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, 0, 0 },
	  { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE },
	  { 0 } },
	/* the order is that of unsigned octets */
	{ { "127.0.0.0", "200.0.0.0", 0, ANY_PORT },
	  { "128.0.0.0", "255.255.255.255", 0, ANY_PORT },
	  { "128.0.0.0", "200.0.0.0", 0, ANY_PORT } },
	/* IPv6 */
	{ { "2001:db8::", "2001:db8::ffff", IPPROTO_ICMPV6, ANY_PORT },
	  { "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 0x8000, 0x80ff },
	  { "2001:db8::", "2001:db8::ffff", IPPROTO_ICMPV6, 0x8000, 0x80ff } },
};

static void assert_intersection(const struct selector *a, const struct selector *b,
				const struct row *row)
{
	struct selector both = { .protocol = 77 }, expected;

	assert_int_equal(selector_intersect(a, b, &both), row->start != NULL);
	if (row->start) {
		expected = selector(row);
		assert_true(selector_equal(&both, &expected));
		assert_true(selector_contains(a, &both));
		assert_true(selector_contains(b, &both));
	} else {
		assert_int_equal(both.protocol, 77);
		assert_false(selector_contains(a, b));
		assert_false(selector_contains(b, a));
	}
}

static void intersection_is_what_both_cover_in_either_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(intersections); i++) {
		struct selector a = selector(&intersections[i].a);
		struct selector b = selector(&intersections[i].b);

		assert_intersection(&a, &b, &intersections[i].both);
		assert_intersection(&b, &a, &intersections[i].both);
	}
}

static void contains_needs_every_field_to_be_covered(void **state)
{
	static const struct row outer_row = { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, 80, 90 };
	static const struct {
		struct row inner;
		bool contained;
	} rows[] = {
		{ { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, 80, 90 }, true },
		{ { "10.0.0.12", "10.0.0.12", IPPROTO_TCP, 85, 85 }, true },
		{ { "10.0.0.9", "10.0.0.20", IPPROTO_TCP, 80, 90 }, false },
		{ { "10.0.0.10", "10.0.0.21", IPPROTO_TCP, 80, 90 }, false },
		{ { "10.0.0.10", "10.0.0.20", 0, 80, 90 }, false },
		{ { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, 79, 90 }, false },
		{ { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, 80, 91 }, false },
		{ { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, ANY_PORT }, false },
		{ { "10.0.0.10", "10.0.0.20", IPPROTO_TCP, OPAQUE }, false },
	};
	struct selector outer = selector(&outer_row);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selector inner = selector(&rows[i].inner);

		assert_int_equal(selector_contains(&outer, &inner), rows[i].contained);
	}
}

static void opaque_takes_in_only_itself(void **state)
{
	static const struct row opaque_row = { "10.0.0.0", "10.0.0.9", IPPROTO_TCP, OPAQUE };
	struct selector opaque = selector(&opaque_row), any = opaque;

	(void)state;
	any.port_start = 0;
	any.port_end = 65535;
	assert_true(selector_contains(&opaque, &opaque));
	assert_true(selector_contains(&any, &opaque));
	assert_false(selector_contains(&opaque, &any));
}

static void both_ends_of_the_range_are_in_it(void **state)
{
	static const struct row row = { "10.0.0.10", "10.0.0.20", 0, ANY_PORT };
	static const struct {
		const char *address;
		bool has;
	} rows[] = {
		{ "10.0.0.9", false }, { "10.0.0.10", true }, { "10.0.0.15", true },
		{ "10.0.0.20", true }, { "10.0.0.21", false }, { "a00:f::", false },
	};
	struct selector s = selector(&row);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct address a;

		assert_true(address_parse(rows[i].address, &a));
		assert_int_equal(selector_has_address(&s, &a), rows[i].has);
	}
}

static void no_address_covers_nothing(void **state)
{
	struct selector none = { .port_end = 65535 }, both = { .protocol = 77 };

	(void)state;
	assert_false(selector_intersect(&none, &none, &both));
	assert_int_equal(both.protocol, 77);
	assert_false(selector_contains(&none, &none));
	assert_false(selector_has_address(&none, &none.start));
}

static void selectors_print_as_documented(void **state)
{
	static const struct {
		struct row row;
		const char *text;
	} rows[] = {
		{ { "192.0.1.0", "192.0.1.255", 0, ANY_PORT }, "192.0.1.0/24" },
		{ { "192.0.1.7", "192.0.1.7", 0, ANY_PORT }, "192.0.1.7/32" },
		{ { "0.0.0.0", "255.255.255.255", 0, ANY_PORT }, "0.0.0.0/0" },
		{ { "192.0.1.1", "192.0.1.2", 0, ANY_PORT }, "192.0.1.1-192.0.1.2" },
		{ { "2001:db8::", "2001:db8::ffff", 0, ANY_PORT }, "2001:db8::/112" },
		{ { "::1", "::1", 0, ANY_PORT }, "::1/128" },
		{ { "192.0.1.0", "192.0.1.255", IPPROTO_TCP, 80, 80 }, "192.0.1.0/24/TCP/80" },
		{ { "192.0.1.0", "192.0.1.255", IPPROTO_UDP, 80, 90 }, "192.0.1.0/24/UDP/80-90" },
		{ { "192.0.1.0", "192.0.1.255", IPPROTO_TCP, ANY_PORT }, "192.0.1.0/24/TCP" },
		{ { "192.0.1.0", "192.0.1.255", IPPROTO_TCP, OPAQUE },
		  "192.0.1.0/24/TCP/OPAQUE" },
		{ { "192.0.1.0", "192.0.1.255", 0, OPAQUE }, "192.0.1.0/24/0/OPAQUE" },
		{ { "192.0.1.0", "192.0.1.255", IPPROTO_ICMP, 2048, 2303 },
		  "192.0.1.0/24/ICMP/2048-2303" },
		{ { "::", "::", IPPROTO_ICMPV6, 0, 0 }, "::/128/ICMPv6/0" },
		{ { "192.0.1.0", "192.0.1.255", 255, ANY_PORT }, "192.0.1.0/24/255" },
		{ { "192.0.1.0", "192.0.1.255", 47, 1, 65535 }, "192.0.1.0/24/47/1-65535" },
		{ { "1111:2222:3333:4444:5555:6666:7777:8888",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", IPPROTO_ICMPV6, 10000, 65535 },
		  "1111:2222:3333:4444:5555:6666:7777:8888-"
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/ICMPv6/10000-65535" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selector s = selector(&rows[i].row);
		char text[SELECTOR_TEXT_MAX];

		assert_ptr_equal(selector_print(&s, text), text);
		assert_string_equal(text, rows[i].text);
	}
}

static void no_selector_prints_as_such(void **state)
{
	struct selector none = { .port_end = 65535 };
	char text[SELECTOR_TEXT_MAX];

	(void)state;
	assert_string_equal(selector_print(&none, text), "<none>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_alone_takes_in_all_its_traffic),
		cmocka_unit_test(equal_means_every_field),
		cmocka_unit_test(intersection_is_what_both_cover_in_either_order),
		cmocka_unit_test(contains_needs_every_field_to_be_covered),
		cmocka_unit_test(opaque_takes_in_only_itself),
		cmocka_unit_test(both_ends_of_the_range_are_in_it),
		cmocka_unit_test(no_address_covers_nothing),
		cmocka_unit_test(selectors_print_as_documented),
		cmocka_unit_test(no_selector_prints_as_such),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
