/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ike/conn/connection.h"

struct loaded {
	struct connections all;
	struct conf conf;
};

static struct loaded *load(const char *text)
{
	static const uint8_t seed[16];
	struct loaded *l = NEW(struct loaded);
	struct conf_errors errors = { 0 };

	connections_init(&l->all, seed);
	assert_true(conf_parse("t", bytes_of_text(text), &l->conf, &errors));
	for (size_t i = 0; i < l->conf.count; i++)
		(void)connection_new(&l->all, &l->conf.conns[i]);
	return l;
}

static void unload(struct loaded *l)
{
	while (!list_empty(&l->all.all))
		connection_free(&l->all, LIST_OBJECT(l->all.all.next, struct connection, link));
	connections_done(&l->all);
	conf_done(&l->conf);
	mem_free(l);
}

static struct address address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static struct selector net(const char *text)
{
	struct prefix p;

	assert_true(prefix_parse(text, &p));
	return selector_of_prefix(&p, 0, 0, UINT16_MAX);
}

#define CONN(name, more)                                                               \
	"conn " name "\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"           \
	" rightid=@east\n leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n"        \
	" authby=secret\n" more

static void test_orientation(void **state)
{
	struct loaded *l = load(CONN("t", ""));
	struct connection *c = connection_find_name(&l->all, "t");
	struct address west = address("192.1.2.45"), east = address("192.1.2.23");
	struct address both[2] = { west, east }, other = address("10.0.0.1");
	char text[IDENTITY_TEXT_MAX], selector[SELECTOR_TEXT_MAX];

	(void)state;
	connection_orient(&l->all, c, &other, 1);
	assert_int_equal(c->orientation, CONF_ORIENTED_NEITHER);
	assert_false(connection_is_oriented(c));
	connection_orient(&l->all, c, both, 2);
	assert_int_equal(c->orientation, CONF_ORIENTED_BOTH);
	assert_false(connection_is_oriented(c));
	connection_orient(&l->all, c, &west, 1);
	assert_true(connection_is_oriented(c));
	assert_string_equal(identity_print(&c->local_id, text), "@west");
	assert_true(address_equal(&c->remote_host, &east));
	assert_string_equal(selector_print(&c->traffic.local.list[0], selector), "192.0.1.0/24");
	connection_orient(&l->all, c, &east, 1);
	assert_string_equal(identity_print(&c->local_id, text), "@east");
	assert_true(address_equal(&c->remote_host, &west));
	assert_string_equal(selector_print(&c->traffic.local.list[0], selector), "192.0.2.0/24");
	unload(l);
}

static struct connection *between(struct loaded *l, const struct address *local,
				  const struct address *remote, unsigned int index)
{
	LIST_FOR_EACH(link, connections_between(&l->all, local, remote))
		if (index-- == 0)
			return CONNECTION_BETWEEN(link);
	return NULL;
}

static void test_finding(void **state)
{
	struct loaded *l = load(CONN("t", "") CONN("u", " reqid=77\n") CONN("v", ""));
	struct connection *t = connection_find_name(&l->all, "t");
	struct connection *u = connection_find_name(&l->all, "u");
	struct connection *v = connection_find_name(&l->all, "v");
	struct address west = address("192.1.2.45"), east = address("192.1.2.23");
	struct identity other;

	(void)state;
	assert_null(connection_find_name(&l->all, "w"));
	assert_ptr_equal(connection_find_id(&l->all, u->id), u);
	/* of different connections, different reqids */
	assert_int_equal(u->reqid, 77);
	assert_int_not_equal(t->reqid, v->reqid);
	assert_in_range(t->reqid, REQID_FIRST_AUTO, UINT32_MAX);
	assert_ptr_equal(connection_find_reqid(&l->all, 77), u);
	/* between hosts: only oriented ones, the oldest first, whenever they came to be it */
	assert_true(list_empty(connections_between(&l->all, &west, &east)));
	connection_orient(&l->all, v, &west, 1);
	connection_orient(&l->all, t, &west, 1);
	assert_ptr_equal(between(l, &west, &east, 0), t);
	assert_ptr_equal(between(l, &west, &east, 1), v);
	assert_null(between(l, &west, &east, 2));
	assert_true(list_empty(connections_between(&l->all, &east, &west)));
	/* seen from the other end */
	connection_orient(&l->all, t, &east, 1);
	assert_ptr_equal(between(l, &east, &west, 0), t);
	assert_ptr_equal(between(l, &west, &east, 0), v);
	assert_null(between(l, &west, &east, 1));
	connection_orient(&l->all, t, &west, 1);
	/* and with these ids */
	assert_true(identity_parse("@other", &other));
	assert_true(connection_has_ids(t, &t->local_id, &t->remote_id));
	assert_true(connection_has_ids(t, NULL, &t->remote_id));
	assert_false(connection_has_ids(t, &other, &t->remote_id));
	assert_false(connection_has_ids(t, NULL, &other));
	unload(l);
}

static const struct {
	const char *what;
	bool narrowing;
	const char *local[2], *remote[2];
	const char *expected_local, *expected_remote; /* NULL: refused */
} narrowings[] = {
	{ "exactly ours", false, { "192.0.1.0/24" }, { "192.0.2.0/24" }, "192.0.1.0/24",
	  "192.0.2.0/24" },
	{ "exactly ours, as the second", false, { "10.0.0.0/8", "192.0.1.0/24" },
	  { "192.0.2.0/24" }, "192.0.1.0/24", "192.0.2.0/24" },
	{ "more than ours is refused", false, { "0.0.0.0/0" }, { "192.0.2.0/24" }, NULL, NULL },
	{ "less than ours is refused", false, { "192.0.1.0/25" }, { "192.0.2.0/24" }, NULL, NULL },
	{ "with narrowing: more than ours is cut down", true, { "0.0.0.0/0" }, { "0.0.0.0/0" },
	  "192.0.1.0/24", "192.0.2.0/24" },
	{ "with narrowing: less than ours is taken", true, { "192.0.1.128/25" },
	  { "192.0.2.7/32" }, "192.0.1.128/25", "192.0.2.7/32" },
	{ "with narrowing: one within the other", true, { "192.0.1.4/32", "192.0.1.0/25" },
	  { "192.0.2.0/24" }, "192.0.1.0/25", "192.0.2.0/24" },
	{ "with narrowing: all of ours wins", true, { "192.0.1.0/25", "192.0.0.0/16" },
	  { "192.0.2.0/24" }, "192.0.1.0/24", "192.0.2.0/24" },
	{ "with narrowing: nothing in common", true, { "10.0.0.0/8" }, { "192.0.2.0/24" }, NULL,
	  NULL },
};

/* The names of those that a peer with this id may mean, one after the other. */
static const char *meant_by(struct loaded *l, const char *id, char out[64])
{
	struct address west = address("192.1.2.45"), east = address("192.1.2.23");
	struct connection_walk walk;
	struct connection *c;
	struct identity peer;

	assert_true(identity_parse(id, &peer));
	walk = connections_for_id(&l->all, &west, &east, &peer);
	*out = '\0';
	while ((c = connection_walk_next(&walk)) != NULL)
		strcat(out, c->name);
	return out;
}

#define FROM(name, host, id)                                                       \
	"conn " name "\n left=192.1.2.45\n right=" host "\n leftid=@west\n rightid=" id "\n" \
	" authby=secret\n"

static void test_whom_a_peer_means(void **state)
{
	struct loaded *l = load(FROM("a", "%any", "%any") FROM("b", "192.1.2.23", "@other")
				FROM("c", "192.1.2.23", "@east") FROM("d", "192.1.2.23", "@east")
				FROM("e", "%any", "@east") FROM("f", "%any", "%any"));
	struct address west = address("192.1.2.45");
	char text[64];

	(void)state;
	assert_string_equal(meant_by(l, "@east", text), ""); /* nothing is oriented */
	for (const char *name = "fdeacb"; *name != '\0'; name++)
		connection_orient(&l->all,
				  connection_find_name(&l->all, ((char[]) { *name, '\0' })),
				  &west, 1);
	/* those for its id and host, for its id from anywhere, then the same for whoever has a key */
	assert_string_equal(meant_by(l, "@east", text), "cdeaf");
	assert_string_equal(meant_by(l, "@OTHER", text), "baf");
	assert_string_equal(meant_by(l, "@nobody", text), "af");
	connection_free(&l->all, connection_find_name(&l->all, "c"));
	assert_string_equal(meant_by(l, "@east", text), "deaf");
	unload(l);
}

static void test_narrowing(void **state)
{
	struct address west = address("192.1.2.45");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(narrowings); i++) {
		struct loaded *l = load(narrowings[i].narrowing ? CONN("t", " narrowing=yes\n")
								: CONN("t", " narrowing=no\n"));
		struct connection *c = connection_find_name(&l->all, "t");
		struct selector local[2], remote[2], expected;
		struct traffic offered, got;
		size_t n = narrowings[i].local[1] == NULL ? 1 : 2;
		bool ok, cut;

		for (size_t k = 0; k < n; k++)
			local[k] = net(narrowings[i].local[k]);
		remote[0] = net(narrowings[i].remote[0]);
		connection_orient(&l->all, c, &west, 1);
		offered = (struct traffic) { { local, n }, { remote, 1 } };
		ok = connection_narrow(c, &offered, &got, &cut);
		if (ok != (narrowings[i].expected_local != NULL))
			fail_msg("%s", narrowings[i].what);
		if (ok) {
			expected = net(narrowings[i].expected_local);
			if (got.local.count != 1 || !selector_equal(got.local.list, &expected))
				fail_msg("%s: local", narrowings[i].what);
			expected = net(narrowings[i].expected_remote);
			if (got.remote.count != 1 || !selector_equal(got.remote.list, &expected))
				fail_msg("%s: remote", narrowings[i].what);
			traffic_done(&got);
		}
		unload(l);
	}
}

/* leftprotoport= of ours, and what the peer offers for it. */
static const struct {
	const char *what, *ours;
	bool narrowing;
	uint8_t protocol;
	uint16_t port_start, port_end;
	uint16_t expected_start, expected_end; /* 1 to 0: refused */
} port_rows[] = {
	{ "the same port", "tcp/22", false, 6, 22, 22, 22, 22 },
	{ "another port", "tcp/22", true, 6, 23, 23, 1, 0 },
	{ "another protocol", "tcp/22", true, 17, 22, 22, 1, 0 },
	{ "every port where one is allowed", "tcp/22", false, 6, 0, 65535, 1, 0 },
	{ "narrowed to the port", "tcp/22", true, 6, 0, 65535, 22, 22 },
	{ "narrowed to the protocol and port", "tcp/22", true, 0, 0, 65535, 22, 22 },
	{ "some ports of all", "tcp", true, 6, 1024, 2047, 1024, 2047 },
	{ "a port of the peer's choice", "udp/%any", false, 17, 1234, 1234, 1234, 1234 },
	{ "every port as well", "udp/%any", false, 17, 0, 65535, 0, 65535 },
	{ "a ping", "icmp/2048", false, 1, 2048, 2048, 2048, 2048 },
	{ "a ping of all ICMP", "icmp", true, 1, 2048, 2303, 2048, 2303 },
	{ "OPAQUE is no port", "tcp/22", true, 6, 65535, 0, 1, 0 },
};

static void test_ports(void **state)
{
	struct address west = address("192.1.2.45");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(port_rows); i++) {
		struct selector local = net("192.0.1.0/24"), remote = net("192.0.2.0/24");
		struct traffic offered = { { &local, 1 }, { &remote, 1 } }, got;
		struct buffer text = { 0 };
		struct loaded *l;
		struct connection *c;
		bool ok, cut;

		write_format(&text, CONN("t", " leftprotoport=%s\n rightprotoport=%.*s\n narrowing=%s\n"),
			     port_rows[i].ours, (int)strcspn(port_rows[i].ours, "/"),
			     port_rows[i].ours, port_rows[i].narrowing ? "yes" : "no");
		l = load(buffer_text(&text));
		c = connection_find_name(&l->all, "t");
		connection_orient(&l->all, c, &west, 1);
		local.protocol = remote.protocol = port_rows[i].protocol;
		local.port_start = port_rows[i].port_start;
		local.port_end = port_rows[i].port_end;
		ok = connection_narrow(c, &offered, &got, &cut);
		if (ok != (port_rows[i].expected_start <= port_rows[i].expected_end))
			fail_msg("%s", port_rows[i].what);
		if (ok) {
			const struct selector *a = got.local.list, *b = got.remote.list;

			if (a->port_start != port_rows[i].expected_start ||
			    a->port_end != port_rows[i].expected_end || a->protocol != b->protocol)
				fail_msg("%s: %u-%u", port_rows[i].what, a->port_start, a->port_end);
			traffic_done(&got);
		}
		unload(l);
		buffer_done(&text);
	}
}

/* As libreswan numbers them, so that both can share a host's policies. */
static void test_priorities(void **state)
{
	struct selector net_a = net("192.0.1.0/24"), net_b = net("192.0.2.0/24");
	struct selector host_a = net("192.0.1.1/32"), host_b = net("192.0.2.1/32");
	struct selector all = net("0.0.0.0/0"), tcp = net("192.0.1.1/32"), port;

	(void)state;
	tcp.protocol = 6;
	port = tcp;
	port.port_start = port.port_end = 443;
	assert_int_equal(policy_priority(&net_a, &net_b), 1042407);
	assert_int_equal(policy_priority(&host_a, &host_b), 1040351);
	assert_true(policy_priority(&all, &all) > policy_priority(&net_a, &all));
	assert_true(policy_priority(&net_a, &all) > policy_priority(&net_a, &net_b));
	assert_true(policy_priority(&host_a, &host_b) > policy_priority(&tcp, &host_b));
	assert_true(policy_priority(&tcp, &host_b) > policy_priority(&port, &host_b));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orientation),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_whom_a_peer_means),
		cmocka_unit_test(test_narrowing),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
