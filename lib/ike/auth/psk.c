/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/auth/psk.h"

#include "ike/sa/int_auth.h"

static bool maced_id(const struct ike_sa *sa, bool initiator, const struct id_payload *id,
		     struct secret *out)
{
	const struct secret *key = initiator ? &sa->keys.pi : &sa->keys.pr;
	struct buffer body = { 0 };
	struct bytes data;
	bool ok;

	id_write(&body, id);
	data = buffer_bytes(&body);
	ok = prf_compute(sa->suite.prf, secret_bytes(key), &data, 1, out) == CRYPTO_OK;
	buffer_done(&body);
	return ok;
}

bool psk_auth(const struct ike_sa *sa, enum psk_signer signer, struct bytes key,
	      const struct id_payload *id, struct secret *out)
{
	bool ours = signer == PSK_OURS;
	bool initiator = ours == (sa->role == ROLE_INITIATOR);
	struct bytes pad = bytes_of_text("Key Pad for IKEv2");
	struct secret padded = { 0 }, id_mac = { 0 };
	struct buffer int_auth = { 0 };
	struct bytes parts[4];
	bool ok;

	if (!maced_id(sa, initiator, id, &id_mac))
		return false;
	parts[0] = buffer_bytes(ours ? &sa->init_own : &sa->init_peer);
	parts[1] = ours ? bytes_at(sa->nonce_peer, sa->nonce_peer_len) : BYTES_OF(sa->nonce_own);
	parts[2] = secret_bytes(&id_mac);
	int_auth_write(sa, &int_auth);
	parts[3] = buffer_bytes(&int_auth);
	ok = prf_compute(sa->suite.prf, key, &pad, 1, &padded) == CRYPTO_OK &&
	     prf_compute(sa->suite.prf, secret_bytes(&padded), parts, 4, out) == CRYPTO_OK;
	buffer_done(&int_auth);
	secret_done(&padded);
	secret_done(&id_mac);
	return ok;
}
