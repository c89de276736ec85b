/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers have their names from the registry, and no number is without one. */

#include "wire_test.h"

static void names_are_the_registrys(void **state)
{
	(void)state;
	assert_string_equal(exchange_name(EXCHANGE_IKE_SA_INIT), "IKE_SA_INIT");
	assert_string_equal(exchange_name(44), "IKE_FOLLOWUP_KE");
	assert_string_equal(payload_name(PAYLOAD_TSR), "TSr");
	assert_string_equal(payload_name(PAYLOAD_NONE), "NONE");
	assert_string_equal(payload_name(53), "SKF");
	assert_string_equal(notify_name(NOTIFY_NO_PROPOSAL_CHOSEN), "NO_PROPOSAL_CHOSEN");
	assert_string_equal(notify_name(48), "TS_MAX_QUEUE");
	assert_string_equal(notify_name(16444), "SA_RESOURCE_INFO");
	assert_string_equal(notify_name(16404), "MULTIPLE_AUTH_SUPPORTED");
	assert_string_equal(notify_name(16417), "EAP_ONLY_AUTHENTICATION");
	assert_string_equal(notify_name(16431), "SIGNATURE_HASH_ALGORITHMS");
	assert_string_equal(protocol_name(PROTO_ESP), "ESP");
}

static void unknown_numbers_are_called_so(void **state)
{
	static const int unknown[] = { -1, 33000, 65535, 240, 2147483647 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		assert_string_equal(exchange_name(unknown[i]), "UNKNOWN");
		assert_string_equal(payload_name(unknown[i]), "UNKNOWN");
		assert_string_equal(notify_name(unknown[i]), "UNKNOWN");
		assert_string_equal(protocol_name(unknown[i]), "UNKNOWN");
	}
	assert_string_equal(exchange_name(0), "UNKNOWN");
	assert_string_equal(notify_name(NOTIFY_LAST_ERROR), "UNKNOWN");
}

static size_t named(const char *(*name)(int), int from, int to)
{
	size_t count = 0;

	for (int i = from; i <= to; i++)
		if (strcmp(name(i), "UNKNOWN") != 0)
			count++;
	return count;
}

static void registered_ranges_have_no_gap(void **state)
{
	(void)state;
	assert_int_equal(named(exchange_name, 34, 44), 11);
	assert_int_equal(named(payload_name, 33, 54), 22);
	assert_int_equal(named(protocol_name, 0, 6), 7);
	assert_int_equal(named(notify_name, 34, 49), 16);
	assert_int_equal(named(notify_name, 0, 33), 9);
	assert_int_equal(named(notify_name, 16384, 16446), 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_registrys),
		cmocka_unit_test(unknown_numbers_are_called_so),
		cmocka_unit_test(registered_ranges_have_no_gap),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
