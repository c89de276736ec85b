/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_NAMES_H
#define CRYPTO_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The algorithms that Cygnet has, by their numbers in IANA's IKEv2 registries
 * (RFC 7296 3.3.2 and its updates), with the sizes everybody needs. Only data:
 * what a name does is behind the other headers of this library.
 */
enum encr_id { ENCR_AES_CBC = 12, ENCR_AES_GCM_16 = 20, ENCR_CHACHA20_POLY1305 = 28 };
enum prf_id { PRF_HMAC_SHA2_256 = 5, PRF_HMAC_SHA2_384 = 6, PRF_HMAC_SHA2_512 = 7 };
enum integ_id {
	INTEG_NONE = 0,
	INTEG_HMAC_SHA2_256_128 = 12,
	INTEG_HMAC_SHA2_384_192 = 13,
	INTEG_HMAC_SHA2_512_256 = 14
};
enum ke_id {
	KE_NONE = 0,
	KE_MODP2048 = 14,
	KE_MODP3072 = 15,
	KE_MODP4096 = 16,
	KE_MODP8192 = 18,
	KE_ECP_256 = 19,
	KE_ECP_384 = 20,
	KE_ECP_521 = 21,
	KE_CURVE25519 = 31,
	KE_ML_KEM_768 = 36
};

enum {
	PRF_OUTPUT_MAX = 64,
	ICV_MAX = 32,
	IV_MAX = 16,
	ENCR_KEY_MAX = 36,       /* bytes, salt included */
	KE_PUBLIC_MAX = 1184     /* an encapsulation key of ML-KEM-768 */
};

struct encr_desc {
	enum encr_id id;
	const char *name;        /* AES_GCM_16 */
	bool aead;
	bool has_key_len;        /* a Key Length attribute must be there */
	uint16_t key_bits[2];    /* the lengths that we have; 0: no second */
	uint8_t salt_len;        /* bytes of keymat after the key */
	uint8_t iv_len;          /* on the wire */
	uint8_t block_len;       /* plaintext is padded to a multiple */
	uint8_t icv_len;         /* AEAD only */
	uint64_t max_bytes;      /* under one key, well below the square root of its blocks; 0: any */
	const char *kernel_name; /* as Linux XFRM names it for ESP */
};

struct prf_desc {
	enum prf_id id;
	const char *name;
	uint8_t output_len;      /* and the preferred key length */
};

struct integ_desc {
	enum integ_id id;
	const char *name;        /* HMAC_SHA2_256_128 */
	uint8_t key_len;
	uint8_t icv_len;
	const char *kernel_name; /* hmac(sha256) */
};

struct ke_desc {
	enum ke_id id;
	const char *name;        /* MODP2048, DH19, DH31: as libreswan prints them */
	uint16_t initiator_len;  /* of the KE payload's data in a request */
	uint16_t responder_len;  /* in its answer; Diffie-Hellman has the same */
	uint16_t shared_len;
	uint32_t work;           /* microseconds of one end's part on a core of 2020, for budgets */
};

/* By number; NULL for what we do not have. Tables live for ever. */
const struct encr_desc *encr_find(uint16_t id);
const struct prf_desc *prf_find(uint16_t id);
const struct integ_desc *integ_find(uint16_t id);
const struct ke_desc *ke_find(uint16_t id);

/*
 * NULL, or in a sentence why this one cannot be used: the provider does not have it. What was found
 * by crypto_start(), and before that what was known when this was built.
 */
const char *ke_missing(const struct ke_desc *ke);

/* By name, as ike= and esp= spell it, without regard to case: aes_gcm, aes_gcm_16, aes_gcm_c,
 * aes, aes_cbc, chacha20_poly1305; sha2, sha2_256, sha2_384, sha2_512; dh19, ecp_256, modp2048,
 * x25519, curve25519, mlkem768, ... NULL when unknown. A key length is not part of a name, so look the whole
 * word up before cutting digits off its end: aes_gcm_16 ends in some of its own. `none` and `null`
 * are nobody's names, nor are the numbers *_NONE found: they say that there is no algorithm. */
const struct encr_desc *encr_find_name(const char *name);
const struct prf_desc *prf_find_name(const char *name);
const struct integ_desc *integ_find_name(const char *name);
const struct ke_desc *ke_find_name(const char *name);

/* `bits` is 0 for a cipher without Key Length, and nothing else is right then. */
bool encr_has_key_bits(const struct encr_desc *e, uint16_t bits);
/* Bytes of keymat: key and salt. Asserts that the cipher has these key_bits. */
size_t encr_keymat_len(const struct encr_desc *e, uint16_t key_bits);

#endif
