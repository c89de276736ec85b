/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "crypto/nss.h"

static bool digest_run(PK11Context *context, const struct bytes *parts, size_t count,
		       uint8_t *out, size_t out_len)
{
	unsigned int len = 0;

	if (PK11_DigestBegin(context) != SECSuccess)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len == 0)
			continue;
		if (PK11_DigestOp(context, parts[i].ptr, (unsigned)nss_len(parts[i].len)) !=
		    SECSuccess)
			return false;
	}
	return PK11_DigestFinal(context, out, &len, (unsigned)out_len) == SECSuccess &&
	       len == out_len;
}

enum crypto_status sha1_digest(const struct bytes *parts, size_t count, uint8_t out[SHA1_LEN])
{
	PK11Context *context = PK11_CreateDigestContext(SEC_OID_SHA1);
	uint8_t digest[SHA1_LEN];
	bool ok;

	if (context == NULL)
		return CRYPTO_FAILED;
	ok = digest_run(context, parts, count, digest, sizeof(digest));
	PK11_DestroyContext(context, PR_TRUE);
	if (!ok)
		return CRYPTO_FAILED;
	memcpy(out, digest, sizeof(digest));
	return CRYPTO_OK;
}
