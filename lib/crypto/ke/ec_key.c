/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/ke/ec_key.h"

#include <secoid.h>
#include <string.h>

#include "base/must_check.h"

enum { DER_TAG_OBJECT_ID = 0x06 };

bool curve_oid_get(SECOidTag curve, struct curve_oid *out)
{
	const SECOidData *data = SECOID_FindOIDByTag(curve);

	if (data == NULL || data->oid.len + 2 > sizeof(out->der))
		return false;
	out->der[0] = DER_TAG_OBJECT_ID;
	out->der[1] = (uint8_t)data->oid.len;
	memcpy(out->der + 2, data->oid.data, data->oid.len);
	out->len = data->oid.len + 2;
	return true;
}

static enum crypto_status multiply(struct bytes curve, struct bytes scalar, struct bytes point,
				   size_t len, struct secret *out)
{
	const CK_ATTRIBUTE attributes[] = {
		nss_attribute(CKA_EC_PARAMS, curve),
		nss_attribute(CKA_VALUE, scalar),
	};
	SECKEYPublicKey peer = {
		.keyType = ecKey,
		.u.ec.DEREncodedParams = nss_item(curve),
		.u.ec.publicValue = nss_item(point),
		.u.ec.encoding = ECPoint_Undefined,
	};
	struct nss_private_key own;
	enum crypto_status status;

	if (!nss_private_key_init(&own, ecKey, CKK_EC, attributes, ARRAY_LEN(attributes)))
		return CRYPTO_FAILED;
	status = nss_agree(&own.key, &peer, CKM_ECDH1_DERIVE, len, out);
	nss_private_key_done(&own);
	return status;
}

enum crypto_status ec_multiply(SECOidTag curve, struct bytes scalar, struct bytes point,
			       size_t len, struct secret *out)
{
	struct curve_oid oid;

	if (!curve_oid_get(curve, &oid))
		return CRYPTO_FAILED;
	return multiply(bytes_at(oid.der, oid.len), scalar, point, len, out);
}
