/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is believed of what XFRM says. */
#include "kernel_samples.h"
#include "xfrm_taken.h"

static void write_acquire(union netlink_message *m, uint32_t cpu)
{
	struct xfrm_user_acquire *a = netlink_begin(m, XFRM_MSG_ACQUIRE, sizeof(*a));
	struct xfrm_user_tmpl tmpl = { .reqid = SAMPLE_REQID };

	a->id.proto = IPPROTO_ESP;
	mnl_attr_put(&m->header, XFRMA_TMPL, sizeof(tmpl), &tmpl);
	if (cpu != KERNEL_CPU_NONE)
		mnl_attr_put_u32(&m->header, ATTR_SA_PCPU, cpu);
}

static void write_expire(union netlink_message *m, uint32_t spi, uint8_t proto, uint16_t family)
{
	struct xfrm_user_expire *e = netlink_begin(m, XFRM_MSG_EXPIRE, sizeof(*e));

	e->state.id.spi = htonl(spi);
	e->state.id.proto = proto;
	e->state.family = family;
	e->state.id.daddr.a4 = htonl(0xc0010217);
	e->hard = 1;
}

static void an_acquire_names_reqid_and_cpu(void **state)
{
	struct kernel_acquire seen;
	union netlink_message m;

	(void)state;
	write_acquire(&m, KERNEL_CPU_NONE);
	assert_true(xfrm_read_acquire(&m.header, &able, &seen));
	assert_int_equal(seen.reqid, SAMPLE_REQID);
	assert_int_equal(seen.cpu, KERNEL_CPU_NONE);
	assert_false(traffic_packet_is_set(&seen.packet));
	write_acquire(&m, 3);
	assert_true(xfrm_read_acquire(&m.header, &able, &seen));
	assert_int_equal(seen.cpu, 3);
	write_acquire(&m, 4);
	assert_false(xfrm_read_acquire(&m.header, &able, &seen));
	assert_int_equal(seen.cpu, 3);
}

/* What the kernel says of the packet, and what is made of it; NULL: none. */
static const struct {
	const char *what;
	uint16_t family;
	uint8_t source_len, destination_len, protocol;
	uint16_t source_port, destination_port;
	const char *local, *remote;
} packets[] = {
	{ "TCP", AF_INET, 32, 32, IPPROTO_TCP, 40000, 443, "192.1.2.45/32/TCP/40000",
	  "192.1.2.23/32/TCP/443" },
	{ "UDP whose port is not chosen yet", AF_INET, 32, 32, IPPROTO_UDP, 0, 53,
	  "192.1.2.45/32/UDP", "192.1.2.23/32/UDP/53" },
	{ "a ping: type 8, code 0", AF_INET, 32, 32, IPPROTO_ICMP, 8, 0,
	  "192.1.2.45/32/ICMP/2048", "192.1.2.23/32/ICMP/2048" },
	{ "an ICMP message with a code", AF_INET, 32, 32, IPPROTO_ICMP, 3, 4,
	  "192.1.2.45/32/ICMP/772", "192.1.2.23/32/ICMP/772" },
	{ "GRE, whose key the kernel puts there", AF_INET, 32, 32, IPPROTO_GRE, 7, 9,
	  "192.1.2.45/32/47", "192.1.2.23/32/47" },
	{ "IPv6", AF_INET6, 128, 128, IPPROTO_TCP, 1, 2, "2001:db8::45/128/TCP/1",
	  "2001:db8::23/128/TCP/2" },
	{ "a net", AF_INET, 24, 32, IPPROTO_TCP, 1, 2, NULL, NULL },
	{ "a net at the other end", AF_INET, 32, 0, IPPROTO_TCP, 1, 2, NULL, NULL },
	{ "more bits than there are", AF_INET, 128, 128, IPPROTO_TCP, 1, 2, NULL, NULL },
	{ "no family", 0, 32, 32, IPPROTO_TCP, 1, 2, NULL, NULL },
	{ "another family", 42, 128, 128, IPPROTO_TCP, 1, 2, NULL, NULL },
};

static void put_address(xfrm_address_t *out, uint16_t family, uint8_t last)
{
	struct address a = sample_address(family == AF_INET6 ? "2001:db8::" : "192.1.2.0");

	memcpy(out, a.ip, address_len(&a));
	((uint8_t *)out)[address_len(&a) - 1] = last;
}

static void an_acquire_names_its_packet(void **state)
{
	char text[SELECTOR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
		struct kernel_acquire seen = { 0 };
		union netlink_message m;
		struct xfrm_user_acquire *a;

		write_acquire(&m, KERNEL_CPU_NONE);
		a = NLMSG_DATA(&m.header);
		a->sel = (struct xfrm_selector) {
			.family = packets[i].family,
			.prefixlen_s = packets[i].source_len,
			.prefixlen_d = packets[i].destination_len,
			.proto = packets[i].protocol,
			.sport = htons(packets[i].source_port),
			.dport = htons(packets[i].destination_port),
		};
		put_address(&a->sel.saddr, packets[i].family, packets[i].family == AF_INET6 ? 0x45 : 45);
		put_address(&a->sel.daddr, packets[i].family, packets[i].family == AF_INET6 ? 0x23 : 23);
		print_message("%s\n", packets[i].what);
		assert_true(xfrm_read_acquire(&m.header, &able, &seen));
		assert_int_equal(traffic_packet_is_set(&seen.packet), packets[i].local != NULL);
		if (packets[i].local == NULL)
			continue;
		assert_string_equal(selector_print(&seen.packet.local, text), packets[i].local);
		assert_string_equal(selector_print(&seen.packet.remote, text), packets[i].remote);
	}
}

static void an_expire_names_its_sa(void **state)
{
	struct address peer = sample_address("192.1.2.23");
	struct xfrm_expire_seen seen;
	union netlink_message m;

	(void)state;
	write_expire(&m, 0xc0ffee01, IPPROTO_ESP, AF_INET);
	assert_true(xfrm_read_expire(&m.header, &seen));
	assert_int_equal(seen.spi, 0xc0ffee01);
	assert_true(seen.hard);
	assert_true(address_equal(&seen.destination, &peer));
	write_expire(&m, 0, IPPROTO_ESP, AF_INET); /* a larval one */
	assert_false(xfrm_read_expire(&m.header, &seen));
	write_expire(&m, 0xc0ffee01, IPPROTO_AH, AF_INET);
	assert_false(xfrm_read_expire(&m.header, &seen));
	write_expire(&m, 0xc0ffee01, IPPROTO_ESP, AF_UNIX);
	assert_false(xfrm_read_expire(&m.header, &seen));
}

static void write_mapping(union netlink_message *m, uint8_t protocol, uint16_t family,
			  uint16_t port)
{
	struct address own = sample_address("192.1.2.45"), peer = sample_address("198.51.100.7");
	struct xfrm_user_mapping *mapping = netlink_begin(m, XFRM_MSG_MAPPING, sizeof(*mapping));

	mapping->id.spi = htonl(0xc0ffee01);
	mapping->id.proto = protocol;
	mapping->id.family = family;
	memcpy(&mapping->id.daddr, own.ip, 4);
	memcpy(&mapping->new_saddr, peer.ip, 4);
	mapping->new_sport = htons(port);
}

static void a_mapping_names_its_sa_and_where_the_peer_is(void **state)
{
	struct endpoint from = { sample_address("198.51.100.7"), 6777 };
	struct address own = sample_address("192.1.2.45");
	struct xfrm_mapping_seen seen;
	union netlink_message m;

	(void)state;
	write_mapping(&m, IPPROTO_ESP, AF_INET, 6777);
	assert_true(xfrm_read_mapping(&m.header, &seen));
	assert_int_equal(seen.spi, 0xc0ffee01);
	assert_true(address_equal(&seen.destination, &own));
	assert_true(endpoint_equal(&seen.from, &from));
	write_mapping(&m, IPPROTO_AH, AF_INET, 6777);
	assert_false(xfrm_read_mapping(&m.header, &seen));
	write_mapping(&m, IPPROTO_ESP, AF_UNIX, 6777);
	assert_false(xfrm_read_mapping(&m.header, &seen));
	write_mapping(&m, IPPROTO_ESP, AF_INET, 0);
	assert_false(xfrm_read_mapping(&m.header, &seen));
}

/* What we write is what the kernel would show, but for the type. */
static void an_sa_reads_back(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0xc0ffee01, 3);
	struct xfrm_sa_seen seen;
	struct taken t;
	struct xfrm_usersa_info *info;

	(void)state;
	take_sa(&t, &c, &able);
	info = mnl_nlmsg_get_payload(&t.m.header);
	info->curlft.bytes = UINT64_C(1) << 40;
	info->curlft.packets = 7;
	mnl_attr_put_u64(&t.m.header, XFRMA_LASTUSED, 1234567890);
	assert_true(xfrm_read_sa(&t.m.header, &seen));
	assert_int_equal(seen.spi, 0xc0ffee01);
	assert_int_equal(seen.reqid, SAMPLE_REQID);
	assert_int_equal(seen.cpu, 3);
	assert_true(seen.has_direction);
	assert_true(address_equal(&seen.destination, &c.sa.destination));
	assert_int_equal(seen.counters.bytes, UINT64_C(1) << 40);
	assert_int_equal(seen.counters.packets, 7);
	assert_int_equal(seen.counters.last_used, 1234567890);
}

static void a_policy_reads_back(void **state)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);
	struct xfrm_policy_seen seen;
	struct taken t;

	(void)state;
	take_policy(&t, &c);
	t.m.header.nlmsg_type = XFRM_MSG_NEWPOLICY;
	assert_true(xfrm_read_policy(&t.m.header, &seen));
	assert_int_equal(seen.reqid, SAMPLE_REQID);
	assert_int_equal(seen.priority, SAMPLE_PRIORITY);
	c.policy.kind = POLICY_BLOCK;
	take_policy(&t, &c);
	t.m.header.nlmsg_type = XFRM_MSG_NEWPOLICY;
	assert_true(xfrm_read_policy(&t.m.header, &seen));
	assert_int_equal(seen.reqid, 0);
}

/* Every length of a message, and every byte of it, wrong: nothing is read past its end. */
static void read_all(const struct nlmsghdr *h)
{
	struct xfrm_mapping_seen mapping;
	struct xfrm_expire_seen expire;
	struct xfrm_policy_seen policy;
	struct xfrm_sa_seen sa;
	struct kernel_acquire acquire;

	if (xfrm_read_mapping(h, &mapping))
		assert_true(mapping.spi != 0 && address_is_set(&mapping.from.address) &&
			    mapping.from.port != 0);

	if (xfrm_read_acquire(h, &able, &acquire))
		assert_true(acquire.cpu == KERNEL_CPU_NONE || acquire.cpu < able.possible_cpus);
	if (xfrm_read_expire(h, &expire))
		assert_true(expire.spi != 0 && address_is_set(&expire.destination));
	if (xfrm_read_sa(h, &sa))
		assert_true(sa.spi != 0 && address_is_set(&sa.destination));
	if (xfrm_read_policy(h, &policy))
		assert_int_equal(h->nlmsg_type, XFRM_MSG_NEWPOLICY);
}

static void spoil_and_read(const union netlink_message *good)
{
	uint32_t len = good->header.nlmsg_len;

	for (uint32_t cut = NLMSG_HDRLEN; cut <= len; cut++) {
		struct nlmsghdr *h = test_malloc(cut);

		memcpy(h, good, cut);
		h->nlmsg_len = cut;
		read_all(h);
		test_free(h);
	}
	for (uint32_t at = NLMSG_HDRLEN; at < len; at++) {
		struct nlmsghdr *h = test_malloc(len);

		memcpy(h, good, len);
		((uint8_t *)h)[at] = 0xff;
		read_all(h);
		test_free(h);
	}
}

static void hostile_messages_say_nothing(void **state)
{
	struct kernel_change sa = sample_sa(KERNEL_OUT, 0xc0ffee01, 3);
	struct kernel_change policy = sample_policy(KERNEL_OUT);
	union netlink_message m;
	struct taken t;

	(void)state;
	write_acquire(&m, 3);
	spoil_and_read(&m);
	write_expire(&m, 0xc0ffee01, IPPROTO_ESP, AF_INET);
	spoil_and_read(&m);
	write_mapping(&m, IPPROTO_ESP, AF_INET, 6777);
	spoil_and_read(&m);
	take_sa(&t, &sa, &able);
	spoil_and_read(&t.m);
	take_policy(&t, &policy);
	t.m.header.nlmsg_type = XFRM_MSG_NEWPOLICY;
	spoil_and_read(&t.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acquire_names_reqid_and_cpu),
		cmocka_unit_test(an_acquire_names_its_packet),
		cmocka_unit_test(an_expire_names_its_sa),
		cmocka_unit_test(a_mapping_names_its_sa_and_where_the_peer_is),
		cmocka_unit_test(an_sa_reads_back),
		cmocka_unit_test(a_policy_reads_back),
		cmocka_unit_test(hostile_messages_say_nothing),
	};

	return cmocka_run_group_tests_name("xfrm messages read", tests, NULL, NULL);
}
