/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/bytes.h"

/*
 * Owned key material; wiped when done. Zero-initialised is empty. Never logged,
 * never printed, compared only with bytes_equal_secret().
 */
struct secret {
	uint8_t *ptr;
	size_t len;
};

struct secret secret_new(size_t len);           /* zeroed */
struct secret secret_copy(struct bytes from);
void secret_done(struct secret *s);             /* wipes and frees; empty afterwards */
struct secret secret_take(struct secret *from); /* moves; from is empty afterwards */

static inline struct bytes secret_bytes(const struct secret *s)
{
	return (struct bytes) { s->ptr, s->len };
}

#endif
