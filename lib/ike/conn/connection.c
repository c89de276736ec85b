/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/conn/connection.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ike/conn/instance.h"

static bool name_matches(const struct table_link *link, struct bytes key)
{
	const struct connection *c = TABLE_OBJECT(link, struct connection, by_name);

	return bytes_equal(bytes_of_text(c->name), key);
}

static struct bytes id_key(const uint64_t *id)
{
	return bytes_at(id, sizeof(*id));
}

static bool id_matches(const struct table_link *link, struct bytes key)
{
	const struct connection *c = TABLE_OBJECT(link, struct connection, by_id);

	return bytes_equal(id_key(&c->id), key);
}

struct hosts_key {
	struct address local, remote;
};

static struct bytes reqid_key(const uint32_t *reqid)
{
	return bytes_at(reqid, sizeof(*reqid));
}

void connections_init(struct connections *all, const uint8_t seed[16])
{
	*all = (struct connections) { .next_id = 1, .next_reqid = REQID_FIRST_AUTO };
	list_init(&all->all);
	list_init(&all->none);
	table_init(&all->by_name, seed, name_matches);
	table_init(&all->by_id, seed, id_matches);
	groups_init(&all->by_hosts, seed);
	groups_init(&all->by_ends, seed);
	groups_init(&all->by_reqid, seed);
	groups_init(&all->by_alias, seed);
	groups_init(&all->by_peer, seed);
}

void connections_done(struct connections *all)
{
	table_done(&all->by_name);
	table_done(&all->by_id);
	groups_done(&all->by_hosts);
	groups_done(&all->by_ends);
	groups_done(&all->by_reqid);
	groups_done(&all->by_alias);
	groups_done(&all->by_peer);
}

static struct hosts_key hosts_key(const struct address *local, const struct address *remote)
{
	return (struct hosts_key) { *local, *remote };
}

struct list *connections_between(struct connections *all, const struct address *local,
				 const struct address *remote)
{
	struct hosts_key key = hosts_key(local, remote);
	struct list *members = groups_find(&all->by_hosts, bytes_at(&key, sizeof(key)));

	return members == NULL ? &all->none : members;
}

/* Two hosts and the id of one of them. */
struct ends_key {
	uint8_t data[sizeof(struct hosts_key) + IDENTITY_KEY_MAX];
};

static struct bytes ends_key(struct ends_key *key, const struct address *local,
			     const struct address *remote, const struct identity *peer)
{
	struct hosts_key hosts = hosts_key(local, remote);
	uint8_t id[IDENTITY_KEY_MAX];
	struct bytes bytes = identity_key(peer, id);

	memcpy(key->data, &hosts, sizeof(hosts));
	memcpy(key->data + sizeof(hosts), bytes.ptr, bytes.len);
	return bytes_at(key->data, sizeof(hosts) + bytes.len);
}

static struct list *connections_with(struct connections *all, const struct address *local,
				     const struct address *remote, const struct identity *peer)
{
	struct ends_key key;
	struct list *members = groups_find(&all->by_ends, ends_key(&key, local, remote, peer));

	return members == NULL ? &all->none : members;
}

struct connection_walk connections_for_peer(struct connections *all, const struct address *local,
					    const struct address *remote)
{
	const struct address any = { 0 };
	struct connection_walk walk = { .count = 2,
					.heads = { connections_between(all, local, remote),
						   connections_between(all, local, &any) } };

	walk.link = walk.heads[0];
	return walk;
}

struct connection_walk connections_for_id(struct connections *all, const struct address *local,
					  const struct address *remote,
					  const struct identity *peer)
{
	const struct address any = { 0 };
	const struct identity whoever = { 0 };
	struct connection_walk walk = {
		.count = 4,
		.by_ends = true,
		.heads = { connections_with(all, local, remote, peer),
			   connections_with(all, local, &any, peer),
			   connections_with(all, local, remote, &whoever),
			   connections_with(all, local, &any, &whoever) },
	};

	walk.link = walk.heads[0];
	return walk;
}

struct connection *connection_walk_next(struct connection_walk *walk)
{
	walk->link = walk->link->next;
	while (walk->link == walk->heads[walk->at]) {
		if (++walk->at == walk->count)
			return NULL;
		walk->link = walk->heads[walk->at]->next;
	}
	return walk->by_ends ? LIST_OBJECT(walk->link, struct connection, by_ends)
			     : CONNECTION_BETWEEN(walk->link);
}

/* In the order of loading, whenever which came to be oriented. */
static void enter_hosts(struct connections *all, struct connection *c)
{
	struct list *members = connections_between(all, &c->local_host, &c->remote_host);
	struct hosts_key key = hosts_key(&c->local_host, &c->remote_host);
	struct list *before = members;

	if (list_empty(members)) {
		groups_add(&all->by_hosts, bytes_at(&key, sizeof(key)), &c->by_hosts);
		return;
	}
	while (before->prev != members && CONNECTION_BETWEEN(before->prev)->id > c->id)
		before = before->prev;
	list_append(before, &c->by_hosts);
}

static struct connection *of_ends(struct list *link)
{
	return LIST_OBJECT(link, struct connection, by_ends);
}

/* In the same order. */
static void enter_ends(struct connections *all, struct connection *c)
{
	struct list *members = connections_with(all, &c->local_host, &c->remote_host,
						&c->remote_id);
	struct list *before = members;
	struct ends_key key;

	if (list_empty(members)) {
		groups_add(&all->by_ends,
			   ends_key(&key, &c->local_host, &c->remote_host, &c->remote_id),
			   &c->by_ends);
		return;
	}
	while (before->prev != members && of_ends(before->prev)->id > c->id)
		before = before->prev;
	list_append(before, &c->by_ends);
}

static void leave_hosts(struct connections *all, struct connection *c)
{
	struct hosts_key hosts = hosts_key(&c->local_host, &c->remote_host);
	struct ends_key ends;

	groups_remove(&all->by_hosts, bytes_at(&hosts, sizeof(hosts)), &c->by_hosts);
	groups_remove(&all->by_ends,
		      ends_key(&ends, &c->local_host, &c->remote_host, &c->remote_id),
		      &c->by_ends);
}

/* Instances come and go: the numbers may all have been used once. */
uint32_t connections_fresh_reqid(struct connections *all)
{
	uint32_t reqid;

	do {
		reqid = all->next_reqid++;
		if (all->next_reqid == 0)
			all->next_reqid = REQID_FIRST_AUTO;
	} while (groups_find(&all->by_reqid, reqid_key(&reqid)) != NULL);
	return reqid;
}

struct connection *connection_new(struct connections *all, struct conf_conn *conf)
{
	struct connection *c = NEW(struct connection);

	list_init(&c->instances);
	c->id = all->next_id++;
	c->configured = NEW(struct conf_conn);
	*c->configured = *conf;
	c->conf = c->configured;
	c->name = c->conf->name;
	*conf = (struct conf_conn) { 0 };
	c->orientation = CONF_ORIENTED_NEITHER;
	c->keep = c->conf->startup == AUTO_KEEP;
	c->reqid = c->conf->reqid != 0 ? c->conf->reqid : connections_fresh_reqid(all);
	list_append(&all->all, &c->link);
	table_add(&all->by_name, bytes_of_text(c->name), &c->by_name);
	table_add(&all->by_id, id_key(&c->id), &c->by_id);
	groups_add(&all->by_reqid, reqid_key(&c->reqid), &c->by_reqid);
	if (c->conf->alias != NULL)
		groups_add(&all->by_alias, bytes_of_text(c->conf->alias), &c->by_alias);
	all->count++;
	return c;
}

void connection_free(struct connections *all, struct connection *c)
{
	assert(c->instance_count == 0);
	list_remove(&c->link);
	if (c->template == 0)
		table_remove(&all->by_name, &c->by_name);
	table_remove(&all->by_id, &c->by_id);
	groups_remove(&all->by_reqid, reqid_key(&c->reqid), &c->by_reqid);
	groups_remove(&all->by_alias, bytes_of_text(c->conf->alias), &c->by_alias);
	leave_hosts(all, c);
	instance_leave(all, c);
	all->count--;
	traffic_done(&c->traffic);
	if (c->configured != NULL)
		conf_conn_done(c->configured);
	mem_free(c->configured);
	mem_free(c->own_name);
	mem_free(c);
}

struct connection *connection_find_name(const struct connections *all, const char *name)
{
	struct table_link *link = table_find(&all->by_name, bytes_of_text(name));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct connection, by_name);
}

struct list *connections_of_alias(struct connections *all, const char *alias)
{
	struct list *members = groups_find(&all->by_alias, bytes_of_text(alias));

	return members == NULL ? &all->none : members;
}

struct connection *connection_find_id(const struct connections *all, uint64_t id)
{
	struct table_link *link = table_find(&all->by_id, id_key(&id));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct connection, by_id);
}

struct connection *connection_find_reqid(const struct connections *all, uint32_t reqid)
{
	struct list *members = groups_find(&all->by_reqid, reqid_key(&reqid));

	return members == NULL ? NULL : LIST_OBJECT(members->next, struct connection, by_reqid);
}

struct own_addresses {
	const struct address *list;
	size_t count;
};

static bool is_own(void *context, const struct address *a)
{
	const struct own_addresses *own = context;

	for (size_t i = 0; i < own->count; i++)
		if (address_equal(&own->list[i], a))
			return true;
	return false;
}

const char *connection_member_name(const struct connection *c, uint32_t member,
				   char out[CONNECTION_NAME_MAX])
{
	size_t len = strlen(c->conf->name);

	if (c->conf->clones.kind == CLONES_NO)
		(void)snprintf(out, CONNECTION_NAME_MAX, "%s", c->name);
	else
		(void)snprintf(out, CONNECTION_NAME_MAX, "%s-%u%s", c->conf->name, member,
			       c->name + len);
	return out;
}

bool connection_is_oriented(const struct connection *c)
{
	return c->orientation == CONF_ORIENTED_LEFT || c->orientation == CONF_ORIENTED_RIGHT;
}

void connection_orient(struct connections *all, struct connection *c, const struct address *own,
		       size_t count)
{
	struct own_addresses addresses = { own, count };
	enum conf_orientation to = conf_orient(c->conf, is_own, &addresses);

	leave_hosts(all, c);
	if (to != CONF_ORIENTED_LEFT && to != CONF_ORIENTED_RIGHT) {
		c->orientation = to;
		return;
	}
	const struct conf_end *local = conf_local(c->conf, to);
	const struct conf_end *remote = conf_remote(c->conf, to);

	c->orientation = to;
	c->local_host = local->host;
	c->remote_host = remote->host;
	c->local_id = local->id;
	c->remote_id = remote->id;
	traffic_done(&c->traffic);
	c->traffic = connection_traffic(c, &remote->host);
	c->priority = c->conf->priority != 0
			      ? c->conf->priority
			      : policy_priority(&c->traffic.local.list[0],
						&c->traffic.remote.list[0]);
	enter_hosts(all, c);
	enter_ends(all, c);
}

const struct conf_end *connection_local_end(const struct connection *c)
{
	return conf_local(c->conf, c->orientation);
}

bool connection_is_template(const struct connection *c)
{
	return c->template == 0 && conf_conn_is_template(c->conf);
}

bool connection_has_ids(const struct connection *c, const struct identity *local_id,
			const struct identity *remote_id)
{
	return (c->remote_id.type == 0 || identity_equal(&c->remote_id, remote_id)) &&
	       (local_id == NULL || identity_equal(&c->local_id, local_id));
}

bool connection_narrows(const struct connection *c)
{
	return c->conf->narrowing || c->conf->left.any_port || c->conf->right.any_port;
}

static bool narrow(const struct connection *c, const struct traffic *ours,
		   const struct traffic *offered, struct traffic *out, bool *cut)
{
	if (connection_narrows(c))
		return traffic_narrow(ours, offered, out, cut);
	if (!traffic_offered(ours, offered))
		return false;
	*out = traffic_copy(ours);
	*cut = false;
	return true;
}

bool connection_narrow(const struct connection *c, const struct traffic *offered,
		       struct traffic *out, bool *cut)
{
	return narrow(c, &c->traffic, offered, out, cut);
}

struct traffic connection_traffic(const struct connection *c, const struct address *peer)
{
	struct conf_end remote = *conf_remote(c->conf, c->orientation);

	if (remote.any_host) {
		remote.host = *peer;
		remote.host.family = c->local_host.family;
	}
	return (struct traffic) { conf_end_selectors(connection_local_end(c)),
				  conf_end_selectors(&remote) };
}

bool connection_narrow_for(const struct connection *c, const struct address *peer,
			   const struct traffic *offered, struct traffic *out, bool *cut)
{
	struct traffic ours;
	bool ok;

	if (!connection_is_template(c))
		return connection_narrow(c, offered, out, cut);
	ours = connection_traffic(c, peer);
	ok = narrow(c, &ours, offered, out, cut);
	traffic_done(&ours);
	return ok;
}

bool connection_takes(const struct connection *c, const struct address *peer,
		      const struct traffic *offered)
{
	struct traffic common;
	bool cut;

	if (!connection_narrow_for(c, peer, offered, &common, &cut))
		return false;
	traffic_done(&common);
	return true;
}

uint32_t policy_priority(const struct selector *local, const struct selector *remote)
{
	enum { LOWEST = 0xfffff };
	uint32_t protocol = local->protocol != 0 || remote->protocol != 0;
	uint32_t ports = (uint32_t)(local->port_start != 0 || local->port_end != UINT16_MAX) +
			 (uint32_t)(remote->port_start != 0 || remote->port_end != UINT16_MAX);

	return LOWEST - (ports << 17 | protocol << 16 |
			 (uint32_t)selector_cover(local).len << 8 | selector_cover(remote).len);
}
