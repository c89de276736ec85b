/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel=none: for machines without XFRM. Every change succeeds and nothing is protected; the host's
 * addresses are the real ones.
 */
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "pluto/cpus/cpus.h"
#include "pluto/kernel/backend.h"
#include "pluto/kernel/route.h"

enum { EVENTS_PER_CALL = 64 };

struct none {
	struct kernel_backend backend;
	struct netlink requests, addresses;
};

static struct none *none_of(struct kernel_backend *k)
{
	return (struct none *)(void *)k;
}

static void none_stop(struct kernel_backend *k)
{
	netlink_close(&none_of(k)->requests);
	netlink_close(&none_of(k)->addresses);
}

static int none_start(struct kernel_backend *k, struct kernel_facts *facts,
		      char text[KERNEL_TEXT_MAX])
{
	int result = cpus_read(facts);

	if (result < 0) {
		kernel_say(text, "cannot find out which CPUs there are");
		return result;
	}
	result = netlink_open(&none_of(k)->requests, NETLINK_ROUTE, 0);
	if (!result)
		result = netlink_open(&none_of(k)->addresses, NETLINK_ROUTE,
				      RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	if (result) {
		kernel_say(text, "cannot ask the kernel for addresses");
		none_stop(k);
		return result;
	}
	facts->name = "none";
	facts->dialect = "none";
	facts->per_cpu = false;
	return 0;
}

static int none_apply(struct kernel_backend *k, struct kernel_change *change)
{
	if (change->verb == KERNEL_SOURCE_FIND)
		route_find_source(&none_of(k)->requests, &change->route.peer, &change->source);
	return 0;
}

static int none_address_fd(const struct kernel_backend *k)
{
	return netlink_fd(&((const struct none *)(const void *)k)->addresses);
}

static void address_ignore(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
}

static bool none_drain_addresses(struct kernel_backend *k)
{
	struct netlink_listener listener = { NULL, address_ignore };
	bool changed = false;

	for (int i = 0; i < EVENTS_PER_CALL; i++) {
		if (netlink_read(&none_of(k)->addresses, &listener) == NETLINK_NOTHING)
			break;
		changed = true;
	}
	return changed;
}

static int none_list_addresses(struct kernel_backend *k, struct address **list, size_t *count)
{
	return route_list_addresses(&none_of(k)->requests, list, count);
}

static const struct kernel_ops none_ops = {
	.start = none_start,
	.stop = none_stop,
	.apply = none_apply,
	.address_fd = none_address_fd,
	.drain_addresses = none_drain_addresses,
	.list_addresses = none_list_addresses,
};

struct kernel_backend *kernel_none_new(void)
{
	struct none *n = NEW(struct none);

	n->backend.ops = &none_ops;
	return &n->backend;
}
