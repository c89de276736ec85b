/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_AUTH_PSK_H
#define IKE_AUTH_PSK_H

#include "ike/sa/ike_sa.h"
#include "wire/payloads.h"

/*
 * AUTH with a shared key (RFC 7296 2.15):
 * prf(prf(key, "Key Pad for IKEv2"), message | nonce | prf(SK_p, id) [| IntAuth]).
 */
enum psk_signer { PSK_OURS, PSK_THEIRS };

/* The AUTH value of one side over its own first message, the other's nonce and its ID payload. */
MUST_CHECK bool psk_auth(const struct ike_sa *sa, enum psk_signer signer, struct bytes key,
			 const struct id_payload *id, struct secret *out);

#endif
