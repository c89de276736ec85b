/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialect of 2019: what is said, byte by byte, and to which kernels it is said at all. */
#include "kernel_samples.h"
#include "xfrm_taken.h"

#include "pluto/kernel/xfrm.h"

static const struct xfrm_abilities pcpu_2 = { .per_cpu = true, .pcpu_2 = true, .possible_cpus = 4 };

enum {
	EXTRA_FLAGS = 24, SA_PCPU = 32, SRCADDR = 13, /* the attributes, as they were in 2019 */
	HEAD = 2, SUB = 4, PLAIN = 0,
	NO_CPU = -1
};

/* The bytes of an attribute with a number in it, as they lie in the message. */
static bool has_u32(const struct nlattr *a, uint32_t value)
{
	uint8_t want[8] = { 8, 0 };

	if (a == NULL)
		return false;
	want[2] = (uint8_t)a->nla_type;
	memcpy(want + 4, &value, sizeof(value));
	return memcmp(a, want, sizeof(want)) == 0;
}

static void check_said(const struct nlattr *const attrs[], uint32_t flags, int cpu)
{
	if (flags == PLAIN)
		assert_null(attrs[EXTRA_FLAGS]);
	else
		assert_true(has_u32(attrs[EXTRA_FLAGS], flags));
	if (cpu == NO_CPU)
		assert_null(attrs[SA_PCPU]);
	else
		assert_true(has_u32(attrs[SA_PCPU], (uint32_t)cpu));
	for (size_t i = SA_PCPU + 1; i <= ATTR_MAX; i++)
		assert_null(attrs[i]);
}

static const struct {
	const char *what;
	enum kernel_direction direction;
	uint32_t cpu;
	bool clone_head;
	uint32_t flags;
	int said_cpu;
} sas[] = {
	{ "the head of a set with clones", KERNEL_OUT, KERNEL_CPU_NONE, true, HEAD, NO_CPU },
	{ "the first clone, of CPU 0", KERNEL_OUT, 0, false, SUB, 0 },
	{ "another clone", KERNEL_OUT, 3, false, SUB, 3 },
	{ "an SA of a set without clones", KERNEL_OUT, KERNEL_CPU_NONE, false, PLAIN, NO_CPU },
	{ "a head, inbound", KERNEL_IN, KERNEL_CPU_NONE, true, PLAIN, NO_CPU },
	{ "a clone, inbound", KERNEL_IN, 3, false, PLAIN, NO_CPU },
};

static struct kernel_change row_sa(size_t row)
{
	struct kernel_change c = sample_sa(sas[row].direction, 0xc0ffee01, sas[row].cpu);

	c.sa.clone_head = sas[row].clone_head;
	c.sa.encapsulated = true; /* whose mapping timer has no place: 33 is not what it is today */
	c.sa.encap_source_port = c.sa.encap_destination_port = 4500;
	return c;
}

static void each_sa_says_what_it_is_when_it_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sas); i++) {
		struct kernel_change c = row_sa(i);
		struct taken t;

		print_message("%s\n", sas[i].what);
		take_sa(&t, &c, &pcpu_2);
		check_said(t.attrs, sas[i].flags, sas[i].said_cpu);
	}
}

/* As the 2019 daemon had it: first the CPU, then what it is one of. */
static void a_clone_says_its_cpu_first(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0xc0ffee01, 1);
	struct taken t;

	(void)state;
	take_sa(&t, &c, &pcpu_2);
	assert_ptr_equal((const char *)t.attrs[SA_PCPU] + 8, t.attrs[EXTRA_FLAGS]);
}

static void each_sa_says_it_again_when_its_ports_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sas); i++) {
		struct kernel_change c = row_sa(i);
		char text[KERNEL_TEXT_MAX];
		struct taken t;

		print_message("%s\n", sas[i].what);
		c.to = (struct kernel_ends) { c.sa.source, c.sa.destination, true, 6501, 4500,
					       false };
		assert_int_equal(xfrm_write_ports(&t.m, &c.sa, &c.to, &pcpu_2, text), 0);
		assert_int_equal(t.m.header.nlmsg_type, XFRM_MSG_UPDSA);
		assert_true(netlink_attributes(&t.m.header, sizeof(t.sa), t.attrs, ATTR_MAX));
		check_said(t.attrs, sas[i].flags, sas[i].said_cpu);
	}
}

static void take_id(struct taken *t, uint16_t type, const struct kernel_sa *sa)
{
	xfrm_write_sa_id(&t->m, type, sa, &pcpu_2);
	assert_int_equal(t->m.header.nlmsg_type, type);
	assert_true(netlink_attributes(&t->m.header, sizeof(struct xfrm_usersa_id), t->attrs,
				       ATTR_MAX));
}

/* Only a clone is found by more than its SPI: a head is asked for as any other SA. */
static void a_clone_is_named_with_cpu_and_source(void **state)
{
	static const uint16_t types[] = { XFRM_MSG_GETSA, XFRM_MSG_DELSA };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sas) * ARRAY_LEN(types); i++) {
		size_t row = i / ARRAY_LEN(types);
		struct kernel_change c = row_sa(row);
		uint8_t source[20] = { sizeof(source), 0, SRCADDR, 0, 192, 1, 2, 45 };
		bool sub = sas[row].flags == SUB;
		struct taken t;

		print_message("%s\n", sas[row].what);
		take_id(&t, types[i % ARRAY_LEN(types)], &c.sa);
		check_said(t.attrs, sub ? SUB : PLAIN, sub ? sas[row].said_cpu : NO_CPU);
		if (sub)
			assert_memory_equal(t.attrs[SRCADDR], source, sizeof(source));
		else
			assert_null(t.attrs[SRCADDR]);
	}
}

static void mainline_is_told_nothing_of_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sas); i++) {
		struct kernel_change c = row_sa(i);
		struct taken t;

		c.sa.encapsulated = false;
		take_sa(&t, &c, &able);
		assert_null(t.attrs[EXTRA_FLAGS]);
		assert_null(t.attrs[SA_PCPU]);
		xfrm_write_sa_id(&t.m, XFRM_MSG_DELSA, &c.sa, &able);
		assert_int_equal(t.m.header.nlmsg_len, NLMSG_LENGTH(sizeof(struct xfrm_usersa_id)));
	}
}

/* Who looks for another set's head between two hosts lists no other SAs. */
static void a_list_is_of_two_hosts_only(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, 0xc0ffee01, KERNEL_CPU_NONE);
	struct xfrm_address_filter filter;
	struct taken t;

	(void)state;
	xfrm_write_sa_dump(&t.m, &c.sa);
	assert_true(netlink_attributes(&t.m.header, 0, t.attrs, ATTR_MAX));
	assert_true(netlink_attribute(t.attrs[XFRMA_ADDRESS_FILTER], &filter, sizeof(filter)));
	assert_memory_equal(&filter.saddr, c.sa.source.ip, 16);
	assert_memory_equal(&filter.daddr, c.sa.destination.ip, 16);
	assert_int_equal(filter.family, AF_INET);
	assert_int_equal(filter.splen, 32);
	assert_int_equal(filter.dplen, 32);
	xfrm_write_sa_dump(&t.m, NULL);
	assert_true(netlink_attributes(&t.m.header, 0, t.attrs, ATTR_MAX));
	assert_null(t.attrs[XFRMA_ADDRESS_FILTER]);
}

/* --- a kernel with a script --- */

static const struct script {
	const char *what;
	int made;          /* what the kernel says to a clone without a head */
	const char *words;
	int result;        /* of the probe */
	const char *said;  /* in its sentence */
} scripts[] = {
	{ "a prototype of 2019", -ESRCH, "", 0, NULL },
	{ "6.1, 6.12 and 7.3, where attribute 32 is a mapping timer", -EINVAL,
	  "MTIMER_THRESH attribute can only be set on ENCAP states", -EOPNOTSUPP,
	  "MTIMER_THRESH attribute can only be set on ENCAP states" },
	{ "before mapping timers: attribute 32 is nobody's", 0, "", -EOPNOTSUPP, "it is made" },
	{ "its first SA, left by a run that was killed", -EEXIST, "", -EOPNOTSUPP, "File exists" },
	{ "a wordless refusal", -EINVAL, "", -EOPNOTSUPP, "Invalid argument" },
	{ "its word got lost", -ETIMEDOUT, "", -EOPNOTSUPP, "timed out" },
	{ "not allowed to ask", -EPERM, "", -EPERM, "CAP_NET_ADMIN" },
	{ "no ESP", -EPROTONOSUPPORT, "", -EPROTONOSUPPORT, "load esp4" },
	{ "no AES-GCM", -ENOENT, "", -ENOENT, "gcm" },
};

struct kernel_said {
	const struct script *script;
	unsigned news, deletes;
};

static int play(void *context, union netlink_message *m, char text[KERNEL_TEXT_MAX])
{
	struct kernel_said *k = context;
	const struct nlattr *attrs[ATTR_MAX + 1];

	if (m->header.nlmsg_type == XFRM_MSG_DELSA) {
		k->deletes++;
		/* Plainly: who made the SA knows no other way. */
		assert_int_equal(m->header.nlmsg_len, NLMSG_LENGTH(sizeof(struct xfrm_usersa_id)));
		return k->script->made == 0 ? 0 : -ESRCH;
	}
	assert_int_equal(m->header.nlmsg_type, XFRM_MSG_NEWSA);
	k->news++;
	assert_true(netlink_attributes(&m->header, sizeof(struct xfrm_usersa_info), attrs,
				       ATTR_MAX));
	check_said(attrs, SUB, 0);
	assert_null(attrs[XFRMA_ENCAP]);
	(void)snprintf(text, KERNEL_TEXT_MAX, "%s", k->script->words);
	return k->script->made;
}

static void only_a_kernel_of_2019_is_taken_for_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct kernel_said k = { .script = &scripts[i] };
		struct xfrm_asker asker = { &k, play };
		struct xfrm_abilities can = { .pcpu_2 = true, .possible_cpus = 4 };
		char text[KERNEL_TEXT_MAX] = "";

		print_message("%s\n", scripts[i].what);
		assert_int_equal(xfrm_probe_pcpu_2(&asker, &can, text), scripts[i].result);
		assert_int_equal(k.news, 1);
		assert_int_equal(k.deletes, scripts[i].result == 0 ? 0 : 1);
		assert_int_equal(can.per_cpu, scripts[i].result == 0);
		assert_false(can.direction);
		if (scripts[i].said != NULL)
			assert_non_null(strstr(text, scripts[i].said));
		else
			assert_string_equal(text, "");
	}
}

/* The next one carried it as attribute 32; the first had none. */
static void an_acquire_may_say_its_cpu(void **state)
{
	struct xfrm_user_acquire *acquire;
	struct xfrm_user_tmpl tmpl = { .reqid = SAMPLE_REQID };
	union netlink_message m;
	struct kernel_acquire seen = { 0 };

	(void)state;
	acquire = netlink_begin(&m, XFRM_MSG_ACQUIRE, sizeof(*acquire));
	acquire->id.proto = IPPROTO_ESP;
	mnl_attr_put(&m.header, XFRMA_TMPL, sizeof(tmpl), &tmpl);
	assert_true(xfrm_read_acquire(&m.header, &pcpu_2, &seen));
	assert_int_equal(seen.cpu, KERNEL_CPU_NONE);
	mnl_attr_put_u32(&m.header, SA_PCPU, 2);
	assert_true(xfrm_read_acquire(&m.header, &pcpu_2, &seen));
	assert_int_equal(seen.cpu, 2);
	assert_true(xfrm_read_acquire(&m.header, &able, &seen));
	assert_int_equal(seen.cpu, KERNEL_CPU_NONE);
	mnl_attr_put_u32(&m.header, SA_PCPU, 4);
	assert_false(xfrm_read_acquire(&m.header, &pcpu_2, &seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sa_says_what_it_is_when_it_is_made),
		cmocka_unit_test(a_clone_says_its_cpu_first),
		cmocka_unit_test(each_sa_says_it_again_when_its_ports_change),
		cmocka_unit_test(a_clone_is_named_with_cpu_and_source),
		cmocka_unit_test(mainline_is_told_nothing_of_heads),
		cmocka_unit_test(a_list_is_of_two_hosts_only),
		cmocka_unit_test(only_a_kernel_of_2019_is_taken_for_one),
		cmocka_unit_test(an_acquire_may_say_its_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
