/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_TAP_TAP_H
#define SIM_TAP_TAP_H

#include "sim/core/sim.h"
#include "wire/message.h"
#include "wire/payloads.h"

/*
 * A datagram, read over its sender's shoulder with the sender's keys. Written anew and not with the
 * engine's own reader, which is what is being tested.
 */
struct tap {
	struct bytes message;           /* borrowed */
	struct ike_header header;
	bool sealed;                    /* has SK or SKF */
	bool opened;                    /* and could be opened; payloads are those inside */
	uint16_t fragment, fragments;   /* of SKF: number and total; 0: none. The last one has the
	                                   payloads of the whole message, the others none. */
	bool aead;
	struct bytes iv;
	struct payloads payloads;
	struct buffer plain;            /* owned */
};

/* false: no IKE message at all. */
MUST_CHECK bool tap_read(struct sim_host *sender, struct bytes message, struct tap *out);
void tap_done(struct tap *tap);

/* The SPI of the IKE SA that the sender, or else the other end, chose. */
uint64_t tap_sender_spi(const struct ike_header *h);
uint64_t tap_receiver_spi(const struct ike_header *h);

/* "CREATE_CHILD_SA request 3 [4f2a..|91c0..] N(REKEY_SA 0x12345678) SA Nonce TSi TSr" */
void tap_print(const struct tap *tap, struct buffer *out);

#endif
