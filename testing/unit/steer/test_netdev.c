/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interface the packets to an address come in by, from what the kernel lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "pluto/steer/netdev.h"

static struct nlmsghdr *link_begin(union netlink_message *m, int index, const char *name)
{
	struct ifinfomsg *head = netlink_begin(m, RTM_NEWLINK, sizeof(*head));

	head->ifi_index = index;
	mnl_attr_put_strz(&m->header, IFLA_IFNAME, name);
	return &m->header;
}

static void put_kind(struct nlmsghdr *h, const char *kind)
{
	struct nlattr *nest = mnl_attr_nest_start(h, IFLA_LINKINFO);

	mnl_attr_put_strz(h, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(h, nest);
}

static void test_a_vlan_says_what_it_is_on(void **state)
{
	union netlink_message m;
	struct nlmsghdr *h = link_begin(&m, 7, "eth1.5");
	struct netdev d;

	(void)state;
	mnl_attr_put_u32(h, IFLA_LINK, 3);
	mnl_attr_put_u32(h, IFLA_MTU, 1400);
	put_kind(h, "vlan");
	assert_true(netdev_read_link(h, &d));
	assert_int_equal(d.index, 7);
	assert_int_equal(d.below, 3);
	assert_int_equal(d.mtu, 1400);
	assert_true(d.is_vlan);
	assert_string_equal(d.name, "eth1.5");
	/* In another namespace 3 is something else. */
	mnl_attr_put_u32(h, IFLA_LINK_NETNSID, 0);
	assert_true(netdev_read_link(h, &d));
	assert_int_equal(d.below, 0);
}

static void test_the_other_end_of_a_veth_is_not_below_it(void **state)
{
	union netlink_message m;
	struct nlmsghdr *h = link_begin(&m, 7, "eth1");
	struct netdev d;

	(void)state;
	mnl_attr_put_u32(h, IFLA_LINK, 3);
	put_kind(h, "veth");
	assert_true(netdev_read_link(h, &d));
	assert_false(d.is_vlan);
	assert_int_equal(d.below, 0);
}

static void test_hostile_links_are_no_links(void **state)
{
	union netlink_message m;
	struct nlmsghdr *h = link_begin(&m, 7, "a name that is too long");
	struct netdev d;

	(void)state;
	assert_false(netdev_read_link(h, &d));
	h = link_begin(&m, 0, "eth1");
	assert_false(netdev_read_link(h, &d));
	h = link_begin(&m, 7, "");
	assert_false(netdev_read_link(h, &d));
	h = link_begin(&m, 7, "eth1");
	h->nlmsg_type = RTM_DELLINK;
	assert_false(netdev_read_link(h, &d));
	h->nlmsg_type = RTM_NEWLINK;
	/* Without the last byte of the name it has none that is whole. */
	while (h->nlmsg_len > sizeof(*h)) {
		h->nlmsg_len -= 4;
		assert_false(netdev_read_link(h, &d));
	}
}

static void test_of_a_point_to_point_link_the_own_end_counts(void **state)
{
	union netlink_message m;
	struct ifaddrmsg *head = netlink_begin(&m, RTM_NEWADDR, sizeof(*head));
	struct netdev_address found;
	struct address own;

	(void)state;
	head->ifa_family = AF_INET;
	head->ifa_index = 4;
	mnl_attr_put_u32(&m.header, IFA_ADDRESS, 0x01020304);
	mnl_attr_put(&m.header, IFA_LOCAL, 4, "\x0a\x00\x00\x01");
	assert_true(netdev_read_address(&m.header, &found));
	assert_true(address_parse("10.0.0.1", &own));
	assert_true(address_equal(&found.address, &own));
	assert_int_equal(found.index, 4);
}

static struct netdev_address at(const char *address, unsigned index)
{
	struct netdev_address a = { .index = index };

	assert_true(address_parse(address, &a.address));
	return a;
}

static void test_an_address_on_vlans_belongs_to_what_is_below_them(void **state)
{
	struct netdev list[] = {
		{ .index = 3, .name = "eth1" },
		{ .index = 5, .name = "eth1.5", .is_vlan = true, .below = 3 },
		{ .index = 6, .name = "eth1.5.6", .is_vlan = true, .below = 5 },
		{ .index = 8, .name = "foreign", .is_vlan = true },
		{ .index = 9, .name = "round", .is_vlan = true, .below = 9 },
	};
	struct netdev_address addresses[] = { at("10.0.0.1", 3), at("10.0.0.2", 6), at("10.0.0.3", 8),
					      at("10.0.0.4", 9), at("10.0.0.5", 77) };
	const struct netdevs d = { .list = list, .count = ARRAY_LEN(list), .addresses = addresses,
				   .address_count = ARRAY_LEN(addresses) };
	struct netdev_address nobody = at("10.0.0.6", 0);

	(void)state;
	assert_ptr_equal(netdev_of_address(&d, &addresses[0].address), &list[0]);
	assert_ptr_equal(netdev_of_address(&d, &addresses[1].address), &list[0]);
	for (size_t i = 2; i < ARRAY_LEN(addresses); i++)
		assert_null(netdev_of_address(&d, &addresses[i].address));
	assert_null(netdev_of_address(&d, &nobody.address));
	assert_true(netdev_has_vlans(&d, 3));
	assert_false(netdev_has_vlans(&d, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_vlan_says_what_it_is_on),
		cmocka_unit_test(test_the_other_end_of_a_veth_is_not_below_it),
		cmocka_unit_test(test_hostile_links_are_no_links),
		cmocka_unit_test(test_of_a_point_to_point_link_the_own_end_counts),
		cmocka_unit_test(test_an_address_on_vlans_belongs_to_what_is_below_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
