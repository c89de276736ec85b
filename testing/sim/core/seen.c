/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/core/seen.h"

#include "base/mem.h"

struct entry {
	struct table_link link;
	uint64_t name[2];
	uint64_t value;
};

static const uint8_t seed[] = "names and values";

uint64_t digest(struct bytes data)
{
	static const uint64_t key[2] = { 0x73696d, 1 };

	return siphash(key, data);
}

static struct bytes name_of(const struct entry *e)
{
	return bytes_at(e->name, sizeof(e->name));
}

static bool matches(const struct table_link *link, struct bytes key)
{
	return bytes_equal(name_of(TABLE_OBJECT(link, struct entry, link)), key);
}

void seen_init(struct seen *s)
{
	table_init(&s->table, seed, matches);
}

static void forget(void *context, struct table_link *link)
{
	(void)context;
	mem_free(TABLE_OBJECT(link, struct entry, link));
}

void seen_done(struct seen *s)
{
	table_each(&s->table, forget, NULL);
	table_done(&s->table);
}

static struct entry *find(const struct seen *s, struct bytes name, uint64_t short_name[2])
{
	static const uint64_t other[2] = { 0x73696d, 2 };
	struct table_link *link;

	short_name[0] = digest(name);
	short_name[1] = siphash(other, name);
	link = table_find(&s->table, bytes_at(short_name, 2 * sizeof(*short_name)));
	return link == NULL ? NULL : TABLE_OBJECT(link, struct entry, link);
}

static struct entry *find_or_make(struct seen *s, struct bytes name, bool *made)
{
	uint64_t short_name[2];
	struct entry *e = find(s, name, short_name);

	*made = e == NULL;
	if (e != NULL)
		return e;
	e = NEW(struct entry);
	e->name[0] = short_name[0];
	e->name[1] = short_name[1];
	table_add(&s->table, name_of(e), &e->link);
	return e;
}

uint64_t seen_keep(struct seen *s, struct bytes name, uint64_t value)
{
	bool made;
	struct entry *e = find_or_make(s, name, &made);

	if (made)
		e->value = value;
	return e->value;
}

void seen_set(struct seen *s, struct bytes name, uint64_t value)
{
	bool made;

	find_or_make(s, name, &made)->value = value;
}

uint64_t seen_of(const struct seen *s, struct bytes name)
{
	uint64_t short_name[2];
	const struct entry *e = find(s, name, short_name);

	return e == NULL ? 0 : e->value;
}
