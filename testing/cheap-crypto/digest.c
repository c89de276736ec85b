/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that is one digest and some bytes made of it. */

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/table.h"
#include "cheap-crypto/cheap.h"
#include "crypto/crypto.h"

struct cheap_digest cheap_digest(struct bytes key, const struct bytes *parts, size_t count)
{
	static const uint64_t first[2] = { 0x6e6f, 1 }, second[2] = { 0x6e6f, 2 };
	uint64_t keys[2][2] = { { siphash(first, key), 1 }, { siphash(second, key), 2 } };
	struct buffer joined = { 0 };
	struct cheap_digest out;
	struct bytes all;

	/* How it is cut into parts makes no difference. */
	for (size_t i = 0; i < count && count > 1; i++)
		write_bytes(&joined, parts[i]);
	all = count == 1 ? parts[0] : buffer_bytes(&joined);
	out.word[0] = siphash(keys[0], all);
	out.word[1] = siphash(keys[1], all);
	buffer_done(&joined);
	return out;
}

void cheap_expand(struct cheap_digest from, uint8_t *out, size_t len)
{
	for (size_t done = 0; done < len; done += sizeof(uint64_t)) {
		uint64_t z = from.word[0] += 0x9e3779b97f4a7c15;
		size_t left = len - done;

		z = (z ^ (z >> 30) ^ from.word[1]) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		z ^= z >> 31;
		memcpy(out + done, &z, left < sizeof(z) ? left : sizeof(z));
	}
}

static void compute(struct bytes key, const struct bytes *parts, size_t count, uint8_t *out,
		    size_t len)
{
	cheap_expand(cheap_digest(key, parts, count), out, len);
}

enum crypto_status sha1_digest(const struct bytes *parts, size_t count, uint8_t out[SHA1_LEN])
{
	compute((struct bytes) { 0 }, parts, count, out, SHA1_LEN);
	return CRYPTO_OK;
}

enum crypto_status prf_compute(const struct prf_desc *prf, struct bytes key,
			       const struct bytes *parts, size_t count, struct secret *out)
{
	struct secret result = secret_new(prf->output_len);

	compute(key, parts, count, result.ptr, result.len);
	*out = result;
	return CRYPTO_OK;
}

enum crypto_status prf_plus(const struct prf_desc *prf, struct bytes key,
			    const struct bytes *seed_parts, size_t count, size_t len,
			    struct secret *out)
{
	struct secret result;

	assert(len <= (size_t)UINT8_MAX * prf->output_len);
	result = secret_new(len);
	compute(key, seed_parts, count, result.ptr, len);
	*out = result;
	return CRYPTO_OK;
}

struct prf_key {
	struct secret key;
	size_t output_len;
};

struct prf_key *prf_key_new(const struct prf_desc *prf, struct bytes key)
{
	struct prf_key *k = NEW(struct prf_key);

	k->key = secret_copy(key);
	k->output_len = prf->output_len;
	return k;
}

void prf_key_free(struct prf_key *key)
{
	if (key != NULL)
		secret_done(&key->key);
	mem_free(key);
}

enum crypto_status prf_key_compute(struct prf_key *key, const struct bytes *parts, size_t count,
				   uint8_t out[PRF_OUTPUT_MAX])
{
	compute(secret_bytes(&key->key), parts, count, out, key->output_len);
	return CRYPTO_OK;
}

enum crypto_status integ_compute(const struct integ_desc *integ, struct bytes key,
				 struct bytes data, uint8_t *out)
{
	compute(key, &data, 1, out, integ->icv_len);
	return CRYPTO_OK;
}
