/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/heap.h"

enum { MANY = 500 };

struct timer {
	int id;
	struct heap_node node;
};

/* A generator of our own, so that every run is the same. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void assert_sound(const struct heap *h)
{
	for (size_t i = 0; i < h->count; i++) {
		assert_int_equal(h->nodes[i]->index, i + 1);
		if (i)
			assert_true(h->nodes[(i + 1) / 2 - 1]->when <= h->nodes[i]->when);
	}
}

static bool earlier(const struct heap_node *a, const struct heap_node *b)
{
	return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void empty_heap_has_no_first(void **state)
{
	struct heap h = { 0 };
	struct heap_node node = { 0 };

	(void)state;
	assert_null(heap_first(&h));
	heap_remove(&h, &node);
	assert_null(heap_first(&h));
	heap_done(&h);
}

static void nodes_come_out_in_the_order_of_their_deadlines(void **state)
{
	static struct timer timers[MANY];
	struct heap h = { 0 };
	uint32_t seed = 1;
	int64_t last = INT64_MIN;
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		heap_set(&h, &timers[i].node, next_random(&seed) % 1000);
		assert_sound(&h);
	}
	for (struct heap_node *node; (node = heap_first(&h)); seen++) {
		assert_true(node->when >= last);
		last = node->when;
		heap_remove(&h, node);
		assert_int_equal(node->index, 0);
		assert_sound(&h);
	}
	assert_int_equal(seen, MANY);
	heap_done(&h);
}

static void equal_deadlines_come_in_the_order_of_setting(void **state)
{
	struct timer timers[20] = { { 0 } };
	struct heap h = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++) {
		timers[i].id = i;
		heap_set(&h, &timers[i].node, 7);
	}
	heap_set(&h, &timers[3].node, 7); /* set again: the last one now */
	for (int i = 0; i < 20; i++) {
		struct timer *first = HEAP_OBJECT(heap_first(&h), struct timer, node);

		assert_int_equal(first->id, i == 19 ? 3 : i < 3 ? i : i + 1);
		heap_remove(&h, &first->node);
	}
	heap_done(&h);
}

static void setting_again_moves_in_both_directions(void **state)
{
	struct timer timers[10] = { { 0 } };
	struct heap h = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		heap_set(&h, &timers[i].node, 100 + i);
	heap_set(&h, &timers[9].node, INT64_MIN);
	assert_ptr_equal(heap_first(&h), &timers[9].node);
	heap_set(&h, &timers[9].node, TIME_NEVER);
	assert_ptr_equal(heap_first(&h), &timers[0].node);
	heap_set(&h, &timers[0].node, 105);
	assert_ptr_equal(heap_first(&h), &timers[1].node);
	assert_int_equal(h.count, 10);
	assert_sound(&h);
	heap_done(&h);
}

static void random_sets_moves_and_removals_agree_with_a_plain_search(void **state)
{
	static struct timer timers[MANY];
	struct heap h = { 0 };
	uint32_t seed = 42;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		struct heap_node *node = &timers[next_random(&seed) % MANY].node, *least = NULL;

		if (next_random(&seed) % 3)
			heap_set(&h, node, next_random(&seed) % 64);
		else
			heap_remove(&h, node);
		if (step % 16)
			continue;
		for (size_t i = 0; i < MANY; i++) {
			if (timers[i].node.index && (!least || earlier(&timers[i].node, least)))
				least = &timers[i].node;
		}
		assert_ptr_equal(heap_first(&h), least);
		assert_sound(&h);
	}
	heap_done(&h);
}

static void done_leaves_nodes_that_are_in_no_heap(void **state)
{
	struct timer timer = { 0 };
	struct heap h = { 0 };

	(void)state;
	heap_set(&h, &timer.node, 1);
	heap_done(&h);
	assert_int_equal(timer.node.index, 0);
	assert_null(heap_first(&h));
	heap_remove(&h, &timer.node);
	heap_set(&h, &timer.node, 1);
	assert_ptr_equal(heap_first(&h), &timer.node);
	heap_done(&h);
}

static void durations_are_in_microseconds(void **state)
{
	(void)state;
	assert_true(MILLISECONDS(3) == 3000);
	assert_true(SECONDS(100000) == INT64_C(100000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_heap_has_no_first),
		cmocka_unit_test(nodes_come_out_in_the_order_of_their_deadlines),
		cmocka_unit_test(equal_deadlines_come_in_the_order_of_setting),
		cmocka_unit_test(setting_again_moves_in_both_directions),
		cmocka_unit_test(random_sets_moves_and_removals_agree_with_a_plain_search),
		cmocka_unit_test(done_leaves_nodes_that_are_in_no_heap),
		cmocka_unit_test(durations_are_in_microseconds),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
