/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"

#define HEAD "conn west\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"

static struct conf loaded(const char *text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;

	assert_true(conf_parse("t", bytes_of_text(text), &conf, &errors));
	return conf;
}

static const char *option_of(const json_t *json, const char *object, const char *name)
{
	return json_string_value(json_object_get(json_object_get(json, object), name));
}

static struct conf_conn read_back(const json_t *json)
{
	struct conf_errors errors = { 0 };
	struct conf_conn conn;
	bool ok = conf_conn_from_json(json, &conn, &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_message("%s: %s\n", errors.list[i].where, errors.list[i].text);
	assert_true(ok);
	return conn;
}

/* Each pair of leftsubnets= and rightsubnets= is a connection that can be sent by itself. */
static void test_pairs_of_subnets(void **state)
{
	struct conf conf = loaded(HEAD " leftsubnet=10.0.0.0/24\n leftsubnets=10.0.1.0/24\n"
				       " rightsubnets=10.1.1.0/24\n leftsourceip=10.0.1.1\n");

	(void)state;
	assert_int_equal(conf.count, 2);
	for (size_t i = 0; i < conf.count; i++) {
		json_t *json = conf_conn_to_json(&conf.conns[i]), *again;
		struct conf_conn conn = read_back(json);

		assert_true(conn.given == conf.conns[i].given);
		again = conf_conn_to_json(&conn);
		assert_true(json_equal(json, again));
		assert_non_null(option_of(json, "options", "leftsubnet"));
		assert_true((option_of(json, "options", "leftsourceip") != NULL) == (i == 1));
		conf_conn_done(&conn);
		json_decref(again);
		json_decref(json);
	}
	conf_done(&conf);
}

static void test_members(void **state)
{
	struct conf conf = loaded(HEAD " clones=2\n leftsubnet=192.0.1.0/24\n dpddelay=90\n");
	json_t *json = conf_conn_to_json(&conf.conns[0]);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "name")), "west");
	assert_string_equal(option_of(json, "options", "left"), "192.1.2.45");
	assert_string_equal(option_of(json, "options", "leftsubnet"), "192.0.1.0/24");
	assert_string_equal(option_of(json, "options", "clones"), "2");
	assert_string_equal(option_of(json, "options", "dpddelay"), "90s");
	assert_string_equal(option_of(json, "options", "authby"), "secret");
	/* What is as it is by itself need not be said. */
	assert_null(option_of(json, "defaults", "ikelifetime"));
	assert_null(option_of(json, "defaults", "ike"));
	assert_null(option_of(json, "defaults", "pfs"));
	assert_null(option_of(json, "options", "pfs"));
	assert_null(option_of(json, "defaults", "leftid"));
	json_decref(json);
	conf_done(&conf);
}

/* The alias of leftsubnets= nobody wrote; it is no default either. */
static void test_what_nobody_wrote(void **state)
{
	struct conf conf = loaded(HEAD " leftsubnets=192.0.1.0/24,192.0.3.0/24\n");
	json_t *json = conf_conn_to_json(&conf.conns[1]);
	struct conf_conn back = read_back(json);

	(void)state;
	assert_int_equal(conf.count, 2);
	assert_string_equal(back.alias, "west");
	assert_int_equal(back.left.subnets.count, 1);
	conf_conn_done(&back);
	json_decref(json);
	conf_done(&conf);
}

/* Every option once in another value than its default. */
static const char everything[] =
	"conn west\n left=2001:db8::1\n right=2001:db8::2\n leftid=@west\n rightid=user@east\n"
	" leftsubnet=2001:db8:1::/48\n rightsubnet=2001:db8:2::/48\n leftprotoport=tcp/443\n"
	" rightprotoport=tcp\n leftsourceip=2001:db8:1::1\n rightsourceip=2001:db8:2::1\n"
	" leftnexthop=fe80::1\n rightnexthop=fe80::2\n"
	" leftupdown=/bin/a\n rightupdown=\"/bin/b c\"\n"
	" auto=start\n authby=secret\n keyexchange=ikev2\n ikev2=insist\n"
	" type=tunnel\n phase2=esp\n"
	" ike=aes256-sha2;dh14\n esp=aes_gcm128\n pfs=no\n ikelifetime=90m\n ipsec-lifetime=61s\n"
	" rekey=no\n rekeymargin=1m\n rekeyfuzz=50%\n dpddelay=1500ms\n retransmit-timeout=1m\n"
	" retransmit-interval=250\n initial-contact=yes\n fragmentation=no\n fragment-size=900\n childless=force\n"
	" narrowing=yes\n"
	" encapsulation=yes\n nat-keepalive=no\n esn=no\n replay-window=64\n clones=8-11,0-3,5\n"
	" clone-mode=ondemand\n clone-idle=90s\n clone-acquire=yes\n clone-ports=spread\n clone-steering=xdp\n max-instances=30\n max-clones=20\n reqid=1000\n priority=4294967295\n"
	" reauth=yes\n metric=7\n mtu=1400\n ppk=insist\n ppk-ids=a,b\n intermediate=yes\n"
	" mobike=yes\n ipsec-max-bytes=3GiB\n ipsec-max-packets=77\n";

static void test_everything_comes_back(void **state)
{
	struct conf conf = loaded(everything);
	const struct conf_conn *c = &conf.conns[0];
	json_t *json = conf_conn_to_json(c), *again;
	struct conf_conn back = read_back(json);

	(void)state;
	assert_int_equal(json_object_size(json_object_get(json, "defaults")), 0);
	assert_true(back.given == c->given);
	assert_string_equal(back.name, c->name);
	assert_null(back.where);
	assert_true(identity_equal(&back.right.id, &c->right.id));
	assert_int_equal(back.left.port_start, 443);
	assert_int_equal(back.right.port_end, 65535);
	assert_string_equal(back.right.updown, "/bin/b c");
	assert_true(back.mobike && back.reauth);
	assert_true(back.intermediate);
	assert_int_equal(back.clone_mode, CLONE_MODE_ONDEMAND);
	assert_int_equal(back.clone_idle, INT64_C(90000000));
	assert_true(back.clone_acquire);
	assert_int_equal(back.clone_steering, STEERING_XDP);
	assert_int_equal(back.clone_ports, CLONE_PORTS_SPREAD);
	assert_int_equal(back.ppk, PPK_INSIST);
	assert_string_equal(back.ppk_ids, "a,b");
	assert_true(algorithm_list_equal(&back.ike, &c->ike));
	assert_true(algorithm_list_equal(&back.esp, &c->esp));
	assert_int_equal(back.clones.kind, CLONES_CPUS);
	assert_int_equal(back.clones.cpu_count, 9);
	assert_int_equal(back.clones.cpus[0], 8);
	assert_int_equal(back.clones.cpus[8], 5);
	assert_true(back.retransmit_interval == 250000);
	assert_int_equal(back.esn, ESN_NEVER);
	assert_true(back.priority == 4294967295u);
	assert_true(back.ipsec_max_bytes == UINT64_C(3) << 30 && back.ipsec_max_packets == 77);
	again = conf_conn_to_json(&back);
	assert_true(json_equal(json, again));
	json_decref(again);
	json_decref(json);
	conf_conn_done(&back);
	conf_done(&conf);
}

static void test_defaults_come_back(void **state)
{
	struct conf conf = loaded(HEAD);
	json_t *json = conf_conn_to_json(&conf.conns[0]);
	struct conf_conn with = read_back(json), without;

	(void)state;
	json_object_del(json, "defaults");
	without = read_back(json);
	assert_true(with.given == conf.conns[0].given);
	assert_true(without.given == with.given);
	assert_true(algorithm_list_equal(&with.ike, &conf.conns[0].ike));
	assert_true(algorithm_list_equal(&without.ike, &with.ike));
	assert_true(identity_equal(&with.left.id, &conf.conns[0].left.id));
	conf_conn_done(&with);
	conf_conn_done(&without);
	json_decref(json);
	conf_done(&conf);
}

static void test_address_for_the_default_route(void **state)
{
	struct conf conf = loaded("conn west\n left=%defaultroute\n right=192.1.2.23\n"
				  " authby=secret\n");
	struct conf_conn *conn = &conf.conns[0], back;
	char text[IDENTITY_TEXT_MAX];
	json_t *json;

	(void)state;
	assert_true(address_parse("192.1.2.45", &conn->left.host));
	json = conf_conn_to_json(conn);
	assert_string_equal(option_of(json, "options", "left"), "192.1.2.45");
	back = read_back(json);
	assert_string_equal(identity_print(&back.left.id, text), "192.1.2.45");
	conf_conn_done(&back);
	json_decref(json);
	conf_done(&conf);
}

#define ENDS "\"left\": \"192.1.2.45\", \"right\": \"192.1.2.23\", \"authby\": \"secret\""

static const struct row {
	const char *sentence, *json, *says;
} rows[] = {
	{ "an array", "[]", "is not an object" },
	{ "no name", "{\"options\": {" ENDS "}}", "\"name\" is not there" },
	{ "a name that is a number", "{\"name\": 1, \"options\": {" ENDS "}}", "\"name\" is not" },
	{ "a name with a blank", "{\"name\": \"a b\", \"options\": {" ENDS "}}", "is no name" },
	{ "a name with a zero byte", "{\"name\": \"a\\u0000\", \"options\": {" ENDS "}}",
	  "is no name" },
	{ "no options", "{\"name\": \"a\"}", "\"options\" is not there" },
	{ "options in an array", "{\"name\": \"a\", \"options\": []}", "not an object of options" },
	{ "defaults that are null",
	  "{\"name\": \"a\", \"options\": {" ENDS "}, \"defaults\": null}",
	  "not an object of options" },
	{ "another member", "{\"name\": \"a\", \"options\": {" ENDS "}, \"uid\": 0}",
	  "\"uid\" is not expected" },
	{ "a number as a value", "{\"name\": \"a\", \"options\": {" ENDS ", \"clones\": 2}}",
	  "\"clones\" is not a string" },
	{ "a zero byte in a value",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"leftupdown\": \"a\\u0000b\"}}",
	  "a zero byte" },
	{ "a line break in a value",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"leftupdown\": \"a\\nb=c\"}}",
	  "a line break" },
	{ "an unknown option", "{\"name\": \"a\", \"options\": {" ENDS ", \"clone\": \"2\"}}",
	  "the nearest is clones=" },
	{ "an option of config setup",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"secretsfile\": \"/etc/shadow\"}}",
	  "it belongs in config setup" },
	{ "also=", "{\"name\": \"a\", \"options\": {" ENDS ", \"also\": \"b\"}}",
	  "\"also\" is not an option" },
	{ "a value out of its limits",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"ikelifetime\": \"2d\"}}",
	  "ikelifetime=2d: a time from 1s to 1d" },
	{ "a default out of its limits",
	  "{\"name\": \"a\", \"options\": {" ENDS "}, \"defaults\": {\"mtu\": \"1\"}}", "mtu=1" },
	{ "an option in two spellings",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"keylife\": \"1h\", \"lifetime\": \"1h\"}}",
	  "\"lifetime\" is there twice" },
	{ "the default route", "{\"name\": \"a\", \"options\": {\"left\": \"%defaultroute\", "
	  "\"right\": \"192.1.2.23\", \"authby\": \"secret\"}}",
	  "the address must be in its place" },
	{ "one end only", "{\"name\": \"a\", \"options\": {\"left\": \"192.1.2.45\", "
	  "\"authby\": \"secret\"}}", "right= is missing" },
	{ "no authby", "{\"name\": \"a\", \"options\": {\"left\": \"192.1.2.45\", "
	  "\"right\": \"192.1.2.23\"}}", "authby= is missing" },
	{ "families that differ",
	  "{\"name\": \"a\", \"options\": {" ENDS ", \"leftsubnet\": \"2001:db8::/32\"}}",
	  "needs something of its family" },
};

static bool row_holds(const struct row *row)
{
	json_t *json = json_loads(row->json, JSON_ALLOW_NUL, NULL);
	struct conf_errors errors = { 0 };
	struct conf_conn conn = { .mtu = 77 };
	bool ok = json != NULL && !conf_conn_from_json(json, &conn, &errors) && conn.mtu == 77 &&
		  errors.count == 1 && strstr(errors.list[0].text, row->says) != NULL;

	print_message("%s: %s\n", ok ? "refused" : "NOT AS EXPECTED", row->sentence);
	for (size_t i = 0; !ok && i < errors.count; i++)
		print_message("    %s: %s\n", errors.list[i].where, errors.list[i].text);
	conf_errors_done(&errors);
	json_decref(json);
	return ok;
}

static void test_hostile(void **state)
{
	size_t good = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		good += row_holds(&rows[i]);
	assert_int_equal(good, ARRAY_LEN(rows));
}

static void test_too_long(void **state)
{
	enum { LONG = 1000000 };
	char *text = mem_new(LONG + 1);
	struct conf_errors errors = { 0 };
	struct conf_conn conn;
	json_t *json;

	(void)state;
	memset(text, '1', LONG);
	json = json_pack("{s:s, s:{s:s}}", "name", text, "options", "left", "192.1.2.45");
	assert_false(conf_conn_from_json(json, &conn, &errors));
	json_decref(json);
	json = json_pack("{s:s, s:{s:s}}", "name", "a", "options", "left", text);
	assert_false(conf_conn_from_json(json, &conn, &errors));
	json_decref(json);
	json = json_pack("{s:s, s:{s:s}}", "name", "a", "options", text, "x");
	assert_false(conf_conn_from_json(json, &conn, &errors));
	json_decref(json);
	assert_int_equal(errors.count, 3);
	for (size_t i = 0; i < errors.count; i++)
		assert_true(strlen(errors.list[i].text) < 300);
	conf_errors_done(&errors);
	mem_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_of_subnets),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_what_nobody_wrote),
		cmocka_unit_test(test_everything_comes_back),
		cmocka_unit_test(test_defaults_come_back),
		cmocka_unit_test(test_address_for_the_default_route),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
