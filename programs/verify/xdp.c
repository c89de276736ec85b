/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "pluto/kernel/netlink.h"
#include "verify/gather.h"

void xdp_read(const struct nlmsghdr *message, int *mode)
{
	const struct nlattr *attributes[IFLA_XDP + 1], *inner;
	const char *end;
	uint8_t attached;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    !netlink_attributes(message, sizeof(struct ifinfomsg), attributes, IFLA_XDP) ||
	    attributes[IFLA_XDP] == NULL)
		return;
	inner = mnl_attr_get_payload(attributes[IFLA_XDP]);
	end = (const char *)inner + mnl_attr_get_payload_len(attributes[IFLA_XDP]);
	for (; mnl_attr_ok(inner, (int)(end - (const char *)inner)); inner = mnl_attr_next(inner))
		if (mnl_attr_get_type(inner) == IFLA_XDP_ATTACHED &&
		    netlink_attribute(inner, &attached, sizeof(attached)))
			*mode = attached;
}

static void on_message(void *context, const struct nlmsghdr *message)
{
	xdp_read(message, context);
}

int xdp_mode(const char *device)
{
	unsigned index = if_nametoindex(device);
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	struct netlink n = { 0 };
	struct ifinfomsg *head;
	int mode = -1;
	struct netlink_listener listener = { .context = &mode, .on_message = on_message };

	if (index == 0 || netlink_open(&n, NETLINK_ROUTE, 0) < 0)
		return -1;
	head = netlink_begin(&m, RTM_GETLINK, sizeof(*head));
	head->ifi_index = (int)index;
	if (netlink_request(&n, &m, &listener, ignored) < 0)
		mode = -1;
	netlink_close(&n);
	return mode;
}
