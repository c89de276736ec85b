/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends that move while their IKE SA is being replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pair/path_facts.h"
#include "provider.h"

static const char *const west_away[PAIR_OWN_MAX] = { "192.1.2.46" };
static uint64_t old_spi;
static unsigned to_lose;

static bool lose_first_delete(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	return packet->sender == &pair->west &&
	       ike_header_read(buffer_bytes(&packet->bytes), &h) == WIRE_OK &&
	       h.exchange == EXCHANGE_INFORMATIONAL && h.spi_i == old_spi &&
	       (h.flags & FLAG_RESPONSE) == 0 && to_lose > 0 && to_lose-- > 0;
}

/* The new IKE SA has heard of the new address, and the old one never does. */
static void the_delete_of_the_old_one_takes_no_address_back(void **state)
{
	struct pair *pair = pair_mobile(true);

	(void)state;
	old_spi = pair_ike(&pair->west)->spi_i;
	to_lose = 1;
	pair->loses = lose_first_delete;
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
	pair_run_jobs(pair);
	pair_set_own(&pair->west, west_away);
	/* The answer goes to where it was; it is asked for again. */
	pair_advance(pair, MILLISECONDS(700));
	assert_int_equal(to_lose, 0);
	assert_int_equal(pair_ike_count(&pair->east), 2);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair_ike_count(&pair->east), 1);
	pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
	assert_true(address_equal(&pair_ike(&pair->east)->remote.address,
				  &(struct address) { AF_INET, { 192, 1, 2, 46 } }));
	pair->loses = NULL;
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_delete_of_the_old_one_takes_no_address_back),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
