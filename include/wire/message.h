/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "base/buffer.h"
#include "base/reader.h"
#include "wire/ikev2.h"

/* IKE header, RFC 7296 section 3.1. */
struct ike_header {
	uint64_t spi_i, spi_r;
	uint8_t next_payload;
	uint8_t version;     /* major in the high nibble */
	uint8_t exchange;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;     /* of the whole message, header included */
};

/* One payload of a message; the body is what follows the generic header. */
struct payload {
	uint8_t type;
	bool critical;
	uint8_t flags;       /* the header's second byte: the critical bit and RESERVED */
	struct bytes body;
};

struct payloads {
	struct payload list[PAYLOADS_MAX];
	size_t count;
	uint8_t sk_next;  /* the first payload inside, where the last one here is SK or SKF */
};

/*
 * Reads the header; `datagram` starts at it (a non-ESP marker is already gone).
 * WIRE_TRUNCATED: fewer than 28 bytes. WIRE_BAD_VALUE: the length field is not the
 * datagram's length, or SPIi is 0. The version is not judged.
 */
MUST_CHECK enum wire_status ike_header_read(struct bytes datagram, struct ike_header *out);

/* Writes the header with length 0; message_finish() fills that in. */
void ike_header_write(struct buffer *out, const struct ike_header *header);

/*
 * Splits a chain of payloads whose first has type `first`. SK and SKF must come last: their
 * body is kept whole and `sk_next` is their Next Payload field. WIRE_TRUNCATED (the chain or a
 * payload goes past the end), WIRE_BAD_VALUE (a length below 4, bytes left over), WIRE_TOO_MANY
 * (over PAYLOADS_MAX). Unknown types are kept, also critical ones: refusing those is the caller's.
 * `first` PAYLOAD_NONE with no bytes is an empty chain, and fine. Views point into `chain`.
 */
MUST_CHECK enum wire_status payloads_read(uint8_t first, struct bytes chain, struct payloads *out);

/* The same for what was inside an SK payload: another SK or SKF there is WIRE_BAD_VALUE. */
MUST_CHECK enum wire_status payloads_read_inner(uint8_t first, struct bytes chain,
						struct payloads *out);

/* The first payload of that type, or NULL. */
const struct payload *payload_find(const struct payloads *all, uint8_t type);
size_t payload_count(const struct payloads *all, uint8_t type);

/*
 * Writing: a message is a buffer with payloads one after the other. `link` is where the type of
 * the next payload belongs; the caller keeps it from one payload to the next.
 */
struct payload_writer {
	struct buffer *out;
	size_t link;   /* offset of the Next Payload byte to fill in */
	size_t start;  /* offset of the payload being written */
};

/* Starts right behind a header that ike_header_write() wrote at offset `header_at`. */
struct payload_writer payload_writer_after_header(struct buffer *out, size_t header_at);
/* Starts an inner chain at the buffer's end whose first type goes to offset `link`, which is
 * PAYLOAD_NONE until a payload begins. */
struct payload_writer payload_writer_inner(struct buffer *out, size_t link);
void payload_begin(struct payload_writer *w, uint8_t type, bool critical);
/* Fills in the length. That a payload stays below 65536 bytes is the caller's care. */
void payload_end(struct payload_writer *w);

/* Fills in the header's length: from header_at to the buffer's end. The caller keeps that at or
 * below MESSAGE_MAX. */
void message_finish(struct buffer *out, size_t header_at);

/*
 * Takes the first of messages that message_finish() finished one after another; `messages` is not
 * empty.
 */
struct bytes message_next(struct bytes *messages);

#endif
