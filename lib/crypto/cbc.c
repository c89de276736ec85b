/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/nss.h"

static bool lengths_right(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			  size_t len)
{
	return key.len <= ENCR_KEY_MAX && encr_has_key_bits(encr, (uint16_t)(key.len * 8)) &&
	       iv.len == encr->iv_len && len > 0 && len % encr->block_len == 0;
}

static enum crypto_status cbc_run(const struct encr_desc *encr, CK_ATTRIBUTE_TYPE use,
				  struct bytes key, struct bytes iv, uint8_t *text, size_t len)
{
	SECItem iv_item = nss_item(iv);
	PK11SymKey *imported = NULL;
	PK11Context *context = NULL;
	int got = 0;
	bool ok = false;

	if (!lengths_right(encr, key, iv, len))
		return CRYPTO_BAD_INPUT;
	imported = nss_key_import(CKM_AES_CBC, use, key);
	if (imported == NULL)
		return CRYPTO_FAILED;
	context = PK11_CreateContextBySymKey(CKM_AES_CBC, use, imported, &iv_item);
	if (context != NULL) {
		ok = PK11_CipherOp(context, text, &got, nss_len(len), text, nss_len(len)) ==
			     SECSuccess && (size_t)got == len;
		PK11_DestroyContext(context, PR_TRUE);
	}
	PK11_FreeSymKey(imported);
	return ok ? CRYPTO_OK : CRYPTO_FAILED;
}

enum crypto_status cbc_encrypt(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			       uint8_t *text, size_t len)
{
	return cbc_run(encr, CKA_ENCRYPT, key, iv, text, len);
}

enum crypto_status cbc_decrypt(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			       uint8_t *text, size_t len)
{
	return cbc_run(encr, CKA_DECRYPT, key, iv, text, len);
}
