/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What XFRM is told, attribute by attribute. */
#include "kernel_samples.h"
#include "xfrm_taken.h"

#include <linux/udp.h>

static uint32_t u32_of(const struct nlattr *a)
{
	uint32_t value;

	assert_true(netlink_attribute(a, &value, sizeof(value)));
	return value;
}

static uint8_t u8_of(const struct nlattr *a)
{
	uint8_t value;

	assert_true(netlink_attribute(a, &value, sizeof(value)));
	return value;
}

static void check_replay(const struct nlattr *a, uint32_t words, uint32_t window)
{
	struct xfrm_replay_state_esn r;

	assert_true(netlink_attribute(a, &r, sizeof(r)));
	assert_int_equal(r.bmp_len, words);
	assert_int_equal(r.replay_window, window);
	assert_int_equal(mnl_attr_get_payload_len(a), sizeof(r) + words * sizeof(uint32_t));
	assert_int_equal(r.seq | r.seq_hi | r.oseq | r.oseq_hi, 0);
}

static void an_outbound_clone_has_direction_cpu_and_no_window(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0xc0ffee01, 3);
	struct taken t;

	(void)state;
	c.sa.hard_packets = 1000;
	c.sa.hard_bytes = 5000;
	take_sa(&t, &c, &able);
	assert_int_equal(t.sa.id.spi, htonl(0xc0ffee01));
	assert_int_equal(t.sa.id.proto, IPPROTO_ESP);
	assert_memory_equal(&t.sa.id.daddr, c.sa.destination.ip, 4);
	assert_memory_equal(&t.sa.saddr, c.sa.source.ip, 4);
	assert_int_equal(t.sa.family, AF_INET);
	assert_int_equal(t.sa.mode, XFRM_MODE_TUNNEL);
	assert_int_equal(t.sa.reqid, SAMPLE_REQID);
	assert_int_equal(t.sa.replay_window, 0);
	assert_int_equal(t.sa.flags, XFRM_STATE_AF_UNSPEC);
	assert_int_equal(t.sa.sel.family, 0);
	assert_int_equal(t.sa.lft.hard_packet_limit, 1000);
	assert_int_equal(t.sa.lft.hard_byte_limit, 5000);
	assert_true(t.sa.lft.soft_byte_limit == XFRM_INF && t.sa.lft.soft_packet_limit == XFRM_INF);
	assert_int_equal(t.sa.lft.hard_add_expires_seconds, 0);
	assert_int_equal(u8_of(t.attrs[33]), 2);
	assert_int_equal(u32_of(t.attrs[35]), 3);
	assert_null(t.attrs[XFRMA_REPLAY_ESN_VAL]);
	assert_null(t.attrs[XFRMA_ENCAP]);
	assert_null(t.attrs[XFRMA_ALG_CRYPT]);
}

static void a_head_has_no_cpu(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_IN, 0xc0ffee01, KERNEL_CPU_NONE);
	struct taken t;

	(void)state;
	take_sa(&t, &c, &able);
	assert_int_equal(u8_of(t.attrs[33]), 1);
	assert_null(t.attrs[35]);
	assert_true(t.sa.lft.hard_packet_limit == XFRM_INF);
}

static void an_old_kernel_hears_nothing_of_direction_and_cpu(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_IN, 0xc0ffee01, 2);
	struct taken t;

	(void)state;
	take_sa(&t, &c, &unable);
	assert_null(t.attrs[33]);
	assert_null(t.attrs[35]);
}

static void aead_takes_key_and_salt_together(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct taken t;
	union {
		struct xfrm_algo_aead head;
		uint8_t all[sizeof(struct xfrm_algo_aead) + 36];
	} a;

	(void)state;
	take_sa(&t, &c, &able);
	assert_int_equal(mnl_attr_get_payload_len(t.attrs[XFRMA_ALG_AEAD]), sizeof(a));
	assert_true(netlink_attribute(t.attrs[XFRMA_ALG_AEAD], &a, sizeof(a)));
	assert_string_equal(a.head.alg_name, "rfc4106(gcm(aes))");
	assert_int_equal(a.head.alg_key_len, 288);
	assert_int_equal(a.head.alg_icv_len, 128);
	assert_memory_equal(a.all + sizeof(a.head), sample_key, 36);
	assert_null(t.attrs[XFRMA_ALG_AUTH_TRUNC]);
}

static void cbc_goes_with_an_hmac_of_its_own_length(void **state)
{
	static const uint8_t integ_key[64] = { 9, 9, 9 };
	struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct taken t;
	struct xfrm_algo crypt;
	union {
		struct xfrm_algo_auth head;
		uint8_t all[sizeof(struct xfrm_algo_auth) + 32];
	} auth;

	(void)state;
	c.sa.encr = encr_find(ENCR_AES_CBC);
	c.sa.encr_key.len = 32;
	c.sa.integ = integ_find(INTEG_HMAC_SHA2_256_128);
	c.sa.integ_key = bytes_at(integ_key, 32);
	take_sa(&t, &c, &able);
	assert_true(netlink_attribute(t.attrs[XFRMA_ALG_CRYPT], &crypt, sizeof(crypt)));
	assert_string_equal(crypt.alg_name, "cbc(aes)");
	assert_int_equal(crypt.alg_key_len, 256);
	assert_true(netlink_attribute(t.attrs[XFRMA_ALG_AUTH_TRUNC], &auth, sizeof(auth)));
	assert_string_equal(auth.head.alg_name, "hmac(sha256)");
	assert_int_equal(auth.head.alg_key_len, 256);
	assert_int_equal(auth.head.alg_trunc_len, 128);
	assert_memory_equal(auth.all + sizeof(auth.head), integ_key, 32);
	assert_null(t.attrs[XFRMA_ALG_AUTH]);
	assert_null(t.attrs[XFRMA_ALG_AEAD]);
}

static const struct {
	const char *what;
	enum kernel_direction direction;
	bool esn, new_kernel;
	uint32_t window;
	uint8_t legacy;   /* the old field */
	int words;        /* of the long form's bitmap; -1: it is not there */
	uint32_t said;    /* the long form's window */
} replays[] = {
	{ "in, none", KERNEL_IN, false, true, 0, 0, -1, 0 },
	{ "in, 32 fits the old field", KERNEL_IN, false, true, 32, 32, -1, 0 },
	{ "in, 33 does not", KERNEL_IN, false, true, 33, 0, 2, 33 },
	{ "in, 128", KERNEL_IN, false, true, 128, 0, 4, 128 },
	{ "in, ESN", KERNEL_IN, true, true, 32, 0, 1, 32 },
	{ "in, ESN, 4096", KERNEL_IN, true, true, 4096, 0, 128, 4096 },
	{ "out", KERNEL_OUT, false, true, 0, 0, -1, 0 },
	{ "out, ESN: the struct alone", KERNEL_OUT, true, true, 0, 0, 0, 0 },
	{ "out, ESN, before SAs had a direction", KERNEL_OUT, true, false, 0, 0, 1, 1 },
};

static void replay_windows_are_said_as_the_direction_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replays); i++) {
		struct kernel_change c = sample_sa(replays[i].direction, 0x1000, KERNEL_CPU_NONE);
		struct taken t;

		print_message("%s\n", replays[i].what);
		c.sa.esn = replays[i].esn;
		c.sa.replay_window = replays[i].window;
		take_sa(&t, &c, replays[i].new_kernel ? &able : &unable);
		assert_int_equal(t.sa.replay_window, replays[i].legacy);
		assert_int_equal((t.sa.flags & XFRM_STATE_ESN) != 0, replays[i].esn);
		if (replays[i].words < 0) {
			assert_null(t.attrs[XFRMA_REPLAY_ESN_VAL]);
			continue;
		}
		check_replay(t.attrs[XFRMA_REPLAY_ESN_VAL], (uint32_t)replays[i].words,
			     replays[i].said);
	}
}

static void encapsulation_has_ports_in_network_order(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct xfrm_encap_tmpl e;
	struct taken t;

	(void)state;
	c.sa.encapsulated = true;
	c.sa.encap_source_port = 4500;
	c.sa.encap_destination_port = 31000;
	take_sa(&t, &c, &able);
	assert_true(netlink_attribute(t.attrs[XFRMA_ENCAP], &e, sizeof(e)));
	assert_int_equal(e.encap_type, UDP_ENCAP_ESPINUDP);
	assert_int_equal(e.encap_sport, htons(4500));
	assert_int_equal(e.encap_dport, htons(31000));
}

/* Inbound the peer's selector is the packet's source. */
static void transport_mode_has_selectors_by_direction(void **state)
{
	static const enum kernel_direction ways[] = { KERNEL_IN, KERNEL_OUT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct kernel_change c = sample_sa(ways[i], 0x1000, KERNEL_CPU_NONE);
		bool in = ways[i] == KERNEL_IN;
		struct taken t;

		c.sa.mode = TYPE_TRANSPORT;
		c.sa.local.protocol = c.sa.remote.protocol = IPPROTO_TCP;
		c.sa.remote.port_start = c.sa.remote.port_end = 80;
		take_sa(&t, &c, &able);
		assert_int_equal(t.sa.mode, XFRM_MODE_TRANSPORT);
		assert_int_equal(t.sa.flags, 0);
		assert_int_equal(t.sa.sel.family, AF_INET);
		assert_int_equal(t.sa.sel.proto, IPPROTO_TCP);
		assert_memory_equal(in ? &t.sa.sel.saddr : &t.sa.sel.daddr,
				    c.sa.remote.start.ip, 4);
		assert_int_equal(in ? t.sa.sel.sport : t.sa.sel.dport, htons(80));
		assert_int_equal(in ? t.sa.sel.sport_mask : t.sa.sel.dport_mask, 0xffff);
		assert_int_equal(in ? t.sa.sel.dport_mask : t.sa.sel.sport_mask, 0);
		assert_int_equal(t.sa.sel.prefixlen_s, 24);
		assert_int_equal(t.sa.sel.prefixlen_d, 24);
	}
}

static void short_key(struct kernel_sa *sa) { sa->encr_key.len--; }
static void other_bits(struct kernel_sa *sa) { sa->encr_key_bits = 192; }
static void window_out(struct kernel_sa *sa) { sa->replay_window = 1; }
static void window_big(struct kernel_sa *sa) { sa->replay_window = 4097; }
static void forward(struct kernel_sa *sa) { sa->direction = KERNEL_FORWARD; }
static void two_families(struct kernel_sa *sa) { sa->source.family = AF_INET6; }
static void no_ends(struct kernel_sa *sa) { sa->source.family = sa->destination.family = 0; }
static void hmac_too(struct kernel_sa *sa) { sa->integ = integ_find(INTEG_HMAC_SHA2_256_128); }
static void no_hmac(struct kernel_sa *sa)
{
	sa->encr = encr_find(ENCR_AES_CBC);
	sa->encr_key.len = 32;
}

static const struct {
	const char *what;
	void (*spoil)(struct kernel_sa *sa);
} refusals[] = {
	{ "a short key", short_key },
	{ "a key length that the algorithm does not have", other_bits },
	{ "AEAD with an HMAC", hmac_too },
	{ "CBC without one", no_hmac },
	{ "an outbound window", window_out },
	{ "a window too big", window_big },
	{ "a direction that SAs do not have", forward },
	{ "two address families", two_families },
	{ "no ends", no_ends },
};

static void what_cannot_be_is_refused_with_a_sentence(void **state)
{
	struct kernel_change esn = sample_sa(KERNEL_IN, 0x1000, KERNEL_CPU_NONE);
	char text[KERNEL_TEXT_MAX] = "";
	union netlink_message m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);

		print_message("%s\n", refusals[i].what);
		refusals[i].spoil(&c.sa);
		text[0] = '\0';
		assert_int_equal(xfrm_write_sa(&m, &c.sa, &able, text), -EINVAL);
		assert_true(text[0] != '\0');
	}
	esn.sa.esn = true;
	esn.sa.replay_window = 0;
	assert_int_equal(xfrm_write_sa(&m, &esn.sa, &able, text), -EINVAL);
}

static void a_policy_has_a_template_without_spi(void **state)
{
	static const uint8_t kernel_ways[] = { [KERNEL_IN] = 0, [KERNEL_OUT] = 1,
					       [KERNEL_FORWARD] = 2 };
	struct xfrm_user_tmpl tmpl;
	struct taken t;

	(void)state;
	for (int d = KERNEL_IN; d <= KERNEL_FORWARD; d++) {
		struct kernel_change c = sample_policy((enum kernel_direction)d);

		take_policy(&t, &c);
		assert_int_equal(t.policy.dir, kernel_ways[d]);
		assert_int_equal(t.policy.action, XFRM_POLICY_ALLOW);
		assert_int_equal(t.policy.priority, SAMPLE_PRIORITY);
		assert_int_equal(t.policy.flags, 0);
		assert_memory_equal(&t.policy.sel.saddr, c.policy.source.start.ip, 4);
		assert_memory_equal(&t.policy.sel.daddr, c.policy.destination.start.ip, 4);
		assert_int_equal(mnl_attr_get_payload_len(t.attrs[XFRMA_TMPL]), sizeof(tmpl));
		assert_true(netlink_attribute(t.attrs[XFRMA_TMPL], &tmpl, sizeof(tmpl)));
		assert_int_equal(tmpl.id.spi, 0);
		assert_int_equal(tmpl.id.proto, IPPROTO_ESP);
		assert_int_equal(tmpl.reqid, SAMPLE_REQID);
		assert_int_equal(tmpl.mode, XFRM_MODE_TUNNEL);
		assert_int_equal(tmpl.optional, 0);
		assert_memory_equal(&tmpl.saddr, c.policy.tunnel_source.ip, 4);
		assert_memory_equal(&tmpl.id.daddr, c.policy.tunnel_destination.ip, 4);
		assert_true(tmpl.aalgos == UINT32_MAX && tmpl.ealgos == UINT32_MAX);
	}
}

static void an_outbound_policy_may_name_its_spi_or_ask_for_cpus(void **state)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);
	struct xfrm_user_tmpl tmpl;
	struct taken t;

	(void)state;
	c.policy.spi = 0xc0ffee01;
	take_policy(&t, &c);
	assert_true(netlink_attribute(t.attrs[XFRMA_TMPL], &tmpl, sizeof(tmpl)));
	assert_memory_equal(&tmpl.id.spi, ((const uint8_t[]) { 0xc0, 0xff, 0xee, 0x01 }), 4);
	assert_int_equal(t.policy.flags, 0);
	c.policy.spi = 0;
	c.policy.cpu_acquire = true;
	take_policy(&t, &c);
	assert_int_equal(t.policy.flags, 4);
}

static void blocks_and_passes_have_no_template(void **state)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);
	struct taken t;

	(void)state;
	c.policy.kind = POLICY_BLOCK;
	take_policy(&t, &c);
	assert_int_equal(t.policy.action, XFRM_POLICY_BLOCK);
	assert_null(t.attrs[XFRMA_TMPL]);
	c.policy.kind = POLICY_PASS;
	take_policy(&t, &c);
	assert_int_equal(t.policy.action, XFRM_POLICY_ALLOW);
	assert_null(t.attrs[XFRMA_TMPL]);
}

static void families_inside_and_outside_may_differ(void **state)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);
	struct xfrm_user_tmpl tmpl;
	char text[KERNEL_TEXT_MAX];
	struct taken t;

	(void)state;
	c.policy.source = sample_net("2001:db8:1::/64");
	c.policy.destination = sample_net("2001:db8:2::/64");
	take_policy(&t, &c);
	assert_int_equal(t.policy.sel.family, AF_INET6);
	assert_true(netlink_attribute(t.attrs[XFRMA_TMPL], &tmpl, sizeof(tmpl)));
	assert_int_equal(tmpl.family, AF_INET);
	c.policy.tunnel_source = sample_address("::1");
	assert_int_equal(xfrm_write_policy(&t.m, &c.policy, text), -EINVAL);
	c.policy.mode = TYPE_TRANSPORT;
	take_policy(&t, &c);
	assert_true(netlink_attribute(t.attrs[XFRMA_TMPL], &tmpl, sizeof(tmpl)));
	assert_int_equal(tmpl.family, AF_INET6);
	assert_int_equal(tmpl.mode, XFRM_MODE_TRANSPORT);
}

static void ids_name_what_was_made(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0xc0ffee01, 1);
	struct kernel_change p = sample_policy(KERNEL_OUT);
	struct xfrm_userpolicy_id policy;
	struct xfrm_usersa_id sa;
	char text[KERNEL_TEXT_MAX];
	struct taken t;

	(void)state;
	xfrm_write_sa_id(&t.m, XFRM_MSG_DELSA, &c.sa, &able);
	assert_true(netlink_header(&t.m.header, &sa, sizeof(sa)));
	assert_int_equal(sa.spi, htonl(0xc0ffee01));
	assert_int_equal(sa.proto, IPPROTO_ESP);
	assert_int_equal(sa.family, AF_INET);
	assert_memory_equal(&sa.daddr, c.sa.destination.ip, 4);
	take_policy(&t, &p);
	assert_int_equal(xfrm_write_policy_id(&t.m, XFRM_MSG_DELPOLICY, &p.policy, text), 0);
	assert_true(netlink_header(&t.m.header, &policy, sizeof(policy)));
	assert_memory_equal(&policy.sel, &t.policy.sel, sizeof(policy.sel));
	assert_int_equal(policy.dir, t.policy.dir);
	assert_int_equal(policy.index, 0);
}

static struct kernel_change sample_in_udp(enum kernel_direction direction)
{
	struct kernel_change c = sample_sa(direction, 0xc0ffee01, 3);

	c.sa.encapsulated = true;
	c.sa.encap_source_port = c.sa.encap_destination_port = 4500;
	c.to = (struct kernel_ends) {
		.source = c.sa.source,
		.destination = c.sa.destination,
		.encapsulated = true,
		.encap_source_port = 6501,
		.encap_destination_port = 4500,
	};
	return c;
}

static void check_udp(const struct nlattr *a, uint16_t type, uint16_t source, uint16_t destination)
{
	struct xfrm_encap_tmpl e;

	assert_true(netlink_attribute(a, &e, sizeof(e)));
	assert_int_equal(e.encap_type, type);
	assert_int_equal(ntohs(e.encap_sport), source);
	assert_int_equal(ntohs(e.encap_dport), destination);
}

static void other_ports_need_no_keys(void **state)
{
	struct kernel_change c = sample_in_udp(KERNEL_IN);
	struct xfrm_algo_aead algorithm;
	char text[KERNEL_TEXT_MAX];
	struct taken t;

	(void)state;
	c.sa.encr_key = (struct bytes) { 0 };
	assert_int_equal(xfrm_write_ports(&t.m, &c.sa, &c.to, &able, text), 0);
	assert_int_equal(t.m.header.nlmsg_type, XFRM_MSG_UPDSA);
	assert_true(netlink_attributes(&t.m.header, sizeof(t.sa), t.attrs, ATTR_MAX));
	check_udp(t.attrs[XFRMA_ENCAP], UDP_ENCAP_ESPINUDP, 6501, 4500);
	assert_true(netlink_attribute(t.attrs[XFRMA_ALG_AEAD], &algorithm, sizeof(algorithm)));
	assert_int_equal(algorithm.alg_key_len, 36 * 8);
	/* As it was made, or the kernel does not take it for the same. */
	assert_int_equal(u8_of(t.attrs[33]), 1);
	c.sa.encr = NULL;
	assert_int_equal(xfrm_write_ports(&t.m, &c.sa, &c.to, &able, text), -EINVAL);
}

/* The layout is Linux 7.2's. */
static void a_move_says_from_where_and_to_where(void **state)
{
	struct kernel_change c = sample_in_udp(KERNEL_OUT);
	struct address to = sample_address("198.51.100.7");
	const struct nlattr *attrs[ATTR_MAX + 1];
	char text[KERNEL_TEXT_MAX];
	union netlink_message m;
	const uint8_t *body;
	uint32_t reqid;
	uint16_t family;

	(void)state;
	c.to.destination = to;
	assert_int_equal(xfrm_write_move(&m, &c.sa, &c.to, text), 0);
	assert_int_equal(m.header.nlmsg_type, 0x29);
	assert_int_equal(sizeof(struct xfrm_migrate_state), 132);
	body = mnl_nlmsg_get_payload(&m.header);
	assert_memory_equal(body, c.sa.destination.ip, 4);
	assert_memory_equal(body + 16, ((const uint8_t[]) { 0xc0, 0xff, 0xee, 0x01 }), 4);
	assert_memory_equal(body + 24, to.ip, 4);
	assert_memory_equal(body + 40, c.sa.source.ip, 4);
	memcpy(&reqid, body + 120, sizeof(reqid));
	memcpy(&family, body + 128, sizeof(family));
	assert_int_equal(reqid, SAMPLE_REQID);
	assert_int_equal(family, AF_INET);
	assert_true(netlink_attributes(&m.header, 132, attrs, ATTR_MAX));
	check_udp(attrs[XFRMA_ENCAP], UDP_ENCAP_ESPINUDP, 6501, 4500);
	assert_null(attrs[33]);
	assert_null(attrs[35]);
	/* Out of UDP. */
	c.to.encapsulated = false;
	assert_int_equal(xfrm_write_move(&m, &c.sa, &c.to, text), 0);
	assert_true(netlink_attributes(&m.header, 132, attrs, ATTR_MAX));
	check_udp(attrs[XFRMA_ENCAP], 0, 6501, 4500);
}

/* Once a second, or every packet would. */
static void inbound_in_udp_tells_of_mappings_now_and_then(void **state)
{
	struct kernel_change in = sample_in_udp(KERNEL_IN), out = sample_in_udp(KERNEL_OUT);
	struct taken t;

	(void)state;
	take_sa(&t, &in, &able);
	assert_int_equal(u32_of(t.attrs[32]), 1);
	in.sa.ports_may_vary = true;
	take_sa(&t, &in, &able);
	assert_int_equal(u32_of(t.attrs[32]), UINT32_MAX);
	take_sa(&t, &in, &unable);
	assert_null(t.attrs[32]);
	take_sa(&t, &out, &able);
	assert_null(t.attrs[32]);
	in.sa.encapsulated = false;
	take_sa(&t, &in, &able);
	assert_null(t.attrs[32]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outbound_clone_has_direction_cpu_and_no_window),
		cmocka_unit_test(a_head_has_no_cpu),
		cmocka_unit_test(an_old_kernel_hears_nothing_of_direction_and_cpu),
		cmocka_unit_test(aead_takes_key_and_salt_together),
		cmocka_unit_test(cbc_goes_with_an_hmac_of_its_own_length),
		cmocka_unit_test(replay_windows_are_said_as_the_direction_wants),
		cmocka_unit_test(encapsulation_has_ports_in_network_order),
		cmocka_unit_test(transport_mode_has_selectors_by_direction),
		cmocka_unit_test(what_cannot_be_is_refused_with_a_sentence),
		cmocka_unit_test(a_policy_has_a_template_without_spi),
		cmocka_unit_test(an_outbound_policy_may_name_its_spi_or_ask_for_cpus),
		cmocka_unit_test(blocks_and_passes_have_no_template),
		cmocka_unit_test(families_inside_and_outside_may_differ),
		cmocka_unit_test(ids_name_what_was_made),
		cmocka_unit_test(other_ports_need_no_keys),
		cmocka_unit_test(a_move_says_from_where_and_to_where),
		cmocka_unit_test(inbound_in_udp_tells_of_mappings_now_and_then),
	};

	return cmocka_run_group_tests_name("xfrm messages", tests, NULL, NULL);
}
