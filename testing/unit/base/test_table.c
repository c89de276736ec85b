/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/table.h"
#include "dies.h"

enum { MANY = 5000 };

struct object {
	uint32_t id;
	struct table_link link;
	unsigned int visits;
};

static const uint8_t seed[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
static struct object objects[MANY];

static const struct object *object_of(const struct table_link *link)
{
	return TABLE_OBJECT(link, const struct object, link);
}

static bool id_matches(const struct table_link *link, struct bytes key)
{
	return bytes_equal(key, bytes_at(&object_of(link)->id, sizeof(uint32_t)));
}

static struct bytes key_of(const uint32_t *id)
{
	return bytes_at(id, sizeof(*id));
}

static void fill(struct table *t, uint32_t count)
{
	memset(objects, 0, sizeof(objects));
	table_init(t, seed, id_matches);
	for (uint32_t i = 0; i < count; i++) {
		objects[i].id = i;
		table_add(t, key_of(&objects[i].id), &objects[i].link);
	}
}

static struct object *find(const struct table *t, uint32_t id)
{
	struct table_link *link = table_find(t, key_of(&id));

	return link ? TABLE_OBJECT(link, struct object, link) : NULL;
}

static void visit(void *context, struct table_link *link)
{
	unsigned int *total = context;

	TABLE_OBJECT(link, struct object, link)->visits++;
	(*total)++;
}

static void empty_table_finds_nothing(void **state)
{
	unsigned int total = 0;
	struct table t;

	(void)state;
	fill(&t, 0);
	assert_null(find(&t, 1));
	table_each(&t, visit, &total);
	assert_int_equal(total, 0);
	table_done(&t);
}

static void everything_added_is_found_and_nothing_else(void **state)
{
	struct table t;

	(void)state;
	fill(&t, MANY);
	assert_int_equal(t.count, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(find(&t, i), &objects[i]);
	for (uint32_t i = MANY; i < 2 * MANY; i++)
		assert_null(find(&t, i));
	table_done(&t);
	assert_int_equal(objects[7].id, 7);
}

static void chains_stay_short_as_the_table_fills(void **state)
{
	struct table t;

	(void)state;
	fill(&t, MANY);
	assert_true(t.size >= MANY);
	for (size_t i = 0; i < t.size; i++) {
		unsigned int length = 0;

		for (struct table_link *link = t.buckets[i]; link; link = link->next)
			length++;
		assert_true(length < 12);
	}
	table_done(&t);
}

static void removed_is_gone_and_the_others_stay(void **state)
{
	struct table t;

	(void)state;
	fill(&t, MANY);
	for (uint32_t i = 0; i < MANY; i += 2)
		table_remove(&t, &objects[i].link);
	assert_int_equal(t.count, MANY / 2);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(find(&t, i), i % 2 ? &objects[i] : NULL);
	table_add(&t, key_of(&objects[0].id), &objects[0].link);
	assert_ptr_equal(find(&t, 0), &objects[0]);
	for (uint32_t i = 1; i < MANY; i += 2)
		table_remove(&t, &objects[i].link);
	table_remove(&t, &objects[0].link);
	assert_int_equal(t.count, 0);
	assert_null(find(&t, 1));
	table_done(&t);
}

static void each_is_called_once_per_object(void **state)
{
	unsigned int total = 0;
	struct table t;

	(void)state;
	fill(&t, 100);
	table_each(&t, visit, &total);
	assert_int_equal(total, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(objects[i].visits, 1);
	table_done(&t);
}

static void remove_it(void *context, struct table_link *link)
{
	table_remove(context, link);
}

static void callback_may_remove_its_own(void **state)
{
	struct table t;

	(void)state;
	fill(&t, 1000);
	table_each(&t, remove_it, &t);
	assert_int_equal(t.count, 0);
	assert_null(find(&t, 1));
	table_done(&t);
}

static void seed_decides_the_hash(void **state)
{
	static const uint8_t other[16];
	struct object object = { 0 };
	struct table t;
	uint64_t hash;

	(void)state;
	table_init(&t, seed, id_matches);
	table_add(&t, key_of(&object.id), &object.link);
	hash = object.link.hash;
	assert_true(hash == siphash(t.key, key_of(&object.id)));
	table_done(&t);
	table_init(&t, other, id_matches);
	table_add(&t, key_of(&object.id), &object.link);
	assert_true(object.link.hash != hash);
	table_done(&t);
}

static bool anything_matches(const struct table_link *link, struct bytes key)
{
	(void)link;
	(void)key;
	return true;
}

static void keys_of_any_length_will_do(void **state)
{
	struct table_link empty;
	struct table t;

	(void)state;
	table_init(&t, seed, anything_matches);
	table_add(&t, bytes_at(NULL, 0), &empty);
	assert_ptr_equal(table_find(&t, bytes_at(NULL, 0)), &empty);
	assert_null(table_find(&t, bytes_of_text("a")));
	table_remove(&t, &empty);
	table_done(&t);
}

static void add_the_same_key_twice(void)
{
	struct object again = { .id = 3 };
	struct table t;

	fill(&t, 5);
	table_add(&t, key_of(&again.id), &again.link);
}

static void remove_from_an_empty_table(void)
{
	struct table t;

	fill(&t, 0);
	table_remove(&t, &objects[0].link);
}

static void remove_what_is_not_in_it(void)
{
	struct table t;

	fill(&t, 5);
	table_remove(&t, &objects[5].link);
}

static void mistakes_abort(void **state)
{
	(void)state;
	assert_true(dies(add_the_same_key_twice));
	assert_true(dies(remove_from_an_empty_table));
	assert_true(dies(remove_what_is_not_in_it));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_table_finds_nothing),
		cmocka_unit_test(everything_added_is_found_and_nothing_else),
		cmocka_unit_test(chains_stay_short_as_the_table_fills),
		cmocka_unit_test(removed_is_gone_and_the_others_stay),
		cmocka_unit_test(each_is_called_once_per_object),
		cmocka_unit_test(callback_may_remove_its_own),
		cmocka_unit_test(seed_decides_the_hash),
		cmocka_unit_test(keys_of_any_length_will_do),
		cmocka_unit_test(mistakes_abort),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
