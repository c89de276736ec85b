/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "crypto/nss.h"

enum { HMAC_BLOCK_MAX = 128, HMAC_GATHERED_MAX = 512 };

/*
 * HMAC over any number of messages with one key: init, then for each message begin, add as
 * often as needed, finish. A step that fails makes finish fail. Done is needed after every init.
 */
struct hmac {
	PK11Context *digest;
	uint8_t pad[HMAC_BLOCK_MAX]; /* the key's block, as the inner hash begins with it */
	uint8_t block_len;
	bool ok;
	size_t gathered;             /* bytes that NSS has not had yet: its calls cost more than hashing */
	uint8_t gather[HMAC_GATHERED_MAX];
};

/* The mechanism is HMAC of a SHA-2. */
void hmac_init(struct hmac *h, CK_MECHANISM_TYPE mechanism, struct bytes key);
void hmac_begin(struct hmac *h);
void hmac_add(struct hmac *h, struct bytes data);
/* `len` is the hash's own length, at most PRF_OUTPUT_MAX. */
MUST_CHECK bool hmac_finish(struct hmac *h, uint8_t *out, size_t len);
void hmac_done(struct hmac *h); /* wipes */

#endif
