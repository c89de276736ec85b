/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The designers' vectors: key 00 01 .. 0f, input 00 01 .. of each length. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/must_check.h"
#include "base/table.h"

static const struct {
	size_t len;
	uint64_t hash;
} vectors[] = {
	{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd }, { 2, 0x0d6c8009d9a94f5a },
	{ 3, 0x85676696d7fb7e2d }, { 4, 0xcf2794e0277187b7 }, { 5, 0x18765564cd99a68d },
	{ 6, 0xcbc9466e58fee3ce }, { 7, 0xab0200f58b01d137 }, { 8, 0x93f5f5799a932462 },
	{ 15, 0xa129ca6149be45e5 },
};

static void vectors_come_out(void **state)
{
	static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	uint8_t input[16];

	(void)state;
	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_true(siphash(key, bytes_at(input, vectors[i].len)) == vectors[i].hash);
	assert_true(siphash(key, bytes_at(NULL, 0)) == vectors[0].hash);
}

static void both_halves_of_the_key_count(void **state)
{
	static const uint64_t keys[3][2] = { { 1, 2 }, { 1, 3 }, { 2, 2 } };

	(void)state;
	assert_true(siphash(keys[0], bytes_of_text("x")) != siphash(keys[1], bytes_of_text("x")));
	assert_true(siphash(keys[0], bytes_of_text("x")) != siphash(keys[2], bytes_of_text("x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_come_out),
		cmocka_unit_test(both_halves_of_the_key_count),
	};

	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
