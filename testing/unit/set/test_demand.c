/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone-mode=ondemand: clones come with traffic and go without, and each packet arrives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pair/no_gap.h"
#include "provider.h"

enum { CPUS = 4, ALL_CPUS = (1 << CPUS) - 1 };
#define IDLE_20   " clone-mode=ondemand\n clone-idle=20s\n"
#define ON_DEMAND " clones=4\n" IDLE_20
#define STEP      MILLISECONDS(10)

static uint64_t cpus_out(const struct side *side)
{
	uint64_t cpus = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		if (side->kernel.sas[i].direction == KERNEL_OUT &&
		    side->kernel.sas[i].cpu != KERNEL_CPU_NONE)
			cpus |= UINT64_C(1) << side->kernel.sas[i].cpu;
	return cpus;
}

static void assert_only_heads(const struct pair *pair)
{
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
}

static void assert_full(const struct pair *pair)
{
	assert_int_equal(cpus_out(&pair->west), ALL_CPUS);
	assert_int_equal(cpus_out(&pair->east), ALL_CPUS);
}

enum { FROM_WEST = 1, FROM_EAST = 2, FROM_BOTH = 3 };

/* From each CPU of who sends one packet every 10 ms, each of which has to arrive. */
static void flow(struct pair *pair, int who, int64_t duration)
{
	for (int64_t t = 0; t < duration; t += STEP) {
		for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
			if ((who & FROM_WEST) != 0)
				(void)gap_send(&pair->west, cpu);
			if ((who & FROM_EAST) != 0)
				(void)gap_send(&pair->east, cpu);
		}
		pair_advance(pair, STEP);
	}
}

static struct pair *pair_on_demand(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	pair_up(pair);
	return pair;
}

/* What an end asks for, by exchange. */
static unsigned created, informed, loses_created;

static bool counts(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	bool request = (p[19] & FLAG_RESPONSE) == 0;
	bool creates = request && p[18] == EXCHANGE_CREATE_CHILD_SA;

	(void)pair;
	created += creates;
	informed += request && p[18] == EXCHANGE_INFORMATIONAL && packet->bytes.len > 76;
	return creates && loses_created > 0 && loses_created-- > 0;
}

static void count_from_now(struct pair *pair, unsigned loses)
{
	pair->loses = counts;
	created = informed = 0;
	loses_created = loses;
}

static void the_head_is_all_until_there_is_traffic(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);

	(void)state;
	pair_advance(pair, SECONDS(120));
	assert_only_heads(pair);
	flow(pair, FROM_BOTH, SECONDS(4));
	assert_full(pair);
	pair_free(pair);
}

static const struct {
	const char *what, *west, *east;
	int who;
} ways[] = {
	{ "who has initiated sends", ON_DEMAND, ON_DEMAND, FROM_WEST },
	{ "the other end sends", ON_DEMAND, ON_DEMAND, FROM_EAST },
	{ "both send", ON_DEMAND, ON_DEMAND, FROM_BOTH },
	{ "the other end has clones, and makes none before its turn", ON_DEMAND,
	  " clones=4\n max-clones=8\n", FROM_BOTH },
	{ "it is the other end that has them on demand", " clones=4\n", ON_DEMAND, FROM_BOTH },
};

static void traffic_makes_the_set_and_loses_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct pair *pair = pair_on_demand(ways[i].west, ways[i].east);

		print_message("%s\n", ways[i].what);
		flow(pair, ways[i].who, SECONDS(6));
		assert_full(pair);
		assert_int_equal(pair->west.kernel.sa_count, 2 + 2 * CPUS);
		assert_int_equal(pair->east.kernel.sa_count, 2 + 2 * CPUS);
		flow(pair, ways[i].who, SECONDS(60));
		assert_int_equal(pair->west.kernel.sa_count, 2 + 2 * CPUS);
		pair_free(pair);
	}
}

static void what_is_lost_while_it_is_negotiated_is_no_packet(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);

	(void)state;
	count_from_now(pair, 9); /* some of them three times */
	flow(pair, FROM_BOTH, SECONDS(12));
	assert_full(pair);
	assert_true(created > 9);
	pair_free(pair);
}

static void what_is_refused_is_not_asked_for_over_and_over(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, " clones=1\n max-clones=1\n");

	(void)state;
	count_from_now(pair, 0);
	flow(pair, FROM_BOTH, SECONDS(60));
	assert_in_range(pair->west.kernel.sa_count, 2, 4);
	assert_in_range(created, 1, 5); /* the peer's own among them */
	pair_free(pair);
}

static void without_traffic_they_are_given_back_with_one_delete(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);

	(void)state;
	flow(pair, FROM_BOTH, SECONDS(4));
	assert_full(pair);
	pair_advance(pair, SECONDS(15));
	assert_full(pair);
	count_from_now(pair, 0);
	pair_advance(pair, SECONDS(21));
	assert_only_heads(pair);
	assert_int_equal(informed, 1);
	assert_int_equal(created, 0);
	assert_int_equal(pair->west.reports[REPORT_KERNEL_ERROR], 0);
	/* and they stay away */
	pair_advance(pair, SECONDS(600));
	assert_only_heads(pair);
	assert_int_equal(created, 0);
	pair_free(pair);
}

static void traffic_that_comes_while_they_go_loses_nothing(void **state)
{
	(void)state;
	/* from when there is no traffic yet, over the drain, to when there are new ones */
	for (int64_t pause = SECONDS(19); pause < SECONDS(33); pause += MILLISECONDS(470)) {
		struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);

		flow(pair, FROM_BOTH, SECONDS(3));
		pair_advance(pair, pause);
		flow(pair, FROM_BOTH, SECONDS(15));
		assert_full(pair);
		pair_advance(pair, SECONDS(40));
		assert_only_heads(pair);
		pair_free(pair);
	}
}

/* While they go no CPU chooses one of them, though they are there. */
static void all_traffic_falls_to_the_head_before_they_go(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);
	unsigned seen[2] = { 0 };

	(void)state;
	flow(pair, FROM_BOTH, SECONDS(4));
	for (int64_t t = 0; t < SECONDS(40); t += MILLISECONDS(50)) {
		struct side *sides[] = { &pair->west, &pair->east };

		pair_advance(pair, MILLISECONDS(50));
		for (int i = 0; i < 2; i++) {
			if (gap_policy(sides[i])->spi == 0)
				continue;
			seen[i]++;
			assert_int_equal(gap_chosen(sides[i], 1)->cpu, KERNEL_CPU_NONE);
		}
	}
	assert_true(seen[0] > 5 && seen[1] > 5);
	assert_only_heads(pair);
	assert_int_equal(gap_policy(&pair->west)->spi + gap_policy(&pair->east)->spi, 0);
	pair_free(pair);
}

static void a_head_that_is_rekeyed_meanwhile_takes_the_policy_along(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);
	uint32_t spi;

	(void)state;
	flow(pair, FROM_BOTH, SECONDS(4));
	for (int i = 0; i < 1000 && gap_policy(&pair->west)->spi == 0; i++)
		pair_advance(pair, MILLISECONDS(50));
	spi = gap_policy(&pair->west)->spi;
	ike_engine_rekey(pair->west.engine, "t-0", REKEY_CHILD, 8, pair->now);
	pair_run(pair);
	assert_int_not_equal(gap_policy(&pair->west)->spi, 0);
	assert_int_not_equal(gap_policy(&pair->west)->spi, spi);
	flow(pair, FROM_BOTH, SECONDS(2));
	assert_int_equal(gap_policy(&pair->west)->spi, 0);
	pair_free(pair);
}

static void never_is_never(void **state)
{
	static const char never[] = " clones=4\n clone-mode=ondemand\n clone-idle=0\n";
	struct pair *pair = pair_on_demand(never, never);

	(void)state;
	pair_advance(pair, SECONDS(60));
	assert_only_heads(pair);
	flow(pair, FROM_WEST, SECONDS(4));
	pair_advance(pair, SECONDS(3600));
	assert_full(pair);
	pair_free(pair);
}

static void who_has_not_made_them_does_not_make_them_again(void **state)
{
	struct pair *pair = pair_on_demand(
		ON_DEMAND, " clones=4\n clone-mode=ondemand\n clone-idle=1h\n");

	(void)state;
	count_from_now(pair, 4); /* so the head carries some while they are made */
	flow(pair, FROM_BOTH, SECONDS(4));
	assert_full(pair);
	count_from_now(pair, 0);
	pair_advance(pair, SECONDS(300));
	assert_only_heads(pair);
	assert_int_equal(created, 0);
	/* before it has seen an hour without traffic */
	flow(pair, FROM_EAST, SECONDS(4));
	assert_full(pair);
	pair_free(pair);
}

static void the_clones_of_a_peer_that_has_them_all_the_time_stay(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, " clones=4\n");

	(void)state;
	pair_advance(pair, SECONDS(5));
	assert_full(pair);
	count_from_now(pair, 0);
	pair_advance(pair, SECONDS(600));
	assert_full(pair);
	assert_int_equal(created + informed, 0);
	pair_free(pair);
}

static void acquire(struct side *side, uint32_t cpu)
{
	struct kernel_acquire want = { .reqid = gap_connection(side)->reqid, .cpu = cpu };

	ike_engine_on_acquire(side->engine, &want, side->pair->now);
}

static void a_trap_brings_the_head_and_its_traffic_the_clones(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = ON_DEMAND,
							     .east = ON_DEMAND });

	(void)state;
	ike_engine_route(pair->west.engine, "t", 7, pair->now);
	acquire(&pair->west, KERNEL_CPU_NONE);
	pair_run(pair);
	assert_only_heads(pair);
	flow(pair, FROM_BOTH, SECONDS(4));
	assert_full(pair);
	pair_advance(pair, SECONDS(40));
	assert_only_heads(pair);
	pair_free(pair);
}

static void clones_that_are_rekeyed_are_given_back_too(void **state)
{
	struct pair *pair = pair_on_demand(ON_DEMAND, ON_DEMAND);

	(void)state;
	flow(pair, FROM_BOTH, SECONDS(4));
	pair_advance(pair, SECONDS(17));
	ike_engine_rekey(pair->east.engine, "t", REKEY_CHILD, 8, pair->now);
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 9, pair->now);
	pair_advance(pair, SECONDS(40));
	assert_only_heads(pair);
	pair_free(pair);
}

/* --- clone-acquire=yes --- */

#define BY_CPU " clones=4\n clone-mode=ondemand\n clone-idle=2m\n clone-acquire=yes\n"

static bool asks(const struct side *side)
{
	return gap_policy(side)->cpu_acquire;
}

static void a_cpu_that_the_kernel_names_gets_its_clone(void **state)
{
	struct pair *pair = pair_on_demand(BY_CPU, ON_DEMAND);

	(void)state;
	pair_advance(pair, SECONDS(3));
	assert_true(asks(&pair->west));
	assert_false(asks(&pair->east));
	acquire(&pair->west, 2);
	assert_false(asks(&pair->west)); /* until it is there */
	pair_run(pair);
	assert_int_equal(cpus_out(&pair->west), 1 << 2);
	pair_advance(pair, SECONDS(3));
	assert_true(asks(&pair->west));
	assert_int_equal(cpus_out(&pair->west), 1 << 2);
	pair_advance(pair, SECONDS(140));
	assert_only_heads(pair);
	assert_true(asks(&pair->west));
	pair_free(pair);
}

static void while_all_are_made_the_kernel_does_not_ask(void **state)
{
	struct pair *pair = pair_on_demand(BY_CPU, BY_CPU);

	(void)state;
	pair_advance(pair, SECONDS(3));
	assert_true(asks(&pair->west) && asks(&pair->east));
	acquire(&pair->east, 0);
	acquire(&pair->west, 3);
	flow(pair, FROM_BOTH, SECONDS(6));
	assert_full(pair);
	assert_false(asks(&pair->west) || asks(&pair->east));
	pair_free(pair);
}

static bool loses_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

static void a_question_without_an_answer_is_not_asked_again_soon(void **state)
{
	struct pair *pair = pair_on_demand(BY_CPU, ON_DEMAND);

	(void)state;
	pair_advance(pair, SECONDS(3));
	pair->loses = loses_all;
	acquire(&pair->west, 1);
	pair_advance(pair, SECONDS(5));
	assert_false(asks(&pair->west));
	pair->loses = NULL;
	pair_advance(pair, SECONDS(5));
	assert_int_equal(cpus_out(&pair->west), 1 << 1);
	assert_true(asks(&pair->west));
	acquire(&pair->west, 99); /* a CPU that nobody has */
	pair_advance(pair, SECONDS(29));
	assert_false(asks(&pair->west));
	pair_advance(pair, SECONDS(4));
	assert_true(asks(&pair->west));
	pair_free(pair);
}

static void what_is_refused_to_a_cpu_is_not_asked_for(void **state)
{
	struct pair *pair = pair_on_demand(BY_CPU, " clones=1\n max-clones=1\n");

	(void)state;
	pair_advance(pair, SECONDS(3)); /* east has made its one */
	acquire(&pair->west, 1);
	acquire(&pair->west, 2);
	acquire(&pair->west, 0);
	pair_advance(pair, SECONDS(3));
	count_from_now(pair, 0);
	for (int i = 0; i < 100; i++)
		for (uint32_t cpu = 0; cpu < CPUS; cpu++)
			acquire(&pair->west, cpu);
	pair_advance(pair, SECONDS(120));
	assert_int_equal(created, 0);
	assert_false(asks(&pair->west));
	pair_free(pair);
}

static void where_a_cpu_has_no_place_nobody_is_asked(void **state)
{
	struct pair *pair = pair_on_demand(" clones=2\n clone-acquire=yes\n" IDLE_20, ON_DEMAND);

	(void)state;
	pair_advance(pair, SECONDS(30));
	assert_false(asks(&pair->west));
	acquire(&pair->west, 1);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(cpus_out(&pair->west), 1 << 1);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_is_all_until_there_is_traffic),
		cmocka_unit_test(traffic_makes_the_set_and_loses_nothing),
		cmocka_unit_test(what_is_lost_while_it_is_negotiated_is_no_packet),
		cmocka_unit_test(what_is_refused_is_not_asked_for_over_and_over),
		cmocka_unit_test(without_traffic_they_are_given_back_with_one_delete),
		cmocka_unit_test(traffic_that_comes_while_they_go_loses_nothing),
		cmocka_unit_test(all_traffic_falls_to_the_head_before_they_go),
		cmocka_unit_test(a_head_that_is_rekeyed_meanwhile_takes_the_policy_along),
		cmocka_unit_test(never_is_never),
		cmocka_unit_test(who_has_not_made_them_does_not_make_them_again),
		cmocka_unit_test(the_clones_of_a_peer_that_has_them_all_the_time_stay),
		cmocka_unit_test(a_trap_brings_the_head_and_its_traffic_the_clones),
		cmocka_unit_test(clones_that_are_rekeyed_are_given_back_too),
		cmocka_unit_test(a_cpu_that_the_kernel_names_gets_its_clone),
		cmocka_unit_test(while_all_are_made_the_kernel_does_not_ask),
		cmocka_unit_test(a_question_without_an_answer_is_not_asked_again_soon),
		cmocka_unit_test(what_is_refused_to_a_cpu_is_not_asked_for),
		cmocka_unit_test(where_a_cpu_has_no_place_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
