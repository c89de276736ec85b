/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MOBIKE (RFC 4555): the ends change their addresses while the set is up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "pair/path_facts.h"
#include "provider.h"

static const char *const west_home[PAIR_OWN_MAX] = { "192.1.2.45" };
static const char *const west_away[PAIR_OWN_MAX] = { "192.1.2.46" };
static const char *const west_far[PAIR_OWN_MAX] = { "198.51.100.9" };

/* --- agreeing --- */

static void it_is_used_where_both_ends_have_it(void **state)
{
	static const struct {
		const char *west, *east;
		bool used;
	} rows[] = {
		{ mobile_conn, mobile_conn, true },
		{ " mobike=no\n", mobile_conn, false },
		{ mobile_conn, "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_of(false, rows[i].west, rows[i].east);

		assert_int_equal(pair_ike(&pair->west)->mobike != NULL, rows[i].used);
		assert_int_equal(pair_ike(&pair->east)->mobike != NULL, rows[i].used);
		/* RFC 4555 3.3: over the NAT port, though there is no NAT and ESP is not in UDP. */
		assert_int_equal(pair_ike(&pair->east)->remote.port,
				 rows[i].west == mobile_conn ? IKE_NAT_PORT : IKE_PORT);
		assert_false(pair->west.kernel.sas[0].encapsulated);
		pair_free(pair);
	}
}

static void further_addresses_are_told_but_not_what_is_behind(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = mobile_conn, .east = mobile_conn });
	struct address other = pair_address("198.51.100.9");
	const struct mobike *m;

	(void)state;
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.2.45", "192.0.1.254",
								      "127.0.0.1", "198.51.100.9" });
	pair_up(pair);
	m = pair_ike(&pair->east)->mobike;
	assert_int_equal(m->peer_count, 1);
	assert_true(address_equal(&m->peer[0], &other));
	assert_int_equal(pair_ike(&pair->west)->mobike->peer_count, 0);
	/* One goes away: told again. */
	pair_set_own(&pair->west, west_home);
	pair_run(pair);
	assert_int_equal(m->peer_count, 0);
	pair_free(pair);
}

/* --- the initiator's address changes --- */

static void the_set_follows_where_the_kernels_can(void **state)
{
	struct pair *pair = pair_mobile(true);
	uint32_t west[2 * SET], east[2 * SET];

	(void)state;
	pair_remember_spis(&pair->west, west);
	pair_remember_spis(&pair->east, east);
	pair_set_own(&pair->west, west_away);
	/* What west sends goes from the new address at once. */
	assert_int_equal(pair->west.kernel.sas[0].direction == KERNEL_OUT
				 ? address_equal(&pair->west.kernel.sas[0].source,
						 &pair->west.own[0])
				 : address_equal(&pair->west.kernel.sas[0].destination,
						 &pair->west.own[0]),
			 1);
	pair_run(pair);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	assert_int_equal(pair_spis_left(&pair->west, west), 2 * SET);
	assert_int_equal(pair_spis_left(&pair->east, east), 2 * SET);
	pair_free(pair);
}

static void elsewhere_the_set_is_rekeyed(void **state)
{
	struct pair *pair = pair_mobile(false);
	uint32_t west[2 * SET];

	(void)state;
	pair_remember_spis(&pair->west, west);
	pair_set_own(&pair->west, west_away);
	pair_advance(pair, SECONDS(30));
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	assert_int_equal(pair_spis_left(&pair->west, west), 0);
	pair_free(pair);
}

/* Only one of the kernels can: the other end rekeys. */
static void one_end_that_cannot_move_rekeys(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *pair = pair_mobile(true);
		struct side *cannot = i == 0 ? &pair->west : &pair->east;

		cannot->facts.moves_addresses = false;
		pair_set_own(&pair->west, west_away);
		pair_advance(pair, SECONDS(30));
		pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
		pair_free(pair);
	}
}

static void it_comes_and_goes_and_the_newest_counts(void **state)
{
	struct pair *pair = pair_mobile(true);

	(void)state;
	pair_set_own(&pair->west, west_away);
	pair_set_own(&pair->west, west_far);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { NULL });
	pair_set_own(&pair->west, west_home);
	pair_set_own(&pair->west, west_away);
	pair_advance(pair, SECONDS(20));
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	pair_free(pair);
}

/* What the answer to an older update says of NATs is about another way. */
static void an_answer_that_was_overtaken_changes_nothing(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct packet *update;

	(void)state;
	pair_set_own(&pair->west, west_away);
	update = pair->network;
	pair->network = update->next;
	ike_engine_on_datagram(pair->east.engine, &update->to, &update->from,
			       buffer_bytes(&update->bytes), pair->now);
	update->next = pair->network;
	pair->network = update;
	pair_set_own(&pair->west, west_far);
	for (const struct packet *p = pair->network; p != NULL; p = p->next) {
		const struct endpoint now = pair_ike(&pair->west)->local;

		if (p->sender == &pair->east)
			ike_engine_on_datagram(pair->west.engine, &now, &p->from,
					       buffer_bytes(&p->bytes), pair->now);
	}
	assert_false(pair_ike(&pair->west)->nat_local);
	pair_advance(pair, SECONDS(20));
	pair_assert_set_at(pair, "198.51.100.9", "192.1.2.23");
	pair_free(pair);
}

static void without_any_address_it_waits_for_one(void **state)
{
	struct pair *pair = pair_mobile(true);

	(void)state;
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { NULL });
	pair_advance(pair, SECONDS(20));
	pair_set_own(&pair->west, west_far);
	pair_advance(pair, SECONDS(5));
	pair_assert_set_at(pair, "198.51.100.9", "192.1.2.23");
	pair_free(pair);
}

/* An address that comes beside the one in use, and goes, changes nothing. */
static void an_address_more_moves_nothing(void **state)
{
	struct pair *pair = pair_mobile(true);

	(void)state;
	pair_set_own(&pair->west,
		     (const char *const[PAIR_OWN_MAX]) { "198.51.100.9", "192.1.2.45" });
	pair_run(pair);
	pair_assert_set_at(pair, "192.1.2.45", "192.1.2.23");
	assert_int_equal(pair_ike(&pair->east)->mobike->peer_count, 1);
	pair_free(pair);
}

static void a_rekeyed_ike_sa_still_moves(void **state)
{
	struct pair *pair = pair_mobile(true);

	(void)state;
	/* With some ids used up: those of the new IKE SA begin anew. */
	for (int i = 0; i < 3; i++) {
		pair_set_own(&pair->west, west_far);
		pair_run(pair);
		pair_set_own(&pair->west, west_home);
		pair_run(pair);
	}
	ike_engine_rekey(pair->east.engine, "t", REKEY_IKE, 1, pair->now);
	pair_advance(pair, SECONDS(5));
	pair_set_own(&pair->west, west_away);
	pair_advance(pair, SECONDS(5));
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	pair_free(pair);
}

/* At every moment of an IKE rekey, by either end. */
static void it_moves_while_the_ike_sa_is_rekeyed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		struct pair *pair = pair_mobile(i % 2 == 0);
		struct side *who = i % 4 < 2 ? &pair->west : &pair->east;

		pair->hold_jobs = true;
		ike_engine_rekey(who->engine, "t", REKEY_IKE, 1, pair->now);
		for (unsigned step = 0; step < i / 4; step++) {
			pair_run(pair);
			pair_run_jobs(pair);
		}
		pair_set_own(&pair->west, west_away);
		pair->hold_jobs = false;
		pair_advance(pair, SECONDS(40));
		pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
		pair_free(pair);
	}
}

static void peer_answers_nothing_until_it_is_told(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct ike_sa *sa = pair_ike(&pair->west);

	(void)state;
	/* A request is under way when the address goes: it is repeated from the new one. */
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->west.engine->w, sa);
	pair_drop_all(pair);
	pair_set_own(&pair->west, west_away);
	pair_run(pair);
	assert_int_equal(requests_count_in_flight(sa), 0);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	pair_free(pair);
}

/* --- return routability --- */

static void nothing_is_sent_to_an_address_that_has_not_answered(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct packet *update;

	(void)state;
	pair_set_own(&pair->west, west_away);
	update = pair->network;
	assert_non_null(update);
	/* East has it, answers, and asks back. */
	ike_engine_on_datagram(pair->east.engine, &update->to, &update->from,
			       buffer_bytes(&update->bytes), pair->now);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.46", 0), 0);
	assert_true(request_under_way(pair_ike(&pair->east), REQUEST_ROUTABILITY));
	pair_run(pair);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	pair_free(pair);
}

/* West moves, east asks back, and west's reply has this cookie: whether east closes. */
static bool closes_after_cookie(struct bytes cookie)
{
	struct pair *pair = pair_mobile(true);
	struct buffer question = { 0 }, reply = { 0 };
	struct ike_header header;
	struct packet *update;
	struct inner inner;
	bool closed;

	pair_set_own(&pair->west, west_away);
	update = pair->network;
	ike_engine_on_datagram(pair->east.engine, &update->to, &update->from,
			       buffer_bytes(&update->bytes), pair->now);
	do {
		assert_true(pair_take(&pair->east, &question));
		assert_int_equal(ike_header_read(buffer_bytes(&question), &header), WIRE_OK);
	} while ((header.flags & FLAG_RESPONSE) != 0);
	inner_start(&inner);
	if (cookie.len > 0)
		inner_notify(&inner, NOTIFY_COOKIE2, cookie);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, true, header.message_id, &inner, &reply);
	pair_drop_all(pair);
	pair_inject_from(&pair->east, &pair_ike(&pair->east)->remote, buffer_bytes(&reply));
	closed = pair_ike(&pair->east)->state != IKE_ESTABLISHED;
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.46", 0), 0);
	pair_drop_all(pair);
	inner_done(&inner);
	buffer_done(&question);
	buffer_done(&reply);
	pair_free(pair);
	return closed;
}

static void a_wrong_cookie2_ends_the_ike_sa(void **state)
{
	static const uint8_t wrong[16] = { 1, 2, 3 };

	(void)state;
	assert_true(closes_after_cookie(BYTES_OF(wrong)));
	assert_true(closes_after_cookie((struct bytes) { 0 }));
}

/* --- the responder's address changes --- */

static void the_responder_tells_and_the_initiator_decides(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		/* With forced encapsulation each believes the other to be behind a NAT. */
		const char *conn = i < 2 ? mobile_conn : " clones=2\n mobike=yes\n encapsulation=yes\n";
		struct pair *pair = pair_of(i % 2 == 1, conn, conn);

		pair_set_own(&pair->east, (const char *const[PAIR_OWN_MAX]) { "192.1.2.24" });
		pair_advance(pair, SECONDS(30));
		pair_assert_set_at(pair, "192.1.2.45", "192.1.2.24");
		pair_free(pair);
	}
}

static void both_at_once(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = mobile_conn, .east = mobile_conn, .moves_addresses = true });

	(void)state;
	pair_set_own(&pair->east,
		     (const char *const[PAIR_OWN_MAX]) { "192.1.2.23", "203.0.113.5" });
	pair_up(pair);
	/* West cannot be told of east's loss at its old address, but knows another one. */
	pair_set_own(&pair->west, west_away);
	pair_set_own(&pair->east, (const char *const[PAIR_OWN_MAX]) { "203.0.113.5" });
	pair_advance(pair, SECONDS(30));
	pair_assert_set_at(pair, "192.1.2.46", "203.0.113.5");
	pair_free(pair);
}

/* --- ways that do not work any more --- */

static bool loses_all_of_45(struct pair *pair, const struct packet *packet)
{
	struct address broken = pair_address("192.1.2.45");

	(void)pair;
	return address_equal(&packet->from.address, &broken) ||
	       address_equal(&packet->to.address, &broken);
}

static bool loses_all_of_23(struct pair *pair, const struct packet *packet)
{
	struct address broken = pair_address("192.1.2.23");

	(void)pair;
	return address_equal(&packet->from.address, &broken) ||
	       address_equal(&packet->to.address, &broken);
}

static void a_silent_way_is_left_for_one_that_answers(void **state)
{
	static const char lively[] = " clones=2\n mobike=yes\n dpddelay=5s\n";
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = lively, .east = mobile_conn, .moves_addresses = true });

	(void)state;
	pair_set_own(&pair->west,
		     (const char *const[PAIR_OWN_MAX]) { "192.1.2.45", "198.51.100.9" });
	pair_set_own(&pair->east,
		     (const char *const[PAIR_OWN_MAX]) { "192.1.2.23", "203.0.113.5" });
	pair_up(pair);
	pair->loses = loses_all_of_45;
	pair_advance(pair, SECONDS(30));
	pair_assert_set_at(pair, "198.51.100.9", "192.1.2.23");
	pair->loses = loses_all_of_23;
	pair_advance(pair, SECONDS(30));
	pair_assert_set_at(pair, "198.51.100.9", "203.0.113.5");
	pair_free(pair);
}

/* The responder may not choose: it waits, and gives up in the end. */
static void the_responder_tries_no_other_way(void **state)
{
	static const char lively[] = " clones=2\n mobike=yes\n dpddelay=5s\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = mobile_conn, .east = lively });

	(void)state;
	pair_set_own(&pair->east,
		     (const char *const[PAIR_OWN_MAX]) { "192.1.2.23", "203.0.113.5" });
	pair_up(pair);
	pair->loses = loses_all_of_23;
	pair_advance(pair, SECONDS(20));
	assert_true(pair->lost > 0);
	for (const struct packet *p = pair->network; p != NULL; p = p->next)
		assert_false(address_equal(&p->from.address, &pair->east.own[1]));
	assert_int_equal(pair_ike(&pair->east)->local.address.ip[3], 23);
	pair_free(pair);
}

/* --- from the start, from elsewhere --- */

static void it_comes_up_from_another_address_again(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = mobile_conn, .east = mobile_conn });

	(void)state;
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.2.46" });
	ike_engine_up(pair->west.engine, "t", true, 7, pair->now);
	pair_run_jobs(pair);
	assert_non_null(pair->network);
	assert_true(address_equal(&pair->network->from.address, &pair->west.own[0]));
	pair_drop_all(pair);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_used_where_both_ends_have_it),
		cmocka_unit_test(further_addresses_are_told_but_not_what_is_behind),
		cmocka_unit_test(the_set_follows_where_the_kernels_can),
		cmocka_unit_test(elsewhere_the_set_is_rekeyed),
		cmocka_unit_test(one_end_that_cannot_move_rekeys),
		cmocka_unit_test(it_comes_and_goes_and_the_newest_counts),
		cmocka_unit_test(an_answer_that_was_overtaken_changes_nothing),
		cmocka_unit_test(without_any_address_it_waits_for_one),
		cmocka_unit_test(an_address_more_moves_nothing),
		cmocka_unit_test(a_rekeyed_ike_sa_still_moves),
		cmocka_unit_test(it_moves_while_the_ike_sa_is_rekeyed),
		cmocka_unit_test(peer_answers_nothing_until_it_is_told),
		cmocka_unit_test(nothing_is_sent_to_an_address_that_has_not_answered),
		cmocka_unit_test(a_wrong_cookie2_ends_the_ike_sa),
		cmocka_unit_test(the_responder_tells_and_the_initiator_decides),
		cmocka_unit_test(both_at_once),
		cmocka_unit_test(a_silent_way_is_left_for_one_that_answers),
		cmocka_unit_test(the_responder_tries_no_other_way),
		cmocka_unit_test(it_comes_up_from_another_address_again),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
