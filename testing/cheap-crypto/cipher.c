/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of bytes over the text, and a digest of all as its ICV. */

#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "cheap-crypto/cheap.h"
#include "crypto/crypto.h"

static void cover(struct bytes key, struct bytes iv, uint8_t *text, size_t len)
{
	struct cheap_digest from = cheap_digest(key, &iv, 1);
	uint8_t *stream = mem_new(len);

	cheap_expand(from, stream, len);
	for (size_t i = 0; i < len; i++)
		text[i] ^= stream[i];
	mem_free(stream);
}

static void seal_icv(const struct encr_desc *encr, struct bytes key, const struct bytes parts[3],
		     uint8_t *icv)
{
	uint64_t lengths[2] = { parts[1].len, parts[2].len };
	struct bytes all[] = { parts[0], bytes_at(lengths, sizeof(lengths)), parts[1], parts[2] };

	cheap_expand(cheap_digest(key, all, ARRAY_LEN(all)), icv, encr->icv_len);
}

static bool lengths_right(const struct encr_desc *encr, struct bytes key, struct bytes iv)
{
	size_t bits = key.len < encr->salt_len ? 0 : (key.len - encr->salt_len) * 8;

	return bits != 0 && (bits == encr->key_bits[0] || bits == encr->key_bits[1]) &&
	       iv.len == encr->iv_len;
}

enum crypto_status aead_seal(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			     struct bytes aad, uint8_t *text, size_t len, uint8_t *icv)
{
	if (!lengths_right(encr, key, iv))
		return CRYPTO_BAD_INPUT;
	cover(key, iv, text, len);
	seal_icv(encr, key, (struct bytes[]) { iv, aad, bytes_at(text, len) }, icv);
	return CRYPTO_OK;
}

enum crypto_status aead_open(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			     struct bytes aad, uint8_t *text, size_t len, const uint8_t *icv)
{
	uint8_t own[ICV_MAX];

	if (!lengths_right(encr, key, iv))
		return CRYPTO_BAD_INPUT;
	seal_icv(encr, key, (struct bytes[]) { iv, aad, bytes_at(text, len) }, own);
	if (memcmp(own, icv, encr->icv_len) != 0)
		return CRYPTO_BAD_ICV;
	cover(key, iv, text, len);
	return CRYPTO_OK;
}

static enum crypto_status cbc(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			      uint8_t *text, size_t len)
{
	if (!lengths_right(encr, key, iv) || len == 0 || len % encr->block_len != 0)
		return CRYPTO_BAD_INPUT;
	cover(key, iv, text, len);
	return CRYPTO_OK;
}

enum crypto_status cbc_encrypt(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			       uint8_t *text, size_t len)
{
	return cbc(encr, key, iv, text, len);
}

enum crypto_status cbc_decrypt(const struct encr_desc *encr, struct bytes key, struct bytes iv,
			       uint8_t *text, size_t len)
{
	return cbc(encr, key, iv, text, len);
}
