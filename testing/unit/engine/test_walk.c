/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over what can be seen: so much in a turn, while things come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"
#include "views.h"

/* More than the names that are sorted at once, of which a few are up. */
enum { LOADED = 5000, EVERY = 250, UP = LOADED / EVERY, SOME = 15 };

static void add(struct side *side, unsigned i)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "conn n%04u\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
		       " rightid=@east\n leftsubnet=10.%u.%u.0/24\n rightsubnet=10.200.0.0/16\n"
		       " authby=secret\n",
		       i, i / 256, i % 256);
	pair_add(side, text);
}

/* Loaded in no order of their names: 7 goes round all of them. */
static struct pair *pair_with(unsigned count)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	for (unsigned i = 0; i < count; i++) {
		add(&pair->west, i * 7 % count);
		add(&pair->east, i * 7 % count);
	}
	return pair;
}

struct seen {
	unsigned count;
	char last[64];  /* name */
};

static void see_child(void *context, const struct child_view *view)
{
	struct seen *seen = context;

	assert_true(strcmp(seen->last, view->name) < 0);
	(void)snprintf(seen->last, sizeof(seen->last), "%s", view->name);
	seen->count++;
}

static void see_connection(void *context, const struct connection_view *view)
{
	struct seen *seen = context;

	(void)snprintf(seen->last, sizeof(seen->last), "%s", view->name);
	seen->count++;
}

static void see_ike(void *context, const struct ike_view *view)
{
	struct seen *seen = context;

	assert_true(view->newest);
	seen->count++;
}

static const struct engine_walk_calls children = { .child = see_child },
				      connections = { .connection = see_connection },
				      ikes = { .ike = see_ike };

/* A walk over west, as far as `turns` go. */
static bool walk_on(struct pair *pair, struct engine_walk *walk, struct seen *seen, unsigned max,
		    unsigned turns)
{
	bool more = true;

	while (turns-- > 0 && more) {
		unsigned before = seen->count;

		more = engine_walk_on(pair->west.engine, walk, max, pair->now);
		assert_in_range(seen->count - before, 0, max);
	}
	return more;
}

static struct engine_walk *walk_of(struct pair *pair, const char *name,
				   const struct engine_walk_calls *calls, struct seen *seen)
{
	*seen = (struct seen) { 0 };
	return engine_walk_new(pair->west.engine, name, calls, seen);
}

static void up_some(struct pair *pair, unsigned every, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%04u", i * every);
		pair_up_named(pair, name, CONTROL_OK);
	}
}

static void child_sas_come_by_name_whatever_was_loaded_first(void **state)
{
	struct pair *pair = pair_with(LOADED);
	struct engine_walk *walk;
	struct seen seen;

	(void)state;
	up_some(pair, EVERY, UP);
	walk = walk_of(pair, NULL, &children, &seen);
	assert_false(walk_on(pair, walk, &seen, 3, 1000));
	assert_int_equal(seen.count, UP);
	assert_string_equal(seen.last, "n4750");
	engine_walk_free(walk);
	pair_free(pair);
}

static void a_turn_looks_at_so_many_even_if_it_shows_none(void **state)
{
	struct pair *pair = pair_with(LOADED);
	struct engine_walk *walk;
	struct seen seen;

	(void)state;
	walk = walk_of(pair, "n0000", &connections, &seen);
	assert_true(walk_on(pair, walk, &seen, 100, 5));
	assert_false(walk_on(pair, walk, &seen, 100, 50));
	assert_int_equal(seen.count, 1);
	engine_walk_free(walk);
	pair_free(pair);
}

static void what_goes_in_between_is_left_out_and_the_rest_is_not(void **state)
{
	static const struct engine_walk_calls *const kinds[] = { &connections, &children, &ikes };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pair *pair = pair_with(SOME);
		struct engine_walk *walk;
		struct seen seen;

		up_some(pair, 1, SOME);
		walk = walk_of(pair, NULL, kinds[i], &seen);
		assert_true(walk_on(pair, walk, &seen, 1, 2));
		/* Some are shown by now and some are not, whatever the order. */
		ike_engine_delete(pair->west.engine, "n0000", 0, pair->now);
		ike_engine_delete(pair->west.engine, "n0014", 0, pair->now);
		add(&pair->west, 77);
		pair_advance(pair, SECONDS(1));
		assert_false(walk_on(pair, walk, &seen, 1, 200));
		assert_in_range(seen.count, SOME - 2, SOME);
		engine_walk_free(walk);
		pair_free(pair);
	}
}

static void nothing_is_left_in_the_middle_of_a_walk(void **state)
{
	static const struct engine_walk_calls *const kinds[] = { &connections, &children, &ikes };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pair *pair = pair_with(SOME);
		struct engine_walk *walk;
		struct seen seen;

		up_some(pair, 1, SOME);
		walk = walk_of(pair, NULL, kinds[i], &seen);
		assert_true(walk_on(pair, walk, &seen, 1, 2));
		assert_true(ike_engine_shutdown(pair->west.engine, 0, pair->now));
		assert_false(walk_on(pair, walk, &seen, 1, 200));
		assert_in_range(seen.count, 1, 2);
		engine_walk_free(walk);
		pair_free(pair);
	}
}

static void a_name_of_a_walk_is_one_connection_or_all_of_an_alias(void **state)
{
	struct pair *pair = pair_with(3);
	struct engine_walk *walk;
	struct seen seen;

	(void)state;
	up_some(pair, 1, 3);
	walk = walk_of(pair, "n0001", &children, &seen);
	assert_false(walk_on(pair, walk, &seen, 10, 3));
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.last, "n0001");
	engine_walk_free(walk);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_sas_come_by_name_whatever_was_loaded_first),
		cmocka_unit_test(a_turn_looks_at_so_many_even_if_it_shows_none),
		cmocka_unit_test(what_goes_in_between_is_left_out_and_the_rest_is_not),
		cmocka_unit_test(nothing_is_left_in_the_middle_of_a_walk),
		cmocka_unit_test(a_name_of_a_walk_is_one_connection_or_all_of_an_alias),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
