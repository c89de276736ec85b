/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a connection down, whatever it is doing: nothing of it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

static void down(struct pair *pair, struct side *side)
{
	ike_engine_down(side->engine, "t", 7, pair->now);
}

/* It keeps its policies while it waits, so that nothing leaves unprotected. */
static void test_while_waiting_for_revival(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	(void)state;
	pair_up(pair);
	down(pair, &pair->east);
	pair_run(pair);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	down(pair, &pair->west);
	assert_int_equal(pair->west.kernel.policy_count, 0);
	pair_free(pair);
}

/* Up to where the answer to IKE_AUTH has been lost, and then down: east has all, west nothing. */
static struct pair *down_in_ike_auth(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	while (pair->east.kernel.sa_count == 0) {
		pair_run_jobs(pair);
		(void)pair_deliver(pair);
	}
	pair_drop_all(pair);
	assert_int_equal(pair_ike(&pair->west)->state, IKE_AUTH_SENT);
	down(pair, &pair->west);
	return pair;
}

static void test_before_the_answer_to_ike_auth(void **state)
{
	struct pair *pair = down_in_ike_auth();

	(void)state;
	assert_int_equal(pair_ike(&pair->west)->state, IKE_WITHDRAWN);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	down(pair, &pair->west);
	assert_int_equal(pair->west.commands_done, 2);
	pair_advance(pair, SECONDS(2));
	assert_null(pair_ike(&pair->west));
	assert_null(pair_ike(&pair->east));
	assert_int_equal(pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->east.kernel.policy_count, 0);
	pair_free(pair);
}

static void test_and_up_again_before_that_answer(void **state)
{
	struct pair *pair = down_in_ike_auth();

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(30));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_equal(pair_shared_sas(pair), 2);
	pair_free(pair);
}

static bool every_packet(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

/* Nor does it answer a Delete: who reads the log hears that the peer was not told. */
static void test_with_a_peer_that_is_not_there(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	(void)state;
	pair_up(pair);
	pair->loses = every_packet;
	down(pair, &pair->west);
	pair_advance(pair, SECONDS(29));
	assert_int_equal(pair->west.reports[REPORT_TIMEOUT], 0);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(pair->west.reports[REPORT_TIMEOUT], 1);
	assert_null(pair_ike(&pair->west));
	pair_free(pair);
}

/* The peer never answers: it is over when every other request would be. */
static void test_before_an_answer_that_never_comes(void **state)
{
	struct pair *pair = pair_new_before_auth();

	(void)state;
	down(pair, &pair->west);
	assert_int_equal(pair->west.kernel.policy_count, 0);
	pair->loses = every_packet;
	pair_advance(pair, SECONDS(10));
	assert_non_null(pair_ike(&pair->west));
	pair_advance(pair, SECONDS(110));
	assert_null(pair_ike(&pair->west));
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_the_answer_to_ike_auth),
		cmocka_unit_test(test_and_up_again_before_that_answer),
		cmocka_unit_test(test_with_a_peer_that_is_not_there),
		cmocka_unit_test(test_before_an_answer_that_never_comes),
		cmocka_unit_test(test_while_waiting_for_revival),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
