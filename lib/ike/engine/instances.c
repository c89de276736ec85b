/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine/instances.h"

#include "ike/engine/engine.h"

/* The one that has something on this IKE SA already. */
static struct connection *on_this_ike(const struct world *w, const struct ike_sa *sa,
				      const struct connection *template)
{
	struct connection *c = ike_sa_connection(w, sa);

	if (c != NULL && c->template == template->id)
		return c;
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		c = connection_find_id(&w->connections, child->connection);
		if (c != NULL && c->template == template->id)
			return c;
	}
	return NULL;
}

static bool ids_are_unique(const struct world *w)
{
	return w->setup->uniqueids == UNIQUEIDS_YES || w->setup->uniqueids == UNIQUEIDS_KEEP;
}

static struct connection *make(struct world *w, const struct ike_sa *sa,
			       struct connection *template)
{
	struct connection *c;

	if (template->instance_count >= template->conf->max_instances) {
		report_ike(w, sa, REPORT_REFUSED,
			   "no room for another peer: there are as many as max-instances=%u",
			   template->conf->max_instances);
		return NULL;
	}
	c = instance_new(&w->connections, template, &sa->remote_id, &sa->remote.address);
	c->set = set_new(w, c);
	instances_look(w, c->id); /* nothing may come of it */
	return c;
}

struct connection *instances_with_peer(struct world *w, const struct ike_sa *sa,
				       struct connection *c)
{
	struct connection *instance;

	if (!connection_is_template(c))
		return c;
	instance = on_this_ike(w, sa, c);
	if (instance == NULL && ids_are_unique(w))
		instance = instance_find(&w->connections, c, &sa->remote_id);
	return instance != NULL ? instance : make(w, sa, c);
}

void instances_peer_came(struct connection *c, const struct ike_sa *sa)
{
	if (c->template == 0 || address_equal(&c->remote_host, &sa->remote.address))
		return;
	instance_move(c, &sa->remote.address);
	traffic_done(&c->traffic);
	c->traffic = connection_traffic(c, &c->remote_host);
}

void instances_look(struct world *w, uint64_t connection)
{
	struct connection *c = connection_find_id(&w->connections, connection);

	if (c != NULL && c->template != 0 && !list_linked(&c->idle))
		list_append(&w->idle, &c->idle);
}

void instances_sweep(struct world *w)
{
	while (!list_empty(&w->idle)) {
		struct connection *c = LIST_OBJECT(w->idle.next, struct connection, idle);

		list_remove(&c->idle);
		if (!list_empty(ike_sas_of_connection(w, c->id)) ||
		    !list_empty(child_sas_of_connection(w, c->id)))
			continue;
		report_name(w, c->name, REPORT_CLOSED, "deleting connection instance");
		engine_forget(w, c);
	}
}

void instances_forget(struct world *w, struct connection *template)
{
	LIST_FOR_EACH(link, &template->instances)
		engine_forget(w, INSTANCE_OF_TEMPLATE(link));
}
