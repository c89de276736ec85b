/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake kernel's SAs, policies and routes: what it takes and what it refuses. */
#include "pluto/kernel/fake.h"

#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "pluto/kernel/fake_state.h"

enum { SPI_MIN = 256 }; /* RFC 4303 2.1: the lower ones are reserved */

struct fake_kernel *fake_of(struct kernel_backend *k)
{
	return (struct fake_kernel *)(void *)k;
}

const struct fake_kernel *fake_of_const(const struct kernel_backend *k)
{
	return (const struct fake_kernel *)(const void *)k;
}

/* Destination and SPI, which name an SA. */
struct state_key {
	uint8_t bytes[20];
};

static struct state_key state_key(uint32_t spi, const struct address *destination)
{
	struct state_key key = { { 0 } };

	memcpy(key.bytes, destination->ip, sizeof(destination->ip));
	memcpy(key.bytes + sizeof(destination->ip), &spi, sizeof(spi));
	return key;
}

static bool state_matches(const struct table_link *link, struct bytes key)
{
	const struct fake_state *s =
		(const void *)((const char *)link - offsetof(struct fake_state, by_spi));
	struct state_key own = state_key(s->view.sa.spi, &s->view.sa.destination);

	return bytes_equal(BYTES_OF(own.bytes), key);
}

struct fake_state *fake_state_find(const struct fake_kernel *f, uint32_t spi,
				   const struct address *destination)
{
	struct state_key key = state_key(spi, destination);
	struct table_link *link = table_find(&f->by_spi, BYTES_OF(key.bytes));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct fake_state, by_spi);
}

static struct bytes reqid_key(const struct kernel_sa *sa)
{
	return bytes_at(&sa->reqid, sizeof(sa->reqid));
}

void fake_state_remove(struct fake_kernel *f, struct fake_state *state)
{
	fake_slot_leave(f, state);
	table_remove(&f->by_spi, &state->by_spi);
	list_remove(&state->in_order);
	groups_remove(&f->out_by_reqid, reqid_key(&state->view.sa), &state->of_reqid);
	mem_free(state);
}

void fake_event_add(struct fake_kernel *f, struct fake_event event)
{
	f->events = mem_grow(f->events, f->event_count + 1, sizeof(*f->events));
	f->events[f->event_count++] = event;
}

/* Stands for what only the holder of the same keys can open. */
static uint64_t seal_of(const struct kernel_sa *sa)
{
	static const uint64_t key[2] = { 0x5ea1, 0x5ea1 };
	struct buffer b = { 0 };
	uint64_t seal;

	write_u16(&b, (uint16_t)sa->encr->id);
	write_u16(&b, sa->integ == NULL ? 0 : (uint16_t)sa->integ->id);
	write_u8(&b, sa->esn);
	write_bytes(&b, sa->encr_key);
	write_bytes(&b, sa->integ_key);
	seal = siphash(key, buffer_bytes(&b));
	buffer_wipe(&b);
	return seal;
}

static int refuse(struct kernel_change *c, int error, const char *text)
{
	kernel_say(c->text, "%s", text);
	return error;
}

static bool sa_keys_fit(const struct kernel_sa *sa)
{
	if (sa->encr == NULL || !encr_has_key_bits(sa->encr, sa->encr_key_bits) ||
	    sa->encr_key.len != encr_keymat_len(sa->encr, sa->encr_key_bits))
		return false;
	if (sa->encr->aead)
		return sa->integ == NULL && sa->integ_key.len == 0;
	return sa->integ != NULL && sa->integ_key.len == sa->integ->key_len;
}

/* What Linux refuses, with its errors. */
static int sa_check(const struct fake_kernel *f, struct kernel_change *c,
		    struct kernel_match *match)
{
	const struct kernel_sa *sa = &c->sa;
	bool in = sa->direction == KERNEL_IN;

	if ((!in && sa->direction != KERNEL_OUT) || sa->spi < SPI_MIN)
		return refuse(c, -EINVAL, "Invalid direction or SPI");
	if (sa->source.family != sa->destination.family || !address_is_set(&sa->source))
		return refuse(c, -EINVAL, "Invalid address family");
	if (!sa_keys_fit(sa))
		return refuse(c, -EINVAL, "Invalid key length");
	if (f->config.per_cpu && sa->cpu != KERNEL_CPU_NONE && sa->cpu >= f->config.cpus)
		return refuse(c, -ERANGE, "pCPU number too big");
	if (!in && sa->replay_window != 0)
		return refuse(c, -EINVAL, "Replay window should be 0 for output SA");
	if (in && sa->esn && sa->replay_window == 0)
		return refuse(c, -EINVAL, "ESN replay window must be > 0");
	if (sa->replay_window > FAKE_WINDOW_MAX)
		return refuse(c, -EINVAL, "Replay window too big");
	if (sa->mode != TYPE_TRANSPORT)
		return 0;
	return match_of_selectors(in ? &sa->remote : &sa->local, in ? &sa->local : &sa->remote,
				  match, c->text);
}

/* An unbound SA answers the acquire that waits for one, a bound one that of its CPU. */
static void larval_end(struct fake_kernel *f, const struct kernel_sa *sa)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->larval_count; i++) {
		const struct fake_larval *l = &f->larvals[i];

		if (sa->direction == KERNEL_OUT && l->cpu == sa->cpu && l->reqid == sa->reqid && l->mode == sa->mode &&
		    address_equal(&l->source, &sa->source) &&
		    address_equal(&l->destination, &sa->destination))
			continue;
		f->larvals[kept++] = *l;
	}
	f->larval_count = kept;
}

static int sa_add(struct fake_kernel *f, struct kernel_change *c)
{
	struct kernel_match match = { 0 };
	int result = sa_check(f, c, &match);
	struct fake_state *s;
	struct state_key key;

	if (result < 0)
		return result;
	if (fake_state_find(f, c->sa.spi, &c->sa.destination) != NULL)
		return refuse(c, -EEXIST, "");
	result = fake_slot_check(f, c);
	if (result < 0)
		return result;
	s = NEW(struct fake_state);
	s->seal = seal_of(&c->sa);
	s->match = match;
	s->view.sa = c->sa;
	s->view.sa.encr_key = s->view.sa.integ_key = (struct bytes) { 0 };
	if (!f->config.per_cpu)
		s->view.sa.cpu = KERNEL_CPU_NONE;
	s->view.added = ++f->added;
	key = state_key(c->sa.spi, &c->sa.destination);
	table_add(&f->by_spi, BYTES_OF(key.bytes), &s->by_spi);
	list_append(&f->states, &s->in_order);
	if (c->sa.direction == KERNEL_OUT)
		groups_add(&f->out_by_reqid, reqid_key(&c->sa), &s->of_reqid);
	fake_slot_take(f, s);
	larval_end(f, &s->view.sa);
	return 0;
}

static int sa_delete(struct fake_kernel *f, const struct kernel_sa *sa)
{
	struct fake_state *s = fake_state_named(f, sa);

	if (s == NULL)
		return -ESRCH;
	fake_state_remove(f, s);
	return 0;
}

static int sa_move(struct fake_kernel *f, struct kernel_change *c)
{
	struct fake_state *s = fake_state_find(f, c->sa.spi, &c->sa.destination);
	const struct kernel_ends *to = &c->to;
	struct state_key key;

	if (s == NULL)
		return -ESRCH;
	if (!f->config.moves_addresses &&
	    (!address_equal(&c->sa.source, &to->source) ||
	     !address_equal(&c->sa.destination, &to->destination) ||
	     s->view.sa.encapsulated != to->encapsulated))
		return refuse(c, -EOPNOTSUPP, "");
	table_remove(&f->by_spi, &s->by_spi);
	s->view.sa.source = to->source;
	s->view.sa.destination = to->destination;
	s->view.sa.encapsulated = to->encapsulated;
	s->view.sa.encap_source_port = to->encap_source_port;
	s->view.sa.encap_destination_port = to->encap_destination_port;
	key = state_key(c->sa.spi, &to->destination);
	table_add(&f->by_spi, BYTES_OF(key.bytes), &s->by_spi);
	return 0;
}

static int sa_query(const struct fake_kernel *f, struct kernel_change *c)
{
	const struct fake_state *s = fake_state_named(f, &c->sa);

	if (s == NULL)
		return -ESRCH;
	c->counters = s->view.counters;
	return 0;
}

static bool is_host(const struct prefix *p)
{
	return p->len == address_len(&p->address) * 8;
}

static struct fake_spd_key policy_key(const struct kernel_match *match)
{
	struct fake_spd_key key = { 0 };

	if (is_host(&match->source) && is_host(&match->destination)) {
		key.source = match->source.address;
		key.destination = match->destination.address;
	}
	return key;
}

static struct fake_spd_entry *policy_find(const struct fake_kernel *f,
					  enum kernel_direction direction,
					  const struct kernel_match *match)
{
	struct fake_spd_key key = policy_key(match);
	struct list *group = groups_find(&f->policies_by_hosts, bytes_at(&key, sizeof(key)));

	if (group == NULL)
		return NULL;
	LIST_FOR_EACH(link, group) {
		struct fake_spd_entry *e = LIST_OBJECT(link, struct fake_spd_entry, of_hosts);

		if (e->policy.direction == direction && match_equal(&e->match, match))
			return e;
	}
	return NULL;
}

static void policy_add(struct fake_kernel *f, const struct kernel_policy *policy,
		       const struct kernel_match *match)
{
	struct fake_spd_key key = policy_key(match);
	struct fake_spd_entry *e = NEW(struct fake_spd_entry);

	e->policy = *policy;
	e->match = *match;
	e->order = ++f->policies_added;
	list_append(&f->policies, &e->in_order);
	groups_add(&f->policies_by_hosts, bytes_at(&key, sizeof(key)), &e->of_hosts);
	f->policy_count++;
}

static void policy_remove(struct fake_kernel *f, struct fake_spd_entry *e)
{
	struct fake_spd_key key = policy_key(&e->match);

	list_remove(&e->in_order);
	groups_remove(&f->policies_by_hosts, bytes_at(&key, sizeof(key)), &e->of_hosts);
	f->policy_count--;
	mem_free(e);
}

static uint32_t owner_of(const struct kernel_policy *p)
{
	return p->kind == POLICY_PROTECT ? p->reqid : 0;
}

static int policy_match(struct kernel_change *c, struct kernel_match *match)
{
	return match_of_selectors(&c->policy.source, &c->policy.destination, match, c->text);
}

static int policy_set(struct fake_kernel *f, struct kernel_change *c)
{
	const struct kernel_policy *p = &c->policy;
	struct fake_spd_entry *old;
	struct kernel_match match;
	int result = policy_match(c, &match);

	if (result < 0)
		return result;
	if (p->kind == POLICY_PROTECT && p->mode == TYPE_TUNNEL &&
	    (!address_is_set(&p->tunnel_source) ||
	     p->tunnel_source.family != p->tunnel_destination.family))
		return refuse(c, -EINVAL, "Template without its ends");
	old = policy_find(f, p->direction, &match);
	if (old == NULL) {
		policy_add(f, p, &match);
		return 0;
	}
	if (owner_of(&old->policy) != 0 && owner_of(p) != 0 &&
	    owner_of(&old->policy) != owner_of(p))
		f->taken_over++;
	old->policy = *p;
	return 0;
}

static int policy_delete(struct fake_kernel *f, struct kernel_change *c)
{
	struct kernel_match match;
	struct fake_spd_entry *old;
	int result = policy_match(c, &match);

	if (result < 0)
		return result;
	old = policy_find(f, c->policy.direction, &match);
	if (old == NULL)
		return -ESRCH;
	policy_remove(f, old);
	return 0;
}

static struct kernel_route *route_find(const struct fake_kernel *f, const struct kernel_route *r)
{
	for (size_t i = 0; i < f->route_count; i++) {
		struct kernel_route *own = &f->routes[i];

		if (own->destination.len == r->destination.len && own->metric == r->metric &&
		    address_equal(&own->destination.address, &r->destination.address))
			return own;
	}
	return NULL;
}

static int route_add(struct fake_kernel *f, struct kernel_change *c)
{
	struct kernel_route *old = route_find(f, &c->route);

	c->route_made = true;
	if (old != NULL) {
		*old = c->route;
		return 0;
	}
	f->routes = mem_grow(f->routes, f->route_count + 1, sizeof(*f->routes));
	f->routes[f->route_count++] = c->route;
	return 0;
}

static int route_delete(struct fake_kernel *f, const struct kernel_route *r)
{
	struct kernel_route *old = route_find(f, r);

	if (old == NULL)
		return -ESRCH;
	f->route_count--;
	memmove(old, old + 1, (size_t)(f->routes + f->route_count - old) * sizeof(*old));
	return 0;
}

/* The first of the family; no routes are kept. */
static void source_find(const struct fake_kernel *f, struct kernel_change *c)
{
	for (size_t i = 0; i < f->address_count && !address_is_set(&c->source); i++)
		if (f->addresses[i].family == c->route.peer.family)
			c->source = f->addresses[i];
}

static int change_do(struct fake_kernel *f, struct kernel_change *c)
{
	switch (c->verb) {
	case KERNEL_SA_ADD:
		return sa_add(f, c);
	case KERNEL_SA_DELETE:
		return sa_delete(f, &c->sa);
	case KERNEL_SA_MOVE:
		return sa_move(f, c);
	case KERNEL_SA_QUERY:
		return sa_query(f, c);
	case KERNEL_POLICY_SET:
		return policy_set(f, c);
	case KERNEL_POLICY_DELETE:
		return policy_delete(f, c);
	case KERNEL_ROUTE_ADD:
		return route_add(f, c);
	case KERNEL_ROUTE_DELETE:
		return route_delete(f, &c->route);
	case KERNEL_SOURCE_FIND:
		source_find(f, c);
		return 0;
	}
	return -EOPNOTSUPP;
}

static bool is_query(const struct kernel_change *c)
{
	return c->verb == KERNEL_SA_QUERY || c->verb == KERNEL_SOURCE_FIND;
}

static int fake_apply(struct kernel_backend *k, struct kernel_change *c)
{
	struct fake_kernel *f = fake_of(k);
	int result;

	if (!is_query(c) && f->refuse_in != 0 && --f->refuse_in == 0)
		return refuse(c, f->refuse_error, f->refuse_text);
	result = change_do(f, c);
	if (result == 0 && !is_query(c))
		f->changes++;
	return result;
}

static bool policy_is_ours(const struct fake_kernel *f, const struct kernel_change *c)
{
	struct kernel_change copy = *c;
	struct kernel_match match;
	const struct kernel_policy *found;
	const struct fake_spd_entry *e;

	if (policy_match(&copy, &match) < 0)
		return false;
	e = policy_find(f, c->policy.direction, &match);
	if (e == NULL)
		return false;
	found = &e->policy;
	return owner_of(found) == c->policy.reqid &&
	       found->priority == c->policy.priority;
}

static bool fake_owns(struct kernel_backend *k, const struct kernel_change *c)
{
	const struct fake_kernel *f = fake_of(k);
	const struct fake_state *s;

	switch (c->verb) {
	case KERNEL_SA_DELETE:
		s = fake_state_named(f, &c->sa);
		return s != NULL && s->view.sa.reqid == c->sa.reqid;
	case KERNEL_POLICY_DELETE:
		return policy_is_ours(f, c);
	case KERNEL_ROUTE_DELETE:
		return route_find(f, &c->route) != NULL;
	default:
		return false;
	}
}

static int fake_start(struct kernel_backend *k, struct kernel_facts *facts,
		      char text[KERNEL_TEXT_MAX])
{
	const struct fake_kernel *f = fake_of(k);

	(void)text;
	facts->name = "fake";
	facts->dialect = f->config.pcpu_2 ? "pcpu-2" : f->config.per_cpu ? "mainline" : "none";
	facts->per_cpu = f->config.per_cpu;
	facts->clones_need_head = f->config.pcpu_2;
	facts->moves_addresses = f->config.moves_addresses;
	facts->possible_cpus = f->config.cpus;
	facts->online_count = f->config.cpus;
	for (uint32_t i = 0; i < f->config.cpus; i++)
		facts->online[i] = (uint16_t)i;
	return 0;
}

static void fake_free(struct kernel_backend *k)
{
	struct fake_kernel *f = fake_of(k);

	LIST_FOR_EACH(link, &f->states)
		fake_state_remove(f, LIST_OBJECT(link, struct fake_state, in_order));
	LIST_FOR_EACH(link, &f->policies)
		policy_remove(f, LIST_OBJECT(link, struct fake_spd_entry, in_order));
	table_done(&f->by_spi);
	groups_done(&f->out_by_reqid);
	groups_done(&f->policies_by_hosts);
	mem_free(f->routes);
	mem_free(f->events);
	mem_free(f->larvals);
	mem_free(f->addresses);
	mem_free(f);
}

static void fake_read_events(struct kernel_backend *k, const struct kernel_events *events)
{
	struct fake_kernel *f = fake_of(k);
	struct fake_event *list = f->events;
	size_t count = f->event_count;

	/* What the callbacks do may raise more: those are read next time. */
	f->events = NULL;
	f->event_count = 0;
	for (size_t i = 0; i < count; i++) {
		switch (list[i].kind) {
		case FAKE_ACQUIRE:
			events->on_acquire(events->context, &list[i].acquire);
			break;
		case FAKE_EXPIRE:
			events->on_expire(events->context, list[i].spi, &list[i].destination,
					  true);
			break;
		case FAKE_MAPPING:
			events->on_mapping(events->context, list[i].spi, &list[i].destination,
					   &list[i].from);
			break;
		}
	}
	mem_free(list);
}

static int fake_list_addresses(struct kernel_backend *k, struct address **list, size_t *count)
{
	const struct fake_kernel *f = fake_of(k);
	struct address *copy = NULL;

	if (f->address_count != 0) {
		copy = mem_new_array(f->address_count, sizeof(*copy));
		memcpy(copy, f->addresses, f->address_count * sizeof(*copy));
	}
	*list = copy;
	*count = f->address_count;
	return 0;
}

static const struct kernel_ops fake_ops = {
	.start = fake_start,
	.free = fake_free,
	.apply = fake_apply,
	.owns = fake_owns,
	.read_events = fake_read_events,
	.list_addresses = fake_list_addresses,
};

struct kernel_backend *kernel_fake_new(const struct fake_config *config)
{
	static const uint8_t seed[16] = "the fake kernel";
	struct fake_kernel *f = NEW(struct fake_kernel);

	f->backend.ops = &fake_ops;
	f->backend.ledger = config->ledger;
	f->config = *config;
	if (f->config.cpus > CPU_MAX)
		f->config.cpus = CPU_MAX;
	table_init(&f->by_spi, seed, state_matches);
	groups_init(&f->out_by_reqid, seed);
	groups_init(&f->policies_by_hosts, seed);
	list_init(&f->states);
	list_init(&f->policies);
	return &f->backend;
}

void fake_set_addresses(struct kernel_backend *k, const struct address *list, size_t count)
{
	struct fake_kernel *f = fake_of(k);

	mem_free(f->addresses);
	f->addresses = count == 0 ? NULL : mem_new_array(count, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		f->addresses[i] = list[i];
	f->address_count = count;
}

void fake_set_ledger(struct kernel_backend *k, struct ledger *ledger)
{
	k->ledger = ledger;
}

void fake_set_time(struct kernel_backend *k, int64_t epoch_seconds)
{
	fake_of(k)->epoch_seconds = epoch_seconds;
}

void fake_refuse(struct kernel_backend *k, unsigned n, int error, const char *text)
{
	struct fake_kernel *f = fake_of(k);

	f->refuse_in = n;
	f->refuse_error = error;
	kernel_say(f->refuse_text, "%s", text);
}
