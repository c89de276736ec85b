/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ML-KEM-768 in each place where a key exchange can be: what is sent is not the same both ways. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

#define CLASSIC " ike=aes_gcm256-sha2_256-dh31\n"
#define HYBRID  " ike=aes_gcm256-sha2_256-dh31;addke1=mlkem768\n"
#define MAYBE   " ike=aes_gcm256-sha2_256-dh31;addke1=mlkem768+none\n"
#define ALONE   " ike=aes_gcm256-sha2_256-mlkem768\n"
#define LAST    " ike=aes_gcm256-sha2_256-dh31,aes_gcm256-sha2_256-mlkem768\n"
#define ESP     " esp=aes_gcm256-dh31;addke1=mlkem768\n"
#define ESP_KEM " esp=aes_gcm256-mlkem768;addke1=dh31\n"

static const struct {
	const char *what;
	const char *west, *east;
	unsigned exchanges; /* IKE_INTERMEDIATE */
	bool hybrid, alone;
} rows[] = {
	{ "additional in the IKE SA", HYBRID, HYBRID, 1, true, false },
	{ "additional, in fragments", HYBRID " fragment-size=300\n", HYBRID " fragment-size=300\n",
	  1, true, false },
	{ "additional, over the NAT port", HYBRID " encapsulation=yes\n", HYBRID, 1, true, false },
	{ "the responder does without", MAYBE, CLASSIC, 0, false, false },
	{ "the initiator does without", CLASSIC, MAYBE, 0, false, false },
	{ "the only one", ALONE, ALONE, 0, false, true },
	{ "the only one, which was not the initiator's guess", LAST, ALONE, 0, false, true },
	{ "additional in Child SAs", HYBRID ESP, HYBRID ESP, 1, true, false },
	{ "first in Child SAs, with another after it", CLASSIC ESP_KEM, CLASSIC ESP_KEM, 0, false,
	  false },
	{ "with clones", HYBRID ESP " clones=2\n", HYBRID ESP " clones=2\n", 1, true, false },
};

static bool same_keys(const struct ike_keys *a, const struct ike_keys *b)
{
	return bytes_equal(secret_bytes(&a->d), secret_bytes(&b->d)) &&
	       bytes_equal(secret_bytes(&a->ei), secret_bytes(&b->ei));
}

static void assert_agreed(struct pair *pair, size_t i)
{
	const struct ike_sa *west = pair_ike(&pair->west), *east = pair_ike(&pair->east);
	const struct ke_desc *kem = ke_find(KE_ML_KEM_768);
	size_t count = strstr(rows[i].west, "clones") != NULL ? 3 : 1;

	assert_non_null(west);
	assert_non_null(east);
	assert_true(same_keys(&west->keys, &east->keys));
	assert_ptr_equal(west->suite.addke[0], rows[i].hybrid ? kem : NULL);
	assert_int_equal(west->suite.ke == kem, rows[i].alone);
	assert_null(west->pair.public_value); /* used once */
	assert_int_equal(pair->west.kernel.sa_count, 2 * count);
	assert_int_equal(pair_shared_sas(pair), 2 * count);
}

static void rekey(struct side *side, enum rekey_what what)
{
	ike_engine_rekey(side->engine, "t", what, 7, side->pair->now);
	pair_advance(side->pair, SECONDS(10));
	assert_int_equal(side->last_code, CONTROL_OK);
}

static void test_what_two_ends_make_of_it(void **state)
{
	(void)state;
	if (ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = rows[i].west,
								     .east = rows[i].east });

		print_message("%s\n", rows[i].what);
		pair_up(pair);
		pair_advance(pair, SECONDS(10));
		assert_int_equal(pair_ike(&pair->west)->intermediates, rows[i].exchanges);
		assert_agreed(pair, i);
		rekey(&pair->west, REKEY_CHILD);
		rekey(&pair->east, REKEY_CHILD);
		assert_agreed(pair, i);
		rekey(&pair->west, REKEY_IKE);
		assert_agreed(pair, i);
		pair_advance(pair, SECONDS(120)); /* not so soon again */
		rekey(&pair->east, REKEY_IKE);
		assert_agreed(pair, i);
		pair_free(pair);
	}
}

/* What is said again is the same ciphertext, and not another secret. */
static void test_any_datagram_lost(void **state)
{
	(void)state;
	if (ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
		skip();
	for (unsigned i = 1; i <= 6; i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = HYBRID,
								     .east = HYBRID });

		pair_lose_one(pair, i);
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, SECONDS(2));
		assert_int_equal(pair->lost, 1);
		assert_agreed(pair, 0);
		pair_free(pair);
	}
}

/* Whoever is in the way of the ciphertext, or a broken responder: the secrets are not the same. */
static unsigned spoil(struct pair *pair)
{
	unsigned spoilt = 0;

	for (struct crypto_job *job = pair->jobs; job != NULL; job = job->next)
		if (job->kind == JOB_KE_FINISH && job->ke->id == KE_ML_KEM_768) {
			job->peer_public[500] ^= 1;
			spoilt++;
		}
	return spoilt;
}

static void test_a_wrong_ciphertext_ends_at_the_proof(void **state)
{
	static const char *const options[] = { HYBRID, ALONE };

	(void)state;
	if (ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = options[i],
								     .east = options[i] });
		unsigned spoilt = 0;

		ike_engine_up(pair->west.engine, "t", true, 7, pair->now);
		pair->hold_jobs = true;
		for (int round = 0; round < 8; round++) {
			pair_run(pair);
			spoilt += spoil(pair);
			pair_run_jobs(pair);
		}
		assert_int_equal(spoilt, 1);
		assert_int_equal(pair->west.reports[REPORT_ESTABLISHED], 0);
		assert_int_equal(pair->east.reports[REPORT_ESTABLISHED], 0);
		assert_int_equal(pair->west.kernel.sa_count + pair->east.kernel.sa_count, 0);
		assert_int_equal(pair->west.reports[REPORT_INTERNAL_ERROR], 0);
		pair_free(pair);
	}
}

/* Where NSS has none, nobody can ask for it. */
static void test_a_peer_that_offers_it_gets_something_else(void **state)
{
	struct pair *pair;

	(void)state;
	if (ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
		skip();
	pair = pair_new(&(struct pair_setup) { .west = LAST, .east = CLASSIC });
	pair_up(pair);
	assert_int_equal(pair_ike(&pair->east)->suite.ke->id, KE_CURVE25519);
	pair_free(pair);
	pair = pair_new(&(struct pair_setup) { .west = ALONE, .east = CLASSIC });
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run(pair);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_two_ends_make_of_it),
		cmocka_unit_test(test_any_datagram_lost),
		cmocka_unit_test(test_a_wrong_ciphertext_ends_at_the_proof),
		cmocka_unit_test(test_a_peer_that_offers_it_gets_something_else),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
