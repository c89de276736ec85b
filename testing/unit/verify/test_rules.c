/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a stranger's packet, by rules as nft and iptables-save print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "base/buffer.h"
#include "verify/rules/rules.h"

static const struct packet ike = { AF_INET, IPPROTO_UDP, 500, 500 };
static const struct packet from_any = { AF_INET, IPPROTO_UDP, 50123, 4500 };
static const struct packet esp = { AF_INET, IPPROTO_ESP, 0, 0 };
static const struct packet ike6 = { AF_INET6, IPPROTO_UDP, 500, 500 };

#define TABLE(policy, rules)                                                                    \
	"{\"nftables\":[{\"metainfo\":{\"json_schema_version\":1}},"                            \
	"{\"table\":{\"family\":\"inet\",\"name\":\"filter\"}},"                                \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"input\",\"type\":"     \
	"\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":\"" policy "\"}}" rules "]}"
#define RULE_OF(family, chain, expressions)                                                \
	",{\"rule\":{\"family\":\"" family "\",\"table\":\"filter\",\"chain\":\"" chain "\"," \
	"\"expr\":[" expressions "]}}"
#define RULE(expressions) RULE_OF("inet", "input", expressions)
#define MATCH_OP(op, left, right) "{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}}"
#define MATCH(left, right) MATCH_OP("==", left, right)
#define UDP_DPORT "{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}"
#define UDP_SPORT "{\"payload\":{\"protocol\":\"udp\",\"field\":\"sport\"}}"
#define L4PROTO "{\"meta\":{\"key\":\"l4proto\"}}"
#define SADDR "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}"
#define STATE "{\"ct\":{\"key\":\"state\"}}"
#define ACCEPT ",{\"accept\":null}"
#define DROP ",{\"drop\":null}"

static const struct {
	const char *what, *json;
	const struct packet *packet;
	enum fate fate;
} nft_rows[] = {
	{ "no rules, accept", TABLE("accept", ""), &ike, FATE_PASSES },
	{ "no rules, drop", TABLE("drop", ""), &ike, FATE_DROPPED },
	{ "a port", TABLE("drop", RULE(MATCH(UDP_DPORT, "500") ACCEPT)), &ike, FATE_PASSES },
	{ "another port", TABLE("drop", RULE(MATCH(UDP_DPORT, "501") ACCEPT)), &ike, FATE_DROPPED },
	{ "a set of ports and ranges",
	  TABLE("drop", RULE(MATCH(UDP_DPORT, "{\"set\":[53,{\"range\":[400,600]}]}") ACCEPT)), &ike,
	  FATE_PASSES },
	{ "and not in it",
	  TABLE("drop", RULE(MATCH(UDP_DPORT, "{\"set\":[53,{\"range\":[400,499]}]}") ACCEPT)),
	  &ike, FATE_DROPPED },
	{ "a port by name", TABLE("drop", RULE(MATCH(UDP_DPORT, "\"isakmp\"") ACCEPT)), &ike,
	  FATE_PASSES },
	{ "a named set", TABLE("drop", RULE(MATCH(UDP_DPORT, "\"@ports\"") ACCEPT)), &ike,
	  FATE_DEPENDS },
	{ "only from port 4500",
	  TABLE("drop", RULE(MATCH(UDP_SPORT, "4500") "," MATCH(UDP_DPORT, "4500") ACCEPT)),
	  &from_any, FATE_DROPPED },
	{ "a port of UDP is none of ESP", TABLE("drop", RULE(MATCH(UDP_DPORT, "500") ACCEPT)), &esp,
	  FATE_DROPPED },
	{ "ESP by name", TABLE("drop", RULE(MATCH(L4PROTO, "\"esp\"") ACCEPT)), &esp, FATE_PASSES },
	{ "ESP by number", TABLE("drop", RULE(MATCH(L4PROTO, "50") ACCEPT)), &esp, FATE_PASSES },
	{ "all but UDP", TABLE("accept", RULE(MATCH_OP("!=", L4PROTO, "\"udp\"") DROP)), &esp,
	  FATE_DROPPED },
	{ "from one address", TABLE("drop", RULE(MATCH(SADDR, "\"192.1.2.23\"") ACCEPT)), &ike,
	  FATE_DEPENDS },
	{ "IPv4 addresses are none of IPv6",
	  TABLE("drop", RULE(MATCH(SADDR, "\"192.1.2.23\"") ACCEPT)), &ike6, FATE_DROPPED },
	{ "what is established",
	  TABLE("drop", RULE(MATCH_OP("in", STATE, "[\"established\",\"related\"]") ACCEPT)), &ike,
	  FATE_DROPPED },
	{ "what is new", TABLE("drop", RULE(MATCH_OP("in", STATE, "[\"new\"]") ACCEPT)), &ike,
	  FATE_PASSES },
	{ "a limit may be over", TABLE("drop", RULE("{\"limit\":{\"rate\":5}}" ACCEPT)), &ike,
	  FATE_DEPENDS },
	{ "counters and logs change nothing",
	  TABLE("drop", RULE("{\"counter\":{}},{\"log\":null}" ACCEPT)), &ike, FATE_PASSES },
	{ "dropped before", TABLE("accept", RULE(MATCH(UDP_DPORT, "500") DROP)
				  RULE(MATCH(UDP_DPORT, "500") ACCEPT)), &ike, FATE_DROPPED },
	{ "rejected", TABLE("accept", RULE("{\"reject\":{\"type\":\"icmp\"}}")), &ike, FATE_DROPPED },
	{ "a jump that accepts",
	  TABLE("drop", RULE("{\"jump\":{\"target\":\"ipsec\"}}")
		RULE_OF("inet", "ipsec", MATCH(UDP_DPORT, "500") ACCEPT)), &ike, FATE_PASSES },
	{ "a jump that comes back",
	  TABLE("drop", RULE("{\"jump\":{\"target\":\"ipsec\"}}") RULE(MATCH(UDP_DPORT, "500") ACCEPT)
		RULE_OF("inet", "ipsec", "{\"return\":null}")), &ike, FATE_PASSES },
	{ "a goto does not come back",
	  TABLE("drop", RULE("{\"goto\":{\"target\":\"ipsec\"}}") RULE(MATCH(UDP_DPORT, "500") ACCEPT)
		RULE_OF("inet", "ipsec", MATCH(UDP_DPORT, "4500") ACCEPT)), &ike, FATE_DROPPED },
	{ "rules that jump in a circle", TABLE("drop", RULE("{\"jump\":{\"target\":\"input\"}}")), &ike,
	  FATE_DEPENDS },
	{ "a map of states",
	  TABLE("drop", RULE("{\"vmap\":{\"key\":" STATE ",\"data\":{\"set\":[[\"established\","
			     "{\"accept\":null}],[\"new\",{\"jump\":{\"target\":\"ipsec\"}}]]}}}")
		RULE_OF("inet", "ipsec", MATCH(UDP_DPORT, "500") ACCEPT)), &ike, FATE_PASSES },
	{ "a map of ports",
	  TABLE("accept", RULE("{\"vmap\":{\"key\":" UDP_DPORT ",\"data\":{\"set\":[[500,"
			       "{\"drop\":null}]]}}}")), &ike, FATE_DROPPED },
	{ "a map by name", TABLE("accept", RULE("{\"vmap\":{\"key\":" UDP_DPORT ",\"data\":\"@m\"}}")),
	  &ike, FATE_DEPENDS },
	{ "rules of IPv6", TABLE("accept", RULE_OF("ip6", "input", "{\"drop\":null}")), &ike,
	  FATE_PASSES },
	{ "two chains: the second drops",
	  TABLE("accept", ",{\"chain\":{\"family\":\"ip\",\"table\":\"guard\",\"name\":\"in\",\"type\":"
		"\"filter\",\"hook\":\"input\",\"prio\":10,\"policy\":\"drop\"}}"), &ike,
	  FATE_DROPPED },
	{ "a chain for what goes out is not asked",
	  "{\"nftables\":[{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"o\",\"type\":"
	  "\"filter\",\"hook\":\"output\",\"policy\":\"drop\"}}]}", &ike, FATE_PASSES },
};

static void rules_of_nft(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nft_rows) / sizeof(nft_rows[0]); i++) {
		struct ruleset r = { 0 };
		char where[CHAIN_NAME_MAX];

		print_message("%s\n", nft_rows[i].what);
		assert_true(nft_read(nft_rows[i].json, nft_rows[i].packet, true, &r));
		assert_int_equal(ruleset_judge(&r, where), nft_rows[i].fate);
		assert_int_equal(where[0] == '\0', nft_rows[i].fate == FATE_PASSES);
		ruleset_done(&r);
	}
}

static void tables_of_iptables_are_left_to_it(void **state)
{
	static const char json[] = TABLE("drop", RULE("{\"xt\":{\"type\":\"match\",\"name\":\"udp\"}}"
						      ACCEPT));
	struct ruleset r = { 0 };
	char where[CHAIN_NAME_MAX];

	(void)state;
	assert_true(nft_read(json, &ike, true, &r));
	assert_int_equal(ruleset_inputs(&r), 0);
	ruleset_done(&r);
	assert_true(nft_read(json, &ike, false, &r));
	assert_int_equal(ruleset_judge(&r, where), FATE_DEPENDS);
	assert_string_equal(where, "inet filter input");
	ruleset_done(&r);
}

#define SAVED(policy, rules)                                                                  \
	"# Generated by iptables-save\n*nat\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n" \
	"*filter\n:INPUT " policy " [0:0]\n:FORWARD DROP [0:0]\n:ipsec - [0:0]\n" rules       \
	"COMMIT\n"

static const struct {
	const char *what, *text;
	const struct packet *packet;
	enum fate fate;
} iptables_rows[] = {
	{ "no rules, accept", SAVED("ACCEPT", ""), &ike, FATE_PASSES },
	{ "no rules, drop", SAVED("DROP", ""), &ike, FATE_DROPPED },
	{ "a port", SAVED("DROP", "-A INPUT -p udp -m udp --dport 500 -j ACCEPT\n"), &ike,
	  FATE_PASSES },
	{ "ports", SAVED("DROP", "-A INPUT -p udp -m multiport --dports 22,400:600 -j ACCEPT\n"), &ike,
	  FATE_PASSES },
	{ "open ends", SAVED("DROP", "-A INPUT -p udp -m udp --dport 4500: -j ACCEPT\n"), &ike,
	  FATE_DROPPED },
	{ "open beginnings", SAVED("DROP", "-A INPUT -p udp -m udp --dport :600 -j ACCEPT\n"), &ike,
	  FATE_PASSES },
	{ "another protocol", SAVED("DROP", "-A INPUT -p tcp -m tcp --dport 500 -j ACCEPT\n"), &ike,
	  FATE_DROPPED },
	{ "ESP", SAVED("DROP", "-A INPUT -p esp -j ACCEPT\n"), &esp, FATE_PASSES },
	{ "only from port 4500",
	  SAVED("DROP", "-A INPUT -p udp -m udp --sport 4500 --dport 4500 -j ACCEPT\n"), &from_any,
	  FATE_DROPPED },
	{ "not that port", SAVED("ACCEPT", "-A INPUT -p udp -m udp ! --dport 500 -j DROP\n"), &ike,
	  FATE_PASSES },
	{ "but not that one", SAVED("ACCEPT", "-A INPUT -p udp -m udp ! --dport 500 -j DROP\n"),
	  &from_any, FATE_DROPPED },
	{ "from a net", SAVED("DROP", "-A INPUT -s 192.1.2.0/24 -p udp -j ACCEPT\n"), &ike,
	  FATE_DEPENDS },
	{ "what is established",
	  SAVED("DROP", "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"), &ike,
	  FATE_DROPPED },
	{ "what is new", SAVED("DROP", "-A INPUT -m state --state NEW -j ACCEPT\n"), &ike,
	  FATE_PASSES },
	{ "a chain that accepts",
	  SAVED("DROP", "-A INPUT -j ipsec\n-A ipsec -p udp --dport 500 -j ACCEPT\n"), &ike,
	  FATE_PASSES },
	{ "a target that only counts",
	  SAVED("ACCEPT", "-A INPUT -p udp -j LOG --log-prefix \"in \"\n"), &ike, FATE_PASSES },
	{ "rejected", SAVED("ACCEPT", "-A INPUT -j REJECT --reject-with icmp-port-unreachable\n"), &ike,
	  FATE_DROPPED },
	{ "a comment", SAVED("DROP", "-A INPUT -p udp -m comment --comment \"ike\" -j ACCEPT\n"), &ike,
	  FATE_PASSES },
};

static void rules_of_iptables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(iptables_rows) / sizeof(iptables_rows[0]); i++) {
		struct ruleset r = { 0 };
		char where[CHAIN_NAME_MAX];

		print_message("%s\n", iptables_rows[i].what);
		assert_true(iptables_read(iptables_rows[i].text, iptables_rows[i].packet, &r));
		assert_int_equal(ruleset_judge(&r, where), iptables_rows[i].fate);
		ruleset_done(&r);
	}
}

static void what_makes_no_sense_is_no_harm(void **state)
{
	static const char *const json[] = {
		"", "{", "[]", "{\"nftables\":{}}", "{\"nftables\":7}",
	};
	static const char *const odd[] = {
		"{\"nftables\":[7,null,{\"chain\":[]},{\"rule\":null}]}",
		TABLE("drop", RULE("7,null,[],{\"match\":7},{\"match\":{\"left\":[]}}" ACCEPT)),
		TABLE("drop", RULE(MATCH(UDP_DPORT, "{\"range\":[1]}") ACCEPT)),
		TABLE("drop", RULE("{\"vmap\":7},{\"vmap\":{\"data\":{\"set\":[7,[],[1]]}}}")),
		TABLE("drop", RULE("{\"jump\":{\"target\":null}}")),
	};
	static const char *const lines[] = {
		"*filter\n-A\n-A \n:\n: DROP\n-A INPUT -p\n-A INPUT !\n-A INPUT -j\n",
		"*filter\n-A INPUT -p udp --dport , -j ACCEPT\n-A INPUT --dport 1:x -j DROP",
	};
	struct ruleset r = { 0 };
	char where[CHAIN_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		assert_false(nft_read(json[i], &ike, true, &r));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_true(nft_read(odd[i], &ike, true, &r));
		(void)ruleset_judge(&r, where);
		ruleset_done(&r);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(iptables_read(lines[i], &ike, &r));
		(void)ruleset_judge(&r, where);
		ruleset_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_nft),
		cmocka_unit_test(tables_of_iptables_are_left_to_it),
		cmocka_unit_test(rules_of_iptables),
		cmocka_unit_test(what_makes_no_sense_is_no_harm),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
