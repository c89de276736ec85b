/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MOBIKE (RFC 4555) and NATs, and what is hostile or odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "pair/path_facts.h"
#include "provider.h"

static const char *const west_home[PAIR_OWN_MAX] = { "192.1.2.45" };
static const char *const west_away[PAIR_OWN_MAX] = { "192.1.2.46" };

/* --- NATs --- */

static void a_way_with_a_nat_takes_esp_into_udp_and_back(void **state)
{
	(void)state;
	for (int moves = 0; moves < 2; moves++) {
		struct pair *pair = pair_mobile(moves == 1);

		pair->nat = (struct pair_nat) { true, pair_address("203.0.113.77"), 6500, 6501 };
		pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.2.46" });
		pair->west.address.address = pair->west.own[0]; /* where the NAT leads to */
		pair_advance(pair, SECONDS(30));
		assert_true(pair_ike(&pair->west)->nat_local);
		assert_true(pair_ike(&pair->east)->nat_remote);
		assert_int_equal(pair_sas_at(&pair->east, "203.0.113.77", 6501), 2 * SET);
		assert_int_equal(pair->east.kernel.sa_count, 2 * SET);
		assert_int_equal(pair->west.kernel.sa_count, 2 * SET);
		assert_true(pair->east.kernel.sas[0].encapsulated);
		assert_true(pair->west.keepalives > 0);

		pair->nat.on = false;
		pair_set_own(&pair->west, west_home);
		pair_advance(pair, SECONDS(30));
		assert_false(pair_ike(&pair->west)->nat_local);
		assert_false(pair->east.kernel.sas[0].encapsulated);
		pair_assert_set_at(pair, "192.1.2.45", "192.1.2.23");
		pair_free(pair);
	}
}

/* RFC 4555 3.8: IKE messages move nothing; the initiator finds out and says so. */
static void a_new_mapping_is_noticed_by_who_is_behind_the_nat(void **state)
{
	static const char lively[] = " clones=2\n mobike=yes\n dpddelay=5s\n";
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = lively,
		.east = mobile_conn,
		.nat = { true, pair_address("192.1.2.45"), 6500, 6501 } });

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(12));
	assert_true(pair_ike(&pair->west)->mobike->nat_known);
	pair->nat.nat_port = 6777;
	pair_speak(&pair->west);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->east)->remote.port, 6777);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", 6777), 2 * SET);
	pair_free(pair);
}

static void a_request_alone_moves_nothing(void **state)
{
	struct endpoint elsewhere = { pair_address("192.1.2.45"), 6999 };
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = mobile_conn,
		.east = mobile_conn,
		.nat = { true, pair_address("192.1.2.45"), 6500, 6501 } });
	struct buffer request = { 0 };
	struct ike_sa *sa;

	(void)state;
	pair_up(pair);
	sa = pair_ike(&pair->west);
	request_new(sa, REQUEST_DELETE_CHILD)->spi_count = 0;
	requests_run(&pair->west.engine->w, sa);
	assert_true(pair_take(&pair->west, &request));
	pair_inject_from(&pair->east, &elsewhere, buffer_bytes(&request));
	assert_int_equal(pair_ike(&pair->east)->remote.port, 6501);
	assert_int_equal(pair->network->to.port, 6999);
	pair_drop_all(pair);
	buffer_done(&request);
	pair_free(pair);
}

static void esp_of_another_mapping_is_asked_about(void **state)
{
	struct endpoint new = { pair_address("192.1.2.45"), 6777 };
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = mobile_conn,
		.east = mobile_conn,
		.nat = { true, pair_address("192.1.2.45"), 6500, 6501 } });
	const struct kernel_double *k = &pair->east.kernel;
	size_t i = 0;

	(void)state;
	pair_up(pair);
	pair->nat.nat_port = 6777;
	while (k->sas[i].direction != KERNEL_IN)
		i++;
	ike_engine_on_mapping(pair->east.engine, k->sas[i].spi, &k->sas[i].destination, &new,
			      pair->now);
	pair_run(pair);
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", 6777), 2 * SET);
	pair_free(pair);
}

/* --- no NATs allowed --- */

static const char strict[] = " clones=2\n mobike=yes\n encapsulation=no\n";

static void without_encapsulation_a_nat_is_refused_from_the_start(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = strict,
		.east = strict,
		.nat = { true, pair_address("192.1.2.45"), 6500, 6501 } });

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run(pair);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_not_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_free(pair);
}

static void without_a_nat_it_moves_all_the_same(void **state)
{
	struct pair *pair = pair_of(true, strict, strict);

	(void)state;
	assert_int_equal(pair_ike(&pair->west)->remote.port, IKE_PORT);
	pair_set_own(&pair->west, west_away);
	pair_run(pair);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	pair_free(pair);
}

/* Somebody on the way changes the addresses of the update. */
static void an_update_that_was_changed_on_its_way_is_refused(void **state)
{
	struct endpoint attacker = { pair_address("203.0.113.66"), IKE_PORT };
	struct pair *pair = pair_of(true, strict, strict);
	struct buffer update = { 0 }, answer = { 0 };

	(void)state;
	pair_set_own(&pair->west, west_away);
	assert_true(pair_take(&pair->west, &update));
	pair_inject_from(&pair->east, &attacker, buffer_bytes(&update));
	assert_true(endpoint_equal(&pair->network->to, &attacker));
	assert_true(pair_take(&pair->east, &answer));
	assert_int_equal(pair_notify_of(&pair->west, buffer_bytes(&answer)),
			 NOTIFY_UNEXPECTED_NAT_DETECTED);
	assert_int_equal(pair_ike(&pair->east)->remote.address.ip[3], 45);
	/* West hears of it and says it again. */
	pair_inject_from(&pair->west, &pair->east.address, buffer_bytes(&answer));
	pair_run(pair);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	buffer_done(&update);
	buffer_done(&answer);
	pair_free(pair);
}

/* --- hostile and odd --- */

/* West's request of these notifies, as from that endpoint; the first notify of east's answer. */
static uint16_t answer_to(struct pair *pair, const struct inner *inner,
			  const struct endpoint *from)
{
	struct buffer request = { 0 }, answer = { 0 };
	uint16_t notify = 0;

	pair_drop_all(pair);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->west), inner,
		  &request);
	pair_inject_from(&pair->east, from, buffer_bytes(&request));
	/* The answer is the first thing sent; a question may follow it. */
	for (struct packet *p = pair->network; p != NULL; p = p->next) {
		struct ike_header header;

		assert_int_equal(ike_header_read(buffer_bytes(&p->bytes), &header), WIRE_OK);
		if ((header.flags & FLAG_RESPONSE) != 0)
			notify = pair_notify_of(&pair->west, buffer_bytes(&p->bytes));
	}
	buffer_done(&request);
	buffer_done(&answer);
	return notify;
}

static void an_update_from_nowhere_is_refused(void **state)
{
	static const char *const bad[] = { "0.0.0.1", "224.0.0.5", "255.255.255.255",
					   "192.1.2.23" };
	struct pair *pair = pair_mobile(true);
	struct inner inner;

	(void)state;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct endpoint from = { pair_address(bad[i]), 4500 };

		assert_int_equal(answer_to(pair, &inner, &from), NOTIFY_UNACCEPTABLE_ADDRESSES);
	}
	inner_done(&inner);
	pair_drop_all(pair);
	pair_assert_set_at(pair, "192.1.2.45", "192.1.2.23");
	pair_free(pair);
}

static void what_is_malformed_is_said_to_be(void **state)
{
	static const uint8_t raw[70];
	static const struct {
		uint16_t type;
		size_t len;
	} rows[] = {
		{ NOTIFY_ADDITIONAL_IP4_ADDRESS, 0 },  { NOTIFY_ADDITIONAL_IP4_ADDRESS, 5 },
		{ NOTIFY_ADDITIONAL_IP4_ADDRESS, 16 }, { NOTIFY_ADDITIONAL_IP6_ADDRESS, 4 },
		{ NOTIFY_ADDITIONAL_IP6_ADDRESS, 17 }, { NOTIFY_COOKIE2, 0 },
		{ NOTIFY_COOKIE2, 7 },                 { NOTIFY_COOKIE2, 65 },
	};
	struct pair *pair = pair_mobile(true);
	struct endpoint from = pair_ike(&pair->east)->remote;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct inner inner;

		inner_start(&inner);
		inner_notify(&inner, rows[i].type, bytes_at(raw, rows[i].len));
		assert_int_equal(answer_to(pair, &inner, &from), NOTIFY_INVALID_SYNTAX);
		inner_done(&inner);
	}
	pair_drop_all(pair);
	pair_assert_set_at(pair, "192.1.2.45", "192.1.2.23");
	pair_free(pair);
}

static void a_thousand_addresses_are_a_few(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct endpoint from = pair_ike(&pair->east)->remote;
	struct inner inner;

	(void)state;
	inner_start(&inner);
	for (uint8_t i = 1; i < 60; i++)
		inner_notify(&inner, NOTIFY_ADDITIONAL_IP4_ADDRESS,
			     BYTES_OF(((uint8_t[]) { 198, 51, 100, i })));
	assert_int_equal(answer_to(pair, &inner, &from), 0);
	assert_int_equal(pair_ike(&pair->east)->mobike->peer_count, PEER_ADDRESSES_MAX);
	inner_done(&inner);
	pair_drop_all(pair);
	pair_free(pair);
}

/* A storm of updates from ever other addresses: one question at a time, and no SA moves for it. */
static void a_storm_of_updates_moves_nothing_by_itself(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct inner inner;
	unsigned before = pair->east.sent;

	(void)state;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
	for (uint16_t i = 0; i < 500; i++) {
		struct endpoint from = { pair_address("198.51.100.1"), 4500 };

		from.address.ip[2] = (uint8_t)(i >> 8);
		from.address.ip[3] = (uint8_t)(1 + i % 250);
		(void)answer_to(pair, &inner, &from);
	}
	assert_true(pair->east.sent - before <= 500 + 16 + 8); /* answers, and the window */
	assert_int_equal(pair_sas_at(&pair->east, "192.1.2.45", 0), 2 * SET);
	inner_done(&inner);
	pair_drop_all(pair);
	pair_free(pair);
}

/* Two updates that overtake each other: the older one changes nothing. */
static void an_overtaken_update_is_only_answered(void **state)
{
	struct endpoint away = { pair_address("192.1.2.46"), 4500 };
	struct endpoint home = { pair_address("192.1.2.45"), 4500 };
	struct pair *pair = pair_mobile(true);
	struct buffer first = { 0 };
	struct inner inner;

	(void)state;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->west), &inner,
		  &first);
	assert_int_equal(answer_to(pair, &inner, &home), 0);
	pair_inject_from(&pair->east, &away, buffer_bytes(&first));
	assert_int_equal(pair_ike(&pair->east)->remote.address.ip[3], 45);
	inner_done(&inner);
	buffer_done(&first);
	pair_drop_all(pair);
	pair_free(pair);
}

static void the_responder_may_not_update(void **state)
{
	struct pair *pair = pair_mobile(true);
	struct buffer request = { 0 }, answer = { 0 };
	struct endpoint before = pair_ike(&pair->west)->remote;
	struct inner inner;

	(void)state;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
	pair_seal(&pair->east, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->east), &inner,
		  &request);
	pair_inject_from(&pair->west,
			 &(struct endpoint) { pair_address("203.0.113.66"), 4500 },
			 buffer_bytes(&request));
	assert_true(pair_take(&pair->west, &answer));
	assert_int_equal(pair_notify_of(&pair->east, buffer_bytes(&answer)),
			 NOTIFY_INVALID_SYNTAX);
	assert_true(endpoint_equal(&pair_ike(&pair->west)->remote, &before));
	inner_done(&inner);
	buffer_done(&request);
	buffer_done(&answer);
	pair_free(pair);
}

static void without_mobike_an_update_says_nothing(void **state)
{
	struct endpoint away = { pair_address("192.1.2.46"), 500 };
	struct pair *pair = pair_of(true, " clones=2\n", " clones=2\n");
	struct inner inner;

	(void)state;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_UPDATE_SA_ADDRESSES, (struct bytes) { 0 });
	inner_notify(&inner, NOTIFY_COOKIE2, bytes_of_text("12345678"));
	assert_int_equal(answer_to(pair, &inner, &away), 0);
	assert_int_equal(pair_ike(&pair->east)->remote.address.ip[3], 45);
	inner_done(&inner);
	pair_drop_all(pair);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_way_with_a_nat_takes_esp_into_udp_and_back),
		cmocka_unit_test(a_new_mapping_is_noticed_by_who_is_behind_the_nat),
		cmocka_unit_test(a_request_alone_moves_nothing),
		cmocka_unit_test(esp_of_another_mapping_is_asked_about),
		cmocka_unit_test(without_encapsulation_a_nat_is_refused_from_the_start),
		cmocka_unit_test(without_a_nat_it_moves_all_the_same),
		cmocka_unit_test(an_update_that_was_changed_on_its_way_is_refused),
		cmocka_unit_test(an_update_from_nowhere_is_refused),
		cmocka_unit_test(what_is_malformed_is_said_to_be),
		cmocka_unit_test(a_thousand_addresses_are_a_few),
		cmocka_unit_test(a_storm_of_updates_moves_nothing_by_itself),
		cmocka_unit_test(an_overtaken_update_is_only_answered),
		cmocka_unit_test(the_responder_may_not_update),
		cmocka_unit_test(without_mobike_an_update_says_nothing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
