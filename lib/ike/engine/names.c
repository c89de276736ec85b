/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine/names.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ike/engine/instances.h"
#include "ike/engine/set/set.h"

/* "NAME[3]", or "NAME", whose number is 0. */
struct full_name {
	char base[CONN_NAME_MAX + 16];
	uint32_t number;
};

static bool full_name_read(const char *name, struct full_name *out)
{
	size_t len = strcspn(name, "["), digits;
	char text[16];
	uint64_t number = 0;

	if (len >= sizeof(out->base))
		return false;
	digits = strspn(name + len + (name[len] == '['), "0123456789");
	if (name[len] == '[') {
		if (digits >= sizeof(text) || !text_equal(name + len + 1 + digits, "]"))
			return false;
		memcpy(text, name + len + 1, digits);
		text[digits] = '\0';
		if (!text_to_u64(text, UINT32_MAX, &number) || number == 0)
			return false;
	}
	memcpy(out->base, name, len);
	out->base[len] = '\0';
	out->number = (uint32_t)number;
	return true;
}

static struct connection *find_one(const struct world *w, const struct full_name *name)
{
	struct connection *c = connection_find_name(&w->connections, name->base);

	return c == NULL || name->number == 0 ? c : instance_find_number(c, name->number);
}

size_t name_find(struct world *w, const char *name, uint64_t **ids)
{
	struct list *aliased = connections_of_alias(&w->connections, name);
	struct full_name full;
	struct connection *c = full_name_read(name, &full) ? find_one(w, &full) : NULL;
	size_t count = 0;

	if (c != NULL) {
		*ids = mem_new_array(1, sizeof(**ids));
		(*ids)[0] = c->id;
		return 1;
	}
	LIST_FOR_EACH(link, aliased)
		count++;
	*ids = mem_new_array(count + 1, sizeof(**ids));
	count = 0;
	LIST_FOR_EACH(link, aliased)
		(*ids)[count++] = CONNECTION_OF_ALIAS(link)->id;
	return count;
}

bool name_is_known(struct world *w, const char *name)
{
	struct full_name full;

	return (full_name_read(name, &full) && find_one(w, &full) != NULL) ||
	       !list_empty(connections_of_alias(&w->connections, name));
}

bool name_means(const struct connection *c, const char *own, const char *name)
{
	struct full_name full;

	if (name == NULL)
		return true;
	return full_name_read(name, &full) && (full.number == 0 || full.number == c->number) &&
	       (conf_conn_is(c->conf, full.base) || text_equal(own, full.base));
}

/* A slot of its set, or a spare beyond them. */
static bool has_member(struct world *w, const struct connection *c, uint32_t number)
{
	if (number < c->set->count)
		return true;
	LIST_FOR_EACH(link, &c->instances)
		if (has_member(w, INSTANCE_OF_TEMPLATE(link), number))
			return true;
	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id))
		if (CHILD_OF_CONNECTION(link)->number == number)
			return true;
	return false;
}

struct connection *name_find_member(struct world *w, const char *name, uint32_t *number)
{
	struct full_name full;
	struct connection *c;
	uint64_t clone;
	char *dash;

	if (!full_name_read(name, &full))
		return NULL;
	dash = strrchr(full.base, '-');
	if (dash == NULL || !text_to_u64(dash + 1, CLONES_MAX, &clone))
		return NULL;
	*dash = '\0';
	c = find_one(w, &full);
	if (c == NULL || c->conf->clones.kind == CLONES_NO || !has_member(w, c, (uint32_t)clone))
		return NULL;
	*number = (uint32_t)clone;
	return c;
}
