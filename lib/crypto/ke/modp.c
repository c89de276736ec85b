/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/must_check.h"
#include "crypto/ke/kinds.h"
#include "crypto/nss.h"

static const uint8_t generator[] = { 2 };

/* Twice the higher strength estimate of RFC 3526 section 8, in bytes. */
static size_t exponent_len(enum ke_id id)
{
	switch (id) {
	case KE_MODP2048:
		return 320 / 8;
	case KE_MODP3072:
		return 424 / 8;
	case KE_MODP4096:
		return 480 / 8;
	default:
		return 624 / 8;
	}
}

/* RFC 6989 2.1: 1 < y < p - 1 for groups whose prime is safe. Both have the modulus' length. */
static bool public_value_ok(struct bytes prime, struct bytes y)
{
	size_t last = prime.len - 1, zeros = 0;

	while (zeros < last && y.ptr[zeros] == 0)
		zeros++;
	if (zeros == last && y.ptr[last] <= 1)
		return false;
	if (memcmp(y.ptr, prime.ptr, last) == 0)
		return y.ptr[last] < prime.ptr[last] - 1; /* the prime is odd: no borrow */
	return memcmp(y.ptr, prime.ptr, last) < 0;
}

/* base^exponent mod p, with the modulus' length. */
static enum crypto_status power(struct bytes prime, struct bytes base, struct bytes exponent,
				struct secret *out)
{
	const CK_ATTRIBUTE attributes[] = {
		nss_attribute(CKA_PRIME, prime),
		nss_attribute(CKA_BASE, BYTES_OF(generator)),
		nss_attribute(CKA_VALUE, exponent),
	};
	SECKEYPublicKey peer = {
		.keyType = dhKey,
		.u.dh.prime = nss_item(prime),
		.u.dh.base = nss_item(BYTES_OF(generator)),
		.u.dh.publicValue = nss_item(base),
	};
	struct nss_private_key own;
	enum crypto_status status;

	if (!nss_private_key_init(&own, dhKey, CKK_DH, attributes, ARRAY_LEN(attributes)))
		return CRYPTO_FAILED;
	status = nss_agree(&own.key, &peer, CKM_DH_PKCS_DERIVE, prime.len, out);
	nss_private_key_done(&own);
	return status;
}

enum crypto_status modp_pair_new(const struct ke_desc *ke, struct ke_pair *out)
{
	struct secret exponent = secret_new(exponent_len(ke->id));
	struct secret public_value = { 0 };
	enum crypto_status status;

	crypto_random(exponent.ptr, exponent.len);
	status = power(modp_prime(ke->id), BYTES_OF(generator), secret_bytes(&exponent),
		       &public_value);
	if (status == CRYPTO_OK)
		ke_pair_fill(out, ke, secret_bytes(&public_value), secret_bytes(&exponent));
	secret_done(&exponent);
	secret_done(&public_value);
	return status == CRYPTO_OK ? CRYPTO_OK : CRYPTO_FAILED;
}

enum crypto_status modp_agree(const struct ke_pair *pair, struct bytes peer, struct secret *out)
{
	struct bytes prime = modp_prime(pair->ke->id);

	if (!public_value_ok(prime, peer))
		return CRYPTO_BAD_INPUT;
	return power(prime, peer, secret_bytes(&pair->private_value), out);
}
