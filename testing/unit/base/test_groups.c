/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/groups.h"
#include "dies.h"

enum { KEYS = 300, PER_KEY = 3 };

struct object {
	uint32_t key;
	unsigned int order;
	struct list link;
};

static const uint8_t seed[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
static struct object objects[PER_KEY][KEYS];

static struct bytes key_of(const uint32_t *key)
{
	return bytes_at(key, sizeof(*key));
}

static void fill(struct groups *g)
{
	groups_init(g, seed);
	for (unsigned int i = 0; i < PER_KEY; i++) {
		for (uint32_t key = 0; key < KEYS; key++) {
			objects[i][key] = (struct object) { .key = key, .order = i };
			groups_add(g, key_of(&key), &objects[i][key].link);
		}
	}
}

static void remove_all(struct groups *g)
{
	for (unsigned int i = 0; i < PER_KEY; i++)
		for (uint32_t key = 0; key < KEYS; key++)
			groups_remove(g, key_of(&key), &objects[i][key].link);
	groups_done(g);
}

static void members_of_a_key_come_in_their_order(void **state)
{
	struct groups g;

	(void)state;
	fill(&g);
	for (uint32_t key = 0; key < KEYS; key++) {
		struct list *members = groups_find(&g, key_of(&key));
		unsigned int seen = 0;

		assert_non_null(members);
		LIST_FOR_EACH(link, members) {
			const struct object *object = LIST_OBJECT(link, struct object, link);

			assert_int_equal(object->key, key);
			assert_int_equal(object->order, seen++);
		}
		assert_int_equal(seen, PER_KEY);
	}
	remove_all(&g);
}

static void last_member_takes_the_list_along(void **state)
{
	uint32_t key = 7, unknown = KEYS;
	struct groups g;

	(void)state;
	fill(&g);
	assert_null(groups_find(&g, key_of(&unknown)));
	for (unsigned int i = 0; i < PER_KEY; i++) {
		assert_non_null(groups_find(&g, key_of(&key)));
		groups_remove(&g, key_of(&key), &objects[i][key].link);
		groups_remove(&g, key_of(&key), &objects[i][key].link); /* not on it any more */
	}
	assert_null(groups_find(&g, key_of(&key)));
	remove_all(&g);
}

static void end_with_members(void)
{
	struct groups g;

	fill(&g);
	groups_done(&g);
}

static void groups_with_members_cannot_end(void **state)
{
	(void)state;
	assert_true(dies(end_with_members));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_a_key_come_in_their_order),
		cmocka_unit_test(last_member_takes_the_list_along),
		cmocka_unit_test(groups_with_members_cannot_end),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
