/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer that deletes clones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"
#include "set_facts.h"

static unsigned creations;

static bool counts_creations(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	creations += packet->sender == &pair->west && (p[19] & FLAG_RESPONSE) == 0 &&
		     p[18] == EXCHANGE_CREATE_CHILD_SA;
	return false;
}

/* West has clones of all its CPUs; east wants none for itself but one. */
static struct pair *pair_of_many(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=1\n",
	});

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	pair->loses = counts_creations;
	creations = 0;
	return pair;
}

/* One that drains is none. */
static bool has_clone(struct pair *pair, uint32_t cpu)
{
	struct world *w = &pair->west.engine->w;
	const struct connection *c = connection_find_name(&w->connections, "t");

	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->cpu == cpu && child->outbound && child->state == CHILD_UP)
			return true;
	}
	return false;
}

/* East deletes what west has for that CPU. */
static void east_deletes(struct pair *pair, uint32_t cpu)
{
	uint32_t spi = facts_spi_out(&pair->west, cpu);

	assert_int_not_equal(spi, 0);
	facts_delete(&pair->east, child_sa_find_spi(&pair->east.engine->w, spi));
	assert_false(has_clone(pair, cpu));
}

/* How long until it is there again, in seconds. */
static int64_t seconds_until_back(struct pair *pair, uint32_t cpu)
{
	int64_t from = pair->now;

	while (!has_clone(pair, cpu)) {
		pair_advance(pair, MILLISECONDS(500));
		assert_true(pair->now - from < SECONDS(1000));
	}
	return (pair->now - from) / SECONDS(1);
}

static void head_sends(struct pair *pair)
{
	for (size_t i = 0; i < pair->west.kernel.sa_count; i++)
		if (pair->west.kernel.sas[i].direction == KERNEL_OUT &&
		    pair->west.kernel.sas[i].cpu == KERNEL_CPU_NONE)
			pair->west.kernel.sas[i].packets += 3;
}

static void one_that_is_deleted_comes_again_after_a_moment(void **state)
{
	struct pair *pair = pair_of_many();

	(void)state;
	pair_advance(pair, SECONDS(3600));
	east_deletes(pair, 3);
	pair_advance(pair, MILLISECONDS(900));
	assert_int_equal(creations, 0);
	pair_advance(pair, MILLISECONDS(900));
	assert_true(has_clone(pair, 3));
	assert_int_equal(creations, 1);
	pair_free(pair);
}

static void one_that_is_deleted_over_and_over_comes_ever_later(void **state)
{
	struct pair *pair = pair_of_many();
	int64_t from = pair->now;

	(void)state;
	while (pair->now - from < SECONDS(3600)) {
		if (has_clone(pair, 3))
			east_deletes(pair, 3);
		pair_advance(pair, MILLISECONDS(500));
		head_sends(pair);
	}
	assert_in_range(creations, 9, 20);
	/* the others are as they were */
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT) & 0x7, 0x7);
	pair_free(pair);
}

/* The sixth time in a row: it waits half a minute. */
static struct pair *pair_that_waits(void)
{
	struct pair *pair = pair_of_many();

	for (unsigned i = 0; i < 6; i++) {
		east_deletes(pair, 3);
		if (i < 5) {
			(void)seconds_until_back(pair, 3);
			pair_advance(pair, SECONDS(100));
		}
	}
	return pair;
}

static void what_stayed_a_while_comes_when_its_traffic_goes_by_the_head(void **state)
{
	struct pair *pair = pair_that_waits();

	(void)state;
	pair_advance(pair, SECONDS(10));
	assert_false(has_clone(pair, 3));
	head_sends(pair);
	assert_in_range(seconds_until_back(pair, 3), 0, 3);
	pair_free(pair);
}

static void without_traffic_it_waits(void **state)
{
	struct pair *pair = pair_that_waits();

	(void)state;
	assert_in_range(seconds_until_back(pair, 3), 31, 41);
	pair_free(pair);
}

static void up_does_not_wait(void **state)
{
	struct pair *pair = pair_that_waits();

	(void)state;
	pair_advance(pair, SECONDS(3));
	ike_engine_up(pair->west.engine, "t", false, 9, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_true(has_clone(pair, 3));
	pair_free(pair);
}

static void ten_minutes_make_a_new_beginning(void **state)
{
	struct pair *pair = pair_that_waits();

	(void)state;
	(void)seconds_until_back(pair, 3);
	pair_advance(pair, SECONDS(600));
	east_deletes(pair, 3);
	assert_in_range(seconds_until_back(pair, 3), 0, 2);
	pair_free(pair);
}

static void a_new_head_makes_a_new_beginning(void **state)
{
	struct pair *pair = pair_that_waits();

	(void)state;
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_run(pair);
	ike_engine_up(pair->west.engine, "t", false, 9, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_true(has_clone(pair, 3));
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_deleted_comes_again_after_a_moment),
		cmocka_unit_test(one_that_is_deleted_over_and_over_comes_ever_later),
		cmocka_unit_test(what_stayed_a_while_comes_when_its_traffic_goes_by_the_head),
		cmocka_unit_test(without_traffic_it_waits),
		cmocka_unit_test(up_does_not_wait),
		cmocka_unit_test(ten_minutes_make_a_new_beginning),
		cmocka_unit_test(a_new_head_makes_a_new_beginning),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
