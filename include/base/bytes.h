/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read-only view of bytes that somebody else owns. Never freed. */
struct bytes {
	const uint8_t *ptr;
	size_t len;
};

#define BYTES_OF(array) ((struct bytes) { (array), sizeof(array) })

static inline struct bytes bytes_at(const void *ptr, size_t len)
{
	return (struct bytes) { ptr, len };
}

struct bytes bytes_of_text(const char *text); /* without the final zero; NULL: empty */

bool bytes_equal(struct bytes a, struct bytes b);

/* The same in time that does not depend on the contents; for MACs and cookies. */
bool bytes_equal_secret(struct bytes a, struct bytes b);

/* As memcmp(), a shorter one that is a prefix comes first. RFC 7296 2.8 compares nonces so. */
int bytes_compare(struct bytes a, struct bytes b);

#endif
