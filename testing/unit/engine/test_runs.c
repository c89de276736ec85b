/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands for more connections than have their turn in one call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "pair/engine_pair.h"

enum { MANY = 200 };

static struct pair *pair_with_many(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	for (unsigned i = 0; i < MANY; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "conn m%u\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
			       " rightid=@east\n leftsubnet=10.1.%u.0/24\n rightsubnet=10.2.0.0/16\n"
			       " authby=secret\n auto=add\n connalias=many\n",
			       i, i);
		pair_add(&pair->west, text);
	}
	return pair;
}

static unsigned loaded(const struct pair *pair)
{
	struct engine_counts counts;

	ike_engine_counts(pair->west.engine, &counts);
	return counts.connections;
}

static void a_command_for_many_is_done_in_several_turns_and_answered_once(void **state)
{
	struct pair *pair = pair_with_many();
	unsigned before = pair->west.commands_done;

	(void)state;
	ike_engine_delete(pair->west.engine, "many", 7, pair->now);
	assert_in_range(loaded(pair), 2, MANY);
	assert_int_equal(pair->west.commands_done, before);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(loaded(pair), 1); /* t */
	assert_int_equal(pair->west.commands_done, before + 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	pair_free(pair);
}

static void commands_that_come_meanwhile_wait(void **state)
{
	struct pair *pair = pair_with_many();
	unsigned before = pair->west.commands_done;

	(void)state;
	ike_engine_up(pair->west.engine, "many", true, 7, pair->now);
	ike_engine_down(pair->west.engine, "m199", 8, pair->now);
	assert_int_equal(pair->west.commands_done, before);
	pair_advance(pair, MILLISECONDS(1));
	/* both are over, and in that order: or the last one would be on its way up */
	assert_int_equal(pair->west.commands_done, before + 2);
	ike_engine_down(pair->west.engine, "many", 9, pair->now);
	pair_advance(pair, SECONDS(40));
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	pair_free(pair);
}

static void a_client_that_goes_is_not_answered_and_the_rest_is_done(void **state)
{
	struct pair *pair = pair_with_many();
	unsigned before = pair->west.commands_done;

	(void)state;
	ike_engine_delete(pair->west.engine, "many", 7, pair->now);
	ike_engine_forget_command(pair->west.engine, 7);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.commands_done, before);
	assert_int_equal(loaded(pair), 1);
	pair_free(pair);
}

static void a_shutdown_in_between_answers_it_and_is_done_in_several_turns(void **state)
{
	struct pair *pair = pair_with_many();
	unsigned before = pair->west.commands_done;

	(void)state;
	ike_engine_delete(pair->west.engine, "many", 7, pair->now);
	assert_false(ike_engine_shutdown(pair->west.engine, 8, pair->now));
	assert_int_equal(pair->west.commands_done, before + 1);
	assert_in_range(loaded(pair), 1, MANY);
	while (!ike_engine_shutdown(pair->west.engine, 8, pair->now))
		pair_advance(pair, MILLISECONDS(1));
	assert_int_equal(pair->west.commands_done, before + 2);
	assert_int_equal(loaded(pair), 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_for_many_is_done_in_several_turns_and_answered_once),
		cmocka_unit_test(commands_that_come_meanwhile_wait),
		cmocka_unit_test(a_client_that_goes_is_not_answered_and_the_rest_is_done),
		cmocka_unit_test(a_shutdown_in_between_answers_it_and_is_done_in_several_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
