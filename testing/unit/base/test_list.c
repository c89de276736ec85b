/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/list.h"
#include "dies.h"

struct item {
	int number;
	struct list link;
};

static int number_of(struct list *link)
{
	return LIST_OBJECT(link, struct item, link)->number;
}

static void new_list_is_empty(void **state)
{
	struct list head;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	LIST_FOR_EACH(link, &head)
		fail();
}

static void links_come_in_the_order_of_appending(void **state)
{
	struct item items[5] = { { 0 } };
	struct list head;
	int expected = 0;

	(void)state;
	list_init(&head);
	for (int i = 0; i < 5; i++) {
		items[i].number = i;
		assert_false(list_linked(&items[i].link));
		list_append(&head, &items[i].link);
		assert_true(list_linked(&items[i].link));
		assert_false(list_empty(&head));
	}
	LIST_FOR_EACH(link, &head) {
		assert_int_equal(number_of(link), expected);
		expected++;
	}
	assert_int_equal(expected, 5);
}

static void removed_link_is_gone_and_may_be_removed_again(void **state)
{
	struct item items[3] = { { 0, { 0 } }, { 1, { 0 } }, { 2, { 0 } } };
	struct list head;
	int sum = 0;

	(void)state;
	list_init(&head);
	for (int i = 0; i < 3; i++)
		list_append(&head, &items[i].link);
	list_remove(&items[1].link);
	list_remove(&items[1].link);
	assert_false(list_linked(&items[1].link));
	LIST_FOR_EACH(link, &head)
		sum = 10 * sum + number_of(link);
	assert_int_equal(sum, 2);
	list_remove(&items[0].link);
	list_remove(&items[2].link);
	assert_true(list_empty(&head));
	list_append(&head, &items[1].link);
	assert_ptr_equal(head.next, &items[1].link);
}

static void body_may_remove_the_current_link(void **state)
{
	struct item items[4] = { { 0 } };
	struct list head;
	int seen = 0;

	(void)state;
	list_init(&head);
	for (int i = 0; i < 4; i++)
		list_append(&head, &items[i].link);
	LIST_FOR_EACH(link, &head) {
		list_remove(link);
		seen++;
	}
	assert_int_equal(seen, 4);
	assert_true(list_empty(&head));
}

static void append_twice(void)
{
	struct list head, link = { 0 };

	list_init(&head);
	list_append(&head, &link);
	list_append(&head, &link);
}

static void appending_twice_aborts(void **state)
{
	(void)state;
	assert_true(dies(append_twice));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_list_is_empty),
		cmocka_unit_test(links_come_in_the_order_of_appending),
		cmocka_unit_test(removed_link_is_gone_and_may_be_removed_again),
		cmocka_unit_test(body_may_remove_the_current_link),
		cmocka_unit_test(appending_twice_aborts),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
