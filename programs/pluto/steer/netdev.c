/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/netdev.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/mem.h"

enum { DUMP_TRIES = 5, BELOW_MAX = 8 /* VLANs one on the other */ };

/* The name, which the kernel ends with a zero; false: it does not fit. */
static bool read_name(const struct nlattr *a, char out[IF_NAMESIZE])
{
	size_t len;

	if (a == NULL)
		return false;
	len = strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
	if (len == 0 || len >= IF_NAMESIZE)
		return false;
	memcpy(out, mnl_attr_get_payload(a), len);
	out[len] = '\0';
	return true;
}

static int note_kind(const struct nlattr *a, void *context)
{
	bool *vlan = context;

	if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
		*vlan = mnl_attr_get_payload_len(a) >= 4 &&
			memcmp(mnl_attr_get_payload(a), "vlan", 4) == 0;
	return MNL_CB_OK;
}

static bool is_vlan(const struct nlattr *info)
{
	bool vlan = false;

	return info != NULL && mnl_attr_parse_nested(info, note_kind, &vlan) == MNL_CB_OK && vlan;
}

bool netdev_read_link(const struct nlmsghdr *message, struct netdev *out)
{
	const struct nlattr *attrs[IFLA_MAX + 1];
	struct netdev d = { .index = 0 };
	struct ifinfomsg head;

	if (message->nlmsg_type != RTM_NEWLINK || !netlink_header(message, &head, sizeof(head)) ||
	    !netlink_attributes(message, sizeof(head), attrs, IFLA_MAX) || head.ifi_index <= 0 ||
	    !read_name(attrs[IFLA_IFNAME], d.name))
		return false;
	d.index = (unsigned)head.ifi_index;
	d.is_loopback = (head.ifi_flags & IFF_LOOPBACK) != 0;
	d.is_vlan = is_vlan(attrs[IFLA_LINKINFO]);
	if (!netlink_attribute(attrs[IFLA_MTU], &d.mtu, sizeof(d.mtu)))
		d.mtu = 0;
	/* What it is on may be in another namespace, where that index is another's. */
	if (d.is_vlan && attrs[IFLA_LINK_NETNSID] == NULL &&
	    !netlink_attribute(attrs[IFLA_LINK], &d.below, sizeof(d.below)))
		d.below = 0;
	*out = d;
	return true;
}

static bool read_ip(const struct nlattr *a, uint16_t family, struct address *out)
{
	size_t len = family == AF_INET ? 4 : 16;
	uint8_t ip[16];

	return netlink_attribute(a, ip, len) && address_read(bytes_at(ip, len), out);
}

bool netdev_read_address(const struct nlmsghdr *message, struct netdev_address *out)
{
	const struct nlattr *attrs[IFA_MAX + 1];
	struct netdev_address found;
	struct ifaddrmsg head;

	if (message->nlmsg_type != RTM_NEWADDR || !netlink_header(message, &head, sizeof(head)) ||
	    !netlink_attributes(message, sizeof(head), attrs, IFA_MAX) ||
	    (head.ifa_family != AF_INET && head.ifa_family != AF_INET6))
		return false;
	/* Of a point-to-point link IFA_ADDRESS is the other end. */
	if (!read_ip(attrs[IFA_LOCAL], head.ifa_family, &found.address) &&
	    !read_ip(attrs[IFA_ADDRESS], head.ifa_family, &found.address))
		return false;
	found.index = head.ifa_index;
	*out = found;
	return true;
}

/* An array that has to hold one more grows by doubling. */
static void *grown(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return mem_grow(list, count == 0 ? 1 : count * 2, size);
}

static void on_message(void *context, const struct nlmsghdr *message)
{
	struct netdevs *d = context;
	struct netdev_address address;
	struct netdev link;

	if (d->count < NETDEVS_MAX && netdev_read_link(message, &link)) {
		d->list = grown(d->list, d->count, sizeof(link));
		d->list[d->count++] = link;
	} else if (d->address_count < NETDEVS_MAX && netdev_read_address(message, &address)) {
		d->addresses = grown(d->addresses, d->address_count, sizeof(address));
		d->addresses[d->address_count++] = address;
	}
}

static int dump(struct netlink *n, uint16_t type, size_t header, struct netdevs *out)
{
	struct netlink_listener listener = { out, on_message };
	union netlink_message m;

	netlink_begin(&m, type, header);
	return netlink_dump(n, &m, &listener);
}

int netdevs_read(struct netlink *n, struct netdevs *out)
{
	struct netdevs found = { 0 };
	int result = -EINTR;

	for (int i = 0; i < DUMP_TRIES && result == -EINTR; i++) {
		found.count = found.address_count = 0;
		result = dump(n, RTM_GETLINK, sizeof(struct ifinfomsg), &found);
		if (result >= 0)
			result = dump(n, RTM_GETADDR, sizeof(struct ifaddrmsg), &found);
	}
	if (result < 0) {
		netdevs_done(&found);
		return result;
	}
	netdevs_done(out);
	*out = found;
	return 0;
}

void netdevs_done(struct netdevs *d)
{
	mem_free(d->list);
	mem_free(d->addresses);
	*d = (struct netdevs) { 0 };
}

const struct netdev *netdev_find(const struct netdevs *d, unsigned index)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->list[i].index == index)
			return &d->list[i];
	}
	return NULL;
}

static const struct netdev *owner_of(const struct netdevs *d, const struct address *a)
{
	for (size_t i = 0; i < d->address_count; i++) {
		if (address_equal(&d->addresses[i].address, a))
			return netdev_find(d, d->addresses[i].index);
	}
	return NULL;
}

const struct netdev *netdev_of_address(const struct netdevs *d, const struct address *a)
{
	const struct netdev *found = owner_of(d, a);

	for (int i = 0; i < BELOW_MAX && found != NULL && found->is_vlan; i++)
		found = netdev_find(d, found->below);
	return found != NULL && !found->is_vlan ? found : NULL;
}

bool netdev_has_vlans(const struct netdevs *d, unsigned index)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->list[i].is_vlan && d->list[i].below == index)
			return true;
	}
	return false;
}
