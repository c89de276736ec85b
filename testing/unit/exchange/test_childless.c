/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE SAs that come up before their first Child SA (RFC 6023). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"

static bool sees_create;

/* The first CREATE_CHILD_SA of west passes by. */
static bool watch(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	sees_create |= packet->bytes.ptr[18] == EXCHANGE_CREATE_CHILD_SA;
	return false;
}

static struct pair *watched(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	sees_create = false;
	pair->loses = watch;
	return pair;
}

static const struct {
	const char *what, *west, *east;
	bool childless; /* the head is made by CREATE_CHILD_SA */
	enum control_code code;
} rows[] = {
	{ "nobody asks for it", NULL, NULL, false, CONTROL_OK },
	{ "we like it, and the peer can", " childless=prefer\n", NULL, true, CONTROL_OK },
	{ "both like it", " childless=prefer\n", " childless=prefer\n", true, CONTROL_OK },
	{ "we like it without pfs=", " childless=prefer\n pfs=no\n", " pfs=no\n", true,
	  CONTROL_OK },
	{ "we like it, and the peer does not", " childless=prefer\n", " childless=never\n", false,
	  CONTROL_OK },
	{ "we want nothing else, and the peer can", " childless=force\n", NULL, true, CONTROL_OK },
	{ "we want nothing else, and the peer cannot", " childless=force\n", " childless=never\n",
	  false, CONTROL_FATAL },
	{ "never is about the peer's", " childless=never\n", NULL, false, CONTROL_OK },
	{ "the peer refuses the Child SA", " childless=force\n esp=aes_gcm256\n",
	  " esp=aes_gcm128\n", true, CONTROL_FATAL },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = watched(rows[i].west, rows[i].east);
		size_t sas = rows[i].code == CONTROL_OK ? 2 : 0;

		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, SECONDS(3));
		if (pair->west.commands_done != 1 || pair->west.last_code != rows[i].code)
			fail_msg("%s: %u %d", rows[i].what, pair->west.commands_done,
				 (int)pair->west.last_code);
		if (sees_create != rows[i].childless)
			fail_msg("%s: how the Child SA is made", rows[i].what);
		assert_int_equal(pair->west.kernel.sa_count, sas);
		assert_int_equal(pair->east.kernel.sa_count, sas);
		pair_advance(pair, SECONDS(60)); /* what is half-open is given up */
		assert_int_equal(pair_ike_count(&pair->west), sas / 2);
		assert_int_equal(pair_ike_count(&pair->east), sas / 2);
		pair_free(pair);
	}
}

static void test_with_clones(void **state)
{
	struct pair *pair = watched(" childless=prefer\n clones=3\n", " clones=3\n");

	(void)state;
	pair_up(pair);
	assert_int_equal(pair->west.kernel.sa_count, 8);
	ike_engine_rekey(pair->east.engine, "t", REKEY_IKE, 3, pair->now);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->east.kernel.sa_count, 8);
	ike_engine_down(pair->west.engine, "t", 4, pair->now);
	pair_run(pair);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	pair_free(pair);
}

/* The answer to the head's request is lost: the peer's clones wait for it. */
static bool loses_answers;

static bool lossy(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	return loses_answers && p[18] == EXCHANGE_CREATE_CHILD_SA &&
	       (p[19] & FLAG_RESPONSE) != 0 &&
	       address_equal(&packet->from.address, &pair->east.address.address);
}

static void test_clones_that_are_too_early(void **state)
{
	struct pair *pair = watched(" childless=prefer\n clones=2\n", " clones=2\n");

	(void)state;
	pair->loses = lossy;
	loses_answers = true;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.kernel.sa_count, 0); /* no clone in the place of the head */
	assert_int_equal(pair->east.kernel.sa_count, 2);
	loses_answers = false;
	pair_advance(pair, SECONDS(15));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	assert_int_equal(pair->east.kernel.sa_count, 6);
	pair_free(pair);
}

/* Another IKE SA of the connection is kept: whatever the peer asks for on this one, it gets nothing. */
static void test_not_wanted(void **state)
{
	struct pair *pair = watched(" childless=prefer\n", NULL);

	(void)state;
	pair_up(pair);
	pair_ike(&pair->east)->unwanted = true;
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 3, pair->now);
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 4, pair->now);
	pair_run(pair);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	pair_free(pair);
}

/* Asked for by a peer to whom it was not announced. */
static void test_unannounced(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " childless=prefer\n",
							     .east = " childless=never\n" });

	(void)state;
	pair->hold_jobs = true;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	for (int i = 0; i < 2; i++) { /* west's pair of keys, and what east agrees on */
		pair_run_jobs(pair);
		pair_run(pair);
	}
	assert_int_equal(pair_ike(&pair->west)->state, IKE_INIT_SENT);
	pair_ike(&pair->west)->peer_is_childless = true;
	pair->hold_jobs = false;
	pair_run(pair);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_FATAL);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	pair_free(pair);
}

/* East's answers to CREATE_CHILD_SA do not arrive. */
static bool lose_answers(struct pair *pair, const struct packet *packet)
{
	struct bytes m = buffer_bytes(&packet->bytes);

	return packet->sender == &pair->east && m.len > 19 &&
	       m.ptr[18] == EXCHANGE_CREATE_CHILD_SA && (m.ptr[19] & FLAG_RESPONSE) != 0;
}

/* East rekeys what west does not know yet that it has. */
static void test_rekeyed_before_it_is_known(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " childless=prefer\n" });

	(void)state;
	pair->loses = lose_answers;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	ike_engine_rekey(pair->east.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(1));
	pair->loses = NULL;
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair_shared_sas(pair), 2);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_with_clones),
		cmocka_unit_test(test_clones_that_are_too_early),
		cmocka_unit_test(test_not_wanted),
		cmocka_unit_test(test_unannounced),
		cmocka_unit_test(test_rekeyed_before_it_is_known),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
