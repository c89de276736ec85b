/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How findings are shown, what they come to, and the two things that are had from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/mem.h"
#include "pluto/kernel/netlink.h"
#include "verify/gather.h"

static void lines_have_a_word_an_area_and_what_to_do(void **state)
{
	static const char expected[] =
		"ok   kernel    takes an ESP SA\n"
		"warn eth1      does not hash ESP by its SPI: all of a\n"
		"               peer comes by one queue\n"
		"               -> RPS of eth1 spreads ESP by its SPI,\n"
		"                  where it does not\n"
		"1 ok, 1 to look at, 0 wrong\n";
	struct findings f = { 0 };
	struct buffer out = { 0 };

	(void)state;
	assert_int_equal(findings_worst(&f), VERDICT_OK);
	found(&f, VERDICT_OK, "kernel", "esp", NULL, "takes an %s SA", "ESP");
	found(&f, VERDICT_WARN, "eth1", "hash", "RPS of NAME spreads ESP by its SPI, where it does not",
	      "does not hash ESP by its SPI: all of a peer comes by one queue");
	findings_print(&f, 56, false, &out);
	assert_string_equal(buffer_text(&out), expected);
	assert_int_equal(findings_worst(&f), VERDICT_WARN);
	buffer_clear(&out);
	findings_print(&f, 80, true, &out);
	assert_non_null(strstr(buffer_text(&out), "\033[33mwarn\033[0m eth1"));
	found(&f, VERDICT_FAIL, "files", "conf", NULL, "gone");
	found(&f, VERDICT_OK, "files", "nss", NULL, "there");
	assert_int_equal(findings_worst(&f), VERDICT_FAIL);
	findings_done(&f);
	buffer_done(&out);
}

static void json_has_one_object_for_each_and_the_sum(void **state)
{
	static const char expected[] =
		"{\"class\":0,\"finding\":{\"area\":\"files\",\"check\":\"conf\",\"verdict\":\"fail\","
		"\"text\":\"gone\",\"advice\":\"make it\"}}\n"
		"{\"class\":0,\"finding\":{\"area\":\"clock\",\"check\":\"time\",\"verdict\":\"ok\","
		"\"text\":\"right\",\"advice\":null}}\n"
		"{\"result\":2,\"ok\":1,\"warn\":0,\"fail\":1}\n";
	struct findings f = { 0 };
	struct buffer out = { 0 };

	(void)state;
	found(&f, VERDICT_FAIL, "files", "conf", "make it", "gone");
	found(&f, VERDICT_OK, "clock", "time", NULL, "right");
	findings_print_json(&f, &out);
	assert_string_equal(buffer_text(&out), expected);
	findings_done(&f);
	buffer_done(&out);
}

static void a_programs_output_is_had_or_why_not(void **state)
{
	struct output o = output_of((const char *const[]) { "echo", "a", "b", NULL });

	(void)state;
	assert_string_equal(o.text, "a b\n");
	mem_free(o.text);
	o = output_of((const char *const[]) { "false", NULL });
	assert_null(o.text);
	assert_string_equal(o.why, "did not work");
	o = output_of((const char *const[]) { "no-such-program-here", NULL });
	assert_null(o.text);
	assert_string_equal(o.why, "not here");
}

static int mode_of(int attached, uint16_t type)
{
	union netlink_message m;
	struct nlattr *nest;
	int mode = -1;

	(void)netlink_begin(&m, type, sizeof(struct ifinfomsg));
	nest = mnl_attr_nest_start(&m.header, IFLA_XDP);
	if (attached >= 0)
		mnl_attr_put_u8(&m.header, IFLA_XDP_ATTACHED, (uint8_t)attached);
	mnl_attr_nest_end(&m.header, nest);
	xdp_read(&m.header, &mode);
	return mode;
}

static void the_mode_of_xdp_is_read_from_a_link(void **state)
{
	(void)state;
	assert_int_equal(mode_of(0, RTM_NEWLINK), 0);
	assert_int_equal(mode_of(2, RTM_NEWLINK), 2);
	assert_int_equal(mode_of(-1, RTM_NEWLINK), -1);
	assert_int_equal(mode_of(2, RTM_DELLINK), -1);
	assert_int_equal(xdp_mode("no-such-device"), -1);
}

/* BASIC and REDIRECT, which cpumaps need. */
static int native_of(int attribute, uint64_t features)
{
	union netlink_message m;
	int native = -1;

	(void)netlink_begin(&m, 0x20, 4);
	mnl_attr_put_u32(&m.header, 1, 7);
	mnl_attr_put_u64(&m.header, (uint16_t)attribute, features);
	xdp_read_features(&m.header, &native);
	return native;
}

static void whether_a_driver_has_xdp_is_read_from_its_features(void **state)
{
	(void)state;
	assert_int_equal(native_of(3, 0x7f), 1);
	assert_int_equal(native_of(3, 1), 0);
	assert_int_equal(native_of(3, 0), 0);
	assert_int_equal(native_of(2, 0x7f), -1);
	assert_int_equal(xdp_native("no-such-device"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_a_word_an_area_and_what_to_do),
		cmocka_unit_test(json_has_one_object_for_each_and_the_sum),
		cmocka_unit_test(a_programs_output_is_had_or_why_not),
		cmocka_unit_test(the_mode_of_xdp_is_read_from_a_link),
		cmocka_unit_test(whether_a_driver_has_xdp_is_read_from_its_features),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
