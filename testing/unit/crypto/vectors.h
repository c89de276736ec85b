/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTING_UNIT_CRYPTO_VECTORS_H
#define TESTING_UNIT_CRYPTO_VECTORS_H

#include "base/buffer.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/crypto.h"

/* What the tests of this folder share. Include after cmocka.h. */

static inline struct buffer from_hex(const char *hex)
{
	struct buffer b = { 0 };

	assert_true(hex_decode(hex, &b));
	return b;
}

static inline void assert_bytes_hex(struct bytes got, const char *hex)
{
	struct buffer want = from_hex(hex);

	assert_int_equal(got.len, want.len);
	if (got.len > 0)
		assert_memory_equal(got.ptr, want.ptr, want.len);
	buffer_done(&want);
}

#endif
