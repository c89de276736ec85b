/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "net/address.h"

static struct endpoint endpoint(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	if (address)
		assert_true(address_parse(address, &e.address));
	return e;
}

static void endpoints_print_as_users_know_them(void **state)
{
	static const struct {
		const char *address;
		uint16_t port;
		const char *text;
	} rows[] = {
		{ "192.1.2.23", 500, "192.1.2.23:UDP/500" },
		{ "2001:db8::1", 4500, "[2001:db8::1]:UDP/4500" },
		{ "::", 0, "[::]:UDP/0" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888", 65535,
		  "[1111:2222:3333:4444:5555:6666:7777:8888]:UDP/65535" },
		{ NULL, 500, "<none>:UDP/500" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct endpoint e = endpoint(rows[i].address, rows[i].port);
		char text[ENDPOINT_TEXT_MAX];

		assert_ptr_equal(endpoint_print(&e, text), text);
		assert_string_equal(text, rows[i].text);
	}
}

static void equal_is_address_and_port(void **state)
{
	struct endpoint a = endpoint("10.0.0.1", 500), same = a;
	struct endpoint port = endpoint("10.0.0.1", 4500), address = endpoint("10.0.0.2", 500);

	(void)state;
	assert_true(endpoint_equal(&a, &same));
	assert_false(endpoint_equal(&a, &port));
	assert_false(endpoint_equal(&a, &address));
}

static void sockaddr_is_what_the_socket_api_wants(void **state)
{
	struct endpoint v4 = endpoint("192.1.2.23", 0x1234), v6 = endpoint("2001:db8::1", 4500);
	struct sockaddr_storage storage;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	(void)state;
	memset(&storage, 0xff, sizeof(storage));
	assert_int_equal(endpoint_to_sockaddr(&v4, &storage), sizeof(in));
	memcpy(&in, &storage, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_memory_equal(&in.sin_port, "\x12\x34", 2);
	assert_memory_equal(&in.sin_addr, "\xc0\x01\x02\x17", 4);

	memset(&storage, 0xff, sizeof(storage));
	assert_int_equal(endpoint_to_sockaddr(&v6, &storage), sizeof(in6));
	memcpy(&in6, &storage, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6.sin6_port), 4500);
	assert_memory_equal(&in6.sin6_addr, v6.address.ip, 16);
	assert_int_equal(in6.sin6_scope_id, 0);
	assert_int_equal(in6.sin6_flowinfo, 0);
}

static void sockaddr_survives_the_round_trip(void **state)
{
	static const char *const addresses[] = { "0.0.0.0", "255.255.255.255", "::", "fe80::1" };
	static const uint16_t ports[] = { 0, 1, 500, 65535 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct endpoint e = endpoint(addresses[i], ports[i]), back;
		struct sockaddr_storage storage;

		assert_true(endpoint_to_sockaddr(&e, &storage) > 0);
		memset(&back, 0xff, sizeof(back));
		assert_true(endpoint_from_sockaddr(&storage, &back));
		assert_true(endpoint_equal(&e, &back));
		assert_memory_equal(back.address.ip, e.address.ip, 16);
	}
}

static void scope_is_not_kept(void **state)
{
	struct sockaddr_storage storage = { 0 };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = 3 };
	struct endpoint e, plain = endpoint("::", 0);

	(void)state;
	memcpy(&storage, &in6, sizeof(in6));
	assert_true(endpoint_from_sockaddr(&storage, &e));
	assert_true(endpoint_equal(&e, &plain));
}

static void other_families_are_refused_and_nothing_is_written(void **state)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNIX }, before = storage;
	struct endpoint none = { .port = 500 }, out = { .port = 77 };

	(void)state;
	assert_int_equal(endpoint_to_sockaddr(&none, &storage), 0);
	assert_memory_equal(&storage, &before, sizeof(storage));
	assert_false(endpoint_from_sockaddr(&storage, &out));
	storage.ss_family = AF_UNSPEC;
	assert_false(endpoint_from_sockaddr(&storage, &out));
	assert_int_equal(out.port, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_print_as_users_know_them),
		cmocka_unit_test(equal_is_address_and_port),
		cmocka_unit_test(sockaddr_is_what_the_socket_api_wants),
		cmocka_unit_test(sockaddr_survives_the_round_trip),
		cmocka_unit_test(scope_is_not_kept),
		cmocka_unit_test(other_families_are_refused_and_nothing_is_written),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
