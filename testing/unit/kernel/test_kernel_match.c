/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How selectors become blocks and masks, which CPUs a list names, and kernel=none. */
#include "kernel_samples.h"

#include "base/mem.h"
#include "pluto/kernel/match.h"

#define ALL 0, 0xffff

static const struct {
	const char *what;
	uint8_t protocol;
	uint16_t from_start, from_end, to_start, to_end;
	int result;
	uint16_t source_port, source_mask, destination_port, destination_mask;
} ports[] = {
	{ "everything", 0, ALL, ALL, 0, 0, 0, 0, 0 },
	{ "ports of no protocol", 0, ALL, 80, 80, -EINVAL, 0, 0, 0, 0 },
	{ "one port", IPPROTO_TCP, ALL, 80, 80, 0, 0, 0, 80, 0xffff },
	{ "a port at each end", IPPROTO_TCP, 7, 7, 80, 80, 0, 7, 0xffff, 80, 0xffff },
	{ "port zero", IPPROTO_TCP, 0, 0, ALL, 0, 0, 0xffff, 0, 0 },
	{ "a power of two at its place", IPPROTO_UDP, ALL, 1024, 2047, 0, 0, 0, 1024, 0xfc00 },
	{ "a power of two at another", IPPROTO_UDP, ALL, 1025, 2048, -EINVAL, 0, 0, 0, 0 },
	{ "not a power of two", IPPROTO_UDP, ALL, 80, 90, -EINVAL, 0, 0, 0, 0 },
	{ "the upper half", IPPROTO_UDP, ALL, 32768, 65535, 0, 0, 0, 32768, 0x8000 },
	{ "OPAQUE", IPPROTO_UDP, 65535, 0, ALL, -EINVAL, 0, 0, 0, 0 },
	{ "all of ICMP", IPPROTO_ICMP, ALL, ALL, 0, 0, 0, 0, 0 },
	{ "a type", IPPROTO_ICMP, 0x0800, 0x08ff, ALL, 0, 8, 0xffff, 0, 0 },
	{ "a type, said at the other end", IPPROTO_ICMP, ALL, 0x0800, 0x08ff, 0, 8, 0xffff, 0, 0 },
	{ "a type and a code", IPPROTO_ICMP, 0x0304, 0x0304, 0x0304, 0x0304, 0, 3, 0xffff, 4, 0xffff },
	{ "two types", IPPROTO_ICMPV6, 0x8600, 0x87ff, ALL, 0, 0x86, 0xfffe, 0, 0 },
	{ "some codes of two types", IPPROTO_ICMPV6, 0x8601, 0x8702, ALL, -EINVAL, 0, 0, 0, 0 },
	{ "one type here, another there", IPPROTO_ICMP, 0x0800, 0x08ff, 0x0000, 0x00ff, -EINVAL, 0, 0,
	  0, 0 },
};

static void ports_become_masks_where_masks_can_say_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		struct selector from = sample_net("10.0.0.0/8"), to = sample_net("10.1.0.0/16");
		struct kernel_match m = { .source_port = 0x7777 };
		char text[KERNEL_TEXT_MAX] = "";

		print_message("%s\n", ports[i].what);
		from.protocol = to.protocol = ports[i].protocol;
		from.port_start = ports[i].from_start;
		from.port_end = ports[i].from_end;
		to.port_start = ports[i].to_start;
		to.port_end = ports[i].to_end;
		assert_int_equal(match_of_selectors(&from, &to, &m, text), ports[i].result);
		if (ports[i].result < 0) {
			assert_true(text[0] != '\0');
			assert_int_equal(m.source_port, 0x7777);
			continue;
		}
		assert_int_equal(m.source.len, 8);
		assert_int_equal(m.destination.len, 16);
		assert_int_equal(m.protocol, ports[i].protocol);
		assert_int_equal(m.source_port, ports[i].source_port);
		assert_int_equal(m.source_mask, ports[i].source_mask);
		assert_int_equal(m.destination_port, ports[i].destination_port);
		assert_int_equal(m.destination_mask, ports[i].destination_mask);
	}
}

static void what_no_block_can_say_is_refused(void **state)
{
	struct selector range = sample_net("10.0.0.0/30"), good = sample_net("10.0.0.0/8");
	struct selector v6 = sample_net("2001:db8::/32");
	char text[KERNEL_TEXT_MAX];
	struct kernel_match m;

	(void)state;
	range.end.ip[3] = 2;
	assert_int_equal(match_of_selectors(&range, &good, &m, text), -EINVAL);
	assert_int_equal(match_of_selectors(&good, &range, &m, text), -EINVAL);
	assert_non_null(strstr(text, "10.0.0.0-10.0.0.2"));
	assert_int_equal(match_of_selectors(&good, &v6, &m, text), -EINVAL);
	v6 = good;
	v6.protocol = IPPROTO_TCP;
	good.protocol = IPPROTO_UDP;
	assert_int_equal(match_of_selectors(&good, &v6, &m, text), -EINVAL);
}

static const struct {
	const char *what, *text;
	bool good;
	uint32_t count;
	uint16_t first, last;
} lists[] = {
	{ "one", "0\n", true, 1, 0, 0 },
	{ "a range", "0-3\n", true, 4, 0, 3 },
	{ "several", "0-1,4,6-7\n", true, 5, 0, 7 },
	{ "none", "\n", true, 0, 0, 0 },
	{ "the most there can be", "0-8191", true, 8192, 0, 8191 },
	{ "too high", "0-8192", false, 0, 0, 0 },
	{ "too many", "0-8191,5", false, 0, 0, 0 },
	{ "downwards", "3-0", false, 0, 0, 0 },
	{ "words", "all", false, 0, 0, 0 },
	{ "no end", "3-", false, 0, 0, 0 },
	{ "a long number", "00000000000000000000000000000001", false, 0, 0, 0 },
};

static void a_list_of_cpus_names_each(void **state)
{
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		uint32_t count = 77;

		print_message("%s\n", lists[i].what);
		assert_int_equal(cpus_parse(lists[i].text, ids, &count), lists[i].good);
		assert_int_equal(count, lists[i].good ? lists[i].count : 77);
		if (lists[i].good && count != 0) {
			assert_int_equal(ids[0], lists[i].first);
			assert_int_equal(ids[count - 1], lists[i].last);
		}
	}
	mem_free(ids);
}

static void none_takes_everything_and_knows_the_cpus(void **state)
{
	struct kernel_backend *k = kernel_none_new();
	struct kernel_facts *facts = NEW(struct kernel_facts);
	struct kernel_change c[] = { sample_sa(KERNEL_IN, 0x1000, 0), sample_policy(KERNEL_OUT),
				     sample_sa(KERNEL_IN, 0x1000, 0) };
	char text[KERNEL_TEXT_MAX];

	(void)state;
	assert_int_equal(kernel_start(k, facts, text), 0);
	assert_string_equal(text, "");
	assert_string_equal(facts->name, "none");
	assert_false(facts->per_cpu);
	assert_true(facts->online_count >= 1);
	assert_true(facts->possible_cpus >= facts->online_count);
	c[2].verb = KERNEL_SA_QUERY;
	c[2].counters.bytes = 99;
	kernel_apply(k, c, ARRAY_LEN(c));
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		assert_int_equal(c[i].result, 0);
	assert_int_equal(c[2].counters.bytes, 0);
	assert_int_equal(kernel_event_fd(k), -1);
	assert_true(kernel_address_fd(k) >= 0); /* addresses are the host's, with or without IPsec */
	assert_false(kernel_drain_addresses(k));
	assert_int_equal(kernel_bypass_socket(k, -1, AF_INET), 0);
	assert_int_equal(kernel_remove_stale(k), 0);
	kernel_stop(k);
	kernel_free(k);
	mem_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_become_masks_where_masks_can_say_it),
		cmocka_unit_test(what_no_block_can_say_is_refused),
		cmocka_unit_test(a_list_of_cpus_names_each),
		cmocka_unit_test(none_takes_everything_and_knows_the_cpus),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
