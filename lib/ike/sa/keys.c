/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the IKE SA and of Child SAs: RFC 7296 2.13, 2.14, 2.17. */

#include <assert.h>
#include <string.h>

#include "ike/sa/child_sa.h"
#include "ike/sa/world.h"

static struct bytes cut(struct bytes *from, size_t len)
{
	struct bytes part = { from->ptr, len };

	assert(len <= from->len);
	from->ptr += len;
	from->len -= len;
	return part;
}

static struct bytes nonce_own(const struct ike_sa *sa)
{
	return BYTES_OF(sa->nonce_own);
}

static struct bytes nonce_peer(const struct ike_sa *sa)
{
	return bytes_at(sa->nonce_peer, sa->nonce_peer_len);
}

/* Ni | Nr | SPIi | SPIr, as big-endian bytes. */
static void seed_parts(const struct ike_sa *sa, uint8_t spis[16], struct bytes parts[3])
{
	bool initiator = sa->role == ROLE_INITIATOR;

	for (int i = 0; i < 8; i++) {
		spis[i] = (uint8_t)(sa->spi_i >> (56 - 8 * i));
		spis[8 + i] = (uint8_t)(sa->spi_r >> (56 - 8 * i));
	}
	parts[0] = initiator ? nonce_own(sa) : nonce_peer(sa);
	parts[1] = initiator ? nonce_peer(sa) : nonce_own(sa);
	parts[2] = bytes_at(spis, 16);
}

static bool skeyseed(const struct ike_sa *sa, const struct bytes parts[2], struct bytes shared,
		     struct secret *out)
{
	struct secret key = secret_new(parts[0].len + parts[1].len);
	bool ok;

	memcpy(key.ptr, parts[0].ptr, parts[0].len);
	memcpy(key.ptr + parts[0].len, parts[1].ptr, parts[1].len);
	ok = prf_compute(sa->suite.prf, secret_bytes(&key), &shared, 1, out) == CRYPTO_OK;
	secret_done(&key);
	return ok;
}

/* All SK_* from SKEYSEED in one pass; *out is empty before. */
static bool expand(const struct ike_sa *sa, const struct bytes parts[3], struct bytes seed,
		   struct ike_keys *out)
{
	const struct suite *s = &sa->suite;
	size_t prf = s->prf->output_len;
	size_t integ = s->integ == NULL ? 0 : s->integ->key_len;
	size_t encr = encr_keymat_len(s->encr, s->encr_key_bits);
	struct secret all = { 0 };
	struct bytes left;

	if (prf_plus(s->prf, seed, parts, 3, 3 * prf + 2 * integ + 2 * encr, &all) != CRYPTO_OK)
		return false;
	left = secret_bytes(&all);
	out->d = secret_copy(cut(&left, prf));
	out->ai = secret_copy(cut(&left, integ));
	out->ar = secret_copy(cut(&left, integ));
	out->ei = secret_copy(cut(&left, encr));
	out->er = secret_copy(cut(&left, encr));
	out->pi = secret_copy(cut(&left, prf));
	out->pr = secret_copy(cut(&left, prf));
	secret_done(&all);
	return true;
}

bool ike_sa_derive(struct ike_sa *sa, struct bytes shared)
{
	struct secret seed = { 0 };
	struct bytes parts[3];
	uint8_t spis[16];
	bool ok;

	seed_parts(sa, spis, parts);
	ok = skeyseed(sa, parts, shared, &seed) && expand(sa, parts, secret_bytes(&seed), &sa->keys);
	secret_done(&seed);
	return ok;
}

/* prf of the old one: prf(SK_d (old), g^ir (new) | Ni | Nr), and with RFC 9370 all further secrets. */
static bool derive_from(const struct ike_sa *old, const struct ike_sa *sa, struct bytes shared,
			struct bytes more, struct ike_keys *out)
{
	struct secret seed = { 0 };
	struct bytes parts[3], seed_of[4];
	uint8_t spis[16];
	bool ok;

	seed_parts(sa, spis, parts);
	seed_of[0] = shared;
	seed_of[1] = parts[0];
	seed_of[2] = parts[1];
	seed_of[3] = more;
	ok = prf_compute(old->suite.prf, secret_bytes(&old->keys.d), seed_of, 4, &seed) ==
		     CRYPTO_OK &&
	     expand(sa, parts, secret_bytes(&seed), out);
	secret_done(&seed);
	return ok;
}

bool ike_sa_derive_successor(const struct ike_sa *old, struct ike_sa *sa,
			     const struct ke_secrets *ke)
{
	return derive_from(old, sa, secret_bytes(&ke->first), secret_bytes(&ke->more), &sa->keys);
}

/* RFC 9370 2.2.2: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr). */
bool ike_sa_derive_more(struct ike_sa *sa, struct bytes shared, uint32_t from)
{
	struct ike_keys keys = { 0 };

	if (!derive_from(sa, sa, shared, (struct bytes) { 0 }, &keys))
		return false;
	ike_keys_done(&sa->old_keys);
	sa->old_keys = sa->keys;
	sa->keys = keys;
	sa->keys_from = from;
	return true;
}

const struct ike_keys *ike_sa_keys_of(const struct ike_sa *sa, uint32_t message_id)
{
	return sa->old_keys.d.len > 0 && message_id < sa->keys_from ? &sa->old_keys : &sa->keys;
}

/* prf+ (PPK, SK_x') */
static bool mix(const struct prf_desc *prf, struct bytes ppk, const struct secret *key,
		struct secret *out)
{
	struct bytes seed = secret_bytes(key);

	return prf_plus(prf, ppk, &seed, 1, key->len, out) == CRYPTO_OK;
}

static void exchange(struct secret *a, struct secret *b)
{
	struct secret held = *a;

	*a = *b;
	*b = held;
}

static void exchange_mixed(struct ike_keys *a, struct ike_keys *b)
{
	exchange(&a->d, &b->d);
	exchange(&a->pi, &b->pi);
	exchange(&a->pr, &b->pr);
}

bool ike_sa_mix_ppk(struct ike_sa *sa, struct bytes ppk, struct ike_keys *before)
{
	const struct prf_desc *prf = sa->suite.prf;
	struct ike_keys mixed = { 0 };
	bool ok = mix(prf, ppk, &sa->keys.d, &mixed.d) && mix(prf, ppk, &sa->keys.pi, &mixed.pi) &&
		  mix(prf, ppk, &sa->keys.pr, &mixed.pr);

	if (ok) {
		exchange_mixed(&sa->keys, &mixed);
		if (before != NULL)
			exchange_mixed(before, &mixed);
	}
	ike_keys_done(&mixed);
	return ok;
}

void ike_sa_unmix_ppk(struct ike_sa *sa, struct ike_keys *before)
{
	exchange_mixed(&sa->keys, before);
	ike_keys_done(before);
}

bool child_sa_derive(const struct ike_sa *sa, struct child_sa *child, struct bytes nonce_i,
		     struct bytes nonce_r, const struct ke_secrets *ke)
{
	size_t encr = encr_keymat_len(child->suite.encr, child->suite.encr_key_bits);
	size_t integ = child->suite.integ == NULL ? 0 : child->suite.integ->key_len;
	struct bytes first = ke == NULL ? (struct bytes) { 0 } : secret_bytes(&ke->first);
	struct bytes more = ke == NULL ? (struct bytes) { 0 } : secret_bytes(&ke->more);
	struct bytes parts[4] = { first, nonce_i, nonce_r, more };
	bool initiator = child->role == ROLE_INITIATOR;
	struct secret all = { 0 };
	struct bytes left, encr_i, integ_i, encr_r, integ_r;

	if (prf_plus(sa->suite.prf, secret_bytes(&sa->keys.d), parts, 4, 2 * (encr + integ),
		     &all) != CRYPTO_OK)
		return false;
	left = secret_bytes(&all);
	encr_i = cut(&left, encr);
	integ_i = cut(&left, integ);
	encr_r = cut(&left, encr);
	integ_r = cut(&left, integ);
	child->key_out = secret_copy(initiator ? encr_i : encr_r);
	child->integ_out = secret_copy(initiator ? integ_i : integ_r);
	child->key_in = secret_copy(initiator ? encr_r : encr_i);
	child->integ_in = secret_copy(initiator ? integ_r : integ_i);
	secret_done(&all);
	return true;
}
