/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines that whack prints. Other people's programs parse them: a difference here is a break
 * of a promise, not a change of a test.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "control/control.h"

static void rendered(const char *json, bool prefix, const char *expected)
{
	json_t *record = json_loads(json, 0, NULL);
	struct buffer out = { 0 };

	assert_non_null(record);
	assert_true(control_render(record, prefix, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_done(&out);
	json_decref(record);
}

#define TRAFFIC(counters)                                                                   \
	"{\"class\":6,\"traffic\":{\"serial\":4,\"name\":\"westnet-eastnet-1\","            \
	"\"type\":\"ESP\",\"add_time\":1234567890," counters "\"in_packets\":2,"            \
	"\"out_packets\":2,\"max_bytes\":\"2^63B\",\"id\":\"@east\"}}"

static void trafficstatus_lines_are_frozen(void **state)
{
	(void)state;
	rendered(TRAFFIC("\"in_bytes\":168,\"out_bytes\":168,"), true,
		 "006 #4: \"westnet-eastnet-1\", type=ESP, add_time=1234567890, inBytes=168, "
		 "outBytes=168, id='@east'");
	rendered(TRAFFIC("\"in_bytes\":168,\"out_bytes\":168,"), false,
		 "#4: \"westnet-eastnet-1\", type=ESP, add_time=1234567890, inBytes=168, "
		 "outBytes=168, maxBytes=2^63B, id='@east'");
	rendered(TRAFFIC("\"in_bytes\":0,\"out_bytes\":9223372036854775807,"), true,
		 "006 #4: \"westnet-eastnet-1\", type=ESP, add_time=1234567890, inBytes=0, "
		 "outBytes=9223372036854775807, id='@east'");
	rendered(TRAFFIC("\"in_bytes\":null,"), true,
		 "006 #4: \"westnet-eastnet-1\", type=ESP, add_time=1234567890, id='@east'");
}

#define INSTANCE "\"instance\":{\"number\":2,\"peer\":\"192.1.3.33\"}"

static void lines_of_an_instance_are_frozen(void **state)
{
	(void)state;
	rendered("{\"class\":6,\"traffic\":{\"serial\":4,\"name\":\"road\"," INSTANCE
		 ",\"type\":\"ESP\",\"add_time\":1234567890,\"in_bytes\":84,\"out_bytes\":84,"
		 "\"id\":\"@road\"}}",
		 true,
		 "006 #4: \"road\"[2] 192.1.3.33, type=ESP, add_time=1234567890, inBytes=84, "
		 "outBytes=84, id='@road'");
	rendered("{\"class\":0,\"state\":{\"serial\":1,\"name\":\"road\"," INSTANCE
		 ",\"port\":4500,\"kind\":\"IKE\",\"state\":\"established IKE SA\"}}",
		 true, "000 #1: \"road\"[2] 192.1.3.33:4500 established IKE SA;");
	rendered("{\"class\":0,\"connection\":{\"name\":\"road\",\"local\":{\"host\":"
		 "\"192.1.2.23\"},\"remote\":{\"host\":null},\"routing\":\"unrouted\","
		 "\"instances\":2,\"max_instances\":10}}",
		 false,
		 "\"road\": 192.1.2.23...%any; unrouted; my_ip=unset; their_ip=unset;\n"
		 "\"road\":   host: unoriented; local: 192.1.2.23;\n"
		 "\"road\":   my_updown=none;\n"
		 "\"road\":   clones: no (unset);\n"
		 "\"road\":   interface: unset; mtu: unset;\n"
		 "\"road\":   liveness: passive; dpddelay:0s;\n"
		 "\"road\":   keepalive:no\n"
		 "\"road\":   routing: unrouted;\n"
		 "\"road\":   cpu: any;\n"
		 "\"road\":   instances: 2; max-instances: 10;");
}

static void showstates_lines_are_frozen(void **state)
{
	(void)state;
	rendered("{\"class\":0,\"state\":{\"serial\":1,\"name\":\"c-0\",\"port\":500,"
		 "\"kind\":\"IKE\",\"state\":\"established IKE SA\",\"ike_serial\":null,"
		 "\"role\":\"initiator\",\"spi_in\":\"0011223344556677\","
		 "\"spi_out\":\"8899aabbccddeeff\",\"local\":\"192.1.2.45\","
		 "\"remote\":\"192.1.2.23\",\"rekey_in\":27000,\"replace_in\":28000,"
		 "\"newest\":true,\"idle\":true}}",
		 true,
		 "000 #1: \"c-0\":500 established IKE SA; REKEY in 27000s; REPLACE in 28000s; "
		 "newest; idle;");
	rendered("{\"class\":0,\"state\":{\"serial\":2,\"name\":\"c-0\",\"port\":4500,"
		 "\"kind\":\"Child\",\"state\":\"established Child SA\",\"ike_serial\":1,"
		 "\"spi_in\":\"0xd2a4f1c0\",\"spi_out\":\"8be31a77\",\"local\":\"192.1.2.45\","
		 "\"remote\":\"192.1.2.23\",\"mode\":\"tunnel\",\"expires_in\":28788,"
		 "\"in_bytes\":84,\"out_bytes\":5000000000,\"max_bytes\":\"2^63B\","
		 "\"newest\":true,\"owner\":true,\"idle\":true}}",
		 false,
		 "#2: \"c-0\":4500 established Child SA; EXPIRE in 28788s; newest; eroute owner; "
		 "IKE SA #1; idle;\n"
		 "#2: \"c-0\" esp.8be31a77@192.1.2.23 esp.d2a4f1c0@192.1.2.45 "
		 "tun.0@192.1.2.23 tun.0@192.1.2.45 Traffic: ESPin=84B ESPout=5000000000B "
		 "ESPmax=2^63B ");
	rendered("{\"class\":0,\"state\":{\"serial\":2,\"name\":\"c\",\"port\":500,"
		 "\"kind\":\"Child\",\"state\":\"established Child SA\",\"ike_serial\":1,"
		 "\"spi_in\":\"1\",\"spi_out\":\"2\",\"local\":\"2001:db8::45\","
		 "\"remote\":\"2001:db8::23\",\"mode\":\"transport\",\"in_bytes\":0,"
		 "\"out_bytes\":0,\"max_bytes\":\"2^63B\"}}",
		 true,
		 "000 #2: \"c\":500 established Child SA; IKE SA #1;\n"
		 "000 #2: \"c\" esp:2@2001:db8::23 esp:1@2001:db8::45 Traffic: ESPin=0B ESPout=0B "
		 "ESPmax=2^63B ");
	rendered("{\"class\":0,\"state\":{\"serial\":3,\"name\":\"c\",\"port\":500,"
		 "\"kind\":\"Child\",\"state\":\"sent CREATE_CHILD_SA request\","
		 "\"ike_serial\":1,\"spi_in\":\"1\",\"spi_out\":null}}",
		 true, "000 #3: \"c\":500 sent CREATE_CHILD_SA request; IKE SA #1;");
}

#define CHILD(more)                                                                        \
	"{\"class\":0,\"state\":{\"serial\":4,\"name\":\"c-1\",\"port\":500,"              \
	"\"kind\":\"Child\",\"state\":\"established Child SA\",\"ike_serial\":1,"            \
	"\"in_packets\":1,\"out_packets\":2,\"age\":12,\"local_port\":4500,"                 \
	"\"remote_port\":61234," more "}}"

static void what_libreswan_has_no_words_for_is_a_line_of_its_own(void **state)
{
	static const char first[] = "000 #4: \"c-1\":500 established Child SA; IKE SA #1;\n";
	static const struct {
		const char *more, *line;
	} cases[] = {
		{ "\"role\":\"initiator\",\"slot\":1,\"cpu\":0,\"encapsulation\":false",
		  "CPU 0; initiator; packets in=1 out=2; age 12s;" },
		{ "\"role\":\"responder\",\"slot\":0,\"cpu\":null,\"encapsulation\":true",
		  "any CPU; responder; UDP 4500-61234; packets in=1 out=2; age 12s;" },
		{ "\"role\":\"responder\",\"slot\":3,\"cpu\":2,\"spare\":true",
		  "spare of 3, receives only; responder; packets in=1 out=2; age 12s;" },
		{ "\"role\":\"initiator\",\"slot\":null,\"cpu\":null,\"spare\":false",
		  "initiator; packets in=1 out=2; age 12s;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char json[512], text[256];

		(void)snprintf(json, sizeof(json), CHILD("%s"), cases[i].more);
		(void)snprintf(text, sizeof(text), "%s000 \"c-1\":   #4: %s", first,
			       cases[i].line);
		rendered(json, true, text);
	}
	rendered("{\"class\":0,\"state\":{\"serial\":1,\"name\":\"road\"," INSTANCE
		 ",\"port\":4500,\"kind\":\"IKE\",\"state\":\"established IKE SA\",\"age\":3,"
		 "\"role\":\"responder\",\"local_port\":500,\"remote_port\":4500}}",
		 false,
		 "#1: \"road\"[2] 192.1.3.33:4500 established IKE SA;\n"
		 "\"road\"[2] 192.1.3.33:   #1: responder; UDP 500-4500; age 3s;");
}

#define SET(class, more)                                                              \
	"{\"class\":" class ",\"set\":{\"name\":\"c\",\"wanted\":4,\"spare\":0," more "}}"
#define UP "\"wanted_up\":true,\"head\":\"up\","

static void a_set_says_how_far_it_is_and_why_no_further(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{ SET("0", UP "\"up\":4,\"refused\":0,\"bound\":true,\"why\":null"),
		  "000 \"c\":   clones: wanted 4; up 4; spare 0; refused 0;" },
		{ SET("0", UP "\"up\":2,\"refused\":2,\"why\":\"TS_MAX_QUEUE\",\"retry_in\":null"),
		  "000 \"c\":   clones: wanted 4; up 2; spare 0; refused 2;\n"
		  "000 \"c\":   clones: the peer refused with TS_MAX_QUEUE;" },
		{ SET("0", UP "\"up\":2,\"refused\":0,\"negotiating\":1,\"waiting\":1,"
		      "\"why\":\"TEMPORARY_FAILURE\",\"retry_in\":3"),
		  "000 \"c\":   clones: wanted 4; up 2; spare 0; refused 0; negotiating 1; "
		  "waiting 1;\n"
		  "000 \"c\":   clones: the peer refused with TEMPORARY_FAILURE; asked for again "
		  "in 3s;" },
		{ SET("0", UP "\"up\":3,\"refused\":0,\"waiting\":1,\"why\":null,\"retry_in\":3"),
		  "000 \"c\":   clones: wanted 4; up 3; spare 0; refused 0; waiting 1;\n"
		  "000 \"c\":   clones: asked for again in 3s;" },
		{ SET("0", UP "\"up\":0,\"refused\":0,\"peer_makes_none\":true"),
		  "000 \"c\":   clones: wanted 4; up 0; spare 0; refused 0;\n"
		  "000 \"c\":   clones: none, the peer sent no SA_RESOURCE_INFO (RFC 9611);" },
		{ SET("0", UP "\"up\":4,\"refused\":0,\"turned_away\":2,\"max_clones\":6"),
		  "000 \"c\":   clones: wanted 4; up 4; spare 0; refused 0;\n"
		  "000 \"c\":   clones: refused 2 of the peer's, beyond max-clones=6;" },
		{ SET("0", UP "\"up\":4,\"refused\":0,\"bound\":false"),
		  "000 \"c\":   clones: wanted 4; up 4; spare 0; refused 0;\n"
		  "000 \"c\":   clones: bound to no CPU, the kernel has no per-CPU SAs;" },
		{ SET("0", "\"wanted_up\":true,\"head\":\"negotiating\",\"up\":0,\"refused\":0"),
		  "000 \"c\":   clones: wanted 4; up 0; spare 0; refused 0;\n"
		  "000 \"c\":   clones: none yet, the head is being negotiated;" },
		{ SET("0", "\"wanted_up\":true,\"head\":\"empty\",\"up\":0,\"refused\":0"),
		  "000 \"c\":   clones: wanted 4; up 0; spare 0; refused 0;\n"
		  "000 \"c\":   clones: none, the head is not up;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rendered(cases[i].json, true, cases[i].text);
}

#define CONNECTION(more)                                                                     \
	"{\"class\":0,\"connection\":{\"name\":\"c-1\",\"alias\":\"c\",\"clone_id\":1,"      \
	"\"cpu\":0,\"local\":{\"host\":\"192.1.2.45\",\"id\":\"@west\","                     \
	"\"id_type\":\"FQDN\",\"subnet\":\"192.0.1.0/24\",\"source_ip\":\"192.0.1.254\"},"   \
	"\"remote\":{\"host\":\"192.1.2.23\",\"id\":\"@east\",\"id_type\":\"FQDN\","         \
	"\"subnet\":\"192.0.2.0/24\"},\"oriented\":true,\"interface\":\"eth1\","             \
	"\"auth\":\"secret\",\"ike_life\":28800,\"ipsec_life\":28800,"                       \
	"\"ipsec_max_bytes\":\"2^63B\",\"ipsec_max_packets\":\"100Ki\","                 \
	"\"replay_window\":128,\"rekey_margin\":540,\"rekey_fuzz\":100,\"clones\":\"2\","    \
	"\"retransmit_interval_ms\":500,\"retransmit_timeout\":30,"                          \
	"\"policy\":\"IKEv2+PSK+ENCRYPT+TUNNEL+PFS\",\"priority\":1757393,\"reqid\":16388,"  \
	"\"metric\":0,\"mtu\":0,\"dpd_delay\":0,\"encapsulation\":\"auto\","                 \
	"\"nat_keepalive\":true," more "}}"

static void connection_blocks_are_frozen(void **state)
{
	(void)state;
	rendered(CONNECTION("\"routing\":\"routed-tunnel\",\"owner_serial\":2,\"ike_serial\":1,"
			    "\"child_serial\":4,\"ike_algorithm\":\"AES_GCM_16_256-HMAC_SHA2_512-"
			    "DH19\",\"esp_algorithm\":\"AES_GCM_16_256\""),
		 true,
		 "000 \"c-1\": 192.0.1.0/24===192.1.2.45[@west]...192.1.2.23[@east]==="
		 "192.0.2.0/24; routed-tunnel; my_ip=192.0.1.254; their_ip=unset;\n"
		 "000 \"c-1\":   host: oriented; local: 192.1.2.45; remote: 192.1.2.23;\n"
		 "000 \"c-1\":   my_updown=none;\n"
		 "000 \"c-1\":   our auth:secret, their auth:secret;\n"
		 "000 \"c-1\":   ike_life: 28800s; ipsec_life: 28800s; ipsec_max_bytes: 2^63B; "
		 "ipsec_max_packets: 100Ki; replay_window: 128; "
		 "rekey_margin: 540s; rekey_fuzz: 100%; clone_id: 1; clones: 2;\n"
		 "000 \"c-1\":   retransmit-interval: 500ms; retransmit-timeout: 30s;\n"
		 "000 \"c-1\":   policy: IKEv2+PSK+ENCRYPT+TUNNEL+PFS;\n"
		 "000 \"c-1\":   conn_prio: 1757393; interface: eth1; metric: 0; mtu: unset;\n"
		 "000 \"c-1\":   our idtype: FQDN; our id=@west; their idtype: FQDN; "
		 "their id=@east\n"
		 "000 \"c-1\":   liveness: passive; dpddelay:0s; retransmit-timeout:30s\n"
		 "000 \"c-1\":   nat-traversal: encapsulation:auto; keepalive:yes\n"
		 "000 \"c-1\":   routing: routed-tunnel; owner: Child SA #2; "
		 "established IKE SA: #1; established Child SA: #4;\n"
		 "000 \"c-1\":   reqid: 16388; cpu: 0;\n"
		 "000 \"c-1\":   aliases: c\n"
		 "000 \"c-1\":   IKEv2 algorithm newest: AES_GCM_16_256-HMAC_SHA2_512-DH19\n"
		 "000 \"c-1\":   ESP algorithm newest: AES_GCM_16_256");
}

static void a_host_to_host_connection_with_few_keys_has_no_empty_lines(void **state)
{
	(void)state;
	rendered("{\"class\":0,\"connection\":{\"name\":\"h\",\"routing\":\"unrouted\","
		 "\"local\":{\"host\":\"192.1.2.45\",\"id\":\"192.1.2.45\",\"subnet\":null},"
		 "\"remote\":{\"host\":\"192.1.2.23\",\"id\":\"@east\"}}}",
		 false,
		 "\"h\": 192.1.2.45...192.1.2.23[@east]; unrouted; my_ip=unset; their_ip=unset;\n"
		 "\"h\":   host: unoriented; local: 192.1.2.45; remote: 192.1.2.23;\n"
		 "\"h\":   my_updown=none;\n"
		 "\"h\":   clones: no (unset);\n"
		 "\"h\":   interface: unset; mtu: unset;\n"
		 "\"h\":   our id=192.1.2.45; their id=@east\n"
		 "\"h\":   liveness: passive; dpddelay:0s;\n"
		 "\"h\":   keepalive:no\n"
		 "\"h\":   routing: unrouted;\n"
		 "\"h\":   cpu: any;");
}

static void totals_and_brief_lines_are_frozen(void **state)
{
	(void)state;
	rendered("{\"class\":0,\"totals\":{\"loaded\":3,\"routed\":1,\"active\":2}}", true,
		 "000 Total IPsec connections: loaded 3, routed 1, active 2");
	rendered("{\"class\":0,\"brief\":{\"cookies_required\":false,\"accepting\":true,\"ike\":"
		 "{\"total\":2,\"half_open\":1,\"open\":0,\"authenticated\":1,\"anonymous\":0},"
		 "\"ipsec\":{\"total\":3,\"authenticated\":3,\"anonymous\":0}}}",
		 false,
		 "State Information: DDoS cookies not required, Accepting new IKE connections\n"
		 "IKE SAs: total(2), half-open(1), open(0), authenticated(1), anonymous(0)\n"
		 "IPsec SAs: total(3), authenticated(3), anonymous(0)");
	rendered("{\"class\":0,\"brief\":{\"cookies_required\":true,\"accepting\":false}}", true,
		 "000 State Information: DDoS cookies REQUIRED, NOT ACCEPTING new IKE connections\n"
		 "000 IKE SAs: total(0), half-open(0), open(0), authenticated(0), anonymous(0)\n"
		 "000 IPsec SAs: total(0), authenticated(0), anonymous(0)");
}

static void a_line_feed_starts_a_line_and_nothing_else_reaches_the_terminal(void **state)
{
	(void)state;
	rendered("{\"class\":4,\"text\":\"a\\nb\"}", true, "004 a\n004 b");
	rendered("{\"class\":2,\"text\":\"\\u001b[2J\\u007f\\r\"}", false, "\\x1b[2J\\x7f\\x0d");
	rendered("{\"class\":6,\"traffic\":{\"name\":\"a\\nb\",\"id\":\"\\u001b\"}}", true,
		 "006 \"a\\x0ab\", id='\\x1b'");
	rendered("{\"class\":0,\"text\":\"\"}", true, "000 ");
}

static void what_is_not_for_people_is_not_rendered(void **state)
{
	const char *const records[] = {
		"{\"result\":0}", "{\"class\":0}", "{\"text\":\"no class\"}",
		"{\"class\":1000,\"text\":\"\"}", "{\"class\":-1,\"text\":\"\"}",
		"{\"class\":0,\"state\":[]}", "{\"class\":\"0\",\"text\":\"\"}",
		/* a set among the frozen lines of trafficstatus, and one that is down */
		SET("6", UP "\"up\":4"), SET("0", "\"head\":\"empty\",\"wanted_up\":false"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		json_t *record = json_loads(records[i], 0, NULL);
		struct buffer out = { 0 };

		print_message("%s\n", records[i]);
		assert_false(control_render(record, true, &out));
		assert_int_equal(out.len, 0);
		buffer_done(&out);
		json_decref(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trafficstatus_lines_are_frozen),
		cmocka_unit_test(lines_of_an_instance_are_frozen),
		cmocka_unit_test(showstates_lines_are_frozen),
		cmocka_unit_test(what_libreswan_has_no_words_for_is_a_line_of_its_own),
		cmocka_unit_test(a_set_says_how_far_it_is_and_why_no_further),
		cmocka_unit_test(connection_blocks_are_frozen),
		cmocka_unit_test(a_host_to_host_connection_with_few_keys_has_no_empty_lines),
		cmocka_unit_test(totals_and_brief_lines_are_frozen),
		cmocka_unit_test(a_line_feed_starts_a_line_and_nothing_else_reaches_the_terminal),
		cmocka_unit_test(what_is_not_for_people_is_not_rendered),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
