/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address that an IKE SA is being initiated from goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

#define ROAD                                                                                       \
	"conn road\n left=192.1.2.45\n leftid=@west\n right=192.1.2.23\n rightid=@east\n"         \
	" leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n authby=secret\n"
#define HUB                                                                                        \
	"conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n rightid=@west\n mobike=yes\n"    \
	" leftsubnet=192.0.2.0/24\n rightsubnet=192.0.1.0/24\n authby=secret\n"

static const char *const away[PAIR_OWN_MAX] = { "192.1.3.99" };

static struct pair *pair_on_the_road(const char *road)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	ike_engine_delete(pair->west.engine, "t", 0, pair->now);
	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	pair_add(&pair->west, road);
	pair_add(&pair->east, HUB);
	return pair;
}

/* West's requests have arrived, and the answers go to where nobody is any more. */
static void strand_in(struct pair *pair, enum ike_state state)
{
	ike_engine_up(pair->west.engine, "road", false, 7, pair->now);
	while (pair_ike(&pair->west)->state != state) {
		if (!pair_deliver(pair))
			pair_run_jobs(pair);
	}
	while (pair->network != NULL && pair->network->sender == &pair->west)
		assert_true(pair_deliver(pair));
	pair_drop_all(pair);
	pair_set_own(&pair->west, away);
}

/* Before MOBIKE is agreed on the peer cannot be told: it begins again, and `up` goes on. */
static void it_begins_again_from_the_new_address(void **state)
{
	static const enum ike_state reached[] = { IKE_NEW, IKE_INIT_SENT, IKE_AUTH_SENT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reached); i++) {
		struct pair *pair = pair_on_the_road(ROAD " mobike=yes\n");

		strand_in(pair, reached[i]);
		pair_advance(pair, SECONDS(3));
		assert_int_equal(pair->west.commands_done, 1);
		assert_int_equal(pair->west.last_code, CONTROL_OK);
		pair_advance(pair, SECONDS(30));
		assert_true(address_equal(&pair_ike(&pair->east)->remote.address,
					  &pair->west.own[0]));
		assert_int_equal(pair_ike_count(&pair->east), 1);
		assert_int_equal(pair_shared_sas(pair), 2);
		pair_free(pair);
	}
}

/* Who may not have other addresses than the configured one waits for it. */
static void without_mobike_it_stays(void **state)
{
	struct pair *pair = pair_on_the_road(ROAD " mobike=no\n");

	(void)state;
	strand_in(pair, IKE_INIT_SENT);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.commands_done, 0);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { "192.1.2.45" });
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	pair_free(pair);
}

/* No address at all: it begins again when there is one. */
static void without_any_address_it_waits_for_one(void **state)
{
	struct pair *pair = pair_on_the_road(ROAD " mobike=yes\n");

	(void)state;
	ike_engine_up(pair->west.engine, "road", false, 7, pair->now);
	pair_set_own(&pair->west, (const char *const[PAIR_OWN_MAX]) { NULL });
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.commands_done, 0);
	pair_set_own(&pair->west, away);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair_shared_sas(pair), 2);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_again_from_the_new_address),
		cmocka_unit_test(without_mobike_it_stays),
		cmocka_unit_test(without_any_address_it_waits_for_one),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
