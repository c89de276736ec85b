/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several connections that want the same selectors, of which the kernel has one policy: another
 * peer does not get them, and the same one takes over and gives back. East decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"

#define HOME "192.1.2.45"
#define AWAY "192.1.3.99"
#define US   " left=192.1.2.23\n leftid=@east\n leftsubnet=192.0.2.0/24\n authby=secret\n"
#define NET  " rightsubnet=10.1.0.0/16\n"
#define HUB  "conn hub\n" US " right=%any\n" NET
#define OTHER(name, host, id) "conn " name "\n" US " right=" host "\n rightid=" id "\n" NET
#define ROAD(name, host, id)                                                                \
	"conn " name "\n right=192.1.2.23\n rightid=@east\n rightsubnet=192.0.2.0/24\n"     \
	" left=" host "\n leftid=" id "\n leftsubnet=10.1.0.0/16\n authby=secret\n"           \
	" initial-contact=no\n"
#define GCM  " ike=aes_gcm256-sha2_512-dh31\n"
#define CBC  " ike=aes256-sha2_256-dh19\n"

static struct pair *pair_with(const char *setup, const char *const east[2],
			      const char *const west[2])
{
	struct pair *pair = pair_new(&(struct pair_setup) { .setup = setup });

	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	ike_engine_delete(pair->west.engine, "t", 0, pair->now);
	pair_secrets(&pair->west, ": PSK \"a secret that all share\"\n");
	pair_secrets(&pair->east, ": PSK \"a secret that all share\"\n");
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { HOME, AWAY });
	for (size_t i = 0; i < 2; i++) {
		if (east[i] != NULL)
			pair_add(&pair->east, east[i]);
		if (west[i] != NULL)
			pair_add(&pair->west, west[i]);
	}
	return pair;
}

static void down(struct side *side, const char *name)
{
	ike_engine_down(side->engine, name, 8, side->pair->now);
	pair_advance(side->pair, SECONDS(1));
}

/* East's three policies are those of a peer at that address. NULL: it has none. */
static void assert_policies(const struct pair *pair, const char *peer)
{
	const struct kernel_double *k = &pair->east.kernel;
	struct address expected;

	assert_int_equal(k->policy_count, peer == NULL ? 0 : 3);
	assert_int_equal(k->errors, 0);
	if (peer == NULL)
		return;
	assert_true(address_parse(peer, &expected));
	for (size_t i = 0; i < k->policy_count; i++) {
		const struct double_policy *p = &k->policies[i];

		assert_int_equal(p->kind, POLICY_PROTECT);
		assert_true(address_equal(p->direction == KERNEL_OUT ? &p->tunnel_destination
								     : &p->tunnel_source,
					  &expected));
	}
}

/* --- another peer --- */

static const struct {
	const char *what, *east[2];
} others[] = {
	{ "two instances", { HUB, NULL } },
	{ "two connections", { OTHER("x", HOME, "@one"), OTHER("y", AWAY, "@two") } },
	{ "a connection and an instance", { OTHER("x", HOME, "@one"), HUB } },
};

static void test_another_peer(void **state)
{
	const char *const west[] = { ROAD("a", HOME, "@one"), ROAD("b", AWAY, "@two") };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct pair *pair = pair_with(NULL, others[i].east, west);

		print_message("%s\n", others[i].what);
		pair_up_named(pair, "a", CONTROL_OK);
		assert_policies(pair, HOME);
		pair_up_named(pair, "b", CONTROL_FATAL);
		assert_policies(pair, HOME);
		assert_true(pair->east.reports[REPORT_REFUSED] >= 2);
		down(&pair->west, "b");
		/* it may have them as soon as nobody else does */
		down(&pair->west, "a");
		assert_policies(pair, NULL);
		pair_up_named(pair, "b", CONTROL_OK);
		assert_policies(pair, AWAY);
		pair_free(pair);
	}
}

/* --- a part of what another peer has --- */

#define WIDE "conn hub\n" US " right=%any\n rightsubnet=10.0.0.0/8\n narrowing=yes\n"
#define PART(net)                                                                           \
	"conn b\n right=192.1.2.23\n rightid=@east\n rightsubnet=192.0.2.0/24\n left=" AWAY   \
	"\n leftid=@two\n leftsubnet=" net "\n authby=secret\n"

static const struct {
	const char *what, *east[2], *b;
	enum control_code expected;
} parts[] = {
	{ "a part of another instance's", { WIDE, NULL }, PART("10.1.2.0/24"), CONTROL_FATAL },
	{ "more than another instance has", { WIDE, NULL }, PART("10.0.0.0/8"), CONTROL_FATAL },
	{ "something else", { WIDE, NULL }, PART("10.2.0.0/16"), CONTROL_OK },
	{ "a part of a connection's", { OTHER("x", HOME, "@one"), WIDE }, PART("10.1.2.0/24"),
	  CONTROL_FATAL },
	{ "a part of a connection that has more than all peers together",
	  { "conn x\n" US " right=" HOME "\n rightid=@one\n rightsubnet=10.1.0.0/16\n",
	    "conn hub\n" US " right=%any\n rightsubnet=10.1.2.0/24\n narrowing=yes\n" },
	  PART("10.1.2.0/24"), CONTROL_OK },
};

static void test_a_part(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *const west[] = { ROAD("a", HOME, "@one"), parts[i].b };
		struct pair *pair = pair_with(NULL, parts[i].east, west);

		print_message("%s\n", parts[i].what);
		pair_up_named(pair, "a", CONTROL_OK);
		pair_up_named(pair, "b", parts[i].expected);
		assert_int_equal(pair->east.kernel.policy_count,
				 parts[i].expected == CONTROL_OK ? 6 : 3);
		pair_free(pair);
	}
}

/* Whoever initiates meets the same. */
static void test_an_initiator(void **state)
{
	const char *const east[] = { OTHER("x", HOME, "@one"), OTHER("y", AWAY, "@two") };
	const char *const west[] = { ROAD("a", HOME, "@one"), ROAD("b", AWAY, "@two") };
	struct pair *pair = pair_with(NULL, east, west);

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	ike_engine_up(pair->east.engine, "y", false, 7, pair->now);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->east.last_code, CONTROL_FATAL);
	assert_policies(pair, HOME);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	pair_free(pair);
}

static void test_a_trap(void **state)
{
	const char *const east[] = { OTHER("x", HOME, "@one"), OTHER("y", AWAY, "@two") };
	const char *const west[] = { ROAD("a", HOME, "@one"), ROAD("b", AWAY, "@two") };
	struct pair *pair = pair_with(NULL, east, west);

	(void)state;
	ike_engine_route(pair->east.engine, "x", 7, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	ike_engine_route(pair->east.engine, "y", 7, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_ROUTE);
	pair_up_named(pair, "b", CONTROL_FATAL);
	assert_policies(pair, HOME);
	ike_engine_unroute(pair->east.engine, "x", 7, pair->now);
	assert_policies(pair, NULL);
	pair_up_named(pair, "b", CONTROL_OK);
	pair_free(pair);
}

/* --- the same peer --- */

static bool lose_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

/* It says nothing more on what it had. */
static void forget(struct pair *pair, const char *name)
{
	pair->loses = lose_all;
	ike_engine_delete(pair->west.engine, name, 0, pair->now);
	pair_advance(pair, SECONDS(120));
	pair->loses = NULL;
}

static void test_the_same_peer(void **state)
{
	const char *const east[2] = { HUB, NULL };
	const char *const west[] = { ROAD("a", HOME, "@one"), ROAD("b", AWAY, "@one") };
	struct pair *pair = pair_with(" uniqueids=no\n", east, west);

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	forget(pair, "a");
	assert_policies(pair, HOME);
	pair_up_named(pair, "b", CONTROL_OK);
	assert_policies(pair, AWAY);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	/* the older one comes back, and then goes */
	down(&pair->west, "b");
	assert_policies(pair, HOME);
	down(&pair->east, "hub[1]");
	assert_policies(pair, NULL);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_free(pair);
}

/* The older one goes first. */
static void test_the_older_goes(void **state)
{
	const char *const east[2] = { HUB, NULL };
	const char *const west[] = { ROAD("a", HOME, "@one"), ROAD("b", AWAY, "@one") };
	struct pair *pair = pair_with(" uniqueids=no\n", east, west);

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	pair_up_named(pair, "b", CONTROL_OK);
	assert_policies(pair, AWAY);
	down(&pair->west, "a");
	assert_policies(pair, AWAY);
	down(&pair->west, "b");
	assert_policies(pair, NULL);
	pair_free(pair);
}

/* What has them no more moves. */
static void test_the_older_moves(void **state)
{
	const char *const east[2] = { HUB " mobike=yes\n", NULL };
	const char *const west[] = { ROAD("a", HOME, "@one") " mobike=yes\n",
				     ROAD("b", AWAY, "@one") " mobike=yes\n" };
	struct pair *pair = pair_with(" uniqueids=no\n", east, west);

	(void)state;
	pair_up_named(pair, "a", CONTROL_OK);
	pair_up_named(pair, "b", CONTROL_OK);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.3.98", AWAY });
	pair_advance(pair, SECONDS(30));
	assert_policies(pair, AWAY);
	ike_engine_down(pair->west.engine, "b", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_policies(pair, "192.1.3.98");
	pair_free(pair);
}

/* The trap of one under the policies of another, which has another proposal. */
static void test_a_trap_of_the_same_peer(void **state)
{
	const char *const east[] = { OTHER("x", HOME, "@one") CBC, OTHER("y", AWAY, "@one") GCM };
	const char *const west[2] = { ROAD("b", AWAY, "@one") GCM, NULL };
	struct pair *pair = pair_with(NULL, east, west);

	(void)state;
	ike_engine_route(pair->east.engine, "x", 7, pair->now);
	assert_policies(pair, HOME);
	pair_up_named(pair, "b", CONTROL_OK);
	assert_policies(pair, AWAY);
	down(&pair->west, "b");
	assert_policies(pair, HOME);
	pair_up_named(pair, "b", CONTROL_OK);
	ike_engine_unroute(pair->east.engine, "x", 7, pair->now);
	assert_policies(pair, AWAY);
	down(&pair->west, "b");
	assert_policies(pair, NULL);
	pair_free(pair);
}

/* What the kernel does not take leaves what was there. */
static void test_a_refusal_of_the_kernel(void **state)
{
	const char *const east[] = { OTHER("x", HOME, "@one") CBC, OTHER("y", AWAY, "@one") GCM };
	const char *const west[2] = { ROAD("b", AWAY, "@one") GCM, NULL };

	(void)state;
	for (unsigned i = 3; i < 6; i++) { /* after both SAs */
		struct pair *pair = pair_with(NULL, east, west);

		ike_engine_route(pair->east.engine, "x", 7, pair->now);
		pair->east.kernel.refuse_in = i;
		pair_up_named(pair, "b", CONTROL_FATAL);
		assert_int_equal(pair->east.kernel.refuse_in, 0);
		assert_policies(pair, HOME);
		assert_int_equal(pair->east.kernel.sa_count, 0);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_peer),
		cmocka_unit_test(test_a_part),
		cmocka_unit_test(test_an_initiator),
		cmocka_unit_test(test_a_trap),
		cmocka_unit_test(test_the_same_peer),
		cmocka_unit_test(test_the_older_goes),
		cmocka_unit_test(test_the_older_moves),
		cmocka_unit_test(test_a_trap_of_the_same_peer),
		cmocka_unit_test(test_a_refusal_of_the_kernel),
	};
	char why[256];
	int failed;

	if (crypto_start(NULL, why, sizeof(why)) == CRYPTO_NOT_STARTED)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_stop();
	return failed;
}
