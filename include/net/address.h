/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <sys/socket.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/must_check.h"

enum { ADDRESS_TEXT_MAX = 46, ENDPOINT_TEXT_MAX = 64 };

/* An IPv4 or IPv6 address in network order; family AF_UNSPEC (0) means none. */
struct address {
	uint16_t family; /* AF_INET, AF_INET6 or AF_UNSPEC */
	uint8_t ip[16];  /* the first 4 or all 16; the rest is zero */
};

/* An address and a UDP port in host order. */
struct endpoint {
	struct address address;
	uint16_t port;
};

size_t address_len(const struct address *a); /* 4, 16, or 0 for none */
struct bytes address_bytes(const struct address *a);
bool address_equal(const struct address *a, const struct address *b);
bool address_is_set(const struct address *a);
bool address_is_any(const struct address *a); /* 0.0.0.0 or :: */
MUST_CHECK bool address_read(struct bytes raw, struct address *out); /* 4 or 16 bytes */
MUST_CHECK bool address_parse(const char *text, struct address *out); /* numeric only */

/* Into `out`; `out` is returned. None prints as "<none>". */
const char *address_print(const struct address *a, char out[ADDRESS_TEXT_MAX]);

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* As libreswan prints it: 192.1.2.23:UDP/500, [2001:db8::1]:UDP/4500. */
const char *endpoint_print(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);

/*
 * To and from the socket API. The length of what was written; 0 for none, and `out` is left
 * alone. The scope of a link-local address is not kept.
 */
socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out);
MUST_CHECK bool endpoint_from_sockaddr(const struct sockaddr_storage *from, struct endpoint *out);

#endif
