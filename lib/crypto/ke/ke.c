/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/mem.h"
#include "crypto/ke/kinds.h"

void ke_pair_fill(struct ke_pair *out, const struct ke_desc *ke, struct bytes public_value,
		  struct bytes private_value)
{
	out->ke = ke;
	out->public_value = mem_new(public_value.len);
	out->public_len = public_value.len;
	memcpy(out->public_value, public_value.ptr, public_value.len);
	out->private_value = secret_copy(private_value);
}

struct bytes ke_pair_public(const struct ke_pair *pair)
{
	return bytes_at(pair->public_value, pair->public_len);
}

void ke_pair_done(struct ke_pair *pair)
{
	mem_free(pair->public_value);
	secret_done(&pair->private_value);
	*pair = (struct ke_pair) { 0 };
}

static enum crypto_status dh_respond(const struct ke_desc *ke, struct bytes peer,
				     struct ke_pair *out, struct secret *shared)
{
	struct ke_pair pair = { 0 };
	enum crypto_status status = ke_start(ke, &pair);

	if (status == CRYPTO_OK)
		status = ke_finish(&pair, peer, shared);
	if (status == CRYPTO_OK)
		ke_pair_fill(out, ke, ke_pair_public(&pair), (struct bytes) { 0 });
	ke_pair_done(&pair);
	return status;
}

static const struct ke_kind modp = { modp_pair_new, dh_respond, modp_agree };
static const struct ke_kind ecp = { ecp_pair_new, dh_respond, ecp_agree };
static const struct ke_kind x25519 = { x25519_pair_new, dh_respond, x25519_agree };

/* NULL: it is missing. */
static const struct ke_kind *kind_of(const struct ke_desc *ke)
{
	switch (ke->id) {
	case KE_MODP2048:
	case KE_MODP3072:
	case KE_MODP4096:
	case KE_MODP8192:
		return &modp;
	case KE_ECP_256:
	case KE_ECP_384:
	case KE_ECP_521:
		return &ecp;
	case KE_CURVE25519:
		return &x25519;
	case KE_ML_KEM_768:
		return ke_missing(ke) == NULL ? &ke_kind_mlkem : NULL;
	case KE_NONE:
		break;
	}
	return NULL;
}

enum crypto_status ke_start(const struct ke_desc *ke, struct ke_pair *out)
{
	const struct ke_kind *kind = kind_of(ke);

	return kind == NULL ? CRYPTO_FAILED : kind->start(ke, out);
}

enum crypto_status ke_respond(const struct ke_desc *ke, struct bytes initiator_public,
			      struct ke_pair *out, struct secret *shared)
{
	const struct ke_kind *kind = kind_of(ke);

	if (kind == NULL)
		return CRYPTO_FAILED;
	if (initiator_public.len != ke->initiator_len)
		return CRYPTO_BAD_INPUT;
	return kind->respond(ke, initiator_public, out, shared);
}

enum crypto_status ke_finish(const struct ke_pair *pair, struct bytes responder_public,
			     struct secret *out)
{
	if (responder_public.len != pair->ke->responder_len)
		return CRYPTO_BAD_INPUT;
	return kind_of(pair->ke)->finish(pair, responder_public, out);
}
