/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * ML-KEM-768 (FIPS 203) as draft-ietf-ipsecme-ikev2-mlkem has it: the initiator sends an
 * encapsulation key, the responder a ciphertext. That the numbers in a peer's key are reduced is
 * checked by NSS (FIPS 203 7.2). A ciphertext that is not one comes to another secret, not to an
 * error: then IKE_AUTH, or the first message under the new keys, fails.
 */
#include <stdio.h>

#include "base/must_check.h"
#include "crypto/ke/kinds.h"
#include "crypto/nss.h"
#include "nss_features.h"

#if NSS_HAS_ML_KEM

/* PKCS #11 3.2 has it; before that NSS had numbers of its own. */
#ifdef CKM_ML_KEM
#define KEY_TYPE      CKK_ML_KEM
#define GENERATE      CKM_ML_KEM_KEY_PAIR_GEN
#define PARAMETER_SET CKA_PARAMETER_SET
static const CK_ULONG ml_kem_768 = CKP_ML_KEM_768;
#else
#define KEY_TYPE      CKK_NSS_ML_KEM
#define GENERATE      CKM_NSS_ML_KEM_KEY_PAIR_GEN
#define PARAMETER_SET CKA_NSS_PARAMETER_SET
static const CK_ULONG ml_kem_768 = CKP_NSS_ML_KEM_768;
#endif

enum { PRIVATE_LEN = 2400 }; /* FIPS 203 table 3: the decapsulation key */

static const PK11AttrFlags flags = PK11_ATTR_SESSION | PK11_ATTR_INSENSITIVE | PK11_ATTR_PUBLIC;

static enum crypto_status start(const struct ke_desc *ke, struct ke_pair *out)
{
	CK_ULONG set = ml_kem_768;
	SECKEYPublicKey *public_key = NULL;
	SECKEYPrivateKey *key = nss_pair_generate(GENERATE, &set, 0, &public_key);
	enum crypto_status status = CRYPTO_FAILED;
	struct secret private_value = { 0 };
	SECItem value;

	if (key == NULL)
		return CRYPTO_FAILED;
	value = public_key->u.kyber.publicValue;
	if (value.len == ke->initiator_len)
		status = nss_private_value(key, PRIVATE_LEN, &private_value);
	if (status == CRYPTO_OK)
		ke_pair_fill(out, ke, bytes_at(value.data, value.len),
			     secret_bytes(&private_value));
	secret_done(&private_value);
	SECKEY_DestroyPublicKey(public_key);
	SECKEY_DestroyPrivateKey(key);
	return status;
}

/* NSS's view of the peer's key; it is in NSS until key_done(). */
static bool key_init(SECKEYPublicKey *key, struct bytes value)
{
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	CK_OBJECT_HANDLE handle;

	*key = (SECKEYPublicKey) { .keyType = kyberKey, .pkcs11ID = CK_INVALID_HANDLE };
	key->u.kyber.params = params_ml_kem768;
	key->u.kyber.publicValue = nss_item(value);
	if (slot == NULL)
		return false;
	handle = PK11_ImportPublicKey(slot, key, PR_FALSE);
	PK11_FreeSlot(slot);
	return handle != CK_INVALID_HANDLE;
}

static void key_done(SECKEYPublicKey *key)
{
	(void)PK11_DestroyObject(key->pkcs11Slot, key->pkcs11ID);
	PK11_FreeSlot(key->pkcs11Slot);
}

static enum crypto_status respond(const struct ke_desc *ke, struct bytes peer,
				  struct ke_pair *out, struct secret *shared)
{
	enum crypto_status status = CRYPTO_FAILED;
	PK11SymKey *secret = NULL;
	SECItem *ciphertext = NULL;
	SECKEYPublicKey key;

	if (!key_init(&key, peer))
		return nss_refusal();
	if (PK11_Encapsulate(&key, CKM_HKDF_DERIVE, flags, CKF_DERIVE, &secret, &ciphertext) !=
	    SECSuccess)
		status = nss_refusal();
	else if (ciphertext->len == ke->responder_len)
		status = nss_secret_extract(secret, ke->shared_len, shared);
	if (status == CRYPTO_OK)
		ke_pair_fill(out, ke, bytes_at(ciphertext->data, ciphertext->len),
			     (struct bytes) { 0 });
	SECITEM_FreeItem(ciphertext, PR_TRUE);
	if (secret != NULL)
		PK11_FreeSymKey(secret);
	key_done(&key);
	return status;
}

static enum crypto_status finish(const struct ke_pair *pair, struct bytes peer,
				 struct secret *out)
{
	const CK_ATTRIBUTE attributes[] = {
		{ PARAMETER_SET, (void *)&ml_kem_768, sizeof(ml_kem_768) },
		nss_attribute(CKA_VALUE, secret_bytes(&pair->private_value)),
	};
	SECItem ciphertext = nss_item(peer);
	PK11SymKey *secret = NULL;
	struct nss_private_key own;
	enum crypto_status status;

	if (!nss_private_key_init(&own, kyberKey, KEY_TYPE, attributes, ARRAY_LEN(attributes)))
		return CRYPTO_FAILED;
	if (PK11_Decapsulate(&own.key, &ciphertext, CKM_HKDF_DERIVE, flags, CKF_DERIVE, &secret) !=
	    SECSuccess) {
		status = nss_refusal();
	} else {
		status = nss_secret_extract(secret, pair->ke->shared_len, out);
		PK11_FreeSymKey(secret);
	}
	nss_private_key_done(&own);
	return status;
}

const struct ke_kind ke_kind_mlkem = { start, respond, finish };

static bool works(void)
{
	const struct ke_desc *ke = ke_find(KE_ML_KEM_768);
	struct ke_pair own = { 0 }, answer = { 0 };
	struct secret one = { 0 }, other = { 0 };
	bool same = start(ke, &own) == CRYPTO_OK &&
		    respond(ke, ke_pair_public(&own), &answer, &one) == CRYPTO_OK &&
		    finish(&own, ke_pair_public(&answer), &other) == CRYPTO_OK &&
		    bytes_equal_secret(secret_bytes(&one), secret_bytes(&other));

	ke_pair_done(&own);
	ke_pair_done(&answer);
	secret_done(&one);
	secret_done(&other);
	return same;
}

void mlkem_try(void)
{
	static char why[100];

	snprintf(why, sizeof(why), "%s, which is here, does not do ML-KEM", crypto_provider());
	mlkem_set_missing(works() ? NULL : why);
}

#else

const struct ke_kind ke_kind_mlkem = { 0 };

void mlkem_try(void)
{
}

#endif
