/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHEAP_CRYPTO_CHEAP_H
#define CHEAP_CRYPTO_CHEAP_H

#include "base/bytes.h"

/*
 * NO CRYPTOGRAPHY. It has the shape of crypto/crypto.h, for simulations of so many gateways that
 * real arithmetic would be all that they do: both ends of a key exchange get the same secret, a
 * changed message is noticed, other keys give other bytes, and anybody can compute all of it.
 *
 * It is in no archive, and crypto_start() refuses what a daemon asks for; `make check-unit` looks
 * for the sentence below in the programs.
 */
extern const char cheap_crypto_warning[];

/* What everything is made of: 128 bits, of a key and of parts joined. */
struct cheap_digest {
	uint64_t word[2];
};
struct cheap_digest cheap_digest(struct bytes key, const struct bytes *parts, size_t count);

/* As many bytes as wanted; the first of many are the same as few. */
void cheap_expand(struct cheap_digest from, uint8_t *out, size_t len);

#endif
