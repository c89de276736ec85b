/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/must_check.h"
#include "provider.h"
#include "vectors.h"

/* RFC 4231, test cases 1 to 4, 6 and 7: key, data, and HMAC with SHA-256, SHA-384 and SHA-512. */
struct hmac_vector {
	const char *key, *data, *mac[3];
};

static const struct hmac_vector hmac_vectors[] = {
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "4869205468657265",
	  { "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f"
	    "4af152e8b2fa9cb6",
	    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702"
	    "038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" } },
	{ "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  { "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c7"
	    "8b3239ecfab21649",
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a"
	    "6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" } },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	  "dddddddddddddddddddd",
	  { "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	    "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b9"
	    "4e3ab6e101a34f27",
	    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c8"
	    "06b485a47e67c807b946a337bee8942674278859e13292fb" } },
	{ "0102030405060708090a0b0c0d0e0f10111213141516171819",
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
	  "cdcdcdcdcdcdcdcdcdcd",
	  { "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	    "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679"
	    "ccf8a386c674cffb",
	    "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4"
	    "d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" } },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaa",
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
	  "48617368204b6579204669727374",
	  { "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe82"
	    "96248df163f44952",
	    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598"
	    "bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" } },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaa",
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b"
	  "2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a652064"
	  "6174612e20546865206b6579206e6565647320746f20626520686173686564206265666f72652062"
	  "65696e6720757365642062792074686520484d414320616c676f726974686d2e",
	  { "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	    "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d"
	    "3860e6110c46523e",
	    "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b1"
	    "0d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58" } },
};

static const uint16_t prfs[] = { PRF_HMAC_SHA2_256, PRF_HMAC_SHA2_384, PRF_HMAC_SHA2_512 };
static const uint16_t integs[] = { INTEG_HMAC_SHA2_256_128, INTEG_HMAC_SHA2_384_192,
				   INTEG_HMAC_SHA2_512_256 };

static void test_prf_vectors(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(hmac_vectors) * ARRAY_LEN(prfs); i++) {
		const struct hmac_vector *v = &hmac_vectors[i / ARRAY_LEN(prfs)];
		const struct prf_desc *prf = prf_find(prfs[i % ARRAY_LEN(prfs)]);
		struct buffer key = from_hex(v->key), data = from_hex(v->data);
		struct bytes part = buffer_bytes(&data);
		struct secret mac = { 0 };

		assert_int_equal(prf_compute(prf, buffer_bytes(&key), &part, 1, &mac), CRYPTO_OK);
		assert_bytes_hex(secret_bytes(&mac), v->mac[i % ARRAY_LEN(prfs)]);
		secret_done(&mac);
		buffer_done(&key);
		buffer_done(&data);
	}
}

static void test_prf_joins_its_parts(void **state)
{
	const struct hmac_vector *v = &hmac_vectors[1];
	struct buffer key = from_hex(v->key), data = from_hex(v->data);
	(void)state;

	for (size_t cut = 0; cut <= data.len; cut++) {
		struct bytes parts[] = { bytes_at(data.ptr, cut), bytes_at(NULL, 0),
					 bytes_at(data.ptr + cut, data.len - cut) };
		struct secret mac = { 0 };

		assert_int_equal(prf_compute(prf_find(PRF_HMAC_SHA2_256), buffer_bytes(&key), parts,
					     ARRAY_LEN(parts), &mac), CRYPTO_OK);
		assert_bytes_hex(secret_bytes(&mac), v->mac[0]);
		secret_done(&mac);
	}
	buffer_done(&key);
	buffer_done(&data);
}

/* Key 00 01 .. 1f, 1,500 bytes 00 01 .. ff 00 .., cut into two anywhere. */
static void test_prf_of_long_messages(void **state)
{
	static const char *const expected[] = {
		"6488a837e42be632e4e919ce2c733c78f5f458c44c83fc97105c1b453ce98aa9",
		"6a0a969f2d0c94165da56ce8082b3133d73f19be11c4f42ea8849f4efd7fdcf2e356f7a3fa24e522"
		"ebd0524c7fca4f64",
		"2c92f5c6ee435076e6510ddc7bc5362c1530416fdb89de6806acb8df66b0e5b0bfbe3c7cf9c07525"
		"b5311595ed9728f412122c3a849eda1a9270da8eb2cebb7c",
	};
	static const enum prf_id ids[] = { PRF_HMAC_SHA2_256, PRF_HMAC_SHA2_384, PRF_HMAC_SHA2_512 };
	uint8_t key[32], data[1500];
	(void)state;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	memcpy(key, data, sizeof(key));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		for (size_t cut = 0; cut <= sizeof(data); cut++) {
			struct bytes parts[] = { bytes_at(data, cut),
						 bytes_at(data + cut, sizeof(data) - cut) };
			struct secret mac = { 0 };

			assert_int_equal(prf_compute(prf_find((uint16_t)ids[i]), BYTES_OF(key),
						     parts, 2, &mac),
					 CRYPTO_OK);
			assert_bytes_hex(secret_bytes(&mac), expected[i]);
			secret_done(&mac);
		}
}

/* Two nonces of 256 bytes are the longest key that a peer can make us use; none is the shortest. */
static void test_prf_takes_keys_of_any_length(void **state)
{
	struct bytes data = bytes_of_text("data");
	struct secret mac = { 0 };
	uint8_t key[512];
	(void)state;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	assert_int_equal(prf_compute(prf_find(PRF_HMAC_SHA2_256), BYTES_OF(key), &data, 1, &mac),
			 CRYPTO_OK);
	assert_bytes_hex(secret_bytes(&mac),
			 "c72e670b7381bcb3d6458b986950ee7d20476395f64577920a635dd21b1fddfc");
	secret_done(&mac);

	assert_int_equal(prf_compute(prf_find(PRF_HMAC_SHA2_256), bytes_at(NULL, 0), NULL, 0, &mac),
			 CRYPTO_OK);
	assert_bytes_hex(secret_bytes(&mac),
			 "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	secret_done(&mac);
}

/* Key 00 01 .. 1f, seed "nonces and SPIs": 100 bytes, and SHA-1 of the 255 rounds. */
struct prf_plus_vector {
	enum prf_id id;
	const char *first, *all_sha1;
};

static const struct prf_plus_vector prf_plus_vectors[] = {
	{ PRF_HMAC_SHA2_256,
	  "f062f668f43eb89ad8b7c7aebf7bf1d53349e66e3f13378b7ddf5a2386c44f3071820e89e7b30c3e"
	  "409646d78d9f3b0ce74a5b962c26055463bd5ad8a4ccb7e54124dc761426a538240257547a18134a"
	  "089cdc823f8e714e4331ae441459374a7e357801",
	  "832063022b707f89fbc59a730361f3ea4aba6ea9" },
	{ PRF_HMAC_SHA2_384,
	  "0b9920537f1b46f77adf3b50acab245d6f17ceeacead6444dec0e4518833a026b3f1da017ef5c890"
	  "c99481b2fa5fc9f69d519b403cd90787e6168ae99a8fe78855acf82e923926d202067e9869014bb4"
	  "e48dcb4511709fce7d7ed5d9519c84fc0029f2ba",
	  "8e58e5550122d3399be96ebad563e02bf5f7bb36" },
	{ PRF_HMAC_SHA2_512,
	  "9237398c8e31dc1ccf7d8165552a4a672399eff47bd851a71374167fc170b2c354ddbbf0c878427d"
	  "1daa0873ec546a8e38094e39cf723db702e9f33c52a312e7a1fa520ec58fb773c19a8ee5a6ec975f"
	  "03840b7bee12b6b1812a669e97a6f9598c47f0e9",
	  "bff2b0017f700cf9b7638051d855521cd6d29b69" },
};

static struct secret expand(const struct prf_desc *prf, size_t len)
{
	struct bytes seed[] = { bytes_of_text("nonces"), bytes_of_text(" and SPIs") };
	struct secret out = { 0 };
	uint8_t key[32];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	assert_int_equal(prf_plus(prf, BYTES_OF(key), seed, ARRAY_LEN(seed), len, &out), CRYPTO_OK);
	assert_int_equal(out.len, len);
	return out;
}

static void test_prf_plus_vectors(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(prf_plus_vectors); i++) {
		const struct prf_plus_vector *v = &prf_plus_vectors[i];
		const struct prf_desc *prf = prf_find((uint16_t)v->id);
		struct secret first = expand(prf, 100);
		struct secret all = expand(prf, 255u * prf->output_len);
		struct bytes whole = secret_bytes(&all);
		uint8_t digest[SHA1_LEN];

		assert_bytes_hex(secret_bytes(&first), v->first);
		assert_int_equal(sha1_digest(&whole, 1, digest), CRYPTO_OK);
		assert_bytes_hex(BYTES_OF(digest), v->all_sha1);
		secret_done(&first);
		secret_done(&all);
	}
}

static void test_prf_plus_is_the_same_for_every_length(void **state)
{
	const struct prf_desc *prf = prf_find(PRF_HMAC_SHA2_256);
	struct secret longest = expand(prf, 100);
	(void)state;

	for (size_t len = 1; len < longest.len; len++) {
		struct secret s = expand(prf, len);

		assert_memory_equal(s.ptr, longest.ptr, len);
		secret_done(&s);
	}
	secret_done(&longest);
}

/* T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2), and so on: RFC 7296 2.13. */
static void test_prf_plus_is_a_chain_of_prf(void **state)
{
	struct secret want = expand(prf_find(PRF_HMAC_SHA2_384), 5 * 48), before = { 0 };
	uint8_t key[32];
	(void)state;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (uint8_t round = 1; round <= 5; round++) {
		struct bytes parts[] = { secret_bytes(&before), bytes_of_text("nonces and SPIs"),
					 bytes_at(&round, 1) };
		struct secret block = { 0 };

		assert_int_equal(prf_compute(prf_find(PRF_HMAC_SHA2_384), BYTES_OF(key), parts,
					     ARRAY_LEN(parts), &block), CRYPTO_OK);
		assert_memory_equal(block.ptr, want.ptr + 48u * (round - 1u), 48);
		secret_done(&before);
		before = secret_take(&block);
	}
	secret_done(&before);
	secret_done(&want);
}

/* RFC 4868 2.1: the MAC is HMAC's first half, under a key as long as the hash. */
static void test_integrity_is_half_of_hmac(void **state)
{
	struct bytes data = bytes_of_text("what do ya want for nothing?");
	uint8_t key[64];
	(void)state;

	memset(key, 0x5a, sizeof(key));
	for (size_t i = 0; i < ARRAY_LEN(integs); i++) {
		const struct integ_desc *integ = integ_find(integs[i]);
		struct bytes k = bytes_at(key, integ->key_len);
		uint8_t icv[ICV_MAX + 1];
		struct secret whole = { 0 };

		memset(icv, 0xee, sizeof(icv));
		assert_int_equal(integ_compute(integ, k, data, icv), CRYPTO_OK);
		assert_int_equal(prf_compute(prf_find(prfs[i]), k, &data, 1, &whole), CRYPTO_OK);
		assert_memory_equal(icv, whole.ptr, integ->icv_len);
		assert_int_equal(icv[integ->icv_len], 0xee);
		secret_done(&whole);
	}
}

static void test_integrity_of_nothing(void **state)
{
	uint8_t key[32] = { 0 }, icv[ICV_MAX];
	(void)state;

	assert_int_equal(integ_compute(integ_find(INTEG_HMAC_SHA2_256_128), BYTES_OF(key),
				       bytes_at(NULL, 0), icv), CRYPTO_OK);
	/* A key of zeros is, to HMAC, no key. */
	assert_bytes_hex(bytes_at(icv, 16), "b613679a0814d9ec772f95d778c35fc5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prf_vectors),
		cmocka_unit_test(test_prf_joins_its_parts),
		cmocka_unit_test(test_prf_of_long_messages),
		cmocka_unit_test(test_prf_takes_keys_of_any_length),
		cmocka_unit_test(test_prf_plus_vectors),
		cmocka_unit_test(test_prf_plus_is_the_same_for_every_length),
		cmocka_unit_test(test_prf_plus_is_a_chain_of_prf),
		cmocka_unit_test(test_integrity_is_half_of_hmac),
		cmocka_unit_test(test_integrity_of_nothing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
