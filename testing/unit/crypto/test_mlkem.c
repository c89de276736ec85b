/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/must_check.h"
#include "crypto/ke/kinds.h"
#include "mlkem_vectors.h"
#include "provider.h"
#include "vectors.h"

/* ML-KEM-768 where NSS has it; and what is said where it has not. */

/* Encoded coefficients of 12 bits, each to be below this (FIPS 203 4.2.1, 7.2). */
enum { Q = 3329, COEFFICIENTS_LEN = 1152 };

static const struct ke_desc *kem;

static bool is_here(void)
{
	kem = ke_find(KE_ML_KEM_768);
	return ke_missing(kem) == NULL;
}

static void test_both_ends_have_the_same_secret(void **state)
{
	struct ke_pair own = { 0 }, answer = { 0 };
	struct secret one = { 0 }, other = { 0 };

	(void)state;
	if (!is_here())
		skip();
	assert_int_equal(ke_start(kem, &own), CRYPTO_OK);
	assert_int_equal(own.public_len, 1184);
	assert_int_equal(own.private_value.len, 2400);
	assert_int_equal(ke_respond(kem, ke_pair_public(&own), &answer, &one), CRYPTO_OK);
	assert_int_equal(answer.public_len, 1088);
	assert_int_equal(answer.private_value.len, 0);
	assert_int_equal(ke_finish(&own, ke_pair_public(&answer), &other), CRYPTO_OK);
	assert_int_equal(one.len, 32);
	assert_true(bytes_equal_secret(secret_bytes(&one), secret_bytes(&other)));
	ke_pair_done(&own);
	ke_pair_done(&answer);
	secret_done(&one);
	secret_done(&other);
}

/* Some of the ciphertexts may be spoilt: then this is the secret of implicit rejection. */
static void test_vectors(void **state)
{
	struct buffer key = from_hex(mlkem_decapsulation_key);

	(void)state;
	if (!is_here()) {
		buffer_done(&key);
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(mlkem_decapsulations); i++) {
		struct buffer ciphertext = from_hex(mlkem_decapsulations[i].ciphertext);
		struct ke_pair own = { 0 };
		struct secret shared = { 0 };

		/* FIPS 203 7.1: the key that the peer has is in it. */
		ke_pair_fill(&own, kem, bytes_at(key.ptr + COEFFICIENTS_LEN, kem->initiator_len),
			     buffer_bytes(&key));
		assert_int_equal(ke_finish(&own, buffer_bytes(&ciphertext), &shared), CRYPTO_OK);
		assert_bytes_hex(secret_bytes(&shared), mlkem_decapsulations[i].secret);
		secret_done(&shared);
		ke_pair_done(&own);
		buffer_done(&ciphertext);
	}
	buffer_done(&key);
}

/* Two answers to one key are two secrets. */
static void test_each_answer_has_a_secret_of_its_own(void **state)
{
	struct ke_pair own = { 0 }, a = { 0 }, b = { 0 };
	struct secret one = { 0 }, other = { 0 };

	(void)state;
	if (!is_here())
		skip();
	assert_int_equal(ke_start(kem, &own), CRYPTO_OK);
	assert_int_equal(ke_respond(kem, ke_pair_public(&own), &a, &one), CRYPTO_OK);
	assert_int_equal(ke_respond(kem, ke_pair_public(&own), &b, &other), CRYPTO_OK);
	assert_false(bytes_equal(ke_pair_public(&a), ke_pair_public(&b)));
	assert_false(bytes_equal_secret(secret_bytes(&one), secret_bytes(&other)));
	ke_pair_done(&own);
	ke_pair_done(&a);
	ke_pair_done(&b);
	secret_done(&one);
	secret_done(&other);
}

/* FIPS 203 7.3: implicit rejection. The secret is another one each time, and the same each time. */
static void test_a_wrong_ciphertext_is_another_secret(void **state)
{
	struct ke_pair own = { 0 }, answer = { 0 };
	struct secret right = { 0 };

	(void)state;
	if (!is_here())
		skip();
	assert_int_equal(ke_start(kem, &own), CRYPTO_OK);
	assert_int_equal(ke_respond(kem, ke_pair_public(&own), &answer, &right), CRYPTO_OK);
	for (size_t i = 0; i < answer.public_len; i += 97) {
		struct secret one = { 0 }, again = { 0 };

		answer.public_value[i] ^= 1;
		assert_int_equal(ke_finish(&own, ke_pair_public(&answer), &one), CRYPTO_OK);
		assert_int_equal(ke_finish(&own, ke_pair_public(&answer), &again), CRYPTO_OK);
		answer.public_value[i] ^= 1;
		assert_int_equal(one.len, right.len);
		assert_false(bytes_equal_secret(secret_bytes(&one), secret_bytes(&right)));
		assert_true(bytes_equal_secret(secret_bytes(&one), secret_bytes(&again)));
		secret_done(&one);
		secret_done(&again);
	}
	ke_pair_done(&own);
	ke_pair_done(&answer);
	secret_done(&right);
}

static enum crypto_status respond_to(const uint8_t *key, size_t len)
{
	struct ke_pair answer = { 0 };
	struct secret shared = { 0 };
	enum crypto_status status = ke_respond(kem, bytes_at(key, len), &answer, &shared);

	assert_int_equal(answer.public_value != NULL, status == CRYPTO_OK);
	assert_int_equal(shared.ptr != NULL, status == CRYPTO_OK);
	ke_pair_done(&answer);
	secret_done(&shared);
	return status;
}

static void set_coefficient(uint8_t *key, size_t i, unsigned value)
{
	uint8_t *p = key + i / 2 * 3;

	if (i % 2 == 0) {
		p[0] = (uint8_t)value;
		p[1] = (uint8_t)((p[1] & 0xf0) | value >> 8);
	} else {
		p[1] = (uint8_t)((p[1] & 0x0f) | (value & 0x0f) << 4);
		p[2] = (uint8_t)(value >> 4);
	}
}

static void test_a_key_that_is_not_reduced_is_refused(void **state)
{
	struct ke_pair own = { 0 };

	(void)state;
	if (!is_here())
		skip();
	for (size_t i = 0; i < COEFFICIENTS_LEN * 2 / 3; i += 767 / 4) {
		assert_int_equal(ke_start(kem, &own), CRYPTO_OK);
		set_coefficient(own.public_value, i, Q - 1);
		assert_int_equal(respond_to(own.public_value, own.public_len), CRYPTO_OK);
		set_coefficient(own.public_value, i, Q);
		assert_int_equal(respond_to(own.public_value, own.public_len), CRYPTO_BAD_INPUT);
		set_coefficient(own.public_value, i, 0xfff);
		assert_int_equal(respond_to(own.public_value, own.public_len), CRYPTO_BAD_INPUT);
		ke_pair_done(&own);
	}
}

static void test_wrong_lengths_are_refused(void **state)
{
	static const size_t key_lens[] = { 0, 1, 800, 1088, 1183, 1185, 1568 };
	static const size_t answer_lens[] = { 0, 1, 768, 1087, 1089, 1184, 1568 };
	static const uint8_t zeros[1568];
	struct secret shared = { 0 };
	struct ke_pair own = { 0 };

	(void)state;
	if (!is_here())
		skip();
	assert_int_equal(ke_start(kem, &own), CRYPTO_OK);
	for (size_t i = 0; i < ARRAY_LEN(key_lens); i++) {
		assert_int_equal(respond_to(zeros, key_lens[i]), CRYPTO_BAD_INPUT);
		assert_int_equal(ke_finish(&own, bytes_at(zeros, answer_lens[i]), &shared),
				 CRYPTO_BAD_INPUT);
		assert_null(shared.ptr);
	}
	ke_pair_done(&own);
}

/* Where it is missing nothing of it works, and a sentence says why. */
static void test_what_is_missing_says_so(void **state)
{
	static const uint8_t zeros[1184];
	struct ke_pair own = { 0 };

	(void)state;
	if (is_here())
		skip();
	assert_non_null(strstr(ke_missing(kem), "NSS"));
	assert_non_null(strstr(ke_missing(kem), "ML-KEM"));
	assert_int_equal(ke_start(kem, &own), CRYPTO_FAILED);
	assert_int_equal(respond_to(zeros, sizeof(zeros)), CRYPTO_FAILED);
	assert_null(own.public_value);
}

static void test_nothing_else_is_missing(void **state)
{
	(void)state;
	for (uint16_t id = 0; id < 64; id++) {
		const struct ke_desc *ke = ke_find(id);

		assert_true(ke == NULL || ke->id == KE_ML_KEM_768 || ke_missing(ke) == NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends_have_the_same_secret),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_each_answer_has_a_secret_of_its_own),
		cmocka_unit_test(test_a_wrong_ciphertext_is_another_secret),
		cmocka_unit_test(test_a_key_that_is_not_reduced_is_refused),
		cmocka_unit_test(test_wrong_lengths_are_refused),
		cmocka_unit_test(test_what_is_missing_says_so),
		cmocka_unit_test(test_nothing_else_is_missing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
