/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "crypto/ke/ec_key.h"
#include "crypto/ke/kinds.h"

/*
 * The KE payload is x | y (RFC 5903 7); NSS puts the byte of X9.62 that says "uncompressed" in
 * front. That a peer's point is on the curve is checked by NSS.
 */
enum { UNCOMPRESSED = 0x04, POINT_MAX = 1 + 2 * 66 };

static SECOidTag curve_tag(enum ke_id id)
{
	switch (id) {
	case KE_ECP_256:
		return SEC_OID_SECG_EC_SECP256R1;
	case KE_ECP_384:
		return SEC_OID_SECG_EC_SECP384R1;
	case KE_ECP_521:
		return SEC_OID_SECG_EC_SECP521R1;
	default:
		return SEC_OID_UNKNOWN;
	}
}

static enum crypto_status pair_read(const struct ke_desc *ke, SECKEYPrivateKey *key,
				    const SECItem *point, struct ke_pair *out)
{
	struct secret scalar = { 0 };

	if (point->len != ke->initiator_len + 1u || point->data[0] != UNCOMPRESSED ||
	    nss_private_value(key, ke->shared_len, &scalar) != CRYPTO_OK)
		return CRYPTO_FAILED;
	ke_pair_fill(out, ke, bytes_at(point->data + 1, ke->initiator_len), secret_bytes(&scalar));
	secret_done(&scalar);
	return CRYPTO_OK;
}

enum crypto_status ecp_pair_new(const struct ke_desc *ke, struct ke_pair *out)
{
	SECKEYPublicKey *public_key = NULL;
	SECKEYPrivateKey *key = NULL;
	enum crypto_status status;
	struct curve_oid curve;
	SECKEYECParams params;

	if (!curve_oid_get(curve_tag(ke->id), &curve))
		return CRYPTO_FAILED;
	params = nss_item(bytes_at(curve.der, curve.len));
	key = nss_pair_generate(CKM_EC_KEY_PAIR_GEN, &params, CKF_DERIVE, &public_key);
	if (key == NULL)
		return CRYPTO_FAILED;
	status = pair_read(ke, key, &public_key->u.ec.publicValue, out);
	SECKEY_DestroyPublicKey(public_key);
	SECKEY_DestroyPrivateKey(key);
	return status;
}

enum crypto_status ecp_agree(const struct ke_pair *pair, struct bytes peer, struct secret *out)
{
	uint8_t point[POINT_MAX] = { UNCOMPRESSED };

	memcpy(point + 1, peer.ptr, peer.len);
	return ec_multiply(curve_tag(pair->ke->id), secret_bytes(&pair->private_value),
			   bytes_at(point, peer.len + 1), pair->ke->shared_len, out);
}
