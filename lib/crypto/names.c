/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/names.h"

#include <assert.h>

#include "base/must_check.h"
#include "base/text.h"

/* The rows beside each description are what users type; the first is the description's own name. */
enum { SPELLINGS_MAX = 8 };

struct encr_row {
	struct encr_desc desc;
	const char *spellings[SPELLINGS_MAX];
};

struct prf_row {
	struct prf_desc desc;
	const char *spellings[SPELLINGS_MAX];
};

struct integ_row {
	struct integ_desc desc;
	const char *spellings[SPELLINGS_MAX];
};

struct ke_row {
	struct ke_desc desc;
	const char *spellings[SPELLINGS_MAX];
};

/* 2^48 blocks of 128 bits: two of them are alike with a chance of 2^-33. */
#define AES_MAX_BYTES (UINT64_C(1) << 52)

static const struct encr_row encr_rows[] = {
	{ { .id = ENCR_AES_GCM_16, .name = "AES_GCM_16", .aead = true, .has_key_len = true,
	    .key_bits = { 128, 256 }, .salt_len = 4, .iv_len = 8, .block_len = 1, .icv_len = 16,
	    .max_bytes = AES_MAX_BYTES, .kernel_name = "rfc4106(gcm(aes))" },
	  { "aes_gcm_16", "aes_gcm", "aes_gcm_c", "aes_gcm16" } },
	{ { .id = ENCR_AES_CBC, .name = "AES_CBC", .aead = false, .has_key_len = true,
	    .key_bits = { 128, 256 }, .salt_len = 0, .iv_len = 16, .block_len = 16, .icv_len = 0,
	    .max_bytes = AES_MAX_BYTES, .kernel_name = "cbc(aes)" },
	  { "aes_cbc", "aes" } },
	/* RFC 7634 3: no Key Length attribute, the key always has 256 bits. */
	{ { .id = ENCR_CHACHA20_POLY1305, .name = "CHACHA20_POLY1305", .aead = true,
	    .has_key_len = false, .key_bits = { 256, 0 }, .salt_len = 4, .iv_len = 8,
	    .block_len = 1, .icv_len = 16, .kernel_name = "rfc7539esp(chacha20,poly1305)" },
	  { "chacha20_poly1305", "chacha20poly1305" } },
};

static const struct prf_row prf_rows[] = {
	{ { .id = PRF_HMAC_SHA2_256, .name = "HMAC_SHA2_256", .output_len = 32 },
	  { "hmac_sha2_256", "sha2_256", "sha2", "sha256", "prf_hmac_sha2_256" } },
	{ { .id = PRF_HMAC_SHA2_384, .name = "HMAC_SHA2_384", .output_len = 48 },
	  { "hmac_sha2_384", "sha2_384", "sha384", "prf_hmac_sha2_384" } },
	{ { .id = PRF_HMAC_SHA2_512, .name = "HMAC_SHA2_512", .output_len = 64 },
	  { "hmac_sha2_512", "sha2_512", "sha512", "prf_hmac_sha2_512" } },
};

static const struct integ_row integ_rows[] = {
	{ { .id = INTEG_HMAC_SHA2_256_128, .name = "HMAC_SHA2_256_128", .key_len = 32,
	    .icv_len = 16, .kernel_name = "hmac(sha256)" },
	  { "hmac_sha2_256_128", "hmac_sha2_256", "sha2_256_128", "sha2_256", "sha2", "sha256" } },
	{ { .id = INTEG_HMAC_SHA2_384_192, .name = "HMAC_SHA2_384_192", .key_len = 48,
	    .icv_len = 24, .kernel_name = "hmac(sha384)" },
	  { "hmac_sha2_384_192", "hmac_sha2_384", "sha2_384_192", "sha2_384", "sha384" } },
	{ { .id = INTEG_HMAC_SHA2_512_256, .name = "HMAC_SHA2_512_256", .key_len = 64,
	    .icv_len = 32, .kernel_name = "hmac(sha512)" },
	  { "hmac_sha2_512_256", "hmac_sha2_512", "sha2_512_256", "sha2_512", "sha512" } },
};

/* Both ends' values have one length. */
#define DH_LENGTHS(value, shared) \
	.initiator_len = (value), .responder_len = (value), .shared_len = (shared)

static const struct ke_row ke_rows[] = {
	{ { .id = KE_MODP2048, .name = "MODP2048", DH_LENGTHS(256, 256),
	    .work = 1500 },
	  { "modp2048", "dh14" } },
	{ { .id = KE_MODP3072, .name = "MODP3072", DH_LENGTHS(384, 384),
	    .work = 4500 },
	  { "modp3072", "dh15" } },
	{ { .id = KE_MODP4096, .name = "MODP4096", DH_LENGTHS(512, 512),
	    .work = 8000 },
	  { "modp4096", "dh16" } },
	{ { .id = KE_MODP8192, .name = "MODP8192", DH_LENGTHS(1024, 1024),
	    .work = 36000 },
	  { "modp8192", "dh18" } },
	{ { .id = KE_ECP_256, .name = "DH19", DH_LENGTHS(64, 32),
	    .work = 2000 },
	  { "dh19", "ecp_256", "ecp256" } },
	{ { .id = KE_ECP_384, .name = "DH20", DH_LENGTHS(96, 48),
	    .work = 5500 },
	  { "dh20", "ecp_384", "ecp384" } },
	{ { .id = KE_ECP_521, .name = "DH21", DH_LENGTHS(132, 66),
	    .work = 3000 },
	  { "dh21", "ecp_521", "ecp521" } },
	{ { .id = KE_CURVE25519, .name = "DH31", DH_LENGTHS(32, 32),
	    .work = 100 },
	  { "dh31", "curve25519", "x25519" } },
	{ { .id = KE_ML_KEM_768, .name = "ML_KEM_768", .initiator_len = 1184,
	    .responder_len = 1088, .shared_len = 32, .work = 150 },
	  { "ml_kem_768", "mlkem768", "ml_kem768" } },
};

static bool spellings_have(const char *const *spellings, const char *name)
{
	for (size_t i = 0; i < SPELLINGS_MAX && spellings[i] != NULL; i++) {
		if (text_equal_nocase(spellings[i], name))
			return true;
	}
	return false;
}

const struct encr_desc *encr_find(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(encr_rows); i++) {
		if (encr_rows[i].desc.id == id)
			return &encr_rows[i].desc;
	}
	return NULL;
}

const struct prf_desc *prf_find(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(prf_rows); i++) {
		if (prf_rows[i].desc.id == id)
			return &prf_rows[i].desc;
	}
	return NULL;
}

const struct integ_desc *integ_find(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(integ_rows); i++) {
		if (integ_rows[i].desc.id == id)
			return &integ_rows[i].desc;
	}
	return NULL;
}

const struct ke_desc *ke_find(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(ke_rows); i++) {
		if (ke_rows[i].desc.id == id)
			return &ke_rows[i].desc;
	}
	return NULL;
}

const struct encr_desc *encr_find_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(encr_rows); i++) {
		if (spellings_have(encr_rows[i].spellings, name))
			return &encr_rows[i].desc;
	}
	return NULL;
}

const struct prf_desc *prf_find_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(prf_rows); i++) {
		if (spellings_have(prf_rows[i].spellings, name))
			return &prf_rows[i].desc;
	}
	return NULL;
}

const struct integ_desc *integ_find_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(integ_rows); i++) {
		if (spellings_have(integ_rows[i].spellings, name))
			return &integ_rows[i].desc;
	}
	return NULL;
}

const struct ke_desc *ke_find_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ke_rows); i++) {
		if (spellings_have(ke_rows[i].spellings, name))
			return &ke_rows[i].desc;
	}
	return NULL;
}

bool encr_has_key_bits(const struct encr_desc *e, uint16_t bits)
{
	if (!e->has_key_len)
		return bits == 0;
	return bits != 0 && (bits == e->key_bits[0] || bits == e->key_bits[1]);
}

size_t encr_keymat_len(const struct encr_desc *e, uint16_t key_bits)
{
	assert(encr_has_key_bits(e, key_bits));
	return (e->has_key_len ? key_bits : e->key_bits[0]) / 8u + e->salt_len;
}
