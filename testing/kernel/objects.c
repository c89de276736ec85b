/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs and policies of every kind: made, read back, refused twice, deleted. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"
#include "pluto/kernel/xfrm.h"

enum { MANY = 100 };

static void family_v6(struct kernel_sa *sa)
{
	struct address us = address("2001:db8:1::45"), them = address("2001:db8:1::23");
	bool out = sa->direction == KERNEL_OUT;

	sa->source = out ? us : them;
	sa->destination = out ? them : us;
	sa->local = net("2001:db8:1::45/128");
	sa->remote = net("2001:db8:1::23/128");
}

static void encr_of(struct kernel_sa *sa, enum encr_id id, uint16_t bits)
{
	static const uint8_t key[36] = { 4, 5, 6 };

	sa->encr = encr_find((uint16_t)id);
	sa->encr_key_bits = bits;
	sa->encr_key = bytes_at(key, encr_keymat_len(sa->encr, bits));
}

static void cbc_with(struct kernel_sa *sa, uint16_t bits, enum integ_id id)
{
	static const uint8_t key[64] = { 7, 8, 9 };

	encr_of(sa, ENCR_AES_CBC, bits);
	sa->integ = integ_find((uint16_t)id);
	sa->integ_key = bytes_at(key, sa->integ->key_len);
}

static void gcm_128(struct kernel_sa *sa) { encr_of(sa, ENCR_AES_GCM_16, 128); }
static void chacha(struct kernel_sa *sa) { encr_of(sa, ENCR_CHACHA20_POLY1305, 0); }
static void cbc_128_sha256(struct kernel_sa *sa) { cbc_with(sa, 128, INTEG_HMAC_SHA2_256_128); }
static void cbc_256_sha384(struct kernel_sa *sa) { cbc_with(sa, 256, INTEG_HMAC_SHA2_384_192); }
static void cbc_256_sha512(struct kernel_sa *sa) { cbc_with(sa, 256, INTEG_HMAC_SHA2_512_256); }
static void nothing(struct kernel_sa *sa) { (void)sa; }
static void esn(struct kernel_sa *sa) { sa->esn = true; }
static void bound(struct kernel_sa *sa) { sa->cpu = 0; }
static void limited(struct kernel_sa *sa) { sa->hard_packets = sa->hard_bytes = 1000; }
static void transport(struct kernel_sa *sa) { sa->mode = TYPE_TRANSPORT; }

static void window(struct kernel_sa *sa, uint32_t packets)
{
	sa->replay_window = sa->direction == KERNEL_OUT ? 0 : packets;
}
static void window_0(struct kernel_sa *sa) { window(sa, 0); }
static void window_32(struct kernel_sa *sa) { window(sa, 32); }
static void window_33(struct kernel_sa *sa) { window(sa, 33); }
static void window_1024(struct kernel_sa *sa) { window(sa, 1024); }
static void window_4096(struct kernel_sa *sa) { window(sa, 4096); }
static void esn_1024(struct kernel_sa *sa) { esn(sa); window(sa, 1024); }

static void in_udp(struct kernel_sa *sa)
{
	sa->encapsulated = true;
	sa->encap_source_port = sa->encap_destination_port = 4500;
}

static void everything(struct kernel_sa *sa)
{
	esn_1024(sa);
	bound(sa);
	limited(sa);
	in_udp(sa);
}

static void transport_tcp(struct kernel_sa *sa)
{
	transport(sa);
	sa->local.protocol = sa->remote.protocol = IPPROTO_TCP;
	sa->remote.port_start = sa->remote.port_end = 80;
}

static const struct {
	const char *what;
	void (*make)(struct kernel_sa *sa);
	bool needs_cpu;
} sas[] = {
	{ "AES-GCM 256", nothing, false },
	{ "AES-GCM 128", gcm_128, false },
	{ "ChaCha20-Poly1305", chacha, false },
	{ "AES-CBC 128, SHA-256", cbc_128_sha256, false },
	{ "AES-CBC 256, SHA-384", cbc_256_sha384, false },
	{ "AES-CBC 256, SHA-512", cbc_256_sha512, false },
	{ "ESN", esn, false },
	{ "no window", window_0, false },
	{ "window 32", window_32, false },
	{ "window 33", window_33, false },
	{ "window 1024", window_1024, false },
	{ "window 4096", window_4096, false },
	{ "ESN, window 1024", esn_1024, false },
	{ "bound", bound, true },
	{ "a hard limit", limited, false },
	{ "in UDP", in_udp, false },
	{ "everything at once", everything, true },
	{ "transport mode", transport, false },
	{ "transport mode, one port", transport_tcp, false },
};

static bool sa_reads_back(const struct xfrm *x, const struct kernel_sa *sa, const char *what)
{
	char text[KERNEL_TEXT_MAX] = "";
	struct netlink n = x->requests;
	struct xfrm_sa_seen seen;

	/* A copy of the socket's sequence is as good as the backend's own. */
	n.sequence += 1000000;
	if (!check(xfrm_get_sa(&n, sa, &x->can, &seen, text) == 0, what, text))
		return false;
	return check(seen.reqid == sa->reqid, what, "reqid") &&
	       check(seen.cpu == (x->can.per_cpu ? sa->cpu : KERNEL_CPU_NONE), what, "CPU") &&
	       check(seen.has_direction == x->can.direction, what, "direction");
}

static void sa_round(struct kernel_backend *k, const struct kernel_sa *sa, const char *what)
{
	const struct xfrm *x = (const void *)k;
	struct kernel_change c = { .sa = *sa };

	apply(k, &c, KERNEL_SA_ADD);
	if (!check_result(&c, 0, what))
		return;
	sa_reads_back(x, sa, what);
	apply(k, &c, KERNEL_SA_QUERY);
	check_result(&c, 0, what);
	check(c.counters.packets == 0 && c.counters.bytes == 0, what, "counters");
	apply(k, &c, KERNEL_SA_ADD);
	check_result(&c, -EEXIST, what);
	apply(k, &c, KERNEL_SA_DELETE);
	check_result(&c, 0, what);
	apply(k, &c, KERNEL_SA_QUERY);
	check_result(&c, -ESRCH, what);
	apply(k, &c, KERNEL_SA_DELETE);
	check_result(&c, -ESRCH, what);
}

void check_sas(struct kernel_backend *k, const struct kernel_facts *facts)
{
	static const enum kernel_direction ways[] = { KERNEL_IN, KERNEL_OUT };

	for (size_t i = 0; i < ARRAY_LEN(sas) * ARRAY_LEN(ways) * 2; i++) {
		size_t row = i / 4;
		struct kernel_change c = sa_change(ways[i % 2], 0x1000, KERNEL_CPU_NONE);
		char what[128];

		if (i % 4 >= 2)
			family_v6(&c.sa);
		sas[row].make(&c.sa);
		if (sas[row].needs_cpu && !facts->per_cpu)
			continue;
		snprintf(what, sizeof(what), "%s, %s, IPv%d", sas[row].what,
			 ways[i % 2] == KERNEL_IN ? "in" : "out", i % 4 >= 2 ? 6 : 4);
		sa_round(k, &c.sa, what);
	}
}

void check_sa_refusals(struct kernel_backend *k, const struct kernel_facts *facts)
{
	struct kernel_change c = sa_change(KERNEL_OUT, 0x1000, facts->possible_cpus);

	if (facts->per_cpu) {
		apply(k, &c, KERNEL_SA_ADD);
		check(c.result < 0, "a CPU that cannot be is refused", "it was taken");
		check(strstr(c.text, "CPU") != NULL, "the kernel's own words are kept", c.text);
	}
	c = sa_change(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	c.sa.replay_window = 32;
	apply(k, &c, KERNEL_SA_ADD);
	check_result(&c, -EINVAL, "no window outbound");
}

/* --- Policies --- */

static void ports(struct kernel_policy *p, uint8_t protocol, uint16_t start, uint16_t end)
{
	p->source.protocol = p->destination.protocol = protocol;
	p->destination.port_start = start;
	p->destination.port_end = end;
}

static void plain(struct kernel_policy *p) { (void)p; }
static void block(struct kernel_policy *p) { p->kind = POLICY_BLOCK; }
static void pass(struct kernel_policy *p) { p->kind = POLICY_PASS; }
static void tcp_80(struct kernel_policy *p) { ports(p, IPPROTO_TCP, 80, 80); }
static void udp_high(struct kernel_policy *p) { ports(p, IPPROTO_UDP, 32768, 65535); }
static void echo(struct kernel_policy *p) { ports(p, IPPROTO_ICMP, 8 << 8, 8 << 8 | 0xff); }
static void need_frag(struct kernel_policy *p) { ports(p, IPPROTO_ICMP, 3 << 8 | 4, 3 << 8 | 4); }

static void v6_in_v4(struct kernel_policy *p)
{
	p->source = net("2001:db8:a::/64");
	p->destination = net("2001:db8:b::/64");
}

static void all_v6(struct kernel_policy *p)
{
	p->source = p->destination = net("::/0");
	p->tunnel_source = address("2001:db8:1::45");
	p->tunnel_destination = address("2001:db8:1::23");
}

static void host_to_host(struct kernel_policy *p)
{
	p->mode = TYPE_TRANSPORT;
	p->source = net("192.1.2.45/32");
	p->destination = net("192.1.2.23/32");
}

static const struct {
	const char *what;
	void (*make)(struct kernel_policy *p);
} policies[] = {
	{ "a tunnel", plain },
	{ "transport mode", host_to_host },
	{ "block", block },
	{ "pass", pass },
	{ "one TCP port", tcp_80 },
	{ "the upper half of UDP's ports", udp_high },
	{ "an ICMP type", echo },
	{ "an ICMP type and code", need_frag },
	{ "IPv6 in IPv4", v6_in_v4 },
	{ "all of IPv6", all_v6 },
};

static bool kernel_has(struct kernel_backend *k, const struct kernel_change *c)
{
	struct kernel_change asked = *c;

	asked.verb = KERNEL_POLICY_DELETE;
	return k->ops->owns(k, &asked);
}

static void policy_round(struct kernel_backend *k, struct kernel_change *c, const char *what)
{
	apply(k, c, KERNEL_POLICY_SET);
	if (!check_result(c, 0, what))
		return;
	check(kernel_has(k, c), what, "is not as it was set");
	c->policy.priority++;
	check(!kernel_has(k, c), what, "has a priority that was not set");
	apply(k, c, KERNEL_POLICY_SET);
	check_result(c, 0, what);
	check(kernel_has(k, c), what, "was not replaced");
	apply(k, c, KERNEL_POLICY_DELETE);
	check_result(c, 0, what);
	apply(k, c, KERNEL_POLICY_DELETE);
	check_result(c, -ESRCH, what);
}

void check_policies(struct kernel_backend *k)
{
	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		for (int d = KERNEL_IN; d <= KERNEL_FORWARD; d++) {
			struct kernel_change c = policy_change(KERNEL_OUT);

			c.policy.direction = (enum kernel_direction)d;
			policies[i].make(&c.policy);
			policy_round(k, &c, policies[i].what);
		}
	}
}

void check_many(struct kernel_backend *k)
{
	struct kernel_change *c = mem_new_array(MANY, sizeof(*c));
	unsigned good = 0;

	for (uint32_t i = 0; i < MANY; i++)
		c[i] = sa_change(KERNEL_IN, 0x3000 + i, KERNEL_CPU_NONE);
	kernel_apply(k, c, MANY);
	check_result(&c[MANY - 1], 0, "many SAs");
	apply(k, &c[7], KERNEL_SA_DELETE);
	for (uint32_t i = 0; i < MANY; i++)
		c[i].verb = KERNEL_SA_QUERY;
	kernel_apply(k, c, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		good += c[i].result == 0;
	check(good == MANY - 1 && c[7].result == -ESRCH, "many queries at once", "some failed");
	for (uint32_t i = 0; i < MANY; i++) {
		if (i != 7)
			apply(k, &c[i], KERNEL_SA_DELETE);
	}
	mem_free(c);
}
