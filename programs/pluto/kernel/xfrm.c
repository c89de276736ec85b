/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux XFRM: one request at a time, each with its own answer. */
#include "pluto/kernel/xfrm.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "pluto/cpus/cpus.h"
#include "pluto/kernel/route.h"

enum {
	EVENTS_PER_CALL = 64, /* datagrams */
	DUMP_FROM = 32,       /* that many queries at once are answered from one dump */
	GROUP_MAPPING = 1 << (XFRMNLGRP_MAPPING - 1)
};

static struct xfrm *xfrm_of(struct kernel_backend *k)
{
	return (struct xfrm *)(void *)k;
}

static const struct xfrm *xfrm_of_const(const struct kernel_backend *k)
{
	return (const struct xfrm *)(const void *)k;
}

struct sa_wish {
	struct xfrm_sa_seen *out;
	bool found;
};

static void sa_note(void *context, const struct nlmsghdr *message)
{
	struct sa_wish *w = context;

	if (!w->found)
		w->found = xfrm_read_sa(message, w->out);
}

int xfrm_get_sa(struct netlink *n, const struct kernel_sa *sa, const struct xfrm_abilities *can,
		struct xfrm_sa_seen *out, char text[KERNEL_TEXT_MAX])
{
	struct xfrm_sa_seen seen;
	struct sa_wish wish = { .out = &seen };
	struct netlink_listener listener = { &wish, sa_note };
	union netlink_message m;
	int result;

	xfrm_write_sa_id(&m, XFRM_MSG_GETSA, sa, can);
	result = netlink_request(n, &m, &listener, text);
	if (result < 0)
		return result;
	if (!wish.found)
		return -ESRCH;
	*out = seen;
	return 0;
}

struct policy_wish {
	struct xfrm_policy_seen seen;
	bool found;
};

static void policy_note(void *context, const struct nlmsghdr *message)
{
	struct policy_wish *w = context;

	if (!w->found)
		w->found = xfrm_read_policy(message, &w->seen);
}

/* -ESRCH where there is none: XFRM says ENOENT of policies. */
static int policy_error(int result)
{
	return result == -ENOENT ? -ESRCH : result;
}

static int get_policy(struct netlink *n, const struct kernel_policy *policy,
		      struct xfrm_policy_seen *out)
{
	struct policy_wish wish = { .found = false };
	struct netlink_listener listener = { &wish, policy_note };
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	int result = xfrm_write_policy_id(&m, XFRM_MSG_GETPOLICY, policy, ignored);

	if (result == 0)
		result = policy_error(netlink_request(n, &m, &listener, ignored));
	if (result < 0)
		return result;
	if (!wish.found)
		return -ESRCH;
	*out = wish.seen;
	return 0;
}

static bool sa_is(struct xfrm *x, const struct kernel_sa *sa)
{
	char ignored[KERNEL_TEXT_MAX];
	struct xfrm_sa_seen seen;

	return xfrm_get_sa(&x->requests, sa, &x->can, &seen, ignored) == 0 &&
	       seen.reqid == sa->reqid;
}

static bool policy_is(struct xfrm *x, const struct kernel_policy *policy)
{
	uint32_t reqid = policy->kind == POLICY_PROTECT ? policy->reqid : 0;
	struct xfrm_policy_seen seen;

	return get_policy(&x->requests, policy, &seen) == 0 && seen.reqid == reqid &&
	       seen.priority == policy->priority;
}

static bool word_was_lost(int result)
{
	return result == -ETIMEDOUT || result == -ENOBUFS;
}

struct other_head {
	uint32_t reqid;
	bool found;
};

static void other_head_note(void *context, const struct nlmsghdr *message)
{
	struct other_head *o = context;
	struct xfrm_sa_seen seen;

	if (xfrm_read_sa(message, &seen) && (seen.extra_flags & PCPU_2_HEAD) != 0)
		o->found |= seen.reqid != o->reqid;
}

/* In the dialect of 2019 a clone goes to whatever head there is between its two hosts. */
static int head_check(struct xfrm *x, struct kernel_change *c)
{
	struct other_head other = { .reqid = c->sa.reqid };
	struct netlink_listener listener = { &other, other_head_note };
	union netlink_message m;
	int result;

	if (!x->can.pcpu_2 || c->sa.direction != KERNEL_OUT || !c->sa.clone_head)
		return 0;
	xfrm_write_sa_dump(&m, &c->sa);
	result = netlink_dump(&x->requests, &m, &listener);
	if (result < 0 && result != -EINTR)
		return result;
	if (!other.found)
		return 0;
	kernel_say(c->text, "another connection between these two hosts has clones, and this "
			    "kernel keeps those of one");
	return -EEXIST;
}

static int sa_add(struct xfrm *x, struct kernel_change *c)
{
	union netlink_message m;
	int result = head_check(x, c);

	if (result < 0)
		return result;
	result = xfrm_write_sa(&m, &c->sa, &x->can, c->text);
	if (result == 0)
		result = netlink_request(&x->requests, &m, NULL, c->text);
	mem_wipe(&m, sizeof(m));
	if (word_was_lost(result) && sa_is(x, &c->sa))
		return 0;
	return result;
}

static int sa_delete(struct xfrm *x, struct kernel_change *c)
{
	char ignored[KERNEL_TEXT_MAX];
	struct xfrm_sa_seen seen;
	union netlink_message m;
	int result;

	xfrm_write_sa_id(&m, XFRM_MSG_DELSA, &c->sa, &x->can);
	result = netlink_request(&x->requests, &m, NULL, c->text);
	if (word_was_lost(result) &&
	    xfrm_get_sa(&x->requests, &c->sa, &x->can, &seen, ignored) == -ESRCH)
		return 0;
	return result;
}

/* Nothing is to be moved in the kernel where neither addresses nor UDP change. */
static bool moves_ports_only(const struct kernel_sa *sa, const struct kernel_ends *to)
{
	return address_equal(&sa->source, &to->source) &&
	       address_equal(&sa->destination, &to->destination) &&
	       sa->encapsulated == to->encapsulated;
}

static int sa_move(struct xfrm *x, struct kernel_change *c)
{
	union netlink_message m;
	int result;

	if (moves_ports_only(&c->sa, &c->to)) {
		result = xfrm_write_ports(&m, &c->sa, &c->to, &x->can, c->text);
	} else if (x->can.moves) {
		result = xfrm_write_move(&m, &c->sa, &c->to, c->text);
	} else {
		kernel_say(c->text, "this kernel moves no SAs");
		result = -EOPNOTSUPP;
	}
	return result < 0 ? result : netlink_request(&x->requests, &m, NULL, c->text);
}

static int sa_query(struct xfrm *x, struct kernel_change *c)
{
	struct xfrm_sa_seen seen;
	int result = xfrm_get_sa(&x->requests, &c->sa, &x->can, &seen, c->text);

	if (result == 0)
		c->counters = seen.counters;
	return result;
}

static int policy_set(struct xfrm *x, struct kernel_change *c)
{
	union netlink_message m;
	int result = xfrm_write_policy(&m, &c->policy, c->text);

	if (result == 0)
		result = netlink_request(&x->requests, &m, NULL, c->text);
	if (word_was_lost(result) && policy_is(x, &c->policy))
		return 0;
	return result;
}

static int policy_delete(struct xfrm *x, struct kernel_change *c)
{
	struct xfrm_policy_seen seen;
	union netlink_message m;
	int result = xfrm_write_policy_id(&m, XFRM_MSG_DELPOLICY, &c->policy, c->text);

	if (result == 0)
		result = policy_error(netlink_request(&x->requests, &m, NULL, c->text));
	if (word_was_lost(result) && get_policy(&x->requests, &c->policy, &seen) == -ESRCH)
		return 0;
	return result;
}

static int xfrm_apply(struct kernel_backend *k, struct kernel_change *c)
{
	struct xfrm *x = xfrm_of(k);

	switch (c->verb) {
	case KERNEL_SA_ADD:
		return sa_add(x, c);
	case KERNEL_SA_DELETE:
		return sa_delete(x, c);
	case KERNEL_SA_MOVE:
		return sa_move(x, c);
	case KERNEL_SA_QUERY:
		return sa_query(x, c);
	case KERNEL_POLICY_SET:
		return policy_set(x, c);
	case KERNEL_POLICY_DELETE:
		return policy_delete(x, c);
	case KERNEL_ROUTE_ADD:
		return route_add(&x->routes, &c->route, &c->route_made, c->text);
	case KERNEL_ROUTE_DELETE:
		return route_delete(&x->routes, &c->route, c->text);
	case KERNEL_SOURCE_FIND:
		route_find_source(&x->routes, &c->route.peer, &c->source);
		return 0;
	}
	return -EOPNOTSUPP;
}

/* Queries by what names their SA. */
static int change_compare(const void *a, const void *b)
{
	const struct kernel_sa *x = &(*(struct kernel_change *const *)a)->sa;
	const struct kernel_sa *y = &(*(struct kernel_change *const *)b)->sa;
	int order = memcmp(x->destination.ip, y->destination.ip, sizeof(x->destination.ip));

	if (order != 0)
		return order;
	return (x->spi > y->spi) - (x->spi < y->spi);
}

struct dump {
	struct kernel_change **sorted;
	size_t count;
};

static void dump_note(void *context, const struct nlmsghdr *message)
{
	const struct dump *d = context;
	struct kernel_change key = { 0 }, *wanted = &key, **found;
	struct xfrm_sa_seen seen;

	if (!xfrm_read_sa(message, &seen))
		return;
	key.sa.spi = seen.spi;
	key.sa.destination = seen.destination;
	found = bsearch(&wanted, d->sorted, d->count, sizeof(*d->sorted), change_compare);
	if (found == NULL)
		return;
	(*found)->counters = seen.counters;
	(*found)->result = 0;
}

static void query_dump(struct xfrm *x, struct kernel_change *changes, size_t count)
{
	struct dump d = { mem_new_array(count, sizeof(*d.sorted)), count };
	struct netlink_listener listener = { &d, dump_note };
	union netlink_message m;
	int result;

	for (size_t i = 0; i < count; i++) {
		changes[i].result = -ESRCH;
		d.sorted[i] = &changes[i];
	}
	qsort(d.sorted, count, sizeof(*d.sorted), change_compare);
	xfrm_write_sa_dump(&m, NULL);
	result = netlink_dump(&x->requests, &m, &listener);
	for (size_t i = 0; result < 0 && result != -EINTR && i < count; i++)
		changes[i].result = result;
	mem_free(d.sorted);
}

static void xfrm_query(struct kernel_backend *k, struct kernel_change *changes, size_t count)
{
	struct xfrm *x = xfrm_of(k);
	bool dump = count >= DUMP_FROM;

	if (dump)
		query_dump(x, changes, count);
	/* A dump may miss some while others come and go; and the same SA may be asked for twice. */
	for (size_t i = 0; i < count; i++) {
		if (!dump || changes[i].result < 0)
			changes[i].result = sa_query(x, &changes[i]);
	}
}

static bool xfrm_owns(struct kernel_backend *k, const struct kernel_change *c)
{
	struct xfrm *x = xfrm_of(k);

	switch (c->verb) {
	case KERNEL_SA_DELETE:
		return sa_is(x, &c->sa);
	case KERNEL_POLICY_DELETE:
		return policy_is(x, &c->policy);
	case KERNEL_ROUTE_DELETE:
		return true; /* the protocol number says so, and deleting asks for it */
	default:
		return false;
	}
}

static void xfrm_stop(struct kernel_backend *k)
{
	struct xfrm *x = xfrm_of(k);

	netlink_close(&x->requests);
	netlink_close(&x->events);
	netlink_close(&x->routes);
	netlink_close(&x->addresses);
}

static int sockets_open(struct xfrm *x)
{
	int result = netlink_open(&x->requests, NETLINK_XFRM, 0);

	if (result == 0)
		result = netlink_open(&x->events, NETLINK_XFRM,
				      XFRMGRP_ACQUIRE | XFRMGRP_EXPIRE | GROUP_MAPPING);
	if (result == 0)
		result = netlink_open(&x->routes, NETLINK_ROUTE, 0);
	if (result == 0)
		result = netlink_open(&x->addresses, NETLINK_ROUTE,
				      RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	return result;
}

static void sockets_explain(int error, char text[KERNEL_TEXT_MAX])
{
	if (error == -EPROTONOSUPPORT)
		kernel_say(text, "the kernel has no XFRM: load xfrm_user, or say kernel=none");
	else if (error == -EPERM)
		kernel_say(text, "listening to the kernel's IPsec needs CAP_NET_ADMIN");
	else
		kernel_say(text, "cannot talk to the kernel's IPsec: %s", strerror(-error));
}

static const char *dialect_of(const struct xfrm_abilities *can)
{
	if (!can->per_cpu)
		return "none";
	return can->pcpu_2 ? "pcpu-2" : "mainline";
}

static int xfrm_start(struct kernel_backend *k, struct kernel_facts *facts,
		      char text[KERNEL_TEXT_MAX])
{
	struct xfrm *x = xfrm_of(k);
	int result = sockets_open(x);

	if (result < 0)
		sockets_explain(result, text);
	else
		result = cpus_read(facts);
	if (result == 0) {
		x->can.possible_cpus = facts->possible_cpus;
		x->can.pcpu_2 = x->pcpu_abi == PCPU_ABI_2;
		result = xfrm_probe(&x->requests, &x->can, text);
	} else if (text[0] == '\0') {
		kernel_say(text, "cannot find out which CPUs there are");
	}
	if (result < 0) {
		xfrm_stop(k);
		return result;
	}
	facts->name = "xfrm";
	facts->dialect = dialect_of(&x->can);
	facts->per_cpu = x->can.per_cpu;
	facts->clones_need_head = x->can.pcpu_2;
	facts->moves_addresses = x->can.moves;
	return 0;
}

static int xfrm_event_fd(const struct kernel_backend *k)
{
	return netlink_fd(&xfrm_of_const(k)->events);
}

struct event_context {
	const struct xfrm_abilities *can;
	const struct kernel_events *events;
};

static void event_note(void *context, const struct nlmsghdr *message)
{
	const struct event_context *e = context;
	struct xfrm_expire_seen expire;
	struct xfrm_mapping_seen mapping;
	struct kernel_acquire acquire;

	if (xfrm_read_acquire(message, e->can, &acquire))
		e->events->on_acquire(e->events->context, &acquire);
	else if (xfrm_read_expire(message, &expire))
		e->events->on_expire(e->events->context, expire.spi, &expire.destination,
				     expire.hard);
	else if (xfrm_read_mapping(message, &mapping))
		e->events->on_mapping(e->events->context, mapping.spi, &mapping.destination,
				      &mapping.from);
}

static void xfrm_read_events(struct kernel_backend *k, const struct kernel_events *events)
{
	struct xfrm *x = xfrm_of(k);
	struct event_context context = { &x->can, events };
	struct netlink_listener listener = { &context, event_note };

	for (int i = 0; i < EVENTS_PER_CALL; i++) {
		enum netlink_events got = netlink_read(&x->events, &listener);

		if (got == NETLINK_NOTHING)
			return;
		if (got == NETLINK_LOST && events->on_lost != NULL)
			events->on_lost(events->context);
	}
}

static int xfrm_address_fd(const struct kernel_backend *k)
{
	return netlink_fd(&xfrm_of_const(k)->addresses);
}

static void address_ignore(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
}

/* What changed is not looked at: the list is read again. */
static bool xfrm_drain_addresses(struct kernel_backend *k)
{
	struct netlink_listener listener = { NULL, address_ignore };
	bool changed = false;

	for (int i = 0; i < EVENTS_PER_CALL; i++) {
		if (netlink_read(&xfrm_of(k)->addresses, &listener) == NETLINK_NOTHING)
			break;
		changed = true;
	}
	return changed;
}

static int xfrm_list_addresses(struct kernel_backend *k, struct address **list, size_t *count)
{
	return route_list_addresses(&xfrm_of(k)->routes, list, count);
}

static unsigned xfrm_find_device(struct kernel_backend *k, const struct address *to)
{
	return route_find_device(&xfrm_of(k)->routes, to);
}

static int xfrm_bypass_socket(struct kernel_backend *k, int fd, uint16_t family)
{
	static const enum kernel_direction ways[] = { KERNEL_IN, KERNEL_OUT };
	int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int option = family == AF_INET6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY;

	(void)k;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct xfrm_userpolicy_info policy = xfrm_socket_policy(family, ways[i]);

		if (setsockopt(fd, level, option, &policy, sizeof(policy)) < 0)
			return -errno;
	}
	return 0;
}

static int xfrm_encapsulate_socket(struct kernel_backend *k, int fd)
{
	int type = UDP_ENCAP_ESPINUDP;

	(void)k;
	return setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)) < 0 ? -errno : 0;
}

static const struct kernel_ops xfrm_ops = {
	.start = xfrm_start,
	.stop = xfrm_stop,
	.apply = xfrm_apply,
	.query = xfrm_query,
	.owns = xfrm_owns,
	.event_fd = xfrm_event_fd,
	.read_events = xfrm_read_events,
	.address_fd = xfrm_address_fd,
	.drain_addresses = xfrm_drain_addresses,
	.list_addresses = xfrm_list_addresses,
	.find_device = xfrm_find_device,
	.bypass_socket = xfrm_bypass_socket,
	.encapsulate_socket = xfrm_encapsulate_socket,
};

struct kernel_backend *kernel_xfrm_new(struct ledger *ledger, enum conf_pcpu_abi pcpu_abi)
{
	struct xfrm *x = NEW(struct xfrm);

	x->backend.ops = &xfrm_ops;
	x->backend.ledger = ledger;
	x->backend.neighbour_discovery = true;
	x->pcpu_abi = pcpu_abi;
	return &x->backend;
}
