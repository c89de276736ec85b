/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to the peers' nets. Connections with the same net behind their peers share its route: it
 * goes with the last of them. */

#include "ike/engine/set/set.h"

#include "base/mem.h"

/* The key of the world's routes: no holes in it. */
struct route_key {
	struct address destination;
	uint16_t len;
	uint32_t metric;
};
_Static_assert(sizeof(struct route_key) == sizeof(struct address) + 6, "a hole in the key");

static struct route_key key_of(const struct kernel_route *route)
{
	return (struct route_key) { route->destination.address, route->destination.len,
				    route->metric };
}

/* The peer itself is reached as it was before. */
static bool is_host(const struct selector *s, const struct address *host)
{
	return address_equal(&s->start, host) && address_equal(&s->end, host);
}

static void route_add(struct world *w, const struct connection *c, struct clone_set *set,
		      const struct address *peer, const struct traffic_pair *pair)
{
	const struct conf_end *own = connection_local_end(c);
	struct kernel_change change = { .verb = KERNEL_ROUTE_ADD };
	struct set_route *route = &set->routes[set->route_count];
	struct route_key key;

	change.route = (struct kernel_route) {
		.destination = selector_cover(pair->remote),
		.peer = *peer,
		.next_hop = own->next_hop,
		.source = own->source_ip,
		.local = *pair->local,
		.metric = c->conf->metric,
		.mtu = c->conf->mtu,
		.only_if_missing = !address_is_set(&own->next_hop) &&
				   !address_is_set(&own->source_ip),
	};
	/* Without the route the tunnel still serves what is forwarded: reported, not fatal. */
	if (world_kernel(w, c->name, 0, &change) != 0)
		return;
	route->made = change.route_made;
	route->route = change.route;
	key = key_of(&route->route);
	groups_add(&w->routes, bytes_at(&key, sizeof(key)), &route->by_destination);
	set->route_count++;
}

/* Of several selectors of one net the first stands for all. */
static bool has_route(const struct clone_set *set, const struct selector *remote)
{
	struct prefix p = selector_cover(remote);

	for (size_t i = 0; i < set->route_count; i++) {
		const struct prefix *other = &set->routes[i].route.destination;

		if (other->len == p.len && address_equal(&other->address, &p.address))
			return true;
	}
	return false;
}

/* leftsourceip= is of one family. */
static bool takes_source(const struct connection *c, const struct traffic_pair *pair)
{
	const struct address *source = &connection_local_end(c)->source_ip;

	return !address_is_set(source) || source->family == pair->remote->start.family;
}

void set_routes_add(struct world *w, struct clone_set *set, const struct address *peer,
		    const struct traffic *t)
{
	const struct connection *c = set_connection(w, set);
	struct traffic_pair pair;
	size_t at = 0;

	if (set->routes != NULL || c->conf->type != TYPE_TUNNEL)
		return;
	set->routes = mem_new_array(t->remote.count, sizeof(*set->routes));
	while (traffic_next(t, &at, &pair))
		if (!is_host(pair.remote, &c->remote_host) && !has_route(set, pair.remote) &&
		    takes_source(c, &pair))
			route_add(w, c, set, peer, &pair);
}

void set_routes_move(struct world *w, struct clone_set *set, const struct address *peer)
{
	const struct connection *c = set_connection(w, set);

	for (size_t i = 0; i < set->route_count; i++) {
		struct set_route *route = &set->routes[i];
		struct kernel_change change = { .verb = KERNEL_ROUTE_ADD, .route = route->route };

		if (!route->made || address_equal(&route->route.peer, peer))
			continue;
		change.route.peer = *peer;
		change.route.only_if_missing = false; /* ours is there and is replaced */
		if (world_kernel(w, c->name, 0, &change) == 0)
			route->route.peer = *peer;
	}
}

static void leave_destination(struct world *w, struct set_route *route)
{
	struct route_key key = key_of(&route->route);

	groups_remove(&w->routes, bytes_at(&key, sizeof(key)), &route->by_destination);
}

static void route_remove(struct world *w, const struct connection *c, struct set_route *route)
{
	struct kernel_change change = { .verb = KERNEL_ROUTE_DELETE, .route = route->route };
	struct route_key key = key_of(&route->route);
	struct list *others;

	leave_destination(w, route);
	if (!route->made)
		return;
	others = groups_find(&w->routes, bytes_at(&key, sizeof(key)));
	if (others != NULL)
		LIST_OBJECT(others->next, struct set_route, by_destination)->made = true;
	else if (world_kernel(w, c->name, 0, &change) != 0)
		return; /* reported */
}

void set_routes_remove(struct world *w, struct clone_set *set)
{
	const struct connection *c = set_connection(w, set);

	for (size_t i = 0; i < set->route_count; i++)
		route_remove(w, c, &set->routes[i]);
	set_routes_forget(w, set);
}

void set_routes_forget(struct world *w, struct clone_set *set)
{
	for (size_t i = 0; i < set->route_count; i++)
		leave_destination(w, &set->routes[i]);
	mem_free(set->routes);
	set->routes = NULL;
	set->route_count = 0;
}
