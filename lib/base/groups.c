/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/groups.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct group {
	struct table_link link;
	struct list members;
	size_t key_len;
	uint8_t key[];
};

static bool matches(const struct table_link *link, struct bytes key)
{
	const struct group *group = TABLE_OBJECT(link, struct group, link);

	return bytes_equal(bytes_at(group->key, group->key_len), key);
}

void groups_init(struct groups *g, const uint8_t seed[16])
{
	table_init(&g->table, seed, matches);
}

void groups_done(struct groups *g)
{
	assert(g->table.count == 0);
	table_done(&g->table);
}

static struct group *find(const struct groups *g, struct bytes key)
{
	struct table_link *link = table_find(&g->table, key);

	return link == NULL ? NULL : TABLE_OBJECT(link, struct group, link);
}

struct list *groups_find(const struct groups *g, struct bytes key)
{
	struct group *group = find(g, key);

	return group == NULL ? NULL : &group->members;
}

static struct group *group_new(struct groups *g, struct bytes key)
{
	struct group *group = mem_new(sizeof(*group) + key.len);

	list_init(&group->members);
	group->key_len = key.len;
	memcpy(group->key, key.ptr, key.len);
	table_add(&g->table, key, &group->link);
	return group;
}

void groups_add(struct groups *g, struct bytes key, struct list *link)
{
	struct group *group = find(g, key);

	if (group == NULL)
		group = group_new(g, key);
	list_append(&group->members, link);
}

void groups_remove(struct groups *g, struct bytes key, struct list *link)
{
	struct group *group = find(g, key);

	if (!list_linked(link))
		return;
	assert(group != NULL);
	list_remove(link);
	if (!list_empty(&group->members))
		return;
	table_remove(&g->table, &group->link);
	mem_free(group);
}
