/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/must_check.h"
#include "provider.h"
#include "vectors.h"

static void test_sha1_of_text(void **state)
{
	struct bytes text = bytes_of_text("abc");
	uint8_t digest[SHA1_LEN];
	(void)state;

	assert_int_equal(sha1_digest(&text, 1, digest), CRYPTO_OK);
	assert_bytes_hex(BYTES_OF(digest), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void test_sha1_of_nothing(void **state)
{
	uint8_t digest[SHA1_LEN];
	(void)state;

	assert_int_equal(sha1_digest(NULL, 0, digest), CRYPTO_OK);
	assert_bytes_hex(BYTES_OF(digest), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void test_sha1_joins_its_parts(void **state)
{
	struct bytes parts[] = { bytes_of_text("abcdbcdecdefdefgefgh"), bytes_at(NULL, 0),
				 bytes_of_text("fghighijhijkijkljklmklmnlmnomnopnopq") };
	uint8_t digest[SHA1_LEN];
	(void)state;

	assert_int_equal(sha1_digest(parts, ARRAY_LEN(parts), digest), CRYPTO_OK);
	assert_bytes_hex(BYTES_OF(digest), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

static void test_random_fills_all_and_differs(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 }, seen[64] = { 0 };
	(void)state;

	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	for (int round = 0; round < 40; round++) { /* that a byte stays 0 has odds of 2^-320 */
		crypto_random(a, sizeof(a));
		for (size_t i = 0; i < sizeof(a); i++)
			seen[i] |= a[i];
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		assert_int_not_equal(seen[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha1_of_text),
		cmocka_unit_test(test_sha1_of_nothing),
		cmocka_unit_test(test_sha1_joins_its_parts),
		cmocka_unit_test(test_random_fills_all_and_differs),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
