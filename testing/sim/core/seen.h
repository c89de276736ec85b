/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CORE_SEEN_H
#define SIM_CORE_SEEN_H

#include "base/table.h"

/* What a name begins with: of what kind it is. */
enum seen_kind {
	MESSAGE = 1, VECTOR, NONCE, INBOUND_SPI, AUTHORISED, REPLACED, ORPHAN, COMMAND
};

/* What was seen once, by digests of what names it. Nothing is ever forgotten but all at once. */
struct seen {
	struct table table;
};

void seen_init(struct seen *s);
void seen_done(struct seen *s);

/* Keeps the value of a name that is new. The value that the name has, then. */
uint64_t seen_keep(struct seen *s, struct bytes name, uint64_t value);
/* Whatever it was. */
void seen_set(struct seen *s, struct bytes name, uint64_t value);
uint64_t seen_of(const struct seen *s, struct bytes name); /* 0: never kept */

uint64_t digest(struct bytes data);

#endif
