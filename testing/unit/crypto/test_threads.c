/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/must_check.h"
#include "provider.h"
#include "vectors.h"

enum { THREADS = 4, ROUNDS = 25 };

/* What a thread is to do, and how often it came out right. */
struct work {
	pthread_t thread;
	const struct ke_pair *own;
	struct bytes peer, shared;
	int right;
};

static bool fresh_pairs_agree(const struct ke_desc *ke)
{
	struct ke_pair a = { 0 }, b = { 0 };
	struct secret one = { 0 }, two = { 0 };
	bool ok = ke_start(ke, &a) == CRYPTO_OK &&
		  ke_respond(ke, ke_pair_public(&a), &b, &one) == CRYPTO_OK &&
		  ke_finish(&a, ke_pair_public(&b), &two) == CRYPTO_OK &&
		  bytes_equal_secret(secret_bytes(&one), secret_bytes(&two));

	secret_done(&one);
	secret_done(&two);
	ke_pair_done(&a);
	ke_pair_done(&b);
	return ok;
}

static bool given_pair_agrees(const struct work *w)
{
	struct secret shared = { 0 };
	bool ok = ke_finish(w->own, w->peer, &shared) == CRYPTO_OK &&
		  bytes_equal_secret(secret_bytes(&shared), w->shared);

	secret_done(&shared);
	return ok;
}

static bool prf_is_right(void)
{
	struct bytes data = bytes_of_text("what do ya want for nothing?");
	struct secret mac = { 0 };
	bool ok = prf_compute(prf_find(PRF_HMAC_SHA2_256), bytes_of_text("Jefe"), &data, 1, &mac) ==
			  CRYPTO_OK && mac.ptr[0] == 0x5b && mac.ptr[31] == 0x43;

	secret_done(&mac);
	return ok;
}

static void *work_run(void *arg)
{
	struct work *w = arg;

	for (int i = 0; i < ROUNDS; i++) {
		if (given_pair_agrees(w) && prf_is_right() && fresh_pairs_agree(w->own->ke))
			w->right++;
	}
	return NULL;
}

/* Pairs made here are used there, by several threads at once. */
static void group_check(enum ke_id id)
{
	const struct ke_desc *ke = ke_find((uint16_t)id);
	struct ke_pair a = { 0 }, b = { 0 };
	struct work works[THREADS] = { { 0 } };
	struct secret shared = { 0 };

	assert_int_equal(ke_start(ke, &a), CRYPTO_OK);
	assert_int_equal(ke_respond(ke, ke_pair_public(&a), &b, &shared), CRYPTO_OK);
	for (size_t i = 0; i < THREADS; i++) {
		works[i].own = &a;
		works[i].peer = ke_pair_public(&b);
		works[i].shared = secret_bytes(&shared);
		assert_int_equal(pthread_create(&works[i].thread, NULL, work_run, &works[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(works[i].thread, NULL), 0);
		assert_int_equal(works[i].right, ROUNDS);
	}
	secret_done(&shared);
	ke_pair_done(&a);
	ke_pair_done(&b);
}

static void test_x25519_on_many_threads(void **state)
{
	(void)state;

	group_check(KE_CURVE25519);
}

static void test_modp_on_many_threads(void **state)
{
	(void)state;

	group_check(KE_MODP2048);
}

static void test_ecp_on_many_threads(void **state)
{
	(void)state;

	group_check(KE_ECP_256);
}

static void test_ml_kem_on_many_threads(void **state)
{
	(void)state;

	if (ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
		skip();
	group_check(KE_ML_KEM_768);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x25519_on_many_threads),
		cmocka_unit_test(test_modp_on_many_threads),
		cmocka_unit_test(test_ecp_on_many_threads),
		cmocka_unit_test(test_ml_kem_on_many_threads),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
