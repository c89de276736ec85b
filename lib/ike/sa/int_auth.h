/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_INT_AUTH_H
#define IKE_SA_INT_AUTH_H

#include "ike/sa/ike_sa.h"
#include "ike/sa/protect.h"
#include "wire/message.h"

/*
 * What IKE_AUTH proves of the IKE_INTERMEDIATE messages before it (RFC 9242 3.3.2): for each end a
 * chain over the plain text of its messages, as if each had come in one piece. Each is added with
 * the keys that protected it, so before those are replaced.
 */

/* One of the peer's. `sk_flags` is the second byte of its SK payload's header (or of its first
 * fragment's); `inner` has the type of the first payload and then the payloads. */
MUST_CHECK bool int_auth_add_peers(struct ike_sa *sa, const struct ike_header *header,
				   uint8_t sk_flags, struct bytes inner);
/* One of ours, that is about to be sealed. */
MUST_CHECK bool int_auth_add_own(struct ike_sa *sa, bool response, uint32_t message_id,
				 const struct inner *inner);

/* The message id of IKE_AUTH. */
uint32_t int_auth_auth_id(const struct ike_sa *sa);

/* IntAuth, which is signed; empty where there was no IKE_INTERMEDIATE. */
void int_auth_write(const struct ike_sa *sa, struct buffer *out);

#endif
