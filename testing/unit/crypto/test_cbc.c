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

struct cbc_vector {
	const char *key, *iv, *plain, *cipher;
};

/* RFC 3602 section 4, cases 1 to 4; NIST SP 800-38A F.2.5. */
static const struct cbc_vector vectors[] = {
	{ "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
	  "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a" },
	{ "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1" },
	{ "6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
	  "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c"
	  "6f636b7329",
	  "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c857969"
	  "5d83ba2684" },
	{ "56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
	  "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9ca"
	  "cbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
	  "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7"
	  "b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55" },
	{ "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1"
	  "191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e2"
	  "6304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
};

static void vector_check(const struct cbc_vector *v)
{
	const struct encr_desc *aes = encr_find(ENCR_AES_CBC);
	struct buffer key = from_hex(v->key), iv = from_hex(v->iv), text = from_hex(v->plain);

	assert_int_equal(cbc_encrypt(aes, buffer_bytes(&key), buffer_bytes(&iv), text.ptr,
				     text.len), CRYPTO_OK);
	assert_bytes_hex(buffer_bytes(&text), v->cipher);
	assert_int_equal(cbc_decrypt(aes, buffer_bytes(&key), buffer_bytes(&iv), text.ptr,
				     text.len), CRYPTO_OK);
	assert_bytes_hex(buffer_bytes(&text), v->plain);
	buffer_done(&key);
	buffer_done(&iv);
	buffer_done(&text);
}

static void test_vectors_there_and_back(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		vector_check(&vectors[i]);
}

/* In place at every size: the fast paths of the provider take several blocks at once. */
static void test_every_number_of_blocks(void **state)
{
	enum { MOST = 20 * 16 };
	const struct encr_desc *aes = encr_find(ENCR_AES_CBC);
	uint8_t key[32], iv[16], plain[MOST], text[MOST + 1];
	(void)state;

	crypto_random(key, sizeof(key));
	crypto_random(iv, sizeof(iv));
	crypto_random(plain, sizeof(plain));
	for (size_t len = 16; len <= MOST; len += 16) {
		memcpy(text, plain, len);
		text[len] = 0xee;
		assert_int_equal(cbc_encrypt(aes, BYTES_OF(key), BYTES_OF(iv), text, len), 0);
		assert_memory_not_equal(text, plain, len);
		assert_int_equal(cbc_decrypt(aes, BYTES_OF(key), BYTES_OF(iv), text, len), 0);
		assert_memory_equal(text, plain, len);
		assert_int_equal(text[len], 0xee);
	}
}

static void test_wrong_lengths_are_refused(void **state)
{
	static const struct {
		size_t key, iv, text;
	} rows[] = {
		{ 16, 16, 0 },  { 16, 16, 15 }, { 16, 16, 17 }, { 16, 16, 31 }, { 16, 15, 16 },
		{ 16, 0, 16 },  { 16, 17, 16 }, { 0, 16, 16 },  { 15, 16, 16 }, { 24, 16, 16 },
		{ 33, 16, 16 }, { 40, 16, 16 },
	};
	const struct encr_desc *aes = encr_find(ENCR_AES_CBC);
	static const uint8_t zeros[64];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes key = bytes_at(zeros, rows[i].key), iv = bytes_at(zeros, rows[i].iv);
		uint8_t text[32] = { 0 };

		assert_int_equal(cbc_encrypt(aes, key, iv, text, rows[i].text), CRYPTO_BAD_INPUT);
		assert_int_equal(cbc_decrypt(aes, key, iv, text, rows[i].text), CRYPTO_BAD_INPUT);
		assert_memory_equal(text, zeros, sizeof(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_there_and_back),
		cmocka_unit_test(test_every_number_of_blocks),
		cmocka_unit_test(test_wrong_lengths_are_refused),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
