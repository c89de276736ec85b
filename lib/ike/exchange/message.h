/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_MESSAGE_H
#define IKE_EXCHANGE_MESSAGE_H

#include "base/must_check.h"
#include "ike/conn/proposals.h"
#include "ike/engine.h"
#include "ike/sa/mobike.h"
#include "wire/message.h"
#include "wire/payloads.h"

enum { NAT_SOURCES_MAX = 16, NOTIFIES_MAX = 64 };

/* What RFC 4555 has in notifies. */
struct mobike_notes {
	bool supported, update, no_additional, has_cookie2, has_no_nats;
	bool malformed;
	struct bytes cookie2, no_nats;
	struct address additional[PEER_ADDRESSES_MAX]; /* further ones are not taken */
	size_t additional_count;
};

/*
 * A received message, read once: its payloads (those inside SK where there is one) and what its
 * notifies say. Views into the datagram or its decrypted copy; lives for one call.
 */
struct message {
	struct ike_header header;
	struct endpoint local, remote;
	struct bytes datagram;
	struct payloads payloads;
	struct bytes inner;           /* of SK: the type of the first payload, then the payloads */
	uint8_t sk_flags;             /* of SK's header, or of that of its first fragment */
	bool sk_alone;                /* nothing stood before it */

	uint16_t error;               /* the first error notify; 0: none */
	struct bytes error_data;
	bool has_cookie, has_resource_info, use_transport, has_rekey, has_nat;
	bool has_fragmentation, has_childless, has_initial_contact;
	struct bytes cookie, resource_info, nat_destination;
	struct bytes nat_sources[NAT_SOURCES_MAX];
	size_t nat_source_count;
	struct bytes addke_link;      /* ADDITIONAL_KEY_EXCHANGE; empty: none */
	bool intermediate;            /* INTERMEDIATE_EXCHANGE_SUPPORTED */
	bool use_ppk, has_ppk_identity, has_no_ppk_auth; /* RFC 8784 */
	struct bytes ppk_identity, no_ppk_auth;
	struct mobike_notes mobike;
	uint32_t rekey_spi;           /* REKEY_SA: the peer's inbound SPI, of ESP; 0: not one */
	uint32_t window;              /* SET_WINDOW_SIZE; 0: none */
	bool peer_is_cygnet;          /* its Vendor ID was there */
	uint8_t unknown_critical;     /* type of a critical payload that we do not know; 0: none */
};

/* Fills in what follows the payloads. WIRE_OK, or why the message is malformed. */
MUST_CHECK enum wire_status message_digest(struct message *m);

/* Which payload types are there: bit t - PAYLOAD_SA for each known one. */
#define PAYLOAD_BIT(type) (1U << ((type) - PAYLOAD_SA))
uint32_t message_payload_bits(const struct message *m);

/* True for more than one payload of a type of which there must be one at most. */
bool message_has_duplicates(const struct message *m);

/*
 * RFC 7296 1.2, 1.3: the group that an INVALID_KE_PAYLOAD asks for, if we offered it and it is not
 * the one that we sent. NULL: the message asks for none.
 */
const struct ke_desc *message_wanted_ke(const struct message *m, const struct offer *offer,
					const struct ke_desc *sent);

/* The body of the only payload of that type; empty when it is not there. */
struct bytes message_body(const struct message *m, uint8_t type);

/* The value in the KE payload. False: there is none, or it is not one by this method from this end
 * of the exchange. */
MUST_CHECK bool message_take_ke(const struct message *m, const struct ke_desc *ke,
				enum sa_role sender, struct bytes *out);

/* Ours: tells another Cygnet what may be relied on (design: proof of clones). */
extern const uint8_t vendor_id_cygnet[16];

#endif
