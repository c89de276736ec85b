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

/* The published nonce is split: its first four bytes are the salt, behind the key. */
struct aead_vector {
	enum encr_id id;
	const char *key_salt, *iv, *aad, *plain, *cipher, *icv;
};

/* McGrew and Viega, "The Galois/Counter Mode of Operation", cases 1, 2, 4, 16; RFC 7539 2.8.2. */
static const struct aead_vector vectors[] = {
	{ ENCR_AES_GCM_16, "0000000000000000000000000000000000000000", "0000000000000000", "", "",
	  "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ ENCR_AES_GCM_16, "0000000000000000000000000000000000000000", "0000000000000000", "",
	  "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
	  "ab6e47d42cec13bdf53a67b21257bddf" },
	{ ENCR_AES_GCM_16, "feffe9928665731c6d6a8f9467308308cafebabe", "facedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
	  "2449a6b525b16aedf5aa0de657ba637b39",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a"
	  "5aac84aa051ba30b396a0aac973d58e091",
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ ENCR_AES_GCM_16,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308cafebabe",
	  "facedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
	  "2449a6b525b16aedf5aa0de657ba637b39",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
	  "1056828838c5f61e6393ba7a0abcc9f662",
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
	{ ENCR_CHACHA20_POLY1305,
	  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f07000000",
	  "4041424344454647", "50515253c0c1c2c3c4c5c6c7",
	  "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a2049"
	  "66204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675"
	  "747572652c2073756e73637265656e20776f756c642062652069742e",
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb"
	  "69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad6"
	  "75945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
	  "1ae10b594f09e26a7e902ecbd0600691" },
};

static void vector_check(const struct aead_vector *v)
{
	const struct encr_desc *encr = encr_find((uint16_t)v->id);
	struct buffer key = from_hex(v->key_salt), iv = from_hex(v->iv), aad = from_hex(v->aad);
	struct buffer text = from_hex(v->plain);
	uint8_t icv[ICV_MAX];

	assert_int_equal(aead_seal(encr, buffer_bytes(&key), buffer_bytes(&iv), buffer_bytes(&aad),
				   text.ptr, text.len, icv), CRYPTO_OK);
	assert_bytes_hex(buffer_bytes(&text), v->cipher);
	assert_bytes_hex(bytes_at(icv, encr->icv_len), v->icv);
	assert_int_equal(aead_open(encr, buffer_bytes(&key), buffer_bytes(&iv), buffer_bytes(&aad),
				   text.ptr, text.len, icv), CRYPTO_OK);
	assert_bytes_hex(buffer_bytes(&text), v->plain);
	buffer_done(&key);
	buffer_done(&iv);
	buffer_done(&aad);
	buffer_done(&text);
}

static void test_vectors_there_and_back(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		vector_check(&vectors[i]);
}

enum { TEXT_LEN = 40, AAD_LEN = 28 };

/* A sealed message whose parts a test may spoil. */
struct sealed {
	const struct encr_desc *encr;
	size_t key_len;
	uint8_t key[ENCR_KEY_MAX], iv[8], aad[AAD_LEN], text[TEXT_LEN], icv[ICV_MAX];
};

static struct sealed sealed_new(enum encr_id id, uint16_t key_bits)
{
	struct sealed s = { .encr = encr_find((uint16_t)id) };

	s.key_len = encr_keymat_len(s.encr, key_bits);
	crypto_random(s.key, sizeof(s.key));
	crypto_random(s.iv, sizeof(s.iv));
	crypto_random(s.aad, sizeof(s.aad));
	memset(s.text, 0x77, sizeof(s.text));
	assert_int_equal(aead_seal(s.encr, bytes_at(s.key, s.key_len), BYTES_OF(s.iv),
				   BYTES_OF(s.aad), s.text, TEXT_LEN, s.icv), CRYPTO_OK);
	return s;
}

static enum crypto_status sealed_open(const struct sealed *s)
{
	struct sealed copy = *s;

	return aead_open(s->encr, bytes_at(copy.key, copy.key_len), BYTES_OF(copy.iv),
			 BYTES_OF(copy.aad), copy.text, TEXT_LEN, copy.icv);
}

static void every_bit_matters(const struct sealed *good, size_t offset, size_t len)
{
	for (size_t bit = 0; bit < len * 8; bit++) {
		struct sealed bad = *good;

		((uint8_t *)&bad)[offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sealed_open(&bad), CRYPTO_BAD_ICV);
	}
}

static void test_every_changed_bit_is_noticed(void **state)
{
	const struct sealed rows[] = { sealed_new(ENCR_AES_GCM_16, 128),
				       sealed_new(ENCR_AES_GCM_16, 256),
				       sealed_new(ENCR_CHACHA20_POLY1305, 0) };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct sealed *s = &rows[i];

		assert_int_equal(sealed_open(s), CRYPTO_OK);
		every_bit_matters(s, offsetof(struct sealed, key), s->key_len);
		every_bit_matters(s, offsetof(struct sealed, iv), sizeof(s->iv));
		every_bit_matters(s, offsetof(struct sealed, aad), sizeof(s->aad));
		every_bit_matters(s, offsetof(struct sealed, text), sizeof(s->text));
		every_bit_matters(s, offsetof(struct sealed, icv), s->encr->icv_len);
	}
}

static void test_a_shorter_or_longer_message_is_not_authentic(void **state)
{
	struct sealed s = sealed_new(ENCR_AES_GCM_16, 256);
	uint8_t text[TEXT_LEN + 1] = { 0 };
	(void)state;

	for (size_t len = 0; len <= TEXT_LEN + 1; len++) {
		if (len == TEXT_LEN)
			continue;
		memcpy(text, s.text, TEXT_LEN);
		assert_int_equal(aead_open(s.encr, bytes_at(s.key, s.key_len), BYTES_OF(s.iv),
					   BYTES_OF(s.aad), text, len, s.icv), CRYPTO_BAD_ICV);
	}
}

/* In place at every length: the fast paths of the provider take several blocks at once. */
static void lengths_check(const struct encr_desc *encr, size_t key_len)
{
	enum { MOST = 300 };
	uint8_t key[ENCR_KEY_MAX], iv[8], plain[MOST], text[MOST + 1], icv[ICV_MAX];

	crypto_random(key, sizeof(key));
	crypto_random(iv, sizeof(iv));
	crypto_random(plain, sizeof(plain));
	for (size_t len = 0; len <= MOST; len++) {
		struct bytes k = bytes_at(key, key_len), aad = bytes_at(plain, len);

		memcpy(text, plain, len);
		text[len] = 0xee;
		assert_int_equal(aead_seal(encr, k, BYTES_OF(iv), aad, text, len, icv), CRYPTO_OK);
		assert_int_equal(aead_open(encr, k, BYTES_OF(iv), aad, text, len, icv), CRYPTO_OK);
		assert_memory_equal(text, plain, len);
		assert_int_equal(text[len], 0xee);
	}
}

static void test_every_length(void **state)
{
	(void)state;

	lengths_check(encr_find(ENCR_AES_GCM_16), 20);
	lengths_check(encr_find(ENCR_AES_GCM_16), 36);
	lengths_check(encr_find(ENCR_CHACHA20_POLY1305), 36);
}

static void test_wrong_lengths_of_key_and_iv_are_refused(void **state)
{
	static const uint16_t ciphers[] = { ENCR_AES_GCM_16, ENCR_CHACHA20_POLY1305 };
	static const struct {
		size_t key, iv;
	} rows[] = { { 0, 8 },  { 3, 8 },  { 4, 8 },  { 16, 8 }, { 28, 8 }, { 32, 8 },
		     { 37, 8 }, { 68, 8 }, { 36, 0 }, { 36, 7 }, { 36, 9 }, { 36, 12 } };
	static const uint8_t zeros[80];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ciphers) * ARRAY_LEN(rows); i++) {
		const struct encr_desc *encr = encr_find(ciphers[i % 2]);
		struct bytes key = bytes_at(zeros, rows[i / 2].key);
		struct bytes iv = bytes_at(zeros, rows[i / 2].iv);
		uint8_t text[16] = { 0 }, icv[ICV_MAX] = { 0 };

		assert_int_equal(aead_seal(encr, key, iv, bytes_at(NULL, 0), text, 16, icv),
				 CRYPTO_BAD_INPUT);
		assert_int_equal(aead_open(encr, key, iv, bytes_at(NULL, 0), text, 16, icv),
				 CRYPTO_BAD_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_there_and_back),
		cmocka_unit_test(test_every_changed_bit_is_noticed),
		cmocka_unit_test(test_a_shorter_or_longer_message_is_not_authentic),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_wrong_lengths_of_key_and_iv_are_refused),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
