/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/child_sa.h"

#include <assert.h>
#include <errno.h>

#include "base/mem.h"
#include "ike/ports.h"
#include "ike/sa/world.h"

enum {
	SPI_FIRST = 0x1000,            /* RFC 4303 2.1 reserves 0-255; small ones look reserved */
	REPLAY_WINDOW_CLONE = 128,
	REPLAY_WINDOW_HEAD = 1024      /* fed by many CPUs at once */
};

uint32_t child_sa_fresh_spi(struct world *w)
{
	uint32_t spi;

	do
		world_random(w, &spi, sizeof(spi));
	while (spi < SPI_FIRST || child_sa_find_spi(w, spi) != NULL);
	return spi;
}

struct child_sa *child_sa_new(struct world *w, struct ike_sa *sa, const struct connection *c,
			      enum sa_role role)
{
	struct child_sa *child = NEW(struct child_sa);

	child->id = w->next_id++;
	child->serial = w->next_serial++;
	child->ike_sa = sa->id;
	child_sa_set_connection(w, child, c->id);
	child->role = role;
	child->cpu = KERNEL_CPU_NONE;
	child->spi_in = child_sa_fresh_spi(w);
	child->traffic = traffic_copy(&c->traffic);
	child->mode = c->conf->type;
	child->reqid = c->reqid;
	child->created = w->now;
	list_append(&sa->children, &child->link);
	sa->child_count++;
	table_add(&w->child_by_id, bytes_at(&child->id, sizeof(child->id)), &child->by_id);
	table_add(&w->child_by_spi, bytes_at(&child->spi_in, sizeof(child->spi_in)),
		  &child->by_spi);
	return child;
}

void child_sa_set_spi(struct world *w, struct child_sa *child, uint32_t spi)
{
	assert(!child->inbound);
	table_remove(&w->child_by_spi, &child->by_spi);
	child->spi_in = spi;
	table_add(&w->child_by_spi, bytes_at(&child->spi_in, sizeof(child->spi_in)),
		  &child->by_spi);
}

static struct bytes connection_key(const uint64_t *id)
{
	return bytes_at(id, sizeof(*id));
}

void child_sa_set_connection(struct world *w, struct child_sa *child, uint64_t connection)
{
	groups_remove(&w->child_by_connection, connection_key(&child->connection),
		      &child->of_connection);
	child->connection = connection;
	groups_add(&w->child_by_connection, connection_key(&connection), &child->of_connection);
}

void child_sa_set_traffic(struct child_sa *child, struct traffic t)
{
	traffic_done(&child->traffic);
	child->traffic = t;
}

struct list *child_sas_of_connection(struct world *w, uint64_t connection)
{
	struct list *members = groups_find(&w->child_by_connection, connection_key(&connection));

	return members == NULL ? &w->connections.none : members;
}

static void keys_done(struct child_sa *child)
{
	secret_done(&child->key_in);
	secret_done(&child->integ_in);
	secret_done(&child->key_out);
	secret_done(&child->integ_out);
}

void child_sa_free(struct world *w, struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	assert(!child->inbound && !child->outbound && sa != NULL);
	sa->child_count--;
	timer_stop(w, &child->life_timer);
	timer_stop(w, &child->proof_timer);
	timer_stop(w, &child->rekey_timer);
	timer_stop(w, &child->limit_timer);
	table_remove(&w->child_by_id, &child->by_id);
	table_remove(&w->child_by_spi, &child->by_spi);
	groups_remove(&w->child_by_connection, connection_key(&child->connection),
		      &child->of_connection);
	list_remove(&child->link);
	keys_done(child);
	traffic_done(&child->traffic);
	mem_free(child);
}

struct child_sa *child_sa_find_id(const struct world *w, uint64_t id)
{
	struct table_link *link = table_find(&w->child_by_id, bytes_at(&id, sizeof(id)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct child_sa, by_id);
}

struct child_sa *child_sa_find_spi(const struct world *w, uint32_t spi_in)
{
	struct table_link *link = table_find(&w->child_by_spi, bytes_at(&spi_in, sizeof(spi_in)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct child_sa, by_spi);
}

struct child_sa *child_sa_find_peer_spi(struct ike_sa *sa, uint32_t spi_out)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->spi_out == spi_out && spi_out != 0)
			return child;
	}
	return NULL;
}

/* A head that is fed by many CPUs sees more reordering than a clone. */
static uint32_t replay_window(const struct world *w, const struct child_sa *child)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	if (c != NULL && c->conf->replay_window != 0)
		return c->conf->replay_window;
	return child->is_clone ? REPLAY_WINDOW_CLONE : REPLAY_WINDOW_HEAD;
}

/* In transport mode all selectors are of one address. An SA has one: of several, all their traffic,
 * among which the policies choose. */
static struct selector hull(const struct selectors *s)
{
	return s->count == 1 ? s->list[0] : selector_of_address(&s->list[0].start);
}

static bool has_clones(const struct world *w, const struct child_sa *child)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	return c != NULL && c->conf->clones.kind != CLONES_NO;
}

static enum conf_steering steering_of(const struct world *w, const struct child_sa *child)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	return c == NULL ? STEERING_OFF : c->conf->clone_steering;
}

static uint16_t source_port(bool spread, uint32_t spi, const struct endpoint *end)
{
	return spread ? ike_clone_port(spi) : end->port;
}

uint16_t child_sa_port_out(const struct child_sa *child)
{
	return source_port(child->spread, child->spi_out, &child->from);
}

static void kernel_sa_of(const struct world *w, const struct child_sa *child,
			 enum kernel_direction direction, struct kernel_sa *out)
{
	bool in = direction == KERNEL_IN;
	const struct secret *key = in ? &child->key_in : &child->key_out;
	const struct secret *integ = in ? &child->integ_in : &child->integ_out;

	*out = (struct kernel_sa) {
		.direction = direction,
		.spi = in ? child->spi_in : child->spi_out,
		.source = in ? child->to.address : child->from.address,
		.destination = in ? child->from.address : child->to.address,
		.reqid = child->reqid,
		.mode = child->mode,
		.local = hull(&child->traffic.local),
		.remote = hull(&child->traffic.remote),
		.encr = child->suite.encr,
		.encr_key_bits = child->suite.encr_key_bits,
		.encr_key = secret_bytes(key),
		.integ = child->suite.integ,
		.integ_key = secret_bytes(integ),
		.esn = child->suite.esn,
		.replay_window = in ? replay_window(w, child) : 0,
		.cpu = w->facts->per_cpu ? child->cpu : KERNEL_CPU_NONE,
		.steering = in ? steering_of(w, child) : STEERING_OFF,
		.clone_head = !child->is_clone && has_clones(w, child),
		.encapsulated = child->encapsulated,
		.encap_source_port = in ? source_port(child->spread, child->spi_in, &child->to)
					: child_sa_port_out(child),
		.encap_destination_port = in ? child->from.port : child->to.port,
		.ports_may_vary = in && child->any_port,
		.hard_bytes = child->limits.hard_bytes,
		.hard_packets = child->limits.hard_packets,
	};
}

static int install(struct world *w, struct child_sa *child, enum kernel_direction direction)
{
	struct kernel_change change = { .verb = KERNEL_SA_ADD };
	char name[CHILD_NAME_MAX];

	kernel_sa_of(w, child, direction, &change.sa);
	return world_kernel(w, child_sa_name(w, child, name), child->serial, &change);
}

int child_sa_install_inbound(struct world *w, struct child_sa *child)
{
	int err = install(w, child, KERNEL_IN);

	if (err != 0)
		return err;
	child->inbound = true;
	secret_done(&child->key_in);
	secret_done(&child->integ_in);
	return 0;
}

static bool same_ends(const struct child_sa *a, const struct child_sa *b)
{
	return address_equal(&a->from.address, &b->from.address) &&
	       address_equal(&a->to.address, &b->to.address);
}

static bool lacks_head(struct world *w, const struct child_sa *child)
{
	if (!w->facts->clones_need_head || !child->is_clone)
		return false;
	LIST_FOR_EACH(link, child_sas_of_connection(w, child->connection)) {
		const struct child_sa *other = CHILD_OF_CONNECTION(link);

		if (!other->is_clone && other->outbound && same_ends(other, child))
			return false;
	}
	return true;
}

static int install_outbound(struct world *w, struct child_sa *child)
{
	int err = install(w, child, KERNEL_OUT);

	if (err != 0)
		return err;
	child->outbound = true;
	secret_done(&child->key_out);
	secret_done(&child->integ_out);
	return 0;
}

/* One that the kernel refuses now has said so; its traffic stays with the head. */
static void take_clones_along(struct world *w, const struct child_sa *head)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, head->connection)) {
		struct child_sa *clone = CHILD_OF_CONNECTION(link);

		if (clone->waits_for_head && same_ends(clone, head)) {
			clone->waits_for_head = false;
			(void)install_outbound(w, clone);
		}
	}
}

int child_sa_install_outbound(struct world *w, struct child_sa *child)
{
	int err;

	child->waits_for_head = lacks_head(w, child);
	if (child->waits_for_head)
		return 0;
	err = install_outbound(w, child);
	if (err == 0 && !child->is_clone)
		take_clones_along(w, child);
	return err;
}

static void remove_one(struct world *w, struct child_sa *child, enum kernel_direction direction)
{
	struct kernel_change change = { .verb = KERNEL_SA_DELETE };
	char name[CHILD_NAME_MAX];

	kernel_sa_of(w, child, direction, &change.sa);
	if (world_kernel(w, child_sa_name(w, child, name), child->serial, &change) != 0)
		return; /* reported; there is nothing more to be done about it */
}

void child_sa_uninstall(struct world *w, struct child_sa *child)
{
	if (child->outbound)
		remove_one(w, child, KERNEL_OUT);
	child->outbound = child->waits_for_head = false;
	if (child->inbound)
		remove_one(w, child, KERNEL_IN);
	child->inbound = false;
	keys_done(child);
	timer_stop(w, &child->proof_timer);
	timer_stop(w, &child->life_timer);
	timer_stop(w, &child->rekey_timer);
	timer_stop(w, &child->limit_timer);
}

struct child_ends child_ends_of(const struct world *w, const struct ike_sa *sa,
				const struct connection *c)
{
	struct child_ends ends = {
		.from = sa->local,
		.to = sa->remote,
		.encapsulated = ike_sa_encapsulates(sa, c),
	};

	if (ends.encapsulated && ends.from.port != w->setup->nat_port)
		ends.from.port = w->setup->nat_port;
	ends.any_port = ends.encapsulated && c->conf->clone_ports == CLONE_PORTS_SPREAD;
	/* A NAT before the peer that translates ports lets nothing in but from ours that it knows. */
	ends.spread = ends.any_port && ends.to.port == w->setup->nat_port;
	return ends;
}

static bool is_spread(const struct child_sa *child, const struct child_ends *ends)
{
	return ends->spread && child->is_clone;
}

void child_sa_set_ends(struct child_sa *child, const struct child_ends *ends)
{
	child->from = ends->from;
	child->to = ends->to;
	child->encapsulated = ends->encapsulated;
	child->spread = is_spread(child, ends);
	child->any_port = ends->any_port && child->is_clone;
}

bool child_sa_goes_far(const struct child_sa *child, const struct child_ends *ends)
{
	return child->encapsulated != ends->encapsulated ||
	       !address_equal(&child->from.address, &ends->from.address) ||
	       !address_equal(&child->to.address, &ends->to.address);
}

bool child_sa_is_at(const struct child_sa *child, const struct child_ends *ends)
{
	return !child_sa_goes_far(child, ends) &&
	       (!child->encapsulated || (child->from.port == ends->from.port &&
					 child->to.port == ends->to.port &&
					 child->spread == is_spread(child, ends)));
}

/* Transport mode has the addresses in its selectors: those cannot change. */
static bool can_move(const struct world *w, const struct child_sa *child,
		     const struct child_ends *ends)
{
	return !child_sa_goes_far(child, ends) ||
	       (w->facts->moves_addresses && child->mode == TYPE_TUNNEL);
}

static int move_one(struct world *w, struct child_sa *child, enum kernel_direction direction,
		    const struct child_ends *ends)
{
	bool in = direction == KERNEL_IN, spread = is_spread(child, ends);
	const struct endpoint *source = in ? &ends->to : &ends->from;
	const struct endpoint *destination = in ? &ends->from : &ends->to;
	struct kernel_change change = { .verb = KERNEL_SA_MOVE };
	char name[CHILD_NAME_MAX];

	kernel_sa_of(w, child, direction, &change.sa);
	change.to = (struct kernel_ends) {
		.source = source->address,
		.destination = destination->address,
		.encapsulated = ends->encapsulated,
		.encap_source_port =
			source_port(spread, in ? child->spi_in : child->spi_out, source),
		.encap_destination_port = destination->port,
		.ports_may_vary = in && ends->any_port && child->is_clone,
	};
	return world_kernel(w, child_sa_name(w, child, name), child->serial, &change);
}

int child_sa_move(struct world *w, struct child_sa *child, const struct child_ends *ends)
{
	int err = 0;

	if (child_sa_is_at(child, ends))
		return 0;
	if ((child->inbound || child->outbound) && !can_move(w, child, ends))
		return -EOPNOTSUPP;
	if (child->outbound)
		err = move_one(w, child, KERNEL_OUT, ends);
	if (err != 0) {
		child_sa_uninstall_outbound(w, child);
		return err;
	}
	if (child->inbound)
		err = move_one(w, child, KERNEL_IN, ends);
	if (err != 0 && child->inbound) {
		remove_one(w, child, KERNEL_IN);
		child->inbound = false;
	}
	child_sa_set_ends(child, ends);
	if (err != 0)
		child_sa_uninstall_outbound(w, child);
	return err;
}

static void query(struct world *w, const struct child_sa *child, enum kernel_direction direction,
		  struct kernel_counters *out)
{
	struct kernel_change change = { .verb = KERNEL_SA_QUERY };

	kernel_sa_of(w, child, direction, &change.sa);
	w->host.kernel(w->host.context, &change, 1);
	if (change.result == 0)
		*out = change.counters;
}

void child_sa_uninstall_outbound(struct world *w, struct child_sa *child)
{
	if (child->outbound) {
		query(w, child, KERNEL_OUT, &child->sent);
		remove_one(w, child, KERNEL_OUT);
	}
	child->outbound = child->waits_for_head = false;
	secret_done(&child->key_out);
	secret_done(&child->integ_out);
	timer_stop(w, &child->proof_timer);
}

void child_sa_counters(struct world *w, const struct child_sa *child, struct kernel_counters *in,
		       struct kernel_counters *out)
{
	*in = (struct kernel_counters) { 0 };
	*out = child->sent;
	if (child->inbound)
		query(w, child, KERNEL_IN, in);
	if (child->outbound)
		query(w, child, KERNEL_OUT, out);
}

const char *child_sa_name(const struct world *w, const struct child_sa *child,
			  char out[CHILD_NAME_MAX])
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	return c == NULL ? "" : connection_member_name(c, child->number, out);
}
