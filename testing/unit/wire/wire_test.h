/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WIRE_TEST_H
#define WIRE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/must_check.h"
#include "wire/ikev2.h"

#define BYTES(...) { (const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }) }

/* What all readers have in common: bytes in, a status, and an output of some size. */
struct target {
	enum wire_status (*read)(struct bytes in, void *out);
	size_t size;
};

enum { FILL = 0xa5 };

static inline bool untouched(const uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (out[i] != FILL)
			return false;
	return true;
}

/*
 * Reads from a copy of exactly that many bytes, so that a sanitizer sees the first
 * byte too far; and whoever refuses must leave the output alone.
 */
static inline enum wire_status probe(const struct target *t, struct bytes in)
{
	uint8_t *copy = malloc(in.len), *out = malloc(t->size);
	enum wire_status status;

	assert_non_null(out);
	if (in.len > 0)
		memcpy(copy, in.ptr, in.len);
	memset(out, FILL, t->size);
	status = t->read(bytes_at(copy, in.len), out);
	if (status != WIRE_OK)
		assert_true(untouched(out, t->size));
	free(out);
	free(copy);
	return status;
}

/* Nothing shorter than `shortest` bytes of a good input is good. */
static inline void assert_prefixes_refused(const struct target *t, struct bytes good,
					   size_t shortest)
{
	assert_int_equal(probe(t, good), WIRE_OK);
	for (size_t len = 0; len < shortest; len++)
		assert_int_not_equal(probe(t, bytes_at(good.ptr, len)), WIRE_OK);
}

static inline uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Up to four bytes changed to what hurts most, and sometimes an end cut off. */
static inline struct bytes mutate(uint8_t *copy, struct bytes good, uint32_t *state)
{
	static const uint8_t bad[] = { 0, 1, 2, 3, 4, 7, 8, 16, 40, 127, 128, 254, 255 };
	size_t changes = 1 + next_random(state) % 4, len = good.len;

	memcpy(copy, good.ptr, good.len);
	while (changes-- > 0) {
		size_t at = next_random(state) % good.len;

		if (next_random(state) % 2 == 0)
			copy[at] = bad[next_random(state) % sizeof(bad)];
		else
			copy[at] ^= (uint8_t)(1 << next_random(state) % 8);
	}
	if (next_random(state) % 4 == 0)
		len = next_random(state) % (good.len + 1);
	return bytes_at(copy, len);
}

/* The same mutations in every run; probe() judges each. */
static inline void assert_mutations_survived(const struct target *t, struct bytes good)
{
	enum { ROUNDS = 20000 };
	uint32_t state = 20250607;
	uint8_t *copy = malloc(good.len);
	size_t accepted = 0;

	assert_non_null(copy);
	for (size_t i = 0; i < ROUNDS; i++)
		if (probe(t, mutate(copy, good, &state)) == WIRE_OK)
			accepted++;
	free(copy);
	assert_in_range(accepted, 1, ROUNDS - 1);
}

static inline void assert_bytes(struct bytes is, struct bytes wanted)
{
	assert_int_equal(is.len, wanted.len);
	assert_true(bytes_equal(is, wanted));
}

#endif
