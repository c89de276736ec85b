/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reauth=yes: an IKE SA is replaced by a whole new one, and nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pair/no_gap.h"
#include "provider.h"

#define LIFE " ikelifetime=20m\n rekeymargin=2m\n rekeyfuzz=0%\n"

static const struct {
	const char *what, *west, *east;
	size_t sas;
	bool anew; /* and not only new keys */
} rows[] = {
	{ "the initiator, in time", LIFE " reauth=yes\n", NULL, 2, true },
	{ "the responder, in time", NULL, LIFE " reauth=yes\n", 2, true },
	{ "both, in time", LIFE " reauth=yes\n", LIFE " reauth=yes\n", 2, true },
	{ "with clones", LIFE " clones=2\n reauth=yes\n", " clones=2\n", 6, true },
	{ "without a Child SA at first", LIFE " childless=force\n reauth=yes\n", NULL, 2, true },
	{ "not wished for", LIFE, NULL, 2, false },
};

/* The first IKE SA of east was made by IKE_AUTH, as its last one. */
static void test_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = rows[i].west,
								    .east = rows[i].east });
		uint64_t before;

		print_message("%s\n", rows[i].what);
		pair_up(pair);
		pair_advance(pair, SECONDS(60));
		before = gap_ike(&pair->east)->id;
		pair->loses = gap_watch;
		for (int minute = 0; minute < 60; minute++)
			pair_advance(pair, SECONDS(60));
		gap_assert_one_set(pair, rows[i].sas);
		assert_true(gap_ike(&pair->east)->id != before);
		assert_int_equal(gap_ike(&pair->east)->rekeyed, !rows[i].anew);
		assert_true(gap_ike(&pair->east)->spi_i == gap_ike(&pair->west)->spi_i);
		pair->loses = NULL;
		pair_free(pair);
	}
}

static void test_by_command(void **state)
{
	static const char more[] = " reauth=yes\n clones=1\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = more, .east = more });
	struct side *sides[] = { &pair->west, &pair->east };

	(void)state;
	pair_up(pair);
	pair->loses = gap_watch;
	for (int i = 0; i < 6; i++) {
		uint64_t before = gap_ike(&pair->west)->id;

		/* Twice is once. Then the other end, then both at the same moment. */
		if (i % 3 != 1) {
			ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
			assert_int_equal(pair->west.last_code, CONTROL_OK);
			ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 9, pair->now);
			assert_in_range(pair_ike_count(&pair->west), 2, 2);
		}
		if (i % 3 != 0)
			ike_engine_rekey(sides[1]->engine, "t", REKEY_IKE, 8, pair->now);
		pair_advance(pair, SECONDS(30));
		gap_assert_one_set(pair, 4);
		assert_true(gap_ike(&pair->west)->id != before);
		assert_false(gap_ike(&pair->west)->rekeyed);
	}
	pair->loses = NULL;
	pair_free(pair);
}

/* A peer that does not want a new one, for a while: what is there stays, and it is asked again. */
static void test_refused(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = LIFE " reauth=yes\n" });
	uint64_t before;

	(void)state;
	pair_up(pair);
	before = gap_ike(&pair->west)->id;
	pair_secrets(&pair->east, "@west @east : PSK \"another one, by mistake\"\n");
	pair->loses = gap_watch;
	pair_advance(pair, SECONDS(18 * 60 + 40));
	assert_true(pair->west.reports[REPORT_REFUSED] >= 2);
	gap_assert_one_set(pair, 2);
	assert_true(gap_ike(&pair->west)->id == before);
	pair_secrets(&pair->east, PAIR_PSK);
	pair_advance(pair, SECONDS(30));
	gap_assert_one_set(pair, 2);
	assert_true(gap_ike(&pair->west)->id != before);
	pair->loses = NULL;
	pair_free(pair);
}

/* Where the configuration does not find the two, there are new keys only. */
static void test_moved(void **state)
{
	static const char more[] = " reauth=yes\n mobike=yes\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = more, .east = more });

	(void)state;
	pair_up(pair);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.3.9" });
	pair_advance(pair, SECONDS(20));
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_true(gap_ike(&pair->west)->rekeyed);
	assert_int_equal(pair_ike_count(&pair->west), 1);
	pair_free(pair);
}

/* down while a new one is on its way leaves nothing. */
static void test_down_meanwhile(void **state)
{
	(void)state;
	for (unsigned step = 0; step < 12; step++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = " reauth=yes\n" });

		pair_up(pair);
		ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
		for (unsigned i = 0; i < step; i++) {
			pair_run_jobs(pair);
			(void)pair_deliver(pair);
		}
		ike_engine_down(pair->west.engine, "t", 9, pair->now);
		ike_engine_down(pair->east.engine, "t", 9, pair->now);
		pair_advance(pair, SECONDS(90));
		assert_int_equal(pair_ike_count(&pair->west) + pair_ike_count(&pair->east), 0);
		assert_int_equal(pair->west.kernel.sa_count + pair->east.kernel.sa_count, 0);
		assert_int_equal(pair->west.kernel.policy_count, 0);
		assert_int_equal(pair->east.kernel.policy_count, 0);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_time),	cmocka_unit_test(test_by_command),
		cmocka_unit_test(test_refused),	cmocka_unit_test(test_moved),
		cmocka_unit_test(test_down_meanwhile),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
