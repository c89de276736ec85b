/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets whose head is deleted while their clones are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"
#include "set_facts.h"

/* The exchanges of requests that were made since, in order. */
static char asked[64];

static bool notes_requests(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	size_t len = strlen(asked);

	(void)pair;
	if ((p[19] & FLAG_RESPONSE) == 0 && len + 1 < sizeof(asked))
		asked[len] = p[18] == EXCHANGE_IKE_SA_INIT	 ? 'i'
			     : p[18] == EXCHANGE_IKE_AUTH	 ? 'a'
			     : p[18] == EXCHANGE_CREATE_CHILD_SA ? 'c'
								 : 'n';
	return false;
}

static struct pair *pair_with_clones(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	pair->loses = notes_requests;
	memset(asked, 0, sizeof(asked));
	return pair;
}

static void delete_head(struct side *side)
{
	facts_delete(side, facts_child(side, 0, false));
}

static void the_head_comes_first_and_the_clones_stay(void **state)
{
	struct pair *pair = pair_with_clones(" clones=3\n", " clones=3\n");
	uint64_t ike = pair_ike(&pair->west)->id;
	uint32_t spi = facts_spi_out(&pair->west, 1);

	(void)state;
	delete_head(&pair->east);
	/* what the clones carry is still protected, and so is all else */
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x7);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.kernel.sa_count, 8);
	assert_int_equal(pair->east.kernel.sa_count, 8);
	assert_int_equal(pair_shared_sas(pair), 8);
	assert_true(pair_ike(&pair->west)->id == ike);
	assert_int_equal(facts_spi_out(&pair->west, 1), spi);
	/* the Delete, one Child SA, and the word that all is done */
	assert_string_equal(asked, "ncn");
	pair_free(pair);
}

static void do_not_want(struct side *side)
{
	struct connection *c = connection_find_name(&side->engine->w.connections, "t");

	c->set->wanted = c->keep_up = false;
}

static void also_by_the_end_that_did_not_make_it(void **state)
{
	struct pair *pair = pair_with_clones(" clones=3\n", " clones=3\n");

	(void)state;
	ike_engine_up(pair->east.engine, "t", false, 9, pair->now);
	do_not_want(&pair->west);
	delete_head(&pair->west);
	pair_advance(pair, SECONDS(8));
	assert_int_equal(pair->west.kernel.sa_count, 8);
	assert_int_equal(pair->east.kernel.sa_count, 8);
	assert_string_equal(asked, "ncn");
	pair_free(pair);
}

static void a_clone_that_went_with_it_comes_after_it(void **state)
{
	struct pair *pair = pair_with_clones(" clones=3\n", " clones=1\n");

	(void)state;
	facts_delete(&pair->west, facts_child(&pair->west, 2, false));
	delete_head(&pair->west);
	pair_advance(pair, SECONDS(6));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 4);
	assert_string_equal(asked, "nnccn");
	pair_free(pair);
}

static bool loses_east;

static bool loses_what_east_asks(struct pair *pair, const struct packet *packet)
{
	return loses_east && packet->sender == &pair->east &&
	       (packet->bytes.ptr[19] & FLAG_RESPONSE) == 0;
}

/* The head's Delete is lost once, and meanwhile a clone is asked for: that is no head now. */
static void a_clone_on_its_way_does_not_become_the_head(void **state)
{
	struct pair *pair = pair_with_clones(" clones=3\n", " clones=3\n");

	(void)state;
	pair->loses = loses_what_east_asks;
	facts_delete(&pair->east, facts_child(&pair->east, 2, false));
	pair_advance(pair, MILLISECONDS(800));
	loses_east = true;
	delete_head(&pair->east);
	pair_advance(pair, MILLISECONDS(400));
	loses_east = false;
	assert_null(facts_child(&pair->east, 0, false));
	pair_advance(pair, SECONDS(8));
	for (uint32_t slot = 0; slot <= 3; slot++)
		assert_non_null(facts_child(&pair->west, slot, false));
	assert_int_equal(facts_child(&pair->west, 0, false)->spi_out,
			 facts_child(&pair->east, 0, false)->spi_in);
	assert_int_equal(pair_shared_sas(pair), 8);
	pair_free(pair);
}

static bool refused;

static bool refuses_heads(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	struct buffer answer = { 0 };
	struct inner inner;

	(void)notes_requests(pair, packet);
	if (refused || packet->sender != &pair->west || p[18] != EXCHANGE_CREATE_CHILD_SA)
		return false;
	refused = true;
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_NO_ADDITIONAL_SAS, (struct bytes) { 0 });
	pair_seal(&pair->east, EXCHANGE_CREATE_CHILD_SA, true,
		  (uint32_t)p[22] << 8 | p[23], &inner, &answer);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&answer));
	buffer_done(&answer);
	return true;
}

static void a_peer_that_does_not_want_it_gets_the_set_anew(void **state)
{
	struct pair *pair = pair_with_clones(" clones=2\n", " clones=2\n");
	uint64_t ike = pair_ike(&pair->west)->id;

	(void)state;
	refused = false;
	pair->loses = refuses_heads;
	delete_head(&pair->east);
	pair_advance(pair, SECONDS(8));
	assert_true(refused);
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_true(pair_ike(&pair->west)->id != ike);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x3);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

/* West wants it no more than east does: traffic brought it up. */
static void who_does_not_want_the_set_waits_a_while_for_the_peer(void **state)
{
	struct pair *pair = pair_with_clones(" clones=2\n", " clones=2\n");

	(void)state;
	do_not_want(&pair->west);
	delete_head(&pair->west);
	pair_advance(pair, SECONDS(9));
	assert_int_equal(pair->west.kernel.sa_count, 4);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.policy_count, 0);
	assert_int_equal(pair->east.kernel.policy_count, 0);
	pair_free(pair);
}

static void nothing_stays_when_the_clones_go_after_the_head(void **state)
{
	struct pair *pair = pair_with_clones(" clones=1\n", " clones=1\n");

	(void)state;
	do_not_want(&pair->west);
	delete_head(&pair->west);
	facts_delete(&pair->west, facts_child(&pair->west, 1, false));
	assert_int_equal(pair->west.kernel.policy_count, 0);
	assert_int_equal(pair->east.kernel.policy_count, 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_comes_first_and_the_clones_stay),
		cmocka_unit_test(also_by_the_end_that_did_not_make_it),
		cmocka_unit_test(a_clone_that_went_with_it_comes_after_it),
		cmocka_unit_test(a_clone_on_its_way_does_not_become_the_head),
		cmocka_unit_test(a_peer_that_does_not_want_it_gets_the_set_anew),
		cmocka_unit_test(who_does_not_want_the_set_waits_a_while_for_the_peer),
		cmocka_unit_test(nothing_stays_when_the_clones_go_after_the_head),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
