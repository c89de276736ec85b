/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Peers of any address: instances of a template, from the first message to the last. East has the
 * template, and west comes from wherever it likes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "views.h"

#define US    " left=192.1.2.23\n leftid=@east\n leftsubnet=192.0.2.0/24\n"
#define HUB   "conn hub\n" US " right=%any\n authby=secret\n"
#define ROAD(name, host, id) \
	"conn " name "\n right=192.1.2.23\n rightid=@east\n rightsubnet=192.0.2.0/24\n" \
	" left=" host "\n leftid=" id "\n authby=secret\n"
#define HOME "192.1.2.45"
#define AWAY "192.1.3.99"

static struct pair *pair_with(const char *setup, const char *hub, const char *road)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .setup = setup });

	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	ike_engine_delete(pair->west.engine, "t", 0, pair->now);
	pair_secrets(&pair->west, "@east : PSK \"a secret that all share\"\n"
				  "@one : PSK \"a secret that all share\"\n"
				  "@two : PSK \"a secret that all share\"\n");
	pair_secrets(&pair->east, "@east : PSK \"a secret that all share\"\n");
	pair_add(&pair->east, hub);
	pair_add(&pair->west, road);
	return pair;
}

/* --- what east shows --- */

struct shown {
	char text[512];
};

static void show_instance(struct shown *shown, const char *name, const struct instance_view *view)
{
	size_t len = strlen(shown->text);
	char peer[ADDRESS_TEXT_MAX];

	(void)snprintf(shown->text + len, sizeof(shown->text) - len, "%s%s[%u] %s",
		       len == 0 ? "" : ", ", name, view->number,
		       view->number == 0 ? "" : address_print(&view->peer, peer));
}

static void show_child(void *context, const struct child_view *view)
{
	show_instance(context, view->name, &view->instance);
}

static void show_connection(void *context, const struct connection_view *view)
{
	show_instance(context, view->name, &view->instance);
}

static void assert_children(struct pair *pair, const char *name, const char *expected)
{
	struct shown shown = { "" };

	each_child(pair->east.engine, name, pair->now, show_child, &shown);
	assert_string_equal(shown.text, expected);
}

static void assert_connections(struct pair *pair, const char *expected)
{
	struct shown shown = { "" };

	each_connection(pair->east.engine, NULL, pair->now, show_connection, &shown);
	assert_string_equal(shown.text, expected);
}

static void note_traffic(void *context, const struct child_view *view)
{
	char text[TRAFFIC_TEXT_MAX];
	struct shown *shown = context;

	(void)snprintf(shown->text, sizeof(shown->text), "%s", traffic_print(view->traffic, text));
}

static void assert_traffic(struct pair *pair, const char *name, const char *expected)
{
	struct shown shown = { "" };

	each_child(pair->east.engine, name, pair->now, note_traffic, &shown);
	assert_string_equal(shown.text, expected);
}

/* --- from the first SA to the last --- */

static void test_comes_and_goes(void **state)
{
	struct pair *pair = pair_with(NULL, HUB, ROAD("a", HOME, "@one"));

	(void)state;
	assert_connections(pair, "hub[0] ");
	pair_up_named(pair, "a", CONTROL_OK);
	assert_connections(pair, "hub[0] , hub[1] " HOME);
	assert_children(pair, NULL, "hub[1] " HOME);
	assert_traffic(pair, "hub[1]", "[192.0.2.0/24===" HOME "/32]");
	assert_int_equal(pair->east.kernel.policy_count, 3);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	ike_engine_down(pair->west.engine, "a", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_connections(pair, "hub[0] ");
	assert_int_equal(pair->east.kernel.policy_count, 0);
	/* numbers are not used again */
	pair_up_named(pair, "a", CONTROL_OK);
	assert_children(pair, NULL, "hub[2] " HOME);
	pair_free(pair);
}

/* Nobody who has proven nothing. */
static void test_nothing_before_authentication(void **state)
{
	struct pair *pair = pair_with(NULL, HUB, ROAD("a", HOME, "@one"));

	(void)state;
	pair_secrets(&pair->west, "@east : PSK \"another secret\"\n@one : PSK \"another secret\"\n");
	pair_up_named(pair, "a", CONTROL_FATAL);
	assert_connections(pair, "hub[0] ");
	assert_int_equal(pair->east.reports[REPORT_ESTABLISHED], 0);
	pair_free(pair);
}

static void test_rekeys_of_both_ends(void **state)
{
	/* reauth=yes is rekeying, too: the peer may not be there to be called */
	struct pair *pair = pair_with(NULL, HUB " reauth=yes\n", ROAD("a", HOME, "@one"));

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	ike_engine_rekey(pair->east.engine, "hub", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	ike_engine_rekey(pair->east.engine, "hub[1]", REKEY_IKE, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	ike_engine_rekey(pair->west.engine, "a", REKEY_IKE, 8, pair->now);
	ike_engine_rekey(pair->west.engine, "a", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_connections(pair, "hub[0] , hub[1] " HOME);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_true(pair_ike(&pair->east)->rekeyed);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.errors, 0);
	pair_free(pair);
}

static bool lose_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

static void test_liveness_ends_it(void **state)
{
	struct pair *pair = pair_with(NULL, HUB " dpddelay=30s\n", ROAD("a", HOME, "@one"));

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	pair->loses = lose_all;
	pair_advance(pair, SECONDS(120));
	assert_connections(pair, "hub[0] ");
	assert_int_equal(pair->east.kernel.policy_count + pair->east.kernel.sa_count, 0);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	/* and nobody is called */
	pair->east.sent = 0;
	pair_advance(pair, SECONDS(600));
	assert_int_equal(pair->east.sent, 0);
	pair->loses = NULL;
	pair_free(pair);
}

/* --- several peers --- */

#define NETS HUB " rightsubnet=10.0.0.0/8\n narrowing=yes\n"
#define ONE ROAD("a", HOME, "@one") " leftsubnet=10.1.0.0/16\n"
#define TWO ROAD("b", HOME, "@two") " leftsubnet=10.2.0.0/16\n"

/* As behind one NAT: who they are tells them apart. */
static struct pair *pair_of_two(const char *setup, const char *hub)
{
	struct pair *pair = pair_with(setup, hub, ONE);

	pair_add(&pair->west, TWO);
	pair_up_named(pair, "a", CONTROL_OK);
	pair_up_named(pair, "b", CONTROL_OK);
	return pair;
}

static void test_two_at_one_address(void **state)
{
	struct pair *pair = pair_of_two(NULL, NETS);

	(void)state;
	assert_children(pair, NULL, "hub[1] " HOME ", hub[2] " HOME);
	assert_traffic(pair, "hub[1]", "[192.0.2.0/24===10.1.0.0/16]");
	assert_traffic(pair, "hub[2]", "[192.0.2.0/24===10.2.0.0/16]");
	assert_int_equal(pair->east.kernel.policy_count, 6);
	assert_int_not_equal(pair->east.kernel.sas[0].reqid, pair->east.kernel.sas[2].reqid);
	ike_engine_down(pair->east.engine, "hub[1]", 8, pair->now);
	pair_run(pair);
	assert_connections(pair, "hub[0] , hub[2] " HOME);
	ike_engine_down(pair->east.engine, "hub", 8, pair->now);
	pair_run(pair);
	assert_connections(pair, "hub[0] ");
	pair_free(pair);
}

static void test_names(void **state)
{
	struct pair *pair = pair_of_two(NULL, NETS " connalias=all\n clones=2\n");

	(void)state;
	assert_children(pair, "hub[2]", "hub-0[2] " HOME);
	assert_children(pair, "all", "hub-0[1] " HOME ", hub-0[2] " HOME);
	assert_children(pair, "all[1]", "hub-0[1] " HOME);
	assert_children(pair, "hub-0[1]", "hub-0[1] " HOME);
	assert_children(pair, "hub-0", "hub-0[1] " HOME ", hub-0[2] " HOME);
	assert_children(pair, "hub[3]", "");
	assert_children(pair, "hub[1", "");
	assert_children(pair, "hub[01x]", "");
	assert_children(pair, "hub[4294967297]", "");
	assert_children(pair, "[1]", "");
	assert_true(ike_engine_knows(pair->east.engine, "hub[1]"));
	assert_true(ike_engine_knows(pair->east.engine, "hub-1[2]"));
	assert_false(ike_engine_knows(pair->east.engine, "hub[3]"));
	assert_false(ike_engine_knows(pair->east.engine, "hub[0]"));
	assert_false(ike_engine_knows(pair->east.engine, "hub-3[1]"));
	ike_engine_rekey(pair->east.engine, "hub-0[2]", REKEY_CHILD, 9, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	pair_free(pair);
}

static void test_clones(void **state)
{
	struct pair *pair = pair_with(NULL, HUB " clones=2\n", ROAD("a", HOME, "@one") " clones=2\n");

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	assert_children(pair, NULL, "hub-0[1] " HOME ", hub-1[1] " HOME ", hub-2[1] " HOME);
	assert_int_equal(pair->east.kernel.sa_count, 6);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	pair_free(pair);
}

static void test_bound(void **state)
{
	struct pair *pair = pair_with(NULL, NETS " max-instances=1\n", ONE);

	(void)state;
	pair_add(&pair->west, TWO);
	pair_up_named(pair, "a", CONTROL_OK);
	pair_up_named(pair, "b", CONTROL_FATAL);
	assert_children(pair, NULL, "hub[1] " HOME);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	ike_engine_down(pair->west.engine, "b", 8, pair->now);
	ike_engine_down(pair->west.engine, "a", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	pair_up_named(pair, "b", CONTROL_OK);
	assert_children(pair, NULL, "hub[2] " HOME);
	pair_free(pair);
}

static void test_delete_takes_them_along(void **state)
{
	struct pair *pair = pair_of_two(NULL, NETS);

	(void)state;
	ike_engine_delete(pair->east.engine, "hub[1]", 8, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_BUSY);
	ike_engine_delete(pair->east.engine, "hub", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	assert_connections(pair, "");
	assert_int_equal(pair->east.kernel.policy_count + pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	pair_free(pair);
}

static void test_replace_takes_them_along(void **state)
{
	struct pair *pair = pair_of_two(NULL, NETS);

	(void)state;
	pair_add(&pair->east, NETS " dpddelay=10s\n");
	pair_advance(pair, SECONDS(1));
	assert_connections(pair, "hub[0] ");
	assert_int_equal(pair->west.kernel.sa_count, 0);
	pair_free(pair);
}

/* --- what only the peer can do --- */

static void test_commands_that_need_a_peer(void **state)
{
	struct pair *pair = pair_of_two(NULL, NETS);
	static const char *const names[] = { "hub", "hub[1]" };

	(void)state;
	ike_engine_down(pair->east.engine, "hub[1]", 1, pair->now);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		pair->east.last_code = CONTROL_OK;
		ike_engine_up(pair->east.engine, names[i], false, 1, pair->now);
		assert_int_equal(pair->east.last_code, CONTROL_NO_PEER_ADDRESS);
		assert_non_null(strstr(pair->east.last, "cannot initiate connection"));
		pair->east.last_code = CONTROL_OK;
		ike_engine_route(pair->east.engine, names[i], 1, pair->now);
		assert_int_equal(pair->east.last_code, CONTROL_NO_PEER_ADDRESS);
		pair->east.last_code = CONTROL_OK;
		ike_engine_unroute(pair->east.engine, names[i], 1, pair->now);
		assert_int_equal(pair->east.last_code, CONTROL_NO_PEER_ADDRESS);
	}
	ike_engine_up(pair->east.engine, "hub[9]", false, 1, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_UNKNOWN_NAME);
	pair_free(pair);
}

/* --- which connection --- */

static const struct {
	const char *what, *first, *second, *road;
	const char *expected; /* NULL: refused */
} choices[] = {
	{ "what is for this host comes before what is for any", HUB,
	  "conn b\n" US " right=" HOME "\n rightid=@one\n authby=secret\n",
	  ROAD("a", HOME, "@one"), "b[0] " },
	{ "of others there what is for any", HUB,
	  "conn b\n" US " right=" HOME "\n rightid=@two\n authby=secret\n",
	  ROAD("a", HOME, "@one"), "hub[1] " HOME },
	{ "what is for its id comes before what is for all", HUB,
	  "conn b\n" US " right=%any\n rightid=@one\n authby=secret\n",
	  ROAD("a", HOME, "@one"), "b[1] " HOME },
	{ "only its id", HUB " rightid=@two\n", HUB " rightid=@two\n", ROAD("a", HOME, "@one"),
	  NULL },
	{ "what has its selectors", HUB,
	  "conn b\n" US " right=%any\n rightsubnet=10.1.0.0/16\n authby=secret\n", ONE,
	  "b[1] " HOME },
	{ "not more than its own address", HUB, HUB, ONE, NULL },
	{ "of all that there is its own address", HUB " narrowing=yes\n",
	  HUB " narrowing=yes\n",
	  ROAD("a", HOME, "@one") " leftsubnet=0.0.0.0/0\n narrowing=yes\n", "hub[1] " HOME },
	{ "not more than there is", HUB " rightsubnet=10.1.2.0/24\n",
	  HUB " rightsubnet=10.1.2.0/24\n", ONE, NULL },
	{ "a part of what there is", NETS, NETS, ONE, "hub[1] " HOME },
};

static void test_choice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct pair *pair = pair_with(NULL, choices[i].first, choices[i].road);
		const char *expected = choices[i].expected;

		print_message("%s\n", choices[i].what);
		pair_add(&pair->east, choices[i].second);
		pair_up_named(pair, "a", expected == NULL ? CONTROL_FATAL : CONTROL_OK);
		assert_children(pair, NULL, expected == NULL ? "" : expected);
		pair_free(pair);
	}
}

/* Without selectors in IKE_AUTH it is the first one, and then what it asks for. */
static void test_switch_after_selectors(void **state)
{
	struct pair *pair = pair_with(NULL, HUB " rightsubnet=10.9.0.0/16\n",
				      ONE " childless=prefer\n");

	(void)state;
	pair_add(&pair->east, "conn b\n" US " right=%any\n rightsubnet=10.1.0.0/16\n"
			      " authby=secret\n");
	pair_up_named(pair, "a", CONTROL_OK);
	assert_connections(pair, "hub[0] , hub[1] " HOME ", b[0] , b[1] " HOME);
	assert_children(pair, NULL, "b[1] " HOME);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	ike_engine_down(pair->west.engine, "a", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_connections(pair, "hub[0] , b[0] ");
	pair_free(pair);
}

/* --- peers that move, come back, or are somebody else --- */

static void leave_home(struct pair *pair, const char *conn)
{
	pair->loses = lose_all;
	ike_engine_delete(pair->west.engine, "a", 0, pair->now);
	pair_advance(pair, SECONDS(120));
	pair->loses = NULL;
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { AWAY });
	pair_add(&pair->west, conn);
}

#define FROM_AWAY ROAD("a", AWAY, "@one")

static const struct {
	const char *what, *setup, *conn;
	enum control_code expected;
	const char *connections;
} returns[] = {
	{ "yes: it is the same one", " uniqueids=yes\n", FROM_AWAY " initial-contact=no\n",
	  CONTROL_OK, "hub[0] , hub[1] " AWAY },
	{ "no: both stay", " uniqueids=no\n", FROM_AWAY " initial-contact=no\n", CONTROL_OK,
	  "hub[0] , hub[1] " HOME ", hub[2] " AWAY },
	{ "never: both stay", " uniqueids=never\n", FROM_AWAY " initial-contact=yes\n", CONTROL_OK,
	  "hub[0] , hub[1] " HOME ", hub[2] " AWAY },
	{ "no: it says that it has no other", " uniqueids=no\n", FROM_AWAY " initial-contact=yes\n",
	  CONTROL_OK, "hub[0] , hub[2] " AWAY },
	{ "keep: who is there stays", " uniqueids=keep\n", FROM_AWAY " initial-contact=no\n",
	  CONTROL_FATAL, "hub[0] , hub[1] " HOME },
	{ "keep: it says that it has no other", " uniqueids=keep\n",
	  FROM_AWAY " initial-contact=yes\n", CONTROL_OK, "hub[0] , hub[1] " AWAY },
};

static void test_the_same_id_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(returns); i++) {
		struct pair *pair = pair_with(returns[i].setup, HUB, ROAD("a", HOME, "@one"));

		print_message("%s\n", returns[i].what);
		pair_up_named(pair, "a", CONTROL_OK);
		leave_home(pair, returns[i].conn);
		pair_up_named(pair, "a", returns[i].expected);
		pair_advance(pair, SECONDS(1));
		assert_connections(pair, returns[i].connections);
		if (strstr(returns[i].connections, "hub[1] " AWAY) != NULL)
			assert_traffic(pair, "hub[1]", "[192.0.2.0/24===" AWAY "/32]");
		assert_int_equal(pair->east.kernel.errors, 0);
		pair_free(pair);
	}
}

static void test_mobike(void **state)
{
	struct pair *pair = pair_with(NULL, HUB " mobike=yes\n",
				      ROAD("a", HOME, "@one") " mobike=yes\n");

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { AWAY });
	pair_advance(pair, SECONDS(30));
	assert_connections(pair, "hub[0] , hub[1] " AWAY);
	/* what they agreed on is for where it was */
	assert_traffic(pair, NULL, "[192.0.2.0/24===" HOME "/32]");
	ike_engine_rekey(pair->west.engine, "a", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair->east.kernel.sa_count, 2);
	pair_free(pair);
}

/* Where it is seen is the NAT's; what is inside has to be said for it. */
static void test_behind_a_nat(void **state)
{
	static const struct {
		const char *more, *expected;
	} rows[] = {
		{ "", "" },
		{ " rightsubnet=192.1.2.0/24\n narrowing=yes\n", "[192.0.2.0/24===" HOME "/32]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char hub[512];
		struct pair *pair;

		(void)snprintf(hub, sizeof(hub), "%s%s", HUB, rows[i].more);
		pair = pair_with(NULL, hub, ROAD("a", HOME, "@one"));
		pair->nat = (struct pair_nat) { .on = true, .ike_port = 10500, .nat_port = 14500 };
		assert_true(address_parse(AWAY, &pair->nat.address));
		pair_up_named(pair, "a", i == 0 ? CONTROL_FATAL : CONTROL_OK);
		assert_traffic(pair, NULL, rows[i].expected);
		if (i > 0)
			assert_children(pair, NULL, "hub[1] " AWAY);
		pair_free(pair);
	}
}

static void test_transport(void **state)
{
	static const char hub[] = "conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n"
				  " authby=secret\n type=transport\n";
	static const char road[] = "conn a\n right=192.1.2.23\n rightid=@east\n left=" HOME "\n"
				   " leftid=@one\n authby=secret\n type=transport\n";
	struct pair *pair = pair_with(NULL, hub, road);

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	assert_traffic(pair, "hub[1]", "[192.1.2.23/32===" HOME "/32]");
	assert_int_equal(pair->east.kernel.policy_count, 2);
	pair_free(pair);
}

/* The selectors are the two ends, so what a NAT makes of them is known. Of two hosts behind it the
 * kernel could not tell the packets apart. */
static void test_transport_behind_a_nat(void **state)
{
	static const char hub[] = "conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n"
				  " authby=secret\n type=transport\n";
	static const char road[] = " right=192.1.2.23\n rightid=@east\n left=" HOME "\n"
				   " authby=secret\n type=transport\n";
	char one[512], two[512];
	struct pair *pair;

	(void)state;
	(void)snprintf(one, sizeof(one), "conn a\n leftid=@one\n%s", road);
	(void)snprintf(two, sizeof(two), "conn b\n leftid=@two\n%s", road);
	pair = pair_with(NULL, hub, one);
	pair_add(&pair->west, two);
	pair->nat = (struct pair_nat) { .on = true, .ike_port = 10500, .nat_port = 14500 };
	assert_true(address_parse(AWAY, &pair->nat.address));
	pair_up_named(pair, "a", CONTROL_OK);
	assert_children(pair, NULL, "hub[1] " AWAY);
	assert_traffic(pair, "hub[1]", "[192.1.2.23/32===" AWAY "/32]");
	pair_up_named(pair, "b", CONTROL_FATAL);
	assert_int_equal(pair->east.kernel.policy_count, 2);
	pair_free(pair);
}

static void test_ipv6(void **state)
{
	static const char hub[] = "conn hub\n left=2001:db8::23\n leftid=@east\n"
				  " leftsubnet=2001:db8:2::/48\n right=%any\n authby=secret\n";
	static const char road[] = "conn a\n right=2001:db8::23\n rightid=@east\n"
				   " rightsubnet=2001:db8:2::/48\n left=2001:db8::45\n leftid=@one\n"
				   " authby=secret\n";
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_free(pair);
	pair = pair_with(NULL, HUB, ROAD("b", HOME, "@two"));
	pair_set_own(&pair->east, (const char *const[PAIR_OWN_MAX]) { "2001:db8::23", "192.1.2.23" });
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "2001:db8::45", HOME });
	pair_add(&pair->east, hub);
	pair_add(&pair->west, road);
	pair_up_named(pair, "a", CONTROL_OK);
	assert_children(pair, NULL, "hub[1] 2001:db8::45");
	assert_traffic(pair, NULL, "[2001:db8:2::/48===2001:db8::45/128]");
	pair_free(pair);
}

int main(void)
{
	char why[128];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_and_goes),
		cmocka_unit_test(test_nothing_before_authentication),
		cmocka_unit_test(test_rekeys_of_both_ends),
		cmocka_unit_test(test_liveness_ends_it),
		cmocka_unit_test(test_two_at_one_address),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_clones),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_delete_takes_them_along),
		cmocka_unit_test(test_replace_takes_them_along),
		cmocka_unit_test(test_commands_that_need_a_peer),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_switch_after_selectors),
		cmocka_unit_test(test_the_same_id_again),
		cmocka_unit_test(test_mobike),
		cmocka_unit_test(test_behind_a_nat),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_transport_behind_a_nat),
		cmocka_unit_test(test_ipv6),
	};

	int failed;

	if (crypto_start(NULL, why, sizeof(why)) == CRYPTO_NOT_STARTED)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_stop();
	return failed;
}
