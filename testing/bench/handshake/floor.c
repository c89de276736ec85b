/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "floor.h"

#include <keyhi.h>
#include <pk11pub.h>
#include <secoid.h>
#include <string.h>

#include "common/bench.h"

const char *const floor_way_names[FLOOR_WAYS] = { "lib/crypto", "NSS's generator", "PKCS #8" };

enum { X25519_LEN = 32 };

/* --- ours --- */

static void ours_once(const struct ke_desc *ke, const struct ke_pair *peer, struct secret *out)
{
	struct ke_pair pair = { 0 };

	bench_must(ke_start(ke, &pair) == CRYPTO_OK &&
		   ke_finish(&pair, ke_pair_public(peer), out) == CRYPTO_OK,
		   "no key agreement");
	ke_pair_done(&pair);
}

static double ours(const struct ke_desc *ke, unsigned rounds)
{
	struct ke_pair peer = { 0 };
	double since;

	bench_must(ke_start(ke, &peer) == CRYPTO_OK, "no key pair");
	since = bench_thread_cpu();
	for (unsigned i = 0; i < rounds; i++) {
		struct secret shared = { 0 };

		ours_once(ke, &peer, &shared);
		secret_done(&shared);
	}
	since = (bench_thread_cpu() - since) / rounds;
	ke_pair_done(&peer);
	return since;
}

/* --- NSS --- */

/* Tag, length, OID. */
static SECItem curve_params(enum ke_id id, uint8_t der[16])
{
	SECOidTag tag = id == KE_CURVE25519 ? SEC_OID_CURVE25519 : SEC_OID_SECG_EC_SECP256R1;
	const SECOidData *oid = SECOID_FindOIDByTag(tag);

	bench_must(oid != NULL && oid->oid.len <= 14, "no such curve");
	der[0] = 6;
	der[1] = (uint8_t)oid->oid.len;
	memcpy(der + 2, oid->oid.data, oid->oid.len);
	return (SECItem) { siBuffer, der, 2 + oid->oid.len };
}

static SECKEYPrivateKey *generate(SECItem *params, SECKEYPublicKey **public_key)
{
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECKEYPrivateKey *key = PK11_GenerateKeyPairWithOpFlags(
		slot, CKM_EC_KEY_PAIR_GEN, params, public_key,
		PK11_ATTR_SESSION | PK11_ATTR_INSENSITIVE | PK11_ATTR_PUBLIC, CKF_DERIVE,
		CKF_DERIVE, NULL);

	PK11_FreeSlot(slot);
	bench_must(key != NULL, "no key pair");
	return key;
}

static PK11SymKey *derive(SECKEYPrivateKey *key, SECKEYPublicKey *peer)
{
	PK11SymKey *shared = PK11_PubDeriveWithKDF(key, peer, PR_FALSE, NULL, NULL,
						   CKM_ECDH1_DERIVE, CKM_CONCATENATE_DATA_AND_BASE,
						   CKA_DERIVE, 0, CKD_NULL, NULL, NULL);

	bench_must(shared != NULL && PK11_ExtractKeyValue(shared) == SECSuccess, "no agreement");
	return shared;
}

static double nss(const struct ke_desc *ke, unsigned rounds)
{
	uint8_t der[16];
	SECItem params = curve_params(ke->id, der);
	SECKEYPublicKey *peer, *own;
	SECKEYPrivateKey *peer_key = generate(&params, &peer), *key;
	double since = bench_thread_cpu();

	for (unsigned i = 0; i < rounds; i++) {
		key = generate(&params, &own);
		PK11_FreeSymKey(derive(key, peer));
		SECKEY_DestroyPublicKey(own);
		SECKEY_DestroyPrivateKey(key);
	}
	since = (bench_thread_cpu() - since) / rounds;
	SECKEY_DestroyPublicKey(peer);
	SECKEY_DestroyPrivateKey(peer_key);
	return since;
}

/* --- PKCS #8 --- */

static uint8_t base_point[X25519_LEN] = { 9 };

/*
 * PrivateKeyInfo { 0, { id-ecPublicKey, curve }, OCTET STRING { ECPrivateKey { 1, scalar,
 * [1] public } } }. NSS wants a public value and does not compare it.
 */
static SECKEYPrivateKey *import(const SECItem *params, const uint8_t scalar[X25519_LEN])
{
	static const uint8_t version_and_type[] = { 2, 1, 0, 0x30, 0, 6, 7,
						    0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
	static const uint8_t until_scalar[] = { 4, 76, 0x30, 74, 2, 1, 1, 4, X25519_LEN };
	static const uint8_t until_public[] = { 0xa1, 35, 3, 33, 0 };
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECKEYPrivateKey *key = NULL;
	uint8_t der[160], *p = der + 2;
	SECItem item = { siBuffer, der, 0 };

	memcpy(p, version_and_type, sizeof(version_and_type));
	p[4] = (uint8_t)(9 + params->len);
	p += sizeof(version_and_type);
	memcpy(p, params->data, params->len);
	p += params->len;
	memcpy(p, until_scalar, sizeof(until_scalar));
	p += sizeof(until_scalar);
	memcpy(p, scalar, X25519_LEN);
	p += X25519_LEN;
	memcpy(p, until_public, sizeof(until_public));
	p += sizeof(until_public);
	memcpy(p, base_point, X25519_LEN);
	p += X25519_LEN;
	der[0] = 0x30;
	der[1] = (uint8_t)(p - der - 2);
	item.len = (unsigned)(p - der);
	bench_must(PK11_ImportDERPrivateKeyInfoAndReturnKey(slot, &item, NULL, NULL, PR_FALSE,
							    PR_FALSE, KU_KEY_AGREEMENT, &key,
							    NULL) == SECSuccess,
		   "no import of PKCS #8");
	PK11_FreeSlot(slot);
	return key;
}

static SECKEYPublicKey public_of(const SECItem *params, uint8_t value[X25519_LEN])
{
	return (SECKEYPublicKey) {
		.keyType = ecKey,
		.u.ec.DEREncodedParams = *params,
		.u.ec.publicValue = { siBuffer, value, X25519_LEN },
		.u.ec.encoding = ECPoint_Undefined,
	};
}

/* The scalar's public value, and what it agrees on with the peer. */
static void pkcs8_once(const SECItem *params, const uint8_t scalar[X25519_LEN],
		       uint8_t peer_value[X25519_LEN], uint8_t own[X25519_LEN],
		       uint8_t shared[X25519_LEN])
{
	SECKEYPublicKey base = public_of(params, base_point), peer = public_of(params, peer_value);
	SECKEYPrivateKey *key = import(params, scalar);
	PK11SymKey *value = derive(key, &base), *secret = derive(key, &peer);

	memcpy(own, PK11_GetKeyData(value)->data, X25519_LEN);
	memcpy(shared, PK11_GetKeyData(secret)->data, X25519_LEN);
	PK11_FreeSymKey(value);
	PK11_FreeSymKey(secret);
	SECKEY_DestroyPrivateKey(key);
}

static double pkcs8(const struct ke_desc *ke, unsigned rounds)
{
	uint8_t der[16], scalar[X25519_LEN], own[X25519_LEN], shared[X25519_LEN];
	SECItem params = curve_params(ke->id, der);
	struct ke_pair peer = { 0 };
	struct secret theirs = { 0 };
	double since;

	bench_must(ke_start(ke, &peer) == CRYPTO_OK, "no key pair");
	since = bench_thread_cpu();
	for (unsigned i = 0; i < rounds; i++) {
		crypto_random(scalar, sizeof(scalar));
		pkcs8_once(&params, scalar, peer.public_value, own, shared);
	}
	since = (bench_thread_cpu() - since) / rounds;
	bench_must(ke_finish(&peer, BYTES_OF(own), &theirs) == CRYPTO_OK &&
		   bytes_equal(secret_bytes(&theirs), BYTES_OF(shared)),
		   "both ends agree on different secrets");
	secret_done(&theirs);
	ke_pair_done(&peer);
	return since;
}

bool floor_measure(enum floor_way way, const struct ke_desc *ke, unsigned rounds, double *out)
{
	if (way == FLOOR_NSS && ke->id != KE_CURVE25519 && ke->id != KE_ECP_256)
		return false;
	if (way == FLOOR_PKCS8 && ke->id != KE_CURVE25519)
		return false;
	*out = way == FLOOR_OURS ? ours(ke, rounds)
	       : way == FLOOR_NSS ? nss(ke, rounds)
				  : pkcs8(ke, rounds);
	return true;
}
