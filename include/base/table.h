/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/bytes.h"

/*
 * Hash table over links that live inside their objects; it owns only its own
 * buckets and doubles as it fills, so that a look-up costs the same at ten and
 * at a hundred thousand. Hashing is keyed (SipHash), so that a peer who chooses
 * keys cannot choose collisions.
 */
struct table_link {
	struct table_link *next;
	uint64_t hash;
};

struct table {
	struct table_link **buckets;
	size_t size, count;
	uint64_t key[2];
	bool (*matches)(const struct table_link *link, struct bytes key);
};

/* `seed` is 16 random bytes; `matches` says whether link's object has that key. */
void table_init(struct table *t, const uint8_t seed[16],
		bool (*matches)(const struct table_link *link, struct bytes key));
void table_done(struct table *t); /* the objects stay */

/* The same key twice is our own mistake: assert. */
void table_add(struct table *t, struct bytes key, struct table_link *link);
struct table_link *table_find(const struct table *t, struct bytes key); /* or NULL */
void table_remove(struct table *t, struct table_link *link);

/* Calls each in no particular order; the callback may remove the link it is given,
 * and otherwise leaves the table alone. */
void table_each(struct table *t, void (*each)(void *context, struct table_link *link),
		void *context);

#define TABLE_OBJECT(link, type, member) \
	((type *)(void *)((char *)(link) - offsetof(type, member)))

uint64_t siphash(const uint64_t key[2], struct bytes data);

#endif
