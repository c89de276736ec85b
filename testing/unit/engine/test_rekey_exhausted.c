/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both ends rekey a Child SA at once, and one of them has used it up meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

/* What sends at east arrives at west. Looked at before each datagram arrives. */
static bool check_and_lose_none(struct pair *pair, const struct packet *packet)
{
	const struct ike_sa *sa = pair_ike(&pair->east);

	(void)packet;
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);
		const struct child_sa *twin =
			child_sa_find_spi(&pair->west.engine->w, child->spi_out);

		if (child->outbound && child->state == CHILD_UP && child->replaces != 0)
			assert_true(twin != NULL && twin->inbound);
	}
	return false;
}

static void use_up(struct side *side)
{
	for (size_t i = 0; i < side->kernel.sa_count; i++) {
		struct double_sa *sa = &side->kernel.sas[i], gone = *sa;

		if (sa->direction != KERNEL_OUT)
			continue;
		*sa = side->kernel.sas[--side->kernel.sa_count];
		ike_engine_on_expire(side->engine, gone.spi, &gone.destination, side->pair->now);
		return;
	}
}

/* Whoever loses does not close the old one: what replaces it is there. Nonces decide who does. */
static void the_loser_leaves_the_old_one_to_the_winner(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 8; i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { 0 });

		pair->random += i;
		pair_up(pair);
		ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
		ike_engine_rekey(pair->east.engine, "t", REKEY_CHILD, 9, pair->now);
		use_up(&pair->west);
		pair->loses = check_and_lose_none;
		pair_advance(pair, SECONDS(10));
		pair->loses = NULL;
		assert_int_equal(pair_ike_count(&pair->west), 1);
		assert_int_equal(pair_shared_sas(pair), 2);
		pair_free(pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loser_leaves_the_old_one_to_the_winner),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
