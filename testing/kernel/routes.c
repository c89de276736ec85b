/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Own addresses and the routes that the daemon makes, as `ip` shows them. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "pluto/kernel/route.h"

enum { WAIT_MS = 3000 };

static bool has_address(struct kernel_backend *k, const char *text)
{
	struct address wanted = address(text), *list;
	size_t count;
	bool found = false;

	if (kernel_list_addresses(k, &list, &count) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		found = found || address_equal(&list[i], &wanted);
		check(list[i].ip[0] != 0xfe, "no link-local address is listed", "one is");
	}
	mem_free(list);
	return found;
}

void check_addresses(struct kernel_backend *k)
{
	struct pollfd p = { .fd = kernel_address_fd(k), .events = POLLIN };

	check(has_address(k, "127.0.0.1"), "loopback is listed", "not");
	check(has_address(k, "192.1.2.45"), "an IPv4 address is listed", "not");
	check(has_address(k, "2001:db8:1::45"), "an IPv6 address is listed", "not");
	kernel_drain_addresses(k);
	check(!kernel_drain_addresses(k), "nothing changed", "something did");
	shell("ip addr add 192.1.2.46/24 dev outer");
	check(poll(&p, 1, WAIT_MS) == 1, "a new address is told", "not");
	check(kernel_drain_addresses(k), "a new address changes the list", "not");
	check(has_address(k, "192.1.2.46"), "a new address is listed", "not");
}

static bool route_shows(const char *destination, const char *part)
{
	char command[256];

	snprintf(command, sizeof(command), "ip route show %s proto %d | grep -q -e '%s'",
		 destination, ROUTE_PROTOCOL, part);
	return system(command) == 0;
}

void check_routes(struct kernel_backend *k)
{
	struct kernel_change c = { .route = { .peer = address("192.1.2.23"),
					      .local = net("192.0.1.0/24"),
					      .metric = 50,
					      .mtu = 1400,
					      .only_if_missing = true } };

	if (!prefix_parse("192.0.2.0/24", &c.route.destination))
		abort();
	apply(k, &c, KERNEL_ROUTE_ADD);
	check_result(&c, 0, "a route where there is one");
	check(!c.route_made, "where there is a route none is made", "one was");
	check(!route_shows("192.0.2.0/24", ""), "where there is a route none is there", "one is");

	shell("ip route del default");
	apply(k, &c, KERNEL_ROUTE_ADD);
	check_result(&c, 0, "a route where there is none");
	check(c.route_made, "where there is no route one is made", "none was");
	check(route_shows("192.0.2.0/24", "dev outer.*src 192.0.1.254.*metric 50.*mtu 1400"),
	      "device, source, metric and MTU", "not all of them");
	c.route.source = address("192.1.2.46");
	apply(k, &c, KERNEL_ROUTE_ADD);
	check_result(&c, 0, "a source address is wished for");
	check(route_shows("192.0.2.0/24", "src 192.1.2.46"), "our route is made anew", "not");
	apply(k, &c, KERNEL_ROUTE_DELETE);
	check_result(&c, 0, "a route goes");
	apply(k, &c, KERNEL_ROUTE_DELETE);
	check_result(&c, -ESRCH, "a route that went");

	c.route.next_hop = address("192.1.2.254");
	apply(k, &c, KERNEL_ROUTE_ADD);
	check(route_shows("192.0.2.0/24", "via 192.1.2.254"), "the next hop is kept", "not");
	apply(k, &c, KERNEL_ROUTE_DELETE);
	shell("ip route add 192.0.2.0/24 via 192.1.2.254 metric 50");
	apply(k, &c, KERNEL_ROUTE_ADD);
	check_result(&c, -EEXIST, "somebody else's route stays");
	apply(k, &c, KERNEL_ROUTE_DELETE);
	check_result(&c, -ESRCH, "somebody else's route is not ours to delete");
	shell("ip route del 192.0.2.0/24 && ip route add default via 192.1.2.254");
}
