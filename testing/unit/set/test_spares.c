/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clones beyond a host's CPUs, those of both ends for the same CPU, and those that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/create/rekey.h"
#include "pair/no_gap.h"
#include "provider.h"
#include "set_facts.h"

static void a_spare_takes_the_place_of_what_the_peer_deletes(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=2\n", .west_cpus = 4, .east_cpus = 2,
	});
	const struct child_sa *lost;

	(void)state;
	pair_up(pair);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	assert_int_equal(facts_count(&pair->east, KERNEL_OUT), 3);
	lost = facts_child(&pair->east, 1, false);
	facts_delete(&pair->west, child_sa_find_spi(&pair->west.engine->w, lost->spi_out));
	/* before west has made another; what is on its way to the lost one, and on it, arrives */
	pair_advance(pair, MILLISECONDS(700));
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	assert_int_equal(facts_count(&pair->east, KERNEL_OUT), 3);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 3);
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 4);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 15);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	pair_free(pair);
}

static bool loses_wests;

static bool wests_clones_are_lost(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	return loses_wests && p[18] == EXCHANGE_CREATE_CHILD_SA && (p[19] & FLAG_RESPONSE) == 0 &&
	       packet->sender == &pair->west;
}

static void what_both_made_for_the_same_cpu_is_given_back_by_one(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=3\n", .east = " clones=3\n",
	});

	(void)state;
	pair->loses = wests_clones_are_lost;
	loses_wests = true;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, MILLISECONDS(1200)); /* east's turn comes after a second */
	loses_wests = false;
	pair_advance(pair, SECONDS(3));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 7);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 7);
	assert_in_range(facts_count(&pair->west, KERNEL_IN), 5, 7); /* what may still arrive is taken */
	pair_advance(pair, SECONDS(30));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 7);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 7);
	assert_int_equal(pair->west.kernel.sa_count, 8);
	assert_int_equal(pair->east.kernel.sa_count, 8);
	/* and that is all */
	pair_advance(pair, SECONDS(600));
	assert_int_equal(pair->west.kernel.sa_count, 8);
	pair_free(pair);
}

static void nothing_is_given_back_to_another_daemon(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=3\n", .east = " clones=3\n",
	});

	(void)state;
	pair->loses = wests_clones_are_lost;
	loses_wests = true;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, MILLISECONDS(1200));
	loses_wests = false;
	pair_ike(&pair->east)->peer_is_cygnet = false;
	pair_advance(pair, SECONDS(60));
	/* the Deletes of those that were replaced prove that the peer has the others */
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 7);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 7);
	assert_int_equal(facts_count(&pair->west, KERNEL_IN), 7);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 7);
	assert_int_equal(facts_count(&pair->east, KERNEL_OUT), 4);
	/* and what the peer takes away is made good for */
	facts_delete(&pair->east, facts_child(&pair->east, 2, false));
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 7);
	pair_free(pair);
}

static unsigned requests;

static bool counts_requests(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	requests += p[18] == EXCHANGE_CREATE_CHILD_SA && (p[19] & FLAG_RESPONSE) == 0 &&
		    packet->sender == &pair->west;
	return false;
}

static void what_the_peer_refused_is_asked_for_when_something_changed(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=2\n max-clones=2\n",
	});
	struct child_sa *clone;

	(void)state;
	pair->loses = counts_requests;
	requests = 0;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 3);
	assert_int_equal(requests, 4); /* all at once, two of them in vain */
	pair_advance(pair, SECONDS(1800));
	assert_int_equal(requests, 4);
	/* there is room again: for one */
	clone = facts_child(&pair->west, 1, false);
	if (clone == NULL)
		clone = facts_child(&pair->west, 3, false);
	assert_non_null(clone);
	facts_delete(&pair->west, clone);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 3);
	assert_in_range(requests, 5, 7);
	pair_free(pair);
}

/* West's half of the only spare that east has. */
static struct child_sa *spares_maker(struct pair *pair)
{
	return child_sa_find_spi(&pair->west.engine->w,
				 facts_child(&pair->east, 1, true)->spi_out);
}

static void rekey_spare(struct pair *pair)
{
	rekey_child(&pair->west.engine->w, pair_ike(&pair->west), spares_maker(pair));
	pair_run(pair);
}

/* max-clones= is about those that are in use. */
static void what_was_rekeyed_and_drains_does_not_count(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=2\n", .east = " clones=1\n max-clones=3\n",
	});
	const struct child_sa *clone;

	(void)state;
	pair_up(pair);
	for (int i = 0; i < 4; i++)
		rekey_spare(pair);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 3 + 4);
	clone = facts_child(&pair->east, 1, false);
	facts_delete(&pair->west, child_sa_find_spi(&pair->west.engine->w, clone->spi_out));
	pair_advance(pair, SECONDS(4));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 3); /* another one was made for it */
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.kernel.sa_count, 6);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 3);
	pair_free(pair);
}

/* While it is on: answers that make Child SAs, and the Delete with this id. */
static bool loses_answers;
static uint32_t lost_delete;

static bool answers_and_a_delete_are_lost(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	assert_int_equal(ike_header_read(buffer_bytes(&packet->bytes), &h), WIRE_OK);
	if (packet->sender == &pair->east)
		return loses_answers && h.exchange == EXCHANGE_CREATE_CHILD_SA;
	return lost_delete != 0 && h.message_id == lost_delete &&
	       (h.flags & FLAG_RESPONSE) == 0;
}

/* The old one is gone when the answer comes, so the new one is not made; and the Delete that says so
 * is late. That the answer arrived proves nothing then. */
static void a_rekeyed_spare_is_used_only_when_its_maker_has_it(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.setup = " ike-window=2\n", .west = " clones=2\n", .east = " clones=1\n",
	});
	struct child_sa *spare, *clone;

	(void)state;
	pair_up(pair);
	pair->loses = answers_and_a_delete_are_lost;
	loses_answers = true;
	spare = facts_child(&pair->east, 1, true);
	rekey_spare(pair);
	facts_delete(&pair->east, spare);
	lost_delete = pair_ike(&pair->west)->next_message_id;
	loses_answers = false;
	pair_advance(pair, MILLISECONDS(600)); /* the request again, and its answer */
	assert_int_equal(pair_ike(&pair->west)->next_message_id, lost_delete + 1);
	clone = facts_child(&pair->east, 1, false);
	facts_delete(&pair->west, child_sa_find_spi(&pair->west.engine->w, clone->spi_out));
	for (uint32_t cpu = 0; cpu < 4; cpu++)
		assert_true(gap_has_inbound(&pair->west, gap_chosen(&pair->east, cpu)->spi));
	lost_delete = 0;
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 3);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 1);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spare_takes_the_place_of_what_the_peer_deletes),
		cmocka_unit_test(what_both_made_for_the_same_cpu_is_given_back_by_one),
		cmocka_unit_test(nothing_is_given_back_to_another_daemon),
		cmocka_unit_test(what_the_peer_refused_is_asked_for_when_something_changed),
		cmocka_unit_test(what_was_rekeyed_and_drains_does_not_count),
		cmocka_unit_test(a_rekeyed_spare_is_used_only_when_its_maker_has_it),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
