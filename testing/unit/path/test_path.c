/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer behind a NAT whose mapping changes, and what must not move anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "pair/path_facts.h"
#include "provider.h"

enum { OLD_PORT = 6501, NEW_PORT = 6777 };

static const char in_udp[] = " clones=2\n";

/* West behind a NAT that keeps its address, east a public one; a head and two clones. */
static struct pair *pair_behind_nat(bool moves_addresses, const char *more)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = more,
		.east = more,
		.nat = { true, pair_address("192.1.2.45"), 6500, OLD_PORT },
		.moves_addresses = moves_addresses,
	});

	pair_up(pair);
	assert_true(pair_ike(&pair->east)->nat_remote);
	assert_false(pair_ike(&pair->east)->nat_local);
	assert_int_equal(pair_ike(&pair->east)->remote.port, OLD_PORT);
	return pair;
}

static void another_port_is_followed_by_the_whole_set(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);
	uint32_t spis[2 * SET];

	(void)state;
	pair_remember_spis(&pair->east, spis);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", OLD_PORT), 2 * SET);
	pair->nat.nat_port = NEW_PORT;
	pair_speak(&pair->west);
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2 * SET);
	assert_int_equal(pair_spis_left(&pair->east, spis), 2 * SET);
	assert_int_equal(pair->east.kernel.errors, 0);
	/* And what east asks arrives there. */
	ike_engine_rekey(pair->east.engine, "t", REKEY_CHILD, 1, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair_spis_left(&pair->east, spis), 0);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2 * SET);
	pair_free(pair);
}

static void another_address_is_followed_where_the_kernel_can(void **state)
{
	struct pair *pair = pair_behind_nat(true, in_udp);
	uint32_t spis[2 * SET];

	(void)state;
	pair_remember_spis(&pair->east, spis);
	pair->nat = (struct pair_nat) { true, pair_address("198.51.100.7"), 6500, NEW_PORT };
	pair_speak(&pair->west);
	assert_int_equal(pair_sas_at(&pair->east, "198.51.100.7", NEW_PORT), 2 * SET);
	assert_int_equal(pair_spis_left(&pair->east, spis), 2 * SET);
	pair_assert_policies_at(&pair->east, "198.51.100.7");
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair_spis_left(&pair->east, spis), 2 * SET);
	pair_free(pair);
}

static void where_it_cannot_the_child_sas_are_rekeyed(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);
	uint32_t spis[2 * SET];

	(void)state;
	pair_remember_spis(&pair->east, spis);
	pair->nat = (struct pair_nat) { true, pair_address("198.51.100.7"), 6500, NEW_PORT };
	pair_speak(&pair->west);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair_spis_left(&pair->east, spis), 0);
	assert_int_equal(pair_sas_at(&pair->east, "198.51.100.7", NEW_PORT), 2 * SET);
	assert_int_equal(pair->east.kernel.sa_count, 2 * SET);
	assert_int_equal(pair->west.kernel.sa_count, 2 * SET);
	pair_assert_policies_at(&pair->east, "198.51.100.7");
	assert_int_equal(pair->east.kernel.errors, 0);
	pair_free(pair);
}

/* The old SAs serve until the new ones do: their policies take both. */
static void while_they_are_rekeyed_inbound_policies_take_both(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);
	const struct kernel_double *k = &pair->east.kernel;
	unsigned any = 0;

	(void)state;
	pair->nat = (struct pair_nat) { true, pair_address("198.51.100.7"), 6500, NEW_PORT };
	pair->hold_jobs = true;
	pair_speak(&pair->west);
	/* One round of jobs at a time, until the new head is there beside the old SAs. */
	for (int i = 0; i < 20 && k->sa_count == 2 * SET; i++) {
		pair_run_jobs(pair);
		pair_run(pair);
	}
	assert_true(k->sa_count > 2 * SET);
	for (size_t i = 0; i < k->policy_count; i++)
		any += k->policies[i].direction != KERNEL_OUT &&
		       address_is_any(&k->policies[i].tunnel_source);
	assert_int_equal(any, 2);
	pair->hold_jobs = false;
	pair_advance(pair, SECONDS(20));
	pair_assert_policies_at(&pair->east, "198.51.100.7");
	pair_free(pair);
}

static void an_old_message_from_elsewhere_moves_nothing(void **state)
{
	struct endpoint attacker = { pair_address("203.0.113.66"), 4500 };
	struct pair *pair = pair_behind_nat(false, in_udp);
	struct ike_sa *sa = pair_ike(&pair->west);
	struct buffer request = { 0 };
	unsigned sent;

	(void)state;
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->west.engine->w, sa);
	assert_true(pair_take(&pair->west, &request));
	pair_inject_from(&pair->east, &pair_ike(&pair->east)->remote, buffer_bytes(&request));
	pair_run(pair);
	sent = pair->east.sent;
	pair_inject_from(&pair->east, &attacker, buffer_bytes(&request));
	/* It has its answer, and that is all. */
	assert_int_equal(pair->east.sent, sent + 1);
	assert_int_equal(pair_ike(&pair->east)->remote.port, OLD_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", OLD_PORT), 2 * SET);
	pair_drop_all(pair);
	buffer_done(&request);
	pair_free(pair);
}

static void a_late_message_does_not_move_it_back(void **state)
{
	struct pair *pair = pair_behind_nat(false, " clones=2\n");
	struct ike_sa *sa = pair_ike(&pair->west);
	struct endpoint old = pair_ike(&pair->east)->remote;
	struct buffer first = { 0 };

	(void)state;
	(void)request_new(sa, REQUEST_DELETE_CHILD); /* of nothing: not a barrier */
	requests_run(&pair->west.engine->w, sa);
	assert_true(pair_take(&pair->west, &first));
	pair->nat.nat_port = NEW_PORT;
	(void)request_new(sa, REQUEST_DELETE_CHILD);
	requests_run(&pair->west.engine->w, sa);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	pair_inject_from(&pair->east, &old, buffer_bytes(&first));
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	buffer_done(&first);
	pair_free(pair);
}

static void who_is_behind_a_nat_itself_follows_nobody(void **state)
{
	struct endpoint elsewhere = { pair_address("203.0.113.66"), 4500 };
	struct pair *pair = pair_behind_nat(false, in_udp);
	struct ike_sa *sa = pair_ike(&pair->east);
	struct endpoint before = pair_ike(&pair->west)->remote;
	struct buffer request = { 0 };

	(void)state;
	pair_ike(&pair->west)->nat_remote = true; /* the other one is behind another NAT */
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->east.engine->w, sa);
	assert_true(pair_take(&pair->east, &request));
	pair_inject_from(&pair->west, &elsewhere, buffer_bytes(&request));
	assert_true(endpoint_equal(&pair_ike(&pair->west)->remote, &before));
	buffer_done(&request);
	pair_free(pair);
}

static void without_a_nat_nobody_is_followed(void **state)
{
	struct endpoint elsewhere = { pair_address("203.0.113.66"), 500 };
	struct pair *pair = pair_new(&(struct pair_setup) { .west = in_udp, .east = in_udp });
	struct buffer request = { 0 };
	struct endpoint before;
	struct ike_sa *sa;

	(void)state;
	pair_up(pair);
	sa = pair_ike(&pair->west);
	before = pair_ike(&pair->east)->remote;
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->west.engine->w, sa);
	assert_true(pair_take(&pair->west, &request));
	pair_inject_from(&pair->east, &elsewhere, buffer_bytes(&request));
	assert_true(endpoint_equal(&pair_ike(&pair->east)->remote, &before));
	/* The answer goes to where the question came from all the same. */
	assert_true(endpoint_equal(&pair->network->to, &elsewhere));
	buffer_done(&request);
	pair_free(pair);
}

static void a_peer_that_jumps_about_is_not_followed_each_time(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);
	unsigned moved = 0;

	(void)state;
	for (uint16_t i = 0; i < 50; i++) {
		uint16_t before = pair_ike(&pair->east)->remote.port;

		pair->nat.nat_port = (uint16_t)(7000 + i);
		pair_speak(&pair->west);
		moved += pair_ike(&pair->east)->remote.port != before;
		/* The answers find it, and so it goes on. */
		assert_int_equal(requests_count_in_flight(pair_ike(&pair->west)), 0);
	}
	assert_int_equal(moved, 4);
	pair_advance(pair, SECONDS(2));
	pair_speak(&pair->west);
	assert_int_equal(pair_ike(&pair->east)->remote.port, 7049);
	pair_free(pair);
}

/* --- what the kernel says --- */

/* East's kernel has seen ESP of west's come from there. */
static void esp_comes_from(struct pair *pair, const struct endpoint *from)
{
	const struct kernel_double *k = &pair->east.kernel;

	for (size_t i = 0; i < k->sa_count; i++)
		if (k->sas[i].direction == KERNEL_IN) {
			ike_engine_on_mapping(pair->east.engine, k->sas[i].spi,
					      &k->sas[i].destination, from, pair->now);
			return;
		}
	fail_msg("there is no inbound SA");
}

static void esp_from_another_port_makes_us_ask_there(void **state)
{
	struct endpoint new = { pair_address("192.1.2.45"), NEW_PORT };
	struct pair *pair = pair_behind_nat(false, in_udp);

	(void)state;
	pair->nat.nat_port = NEW_PORT;
	esp_comes_from(pair, &new);
	assert_int_equal(pair_ike(&pair->east)->remote.port, OLD_PORT);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2 * SET);
	pair_free(pair);
}

/* What was asked before is asked there as well: it holds the window. */
static void what_is_in_flight_is_asked_there_too(void **state)
{
	struct endpoint new = { pair_address("192.1.2.45"), NEW_PORT };
	struct pair *pair = pair_behind_nat(false, in_udp);

	(void)state;
	pair->nat.nat_port = NEW_PORT;
	ike_engine_rekey(pair->east.engine, "t", REKEY_IKE, 1, pair->now);
	pair_run(pair);
	assert_int_equal(pair_ike_count(&pair->east), 2);
	esp_comes_from(pair, &new);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2 * SET);
	pair_free(pair);
}

/* Some peers send each SA from a port of its own; IKE stays where it answers. */
static void esp_from_another_port_alone_moves_nothing(void **state)
{
	struct endpoint other = { pair_address("192.1.2.45"), 50123 };
	struct pair *pair = pair_behind_nat(false, in_udp);
	struct ike_sa *sa = pair_ike(&pair->east);
	unsigned sent;

	(void)state;
	esp_comes_from(pair, &other);
	pair_run(pair);
	/* It answered at the old place, so nobody is asked at the other one any more. */
	sent = pair->east.sent;
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->east.engine->w, sa);
	assert_int_equal(pair->east.sent, sent + 1);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair_ike(&pair->east)->remote.port, OLD_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", OLD_PORT), 2 * SET);
	pair_free(pair);
}

static void a_flood_of_mappings_is_a_few_questions(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);
	unsigned before = pair->east.sent;
	struct endpoint from = { pair_address("192.1.2.45"), 1 };

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		from.port = (uint16_t)(1 + i % 60000);
		esp_comes_from(pair, &from);
		ike_engine_on_mapping(pair->east.engine, i, &from.address, &from, pair->now);
	}
	assert_true(pair->east.sent - before <= 2);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->east)->remote.port, OLD_PORT);
	/* Another family, the same place, an SA in the clear: nothing at all. */
	pair_advance(pair, SECONDS(20));
	before = pair->east.sent;
	esp_comes_from(pair, &(struct endpoint) { pair_address("2001:db8::1"), 4500 });
	esp_comes_from(pair, &pair_ike(&pair->east)->remote);
	assert_int_equal(pair->east.sent, before);
	pair_free(pair);
}

static void an_sa_that_the_kernel_loses_while_it_moves_is_closed(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);

	(void)state;
	pair->nat.nat_port = NEW_PORT;
	pair->east.kernel.refuse_in = 3;
	pair_speak(&pair->west);
	pair_advance(pair, SECONDS(60));
	/* The clone is made again, by one end or the other. */
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2 * SET);
	assert_int_equal(pair->west.kernel.sa_count, 2 * SET);
	pair_free(pair);
}

static void in_transport_mode_only_ports_are_followed(void **state)
{
	static const char conn[] =
		"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		" authby=secret\n auto=add\n type=transport\n";
	struct pair *pair = pair_new(&(struct pair_setup) {
		.nat = { true, pair_address("192.1.2.45"), 6500, OLD_PORT },
		.moves_addresses = true,
	});

	(void)state;
	pair_add(&pair->west, conn);
	pair_add(&pair->east, conn);
	pair_up(pair);
	pair->nat.nat_port = NEW_PORT;
	pair_speak(&pair->west);
	assert_int_equal(pair_ike(&pair->east)->remote.port, NEW_PORT);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2);
	pair->nat.address = pair_address("198.51.100.7");
	pair_speak(&pair->west);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", NEW_PORT), 2);
	pair_free(pair);
}

/* --- keepalives --- */

static void who_is_behind_a_nat_keeps_its_mapping(void **state)
{
	struct pair *pair = pair_behind_nat(false, in_udp);

	(void)state;
	pair_advance(pair, SECONDS(200));
	assert_int_equal(pair->west.keepalives, 10); /* keep-alive=20s */
	assert_int_equal(pair->east.keepalives, 0);
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 1, pair->now);
	pair_advance(pair, SECONDS(100));
	assert_in_range(pair->west.keepalives, 14, 15);
	assert_int_equal(pair->east.keepalives, 0);
	pair_free(pair);
}

static void without_a_nat_or_by_wish_there_are_no_keepalives(void **state)
{
	struct pair *pair = pair_behind_nat(false, " nat-keepalive=no\n");

	(void)state;
	pair_advance(pair, SECONDS(200));
	assert_int_equal(pair->west.keepalives + pair->east.keepalives, 0);
	pair_free(pair);
	pair = pair_new(&(struct pair_setup) { .west = " encapsulation=yes\n" });
	pair_up(pair);
	assert_int_equal(pair_ike(&pair->west)->remote.port, IKE_NAT_PORT);
	pair_advance(pair, SECONDS(200));
	assert_int_equal(pair->west.keepalives, 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_port_is_followed_by_the_whole_set),
		cmocka_unit_test(another_address_is_followed_where_the_kernel_can),
		cmocka_unit_test(where_it_cannot_the_child_sas_are_rekeyed),
		cmocka_unit_test(while_they_are_rekeyed_inbound_policies_take_both),
		cmocka_unit_test(an_old_message_from_elsewhere_moves_nothing),
		cmocka_unit_test(a_late_message_does_not_move_it_back),
		cmocka_unit_test(who_is_behind_a_nat_itself_follows_nobody),
		cmocka_unit_test(without_a_nat_nobody_is_followed),
		cmocka_unit_test(a_peer_that_jumps_about_is_not_followed_each_time),
		cmocka_unit_test(esp_from_another_port_makes_us_ask_there),
		cmocka_unit_test(what_is_in_flight_is_asked_there_too),
		cmocka_unit_test(esp_from_another_port_alone_moves_nothing),
		cmocka_unit_test(a_flood_of_mappings_is_a_few_questions),
		cmocka_unit_test(an_sa_that_the_kernel_loses_while_it_moves_is_closed),
		cmocka_unit_test(who_is_behind_a_nat_keeps_its_mapping),
		cmocka_unit_test(without_a_nat_or_by_wish_there_are_no_keepalives),
		cmocka_unit_test(in_transport_mode_only_ports_are_followed),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
