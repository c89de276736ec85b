/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_KE_EC_KEY_H
#define CRYPTO_KE_EC_KEY_H

#include "crypto/nss.h"

/* A curve's parameters as a DER object identifier. */
enum { CURVE_OID_MAX = 16 };
struct curve_oid {
	uint8_t der[CURVE_OID_MAX];
	size_t len;
};

/* False when NSS does not know the curve. */
MUST_CHECK bool curve_oid_get(SECOidTag curve, struct curve_oid *out);

/*
 * scalar * point. The point is in NSS's form (an uncompressed point of X9.62, or
 * Curve25519's 32 bytes); `out` is x with its `len` bytes. As nss_agree().
 */
MUST_CHECK enum crypto_status ec_multiply(SECOidTag curve, struct bytes scalar, struct bytes point,
					  size_t len, struct secret *out);

#endif
