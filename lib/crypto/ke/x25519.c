/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/secret.h"
#include "crypto/ke/ec_key.h"
#include "crypto/ke/kinds.h"

/*
 * RFC 8031 with RFC 7748. A random scalar imported as a key and multiplied with the base point
 * makes a pair at half the price of NSS's own generator, and without its lock.
 */
enum { X25519_LEN = 32 };

static const uint8_t base_point[X25519_LEN] = { 9 };

static enum crypto_status multiply(struct bytes scalar, struct bytes point, struct secret *out)
{
	return ec_multiply(SEC_OID_CURVE25519, scalar, point, X25519_LEN, out);
}

enum crypto_status x25519_pair_new(const struct ke_desc *ke, struct ke_pair *out)
{
	struct secret scalar = secret_new(X25519_LEN);
	struct secret public_value = { 0 };
	enum crypto_status status;

	crypto_random(scalar.ptr, scalar.len);
	status = multiply(secret_bytes(&scalar), BYTES_OF(base_point), &public_value);
	if (status == CRYPTO_OK)
		ke_pair_fill(out, ke, secret_bytes(&public_value), secret_bytes(&scalar));
	secret_done(&scalar);
	secret_done(&public_value);
	return status == CRYPTO_OK ? CRYPTO_OK : CRYPTO_FAILED;
}

/*
 * RFC 8031 5 with RFC 7748 6.1: an all-zero shared secret must end the exchange. The NSS that we
 * know refuses to make one; that is not ours to rely on.
 */
enum crypto_status x25519_agree(const struct ke_pair *pair, struct bytes peer, struct secret *out)
{
	static const uint8_t zeros[X25519_LEN];
	struct secret shared = { 0 };
	enum crypto_status status;

	status = multiply(secret_bytes(&pair->private_value), peer, &shared);
	if (status == CRYPTO_OK && bytes_equal_secret(secret_bytes(&shared), BYTES_OF(zeros))) {
		secret_done(&shared);
		return CRYPTO_BAD_INPUT;
	}
	if (status == CRYPTO_OK)
		*out = shared;
	return status;
}
