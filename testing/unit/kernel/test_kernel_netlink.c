/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a datagram of netlink says about a request, and what rtnetlink says. */
#include "kernel_samples.h"

#include <limits.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "pluto/kernel/route.h"

enum { OURS = 77, OTHERS = 78, DATAGRAM_MAX = 8192 };

struct datagram {
	_Alignas(8) uint8_t raw[DATAGRAM_MAX];
	size_t len;
};

static void add_message(struct datagram *d, union netlink_message *m, uint32_t sequence)
{
	m->header.nlmsg_seq = sequence;
	memcpy(d->raw + d->len, m, m->header.nlmsg_len);
	d->len += NLMSG_ALIGN(m->header.nlmsg_len);
}

static void add_error(struct datagram *d, uint32_t sequence, int error, const char *words)
{
	union netlink_message m;
	struct nlmsgerr *e = netlink_begin(&m, NLMSG_ERROR, sizeof(*e));

	e->error = error;
	e->msg.nlmsg_len = 400; /* of which nothing is quoted */
	m.header.nlmsg_flags = NLM_F_CAPPED;
	if (words != NULL) {
		m.header.nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put(&m.header, NLMSGERR_ATTR_MSG, strlen(words), words);
	}
	add_message(d, &m, sequence);
}

static void add_plain(struct datagram *d, uint32_t sequence)
{
	union netlink_message m;

	netlink_begin(&m, 0x13, 8);
	add_message(d, &m, sequence);
}

static void count_message(void *context, const struct nlmsghdr *message)
{
	unsigned *count = context;

	assert_int_equal(message->nlmsg_type, 0x13);
	(*count)++;
}

static bool digest(const struct datagram *d, unsigned *heard, int *result,
		   char text[KERNEL_TEXT_MAX])
{
	struct netlink_listener listener = { heard, count_message };

	return netlink_digest(bytes_at(d->raw, d->len), OURS, &listener, result, text);
}

static void the_answer_ends_with_its_word(void **state)
{
	struct datagram d = { .len = 0 };
	char text[KERNEL_TEXT_MAX] = "";
	unsigned heard = 0;
	int result = 99;

	(void)state;
	add_plain(&d, OURS);
	add_plain(&d, OTHERS);
	assert_false(digest(&d, &heard, &result, text));
	assert_int_equal(heard, 1);
	assert_int_equal(result, 99);
	add_error(&d, OURS, 0, NULL);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(heard, 2);
	assert_int_equal(result, 0);
	assert_string_equal(text, "");
}

static void the_kernels_own_words_are_kept_and_made_safe(void **state)
{
	struct datagram d = { .len = 0 };
	char text[KERNEL_TEXT_MAX], words[400];
	unsigned heard = 0;
	int result = 0;

	(void)state;
	add_error(&d, OURS, -ERANGE, "pCPU number\n too big");
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(result, -ERANGE);
	assert_string_equal(text, "pCPU number? too big");

	memset(words, 'x', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	d.len = 0;
	add_error(&d, OURS, -EINVAL, words);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(strlen(text), KERNEL_TEXT_MAX - 1);
}

/* An answer to a request that was given up long ago does not count for this one. */
static void a_late_word_is_not_taken_for_ours(void **state)
{
	struct datagram d = { .len = 0 };
	char text[KERNEL_TEXT_MAX] = "";
	unsigned heard = 0;
	int result = 0;

	(void)state;
	add_error(&d, OTHERS, -EEXIST, "late");
	assert_false(digest(&d, &heard, &result, text));
	assert_string_equal(text, "");
	add_error(&d, OURS, -ESRCH, NULL);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(result, -ESRCH);
}

static void an_error_that_is_none_is_an_error(void **state)
{
	static const int errors[] = { 5, INT_MAX, INT_MIN, -4096 };
	char text[KERNEL_TEXT_MAX];
	unsigned heard = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct datagram d = { .len = 0 };
		int result = 0;

		add_error(&d, OURS, errors[i], NULL);
		assert_true(digest(&d, &heard, &result, text));
		assert_int_equal(result, -EPROTO);
	}
}

static void a_dump_that_was_disturbed_says_so(void **state)
{
	struct datagram d = { .len = 0 };
	char text[KERNEL_TEXT_MAX];
	union netlink_message m;
	unsigned heard = 0;
	int result = 99, *error;

	(void)state;
	netlink_begin(&m, NLMSG_DONE, sizeof(int));
	add_message(&d, &m, OURS);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(result, 0);
	d.len = 0;
	m.header.nlmsg_flags = NLM_F_DUMP_INTR;
	add_message(&d, &m, OURS);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(result, -EINTR);
	d.len = 0;
	error = netlink_begin(&m, NLMSG_DONE, sizeof(int));
	*error = -ENOMEM;
	add_message(&d, &m, OURS);
	assert_true(digest(&d, &heard, &result, text));
	assert_int_equal(result, -ENOMEM);
}

static void datagrams_cut_or_spoilt_are_survived(void **state)
{
	struct datagram whole = { .len = 0 };

	(void)state;
	add_plain(&whole, OURS);
	add_error(&whole, OURS, -ERANGE, "pCPU number too big");
	for (size_t cut = 0; cut <= whole.len; cut++) {
		char text[KERNEL_TEXT_MAX];
		uint8_t *copy = test_malloc(cut + 1);
		unsigned heard = 0;
		int result = 99;
		struct netlink_listener listener = { &heard, count_message };

		memcpy(copy, whole.raw, cut);
		assert_int_equal(netlink_digest(bytes_at(copy, cut), OURS, &listener, &result, text),
				 cut == whole.len);
		test_free(copy);
	}
	for (size_t at = 24; at < whole.len; at++) {
		struct datagram d = whole;
		char text[KERNEL_TEXT_MAX];
		int result;

		d.raw[at] = 0xff;
		if (netlink_digest(bytes_at(d.raw, d.len), OURS, NULL, &result, text))
			assert_true(result <= 0);
	}
}

static void a_length_beyond_the_datagram_is_not_believed(void **state)
{
	static const uint32_t lengths[] = { 24 + 1, INT32_MAX, 0x80000000, 0xffff0018, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct datagram d = { .len = 0 };
		char text[KERNEL_TEXT_MAX];
		unsigned heard = 0;
		int result = 99;

		add_plain(&d, OURS);
		memcpy(d.raw, &lengths[i], sizeof(lengths[i]));
		assert_false(digest(&d, &heard, &result, text));
		assert_int_equal(heard, 0);
		assert_int_equal(result, 99);
	}
}

static void an_attribute_beyond_the_message_is_not_there(void **state)
{
	const struct nlattr *attrs[2];
	union netlink_message m;

	(void)state;
	netlink_begin(&m, 0x13, 8);
	mnl_attr_put_u32(&m.header, 1, 7);
	assert_true(netlink_attributes(&m.header, 8, attrs, 1));
	assert_non_null(attrs[1]);
	m.header.nlmsg_len--;
	assert_true(netlink_attributes(&m.header, 8, attrs, 1));
	assert_null(attrs[1]);
}

/* --- rtnetlink --- */

static void write_address(union netlink_message *m, const char *text, uint8_t flags, uint16_t type)
{
	struct address a = sample_address(text);
	struct ifaddrmsg *head = netlink_begin(m, RTM_NEWADDR, sizeof(*head));

	head->ifa_family = (uint8_t)a.family;
	head->ifa_flags = flags;
	mnl_attr_put(&m->header, type, address_len(&a), a.ip);
}

static const struct {
	const char *what, *text;
	uint8_t flags;
	uint16_t type;
	bool good;
} addresses[] = {
	{ "IPv4", "192.1.2.45", 0, IFA_LOCAL, true },
	{ "IPv6", "2001:db8::1", 0, IFA_ADDRESS, true },
	{ "not yet ours", "2001:db8::1", IFA_F_TENTATIVE, IFA_ADDRESS, false },
	{ "somebody else's", "2001:db8::1", IFA_F_DADFAILED, IFA_ADDRESS, false },
	{ "link-local", "fe80::1", 0, IFA_ADDRESS, false },
	{ "a label", "192.1.2.45", 0, IFA_LABEL, false },
};

static void addresses_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct address expected = sample_address(addresses[i].text), a;
		union netlink_message m;

		print_message("%s\n", addresses[i].what);
		write_address(&m, addresses[i].text, addresses[i].flags, addresses[i].type);
		assert_int_equal(route_read_address(&m.header, &a), addresses[i].good);
		if (addresses[i].good)
			assert_true(address_equal(&a, &expected));
	}
}

static void the_long_flags_count_too(void **state)
{
	union netlink_message m;
	struct address a;

	(void)state;
	write_address(&m, "2001:db8::1", 0, IFA_ADDRESS);
	mnl_attr_put_u32(&m.header, IFA_FLAGS, IFA_F_TENTATIVE);
	assert_false(route_read_address(&m.header, &a));
}

static void a_way_reads_back_as_it_is_written(void **state)
{
	struct kernel_change c = sample_route("192.0.2.0/24");
	struct route_seen way = { .device = 3, .gateway = sample_address("192.1.2.254") }, seen;
	struct address source = sample_address("192.0.1.254"), other = sample_address("2001:db8::1");
	const struct nlattr *attrs[RTA_MAX + 1];
	union netlink_message m;
	struct rtmsg head;

	(void)state;
	c.route.metric = 50;
	c.route.mtu = 1400;
	route_write(&m, &c.route, &way, &source);
	assert_true(route_read(&m.header, &seen));
	assert_int_equal(seen.device, 3);
	assert_true(address_equal(&seen.gateway, &way.gateway));
	assert_true(seen.usable);
	assert_true(netlink_header(&m.header, &head, sizeof(head)));
	assert_int_equal(head.rtm_protocol, ROUTE_PROTOCOL);
	assert_int_equal(head.rtm_dst_len, 24);
	assert_int_equal(head.rtm_scope, RT_SCOPE_UNIVERSE);
	assert_true(netlink_attributes(&m.header, sizeof(head), attrs, RTA_MAX));
	assert_int_equal(mnl_attr_get_u32(attrs[RTA_PRIORITY]), 50);
	assert_memory_equal(mnl_attr_get_payload(attrs[RTA_PREFSRC]), source.ip, 4);
	assert_non_null(attrs[RTA_METRICS]);

	/* A gateway or source of the other family cannot be said. */
	way.gateway = other;
	c.route.mtu = 0;
	route_write(&m, &c.route, &way, &other);
	assert_true(netlink_attributes(&m.header, sizeof(head), attrs, RTA_MAX));
	assert_null(attrs[RTA_GATEWAY]);
	assert_null(attrs[RTA_PREFSRC]);
	assert_null(attrs[RTA_METRICS]);
	assert_true(netlink_header(&m.header, &head, sizeof(head)));
	assert_int_equal(head.rtm_scope, RT_SCOPE_LINK);
}

static void no_way_is_not_a_way(void **state)
{
	union netlink_message m;
	struct route_seen seen;
	struct rtmsg *head = netlink_begin(&m, RTM_NEWROUTE, sizeof(*head));

	(void)state;
	head->rtm_family = AF_INET;
	head->rtm_type = RTN_UNREACHABLE;
	mnl_attr_put_u32(&m.header, RTA_OIF, 1);
	assert_true(route_read(&m.header, &seen));
	assert_false(seen.usable);
	head->rtm_type = RTN_UNICAST;
	assert_true(route_read(&m.header, &seen));
	assert_true(seen.usable);
	head->rtm_family = AF_UNIX;
	assert_false(route_read(&m.header, &seen));
}

static void rtnetlink_cut_or_spoilt_is_survived(void **state)
{
	struct kernel_change c = sample_route("192.0.2.0/24");
	struct route_seen way = { .device = 3, .gateway = sample_address("192.1.2.254") };
	union netlink_message good[2];

	(void)state;
	write_address(&good[0], "2001:db8::1", 0, IFA_ADDRESS);
	route_write(&good[1], &c.route, &way, &way.gateway);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		for (uint32_t cut = NLMSG_HDRLEN; cut <= good[i].header.nlmsg_len; cut++) {
			struct nlmsghdr *h = test_malloc(cut);
			struct route_seen seen;
			struct address a;

			memcpy(h, &good[i], cut);
			h->nlmsg_len = cut;
			if (route_read_address(h, &a))
				assert_true(address_is_set(&a));
			if (route_read(h, &seen))
				assert_true(cut >= NLMSG_HDRLEN + sizeof(struct rtmsg));
			test_free(h);
		}
	}
}

/* Events come faster than they are read: that is said once, and the next ones are heard. */
static void events_that_overflow_are_told(void **state)
{
	enum { GROUP = 1, MANY = 20000 };
	struct sockaddr_nl all = { .nl_family = AF_NETLINK, .nl_groups = GROUP };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_USERSOCK);
	struct netlink_listener listener = { NULL, NULL };
	struct netlink n = { 0 };
	uint8_t noise[1024] = { 0 };
	unsigned lost = 0;

	(void)state;
	if (fd < 0 || netlink_open(&n, NETLINK_USERSOCK, GROUP) != 0)
		skip();
	assert_int_equal(netlink_read(&n, &listener), NETLINK_NOTHING);
	/* It is refused by the kernel, to which it goes too. */
	for (int i = 0; i < MANY; i++)
		assert_int_equal(sendto(fd, noise, sizeof(noise), 0, (struct sockaddr *)&all,
					sizeof(all)),
				 -1);
	for (int i = 0; i < MANY; i++)
		lost += netlink_read(&n, &listener) == NETLINK_LOST;
	assert_int_equal(lost, 1);
	assert_int_equal(netlink_read(&n, &listener), NETLINK_NOTHING);
	netlink_close(&n);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_ends_with_its_word),
		cmocka_unit_test(the_kernels_own_words_are_kept_and_made_safe),
		cmocka_unit_test(a_late_word_is_not_taken_for_ours),
		cmocka_unit_test(an_error_that_is_none_is_an_error),
		cmocka_unit_test(a_dump_that_was_disturbed_says_so),
		cmocka_unit_test(datagrams_cut_or_spoilt_are_survived),
		cmocka_unit_test(a_length_beyond_the_datagram_is_not_believed),
		cmocka_unit_test(an_attribute_beyond_the_message_is_not_there),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(the_long_flags_count_too),
		cmocka_unit_test(a_way_reads_back_as_it_is_written),
		cmocka_unit_test(no_way_is_not_a_way),
		cmocka_unit_test(rtnetlink_cut_or_spoilt_is_survived),
		cmocka_unit_test(events_that_overflow_are_told),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
