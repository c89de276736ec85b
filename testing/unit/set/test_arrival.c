/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inbound SPIs that are chosen for the CPU that takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ike/ports.h"
#include "pair/engine_pair.h"
#include "set_facts.h"
#include "provider.h"

/* A card with as many queues as CPUs, which looks at two bits of the SPI. */
enum { QUEUES = 4 };
static enum ike_landing always;
static bool by_spi, by_port;
static unsigned asked;

static enum ike_landing lands(void *context, const struct ike_arrival *arrival, uint32_t cpu)
{
	const struct side *side = context;

	assert_true(address_equal(&arrival->local, &side->address.address));
	assert_true(address_equal(&arrival->peer, &pair_other((struct side *)(uintptr_t)side)
							   ->address.address));
	asked++;
	if (by_port) {
		assert_true(arrival->encapsulated);
		assert_int_equal(arrival->source_port, ike_clone_port(arrival->spi));
		assert_int_equal(arrival->destination_port, 4500);
		return arrival->source_port / 16 % QUEUES == cpu ? LANDING_HERE
								 : LANDING_ELSEWHERE;
	}
	if (!by_spi)
		return always;
	return arrival->spi % QUEUES == cpu ? LANDING_HERE : LANDING_ELSEWHERE;
}

static struct pair *new_pair(const char *more)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = more, .east = more });

	pair->west.engine->w.host.lands = lands;
	pair->east.engine->w.host.lands = lands;
	asked = 0;
	by_spi = by_port = false;
	return pair;
}

static size_t inbound_clones(const struct side *side, size_t *well_placed)
{
	const struct kernel_double *kernel = &side->kernel;
	size_t count = 0;

	*well_placed = 0;
	for (size_t i = 0; i < kernel->sa_count; i++) {
		const struct double_sa *sa = &kernel->sas[i];

		if (sa->direction != KERNEL_IN || sa->cpu == KERNEL_CPU_NONE)
			continue;
		count++;
		*well_placed += (by_port ? sa->source_port / 16 : sa->spi) % QUEUES == sa->cpu;
	}
	return count;
}

/* More than four while one that was replaced drains. */
static void assert_placed(const struct side *side)
{
	size_t placed, count = inbound_clones(side, &placed);

	assert_in_range(count, 4, 8);
	assert_int_equal(placed, count);
}

static void clones_of_both_ends_land_on_their_cpus_and_so_after_a_rekey(void **state)
{
	struct pair *pair = new_pair(" clones=4\n ipsec-lifetime=200s\n rekeymargin=50s\n");

	(void)state;
	by_spi = true;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_placed(&pair->west);
	assert_placed(&pair->east);
	pair_advance(pair, SECONDS(210)); /* all of them have been rekeyed */
	assert_true(pair->west.reports[REPORT_ESTABLISHED] > 9);
	assert_placed(&pair->west);
	assert_placed(&pair->east);
	pair_free(pair);
}

static void in_udp_the_port_is_what_makes_them_land(void **state)
{
	struct pair *pair = new_pair(" clones=4\n encapsulation=yes\n clone-ports=spread\n");

	(void)state;
	by_port = true;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_placed(&pair->west);
	assert_placed(&pair->east);
	pair_free(pair);
}

static void between_the_same_two_ports_nobody_is_asked(void **state)
{
	struct pair *pair = new_pair(" clones=4\n encapsulation=yes\n");

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(asked, 0);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	pair_free(pair);
}

static void nothing_is_drawn_where_it_makes_no_difference(void **state)
{
	struct pair *pair = new_pair(" clones=4\n");

	(void)state;
	by_spi = false;
	always = LANDING_UNKNOWN;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(asked, 8); /* once for each clone at each end */
	pair_free(pair);
}

static void with_steering_off_nobody_is_asked(void **state)
{
	struct pair *pair = new_pair(" clones=4\n clone-steering=off\n");

	(void)state;
	by_spi = true;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(asked, 0);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	pair_free(pair);
}

static void a_cpu_that_no_queue_reaches_gets_any_spi_after_many_draws(void **state)
{
	struct pair *pair = new_pair(" clones=1\n");

	(void)state;
	by_spi = false;
	always = LANDING_ELSEWHERE;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(asked, 2000);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 1);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 1);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(clones_of_both_ends_land_on_their_cpus_and_so_after_a_rekey),
		cmocka_unit_test(in_udp_the_port_is_what_makes_them_land),
		cmocka_unit_test(between_the_same_two_ports_nobody_is_asked),
		cmocka_unit_test(nothing_is_drawn_where_it_makes_no_difference),
		cmocka_unit_test(with_steering_off_nobody_is_asked),
		cmocka_unit_test(a_cpu_that_no_queue_reaches_gets_any_spi_after_many_draws),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
