/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A newer IKE SA of the same connection takes over from the older one, and nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ike/exchange/ends.h"
#include "ike/exchange/send.h"
#include "pair/no_gap.h"
#include "provider.h"

static size_t count_outbound(const struct side *side)
{
	size_t count = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		count += side->kernel.sas[i].direction == KERNEL_OUT;
	return count;
}

/* A new IKE SA beside the one that is up. */
static void begin_again(struct side *side)
{
	init_i_start(&side->engine->w, gap_connection(side));
}

static const struct {
	const char *what, *both;
	bool west, east; /* who begins a new one */
	size_t sas;      /* in the end */
} rows[] = {
	{ "the initiator", NULL, true, false, 2 },
	{ "the responder", NULL, false, true, 2 },
	{ "both at once", NULL, true, true, 2 },
	{ "with clones", " clones=2\n", true, false, 6 },
	{ "both at once, with clones", " clones=2\n", true, true, 6 },
	{ "without a Child SA at first", " childless=prefer\n", true, false, 2 },
	{ "both, without a Child SA at first", " childless=prefer\n clones=1\n", true, true, 4 },
};

static void test_no_gap(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = rows[i].both,
								    .east = rows[i].both });
		uint64_t before[2];

		print_message("%s\n", rows[i].what);
		pair_up(pair);
		before[0] = gap_ike(&pair->west)->spi_i;
		before[1] = gap_ike(&pair->west)->spi_r;
		pair->loses = gap_watch;
		if (rows[i].west)
			begin_again(&pair->west);
		if (rows[i].east)
			begin_again(&pair->east);
		pair_advance(pair, SECONDS(30));
		gap_assert_one_set(pair, rows[i].sas);
		assert_true(gap_ike(&pair->west)->spi_i != before[0]);
		assert_true(gap_ike(&pair->west)->spi_i == gap_ike(&pair->east)->spi_i);
		pair->loses = NULL;
		pair_free(pair);
	}
}

static bool loses_answer(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	(void)gap_watch(pair, packet);
	return ike_header_read(buffer_bytes(&packet->bytes), &h) == WIRE_OK &&
	       h.exchange == EXCHANGE_IKE_AUTH && (h.flags & FLAG_RESPONSE) != 0;
}

/* The responder does not send on what the initiator does not have yet. */
static void test_answer_that_is_late(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	pair->loses = loses_answer;
	begin_again(&pair->west);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(count_outbound(&pair->east), 1);
	assert_int_equal(count_outbound(&pair->west), 1);
	assert_true(pair->lost > 2);
	pair->loses = gap_watch;
	pair_advance(pair, SECONDS(30));
	gap_assert_one_set(pair, 2);
	pair->loses = NULL;
	pair_free(pair);
}

/* It never comes: what was there stays. */
static void test_initiator_that_goes_away(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	const struct ike_sa *sa;

	(void)state;
	pair_up(pair);
	sa = gap_ike(&pair->east);
	pair->loses = loses_answer;
	begin_again(&pair->west);
	pair_advance(pair, SECONDS(80));
	assert_ptr_equal(gap_ike(&pair->east), sa);
	gap_assert_one_set(pair, 2);
	pair->loses = NULL;
	pair_free(pair);
}

/* The peer lost its memory, and does not say so: the old IKE SA is given up, and the new one is used
 * as soon as the peer shows that it has it. */
static void test_peer_that_forgot(void **state)
{
	static const char more[] = " initial-contact=no\n clones=2\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = more, .east = more });

	(void)state;
	pair_up(pair);
	pair_crash(&pair->west, more);
	pair_up(pair);
	pair_advance(pair, SECONDS(1));
	assert_true(gap_has_inbound(&pair->west, gap_chosen(&pair->east, KERNEL_CPU_NONE)->spi));
	pair_advance(pair, SECONDS(60));
	gap_assert_one_set(pair, 6);
	pair_free(pair);
}

static bool loses_deletes(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	return packet->sender == &pair->east &&
	       ike_header_read(buffer_bytes(&packet->bytes), &h) == WIRE_OK &&
	       h.exchange == EXCHANGE_INFORMATIONAL && (h.flags & FLAG_RESPONSE) == 0 &&
	       h.message_id > 0;
}

/* Whoever makes one after the other and answers no Delete has a bounded number of them. */
static void test_many(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	pair->loses = loses_deletes;
	for (int i = 0; i < 40; i++) {
		begin_again(&pair->west);
		pair_advance(pair, SECONDS(1));
		assert_in_range(pair_ike_count(&pair->east), 1, 24);
		assert_in_range(pair->east.kernel.sa_count, 2, 40);
	}
	pair->loses = NULL;
	pair_advance(pair, SECONDS(60));
	gap_assert_one_set(pair, 2);
	pair_free(pair);
}

/* A Delete of the old one before anything else shows that the peer has the new one. */
static void test_deleted_first(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct ike_sa *old;

	(void)state;
	pair_up(pair);
	old = gap_ike(&pair->east);
	pair->loses = loses_answer;
	begin_again(&pair->west);
	pair_advance(pair, SECONDS(1));
	pair->loses = NULL;
	ike_end(&pair->east.engine->w, old, END_BY_PEER, NULL);
	assert_true(gap_ike(&pair->east)->role == ROLE_RESPONDER);
	assert_true(gap_ike(&pair->east) != old);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	/* the old ones still receive, and send for a moment */
	assert_int_equal(pair->east.kernel.sa_count, 4);
	pair_advance(pair, SECONDS(60));
	gap_assert_one_set(pair, 2);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_gap),
		cmocka_unit_test(test_answer_that_is_late),
		cmocka_unit_test(test_initiator_that_goes_away),
		cmocka_unit_test(test_peer_that_forgot),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_deleted_first),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
