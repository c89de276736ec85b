/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_KE_KINDS_H
#define CRYPTO_KE_KINDS_H

#include "crypto/crypto.h"

/*
 * The kinds of key exchange, and what each puts into the three steps of crypto.h. A peer's value
 * has the right length here; the rest of their contract is each kind's. Of Diffie-Hellman a
 * responder is one who starts and finishes at once.
 */
struct ke_kind {
	enum crypto_status (*start)(const struct ke_desc *ke, struct ke_pair *out);
	enum crypto_status (*respond)(const struct ke_desc *ke, struct bytes peer,
				      struct ke_pair *out, struct secret *shared);
	enum crypto_status (*finish)(const struct ke_pair *pair, struct bytes peer,
				     struct secret *out);
};

/*
 * Private values: MODP the exponent, ECP the scalar with the curve's length, Curve25519 its
 * 32 bytes. All big-endian but the last.
 */
MUST_CHECK enum crypto_status modp_pair_new(const struct ke_desc *ke, struct ke_pair *out);
MUST_CHECK enum crypto_status modp_agree(const struct ke_pair *pair, struct bytes peer,
					 struct secret *out);

MUST_CHECK enum crypto_status ecp_pair_new(const struct ke_desc *ke, struct ke_pair *out);
MUST_CHECK enum crypto_status ecp_agree(const struct ke_pair *pair, struct bytes peer,
					struct secret *out);

MUST_CHECK enum crypto_status x25519_pair_new(const struct ke_desc *ke, struct ke_pair *out);
MUST_CHECK enum crypto_status x25519_agree(const struct ke_pair *pair, struct bytes peer,
					   struct secret *out);

/* Nothing in it where NSS has no ML-KEM when this is built. Private value: FIPS 203's bytes. */
extern const struct ke_kind ke_kind_mlkem;
/* Makes one exchange with itself, once NSS is started; what comes of it ke_missing() says. */
void mlkem_try(void);
void mlkem_set_missing(const char *why); /* NULL: it is there; else kept, not copied */

/* The group's modulus, big-endian; empty for a group that is not MODP. */
struct bytes modp_prime(enum ke_id id);

/* Puts a pair together out of its two values, which are copied. */
void ke_pair_fill(struct ke_pair *out, const struct ke_desc *ke, struct bytes public_value,
		  struct bytes private_value);

#endif
