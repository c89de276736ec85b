/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/must_check.h"
#include "crypto/names.h"

struct spelling {
	const char *name;
	uint16_t id; /* 0: nobody has this name */
};

static void test_ciphers_by_name(void **state)
{
	static const struct spelling rows[] = {
		{ "aes", ENCR_AES_CBC }, { "aes_cbc", ENCR_AES_CBC }, { "AES_CBC", ENCR_AES_CBC },
		{ "aes_gcm", ENCR_AES_GCM_16 }, { "aes_gcm_c", ENCR_AES_GCM_16 },
		{ "aes_gcm_16", ENCR_AES_GCM_16 }, { "aes_gcm16", ENCR_AES_GCM_16 },
		{ "Aes_Gcm_16", ENCR_AES_GCM_16 },
		{ "chacha20_poly1305", ENCR_CHACHA20_POLY1305 },
		{ "chacha20poly1305", ENCR_CHACHA20_POLY1305 },
		{ "", 0 }, { "ae", 0 }, { "aess", 0 }, { "aes128", 0 }, { "aes_gcm_12", 0 },
		{ "aes_gcm_8", 0 }, { "3des", 0 }, { "null", 0 }, { "none", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct encr_desc *e = encr_find_name(rows[i].name);
		assert_int_equal(e == NULL ? 0 : e->id, rows[i].id);
	}
}

static void test_prfs_by_name(void **state)
{
	static const struct spelling rows[] = {
		{ "sha2", PRF_HMAC_SHA2_256 }, { "sha256", PRF_HMAC_SHA2_256 },
		{ "sha2_256", PRF_HMAC_SHA2_256 }, { "hmac_sha2_256", PRF_HMAC_SHA2_256 },
		{ "sha384", PRF_HMAC_SHA2_384 }, { "sha2_384", PRF_HMAC_SHA2_384 },
		{ "sha512", PRF_HMAC_SHA2_512 }, { "SHA2_512", PRF_HMAC_SHA2_512 },
		{ "sha2_512_256", 0 }, { "sha1", 0 }, { "md5", 0 }, { "aes_xcbc", 0 },
		{ "none", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct prf_desc *p = prf_find_name(rows[i].name);
		assert_int_equal(p == NULL ? 0 : p->id, rows[i].id);
	}
}

static void test_macs_by_name(void **state)
{
	static const struct spelling rows[] = {
		{ "sha2", INTEG_HMAC_SHA2_256_128 }, { "sha256", INTEG_HMAC_SHA2_256_128 },
		{ "sha2_256", INTEG_HMAC_SHA2_256_128 },
		{ "hmac_sha2_256_128", INTEG_HMAC_SHA2_256_128 },
		{ "sha384", INTEG_HMAC_SHA2_384_192 }, { "sha2_384_192", INTEG_HMAC_SHA2_384_192 },
		{ "sha512", INTEG_HMAC_SHA2_512_256 }, { "sha2_512_256", INTEG_HMAC_SHA2_512_256 },
		{ "HMAC_SHA2_512", INTEG_HMAC_SHA2_512_256 },
		{ "sha1", 0 }, { "none", 0 }, { "null", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct integ_desc *a = integ_find_name(rows[i].name);
		assert_int_equal(a == NULL ? 0 : a->id, rows[i].id);
	}
}

static void test_groups_by_name(void **state)
{
	static const struct spelling rows[] = {
		{ "modp2048", 14 }, { "dh14", 14 }, { "modp3072", 15 }, { "dh15", 15 },
		{ "MODP4096", 16 }, { "dh16", 16 }, { "modp8192", 18 }, { "dh18", 18 },
		{ "dh19", 19 }, { "ecp_256", 19 }, { "ecp256", 19 }, { "DH20", 20 },
		{ "ecp_384", 20 }, { "dh21", 21 }, { "ecp_521", 21 }, { "ecp521", 21 },
		{ "dh31", 31 }, { "x25519", 31 }, { "curve25519", 31 },
		{ "ml_kem_768", 36 }, { "mlkem768", 36 }, { "ML_KEM_768", 36 },
		{ "modp1024", 0 }, { "dh2", 0 }, { "modp6144", 0 }, { "none", 0 }, { "dh0", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct ke_desc *k = ke_find_name(rows[i].name);
		assert_int_equal(k == NULL ? 0 : k->id, rows[i].id);
	}
}

static void test_every_number_finds_itself_and_its_own_name(void **state)
{
	size_t found = 0;
	(void)state;

	for (uint32_t id = 0; id <= UINT16_MAX; id++) {
		const struct encr_desc *e = encr_find((uint16_t)id);
		const struct prf_desc *p = prf_find((uint16_t)id);
		const struct integ_desc *a = integ_find((uint16_t)id);
		const struct ke_desc *k = ke_find((uint16_t)id);

		if (e != NULL)
			assert_true(e->id == id && encr_find_name(e->name) == e);
		if (p != NULL)
			assert_true(p->id == id && prf_find_name(p->name) == p);
		if (a != NULL)
			assert_true(a->id == id && integ_find_name(a->name) == a);
		if (k != NULL)
			assert_true(k->id == id && ke_find_name(k->name) == k);
		found += (e != NULL ? 1u : 0u) + (p != NULL ? 1u : 0u);
		found += (a != NULL ? 1u : 0u) + (k != NULL ? 1u : 0u);
	}
	assert_int_equal(found, 3 + 3 + 3 + 9);
}

static void test_sizes_fit_the_limits(void **state)
{
	static const uint16_t ciphers[] = { ENCR_AES_CBC, ENCR_AES_GCM_16, ENCR_CHACHA20_POLY1305 };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
		const struct encr_desc *e = encr_find(ciphers[i]);
		assert_true(e->icv_len <= ICV_MAX && e->iv_len <= IV_MAX && e->block_len > 0);
		assert_true((e->icv_len > 0) == e->aead);
	}
	for (uint16_t id = 1; id < 64; id++) {
		const struct ke_desc *k = ke_find(id);
		const struct prf_desc *p = prf_find(id);
		const struct integ_desc *a = integ_find(id);
		assert_true(k == NULL || (k->initiator_len <= KE_PUBLIC_MAX &&
				 k->responder_len <= KE_PUBLIC_MAX && k->shared_len > 0));
		assert_true(p == NULL || p->output_len <= PRF_OUTPUT_MAX);
		assert_true(a == NULL || (a->icv_len <= ICV_MAX && a->icv_len * 2 == a->key_len));
	}
}

static void test_key_lengths(void **state)
{
	const struct encr_desc *gcm = encr_find(ENCR_AES_GCM_16);
	const struct encr_desc *cbc = encr_find(ENCR_AES_CBC);
	const struct encr_desc *chacha = encr_find(ENCR_CHACHA20_POLY1305);
	(void)state;

	assert_true(encr_has_key_bits(gcm, 128) && encr_has_key_bits(gcm, 256));
	assert_false(encr_has_key_bits(gcm, 0));
	assert_false(encr_has_key_bits(gcm, 192));
	assert_true(encr_has_key_bits(chacha, 0));
	assert_false(encr_has_key_bits(chacha, 256));

	assert_int_equal(encr_keymat_len(gcm, 128), 20);
	assert_int_equal(encr_keymat_len(gcm, 256), ENCR_KEY_MAX);
	assert_int_equal(encr_keymat_len(cbc, 128), 16);
	assert_int_equal(encr_keymat_len(cbc, 256), 32);
	assert_int_equal(encr_keymat_len(chacha, 0), ENCR_KEY_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ciphers_by_name),
		cmocka_unit_test(test_prfs_by_name),
		cmocka_unit_test(test_macs_by_name),
		cmocka_unit_test(test_groups_by_name),
		cmocka_unit_test(test_every_number_finds_itself_and_its_own_name),
		cmocka_unit_test(test_sizes_fit_the_limits),
		cmocka_unit_test(test_key_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
