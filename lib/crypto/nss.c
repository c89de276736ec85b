/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/nss.h"

#include <assert.h>
#include <limits.h>
#include <secerr.h>
#include <secitem.h>
#include <string.h>

SECItem nss_item(struct bytes b)
{
	return (SECItem) { siBuffer, (unsigned char *)b.ptr, (unsigned int)nss_len(b.len) };
}

int nss_len(size_t len)
{
	assert(len <= INT_MAX);
	return (int)len;
}

PK11SymKey *nss_key_import(CK_MECHANISM_TYPE mechanism, CK_ATTRIBUTE_TYPE use, struct bytes key)
{
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECItem item = nss_item(key);
	PK11SymKey *imported = NULL;

	if (slot == NULL)
		return NULL;
	imported = PK11_ImportSymKey(slot, mechanism, PK11_OriginUnwrap, use, &item, NULL);
	PK11_FreeSlot(slot);
	return imported;
}

CK_ATTRIBUTE nss_attribute(CK_ATTRIBUTE_TYPE type, struct bytes value)
{
	return (CK_ATTRIBUTE) { type, (void *)value.ptr, value.len };
}

static PK11GenericObject *object_new(CK_KEY_TYPE type, const CK_ATTRIBUTE *attributes,
				     size_t count)
{
	static const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	enum { COMMON = 5 };
	CK_ATTRIBUTE all[COMMON + NSS_ATTRIBUTES_MAX] = {
		{ CKA_CLASS, (void *)&class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_PRIVATE, (void *)&no, sizeof(no) },
		{ CKA_SENSITIVE, (void *)&no, sizeof(no) },
		{ CKA_DERIVE, (void *)&yes, sizeof(yes) },
	};
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	PK11GenericObject *object = NULL;

	assert(count <= NSS_ATTRIBUTES_MAX);
	if (slot == NULL)
		return NULL;
	memcpy(all + COMMON, attributes, count * sizeof(*attributes));
	object = PK11_CreateManagedGenericObject(slot, all, (int)(COMMON + count), PR_FALSE);
	PK11_FreeSlot(slot);
	return object;
}

bool nss_private_key_init(struct nss_private_key *k, KeyType type, CK_KEY_TYPE pkcs11,
			  const CK_ATTRIBUTE *attributes, size_t count)
{
	PK11GenericObject *object = object_new(pkcs11, attributes, count);

	if (object == NULL)
		return false;
	*k = (struct nss_private_key) { .object = object, .key.keyType = type };
	k->key.pkcs11ID = PK11_GetObjectHandle(PK11_TypeGeneric, object, &k->key.pkcs11Slot);
	return true;
}

void nss_private_key_done(struct nss_private_key *k)
{
	(void)PK11_DestroyGenericObject(k->object);
	*k = (struct nss_private_key) { 0 };
}

SECKEYPrivateKey *nss_pair_generate(CK_MECHANISM_TYPE mechanism, void *parameter, CK_FLAGS use,
				    SECKEYPublicKey **public_key)
{
	static const PK11AttrFlags flags = PK11_ATTR_SESSION | PK11_ATTR_INSENSITIVE |
					   PK11_ATTR_PUBLIC | PK11_ATTR_EXTRACTABLE;
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECKEYPrivateKey *key = NULL;

	if (slot == NULL)
		return NULL;
	key = PK11_GenerateKeyPairWithOpFlags(slot, mechanism, parameter, public_key, flags,
					      use, use, NULL);
	PK11_FreeSlot(slot);
	return key;
}

static enum crypto_status secret_of(const SECItem *data, size_t len, struct secret *out)
{
	if (data == NULL || data->len == 0 || data->len > len)
		return CRYPTO_FAILED;
	*out = secret_new(len);
	memcpy(out->ptr + len - data->len, data->data, data->len);
	return CRYPTO_OK;
}

enum crypto_status nss_private_value(SECKEYPrivateKey *key, size_t len, struct secret *out)
{
	SECItem value = { siBuffer, NULL, 0 };
	enum crypto_status status;

	if (PK11_ReadRawAttribute(PK11_TypePrivKey, key, CKA_VALUE, &value) != SECSuccess)
		return CRYPTO_FAILED;
	status = secret_of(&value, len, out);
	SECITEM_ZfreeItem(&value, PR_FALSE);
	return status;
}

enum crypto_status nss_secret_extract(PK11SymKey *key, size_t len, struct secret *out)
{
	if (PK11_ExtractKeyValue(key) != SECSuccess)
		return CRYPTO_FAILED;
	return secret_of(PK11_GetKeyData(key), len, out);
}

enum crypto_status nss_refusal(void)
{
	return PORT_GetError() == SEC_ERROR_NO_MEMORY ? CRYPTO_FAILED : CRYPTO_BAD_INPUT;
}

enum crypto_status nss_agree(SECKEYPrivateKey *own, SECKEYPublicKey *peer,
			     CK_MECHANISM_TYPE mechanism, size_t len, struct secret *out)
{
	enum crypto_status status;
	PK11SymKey *shared = PK11_PubDeriveWithKDF(own, peer, PR_FALSE, NULL, NULL, mechanism,
						   CKM_CONCATENATE_DATA_AND_BASE, CKA_DERIVE, 0,
						   CKD_NULL, NULL, NULL);

	if (shared == NULL)
		return nss_refusal();
	status = nss_secret_extract(shared, len, out);
	PK11_FreeSymKey(shared);
	return status;
}
