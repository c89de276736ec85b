/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's views as records: the keys that docs/control.md promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "pluto/control/records.h"

static struct endpoint endpoint(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	assert_true(address_parse(address, &e.address));
	return e;
}

static struct child_view clone_view(const struct traffic *traffic)
{
	return (struct child_view) {
		.serial = 4, .ike_serial = 1, .name = "c-2", .set = "c", .clone = 2, .slot = 2,
		.has_clones = true, .cpu = 5, .role = ROLE_RESPONDER, .inbound = true,
		.outbound = true, .spi_in = 0xd2a4f1c0, .spi_out = 0xb,
		.local = endpoint("192.1.2.45", 4500), .remote = endpoint("192.1.2.23", 61234),
		.traffic = traffic, .encapsulated = true, .algorithms = "AES_GCM_16_256",
		.in = { .bytes = 84, .packets = 1 }, .out = { .bytes = 168, .packets = 2 },
		.max_bytes = CONF_LIMIT_NONE, .max_packets = CONF_LIMIT_NONE,
		.age = SECONDS(12), .expires_in = SECONDS(100), .rekey_in = SECONDS(70),
		.rekey_packets = UINT64_C(1) << 31, .reqid = 16384, .newest = true,
	};
}

static void assert_text(const json_t *o, const char *key, const char *expected)
{
	assert_string_equal(json_string_value(json_object_get(o, key)), expected);
}

static void assert_number(const json_t *o, const char *key, json_int_t expected)
{
	const json_t *value = json_object_get(o, key);

	assert_true(json_is_integer(value));
	assert_int_equal(json_integer_value(value), expected);
}

static void assert_null_at(const json_t *o, const char *key)
{
	assert_true(json_is_null(json_object_get(o, key)));
}

static void assert_clone_facts(const json_t *o)
{
	assert_number(o, "serial", 4);
	assert_text(o, "name", "c-2");
	assert_text(o, "set", "c");
	assert_number(o, "slot", 2);
	assert_number(o, "cpu", 5);
	assert_true(json_is_false(json_object_get(o, "spare")));
	assert_text(o, "role", "responder");
	assert_text(o, "spi_in", "d2a4f1c0");
	assert_text(o, "spi_out", "0000000b");
	assert_text(o, "local", "192.1.2.45");
	assert_text(o, "remote", "192.1.2.23");
	assert_number(o, "local_port", 4500);
	assert_number(o, "remote_port", 61234);
	assert_number(o, "in_bytes", 84);
	assert_number(o, "in_packets", 1);
	assert_number(o, "out_bytes", 168);
	assert_number(o, "out_packets", 2);
	assert_number(o, "age", 12);
	assert_number(o, "rekey_in", 70);
	assert_null_at(o, "rekey_bytes");
	assert_number(o, "rekey_packets", INT64_C(1) << 31);
	assert_number(o, "expires_in", 100);
}

static void traffic_and_state_say_the_same_of_a_clone(void **state)
{
	const struct traffic nothing = { 0 };
	struct child_view view = clone_view(&nothing);
	json_t *traffic = traffic_record(&view), *child = child_record(&view);
	const json_t *body = json_object_get(child, "state");

	(void)state;
	assert_clone_facts(json_object_get(traffic, "traffic"));
	assert_clone_facts(body);
	assert_true(json_is_true(json_object_get(body, "newest")));
	assert_true(json_is_false(json_object_get(body, "owner")));
	assert_true(json_is_true(json_object_get(body, "idle")));
	json_decref(traffic);
	json_decref(child);
}

static void what_is_not_there_is_null(void **state)
{
	const struct traffic nothing = { 0 };
	struct child_view view = clone_view(&nothing);
	json_t *record;
	const json_t *body;

	(void)state;
	view.has_clones = false;
	view.cpu = KERNEL_CPU_NONE;
	view.rekey_in = TIME_NEVER;
	record = traffic_record(&view);
	body = json_object_get(record, "traffic");
	assert_null_at(body, "set");
	assert_null_at(body, "slot");
	assert_null_at(body, "cpu");
	assert_null_at(body, "rekey_in");
	json_decref(record);
}

static void a_spare_is_idle_though_it_only_receives(void **state)
{
	const struct traffic nothing = { 0 };
	struct child_view view = clone_view(&nothing);
	json_t *record;

	(void)state;
	view.outbound = false;
	record = child_record(&view);
	assert_true(json_is_false(json_object_get(json_object_get(record, "state"), "idle")));
	json_decref(record);
	view.spare = true;
	record = child_record(&view);
	assert_true(json_is_true(json_object_get(json_object_get(record, "state"), "idle")));
	assert_true(json_is_true(json_object_get(json_object_get(record, "state"), "spare")));
	json_decref(record);
}

static void an_ike_sa_says_how_it_is_followed(void **state)
{
	struct ike_view view = {
		.serial = 1, .name = "c", .state = "established IKE SA", .established = true,
		.local = endpoint("192.1.2.45", 500), .remote = endpoint("192.1.2.23", 500),
		.algorithms = "", .expires_in = SECONDS(100), .rekey_in = TIME_NEVER,
		.reauth_in = SECONDS(60),
	};
	json_t *record = ike_record(&view);
	const json_t *body = json_object_get(record, "state");

	(void)state;
	assert_null_at(body, "rekey_in");
	assert_number(body, "replace_in", 60);
	assert_number(body, "expires_in", 100);
	assert_number(body, "port", 500);
	json_decref(record);
	view.established = false;
	record = ike_record(&view);
	assert_null_at(json_object_get(record, "state"), "expires_in");
	json_decref(record);
}

static void a_set_says_how_its_clones_are(void **state)
{
	struct set_view view = {
		.name = "c", .head = "up", .up = true, .bound = true, .wanted = 9, .clones_up = 1,
		.negotiating = 2, .refused = 3, .waiting = 1, .empty = 2, .spares = 4,
		.why = "TS_MAX_QUEUE", .retry_in = SECONDS(5), .max_clones = 20, .turned_away = 6,
	};
	json_t *record = set_record(&view, CONTROL_OK);
	const json_t *body = json_object_get(record, "set");

	(void)state;
	assert_number(record, "class", 0);
	assert_number(body, "wanted", 9);
	assert_number(body, "up", 1);
	assert_number(body, "negotiating", 2);
	assert_number(body, "refused", 3);
	assert_number(body, "waiting", 1);
	assert_number(body, "empty", 2);
	assert_number(body, "spare", 4);
	assert_text(body, "why", "TS_MAX_QUEUE");
	assert_number(body, "retry_in", 5);
	assert_number(body, "max_clones", 20);
	assert_number(body, "turned_away", 6);
	json_decref(record);
}

static void a_way_says_by_which_device_a_peer_is_reached(void **state)
{
	struct endpoint peer = endpoint("2001:db8::23", 500);
	json_t *known = way_record(&peer.address, "eth1"), *unknown = way_record(&peer.address, "");

	(void)state;
	assert_text(json_object_get(known, "way"), "remote", "2001:db8::23");
	assert_text(json_object_get(known, "way"), "device", "eth1");
	assert_null_at(json_object_get(unknown, "way"), "device");
	json_decref(known);
	json_decref(unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traffic_and_state_say_the_same_of_a_clone),
		cmocka_unit_test(what_is_not_there_is_null),
		cmocka_unit_test(a_spare_is_idle_though_it_only_receives),
		cmocka_unit_test(an_ike_sa_says_how_it_is_followed),
		cmocka_unit_test(a_set_says_how_its_clones_are),
		cmocka_unit_test(a_way_says_by_which_device_a_peer_is_reached),
	};

	return cmocka_run_group_tests_name("control_records", tests, NULL, NULL);
}
