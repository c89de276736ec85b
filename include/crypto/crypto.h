/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/bytes.h"
#include "base/must_check.h"
#include "base/secret.h"
#include "crypto/names.h"

/*
 * All cryptography. Keys come and go as bytes in struct secret; nothing of the
 * provider (NSS) shows here. Every function but crypto_start() and crypto_stop()
 * may be called from any thread. A process starts and stops once: what is stopped cannot be
 * started again.
 */
enum crypto_status {
	CRYPTO_OK,
	CRYPTO_BAD_INPUT, /* the peer's value is not acceptable: length, range, point, low order */
	CRYPTO_BAD_ICV,   /* the message is not authentic */
	CRYPTO_FAILED     /* the provider failed */
};

/*
 * nss_dir: the database's folder, opened read-only; NULL or one without a database
 * starts without (enough for PSK). CRYPTO_NOT_STARTED: `why` says it in a sentence; a database
 * that cannot be read, or NSS in FIPS mode, which would not let keys go out to the kernel.
 */
enum crypto_start_result { CRYPTO_STARTED, CRYPTO_STARTED_WITHOUT_DATABASE, CRYPTO_NOT_STARTED };
MUST_CHECK enum crypto_start_result crypto_start(const char *nss_dir, char *why, size_t why_len);
/* Of the provider: "NSS 3.110". Any time. */
const char *crypto_provider(void);
/* Harmless when not started, or stopped already. */
void crypto_stop(void);

/* Random bytes for keys, nonces and SPIs. Aborts when the provider has none. */
void crypto_random(uint8_t *out, size_t len);

/* out has the hash's length: 20. NAT detection only (RFC 7296 2.23). */
enum { SHA1_LEN = 20, SHA256_LEN = 32 };
MUST_CHECK enum crypto_status sha1_digest(const struct bytes *parts, size_t count,
					  uint8_t out[SHA1_LEN]);

/* prf(key, parts joined); out has the prf's output_len bytes. RFC 7296 2.13. */
MUST_CHECK enum crypto_status prf_compute(const struct prf_desc *prf, struct bytes key,
					  const struct bytes *parts, size_t count,
					  struct secret *out);

/* A key kept ready for many messages of one thread. NULL: it failed. */
struct prf_key;
struct prf_key *prf_key_new(const struct prf_desc *prf, struct bytes key);
void prf_key_free(struct prf_key *key); /* NULL is fine */
/* As prf_compute(), without memory of its own; out has the prf's output_len bytes. */
MUST_CHECK enum crypto_status prf_key_compute(struct prf_key *key, const struct bytes *parts,
					      size_t count, uint8_t out[PRF_OUTPUT_MAX]);

/* prf+(key, seed) of `len` bytes; at most 255 rounds: more is our own mistake. RFC 7296 2.13. */
MUST_CHECK enum crypto_status prf_plus(const struct prf_desc *prf, struct bytes key,
				       const struct bytes *seed_parts, size_t count, size_t len,
				       struct secret *out);

/* HMAC truncated to the algorithm's icv_len; out has room for ICV_MAX. */
MUST_CHECK enum crypto_status integ_compute(const struct integ_desc *integ, struct bytes key,
					    struct bytes data, uint8_t *out);

/*
 * AEAD, in place over `text`: `key` is key and salt as they come out of the keymat, `iv` is
 * the explicit one (iv_len bytes), `icv` has icv_len bytes. RFC 5282, RFC 7634.
 * CRYPTO_BAD_INPUT: the key or the iv has a length that the cipher does not have.
 */
MUST_CHECK enum crypto_status aead_seal(const struct encr_desc *encr, struct bytes key,
					struct bytes iv, struct bytes aad, uint8_t *text,
					size_t len, uint8_t *icv);
/* CRYPTO_BAD_ICV: text is unspecified. */
MUST_CHECK enum crypto_status aead_open(const struct encr_desc *encr, struct bytes key,
					struct bytes iv, struct bytes aad, uint8_t *text,
					size_t len, const uint8_t *icv);

/*
 * CBC, in place, without any check of integrity. CRYPTO_BAD_INPUT, with nothing changed: key or
 * iv of a wrong length, or len is 0 or not a multiple of the block.
 */
MUST_CHECK enum crypto_status cbc_encrypt(const struct encr_desc *encr, struct bytes key,
					  struct bytes iv, uint8_t *text, size_t len);
MUST_CHECK enum crypto_status cbc_decrypt(const struct encr_desc *encr, struct bytes key,
					  struct bytes iv, uint8_t *text, size_t len);

/*
 * Key exchange. The initiator starts it: a public value goes to the responder, a private one stays.
 * The responder's one step makes a public value and the shared secret out of the initiator's; the
 * initiator finishes with that. So it fits Diffie-Hellman, where both values are of a kind, and key
 * encapsulation, where the responder's is a ciphertext.
 *
 * Public values have the form of the KE payload (RFC 3526 and 7296 3.4: padded with zeros to the
 * modulus' length; RFC 5903: x | y; RFC 8031: 32 bytes; FIPS 203's bytes), ke->initiator_len and ke->responder_len
 * bytes; the private one is in a form of this library's own.
 */
struct ke_pair {
	const struct ke_desc *ke;
	uint8_t *public_value; /* owned */
	size_t public_len;
	struct secret private_value; /* the initiator's; a responder keeps none */
};

MUST_CHECK enum crypto_status ke_start(const struct ke_desc *ke, struct ke_pair *out);

/*
 * The responder's value, and the secret of ke->shared_len bytes. CRYPTO_BAD_INPUT: the peer's value
 * has a wrong length, is 0, 1, p-1 or beyond, not on the curve, not reduced (ML-KEM), or gives an
 * all-zero secret.
 */
MUST_CHECK enum crypto_status ke_respond(const struct ke_desc *ke, struct bytes initiator_public,
					 struct ke_pair *out, struct secret *shared);

/* The same secret. As ke_respond(); but a wrong ML-KEM ciphertext just gives another secret. */
MUST_CHECK enum crypto_status ke_finish(const struct ke_pair *pair, struct bytes responder_public,
					struct secret *out);

struct bytes ke_pair_public(const struct ke_pair *pair);
void ke_pair_done(struct ke_pair *pair);

#endif
