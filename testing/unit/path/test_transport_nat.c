/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transport mode through a NAT (RFC 7296 2.23.1): west knows itself by 192.1.2.45 and east knows it
 * by 203.0.113.9, and the selectors are those addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "pair/engine_pair.h"
#include "pair/path_facts.h"
#include "provider.h"

static struct pair *pair_behind(const char *more)
{
	static const char conn[] = "conn t\n left=%s\n right=192.1.2.23\n leftid=@west\n"
				   " rightid=@east\n authby=secret\n auto=add\n%s";
	struct pair *pair = pair_new(&(struct pair_setup) {
		.nat = { true, pair_address("203.0.113.9"), IKE_PORT,
			 IKE_NAT_PORT },
	});
	char text[400];

	(void)snprintf(text, sizeof(text), conn, "192.1.2.45", more);
	pair_add(&pair->west, text);
	(void)snprintf(text, sizeof(text), conn, "203.0.113.9", more);
	pair_add(&pair->east, text);
	return pair;
}

/* All policies that protect something are between these two, and there are SAs. */
static void assert_between(const struct side *side, const char *one, const char *other)
{
	struct address a = pair_address(one), b = pair_address(other);
	unsigned protecting = 0;

	for (size_t i = 0; i < side->kernel.policy_count; i++) {
		const struct double_policy *p = &side->kernel.policies[i];

		if (p->kind != POLICY_PROTECT)
			continue;
		protecting++;
		assert_true(address_equal(&p->source.start, &p->source.end));
		assert_true(address_equal(&p->destination.start, &p->destination.end));
		assert_true((address_equal(&p->source.start, &a) &&
			     address_equal(&p->destination.start, &b)) ||
			    (address_equal(&p->source.start, &b) &&
			     address_equal(&p->destination.start, &a)));
	}
	assert_true(protecting >= 2);
}

static void assert_settled(struct pair *pair, size_t count)
{
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.kernel.sa_count, 2 * count);
	assert_int_equal(pair_shared_sas(pair), 2 * count);
	assert_between(&pair->west, "192.1.2.45", "192.1.2.23");
	assert_between(&pair->east, "203.0.113.9", "192.1.2.23");
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
	for (size_t i = 0; i < pair->east.kernel.sa_count; i++)
		assert_true(pair->east.kernel.sas[i].encapsulated);
}

static const struct {
	const char *what, *options;
	size_t count;
} rows[] = {
	{ "one Child SA", " type=transport\n", 1 },
	{ "a head and clones", " type=transport\n clones=2\n", 3 },
	{ "one protocol and port", " type=transport\n leftprotoport=udp/1701\n"
				   " rightprotoport=udp/1701\n", 1 },
	{ "narrowing", " type=transport\n narrowing=yes\n", 1 },
};

static void test_from_either_end_and_rekeyed(void **state)
{
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_behind(rows[i / 2].options);
		struct side *begins = i % 2 == 0 ? &pair->west : &pair->east;

		print_message("%s, by %s\n", rows[i / 2].what, i % 2 == 0 ? "west" : "east");
		ike_engine_up(begins->engine, "t", false, 7, pair->now);
		assert_settled(pair, rows[i / 2].count);
		assert_int_equal(begins->last_code, CONTROL_OK);
		assert_true(pair_ike(&pair->west)->nat_local);
		assert_true(pair_ike(&pair->east)->nat_remote);
		for (size_t r = 0; r < 4; r++) {
			struct side *side = r < 2 ? &pair->west : &pair->east;

			pair_advance(pair, SECONDS(120));
			ike_engine_rekey(side->engine, "t", what[r % 2], 7, pair->now);
			assert_settled(pair, rows[i / 2].count);
			assert_int_equal(side->last_code, CONTROL_OK);
		}
		pair_free(pair);
	}
}

/* The packet that meets the trap is between the two ends too, and each has its own word for them. */
static void test_by_a_trap_of_either_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_behind(rows[i / 2].options);
		struct side *begins = i % 2 == 0 ? &pair->west : &pair->east;
		struct address west = pair_address(i % 2 == 0 ? "192.1.2.45" : "203.0.113.9");
		struct address east = pair_address("192.1.2.23");
		const struct kernel_acquire acquire = {
			connection_find_name(&begins->engine->w.connections, "t")->reqid,
			KERNEL_CPU_NONE,
			traffic_packet_of(i % 2 == 0 ? &west : &east, i % 2 == 0 ? &east : &west,
					  IPPROTO_UDP, 1701, 1701),
		};

		print_message("%s, by %s\n", rows[i / 2].what, i % 2 == 0 ? "west" : "east");
		ike_engine_route(begins->engine, "t", 7, pair->now);
		ike_engine_on_acquire(begins->engine, &acquire, pair->now);
		assert_true(traffic_packet_is_set(
			&connection_find_name(&begins->engine->w.connections, "t")->trigger));
		assert_settled(pair, rows[i / 2].count);
		assert_int_equal(pair->west.kernel.policy_count, 2);
		assert_int_equal(pair->east.kernel.policy_count, 2);
		pair_free(pair);
	}
}

/* In tunnel mode the selectors are what they are. */
static void test_tunnels_are_not_seen_otherwise(void **state)
{
	struct pair *pair = pair_behind(" type=tunnel\n");

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.kernel.sa_count + pair->east.kernel.sa_count, 0);
	assert_int_not_equal(pair->west.last_code, CONTROL_OK);
	pair_free(pair);
}

/* West would not agree to them. */
static bool loses_answers(struct pair *pair, const struct packet *packet)
{
	return packet->sender == &pair->east &&
	       packet->bytes.ptr[18] == EXCHANGE_IKE_AUTH;
}

/* Whatever the peer calls itself it gets what is between the two ends, and nothing wider. */
static void test_only_one_address_is_seen_otherwise(void **state)
{
	static const struct {
		const char *start, *end;
		bool taken;
	} says[] = {
		{ "10.0.0.1", "10.0.0.1", true },
		{ "192.1.2.23", "192.1.2.23", true },
		{ "10.0.0.1", "10.0.0.2", false },
		{ "10.0.0.0", "10.255.255.255", false },
		{ "2001:db8::1", "2001:db8::1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(says); i++) {
		struct pair *pair = pair_behind(" type=transport\n");
		struct connection *c;

		/* West's own address in what it asks for is another one. */
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		c = connection_find_name(&pair->west.engine->w.connections, "t");
		assert_non_null(c);
		c->traffic.local.list[0].start = pair_address(says[i].start);
		c->traffic.local.list[0].end = pair_address(says[i].end);
		pair->loses = loses_answers;
		pair_advance(pair, MILLISECONDS(100));
		assert_int_equal(pair->east.kernel.sa_count, says[i].taken ? 2 : 0);
		if (says[i].taken)
			assert_between(&pair->east, "203.0.113.9", "192.1.2.23");
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_either_end_and_rekeyed),
		cmocka_unit_test(test_by_a_trap_of_either_end),
		cmocka_unit_test(test_tunnels_are_not_seen_otherwise),
		cmocka_unit_test(test_only_one_address_is_seen_otherwise),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
