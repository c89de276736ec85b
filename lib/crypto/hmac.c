/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RFC 2104: H(K ^ opad | H(K ^ ipad | message)), of NSS's hashes. NSS's own HMAC wants a key object
 * and a context for each key; to make and free them takes several times as long as to hash the
 * short messages of IKE (docs/performance.md).
 */
#include "crypto/hmac.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

enum { IPAD = 0x36, OPAD = 0x5c };

static SECOidTag hash_of(CK_MECHANISM_TYPE mechanism)
{
	switch (mechanism) {
	case CKM_SHA256_HMAC:
		return SEC_OID_SHA256;
	case CKM_SHA384_HMAC:
		return SEC_OID_SHA384;
	case CKM_SHA512_HMAC:
		return SEC_OID_SHA512;
	}
	return SEC_OID_UNKNOWN;
}

static bool hash(struct hmac *h, struct bytes data)
{
	return data.len == 0 ||
	       PK11_DigestOp(h->digest, data.ptr, (unsigned)nss_len(data.len)) == SECSuccess;
}

static bool hash_gathered(struct hmac *h)
{
	struct bytes data = bytes_at(h->gather, h->gathered);

	h->gathered = 0;
	return hash(h, data);
}

static bool absorb(struct hmac *h, struct bytes data)
{
	if (data.len > sizeof(h->gather) - h->gathered && !hash_gathered(h))
		return false;
	if (data.len > sizeof(h->gather))
		return hash(h, data);
	if (data.len > 0)
		memcpy(h->gather + h->gathered, data.ptr, data.len);
	h->gathered += data.len;
	return true;
}

static bool finish(struct hmac *h, uint8_t *out, size_t len)
{
	unsigned int got = 0;

	return hash_gathered(h) &&
	       PK11_DigestFinal(h->digest, out, &got, (unsigned)len) == SECSuccess && got == len;
}

/* One that is longer than a block is hashed first. */
static bool take_key(struct hmac *h, struct bytes key, size_t hash_len)
{
	if (key.len <= h->block_len) {
		if (key.len > 0)
			memcpy(h->pad, key.ptr, key.len);
		return true;
	}
	return PK11_DigestBegin(h->digest) == SECSuccess && absorb(h, key) &&
	       finish(h, h->pad, hash_len);
}

static void turn(struct hmac *h, uint8_t by)
{
	for (size_t i = 0; i < h->block_len; i++)
		h->pad[i] ^= by;
}

void hmac_init(struct hmac *h, CK_MECHANISM_TYPE mechanism, struct bytes key)
{
	bool is_256 = mechanism == CKM_SHA256_HMAC;
	size_t hash_len = is_256 ? 32 : mechanism == CKM_SHA384_HMAC ? 48 : 64;

	memset(h->pad, 0, sizeof(h->pad));
	h->block_len = is_256 ? 64 : 128;
	h->gathered = 0;
	h->digest = PK11_CreateDigestContext(hash_of(mechanism));
	h->ok = h->digest != NULL && take_key(h, key, hash_len);
	turn(h, IPAD);
}

static bool start(struct hmac *h)
{
	h->gathered = 0;
	return PK11_DigestBegin(h->digest) == SECSuccess &&
	       absorb(h, bytes_at(h->pad, h->block_len));
}

void hmac_begin(struct hmac *h)
{
	h->ok = h->ok && start(h);
}

void hmac_add(struct hmac *h, struct bytes data)
{
	h->ok = h->ok && absorb(h, data);
}

bool hmac_finish(struct hmac *h, uint8_t *out, size_t len)
{
	uint8_t inner[PRF_OUTPUT_MAX];

	assert(len <= sizeof(inner));
	h->ok = h->ok && finish(h, inner, len);
	turn(h, IPAD ^ OPAD);
	h->ok = h->ok && start(h) && absorb(h, bytes_at(inner, len)) && finish(h, out, len);
	turn(h, IPAD ^ OPAD);
	mem_wipe(inner, sizeof(inner));
	return h->ok;
}

void hmac_done(struct hmac *h)
{
	if (h->digest != NULL)
		PK11_DestroyContext(h->digest, PR_TRUE);
	mem_wipe(h, sizeof(*h));
}
