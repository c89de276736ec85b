/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A head that waits to take over, while one that was rekeyed before goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

static bool lose_auth_of_east(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	return packet->sender == &pair->east &&
	       ike_header_read(buffer_bytes(&packet->bytes), &h) == WIRE_OK &&
	       h.exchange == EXCHANGE_IKE_AUTH;
}

/* Of the only one that sends. */
static uint32_t spi_out(const struct side *side)
{
	uint32_t spi = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++) {
		if (side->kernel.sas[i].direction != KERNEL_OUT)
			continue;
		assert_int_equal(spi, 0);
		spi = side->kernel.sas[i].spi;
	}
	return spi;
}

/* The rekeyed one has drained, and what replaced it is there: west may not have the newest yet. */
static void what_has_drained_proves_nothing(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " reauth=yes\n",
							    .east = " reauth=yes\n" });

	uint32_t before;

	(void)state;
	pair_up(pair);
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(1));
	before = spi_out(&pair->east);
	pair->loses = lose_auth_of_east;
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 9, pair->now);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(pair_ike_count(&pair->east), 2);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(spi_out(&pair->east), before);
	pair->loses = NULL;
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_not_equal(spi_out(&pair->east), before);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_drained_proves_nothing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
