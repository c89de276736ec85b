/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_COOKIE_H
#define IKE_EXCHANGE_COOKIE_H

#include "ike/exchange/message.h"
#include "ike/sa/world.h"

/* Cookies against floods of first messages (RFC 7296 2.6). Nothing is kept per peer. */
enum { COOKIE_LEN = 1 + SHA256_LEN };

/* Does the message carry the cookie that its sender, nonce and SPI should have? */
enum cookie_status {
	COOKIE_GOOD,
	COOKIE_WANTED, /* no: `out` is what it is to be asked for */
	COOKIE_FAILED  /* the provider failed */
};
enum cookie_status cookie_check(struct world *w, const struct message *m, uint8_t out[COOKIE_LEN]);

#endif
