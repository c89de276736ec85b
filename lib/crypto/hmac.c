/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/hmac.h"

void hmac_init(struct hmac *h, CK_MECHANISM_TYPE mechanism, struct bytes key)
{
	SECItem no_params = { siBuffer, NULL, 0 };

	*h = (struct hmac) { 0 };
	h->key = nss_key_import(mechanism, CKA_SIGN, key);
	if (h->key == NULL)
		return;
	h->context = PK11_CreateContextBySymKey(mechanism, CKA_SIGN, h->key, &no_params);
	h->ok = h->context != NULL;
}

void hmac_begin(struct hmac *h)
{
	h->ok = h->ok && PK11_DigestBegin(h->context) == SECSuccess;
}

void hmac_add(struct hmac *h, struct bytes data)
{
	if (data.len == 0)
		return;
	h->ok = h->ok &&
		PK11_DigestOp(h->context, data.ptr, (unsigned)nss_len(data.len)) == SECSuccess;
}

bool hmac_finish(struct hmac *h, uint8_t *out, size_t len)
{
	unsigned int got = 0;

	h->ok = h->ok &&
		PK11_DigestFinal(h->context, out, &got, (unsigned)len) == SECSuccess && got == len;
	return h->ok;
}

void hmac_done(struct hmac *h)
{
	if (h->context != NULL)
		PK11_DestroyContext(h->context, PR_TRUE);
	if (h->key != NULL)
		PK11_FreeSymKey(h->key);
	*h = (struct hmac) { 0 };
}
