/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_IDENTITY_H
#define CONF_IDENTITY_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/must_check.h"
#include "net/address.h"

enum { IDENTITY_DATA_MAX = 256, IDENTITY_TEXT_MAX = 4 * IDENTITY_DATA_MAX + 8 };

/* Who an end is, as in the ID payload (RFC 7296 3.5). type 0: not set. A value; owns nothing. */
struct identity {
	uint8_t type; /* IPV4_ADDR 1, FQDN 2, RFC822_ADDR 3, IPV6_ADDR 5, KEY_ID 11, ... */
	uint16_t len;
	uint8_t data[IDENTITY_DATA_MAX];
};

/*
 * "192.1.2.3", "2001:db8::1", "@fqdn", "user@fqdn" (also "@@user@fqdn"), "@[keyid]" or in hex
 * "@#0x6b6579". What cannot be taken: false; 0.0.0.0, :: and %any are nobody.
 */
MUST_CHECK bool identity_parse(const char *text, struct identity *out);
struct identity identity_of_address(const struct address *a);
/* From the wire: false when longer than IDENTITY_DATA_MAX, empty, or an address of wrong length. */
MUST_CHECK bool identity_from(uint8_t type, struct bytes data, struct identity *out);
bool identity_equal(const struct identity *a, const struct identity *b); /* FQDN: without case */
/* The same bytes for those that are equal, to look them up by. */
enum { IDENTITY_KEY_MAX = 1 + IDENTITY_DATA_MAX };
struct bytes identity_key(const struct identity *id, uint8_t out[IDENTITY_KEY_MAX]);
/* "@east", "192.1.2.3", "user@east"; bytes of a peer are made safe. Not set: "%none". What
 * identity_parse() made, it takes again in the printed form. */
const char *identity_print(const struct identity *id, char out[IDENTITY_TEXT_MAX]);
const char *identity_type_name(uint8_t type); /* "FQDN", "IPV4_ADDR", ... */

#endif
