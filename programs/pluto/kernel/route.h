/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_ROUTE_H
#define PLUTO_KERNEL_ROUTE_H

#include "pluto/kernel/netlink.h"

/* Addresses and routes over rtnetlink. */

enum {
	ROUTE_PROTOCOL = 201 /* rtm_protocol: whose a route is; ours alone are ever deleted */
};

/* What kernel.h says of routes; *made: there was none before. */
MUST_CHECK int route_add(struct netlink *n, const struct kernel_route *route, bool *made,
			 char text[KERNEL_TEXT_MAX]);
MUST_CHECK int route_delete(struct netlink *n, const struct kernel_route *route,
			    char text[KERNEL_TEXT_MAX]);

/* The own address that packets to `to` come from; left alone where there is no way. */
void route_find_source(struct netlink *n, const struct address *to, struct address *out);

/* The index of the device that packets to `to` leave by; 0: there is no way. */
unsigned route_find_device(struct netlink *n, const struct address *to);

/* As kernel_list_addresses(). */
MUST_CHECK int route_list_addresses(struct netlink *n, struct address **list, size_t *count);

/* The two readers of rtnetlink's messages; false: it is not that, or of no use to us. */
struct route_seen {
	uint32_t device;        /* interface index */
	struct address gateway; /* none: on the link itself */
	struct address source;  /* the preferred one; may be none */
	bool usable;            /* neither unreachable nor a black hole */
};
MUST_CHECK bool route_read(const struct nlmsghdr *message, struct route_seen *out);
MUST_CHECK bool route_read_address(const struct nlmsghdr *message, struct address *out);

/* RTM_NEWROUTE as it is sent: `source` none: the system's choice. */
void route_write(union netlink_message *m, const struct kernel_route *route,
		 const struct route_seen *way, const struct address *source);

#endif
