/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <secerr.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/nss.h"

enum { NONCE_LEN = 12 }; /* salt and explicit IV: RFC 5282 4, RFC 7634 2 */

/* One message on its way through NSS; the tag goes in or out. */
struct message {
	struct bytes key, aad;
	uint8_t nonce[NONCE_LEN];
	uint8_t *text;
	size_t len;
	uint8_t tag[ICV_MAX];
	uint8_t tag_len;
};

static bool message_init(struct message *m, const struct encr_desc *encr, struct bytes key,
			 struct bytes iv)
{
	struct bytes salt;

	if (key.len <= encr->salt_len || iv.len != encr->iv_len ||
	    encr->salt_len + iv.len != NONCE_LEN)
		return false;
	*m = (struct message) { .tag_len = encr->icv_len };
	m->key = bytes_at(key.ptr, key.len - encr->salt_len);
	if (m->key.len * 8 != encr->key_bits[0] && m->key.len * 8 != encr->key_bits[1])
		return false;
	salt = bytes_at(key.ptr + m->key.len, encr->salt_len);
	memcpy(m->nonce, salt.ptr, salt.len);
	memcpy(m->nonce + salt.len, iv.ptr, iv.len);
	return true;
}

static void message_done(struct message *m)
{
	mem_wipe(m, sizeof(*m));
}

static enum crypto_status message_pass(struct message *m, PK11Context *context)
{
	uint8_t nothing[1]; /* NSS wants an address also for an empty text */
	uint8_t *text = m->len > 0 ? m->text : nothing;
	int len = nss_len(m->len), got = 0;

	if (PK11_AEADOp(context, CKG_NO_GENERATE, 0, m->nonce, NONCE_LEN, m->aad.ptr,
			nss_len(m->aad.len), text, &got, len, m->tag, m->tag_len, text,
			len) != SECSuccess)
		return PORT_GetError() == SEC_ERROR_BAD_DATA ? CRYPTO_BAD_ICV : CRYPTO_FAILED;
	return got == len ? CRYPTO_OK : CRYPTO_FAILED;
}

static enum crypto_status message_run(struct message *m, CK_MECHANISM_TYPE mechanism,
				      CK_ATTRIBUTE_TYPE use)
{
	SECItem no_params = { siBuffer, NULL, 0 };
	PK11SymKey *key = nss_key_import(mechanism, use, m->key);
	PK11Context *context = NULL;
	enum crypto_status status = CRYPTO_FAILED;

	if (key == NULL)
		return CRYPTO_FAILED;
	context = PK11_CreateContextBySymKey(mechanism, CKA_NSS_MESSAGE | use, key, &no_params);
	if (context != NULL) {
		status = message_pass(m, context);
		PK11_DestroyContext(context, PR_TRUE);
	}
	PK11_FreeSymKey(key);
	return status;
}

static CK_MECHANISM_TYPE aead_mechanism(const struct encr_desc *encr)
{
	return encr->id == ENCR_AES_GCM_16 ? CKM_AES_GCM : CKM_CHACHA20_POLY1305;
}

enum crypto_status aead_seal(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			     struct bytes aad, uint8_t *text, size_t len, uint8_t *icv)
{
	enum crypto_status status;
	struct message m;

	if (!message_init(&m, encr, key, iv))
		return CRYPTO_BAD_INPUT;
	m.aad = aad;
	m.text = text;
	m.len = len;
	status = message_run(&m, aead_mechanism(encr), CKA_ENCRYPT);
	if (status == CRYPTO_OK)
		memcpy(icv, m.tag, m.tag_len);
	message_done(&m);
	return status;
}

enum crypto_status aead_open(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			     struct bytes aad, uint8_t *text, size_t len, const uint8_t *icv)
{
	enum crypto_status status;
	struct message m;

	if (!message_init(&m, encr, key, iv))
		return CRYPTO_BAD_INPUT;
	m.aad = aad;
	m.text = text;
	m.len = len;
	memcpy(m.tag, icv, m.tag_len);
	status = message_run(&m, aead_mechanism(encr), CKA_DECRYPT);
	message_done(&m);
	return status;
}
