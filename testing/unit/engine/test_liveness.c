/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the peer is still there: dpddelay=. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/sa/requests.h"
#include "pair/path_facts.h"
#include "provider.h"

static const struct pair_setup with_dpd = { .west = " dpddelay=10s\n", .east = " dpddelay=10s\n" };

static bool lose_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

static bool lose_of_west(struct pair *pair, const struct packet *packet)
{
	return address_equal(&packet->from.address, &pair->west.address.address);
}

static void test_silence_is_asked_about(void **state)
{
	struct pair *pair = pair_new(&with_dpd);
	unsigned before;

	(void)state;
	pair_up(pair);
	before = pair->west.sent + pair->east.sent;
	pair_advance(pair, SECONDS(8));
	assert_int_equal(pair->west.sent + pair->east.sent, before);
	pair_advance(pair, SECONDS(4));
	assert_true(pair->west.sent + pair->east.sent > before);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair_ike(&pair->west)->state, IKE_ESTABLISHED);
	assert_int_equal(pair_ike(&pair->east)->state, IKE_ESTABLISHED);
	pair_free(pair);
}

static void test_answers_go_when_nobody_can_ask_again(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	assert_non_null(pair_ike(&pair->east)->replies);
	pair_advance(pair, REPLIES_KEPT + SECONDS(1));
	assert_null(pair_ike(&pair->east)->replies);
	/* The next request is new all the same. */
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(10));
	assert_non_null(pair_ike(&pair->east)->replies);
	assert_int_equal(pair_shared_sas(pair), 2);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	pair_free(pair);
}

/* Nothing is asked while packets come in. */
static void test_traffic_is_life(void **state)
{
	struct pair *pair = pair_new(&with_dpd);
	unsigned before;

	(void)state;
	pair_up(pair);
	before = pair->west.sent + pair->east.sent;
	for (unsigned second = 0; second < 60; second += 5) {
		for (size_t i = 0; i < pair->west.kernel.sa_count; i++)
			pair->west.kernel.sas[i].packets++;
		for (size_t i = 0; i < pair->east.kernel.sa_count; i++)
			pair->east.kernel.sas[i].packets++;
		pair_advance(pair, SECONDS(5));
	}
	assert_int_equal(pair->west.sent + pair->east.sent, before);
	pair_free(pair);
}

/* Packets that came before the peer fell silent say nothing of it now. */
static void test_early_packets_are_no_life(void **state)
{
	struct pair *pair = pair_new(&with_dpd);
	unsigned before;

	(void)state;
	pair_up(pair);
	for (size_t i = 0; i < pair->west.kernel.sa_count; i++)
		pair->west.kernel.sas[i].packets++;
	pair_advance(pair, SECONDS(5));
	pair_speak(&pair->east);
	pair_run(pair);
	pair->loses = lose_all;
	before = pair->west.sent;
	/* It is not time to ask at the first look, and at the second there is nothing new. */
	pair_advance(pair, SECONDS(16));
	assert_true(pair->west.sent > before);
	pair->loses = NULL;
	pair_advance(pair, SECONDS(20));
	pair_free(pair);
}

static void test_dead_peer_is_given_up(void **state)
{
	struct pair *pair = pair_new(&with_dpd);

	(void)state;
	pair_up(pair);
	pair->loses = lose_all;
	pair_advance(pair, SECONDS(120));
	assert_null(pair_ike(&pair->east));
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair->loses = NULL;
	pair_free(pair);
}

/* Who replays what a peer once said does not make it live. */
static void test_replayed_message_is_no_life(void **state)
{
	struct pair *pair = pair_new(&with_dpd);
	struct buffer old = { 0 };
	struct inner inner;

	(void)state;
	pair_up(pair);
	inner_start(&inner);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->west), &inner,
		  &old);
	inner_done(&inner);
	pair_inject(&pair->east, buffer_bytes(&old));
	pair_drop_all(pair);
	pair->loses = lose_of_west;
	for (unsigned second = 0; second < 120; second += 2) {
		pair_inject(&pair->east, buffer_bytes(&old));
		pair_advance(pair, SECONDS(2));
	}
	assert_null(pair_ike(&pair->east));
	pair->loses = NULL;
	buffer_done(&old);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence_is_asked_about),
		cmocka_unit_test(test_answers_go_when_nobody_can_ask_again),
		cmocka_unit_test(test_traffic_is_life),
		cmocka_unit_test(test_early_packets_are_no_life),
		cmocka_unit_test(test_dead_peer_is_given_up),
		cmocka_unit_test(test_replayed_message_is_no_life),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
