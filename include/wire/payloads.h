/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WIRE_PAYLOADS_H
#define WIRE_PAYLOADS_H

#include "base/buffer.h"
#include "base/reader.h"
#include "net/selector.h"
#include "wire/ikev2.h"

/*
 * The bodies of payloads (what follows the generic header). Every *_read() takes the whole body,
 * leaves *out alone unless it returns WIRE_OK, and keeps views into the message; every
 * *_write() appends a body to a payload that the caller has begun. None of them acts.
 */

/* SA, RFC 7296 3.3. */
enum { PROPOSALS_MAX = 32, TRANSFORMS_MAX = 96, SPI_MAX = 8 };

struct transform {
	uint8_t type;      /* enum transform_type, or one we do not know */
	uint16_t id;
	uint16_t key_bits; /* 0: no Key Length attribute */
	bool unknown_attribute; /* carries an attribute that we do not know: never chosen */
};

struct proposal {
	uint8_t number;
	uint8_t protocol;
	struct bytes spi;  /* IKE: 0 or 8 bytes; AH, ESP: 4; unknown protocols: up to SPI_MAX */
	struct transform transforms[TRANSFORMS_MAX];
	size_t count;      /* may be 0 */
};

/* Walks the proposals one at a time: a full set would be large. */
struct sa_reader {
	struct reader left;
	size_t seen;
	uint8_t last_number;
};

struct sa_reader sa_reader_start(struct bytes body);
/*
 * WIRE_OK: *out is the next one. *more is false when the body is used up: then *out is untouched.
 * WIRE_TOO_MANY: over PROPOSALS_MAX or TRANSFORMS_MAX. A bad Last Substruc, a transform count that
 * does not match, a length that does not fit, an SPI of a wrong size, a number that does not follow
 * the one before, a Key Length that is 0 or repeated: WIRE_BAD_VALUE or WIRE_TRUNCATED. After a
 * failure *r stands where it stood. The caller's to refuse: no proposal at all, a first number
 * other than 1 in a request, more than one proposal in a response.
 */
MUST_CHECK enum wire_status sa_read_next(struct sa_reader *r, struct proposal *out, bool *more);
void proposal_write(struct buffer *out, const struct proposal *p, bool last);

/* KE, 3.4: the data is not empty; its right length is the group's business. */
struct ke_payload {
	uint16_t group;
	struct bytes data;
};
MUST_CHECK enum wire_status ke_read(struct bytes body, struct ke_payload *out);
void ke_write(struct buffer *out, uint16_t group, struct bytes data);

/*
 * IDi, IDr, 3.5: type, and data that is not empty. WIRE_BAD_VALUE: type 0, an address of a wrong
 * length, control characters in an FQDN or e-mail address. WIRE_UNSUPPORTED: over ID_DATA_MAX
 * bytes. Unknown types are kept.
 */
enum { ID_DATA_MAX = 1024 };
struct id_payload {
	uint8_t type;
	struct bytes data;
};
MUST_CHECK enum wire_status id_read(struct bytes body, struct id_payload *out);
void id_write(struct buffer *out, const struct id_payload *id);

/* AUTH, 3.8: the data is not empty; unknown methods are kept. */
struct auth_payload {
	uint8_t method;
	struct bytes data;
};
MUST_CHECK enum wire_status auth_read(struct bytes body, struct auth_payload *out);
void auth_write(struct buffer *out, uint8_t method, struct bytes data);

/* Nonce, 3.9: the body is the nonce. */
enum { NONCE_MIN = 16, NONCE_MAX = 256 };
MUST_CHECK enum wire_status nonce_read(struct bytes body, struct bytes *out);

/* Notify, 3.10 */
struct notify {
	enum protocol_id protocol; /* PROTO_NONE unless `spi` is present */
	uint16_t type;             /* unknown types are kept, not rejected */
	struct bytes spi;          /* empty, or the 4 bytes of an AH or ESP SPI */
	struct bytes data;
};
MUST_CHECK enum wire_status notify_read(struct bytes body, struct notify *out);
void notify_write(struct buffer *out, uint16_t type, struct bytes data);
void notify_write_spi(struct buffer *out, uint16_t type, enum protocol_id protocol, uint32_t spi,
		      struct bytes data);

/* The data of PPK_IDENTITY, RFC 8784 5.1.1: a type, unknown ones are kept, and an id that is not
 * empty. */
struct ppk_id {
	uint8_t type;
	struct bytes id;
};
MUST_CHECK enum wire_status ppk_id_read(struct bytes data, struct ppk_id *out);
void ppk_id_write(struct buffer *out, uint8_t type, struct bytes id);

/*
 * Delete, 3.11: for PROTO_IKE no SPIs; for AH and ESP up to DELETE_SPIS_MAX 4-byte SPIs, also
 * none; more is WIRE_TOO_MANY. Another protocol is WIRE_BAD_VALUE.
 */
enum { DELETE_SPIS_MAX = 4096 };
struct delete_payload {
	uint8_t protocol;
	struct bytes spis; /* count * 4 bytes */
	uint16_t count;
};
MUST_CHECK enum wire_status delete_read(struct bytes body, struct delete_payload *out);
uint32_t delete_spi(const struct delete_payload *d, size_t index); /* index < count */
void delete_write(struct buffer *out, uint8_t protocol, const uint32_t *spis, size_t count);

/*
 * TSi, TSr, 3.13: at least one and at most TS_MAX selectors that we understand; others of an
 * unknown TS type are skipped and counted. WIRE_UNSUPPORTED: all are unknown. WIRE_TOO_MANY: over
 * TS_MAX. WIRE_BAD_VALUE: none at all, a length that does not fit the type, an end below its start
 * (but OPAQUE ports are fine), ports without a protocol.
 */
enum { TS_MAX = 32 };
struct ts_payload {
	struct selector list[TS_MAX];
	size_t count;
	size_t skipped;
};
MUST_CHECK enum wire_status ts_read(struct bytes body, struct ts_payload *out);
void ts_write(struct buffer *out, const struct selector *list, size_t count);

/* SKF, RFC 7383 2.5: what stands before the IV. WIRE_BAD_VALUE: number 0, or above the total. */
enum { FRAGMENT_HEADER_LEN = 4 };
struct fragment {
	uint16_t number, total;
};
MUST_CHECK enum wire_status fragment_read(struct bytes body, struct fragment *out);
void fragment_write(struct buffer *out, const struct fragment *f);

#endif
