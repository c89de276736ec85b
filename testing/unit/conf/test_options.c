/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option table itself, and what its readers make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/option/option.h"

static void test_every_option_explains_itself(void **state)
{
	(void)state;
	assert_true(conf_option_count() > 50);
	for (size_t i = 0; i < conf_option_count(); i++) {
		struct conf_option_help help = conf_option_help(i);
		struct buffer text = { 0 };

		assert_true(strlen(help.name) > 0 && strlen(help.kind) > 0);
		assert_true(strlen(help.help) > 10 && help.help[strlen(help.help) - 1] == '.');
		if (help.default_value == NULL)
			fail_msg("%s= has no default to show", help.name);
		assert_int_equal(help.end, text_starts(help.name, "left"));
		conf_option_describe(i, &text);
		assert_true(text.len >= 3);
		buffer_done(&text);
	}
}

static void test_names_are_there_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_option_count(); i++) {
		struct conf_option_help a = conf_option_help(i);
		enum option_section section = text_equal(a.section, "conn") ? SECTION_CONN :
									      SECTION_SETUP;

		for (size_t j = 0; j < i; j++) {
			struct conf_option_help b = conf_option_help(j);

			if (text_equal(a.section, b.section))
				assert_false(text_equal_nocase(a.name, b.name));
		}
		/* what we have, the table of what we have not must not have */
		assert_null(option_other_find(section, a.end, a.end ? a.name + 4 : a.name));
	}
}

static void test_slots_and_names_agree(void **state)
{
	static const enum option_section sections[] = { SECTION_SETUP, SECTION_CONN };

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(sections); s++) {
		for (size_t i = 0; i < option_slot_count(sections[s]); i++) {
			struct option_found at = option_at(sections[s], i), found;
			char name[OPTION_NAME_MAX];

			found = option_find(sections[s], option_name(&at, name));
			assert_ptr_equal(found.option, at.option);
			assert_int_equal(found.slot, i);
			assert_int_equal(found.side, at.side);
		}
	}
	assert_int_equal(conf_option_index("left"), 0);
	assert_int_equal(conf_option_index("right"), 1);
	assert_int_equal(conf_option_index("rightid"), 3);
	assert_int_equal(conf_option_index("lifetime"), conf_option_index("ipsec-lifetime"));
	assert_int_equal(conf_option_index("leftcert"), -1);
	assert_int_equal(conf_option_index("nothing"), -1);
}

static void take_default(void *context, const char *name, const char *value, bool given)
{
	struct buffer *text = context;

	assert_false(given);
	write_format(text, " %s=\"%s\"\n", name, value);
}

/* Writing down all that a file left out changes nothing. */
static void test_printed_defaults_parse_to_the_same(void **state)
{
	static const char head[] = "conn a\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n";
	struct conf_errors errors = { 0 };
	struct buffer text = { 0 };
	struct conf conf, again;

	(void)state;
	assert_true(conf_parse("t", bytes_of_text(head), &conf, &errors));
	conf.conns[0].given = 0;
	write_text(&text, "conn a\n");
	conf_conn_each(&conf.conns[0], CONF_ALL, take_default, &text);
	assert_true(conf_parse("t", buffer_bytes(&text), &again, &errors));
	again.conns[0].given = 0;
	mem_free(conf.conns[0].name);
	mem_free(conf.conns[0].where);
	mem_free(again.conns[0].name);
	mem_free(again.conns[0].where);
	conf.conns[0].name = conf.conns[0].where = NULL;
	again.conns[0].name = again.conns[0].where = NULL;
	assert_true(algorithm_list_equal(&conf.conns[0].ike, &again.conns[0].ike));
	assert_true(algorithm_list_equal(&conf.conns[0].esp, &again.conns[0].esp));
	algorithm_list_done(&conf.conns[0].ike);
	algorithm_list_done(&conf.conns[0].esp);
	algorithm_list_done(&again.conns[0].ike);
	algorithm_list_done(&again.conns[0].esp);
	assert_memory_equal(&conf.conns[0], &again.conns[0], sizeof(conf.conns[0]));
	conf_done(&conf);
	conf_done(&again);
	buffer_done(&text);
}

/* text of the file, and how it prints */
static const struct print_row {
	const char *option, *value, *printed;
} print_rows[] = {
	{ "ikelifetime", "3600", "1h" },	   { "ikelifetime", "90m", "90m" },
	{ "dpddelay", "0", "0s" },		   { "ipsec-lifetime", "24H", "1d" },
	{ "retransmit-interval", "500", "500ms" }, { "retransmit-interval", "1s", "1s" },
	{ "retransmit-timeout", "1500ms", "1500ms" },
	{ "rekeyfuzz", "7", "7%" },		   { "pfs", "on", "yes" },
	{ "auto", "ondemand", "route" },	   { "auto", "up", "start" },
	{ "clones", "no", "no" },		   { "clones", "0", "no" },
	{ "clones", "yes", "yes" },		   { "clones", "4", "4" },
	{ "clones", "0-3,8-11", "0-3,8-11" },	   { "clones", "3-3", "3-3" },
	{ "clones", "1,0", "1,0" },		   { "clones", "1,2,3", "1-3" },
	{ "reqid", "auto", "auto" },		   { "reqid", "0", "auto" },
	{ "clone-idle", "0", "0s" },		   { "clone-idle", "90", "90s" },
	{ "max-clones", "5", "5" },		   { "mtu", "1400", "1400" },
	{ "leftprotoport", "17/%any", "udp/%any" }, { "leftprotoport", "tcp/0", "tcp" },
	{ "leftprotoport", "TCP/SMTP", "tcp/25" }, { "leftprotoport", "17/l2tp", "udp/1701" },
	{ "leftprotoport", "6/443", "tcp/443" },   { "leftprotoport", "47", "gre" },
	{ "leftprotoport", "200", "200" },	   { "leftprotoport", "icmp/2048", "icmp/2048" },
	{ "leftprotoport", "%any", "%any" },	   { "leftsubnet", "10.0.0.1", "10.0.0.1/32" },
	{ "leftsubnet", "0.0.0.0/0", "0.0.0.0/0" },
	{ "leftsubnet", "10.0.0.0/8,2001:db8::/32 10.0.0.1/32/6/ssh",
	  "10.0.0.0/8,2001:db8::/32,10.0.0.1/32/tcp/22" },
	{ "leftsubnets", "10.0.0.0/24 10.0.1.0/24", "10.0.0.0/24,10.0.1.0/24" },
	{ "connalias", "a/1x1", "a/1x1" }, { "leftsubnet", "10.0.0.0/8/udp", "10.0.0.0/8/udp" }, { "leftid", "@@a@b", "a@b" },
	{ "leftupdown", "ipsec _updown", "%disabled" },
	{ "leftupdown", "%disabled", "%disabled" }, { "leftnexthop", "%direct", "%defaultroute" },
	{ "left", "%DefaultRoute", "%defaultroute" }, { "ppk", "always", "insist" },
	{ "ppk", "yes", "propose" },		   { "ppk", "never", "no" },
	{ "ppk-ids", " a , b,\tc", "a,b,c" },	   { "ppk-ids", "one", "one" },
	{ "ipsec-max-bytes", "10MiB", "10MiB" },   { "ipsec-max-bytes", "2048", "2KiB" },
	{ "ipsec-max-bytes", "1500b", "1500B" },   { "ipsec-max-bytes", "1048576ki", "1GiB" },
	{ "ipsec-max-bytes", "2^63", "2^63B" },	   { "ipsec-max-bytes", "8EiB", "2^63B" },
	{ "ipsec-max-packets", "1000", "1000" },   { "ipsec-max-packets", "4Ki", "4Ki" },
	{ "ipsec-max-packets", "2^63", "2^63" },
};

static void test_values_print(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(print_rows); i++) {
		const struct print_row *row = &print_rows[i];
		struct option_found found = option_find(SECTION_CONN, row->option);
		struct conf_conn conn = { 0 };
		struct buffer text = { 0 };

		assert_true(option_set(SECTION_CONN, &found, row->option, row->value, &conn,
				       &text));
		option_print(SECTION_CONN, &found, &conn, &text);
		assert_string_equal(buffer_text(&text), row->printed);
		buffer_done(&text);
		conf_conn_done(&conn);
	}
}

static void test_setup_prints(void **state)
{
	struct conf_setup setup;
	struct buffer text = { 0 };

	(void)state;
	conf_setup_default(&setup);
	for (size_t i = 0; i < option_slot_count(SECTION_SETUP); i++) {
		struct option_found found = option_at(SECTION_SETUP, i);
		char name[OPTION_NAME_MAX];

		buffer_clear(&text);
		option_print(SECTION_SETUP, &found, &setup, &text);
		if (found.option->default_text != NULL)
			assert_string_equal(buffer_text(&text), found.option->default_text);
		buffer_clear(&text);
		assert_true(option_set(SECTION_SETUP, &found, option_name(&found, name), "", &setup,
				       &text));
	}
	buffer_done(&text);
	conf_setup_done(&setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_explains_itself),
		cmocka_unit_test(test_names_are_there_once),
		cmocka_unit_test(test_slots_and_names_agree),
		cmocka_unit_test(test_printed_defaults_parse_to_the_same),
		cmocka_unit_test(test_values_print),
		cmocka_unit_test(test_setup_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
