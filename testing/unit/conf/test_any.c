/* SPDX-License-Identifier: GPL-2.0-or-later */
/* %any as an end: what goes with it, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"

#define TEMPLATE "conn a\n left=1.2.3.4\n right=%any\n authby=secret\n"

static struct conf loaded(const char *text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	bool ok = conf_parse("t", bytes_of_text(text), &conf, &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_message("%s: %s\n", errors.list[i].where, errors.list[i].text);
	assert_true(ok);
	return conf;
}

static const struct {
	const char *written;
	const char *printed;
	uint16_t family;
} words[] = {
	{ "%any", "%any", AF_UNSPEC }, { "%ANY", "%any", AF_UNSPEC }, { "%any4", "%any4", AF_INET },
	{ "0.0.0.0", "%any4", AF_INET }, { "%any6", "%any6", AF_INET6 }, { "::", "%any6", AF_INET6 },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		bool ipv6 = words[i].family == AF_INET6;
		struct conf_errors errors = { 0 };
		struct conf_conn again;
		struct buffer text = { 0 };
		struct conf conf;
		json_t *json;

		write_format(&text, "conn a\n left=%s\n right=%s\n authby=secret\n",
			     ipv6 ? "2001:db8::1" : "1.2.3.4", words[i].written);
		conf = loaded(buffer_text(&text));
		assert_true(conf_conn_is_template(&conf.conns[0]));
		assert_int_equal(conf.conns[0].right.any_family, words[i].family);
		assert_false(address_is_set(&conf.conns[0].right.host));
		assert_int_equal(conf.conns[0].right.id.type, 0); /* whoever has a key */
		json = conf_conn_to_json(&conf.conns[0]);
		assert_string_equal(json_string_value(json_object_get(
					    json_object_get(json, "options"), "right")),
				    words[i].printed);
		assert_true(conf_conn_from_json(json, &again, &errors));
		assert_true(again.right.any_host);
		conf_conn_done(&again);
		json_decref(json);
		conf_done(&conf);
		buffer_done(&text);
	}
}

static void test_an_address_after_any(void **state)
{
	struct conf conf = loaded("conn b\n right=%any\n also=c\nconn c\n left=1.2.3.4\n "
				  "right=5.6.7.8\n authby=secret\nconn %default\n left=%any\n");

	(void)state;
	assert_true(conf_conn_is_template(conf_find(&conf, "b")));
	assert_false(conf_conn_is_template(conf_find(&conf, "c")));
	conf_done(&conf);
}

static void test_ids(void **state)
{
	struct conf conf = loaded(TEMPLATE " rightid=%any\n");
	struct conf named = loaded(TEMPLATE " rightid=@road\n");

	(void)state;
	assert_int_equal(conf.conns[0].right.id.type, 0);
	assert_int_not_equal(named.conns[0].right.id.type, 0);
	conf_done(&conf);
	conf_done(&named);
}

/* A line for all is not meant for each of many peers. */
static void test_clones_are_said_for_them(void **state)
{
	struct conf conf = loaded("conn %default\n clones=4\n" TEMPLATE
				  "conn b\n left=1.2.3.4\n right=5.6.7.8\n authby=secret\n"
				  "conn c\n left=1.2.3.4\n right=%any\n authby=secret\n clones=2\n"
				  "conn d\n left=1.2.3.4\n right=%any\n authby=secret\n also=e\n"
				  "conn e\n clones=3\n");

	(void)state;
	assert_int_equal(conf_find(&conf, "a")->clones.kind, CLONES_NO);
	assert_int_equal(conf_find(&conf, "a")->given >> conf_option_index("clones") & 1, 0);
	assert_int_equal(conf_find(&conf, "b")->clones.number, 4);
	assert_int_equal(conf_find(&conf, "c")->clones.number, 2);
	assert_int_equal(conf_find(&conf, "d")->clones.number, 3);
	conf_done(&conf);
}

static const struct {
	const char *what, *text, *error;
} refused[] = {
	{ "both ends", "conn a\n left=%any\n right=%any\n authby=secret\n", "both %any" },
	{ "called at the start", TEMPLATE " auto=start\n", "cannot be called" },
	{ "called by traffic", TEMPLATE " auto=route\n", "cannot be called" },
	{ "called when it is lost", TEMPLATE " auto=keep\n", "auto=add is expected" },
	{ "one number for all", TEMPLATE " reqid=100\n", "a number of its own" },
	{ "another family", "conn a\n left=1.2.3.4\n right=%any6\n authby=secret\n",
	  "not of one family" },
	{ "any id of one host", "conn a\n left=1.2.3.4\n right=5.6.7.8\n rightid=%any\n "
				"authby=secret\n",
	  "rightid=%any with right=%any" },
	{ "any id of this host", TEMPLATE " leftid=%any\n", "leftid=%any goes with left=%any" },
	{ "a net in transport mode", TEMPLATE " type=transport\n rightsubnet=10.0.0.0/8\n",
	  "needs type=tunnel" },
	{ "nothing that the peer itself could talk to", TEMPLATE " leftsubnet=2001:db8::/32\n",
	  "needs something of its family" },
	{ "no instance at all", TEMPLATE " max-instances=0\n", "max-instances=" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct conf_errors errors = { 0 };
		struct conf conf;

		print_message("%s\n", refused[i].what);
		assert_false(conf_parse("t", bytes_of_text(refused[i].text), &conf, &errors));
		assert_int_equal(errors.count, 1);
		assert_non_null(strstr(errors.list[0].text, refused[i].error));
		conf_errors_done(&errors);
	}
}

static void test_taken(void **state)
{
	struct conf conf = loaded(TEMPLATE " type=transport\n leftprotoport=tcp/22\n"
				  " rightprotoport=tcp/%any\n"
				  "conn b\n left=%any\n right=%defaultroute\n authby=secret\n"
				  "conn c\n left=2001:db8::1\n right=%any\n authby=secret\n"
				  " leftsubnet=2001:db8:1::/48\n");

	(void)state;
	assert_int_equal(conf.count, 3);
	conf_done(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_an_address_after_any),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_clones_are_said_for_them),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
