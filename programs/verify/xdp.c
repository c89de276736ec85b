/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "pluto/kernel/netlink.h"
#include "verify/gather.h"

/* The family "netdev", since Linux 6.3: younger than the headers of some distributions. */
enum {
	NETDEV_DEV_GET = 1,      /* a command */
	NETDEV_IFINDEX = 1,      /* attributes */
	NETDEV_XDP_FEATURES = 3,
	FEATURE_BASIC = 1,       /* bits of the latter */
	FEATURE_REDIRECT = 2
};

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

static void on_family(void *context, const struct nlmsghdr *message)
{
	const struct nlattr *attributes[CTRL_ATTR_FAMILY_ID + 1];

	if (message->nlmsg_type == GENL_ID_CTRL &&
	    netlink_attributes(message, sizeof(struct genlmsghdr), attributes, CTRL_ATTR_FAMILY_ID))
		(void)!netlink_attribute(attributes[CTRL_ATTR_FAMILY_ID], context, sizeof(uint16_t));
}

/* 0: this kernel has none. */
static uint16_t find_family(struct netlink *n)
{
	uint16_t family = 0;
	struct netlink_listener listener = { .context = &family, .on_message = on_family };
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	struct genlmsghdr *head = netlink_begin(&m, GENL_ID_CTRL, sizeof(*head));

	head->cmd = CTRL_CMD_GETFAMILY;
	head->version = 1;
	mnl_attr_put_strz(&m.header, CTRL_ATTR_FAMILY_NAME, "netdev");
	return netlink_request(n, &m, &listener, ignored) == 0 ? family : 0;
}

void xdp_read_features(const struct nlmsghdr *message, int *native)
{
	const struct nlattr *attributes[NETDEV_XDP_FEATURES + 1];
	uint64_t features;

	if (netlink_attributes(message, sizeof(struct genlmsghdr), attributes,
			       NETDEV_XDP_FEATURES) &&
	    netlink_attribute(attributes[NETDEV_XDP_FEATURES], &features, sizeof(features)))
		*native = (features & FEATURE_BASIC) != 0 && (features & FEATURE_REDIRECT) != 0;
}

static void on_features(void *context, const struct nlmsghdr *message)
{
	xdp_read_features(message, context);
}

static int ask_features(struct netlink *n, uint16_t family, unsigned index)
{
	int native = -1;
	struct netlink_listener listener = { .context = &native, .on_message = on_features };
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	struct genlmsghdr *head = netlink_begin(&m, family, sizeof(*head));

	head->cmd = NETDEV_DEV_GET;
	head->version = 1;
	mnl_attr_put_u32(&m.header, NETDEV_IFINDEX, index);
	return netlink_request(n, &m, &listener, ignored) == 0 ? native : -1;
}

int xdp_native(const char *device)
{
	unsigned index = if_nametoindex(device);
	struct netlink n = { 0 };
	uint16_t family;
	int native = -1;

	if (index == 0 || netlink_open(&n, NETLINK_GENERIC, 0) < 0)
		return -1;
	family = find_family(&n);
	if (family != 0)
		native = ask_features(&n, family, index);
	netlink_close(&n);
	return native;
}
