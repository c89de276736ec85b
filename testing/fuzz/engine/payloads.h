/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_ENGINE_PAYLOADS_H
#define FUZZ_ENGINE_PAYLOADS_H

#include "base/reader.h"
#include "ike/sa/protect.h"

/*
 * Payloads as the input describes them, appended to `inner`: each is one byte of kind, and either a
 * ready one of the kinds below, with up to three of its bytes changed, or type, length and body as
 * the input has them. Ready ones speak of the SAs of `of`, the receiver's IKE SA.
 */
enum payload_kind {
	READY_SA,          /* for a Child SA; the next byte: with what, and the SPI */
	READY_SA_IKE,      /* for an IKE SA; likewise */
	READY_KE,          /* the next byte: a good one, or in which way it is not */
	READY_NONCE,
	READY_TSI,         /* the next byte: the Child SA's, a part, another connection's, all */
	READY_TSR,
	READY_DELETE,      /* of one Child SA; the next byte says which */
	READY_DELETE_ALL,  /* of all Child SAs */
	READY_DELETE_IKE,
	READY_REKEY,       /* REKEY_SA of one Child SA; the next byte says which */
	READY_ERROR,       /* an error notify: the next byte says which */
	READY_STATUS,      /* a status notify without data: the next byte says which */
	READY_CLONE,       /* SA_RESOURCE_INFO */
	READY_LINK,        /* what IKE_FOLLOWUP_KE has to name now */
	READY_IDI,
	READY_IDR,
	READY_AUTH,
	READY_VENDOR_ID,
	READY_KINDS
};

void payloads_from_input(struct reader *input, const struct ike_sa *of, struct inner *inner);

/* Has this ready kind a "next byte"? */
bool payload_takes_byte(uint8_t kind);

/* Changes as many bytes of `out` as the input says, beginning with the byte `from`. */
void bytes_change(struct reader *input, struct buffer *out, size_t from);

#endif
