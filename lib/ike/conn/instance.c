/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/conn/instance.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* The key of an instance: its template and its peer. */
struct peer_key {
	uint8_t data[sizeof(uint64_t) + IDENTITY_KEY_MAX];
};

static struct bytes peer_key(struct peer_key *key, uint64_t template, const struct identity *peer)
{
	uint8_t id[IDENTITY_KEY_MAX];
	struct bytes bytes = identity_key(peer, id);

	memcpy(key->data, &template, sizeof(template));
	memcpy(key->data + sizeof(template), bytes.ptr, bytes.len);
	return bytes_at(key->data, sizeof(template) + bytes.len);
}

static void set_name(struct connection *c)
{
	char name[CONNECTION_NAME_MAX], address[ADDRESS_TEXT_MAX];

	(void)snprintf(name, sizeof(name), "%s[%u] %s", c->conf->name, c->number,
		       address_print(&c->remote_host, address));
	mem_free(c->own_name);
	c->own_name = mem_text(name);
	c->name = c->own_name;
}

/* In the list of all behind its template and the instances that are there. */
static void enter_lists(struct connection *c, struct connection *template)
{
	struct connection *before = list_empty(&template->instances)
					    ? template
					    : INSTANCE_OF_TEMPLATE(template->instances.prev);

	list_append(before->link.next, &c->link);
	list_append(&template->instances, &c->of_template);
	template->instance_count++;
}

struct connection *instance_new(struct connections *all, struct connection *template,
				const struct identity *peer, const struct address *address)
{
	struct connection *c = NEW(struct connection);
	struct peer_key key;

	assert(connection_is_template(template) && connection_is_oriented(template));
	list_init(&c->instances);
	c->id = all->next_id++;
	c->conf = template->conf;
	c->template = template->id;
	c->number = ++template->last_number;
	c->orientation = template->orientation;
	c->local_host = template->local_host;
	c->remote_host = *address;
	c->local_id = template->local_id;
	c->remote_id = *peer;
	c->traffic = connection_traffic(template, address);
	c->priority = template->priority;
	c->reqid = connections_fresh_reqid(all);
	set_name(c);
	enter_lists(c, template);
	table_add(&all->by_id, bytes_at(&c->id, sizeof(c->id)), &c->by_id);
	groups_add(&all->by_reqid, bytes_at(&c->reqid, sizeof(c->reqid)), &c->by_reqid);
	groups_add(&all->by_peer, peer_key(&key, template->id, peer), &c->by_peer);
	all->count++;
	return c;
}

struct connection *instance_find(const struct connections *all, const struct connection *template,
				 const struct identity *peer)
{
	struct peer_key key;
	struct list *members = groups_find(&all->by_peer, peer_key(&key, template->id, peer));

	return members == NULL ? NULL : LIST_OBJECT(members->next, struct connection, by_peer);
}

struct connection *instance_find_number(const struct connection *template, uint32_t number)
{
	LIST_FOR_EACH(link, &template->instances)
		if (INSTANCE_OF_TEMPLATE(link)->number == number)
			return INSTANCE_OF_TEMPLATE(link);
	return NULL;
}

void instance_move(struct connection *c, const struct address *address)
{
	if (c->template == 0 || address_equal(&c->remote_host, address))
		return;
	c->remote_host = *address;
	set_name(c);
}

void instance_leave(struct connections *all, struct connection *c)
{
	struct connection *template = connection_find_id(all, c->template);
	struct peer_key key;

	if (c->template == 0)
		return;
	assert(template != NULL);
	template->instance_count--;
	list_remove(&c->of_template);
	list_remove(&c->idle);
	groups_remove(&all->by_peer, peer_key(&key, c->template, &c->remote_id), &c->by_peer);
}
