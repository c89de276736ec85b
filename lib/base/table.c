/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

enum { FIRST_SIZE = 16 }; /* sizes are powers of two */

void table_init(struct table *t, const uint8_t seed[16],
		bool (*matches)(const struct table_link *link, struct bytes key))
{
	*t = (struct table) { .matches = matches };
	memcpy(t->key, seed, sizeof(t->key));
}

void table_done(struct table *t)
{
	mem_free(t->buckets);
	*t = (struct table) { 0 };
}

static struct table_link **bucket_of(const struct table *t, uint64_t hash)
{
	return &t->buckets[hash & (t->size - 1)];
}

static void push(struct table *t, struct table_link *link)
{
	struct table_link **bucket = bucket_of(t, link->hash);

	link->next = *bucket;
	*bucket = link;
}

static void grow(struct table *t)
{
	struct table_link **old = t->buckets;
	size_t old_size = t->size;

	t->size = old_size ? 2 * old_size : FIRST_SIZE;
	t->buckets = mem_new_array(t->size, sizeof(struct table_link *));
	for (size_t i = 0; i < old_size; i++) {
		for (struct table_link *link = old[i], *next; link; link = next) {
			next = link->next;
			push(t, link);
		}
	}
	mem_free(old);
}

static struct table_link *find_hashed(const struct table *t, struct bytes key, uint64_t hash)
{
	if (!t->count)
		return NULL;
	for (struct table_link *link = *bucket_of(t, hash); link; link = link->next) {
		if (link->hash == hash && t->matches(link, key))
			return link;
	}
	return NULL;
}

void table_add(struct table *t, struct bytes key, struct table_link *link)
{
	link->hash = siphash(t->key, key);
	assert(!find_hashed(t, key, link->hash));
	if (t->count == t->size)
		grow(t);
	push(t, link);
	t->count++;
}

struct table_link *table_find(const struct table *t, struct bytes key)
{
	return find_hashed(t, key, siphash(t->key, key));
}

void table_remove(struct table *t, struct table_link *link)
{
	struct table_link **at;

	assert(t->count);
	at = bucket_of(t, link->hash);
	while (*at != link) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = link->next;
	link->next = NULL;
	t->count--;
}

void table_each(struct table *t, void (*each)(void *context, struct table_link *link),
		void *context)
{
	for (size_t i = 0; i < t->size; i++) {
		for (struct table_link *link = t->buckets[i], *next; link; link = next) {
			next = link->next;
			each(context, link);
		}
	}
}
