/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer that says it has no other IKE SA with us (RFC 7296 2.4), and uniqueids=. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"

static const char second[] =
	"conn u\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
	" leftsubnet=192.0.5.0/24\n rightsubnet=192.0.6.0/24\n authby=secret\n auto=add\n";

/* Connection t between west and east, and u beside it with an IKE SA of its own. */
static struct pair *pair_of_two(const struct pair_setup *setup)
{
	struct pair *pair = pair_new(setup);

	pair_add(&pair->west, second);
	pair_add(&pair->east, second);
	return pair;
}

static void up(struct pair *pair, const char *name)
{
	ike_engine_up(pair->west.engine, name, false, 7, pair->now);
	pair_run(pair);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
}

static bool said_contact(const struct side *side, size_t index)
{
	LIST_FOR_EACH(link, &side->engine->w.ike_sas)
		if (index-- == 0)
			return LIST_OBJECT(link, struct ike_sa, link)->initial_contact;
	fail();
	return false;
}

static void test_said_with_the_first(void **state)
{
	struct pair *pair = pair_of_two(&(struct pair_setup) { 0 });

	(void)state;
	up(pair, "t");
	up(pair, "u");
	assert_true(said_contact(&pair->east, 0));
	assert_true(said_contact(&pair->west, 0));
	assert_false(said_contact(&pair->east, 1));
	assert_false(said_contact(&pair->west, 1));
	/* nor with what replaces the only one */
	ike_engine_down(pair->west.engine, "t", 4, pair->now);
	pair_run(pair);
	ike_engine_rekey(pair->west.engine, "u", REKEY_IKE, 5, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_false(said_contact(&pair->east, 0));
	pair_free(pair);
}

static void test_not_said(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " initial-contact=no\n" });

	(void)state;
	pair_up(pair);
	assert_false(said_contact(&pair->east, 0));
	assert_true(said_contact(&pair->west, 0));
	pair_free(pair);
}

/* West comes back without its memory, and brings t up alone. What east has of it then. */
static const struct {
	const char *what, *setup, *west;
	int64_t age;
	size_t ikes, sas;
} restarts[] = {
	{ "it says so", NULL, NULL, SECONDS(60), 1, 2 },
	{ "it does not say so", NULL, " initial-contact=no\n", SECONDS(60), 2, 4 },
	{ "its word is not wanted", " uniqueids=never\n", NULL, SECONDS(60), 2, 4 },
	{ "it says so, and both stay else", " uniqueids=no\n", NULL, SECONDS(60), 1, 2 },
	{ "it says so, and the older ones stay else", " uniqueids=keep\n", NULL, SECONDS(60), 1, 2 },
	{ "what it says it has not is of a moment ago", NULL, NULL, SECONDS(5), 2, 4 },
};

static void test_restarts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(restarts); i++) {
		struct pair *pair = pair_of_two(&(struct pair_setup) {
			.setup = restarts[i].setup });

		up(pair, "t");
		up(pair, "u");
		pair_advance(pair, restarts[i].age);
		pair_crash(&pair->west, restarts[i].west);
		up(pair, "t");
		/* an old one that the peer does not answer for any more is given up */
		pair_advance(pair, SECONDS(60));
		if (pair_ike_count(&pair->east) != restarts[i].ikes ||
		    pair->east.kernel.sa_count != restarts[i].sas)
			fail_msg("%s: %zu IKE SAs, %zu SAs", restarts[i].what,
				 pair_ike_count(&pair->east), pair->east.kernel.sa_count);
		assert_int_equal(pair->west.kernel.sa_count, 2);
		pair_free(pair);
	}
}

/* Who cannot prove that it is west ends nothing. */
static void test_not_authenticated(void **state)
{
	struct pair *pair = pair_of_two(&(struct pair_setup) { 0 });
	struct pair_picture before, after;

	(void)state;
	up(pair, "t");
	up(pair, "u");
	pair_advance(pair, SECONDS(60));
	pair_crash(&pair->west, NULL);
	pair_secrets(&pair->west, "@west @east : PSK \"another secret, of somebody else\"\n");
	before = pair_picture(pair);
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run(pair);
	assert_int_equal(pair->west.last_code, CONTROL_FATAL);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

/* uniqueids=keep: what is up stays, where it is with another address. */
static void test_keep(void **state)
{
	static const struct {
		const char *setup, *west;
		bool moved, refused;
	} rows[] = {
		{ " uniqueids=keep\n", " initial-contact=no\n", true, true },
		{ " uniqueids=keep\n", " initial-contact=no\n", false, false },
		{ " uniqueids=keep\n", NULL, true, false },
		{ " uniqueids=yes\n", " initial-contact=no\n", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .setup = rows[i].setup });

		pair_up(pair);
		pair_advance(pair, SECONDS(60));
		if (rows[i].moved)
			assert_true(address_parse("192.1.3.9",
						  &pair_ike(&pair->east)->remote.address));
		pair_crash(&pair->west, rows[i].west);
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, SECONDS(60));
		assert_int_equal(pair->west.last_code,
				 rows[i].refused ? CONTROL_FATAL : CONTROL_OK);
		assert_int_equal(pair_ike_count(&pair->east), 1);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_with_the_first),
		cmocka_unit_test(test_not_said),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_not_authenticated),
		cmocka_unit_test(test_keep),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
