/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections, also=, conn %default, and what the loaded structs hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"

static struct conf loaded(const char *text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	bool ok = conf_parse("t", bytes_of_text(text), &conf, &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_message("%s: %s\n", errors.list[i].where, errors.list[i].text);
	assert_true(ok);
	assert_int_equal(errors.count, 0);
	return conf;
}

#define HEAD "conn west\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"

static const char page[] = "conn westnet-eastnet\n"
			   "    rightid=@east\n"
			   "    leftid=@west\n"
			   "    left=192.1.2.45\n"
			   "    right=192.1.2.23\n"
			   "    rightsubnet=192.0.2.0/24\n"
			   "    leftsubnet=192.0.1.0/24\n"
			   "    authby=secret\n"
			   "    clones=2\n"
			   "    auto=add\n";

static void test_the_page(void **state)
{
	struct conf conf = loaded(page);
	const struct conf_conn *conn = conf_find(&conf, "westnet-eastnet");
	char text[IDENTITY_TEXT_MAX], address[ADDRESS_TEXT_MAX], selector[SELECTOR_TEXT_MAX];
	struct selectors left;

	(void)state;
	assert_int_equal(conf.count, 1);
	assert_non_null(conn);
	assert_string_equal(conn->where, "t:1");
	assert_string_equal(address_print(&conn->left.host, address), "192.1.2.45");
	assert_string_equal(identity_print(&conn->right.id, text), "@east");
	left = conf_end_selectors(&conn->left);
	assert_int_equal(left.count, 1);
	assert_string_equal(selector_print(&left.list[0], selector), "192.0.1.0/24");
	selectors_done(&left);
	assert_int_equal(conn->clones.kind, CLONES_NUMBER);
	assert_int_equal(conn->clones.number, 2);
	assert_int_equal(conn->startup, AUTO_ADD);
	assert_int_equal(conn->type, TYPE_TUNNEL);
	assert_null(conf_find(&conf, "west"));
	conf_done(&conf);
}

static const struct {
	const char *more;
	const char *names[5], *left[5], *right[5]; /* of each; NULL: the end itself */
} expansions[] = {
	{ " leftsubnets={10.0.1.0/24,10.0.2.0/24}\n rightsubnets={10.1.1.0/24 10.1.2.0/24}\n",
	  { "west/1x1", "west/1x2", "west/2x1", "west/2x2" },
	  { "10.0.1.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.2.0/24" },
	  { "10.1.1.0/24", "10.1.2.0/24", "10.1.1.0/24", "10.1.2.0/24" } },
	{ " rightsubnets=10.1.1.0/24\n", { "west/0x1" }, { NULL }, { "10.1.1.0/24" } },
	{ " leftsubnet=10.0.0.0/24\n leftsubnets=10.0.1.0/24\n rightsubnet=10.1.0.0/24\n",
	  { "west/0x0", "west/1x0" }, { "10.0.0.0/24", "10.0.1.0/24" },
	  { "10.1.0.0/24", "10.1.0.0/24" } },
	{ " leftsubnets={10.0.1.0/24,2001:db8:1::/48}\n"
	  " rightsubnets={2001:db8:2::/48,10.1.2.0/24}\n",
	  { "west/1x2", "west/2x1" }, { "10.0.1.0/24", "2001:db8:1::/48" },
	  { "10.1.2.0/24", "2001:db8:2::/48" } },
};

static void assert_subnet(const struct conf_end *end, const char *expected)
{
	char text[SELECTOR_TEXT_MAX];

	assert_int_equal(end->subnets.count, expected == NULL ? 0 : 1);
	if (expected != NULL)
		assert_string_equal(selector_print(&end->subnets.list[0], text), expected);
	assert_int_equal(end->each.count, 0);
}

/* As libreswan names them. */
static void test_each_pair_of_subnets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expansions); i++) {
		struct buffer text = { 0 };
		struct conf conf;
		size_t count = 0;

		write_format(&text, "%s%s", HEAD, expansions[i].more);
		conf = loaded(buffer_text(&text));
		for (; expansions[i].names[count] != NULL; count++) {
			const struct conf_conn *conn = &conf.conns[count];

			assert_true(count < conf.count);
			assert_string_equal(conn->name, expansions[i].names[count]);
			assert_string_equal(conn->alias, "west");
			assert_true(conf_conn_is(conn, "west"));
			assert_true(conf_conn_is(conn, conn->name));
			assert_false(conf_conn_is(conn, "west/9x9"));
			assert_subnet(&conn->left, expansions[i].left[count]);
			assert_subnet(&conn->right, expansions[i].right[count]);
		}
		assert_int_equal(conf.count, count);
		conf_done(&conf);
		buffer_done(&text);
	}
}

/* It is the address for packets into the tunnel of the subnet that it is within. */
static void test_source_of_one_pair(void **state)
{
	struct conf conf = loaded(HEAD " leftsubnets=10.0.1.0/24,10.0.2.0/24\n"
				       " leftsourceip=10.0.2.1\n");

	(void)state;
	assert_int_equal(conf.count, 2);
	assert_false(address_is_set(&conf.conns[0].left.source_ip));
	assert_true(address_is_set(&conf.conns[1].left.source_ip));
	conf_done(&conf);
}

static void test_defaults(void **state)
{
	struct conf conf = loaded(HEAD);
	const struct conf_conn *c = &conf.conns[0];
	char text[IDENTITY_TEXT_MAX], selector[SELECTOR_TEXT_MAX];
	struct selectors right = conf_end_selectors(&c->right);

	(void)state;
	assert_int_equal(c->startup, AUTO_IGNORE);
	assert_true(c->pfs && c->rekey && c->nat_keepalive);
	assert_int_equal(c->fragmentation, FRAGMENTATION_YES);
	assert_int_equal(c->fragment_size, 0);
	assert_true(c->initial_contact);
	assert_false(c->narrowing || c->reauth);
	assert_true(c->ike_lifetime == SECONDS(28800) && c->ipsec_lifetime == SECONDS(28800));
	assert_true(c->rekey_margin == SECONDS(540) && c->rekey_fuzz == 100);
	assert_true(c->dpd_delay == 0);
	assert_true(c->retransmit_timeout == SECONDS(30));
	assert_true(c->retransmit_interval == MILLISECONDS(500));
	assert_int_equal(c->encapsulation, ENCAPSULATION_AUTO);
	assert_int_equal(c->esn, ESN_EITHER);
	assert_int_equal(c->clones.kind, CLONES_NO);
	assert_int_equal(c->replay_window + c->max_clones + c->reqid + c->priority, 0);
	assert_int_equal(c->ike.count, 5);
	assert_int_equal(c->esp.count, 5);
	assert_null(c->left.updown);
	assert_string_equal(identity_print(&c->left.id, text), "192.1.2.45");
	assert_string_equal(selector_print(&right.list[0], selector), "192.1.2.23/32");
	assert_int_equal(right.list[0].port_end, 65535);
	selectors_done(&right);
	conf_done(&conf);
}

static void test_setup_defaults(void **state)
{
	struct conf_setup setup;

	(void)state;
	conf_setup_default(&setup);
	assert_null(setup.logfile);
	assert_true(setup.logtime && setup.logappend);
	assert_int_equal(setup.uniqueids, UNIQUEIDS_YES);
	assert_string_equal(setup.secretsfile, "/etc/ipsec.secrets");
	assert_string_equal(setup.nssdir, "/var/lib/ipsec/nss");
	assert_string_equal(setup.dumpdir, "/run/pluto");
	assert_string_equal(setup.plutodebug, "none");
	assert_int_equal(setup.nhelpers, -1);
	assert_true(setup.keep_alive == SECONDS(20));
	assert_int_equal(setup.kernel, KERNEL_XFRM);
	assert_int_equal(setup.pcpu_abi, PCPU_ABI_AUTO);
	assert_int_equal(setup.ike_window, 16);
	assert_int_equal(setup.half_open_cookies, 25000);
	assert_int_equal(setup.half_open_max, 50000);
	assert_int_equal(setup.cookies, COOKIES_AUTO);
	assert_int_equal(setup.port, 500);
	assert_int_equal(setup.nat_port, 4500);
	assert_false(address_is_set(&setup.listen));
	conf_setup_done(&setup);
}

static void test_setup(void **state)
{
	struct conf conf = loaded("version 2.0\n"
				  "config setup\n"
				  "\tlogfile = /tmp/pluto.log # here\n"
				  "\tlogtime=no\n"
				  "# a comment\n\n"
				  "\tplutodebug=\"all, crypt\"\n"
				  "\tprotostack=netkey\n"
				  "\tvirtual-private=%v4:10.0.0.0/8,%v4:!10.1.0.0/16\n"
				  "config setup\n"
				  "\tkernel=none\n"
				  "\tpcpu-abi=pcpu-2\n"
				  "\tlisten=2001:db8::1\n"
				  "\tike-window=1\n"
				  "\tddos-mode=busy\n"
				  "\tnhelpers=0\n"
				  "\tx-owner=me\n");
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(conf.setup.logfile, "/tmp/pluto.log");
	assert_false(conf.setup.logtime);
	assert_string_equal(conf.setup.plutodebug, "all, crypt");
	assert_int_equal(conf.setup.kernel, KERNEL_NONE);
	assert_int_equal(conf.setup.pcpu_abi, PCPU_ABI_2);
	assert_string_equal(address_print(&conf.setup.listen, text), "2001:db8::1");
	assert_int_equal(conf.setup.ike_window, 1);
	assert_int_equal(conf.setup.cookies, COOKIES_ALWAYS);
	assert_int_equal(conf.setup.nhelpers, 0);
	assert_int_equal(conf.count, 0);
	conf_done(&conf);
}

static void test_empty(void **state)
{
	struct conf conf = loaded("");

	(void)state;
	assert_int_equal(conf.count, 0);
	assert_string_equal(conf.setup.nssdir, "/var/lib/ipsec/nss");
	conf_done(&conf);
}

static void test_precedence(void **state)
{
	struct conf conf = loaded("conn west\n also=a b\n also=c\n mtu=1000\n left=192.1.2.45\n"
				  "conn a\n metric=1\n mtu=2000\n priority=1\n"
				  "conn b\n priority=2\n reqid=2\n also=d\n"
				  "conn c\n right=192.1.2.23\n reqid=3\n"
				  "conn d\n retransmit-timeout=7s\n"
				  "conn %default\n authby=secret\n retransmit-timeout=9\n"
				  " metric=9\n"
				  " dpddelay=9\n");
	const struct conf_conn *conn = &conf.conns[0];

	(void)state;
	assert_int_equal(conf.count, 1); /* the others are templates */
	assert_int_equal(conn->mtu, 1000);     /* its own before also= */
	assert_int_equal(conn->metric, 1);     /* also= before %default */
	assert_int_equal(conn->priority, 1);   /* the first also= before the second */
	assert_int_equal(conn->reqid, 2);
	assert_true(conn->retransmit_timeout == SECONDS(7)); /* also= of also= */
	assert_true(conn->dpd_delay == SECONDS(9));
	conf_done(&conf);
}

static void test_empty_value_is_the_default(void **state)
{
	struct conf conf = loaded("conn %default\n ikelifetime=1h\n mtu=1400\n authby=secret\n"
				  "conn west\n left=192.1.2.45\n right=192.1.2.23\n ikelifetime=\n"
				  " mtu=\"\"\n");

	(void)state;
	assert_true(conf.conns[0].ike_lifetime == SECONDS(28800));
	assert_int_equal(conf.conns[0].mtu, 0);
	assert_int_equal(conf.conns[0].given >> conf_option_index("mtu") & 1, 0);
	assert_int_equal(conf.conns[0].given >> conf_option_index("left") & 1, 1);
	conf_done(&conf);
}

static void test_diamond(void **state)
{
	struct conf conf = loaded("conn west\n also=a\n also=b\n left=192.1.2.45\n"
				  " right=192.1.2.23\n"
				  "conn a\n also=base\n"
				  "conn b\n also=base\n"
				  "conn base\n authby=secret\n");

	(void)state;
	assert_int_equal(conf.count, 1);
	conf_done(&conf);
}

static void test_used_by_also_and_whole_is_loaded(void **state)
{
	struct conf conf = loaded(HEAD "conn west2\n also=west\n mtu=1400\n");

	(void)state;
	assert_int_equal(conf.count, 2);
	assert_string_equal(conf.conns[0].name, "west");
	assert_string_equal(conf.conns[1].name, "west2");
	conf_done(&conf);
}

static void test_spellings(void **state)
{
	struct conf conf = loaded("conn west\r\n"
				  "\tLEFT = 192.1.2.45\r\n"
				  "\tright=192.1.2.23\n"
				  "\tauthby=secret\t# not a word of it = true\n"
				  "\tleftid=\"@we-st\"\n"
				  "\trightid=@[a#b]\n"
				  "\tikev2=insist\n"
				  "\tkeyexchange=ikev2\n"
				  "\tkeylife=30m\n"
				  "\tphase2alg=aes_gcm256,\n"
				  "\t    aes_gcm128\n"
				  "\tike={aes_gcm256-sha2_512-dh19}\n"
				  "\tdpdaction=restart\n"
				  "\tkeyingtries=%forever\n"
				  "\tmobike=no\n"
				  "\tleftauth=secret\n"
				  "\tauto=ondemand\n"
				  "\tleftupdown=\"ipsec _updown\"\n"
				  "\trightupdown=\"/usr/local/bin/up # x=1\"\n"
				  "\tx-comment=anything \\ at all %&\n"
				  "\tpfs=off");
	const struct conf_conn *conn = &conf.conns[0];
	char text[IDENTITY_TEXT_MAX];

	(void)state;
	assert_string_equal(identity_print(&conn->left.id, text), "@we-st");
	assert_string_equal(identity_print(&conn->right.id, text), "@[a#b]");
	assert_true(conn->ipsec_lifetime == SECONDS(1800));
	assert_int_equal(conn->esp.count, 2);
	assert_int_equal(conn->ike.count, 1);
	assert_int_equal(conn->startup, AUTO_ROUTE);
	assert_null(conn->left.updown);
	assert_string_equal(conn->right.updown, "/usr/local/bin/up # x=1");
	assert_false(conn->pfs);
	conf_done(&conf);
}

static void test_defaultroute(void **state)
{
	struct conf conf = loaded("conn west\n left=%defaultroute\n right=192.1.2.23\n"
				  " authby=secret\n leftsubnet=192.0.1.0/24\n"
				  " rightsubnet=192.0.2.0/24\n");

	(void)state;
	assert_true(conf.conns[0].left.default_route);
	assert_false(address_is_set(&conf.conns[0].left.host));
	assert_int_equal(conf.conns[0].left.id.type, 0);
	conf_done(&conf);
}

static bool is_that(void *context, const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];

	return strstr(context, address_print(a, text)) != NULL;
}

static void test_orientation(void **state)
{
	struct conf conf = loaded(HEAD);
	const struct conf_conn *conn = &conf.conns[0];
	char west[] = "192.1.2.45", east[] = "192.1.2.23", both[] = "192.1.2.45 192.1.2.23";
	char other[] = "10.0.0.1";

	(void)state;
	assert_int_equal(conf_orient(conn, is_that, west), CONF_ORIENTED_LEFT);
	assert_int_equal(conf_orient(conn, is_that, east), CONF_ORIENTED_RIGHT);
	assert_int_equal(conf_orient(conn, is_that, both), CONF_ORIENTED_BOTH);
	assert_int_equal(conf_orient(conn, is_that, other), CONF_ORIENTED_NEITHER);
	assert_ptr_equal(conf_local(conn, CONF_ORIENTED_RIGHT), &conn->right);
	assert_ptr_equal(conf_remote(conn, CONF_ORIENTED_RIGHT), &conn->left);
	conf_done(&conf);
}

static void test_instance_names(void **state)
{
	char base[CONN_NAME_MAX];
	struct conf conf = loaded(HEAD "conn west-1\n also=west\n" /* west has no clones */
				       "conn east-2x\n also=west\n clones=2\n");

	(void)state;
	conf_done(&conf);
	assert_true(conf_instance_of("west-0", base));
	assert_string_equal(base, "west");
	assert_true(conf_instance_of("a-b-12", base));
	assert_string_equal(base, "a-b");
	assert_false(conf_instance_of("west", base));
	assert_false(conf_instance_of("west-", base));
	assert_false(conf_instance_of("west-01", base));
	assert_false(conf_instance_of("west-1a", base));
	assert_false(conf_instance_of("-1", base));
}

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void test_ten_thousand(void **state)
{
	enum { COUNT = 10000 };
	struct buffer text = { 0 };
	struct conf_errors errors = { 0 };
	struct conf conf;
	double start;

	(void)state;
	write_text(&text, "conn %default\n authby=secret\n left=192.1.2.45\n auto=add\n");
	for (unsigned int i = 0; i < COUNT; i++)
		write_format(&text, "conn peer-a%u\n right=10.%u.%u.2\n rightid=@peer%u\n"
				    " leftid=@west\n leftsubnet=192.0.1.0/24\n"
				    " rightsubnet=11.%u.%u.0/24\n clones=4\n",
			     i, i / 250, i % 250, i, i / 250, i % 250);
	start = seconds_now();
	assert_true(conf_parse("t", buffer_bytes(&text), &conf, &errors));
	print_message("10000 connections in %.3f s\n", seconds_now() - start);
	assert_true(seconds_now() - start < 10);
	assert_int_equal(conf.count, COUNT);
	assert_string_equal(conf.conns[COUNT - 1].name, "peer-a9999");
	conf_done(&conf);
	buffer_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_page),
		cmocka_unit_test(test_each_pair_of_subnets),
		cmocka_unit_test(test_source_of_one_pair),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_setup_defaults),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_empty_value_is_the_default),
		cmocka_unit_test(test_diamond),
		cmocka_unit_test(test_used_by_also_and_whole_is_loaded),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_defaultroute),
		cmocka_unit_test(test_orientation),
		cmocka_unit_test(test_instance_names),
		cmocka_unit_test(test_ten_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
