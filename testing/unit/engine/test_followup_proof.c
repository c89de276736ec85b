/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a responder believes that the peer has a Child SA of several exchanges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

#define LINES " esp=aes_gcm256-dh19;addke1=dh31\n clones=2\n"

/* Whom east believes to have a Child SA has it. Looked at before each datagram arrives. */
static bool check_and_lose_none(struct pair *pair, const struct packet *packet)
{
	const struct ike_sa *sa = pair_ike(&pair->east);

	(void)packet;
	if (sa == NULL)
		return false;
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);
		const struct child_sa *twin =
			child_sa_find_spi(&pair->west.engine->w, child->spi_out);

		if (child->role == ROLE_RESPONDER && child->proven)
			assert_true(child->inbound && twin != NULL && twin->inbound);
	}
	return false;
}

/* With a window of one each request says that the answer before it is there. */
static void its_own_followup_proves_nothing(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .setup = " ike-window=1\n",
							    .west = LINES,
							    .east = LINES });

	(void)state;
	pair->loses = check_and_lose_none;
	pair_up(pair);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->east.kernel.sa_count, 6);
	pair->loses = NULL;
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_followup_proves_nothing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
