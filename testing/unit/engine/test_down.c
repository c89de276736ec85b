/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a connection down, whatever it is doing: nothing of it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

static void down(struct pair *pair, struct side *side)
{
	ike_engine_down(side->engine, "t", 7, pair->now);
}

/* It keeps its policies while it waits, so that nothing leaves unprotected. */
static void test_while_waiting_for_revival(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	(void)state;
	pair_up(pair);
	down(pair, &pair->east);
	pair_run(pair);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	down(pair, &pair->west);
	assert_int_equal(pair->west.kernel.policy_count, 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_while_waiting_for_revival),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
