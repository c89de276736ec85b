/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of selectors: what two ends can agree on of what each has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/traffic.h"

/* "10.0.0.0/8", "10.0.0.1-10.0.0.9", then "/tcp" or "/tcp/80-90"; OPAQUE is "/tcp/65535-0". */
static struct selector selector(const char *text)
{
	static const struct {
		const char *name;
		uint8_t number;
	} protocols[] = { { "/tcp", IPPROTO_TCP },
			  { "/udp", IPPROTO_UDP },
			  { "/icmp", IPPROTO_ICMP } };
	struct selector s;
	struct prefix p;
	char word[100], *dash, *ports = NULL;

	snprintf(word, sizeof(word), "%s", text);
	s = (struct selector) { .port_end = UINT16_MAX };
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		char *at = strstr(word, protocols[i].name);

		if (at == NULL)
			continue;
		s.protocol = protocols[i].number;
		ports = strchr(at + 1, '/');
		*at = '\0';
	}
	if (ports != NULL) {
		s.port_start = (uint16_t)strtoul(ports + 1, &dash, 10);
		s.port_end = *dash == '-' ? (uint16_t)strtoul(dash + 1, NULL, 10) : s.port_start;
	}
	dash = strchr(word, '-');
	if (dash == NULL) {
		assert_true(prefix_parse(word, &p));
		return selector_of_prefix(&p, s.protocol, s.port_start, s.port_end);
	}
	*dash = '\0';
	assert_true(address_parse(word, &s.start) && address_parse(dash + 1, &s.end));
	return s;
}

static struct selectors list_of(const char *text)
{
	struct selector list[40];
	struct selectors s = { list, 0 };
	char copy[1200], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		list[s.count++] = selector(word);
	return selectors_copy(&s);
}

static struct traffic traffic(const char *local, const char *remote)
{
	return (struct traffic) { list_of(local), list_of(remote) };
}

struct row {
	const char *what;
	const char *ours_local, *ours_remote, *local, *remote;
	const char *expected_local, *expected_remote; /* NULL: nothing */
	bool cut;
};

#define A "10.1.0.0/16"
#define B "10.2.0.0/16"
#define C "10.3.0.0/16"
#define D "10.4.0.0/16"
#define X "192.168.0.0/24"
#define V "2001:db8:1::/48"
#define W "2001:db8:2::/48"

static const struct row rows[] = {
	{ "the same", A, X, A, X, A, X, false },
	{ "the same lists in another order", A " " B, X, B " " A, X, B " " A, X, false },
	{ "more than ours", A " " B, X, "10.0.0.0/8", "0.0.0.0/0", A " " B, X, false },
	{ "less than ours", A " " B, X, A, X, A, X, false },
	{ "partly overlapping", A " " B, X, B " " C, X, B, X, false },
	{ "nothing in common at one end", A, X, B, X, NULL, NULL, false },
	{ "nothing in common at the other end", A, X, A, B, NULL, NULL, false },
	{ "ranges that overlap", "10.0.0.0-10.0.0.127", X, "10.0.0.64-10.0.0.255", X,
	  "10.0.0.64/26", X, false },
	{ "the packet's own address first, then all: the whole", A, X, "10.1.2.3/32 0.0.0.0/0",
	  "192.168.0.9/32 0.0.0.0/0", A, X, false },
	{ "the packet's own address, and another net", A " " B, X, "10.2.0.1/32 10.1.0.0/24", X,
	  "10.2.0.1/32 10.1.0.0/24", X, false },
	{ "the packet's own, then more than fits: it is kept, whatever goes",
	  "10.0.0.0/24 10.0.2.0/24 10.0.4.0/24 10.0.6.0/24 10.0.8.0/24 10.0.10.0/24 10.0.12.0/24 "
	  "10.0.14.0/24 10.0.16.0/24 10.0.18.0/24 10.0.20.0/24 10.0.22.0/24 10.0.24.0/24 "
	  "10.0.26.0/24 10.0.28.0/24 10.0.30.0/24", X, "10.0.30.9/32/tcp/80 0.0.0.0/0", X,
	  "10.0.30.0/24 10.0.0.0/24 10.0.2.0/24 10.0.4.0/24 10.0.6.0/24 10.0.8.0/24 10.0.10.0/24 "
	  "10.0.12.0/24 10.0.14.0/24 10.0.16.0/24 10.0.18.0/24 10.0.20.0/24 10.0.22.0/24 "
	  "10.0.24.0/24 10.0.26.0/24 10.0.28.0/24", X, false },
	{ "the packet's own beside a range that is cut", A, X, "10.1.0.1/32 10.1.0.1-10.1.0.130", X,
	  "10.1.0.1/32 10.1.0.64/26", X, true },
	{ "one within the other is said once", A, X, "10.1.0.0/24 10.1.0.0/16 10.1.1.0/24", X, A, X,
	  false },
	{ "two of ours in one of theirs, one of them twice", A " " B, X, "10.0.0.0/8 " A, X,
	  A " " B, X, false },
	{ "IPv4 and IPv6", A " " V, X " " W, V " " A, W " " X, V " " A, W " " X, false },
	{ "IPv6 only, of ends with both", A " " V, X " " W, V, W, V, W, false },
	{ "IPv6 here and IPv4 there have no packet in common", A " " V, X " " W, V, X, NULL, NULL,
	  false },
	{ "what has no counterpart goes", A " " V, X " " W, A " " V, X, A, X, false },
	{ "protocols are narrowed", A, X, A "/tcp", X, A "/tcp", X, false },
	{ "protocols that differ", A "/tcp", X, A "/udp", X, NULL, NULL, false },
	{ "protocols that differ between the ends", A, X, A "/tcp", X "/udp", NULL, NULL, false },
	{ "a port of all", A "/tcp", X, A "/tcp/80", X, A "/tcp/80", X, false },
	{ "ports that overlap", A "/tcp/0-2047", X, A "/tcp/1024-4095", X, A "/tcp/1024-2047", X,
	  false },
	{ "ports that no mask can say are cut", A "/tcp", X, A "/tcp/1024-3000", X,
	  A "/tcp/1024-2047", X, true },
	{ "OPAQUE is for nobody", A, X, A "/tcp/65535-0", X, NULL, NULL, false },
	{ "OPAQUE beside all ports", A, X, A "/tcp/65535-0 " A "/udp", X, A "/udp", X, false },
	{ "a ping", A "/icmp", X "/icmp", A "/icmp/2048", X "/icmp/2048", A "/icmp/2048",
	  X "/icmp/2048", false },
	{ "two types of ICMP at the two ends", A "/icmp", X "/icmp", A "/icmp/2048", X "/icmp/0",
	  NULL, NULL, false },
	{ "addresses that no mask can say are cut", A, X, "10.1.0.1-10.1.0.130", X, "10.1.0.64/26", X,
	  true },
	{ "one address of a range of two", A, X, "10.1.0.1-10.1.0.2", X, "10.1.0.1/32", X, true },
};

static void assert_selectors(const char *what, const struct selectors *got, const char *expected)
{
	struct selectors want = list_of(expected);
	char text[SELECTOR_TEXT_MAX];

	if (got->count != want.count)
		fail_msg("%s: %zu selectors", what, got->count);
	for (size_t i = 0; i < want.count; i++)
		if (!selector_equal(&got->list[i], &want.list[i]))
			fail_msg("%s: %s", what, selector_print(&got->list[i], text));
	selectors_done(&want);
}

static void check(const struct row *row)
{
	struct traffic ours = traffic(row->ours_local, row->ours_remote);
	struct traffic offered = traffic(row->local, row->remote), got = { .local = { .count = 0 } };
	bool cut = !row->cut;

	if (traffic_narrow(&ours, &offered, &got, &cut) != (row->expected_local != NULL))
		fail_msg("%s", row->what);
	if (row->expected_local != NULL) {
		assert_selectors(row->what, &got.local, row->expected_local);
		assert_selectors(row->what, &got.remote, row->expected_remote);
		if (cut != row->cut || !traffic_contains(&ours, &got) ||
		    !traffic_contains(&offered, &got))
			fail_msg("%s: what was cut, or more than there was", row->what);
	}
	traffic_done(&got);
	traffic_done(&ours);
	traffic_done(&offered);
}

static void ends_agree_on_what_both_have(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(&rows[i]);
}

/* Both ends narrow: what one makes of the other's is what the other makes of it. */
static void it_does_not_matter_who_narrows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct traffic a = traffic(rows[i].ours_local, rows[i].ours_remote);
		struct traffic b = traffic(rows[i].local, rows[i].remote);
		struct traffic one = { .local = { .count = 0 } }, other = one;
		bool cut_one, cut_other;

		assert_int_equal(traffic_narrow(&a, &b, &one, &cut_one),
				 traffic_narrow(&b, &a, &other, &cut_other));
		if (!traffic_equal(&one, &other))
			fail_msg("%s", rows[i].what);
		traffic_done(&one);
		traffic_done(&other);
		traffic_done(&a);
		traffic_done(&b);
	}
}

/* 32 selectors that have nothing to do with each other: the first ones are kept. */
static void a_long_list_is_cut_behind(void **state)
{
	struct traffic ours = traffic("10.0.0.0/8", X), offered, got;
	char text[1200] = "";
	bool cut = false;

	(void)state;
	for (int i = 0; i < 32; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "10.%d.0.0/24 ",
			 (i * 7 + 3) % 32);
	offered = traffic(text, X);
	assert_true(traffic_narrow(&ours, &offered, &got, &cut));
	assert_true(cut);
	assert_int_equal(got.local.count, SELECTORS_MAX);
	for (size_t i = 0; i < SELECTORS_MAX; i++)
		assert_true(selector_equal(&got.local.list[i], &offered.local.list[i]));
	traffic_done(&got);
	traffic_done(&ours);
	traffic_done(&offered);
}

static void all_offered_means_each_as_it_is(void **state)
{
	static const struct {
		const char *ours, *offered;
		bool all;
	} list[] = {
		{ A, A, true },	      { A, B " " A, true },  { A " " B, B " " A, true },
		{ A " " B, A, false }, { A, "10.0.0.0/8", false }, { A, "10.1.0.0/24", false },
		{ A "/tcp", A, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct traffic ours = traffic(list[i].ours, X), other = traffic(list[i].offered, X);
		struct traffic ours2 = traffic(X, list[i].ours), other2 = traffic(X, list[i].offered);

		assert_int_equal(traffic_offered(&ours, &other), list[i].all);
		assert_int_equal(traffic_offered(&ours2, &other2), list[i].all);
		traffic_done(&ours);
		traffic_done(&other);
		traffic_done(&ours2);
		traffic_done(&other2);
	}
}

static void equal_in_any_order(void **state)
{
	struct traffic a = traffic(A " " B, X), b = traffic(B " " A, X), c = traffic(A " " B " " C, X);

	(void)state;
	assert_true(traffic_equal(&a, &b) && traffic_equal(&b, &a));
	assert_false(traffic_equal(&a, &c) || traffic_equal(&c, &a));
	assert_true(traffic_contains(&c, &a));
	assert_false(traffic_contains(&a, &c));
	traffic_done(&a);
	traffic_done(&b);
	traffic_done(&c);
}

/* Ports are the kernel's, in its order: source, destination. */
static const struct {
	const char *what;
	uint8_t protocol;
	uint16_t local_port, remote_port;
	const char *local, *remote; /* of 10.1.2.3 and 192.168.0.9 */
} packets[] = {
	{ "TCP", IPPROTO_TCP, 40000, 443, "/TCP/40000", "/TCP/443" },
	{ "TCP whose port is not chosen yet", IPPROTO_TCP, 0, 443, "/TCP", "/TCP/443" },
	{ "SCTP", IPPROTO_SCTP, 7, 9, "/132/7", "/132/9" },
	{ "a ping is type 8 at both ends", IPPROTO_ICMP, 8, 0, "/ICMP/2048", "/ICMP/2048" },
	{ "its answer is type 0", IPPROTO_ICMP, 0, 0, "/ICMP/0", "/ICMP/0" },
	{ "a protocol without ports", IPPROTO_ESP, 7, 9, "/50", "/50" },
	{ "GRE, whose key the kernel says there", IPPROTO_GRE, 7, 9, "/47", "/47" },
};

static void a_packet_is_a_selector_of_one_address(void **state)
{
	struct traffic all = traffic("10.1.0.0/16", X);
	char text[SELECTOR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
		struct selector from = selector("10.1.2.3/32"), to = selector("192.168.0.9/32");
		struct traffic_packet p = traffic_packet_of(&from.start, &to.start,
							    packets[i].protocol,
							    packets[i].local_port,
							    packets[i].remote_port);
		struct traffic_pair pair;

		print_message("%s\n", packets[i].what);
		assert_true(traffic_packet_is_set(&p));
		selector_print(&p.local, text);
		assert_memory_equal(text, "10.1.2.3/32", 11);
		assert_string_equal(text + 11, packets[i].local);
		selector_print(&p.remote, text);
		assert_memory_equal(text, "192.168.0.9/32", 14);
		assert_string_equal(text + 14, packets[i].remote);
		assert_true(traffic_find_pair(&all, &p.local, &p.remote, &pair));
		assert_ptr_equal(pair.local, &all.local.list[0]);
	}
	assert_false(traffic_packet_is_set(&(struct traffic_packet) { 0 }));
	traffic_done(&all);
}

static void what_lies_within_which_pair(void **state)
{
	static const struct {
		const char *local, *remote;
		bool found;
		size_t local_at, remote_at;
	} list[] = {
		{ "10.1.2.3/32/tcp/80", "192.168.0.9/32/tcp/5", true, 0, 0 },
		{ "10.2.2.3/32/udp/80", "192.168.0.9/32/udp/5", true, 1, 0 },
		{ "10.2.2.3/32/tcp/80", "192.168.0.9/32/tcp/5", false, 0, 0 },
		{ "10.1.2.3/32", "192.168.1.9/32", false, 0, 0 },
		{ "10.3.2.3/32", "192.168.0.9/32", false, 0, 0 },
		{ A, X, true, 0, 0 },
		{ "10.0.0.0/8", X, false, 0, 0 },
		{ V, W, true, 2, 1 },
		{ A, W, false, 0, 0 },
	};
	struct traffic all = traffic(A " " B "/udp " V, X " " W);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct selector local = selector(list[i].local), remote = selector(list[i].remote);
		struct traffic_pair pair;

		print_message("%s===%s\n", list[i].local, list[i].remote);
		assert_int_equal(traffic_find_pair(&all, &local, &remote, &pair), list[i].found);
		if (!list[i].found)
			continue;
		assert_ptr_equal(pair.local, &all.local.list[list[i].local_at]);
		assert_ptr_equal(pair.remote, &all.remote.list[list[i].remote_at]);
	}
	traffic_done(&all);
}

/* Each pair of one family and protocol, and it prints as libreswan has it. */
static void pairs_are_those_that_a_packet_can_have(void **state)
{
	struct traffic t = traffic(A " " V "/tcp", X " " W " 192.168.7.0/24/udp " W "/udp");
	char text[TRAFFIC_TEXT_MAX];
	struct traffic_pair pair;
	size_t at = 0, count = 0;

	(void)state;
	while (traffic_next(&t, &at, &pair)) {
		assert_int_equal(pair.local->start.family, pair.remote->start.family);
		count++;
	}
	assert_int_equal(count, 3);
	assert_string_equal(traffic_print(&t, text),
			    "[10.1.0.0/16===192.168.0.0/24] "
			    "[10.1.0.0/16===192.168.7.0/24/UDP] "
			    "[2001:db8:1::/48/TCP===2001:db8:2::/48]");
	traffic_done(&t);
}

static void long_text_is_cut(void **state)
{
	struct traffic t = traffic(A " " B " " C " " D " 10.5.0.0/16 10.6.0.0/16 10.7.0.0/16",
				   X " 192.168.1.0/24 192.168.2.0/24 192.168.3.0/24");
	char text[TRAFFIC_TEXT_MAX];

	(void)state;
	traffic_print(&t, text);
	assert_true(strlen(text) < TRAFFIC_TEXT_MAX);
	assert_string_equal(text + strlen(text) - 5, "] ...");
	traffic_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_agree_on_what_both_have),
		cmocka_unit_test(it_does_not_matter_who_narrows),
		cmocka_unit_test(a_long_list_is_cut_behind),
		cmocka_unit_test(all_offered_means_each_as_it_is),
		cmocka_unit_test(equal_in_any_order),
		cmocka_unit_test(a_packet_is_a_selector_of_one_address),
		cmocka_unit_test(what_lies_within_which_pair),
		cmocka_unit_test(pairs_are_those_that_a_packet_can_have),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests_name("traffic", tests, NULL, NULL);
}
