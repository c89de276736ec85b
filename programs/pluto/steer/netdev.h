/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_NETDEV_H
#define PLUTO_STEER_NETDEV_H

#include <net/if.h>

#include "net/address.h"
#include "pluto/kernel/netlink.h"

/*
 * The host's interfaces and which of them has which address, as the kernel lists them: where the
 * packets to an address of ours are received, as far as the address says that.
 */
struct netdev {
	unsigned index, below; /* below: of a VLAN, what it is on; 0: nothing that is here */
	uint32_t mtu;
	char name[IF_NAMESIZE];
	bool is_vlan, is_loopback;
};

struct netdev_address {
	struct address address;
	unsigned index;
};

struct netdevs {
	struct netdev *list;              /* owned */
	struct netdev_address *addresses; /* owned */
	size_t count, address_count;
};

enum { NETDEVS_MAX = 65536 };

/* -errno: *out is left alone; else the old one is freed. `n` is a NETLINK_ROUTE socket. */
MUST_CHECK int netdevs_read(struct netlink *n, struct netdevs *out);
void netdevs_done(struct netdevs *d);

/* NULL: there is none with that index. */
const struct netdev *netdev_find(const struct netdevs *d, unsigned index);
/* Whose it is; of a VLAN the interface at the very bottom, which sees the tags. NULL: nobody's. */
const struct netdev *netdev_of_address(const struct netdevs *d, const struct address *a);
/* Whether there is a VLAN on this one. */
bool netdev_has_vlans(const struct netdevs *d, unsigned index);

/* What a message of the list says; each false: nothing that is of use. Hostile. */
MUST_CHECK bool netdev_read_link(const struct nlmsghdr *message, struct netdev *out);
MUST_CHECK bool netdev_read_address(const struct nlmsghdr *message, struct netdev_address *out);

#endif
