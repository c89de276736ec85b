/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel, the clock and the network do to an engine that did nothing wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/mem.h"
#include "hostile.h"
#include "ike/exchange/ends.h"
#include "provider.h"

enum { MANY = 10000, CPUS = 1000, FIRST_REQID = 16384 };

static struct pair *pair_of_clones(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	return pair;
}

static uint32_t reqid_of(const struct side *side)
{
	return connection_find_name(&side->engine->w.connections, "t")->reqid;
}

/* --- acquires --- */

static void acquire(struct side *side, uint32_t reqid, uint32_t cpu)
{
	const struct kernel_acquire acquire = { .reqid = reqid, .cpu = cpu };

	ike_engine_on_acquire(side->engine, &acquire, side->pair->now);
}

static void acquires_of_a_thousand_cpus_start_nothing_where_the_set_is_up(void **state)
{
	struct pair *pair = pair_of_clones();
	struct pair_picture before = pair_picture(pair), after;
	unsigned sent = pair->west.sent;

	(void)state;
	/* also of CPUs that are offline, that there cannot be, and of reqids of nobody */
	for (uint32_t i = 0; i < MANY; i++) {
		acquire(&pair->west, reqid_of(&pair->west), i % CPUS);
		acquire(&pair->west, reqid_of(&pair->west), KERNEL_CPU_NONE);
		acquire(&pair->west, i, i);
	}
	pair_advance(pair, SECONDS(5));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	assert_int_equal(pair->west.sent, sent);
	pair_free(pair);
}

static void acquires_of_a_thousand_cpus_are_one_initiation(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=4\n",
							     .east = " clones=4\n" });

	(void)state;
	ike_engine_route(pair->west.engine, "t", 7, pair->now);
	pair->hold_jobs = true;
	for (uint32_t i = 0; i < MANY; i++)
		acquire(&pair->west, reqid_of(&pair->west),
			i % 3 == 0 ? KERNEL_CPU_NONE : i % CPUS);
	assert_int_equal(pair_ike_count(&pair->west), 1);
	pair->hold_jobs = false;
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair->west.kernel.sa_count, 10);
	assert_int_equal(pair->east.kernel.sa_count, 10);
	pair_free(pair);
}

static void without_a_trap_nobody_is_called_by_traffic(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		acquire(&pair->west, FIRST_REQID + i % 8, KERNEL_CPU_NONE);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	assert_null(pair->jobs);
	pair_free(pair);
}

/* --- refusals --- */

/* Whatever the kernel says to whichever addition: it is told, undone, and the next try works. */
static void whatever_the_kernel_refuses_with_is_undone(void **state)
{
	static const int errors[] = { -EEXIST, -ENOBUFS, -ENOMEM, -EPERM, -ETIMEDOUT };

	(void)state;
	for (size_t e = 0; e < ARRAY_LEN(errors); e++)
		for (unsigned n = 1; n <= 8; n++) {
			struct pair *pair = pair_new(&(struct pair_setup) { 0 });
			struct side *side = n % 2 == 0 ? &pair->east : &pair->west;

			side->kernel.refuse_in = (n + 1) / 2;
			side->kernel.refuse_error = errors[e];
			ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
			pair_advance(pair, SECONDS(1));
			assert_int_equal(side->reports[REPORT_KERNEL_ERROR], 1);
			ike_engine_up(pair->west.engine, "t", false, 8, pair->now);
			pair_advance(pair, SECONDS(60));
			assert_int_equal(pair->west.last_code, CONTROL_OK);
			assert_int_equal(pair->west.kernel.sa_count, 2);
			assert_int_equal(pair->east.kernel.sa_count, 2);
			pair_free(pair);
		}
}

static void forget_everything(struct side *side)
{
	side->kernel.sa_count = side->kernel.policy_count = 0;
}

/* Somebody flushed the kernel: every deletion and every look fails. */
static void a_kernel_that_was_flushed_can_be_taken_down_and_up(void **state)
{
	struct pair *pair = pair_of_clones();

	(void)state;
	forget_everything(&pair->west);
	forget_everything(&pair->east);
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 7, pair->now);
	pair_advance(pair, SECONDS(10));
	forget_everything(&pair->west);
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_advance(pair, SECONDS(10));
	assert_true(pair->west.kernel.errors > 0); /* it was asked, and said so */
	forget_everything(&pair->east);
	ike_engine_up(pair->west.engine, "t", false, 9, pair->now);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

/* --- the clock --- */

static void a_clock_that_goes_back_stands_still(void **state)
{
	struct pair *pair = pair_of_clones();
	struct pair_picture before = pair_picture(pair), after;
	int64_t now = pair->west.engine->w.now;

	(void)state;
	ike_engine_on_time(pair->west.engine, 0);
	ike_engine_on_time(pair->east.engine, now - SECONDS(100000));
	assert_int_equal(pair->west.engine->w.now, now);
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, now - SECONDS(900));
	pair_advance(pair, SECONDS(10));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

static void after_a_leap_of_a_year_it_comes_up_again(void **state)
{
	struct pair *pair = pair_of_clones();

	(void)state;
	pair->now += SECONDS(365 * 86400LL);
	ike_engine_on_time(pair->west.engine, pair->now);
	ike_engine_on_time(pair->east.engine, pair->now);
	pair_advance(pair, SECONDS(900));
	assert_int_equal(pair->west.kernel.sa_count, 6);
	assert_int_equal(pair->east.kernel.sa_count, 6);
	pair_free(pair);
}

/* --- very many Child SAs --- */

enum { CHILDREN = 5000, PACKET_MAX = 1400 };

static unsigned long_ones;

static bool measures(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	long_ones += packet->bytes.len > PACKET_MAX;
	return false;
}

/* More than one Delete could name. */
static void very_many_child_sas_are_deleted_in_several_messages(void **state)
{
	struct pair *pair = pair_of_clones();
	struct world *w = &pair->west.engine->w;
	struct ike_sa *sa = pair_ike(&pair->west);
	struct child_sa **list = mem_new_array(CHILDREN, sizeof(*list));
	struct pair_picture before = pair_picture(pair), after;
	uint32_t first = sa->next_message_id;

	(void)state;
	for (unsigned i = 0; i < CHILDREN; i++) {
		list[i] = child_sa_new(w, sa, ike_sa_connection(w, sa), ROLE_INITIATOR);
		list[i]->slot = 1;
	}
	pair->loses = measures;
	children_close(w, sa, list, CHILDREN);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(sa->next_message_id - first,
			 (CHILDREN + DELETED_AT_ONCE - 1) / DELETED_AT_ONCE);
	assert_int_equal(long_ones, 0);
	assert_true(list_empty(&sa->requests));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	mem_free(list);
	pair_free(pair);
}

/* --- a peer that rekeys without pause --- */

static uint64_t spi_of(const struct side *side)
{
	return pair_ike(side)->spi_i;
}

static void a_peer_gets_a_new_ike_sa_once_a_second_at_most(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	unsigned refused;
	uint64_t spi;

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(2));
	spi = spi_of(&pair->east);
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, pair->now);
	pair_run(pair);
	assert_true(spi_of(&pair->east) != spi);
	spi = spi_of(&pair->east);
	refused = pair->east.reports[REPORT_REFUSED];
	/* 999 ms later it is still too early, and it costs no key agreement */
	pair_advance(pair, MILLISECONDS(999));
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
	pair_run(pair);
	assert_true(spi_of(&pair->east) == spi);
	assert_int_equal(pair->east.reports[REPORT_REFUSED], refused + 1);
	assert_int_equal(pair->east.engine->w.ike_count, 1);
	pair_advance(pair, MILLISECONDS(1));
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 9, pair->now);
	pair_run(pair);
	assert_true(spi_of(&pair->east) != spi);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(acquires_of_a_thousand_cpus_start_nothing_where_the_set_is_up),
		cmocka_unit_test(acquires_of_a_thousand_cpus_are_one_initiation),
		cmocka_unit_test(without_a_trap_nobody_is_called_by_traffic),
		cmocka_unit_test(whatever_the_kernel_refuses_with_is_undone),
		cmocka_unit_test(a_kernel_that_was_flushed_can_be_taken_down_and_up),
		cmocka_unit_test(a_clock_that_goes_back_stands_still),
		cmocka_unit_test(after_a_leap_of_a_year_it_comes_up_again),
		cmocka_unit_test(very_many_child_sas_are_deleted_in_several_messages),
		cmocka_unit_test(a_peer_gets_a_new_ike_sa_once_a_second_at_most),
	};

	return cmocka_run_group_tests_name("hostile_kernel", tests, provider_start, provider_stop);
}
