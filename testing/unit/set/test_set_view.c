/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be seen of a clone set and of its members, and one member being rekeyed by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/ends.h"
#include "pair/engine_pair.h"
#include "provider.h"
#include "views.h"

/* --- what is seen --- */

struct seen_set {
	struct set_view view;
	unsigned count;
};

static void see_set(void *context, const struct set_view *view)
{
	struct seen_set *seen = context;

	seen->view = *view;
	seen->count++;
}

static struct set_view set_named(const struct side *side, const char *name)
{
	struct seen_set seen = { .count = 0 };

	each_set(side->engine, name, side->pair->now, see_set, &seen);
	assert_int_equal(seen.count, 1);
	return seen.view;
}

static unsigned sets_named(const struct side *side, const char *name)
{
	struct seen_set seen = { .count = 0 };

	each_set(side->engine, name, side->pair->now, see_set, &seen);
	return seen.count;
}

enum { SEEN_MAX = 8 };

struct seen_children {
	struct child_view list[SEEN_MAX];
	unsigned count;
};

static void see_child(void *context, const struct child_view *view)
{
	struct seen_children *seen = context;

	assert_true(seen->count < SEEN_MAX);
	seen->list[seen->count++] = *view;
}

static struct seen_children children_of(const struct side *side)
{
	struct seen_children seen = { .count = 0 };

	each_child(side->engine, NULL, side->pair->now, see_child, &seen);
	return seen;
}

static void see_ike(void *context, const struct ike_view *view)
{
	*(struct ike_view *)context = *view;
}

/* --- sets --- */

static void assert_sum(const struct set_view *v)
{
	assert_int_equal(v->clones_up + v->negotiating + v->refused + v->waiting + v->empty,
			 v->wanted);
}

static void a_set_that_is_down_waits_for_nothing(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=3\n" });
	struct set_view v = set_named(&pair->west, "t");

	(void)state;
	assert_sum(&v);
	assert_string_equal(v.name, "t");
	assert_string_equal(v.head, "empty");
	assert_false(v.up);
	assert_int_equal(v.wanted, 3);
	assert_int_equal(v.empty, 3);
	assert_int_equal(v.max_clones, 10); /* 2 * 4 CPUs + 2 */
	assert_true(v.retry_in == TIME_NEVER);
	assert_int_equal(sets_named(&pair->east, NULL), 0); /* no clones= there */
	assert_int_equal(sets_named(&pair->west, "t-2"), 1);
	assert_int_equal(sets_named(&pair->west, "t-4"), 0);
	assert_int_equal(sets_named(&pair->west, "u"), 0);
	pair_free(pair);
}

static void a_set_that_is_up_counts_its_clones(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=3\n",
							     .east = " clones=3\n" });
	struct set_view v;

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	v = set_named(&pair->west, NULL);
	assert_string_equal(v.head, "negotiating");
	assert_true(v.up);
	pair_run(pair);
	v = set_named(&pair->west, NULL);
	assert_sum(&v);
	assert_string_equal(v.head, "up");
	assert_int_equal(v.clones_up, 3);
	assert_true(v.bound);
	assert_true(v.fills_first);
	assert_null(v.why);
	v = set_named(&pair->east, NULL);
	assert_int_equal(v.clones_up, 3);
	assert_false(v.fills_first);
	pair_free(pair);
}

static void what_the_peer_limits_says_how_many_are_refused_and_with_what(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=1\n max-clones=2\n",
	});
	struct set_view v;

	(void)state;
	pair_up(pair);
	v = set_named(&pair->west, "t");
	assert_sum(&v);
	assert_int_equal(v.wanted, 4);
	assert_int_equal(v.clones_up, 2);
	assert_int_equal(v.refused, 2);
	assert_string_equal(v.why, "TS_MAX_QUEUE");
	assert_int_equal(v.turned_away, 0);
	v = set_named(&pair->east, "t");
	assert_int_equal(v.clones_up, 1);
	assert_int_equal(v.spares, 1);
	assert_int_equal(v.refused, 0);
	assert_null(v.why);
	assert_int_equal(v.max_clones, 2);
	assert_int_equal(v.turned_away, 2);
	/* with another head all of that is past */
	ike_engine_down(pair->west.engine, "t", 9, pair->now);
	pair_run(pair);
	v = set_named(&pair->west, "t");
	assert_sum(&v);
	assert_int_equal(v.clones_up, 0);
	pair_free(pair);
}

static void a_clone_that_is_gone_waits_for_its_time(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });
	struct child_sa *clone;
	struct set_view v;

	(void)state;
	pair_up(pair);
	clone = child_sa_find_id(&pair->east.engine->w,
				 set_of_child(&pair->east.engine->w,
					      LIST_OBJECT(pair_ike(&pair->east)->children.next,
							  struct child_sa, link))->children[2]);
	children_close(&pair->east.engine->w, pair_ike(&pair->east), &clone, 1);
	pair_run(pair);
	v = set_named(&pair->west, "t");
	assert_sum(&v);
	assert_int_equal(v.clones_up, 1);
	assert_int_equal(v.waiting, 1);
	assert_in_range(v.retry_in, 1, SECONDS(2));
	assert_null(v.why);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(set_named(&pair->west, "t").clones_up, 2);
	pair_free(pair);
}

static void a_peer_without_rfc_9611_makes_none(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=4\n" });
	struct set_view v;

	(void)state;
	pair_up(pair);
	v = set_named(&pair->west, "t");
	assert_sum(&v);
	assert_true(v.peer_makes_none);
	assert_int_equal(v.clones_up + v.refused + v.waiting, 0);
	pair_free(pair);
}

/* --- members --- */

static void members_say_slot_cpu_role_and_next_rekey(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=2\n ipsec-max-packets=4000\n",
		.east = " clones=1\n rekey=no\n",
	});
	struct seen_children west, east;

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(100));
	west = children_of(&pair->west);
	assert_int_equal(west.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct child_view *v = &west.list[i];

		assert_int_equal(v->slot, i);
		assert_int_equal(v->cpu, i == 0 ? KERNEL_CPU_NONE : i - 1);
		assert_true(v->role == ROLE_INITIATOR);
		assert_false(v->spare);
		assert_int_equal(v->age / SECONDS(1), 100);
		/* ipsec-lifetime=8h less once to twice the margin of 9 minutes */
		assert_in_range(v->rekey_in / SECONDS(1), 28800 - 100 - 2 * 540, 28800 - 100 - 540);
		assert_true(v->rekey_in < v->expires_in);
		assert_in_range(v->rekey_packets, 1000, 2000);
	}
	east = children_of(&pair->east);
	assert_int_equal(east.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct child_view *v = &east.list[i];

		assert_true(v->role == ROLE_RESPONDER);
		assert_true(v->rekey_in == TIME_NEVER);
		assert_int_equal(v->slot, i == 2 ? 1 : i); /* "t-2" is a spare of the only CPU */
		assert_int_equal(v->spare, i == 2);
		assert_int_equal(v->outbound, i != 2);
		assert_true(v->inbound);
	}
	pair_free(pair);
}

static void an_ike_sa_is_rekeyed_or_replaced_as_reauth_says(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " reauth=yes\n" });
	struct ike_view west = { 0 }, east = { 0 };

	(void)state;
	pair_up(pair);
	each_ike(pair->west.engine, pair->now, see_ike, &west);
	each_ike(pair->east.engine, pair->now, see_ike, &east);
	assert_true(west.rekey_in == TIME_NEVER);
	assert_in_range(west.reauth_in, SECONDS(27000), west.expires_in);
	assert_true(east.reauth_in == TIME_NEVER);
	assert_in_range(east.rekey_in, SECONDS(27000), east.expires_in);
	pair_free(pair);
}

static void assert_rekey(struct pair *pair, struct side *side, const char *name,
			 enum control_code expected)
{
	unsigned before = side->commands_done;

	ike_engine_rekey(side->engine, name, REKEY_CHILD, 9, pair->now);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(side->commands_done, before + 1);
	assert_int_equal(side->last_code, expected);
}

static void one_member_is_rekeyed_by_its_name_and_the_others_stay(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=3\n",
							     .east = " clones=3\n" });
	static const char *const names[] = { "t-0", "t-1", "t-2", "t-3" };

	(void)state;
	pair_up(pair);
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
		struct side *side = i % 2 == 0 ? &pair->west : &pair->east;
		struct seen_children before = children_of(side), after;

		print_message("%s\n", names[i]);
		assert_rekey(pair, side, names[i], CONTROL_OK);
		after = children_of(side);
		assert_int_equal(after.count, 4);
		for (uint32_t k = 0; k < 4; k++) {
			assert_int_equal(after.list[k].spi_in == before.list[k].spi_in, k != i);
			assert_int_equal(after.list[k].spi_out == before.list[k].spi_out, k != i);
			assert_int_equal(after.list[k].cpu, before.list[k].cpu);
		}
	}
	assert_rekey(pair, &pair->west, "t-4", CONTROL_UNKNOWN_NAME);
	pair_free(pair);
}

static void a_spare_is_rekeyed_by_who_made_it_only(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=1\n" });
	uint32_t spi;

	(void)state;
	pair_up(pair);
	assert_true(ike_engine_knows(pair->east.engine, "t-2"));
	assert_false(ike_engine_knows(pair->east.engine, "t-3"));
	assert_int_equal(sets_named(&pair->east, "t-2"), 1);
	spi = children_of(&pair->east).list[2].spi_in;
	ike_engine_rekey(pair->east.engine, "t-2", REKEY_CHILD, 9, pair->now);
	assert_non_null(strstr(pair->east.last, "spare"));
	assert_int_equal(pair->east.last_code, CONTROL_FATAL);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(children_of(&pair->east).list[2].spi_in, spi);
	/* of the whole set those are rekeyed that can be */
	assert_rekey(pair, &pair->east, "t", CONTROL_OK);
	assert_int_equal(children_of(&pair->east).list[2].spi_in, spi);
	assert_rekey(pair, &pair->west, "t", CONTROL_OK);
	assert_true(children_of(&pair->east).list[2].spi_in != spi);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_that_is_down_waits_for_nothing),
		cmocka_unit_test(a_set_that_is_up_counts_its_clones),
		cmocka_unit_test(what_the_peer_limits_says_how_many_are_refused_and_with_what),
		cmocka_unit_test(a_clone_that_is_gone_waits_for_its_time),
		cmocka_unit_test(a_peer_without_rfc_9611_makes_none),
		cmocka_unit_test(members_say_slot_cpu_role_and_next_rekey),
		cmocka_unit_test(an_ike_sa_is_rekeyed_or_replaced_as_reauth_says),
		cmocka_unit_test(one_member_is_rekeyed_by_its_name_and_the_others_stay),
		cmocka_unit_test(a_spare_is_rekeyed_by_who_made_it_only),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
