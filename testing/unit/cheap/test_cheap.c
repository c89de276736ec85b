/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a simulation needs of the provider that is no cryptography, and that no daemon gets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cheap-crypto/cheap.h"
#include "crypto/crypto.h"

static void both_ends_agree_and_nobody_else(void **state)
{
	static const enum ke_id groups[] = { KE_MODP2048, KE_ECP_256, KE_CURVE25519,
					       KE_ML_KEM_768 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const struct ke_desc *ke = ke_find((uint16_t)groups[i]);
		struct ke_pair ours, theirs, strangers;
		struct secret a, b, c;

		assert_null(ke_missing(ke));
		assert_int_equal(ke_start(ke, &ours), CRYPTO_OK);
		assert_int_equal(ke_start(ke, &strangers), CRYPTO_OK);
		assert_int_equal(ke_respond(ke, ke_pair_public(&ours), &theirs, &a), CRYPTO_OK);
		assert_int_equal(ke_finish(&ours, ke_pair_public(&theirs), &b), CRYPTO_OK);
		assert_int_equal(ke_finish(&strangers, ke_pair_public(&theirs), &c), CRYPTO_OK);
		assert_int_equal(a.len, ke->shared_len);
		assert_true(bytes_equal(secret_bytes(&a), secret_bytes(&b)));
		assert_false(bytes_equal(secret_bytes(&a), secret_bytes(&c)));
		secret_done(&a);
		secret_done(&b);
		secret_done(&c);
		ke_pair_done(&ours);
		ke_pair_done(&theirs);
		ke_pair_done(&strangers);
	}
}

static void public_values_that_are_none_are_refused(void **state)
{
	const struct ke_desc *ke = ke_find(KE_CURVE25519);
	uint8_t none[32] = { 0 }, long_one[32] = { 2, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct secret secret = { 0 };
	struct ke_pair pair, other;

	(void)state;
	assert_int_equal(ke_start(ke, &pair), CRYPTO_OK);
	assert_int_equal(ke_finish(&pair, BYTES_OF(none), &secret), CRYPTO_BAD_INPUT);
	assert_int_equal(ke_finish(&pair, BYTES_OF(long_one), &secret), CRYPTO_BAD_INPUT);
	assert_int_equal(ke_respond(ke, bytes_at(pair.public_value, 31), &other, &secret),
			 CRYPTO_BAD_INPUT);
	assert_null(secret.ptr);
	ke_pair_done(&pair);
}

/* Key, iv, what is only protected, text and ICV, one after the other. */
struct sealed {
	uint8_t key[36], iv[8], aad[28], text[50], icv[ICV_MAX];
};

static enum crypto_status open_it(struct sealed *s)
{
	const struct encr_desc *encr = encr_find(ENCR_AES_GCM_16);

	return aead_open(encr, BYTES_OF(s->key), BYTES_OF(s->iv), BYTES_OF(s->aad), s->text,
			 sizeof(s->text), s->icv);
}

static void every_changed_bit_is_noticed(void **state)
{
	const struct encr_desc *encr = encr_find(ENCR_AES_GCM_16);
	struct sealed sealed = { .key = { 1 }, .text = "plain" }, copy;

	(void)state;
	assert_int_equal(aead_seal(encr, BYTES_OF(sealed.key), BYTES_OF(sealed.iv),
				   BYTES_OF(sealed.aad), sealed.text, sizeof(sealed.text),
				   sealed.icv), CRYPTO_OK);
	assert_string_not_equal((char *)sealed.text, "plain");
	copy = sealed;
	assert_int_equal(open_it(&copy), CRYPTO_OK);
	assert_string_equal((char *)copy.text, "plain");
	for (size_t bit = 0; bit < 8 * (offsetof(struct sealed, icv) + encr->icv_len); bit++) {
		copy = sealed;
		((uint8_t *)&copy)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(open_it(&copy), CRYPTO_BAD_ICV);
	}
}

static void how_it_is_cut_into_parts_makes_no_difference(void **state)
{
	const struct prf_desc *prf = prf_find(PRF_HMAC_SHA2_256);
	struct bytes whole = bytes_of_text("one two three"), key = bytes_of_text("key");
	struct bytes parts[] = { bytes_of_text("one "), bytes_of_text(""),
				 bytes_of_text("two three") };
	struct prf_key *ready = prf_key_new(prf, key);
	uint8_t third[PRF_OUTPUT_MAX];
	struct secret a, b;

	(void)state;
	assert_int_equal(prf_compute(prf, key, &whole, 1, &a), CRYPTO_OK);
	assert_int_equal(prf_compute(prf, key, parts, ARRAY_LEN(parts), &b), CRYPTO_OK);
	assert_int_equal(prf_key_compute(ready, parts, ARRAY_LEN(parts), third), CRYPTO_OK);
	assert_true(bytes_equal(secret_bytes(&a), secret_bytes(&b)));
	assert_memory_equal(third, a.ptr, a.len);
	secret_done(&b);
	assert_int_equal(prf_compute(prf, whole, &whole, 1, &b), CRYPTO_OK);
	assert_false(bytes_equal(secret_bytes(&a), secret_bytes(&b)));
	secret_done(&a);
	secret_done(&b);
	prf_key_free(ready);
}

static void a_daemon_is_refused(void **state)
{
	char why[128];

	(void)state;
	assert_int_equal(crypto_start("/var/lib/ipsec/nss", why, sizeof(why)),
			 CRYPTO_NOT_STARTED);
	assert_string_equal(why, cheap_crypto_warning);
	assert_int_equal(crypto_start(NULL, why, sizeof(why)), CRYPTO_STARTED_WITHOUT_DATABASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_agree_and_nobody_else),
		cmocka_unit_test(public_values_that_are_none_are_refused),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(how_it_is_cut_into_parts_makes_no_difference),
		cmocka_unit_test(a_daemon_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
