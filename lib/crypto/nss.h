/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CRYPTO_NSS_H
#define CRYPTO_NSS_H

#include <keyhi.h>
#include <pk11pub.h>

#include "crypto/crypto.h"

/*
 * What the files of this library share about NSS. Objects of NSS live only
 * within one call: many of them alive make each of them slow.
 */

/* NSS's view of bytes. NSS does not write to items that it is given, const or not. */
SECItem nss_item(struct bytes b);

/* For NSS's lengths. Only messages and keys come here: asserts that they are below 2^31. */
int nss_len(size_t len);

/* A key object for one mechanism and one use (CKA_...); NULL when NSS refuses. */
PK11SymKey *nss_key_import(CK_MECHANISM_TYPE mechanism, CK_ATTRIBUTE_TYPE use, struct bytes key);

/*
 * A private key for key agreement, made of its PKCS #11 attributes. Done is needed after an init
 * that gave true; false: NSS refuses.
 */
struct nss_private_key {
	PK11GenericObject *object; /* owns */
	SECKEYPrivateKey key;      /* refers to it */
};

enum { NSS_ATTRIBUTES_MAX = 3 };
MUST_CHECK bool nss_private_key_init(struct nss_private_key *k, KeyType type, CK_KEY_TYPE pkcs11,
				     const CK_ATTRIBUTE *attributes, size_t count);
void nss_private_key_done(struct nss_private_key *k);

/* `value` is not written to. */
CK_ATTRIBUTE nss_attribute(CK_ATTRIBUTE_TYPE type, struct bytes value);

/* A pair made by NSS, of a kind that `parameter` tells; NULL when it refuses. `use` (CKF_...): what
 * the mechanism does not stand for already. */
SECKEYPrivateKey *nss_pair_generate(CK_MECHANISM_TYPE mechanism, void *parameter, CK_FLAGS use,
				    SECKEYPublicKey **public_key);
/* The value of such a key, or a shared secret: `len` bytes, zeros in front when NSS has fewer. */
MUST_CHECK enum crypto_status nss_private_value(SECKEYPrivateKey *key, size_t len,
						struct secret *out);
MUST_CHECK enum crypto_status nss_secret_extract(PK11SymKey *key, size_t len, struct secret *out);

/* NSS has refused a peer's value: why, by the error that it has set. */
enum crypto_status nss_refusal(void);

/*
 * Diffie-Hellman, any kind: `len` bytes of secret, zeros in front when NSS gives fewer.
 * CRYPTO_BAD_INPUT: NSS does not accept the peer's value.
 */
MUST_CHECK enum crypto_status nss_agree(SECKEYPrivateKey *own, SECKEYPublicKey *peer,
					CK_MECHANISM_TYPE mechanism, size_t len,
					struct secret *out);

#endif
