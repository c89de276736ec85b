/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_PROTECT_H
#define IKE_SA_PROTECT_H

#include "ike/sa/ike_sa.h"
#include "wire/message.h"
#include "wire/payloads.h"

/* What goes inside an SK payload, while it is being written. */
struct inner {
	struct buffer chain; /* the first byte is the type of the first payload */
	struct payload_writer writer;
};

void inner_start(struct inner *inner);
void inner_restart(struct inner *inner); /* what was written is forgotten */
void inner_done(struct inner *inner); /* wipes */
void inner_notify(struct inner *inner, uint16_t type, struct bytes data);

/* The header of a message of ours. */
struct ike_header ike_sa_header(const struct ike_sa *sa, uint8_t exchange, bool response,
				uint32_t message_id);

/*
 * The longest IP packets that are sent where fragment-size= does not say otherwise (RFC 7383 2.5.1).
 */
enum { FRAGMENT_SIZE_IPV4 = 576, FRAGMENT_SIZE_IPV6 = 1280 };

/*
 * A protected message (RFC 7296 3.14, RFC 5282) into `out`, replacing what was there; where it is
 * too long for a peer that takes fragments, those, one after the other (RFC 7383 2.5). false: the
 * provider failed.
 */
MUST_CHECK bool ike_seal(struct world *w, struct ike_sa *sa, uint8_t exchange, bool response,
			 uint32_t message_id, const struct inner *inner, struct buffer *out);

/*
 * Opens the SK or SKF payload `sk` of `datagram`. Into `plain`: as inner.chain, the first payload's type,
 * then the chain. CRYPTO_BAD_INPUT: too short or wrongly padded; CRYPTO_BAD_ICV: not authentic.
 */
MUST_CHECK enum crypto_status ike_open(const struct ike_sa *sa, struct bytes datagram,
				       const struct payload *sk, uint8_t first,
				       struct buffer *plain);

#endif
