/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/must_check.h"
#include "crypto/ke/kinds.h"
#include "provider.h"
#include "vectors.h"

static const enum ke_id groups[] = { KE_MODP2048, KE_MODP3072, KE_MODP4096, KE_MODP8192,
				     KE_ECP_256,  KE_ECP_384,  KE_ECP_521,  KE_CURVE25519 };

/* A pair as another thread, or a vector's author, would put it together. */
static struct ke_pair pair_of(enum ke_id id, struct bytes public_value, struct bytes private_value)
{
	struct ke_pair pair = { 0 };

	ke_pair_fill(&pair, ke_find((uint16_t)id), public_value, private_value);
	return pair;
}

static void assert_refused(const struct ke_pair *pair, struct bytes peer)
{
	struct ke_pair answer = { 0 };
	struct secret shared = { 0 };

	assert_int_equal(ke_finish(pair, peer, &shared), CRYPTO_BAD_INPUT);
	assert_int_equal(ke_respond(pair->ke, peer, &answer, &shared), CRYPTO_BAD_INPUT);
	assert_null(answer.public_value);
	assert_null(shared.ptr);
}

static void test_both_ends_agree(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const struct ke_desc *ke = ke_find((uint16_t)groups[i]);
		struct ke_pair a = { 0 }, b = { 0 };
		struct secret one = { 0 }, two = { 0 };

		assert_int_equal(ke_start(ke, &a), CRYPTO_OK);
		assert_int_equal(a.public_len, ke->initiator_len);
		assert_int_equal(ke_respond(ke, ke_pair_public(&a), &b, &one), CRYPTO_OK);
		assert_int_equal(b.public_len, ke->responder_len);
		assert_int_equal(b.private_value.len, 0);
		assert_false(bytes_equal(ke_pair_public(&a), ke_pair_public(&b)));
		assert_int_equal(ke_finish(&a, ke_pair_public(&b), &two), CRYPTO_OK);
		assert_int_equal(one.len, ke->shared_len);
		assert_true(bytes_equal(secret_bytes(&one), secret_bytes(&two)));
		secret_done(&one);
		secret_done(&two);
		ke_pair_done(&a);
		ke_pair_done(&b);
	}
}

static void test_done_twice_is_harmless(void **state)
{
	struct ke_pair pair = { 0 };
	(void)state;

	assert_int_equal(ke_start(ke_find(KE_CURVE25519), &pair), CRYPTO_OK);
	ke_pair_done(&pair);
	assert_true(pair.public_value == NULL && pair.private_value.ptr == NULL);
	ke_pair_done(&pair);
}

/*
 * Computed apart from this code. A's public value and the shared secret start with a zero byte,
 * which must stay. The digests are HMAC-SHA2-256 with the key "k".
 */
struct modp_vector {
	enum ke_id id;
	const char *a, *b, *public_a, *public_b, *shared;
};

static const struct modp_vector modp_vectors[] = {
	{ KE_MODP2048,
	  "06e2e05276df4e3b7e8dfd2b83a120e88c61d97a67c8d8596f6f5931f91ac36e9eb7ea769a06c08f",
	  "60cc110d3b26e33ca13e40d2a3b38723c0b8885196d098b8242a54bd4c3d8d4187b33f1e1eec00eb",
	  "f77191948e9d9f83c2310243692898d93e3de0d88531ac43724c8fa87b12f862",
	  "c3418778ae0b482fe6f64f52c96dfc05736d0c94f70c0c0bc0610cdb172efe62",
	  "836b5012e04332df7c36902932e12d0cb484f292a805a7f1bd70041a0ce66882" },
	{ KE_MODP3072,
	  "099bf42d42e7be0aac804956fa594ef99efcf2a427102018fe927d4e3f06da96ea34487b3a9e9fa2"
	  "4aa9f3d64208feb7bd33aaf28f",
	  "e333c69b879589283b1b9ee1bdae845a99e30c9dab284db02d0b940d47d29986085278e9039fdfc8"
	  "f1387dd7b5e11ff3e918b89e31",
	  "efb8d6e3b4812ab30719f95cf3449838177603bbbe308dac92169f739107f3c3",
	  "8d3ee46226531715122b5e50717ccf21a0b4c2f84063ed2091eba6c3e6acc49c",
	  "c086146b321b898a467da722b3fab7b92dd26ef96c165d18fd73a95fc6e489ce" },
	{ KE_MODP4096,
	  "0e80ef61990d530793b00488696d778b48312ba398542bbd3f9409094557363207a5a32d5dd2cdad"
	  "cbb38959d6b9fc93da00f969f18f1fdd6a431df8",
	  "e431513b74890580f91c6bb8a448fc0798e14438570cb0ff11bf89fddc2f8eba0af6540463667cda"
	  "3dab2b1ecce929f085b304fdc8621e34b97a47c6",
	  "eac13f43b737d97bda0133eb1b1e374336c5ba03416c97b5b8d78ecd022a6583",
	  "6074e497cb7edf302d824ab567d05af755ff1a8357455b9dc381103c947a8b74",
	  "6e7ce74f1221636f08683f9bf9d61def8f0d1cd40a4c1cb989229040fb5188ce" },
	{ KE_MODP8192,
	  "57a83da0c19ec6164efc9cee78c8117c7abb740cc4495bb44fa072f2dab265aabd622edfdd81dba4"
	  "2f66cd764733e87534c4a4615ac8f9a99d59051c01a276cc5f5f728fef4bfb1c9ab9ea5b209f",
	  "ed06e26d24e361a6f6d20c65a1934da10a9ae54569c7b7dfa1306686f2640ff7d0eabdc395026e98"
	  "e13d6b7fcd02ab6a532ccdcc25f2eb5bfe1d5eb8f77300c6a9e50644cf53a49314c7b8738cb8",
	  "6d2515ddbd3a3603f19d827543cc9d83c5e2591abb46f799c24575df357a1078",
	  "62ceb59f3f503e9e8a5259cb5d20b255e65483ecd2d88066e2c3a8b5a37862ef",
	  "77b43f5982c10a9cbe154cf8fd96507d5421d8a03ec0f91f146963380de488aa" },
};

static void assert_digest(struct bytes value, const char *hex)
{
	struct secret mac = { 0 };

	assert_int_equal(prf_compute(prf_find(PRF_HMAC_SHA2_256), bytes_of_text("k"), &value, 1,
				     &mac), CRYPTO_OK);
	assert_bytes_hex(secret_bytes(&mac), hex);
	secret_done(&mac);
}

/* The generator, as a peer would send it: gives the own public value. */
static struct secret modp_public(const struct ke_pair *pair)
{
	struct secret two = secret_new(pair->ke->initiator_len), value = { 0 };

	two.ptr[two.len - 1] = 2;
	assert_int_equal(ke_finish(pair, secret_bytes(&two), &value), CRYPTO_OK);
	secret_done(&two);
	return value;
}

static void modp_vector_check(const struct modp_vector *v)
{
	uint16_t len = ke_find((uint16_t)v->id)->initiator_len;
	struct buffer a = from_hex(v->a), b = from_hex(v->b);
	uint8_t unused[KE_PUBLIC_MAX] = { 0 };
	struct ke_pair pair_a = pair_of(v->id, bytes_at(unused, len), buffer_bytes(&a));
	struct ke_pair pair_b = pair_of(v->id, bytes_at(unused, len), buffer_bytes(&b));
	struct secret public_a = modp_public(&pair_a), public_b = modp_public(&pair_b);
	struct secret shared = { 0 };

	assert_int_equal(public_a.ptr[0], 0);
	assert_digest(secret_bytes(&public_a), v->public_a);
	assert_digest(secret_bytes(&public_b), v->public_b);
	assert_int_equal(ke_finish(&pair_b, secret_bytes(&public_a), &shared), CRYPTO_OK);
	assert_int_equal(shared.len, len);
	assert_digest(secret_bytes(&shared), v->shared);
	secret_done(&shared);
	secret_done(&public_a);
	secret_done(&public_b);
	ke_pair_done(&pair_a);
	ke_pair_done(&pair_b);
	buffer_done(&a);
	buffer_done(&b);
}

static void test_modp_vectors_keep_their_leading_zeros(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(modp_vectors); i++)
		modp_vector_check(&modp_vectors[i]);
}

/* RFC 5903 section 8: i, g^i, r, g^r, g^ir */
struct ecp_vector {
	enum ke_id id;
	const char *i, *public_i, *r, *public_r, *shared;
};

static const struct ecp_vector ecp_vectors[] = {
	{ KE_ECP_256,
	  "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	  "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252"
	  "d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	  "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
	  "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e"
	  "8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
	{ KE_ECP_384,
	  "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee"
	  "3faef896783ab194",
	  "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4"
	  "c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38e"
	  "eb9fcff3c2c947dae69b4c634573a81c",
	  "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2"
	  "960e4bd55a7448fc",
	  "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def9"
	  "6fda41d0774a3571dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1ff"
	  "f83fa40142209dff5eaad96db9e6386c",
	  "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d0"
	  "9cf5d4a270f59746" },
	{ KE_ECP_521,
	  "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c295"
	  "2c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
	  "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e38"
	  "0aeae57c2d107564941885942af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c9"
	  "46146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f15"
	  "07438bf01beb6ca3926f9582",
	  "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757"
	  "a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
	  "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e"
	  "95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b6"
	  "23c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f47"
	  "32296579ab44fcd17f0fc56a",
	  "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa24"
	  "0a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea" },
};

static void agree_check(enum ke_id id, const char *private_hex, const char *public_hex,
			const char *peer_hex, const char *shared_hex)
{
	struct buffer scalar = from_hex(private_hex), own = from_hex(public_hex);
	struct buffer peer = from_hex(peer_hex);
	struct ke_pair pair = pair_of(id, buffer_bytes(&own), buffer_bytes(&scalar));
	struct secret shared = { 0 };

	assert_int_equal(ke_finish(&pair, buffer_bytes(&peer), &shared), CRYPTO_OK);
	assert_bytes_hex(secret_bytes(&shared), shared_hex);
	secret_done(&shared);
	ke_pair_done(&pair);
	buffer_done(&scalar);
	buffer_done(&own);
	buffer_done(&peer);
}

static void test_ecp_vectors(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ecp_vectors); i++) {
		const struct ecp_vector *v = &ecp_vectors[i];

		agree_check(v->id, v->i, v->public_i, v->public_r, v->shared);
		agree_check(v->id, v->r, v->public_r, v->public_i, v->shared);
	}
}

static void test_x25519_vectors(void **state)
{
	static const char alice[] = "77076d0a7318a57d3c16c17251b26645"
				    "df4c2f87ebc0992ab177fba51db92c2a";
	static const char alice_public[] = "8520f0098930a754748b7ddcb43ef75a"
					   "0dbf3a0d26381af4eba4a98eaa9b4e6a";
	static const char bob[] = "5dab087e624a8a4b79e17f8b83800ee6"
				  "6f3bb1292618b6fd1c2f8b27ff88e0eb";
	static const char bob_public[] = "de9edb7d7b7dc1b4d35b61c2ece43537"
					 "3f8343c85b78674dadfc7e146f882b4f";
	static const char shared[] = "4a5d9d5ba4ce2de1728e3bf480350f25"
				     "e07e21c947d19e3376f09b3c1e161742";
	static const char base[] = "09000000000000000000000000000000"
				   "00000000000000000000000000000000";
	(void)state;

	agree_check(KE_CURVE25519, alice, alice_public, base, alice_public);
	agree_check(KE_CURVE25519, bob, bob_public, base, bob_public);
	agree_check(KE_CURVE25519, alice, alice_public, bob_public, shared);
	agree_check(KE_CURVE25519, bob, bob_public, alice_public, shared);
}

/* RFC 7748 5.2, the second row: the peer's highest bit is set and must be ignored. */
static void test_x25519_ignores_the_highest_bit(void **state)
{
	static const char scalar[] = "4b66e9d4d1b4673c5ad22691957d6af5"
				     "c11b6421e0ea01d42ca4169e7918ba0d";
	static const char point[] = "e5210f12786811d3f4b7959d0538ae2c"
				    "31dbe7106fc03c3efc4cd549c715a493";
	static const char shared[] = "95cbde9476e8907d7aade45cb4b873f8"
				     "8b595a68799fa152e6f8f7647aac7957";
	(void)state;

	agree_check(KE_CURVE25519, scalar, point, point, shared);
}

static void test_x25519_refuses_points_of_low_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	struct ke_pair pair = { 0 };
	(void)state;

	assert_int_equal(ke_start(ke_find(KE_CURVE25519), &pair), CRYPTO_OK);
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		struct buffer point = from_hex(points[i]);

		assert_refused(&pair, buffer_bytes(&point));
		buffer_done(&point);
	}
	ke_pair_done(&pair);
}

static void test_a_wrong_length_is_refused(void **state)
{
	static const uint8_t bytes[KE_PUBLIC_MAX + 1] = { 2 };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const struct ke_desc *ke = ke_find((uint16_t)groups[i]);
		struct ke_pair pair = { 0 };

		assert_int_equal(ke_start(ke, &pair), CRYPTO_OK);
		assert_refused(&pair, bytes_at(NULL, 0));
		assert_refused(&pair, bytes_at(bytes, 1));
		assert_refused(&pair, bytes_at(pair.public_value, ke->initiator_len - 1u));
		assert_refused(&pair, bytes_at(bytes, ke->initiator_len + 1u));
		ke_pair_done(&pair);
	}
}

/* 0, 1, p-1, p, p+1 and the highest number are refused; p-2 is the last that is not. */
static void modp_range_check(enum ke_id id)
{
	struct bytes prime = modp_prime(id);
	size_t last = prime.len - 1;
	uint8_t y[KE_PUBLIC_MAX];
	struct secret shared = { 0 };
	struct ke_pair pair = { 0 };

	assert_int_equal(ke_start(ke_find((uint16_t)id), &pair), CRYPTO_OK);
	memset(y, 0, sizeof(y));
	assert_refused(&pair, bytes_at(y, prime.len));
	y[last] = 1;
	assert_refused(&pair, bytes_at(y, prime.len));
	memcpy(y, prime.ptr, prime.len);
	assert_refused(&pair, bytes_at(y, prime.len));
	y[last] = (uint8_t)(prime.ptr[last] - 1);
	assert_refused(&pair, bytes_at(y, prime.len));
	memset(y, 0xff, sizeof(y));
	assert_refused(&pair, bytes_at(y, prime.len));
	memcpy(y, prime.ptr, prime.len);
	memset(y + last - 7, 0, 8); /* p + 1, with the carry of eight bytes of ones */
	y[last - 8]++;
	assert_refused(&pair, bytes_at(y, prime.len));

	memcpy(y, prime.ptr, prime.len);
	y[last] = (uint8_t)(prime.ptr[last] - 2);
	assert_int_equal(ke_finish(&pair, bytes_at(y, prime.len), &shared), CRYPTO_OK);
	secret_done(&shared);
	ke_pair_done(&pair);
}

static void test_modp_refuses_values_out_of_range(void **state)
{
	(void)state;

	modp_range_check(KE_MODP2048);
	modp_range_check(KE_MODP3072);
	modp_range_check(KE_MODP4096);
	modp_range_check(KE_MODP8192);
}

/* The curve's prime, and y of the point that it has at x = 0. */
struct ecp_field {
	enum ke_id id;
	const char *prime, *y_at_zero;
};

static const struct ecp_field ecp_fields[] = {
	{ KE_ECP_256,
	  "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
	  "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4" },
	{ KE_ECP_384,
	  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff00000000"
	  "00000000ffffffff",
	  "c306610fb0ae5a159cf45c06069f22a6c5eb3641c602d42dea2c4b4f75550793406d80d2b91ad54f"
	  "9048bd487af1ade1" },
	{ KE_ECP_521,
	  "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  "012df13601594a883ef2d935e44bb90bf4d6619b74e52af7552f97769011c0719eb439cfab2a88d4"
	  "0fe59a2bed1f43557169a2d0a2ccd280c607b92bbf51ffe0b078" },
};

static void point_refused(const struct ke_pair *pair, const uint8_t *x, const uint8_t *y)
{
	uint8_t point[KE_PUBLIC_MAX];
	size_t len = pair->ke->shared_len;

	memcpy(point, x, len);
	memcpy(point + len, y, len);
	assert_refused(pair, bytes_at(point, 2 * len));
}

static void ecp_field_check(const struct ecp_field *f)
{
	static const uint8_t zeros[KE_PUBLIC_MAX];
	const struct ke_desc *ke = ke_find((uint16_t)f->id);
	struct buffer prime = from_hex(f->prime), y = from_hex(f->y_at_zero);
	struct secret good = secret_new(ke->initiator_len), shared = { 0 };
	uint8_t ones[KE_PUBLIC_MAX];
	struct ke_pair pair = { 0 };

	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(ke_start(ke, &pair), CRYPTO_OK);
	memcpy(good.ptr + ke->shared_len, y.ptr, y.len);
	assert_int_equal(ke_finish(&pair, secret_bytes(&good), &shared), CRYPTO_OK);

	point_refused(&pair, prime.ptr, y.ptr); /* the same point, x not reduced */
	point_refused(&pair, zeros, zeros);     /* what infinity might look like */
	point_refused(&pair, zeros, prime.ptr);
	point_refused(&pair, ones, ones);
	point_refused(&pair, pair.public_value, pair.public_value);
	y.ptr[y.len - 1] ^= 1;
	point_refused(&pair, zeros, y.ptr); /* off the curve by one bit */

	secret_done(&good);
	secret_done(&shared);
	ke_pair_done(&pair);
	buffer_done(&prime);
	buffer_done(&y);
}

static void test_ecp_refuses_what_is_not_a_point(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ecp_fields); i++)
		ecp_field_check(&ecp_fields[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends_agree),
		cmocka_unit_test(test_done_twice_is_harmless),
		cmocka_unit_test(test_modp_vectors_keep_their_leading_zeros),
		cmocka_unit_test(test_ecp_vectors),
		cmocka_unit_test(test_x25519_vectors),
		cmocka_unit_test(test_x25519_ignores_the_highest_bit),
		cmocka_unit_test(test_x25519_refuses_points_of_low_order),
		cmocka_unit_test(test_a_wrong_length_is_refused),
		cmocka_unit_test(test_modp_refuses_values_out_of_range),
		cmocka_unit_test(test_ecp_refuses_what_is_not_a_point),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
