/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NET_SELECTOR_H
#define NET_SELECTOR_H

#include "net/address.h"

enum { SELECTOR_TEXT_MAX = 128 };

/*
 * A traffic selector: an address range (both ends included), an IP protocol
 * (0: any), and a port range. For ICMP the ports are type << 8 | code as RFC 7296
 * 3.13.1 has it; OPAQUE is start 65535, end 0.
 */
struct selector {
	struct address start, end; /* same family, start <= end */
	uint8_t protocol;
	uint16_t port_start, port_end;
};

/* A block that a mask can name. */
struct prefix {
	struct address address; /* host bits are zero */
	uint8_t len;
};

struct selector selector_of_prefix(const struct prefix *p, uint8_t protocol, uint16_t port_start,
				   uint16_t port_end);
struct selector selector_of_address(const struct address *a); /* all protocols and ports */

bool selector_equal(const struct selector *a, const struct selector *b);
/* All ports take in OPAQUE, no other range does (RFC 4301 4.4.1.1). */
bool selector_contains(const struct selector *outer, const struct selector *inner);
/* What both cover; false when that is nothing. */
MUST_CHECK bool selector_intersect(const struct selector *a, const struct selector *b,
				   struct selector *out);
bool selector_all_ports(const struct selector *s);
bool selector_is_opaque(const struct selector *s); /* its ports are */
bool selector_has_address(const struct selector *s, const struct address *a);

/* The block that is exactly this range; false where no mask can name it. */
MUST_CHECK bool selector_to_prefix(const struct selector *s, struct prefix *out);
/* The smallest block that covers the range. */
struct prefix selector_cover(const struct selector *s);
/* The largest block within the range; of two the first. */
struct prefix selector_block(const struct selector *s);

/* "10.0.0.0/8", "2001:db8::/32", or an address, which is a block of one. Host bits set: false. */
MUST_CHECK bool prefix_parse(const char *text, struct prefix *out);

/*
 * "192.0.1.0/24", "192.0.1.0/24/TCP/80" as libreswan has it, or "a-b" where no mask can name it. A
 * /32 or /128 is printed with its length. TCP, UDP, ICMP and ICMPv6 by name, other protocols by
 * number; all ports "/TCP", some "/TCP/80-90", OPAQUE "/TCP/OPAQUE".
 */
const char *selector_print(const struct selector *s, char out[SELECTOR_TEXT_MAX]);

#endif
