/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/kernel/route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/mem.h"
#include "pluto/kernel/backend.h"

enum { ADDRESSES_MAX = 65536, DUMP_TRIES = 5 };

static bool read_attribute_address(const struct nlattr *a, uint16_t family, struct address *out)
{
	size_t len = family == AF_INET ? 4 : 16;
	uint8_t ip[16];

	return netlink_attribute(a, ip, len) && address_read(bytes_at(ip, len), out);
}

static bool is_link_local(const struct address *a)
{
	return a->family == AF_INET6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

bool route_read_address(const struct nlmsghdr *message, struct address *out)
{
	const struct nlattr *attrs[IFA_MAX + 1];
	struct ifaddrmsg head;
	struct address a;
	uint32_t flags;

	if (message->nlmsg_type != RTM_NEWADDR || !netlink_header(message, &head, sizeof(head)) ||
	    !netlink_attributes(message, sizeof(head), attrs, IFA_MAX) ||
	    (head.ifa_family != AF_INET && head.ifa_family != AF_INET6))
		return false;
	flags = head.ifa_flags;
	if (attrs[IFA_FLAGS] != NULL &&
	    !netlink_attribute(attrs[IFA_FLAGS], &flags, sizeof(flags)))
		return false;
	if ((flags & (IFA_F_DADFAILED | IFA_F_TENTATIVE)) != 0)
		return false;
	/* Of a point-to-point link IFA_ADDRESS is the other end. */
	if (!read_attribute_address(attrs[IFA_LOCAL], head.ifa_family, &a) &&
	    !read_attribute_address(attrs[IFA_ADDRESS], head.ifa_family, &a))
		return false;
	if (is_link_local(&a))
		return false;
	*out = a;
	return true;
}

struct address_list {
	struct address *list;
	size_t count;
};

static void address_note(void *context, const struct nlmsghdr *message)
{
	struct address_list *l = context;
	struct address a;

	if (l->count == ADDRESSES_MAX || !route_read_address(message, &a))
		return;
	for (size_t i = 0; i < l->count; i++) {
		if (address_equal(&l->list[i], &a))
			return;
	}
	if ((l->count & (l->count - 1)) == 0) /* full: it grows by doubling */
		l->list = mem_grow(l->list, l->count == 0 ? 1 : l->count * 2, sizeof(a));
	l->list[l->count++] = a;
}

int route_list_addresses(struct netlink *n, struct address **list, size_t *count)
{
	struct address_list found = { 0 };
	struct netlink_listener listener = { &found, address_note };
	union netlink_message m;
	int result = -EINTR;

	for (int i = 0; i < DUMP_TRIES && result == -EINTR; i++) {
		found.count = 0;
		netlink_begin(&m, RTM_GETADDR, sizeof(struct ifaddrmsg));
		result = netlink_dump(n, &m, &listener);
	}
	if (result < 0) {
		mem_free(found.list);
		return result;
	}
	*list = found.list;
	*count = found.count;
	return 0;
}

bool route_read(const struct nlmsghdr *message, struct route_seen *out)
{
	const struct nlattr *attrs[RTA_MAX + 1];
	struct rtmsg head;
	struct route_seen seen = { 0 };

	if (message->nlmsg_type != RTM_NEWROUTE || !netlink_header(message, &head, sizeof(head)) ||
	    !netlink_attributes(message, sizeof(head), attrs, RTA_MAX) ||
	    (head.rtm_family != AF_INET && head.rtm_family != AF_INET6))
		return false;
	if (!netlink_attribute(attrs[RTA_OIF], &seen.device, sizeof(seen.device)))
		seen.device = 0;
	if (attrs[RTA_GATEWAY] != NULL &&
	    !read_attribute_address(attrs[RTA_GATEWAY], head.rtm_family, &seen.gateway))
		return false;
	if (attrs[RTA_PREFSRC] != NULL &&
	    !read_attribute_address(attrs[RTA_PREFSRC], head.rtm_family, &seen.source))
		return false;
	seen.usable = seen.device != 0 &&
		      (head.rtm_type == RTN_UNICAST || head.rtm_type == RTN_LOCAL);
	*out = seen;
	return true;
}

struct lookup {
	struct route_seen seen;
	bool found;
};

static void lookup_note(void *context, const struct nlmsghdr *message)
{
	struct lookup *l = context;

	if (!l->found)
		l->found = route_read(message, &l->seen);
}

/* How a packet to `to` leaves. false: it does not. */
static bool route_lookup(struct netlink *n, const struct address *to, struct route_seen *out)
{
	struct lookup l = { .found = false };
	struct netlink_listener listener = { &l, lookup_note };
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	struct rtmsg *head = netlink_begin(&m, RTM_GETROUTE, sizeof(*head));

	head->rtm_family = (uint8_t)to->family;
	head->rtm_dst_len = (uint8_t)(address_len(to) * 8);
	mnl_attr_put(&m.header, RTA_DST, address_len(to), to->ip);
	if (netlink_request(n, &m, &listener, ignored) < 0 || !l.found || !l.seen.usable)
		return false;
	*out = l.seen;
	return true;
}

void route_find_source(struct netlink *n, const struct address *to, struct address *out)
{
	struct route_seen seen;

	if (route_lookup(n, to, &seen))
		*out = seen.source;
}

unsigned route_find_device(struct netlink *n, const struct address *to)
{
	struct route_seen seen;

	return route_lookup(n, to, &seen) ? seen.device : 0;
}

/* An address of the block that is an ordinary one. */
static struct address sample_of(const struct prefix *p)
{
	struct address a = p->address;
	size_t len = address_len(&a);

	if (p->len < 8)
		a.ip[0] |= a.family == AF_INET ? 1 : 0x20;
	if (p->len < len * 8)
		a.ip[len - 1] |= 1;
	return a;
}

static void put_metrics(union netlink_message *m, uint32_t mtu)
{
	struct nlattr *nest;

	if (mtu == 0)
		return;
	nest = mnl_attr_nest_start(&m->header, RTA_METRICS);
	mnl_attr_put_u32(&m->header, RTAX_MTU, mtu);
	mnl_attr_nest_end(&m->header, nest);
}

/* What both adding and deleting say: table, protocol, destination, metric. */
static struct rtmsg *route_begin(union netlink_message *m, uint16_t type,
				 const struct kernel_route *route)
{
	const struct address *to = &route->destination.address;
	struct rtmsg *head = netlink_begin(m, type, sizeof(*head));

	head->rtm_family = (uint8_t)to->family;
	head->rtm_dst_len = route->destination.len;
	head->rtm_table = RT_TABLE_MAIN;
	head->rtm_protocol = ROUTE_PROTOCOL;
	mnl_attr_put(&m->header, RTA_DST, address_len(to), to->ip);
	if (route->metric != 0)
		mnl_attr_put_u32(&m->header, RTA_PRIORITY, route->metric);
	return head;
}

void route_write(union netlink_message *m, const struct kernel_route *route,
		 const struct route_seen *way, const struct address *source)
{
	uint16_t family = route->destination.address.family;
	struct rtmsg *head = route_begin(m, RTM_NEWROUTE, route);
	bool gateway = way->gateway.family == family;

	head->rtm_type = RTN_UNICAST;
	head->rtm_scope = gateway || family == AF_INET6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	mnl_attr_put_u32(&m->header, RTA_OIF, way->device);
	if (gateway)
		mnl_attr_put(&m->header, RTA_GATEWAY, address_len(&way->gateway), way->gateway.ip);
	if (source->family == family)
		mnl_attr_put(&m->header, RTA_PREFSRC, address_len(source), source->ip);
	put_metrics(m, route->mtu);
}

/* The wished-for source address, or an own one inside `local`, or none. */
static struct address source_choose(struct netlink *n, const struct kernel_route *route)
{
	struct address none = { 0 }, *list, chosen = none;
	size_t count;

	if (address_is_set(&route->source))
		return route->source;
	if (route_list_addresses(n, &list, &count) < 0)
		return none;
	for (size_t i = 0; i < count && !address_is_set(&chosen); i++) {
		if (selector_has_address(&route->local, &list[i]))
			chosen = list[i];
	}
	mem_free(list);
	return chosen;
}

/* Device and gateway: of the next hop where one is wished for, else of the peer. */
static bool way_find(struct netlink *n, const struct kernel_route *route, struct route_seen *out)
{
	bool hop = address_is_set(&route->next_hop) && !address_is_any(&route->next_hop);

	if (!route_lookup(n, hop ? &route->next_hop : &route->peer, out))
		return false;
	if (hop && !address_is_set(&out->gateway))
		out->gateway = route->next_hop;
	return true;
}

/* One of ours that is there already is replaced; somebody else's is not touched. */
static int route_send(struct netlink *n, const struct kernel_route *route,
		      const struct route_seen *way, char text[KERNEL_TEXT_MAX])
{
	struct address source = source_choose(n, route);
	union netlink_message m;
	int result;

	route_write(&m, route, way, &source);
	m.header.nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	result = netlink_request(n, &m, NULL, text);
	if (result != -EEXIST || route_delete(n, route, text) < 0)
		return result;
	route_write(&m, route, way, &source);
	m.header.nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	return netlink_request(n, &m, NULL, text);
}

int route_add(struct netlink *n, const struct kernel_route *route, bool *made,
	      char text[KERNEL_TEXT_MAX])
{
	struct address sample = sample_of(&route->destination);
	char peer[ADDRESS_TEXT_MAX];
	struct route_seen way;
	int result;

	if (route->only_if_missing && !address_is_set(&route->source) &&
	    !address_is_set(&route->next_hop) && route_lookup(n, &sample, &way)) {
		*made = false;
		return 0;
	}
	if (!way_find(n, route, &way)) {
		kernel_say(text, "there is no way to %s", address_print(&route->peer, peer));
		return -ENETUNREACH;
	}
	result = route_send(n, route, &way, text);
	if (result == -EEXIST)
		kernel_say(text, "somebody else has set this route");
	if (result == 0)
		*made = true;
	return result;
}

int route_delete(struct netlink *n, const struct kernel_route *route, char text[KERNEL_TEXT_MAX])
{
	union netlink_message m;

	route_begin(&m, RTM_DELROUTE, route)->rtm_scope = RT_SCOPE_NOWHERE;
	return netlink_request(n, &m, NULL, text);
}
