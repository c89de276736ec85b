/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/hmac.h"

enum { PRF_PLUS_ROUNDS_MAX = 255 }; /* the counter is one byte: RFC 7296 2.13 */

static CK_MECHANISM_TYPE prf_mechanism(const struct prf_desc *prf)
{
	switch (prf->id) {
	case PRF_HMAC_SHA2_256:
		return CKM_SHA256_HMAC;
	case PRF_HMAC_SHA2_384:
		return CKM_SHA384_HMAC;
	case PRF_HMAC_SHA2_512:
		return CKM_SHA512_HMAC;
	}
	return CKM_INVALID_MECHANISM;
}

static CK_MECHANISM_TYPE integ_mechanism(const struct integ_desc *integ)
{
	switch (integ->id) {
	case INTEG_HMAC_SHA2_256_128:
		return CKM_SHA256_HMAC;
	case INTEG_HMAC_SHA2_384_192:
		return CKM_SHA384_HMAC;
	case INTEG_HMAC_SHA2_512_256:
		return CKM_SHA512_HMAC;
	case INTEG_NONE:
		break;
	}
	return CKM_INVALID_MECHANISM;
}

static void add_all(struct hmac *h, const struct bytes *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hmac_add(h, parts[i]);
}

enum crypto_status prf_compute(const struct prf_desc *prf, struct bytes key,
			       const struct bytes *parts, size_t count, struct secret *out)
{
	struct secret result = secret_new(prf->output_len);
	struct hmac h;
	bool ok;

	hmac_init(&h, prf_mechanism(prf), key);
	hmac_begin(&h);
	add_all(&h, parts, count);
	ok = hmac_finish(&h, result.ptr, result.len);
	hmac_done(&h);
	if (!ok) {
		secret_done(&result);
		return CRYPTO_FAILED;
	}
	*out = result;
	return CRYPTO_OK;
}

struct prf_key {
	struct hmac hmac;
	uint8_t output_len;
};

struct prf_key *prf_key_new(const struct prf_desc *prf, struct bytes key)
{
	struct prf_key *k = NEW(struct prf_key);

	k->output_len = prf->output_len;
	hmac_init(&k->hmac, prf_mechanism(prf), key);
	if (k->hmac.ok)
		return k;
	prf_key_free(k);
	return NULL;
}

void prf_key_free(struct prf_key *key)
{
	if (key != NULL)
		hmac_done(&key->hmac);
	mem_free(key);
}

enum crypto_status prf_key_compute(struct prf_key *key, const struct bytes *parts, size_t count,
				   uint8_t out[PRF_OUTPUT_MAX])
{
	bool ok;

	hmac_begin(&key->hmac);
	add_all(&key->hmac, parts, count);
	ok = hmac_finish(&key->hmac, out, key->output_len);
	key->hmac.ok = true; /* one that failed says nothing of the next */
	return ok ? CRYPTO_OK : CRYPTO_FAILED;
}

/* T1 = prf(K, S | 0x01), Tn = prf(K, Tn-1 | S | n) */
enum crypto_status prf_plus(const struct prf_desc *prf, struct bytes key,
			    const struct bytes *seed_parts, size_t count, size_t len,
			    struct secret *out)
{
	struct secret block = secret_new(prf->output_len);
	struct secret result;
	struct hmac h;
	bool ok = true;

	assert(len <= (size_t)PRF_PLUS_ROUNDS_MAX * prf->output_len);
	result = secret_new(len);
	hmac_init(&h, prf_mechanism(prf), key);
	for (size_t made = 0; ok && made < len; made += block.len) {
		uint8_t round = (uint8_t)(made / block.len + 1);
		size_t wanted = len - made < block.len ? len - made : block.len;

		hmac_begin(&h);
		if (made > 0)
			hmac_add(&h, secret_bytes(&block));
		add_all(&h, seed_parts, count);
		hmac_add(&h, bytes_at(&round, 1));
		ok = hmac_finish(&h, block.ptr, block.len);
		memcpy(result.ptr + made, block.ptr, wanted);
	}
	hmac_done(&h);
	secret_done(&block);
	if (!ok) {
		secret_done(&result);
		return CRYPTO_FAILED;
	}
	*out = result;
	return CRYPTO_OK;
}

enum crypto_status integ_compute(const struct integ_desc *integ, struct bytes key,
				 struct bytes data, uint8_t *out)
{
	uint8_t mac[PRF_OUTPUT_MAX];
	struct hmac h;
	bool ok;

	hmac_init(&h, integ_mechanism(integ), key);
	hmac_begin(&h);
	hmac_add(&h, data);
	/* RFC 4868 2.1.1: the key is as long as the hash. */
	ok = hmac_finish(&h, mac, integ->key_len);
	hmac_done(&h);
	if (ok)
		memcpy(out, mac, integ->icv_len);
	mem_wipe(mac, sizeof(mac));
	return ok ? CRYPTO_OK : CRYPTO_FAILED;
}
