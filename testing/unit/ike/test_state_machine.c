/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states, their moves, and the page about them, which `make docs` writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/must_check.h"
#include "ike/sa/ike_state.h"

static void test_every_state_is_explained(void **state)
{
	(void)state;
	for (enum ike_state s = IKE_NONE; s < IKE_STATES; s++) {
		assert_int_equal(strncmp(ike_state_constant(s), "IKE_", 4), 0);
		assert_in_range(strlen(ike_state_name(s)), 5, 60);
		assert_in_range(strlen(ike_state_meaning(s)), 10, 100);
	}
}

static void test_every_state_is_reached_and_left(void **state)
{
	(void)state;
	for (enum ike_state s = IKE_NEW; s < IKE_GONE; s++) {
		bool reached = false;

		for (size_t i = 0; i < ike_move_count; i++)
			reached = reached || ike_moves[i].to == s;
		if (!reached)
			fail_msg("no move leads to %s", ike_state_constant(s));
		assert_true(ike_state_may_move(s, IKE_GONE));
		assert_false(ike_state_may_move(IKE_GONE, s));
	}
}

static void test_moves_that_may_not_be(void **state)
{
	static const struct ike_move bad[] = {
		{ IKE_NEW, IKE_ESTABLISHED, "nobody was authenticated" },
		{ IKE_INIT_SENT, IKE_ESTABLISHED, "nor here" },
		{ IKE_INIT_RECEIVED, IKE_ESTABLISHED, "nor here" },
		{ IKE_DELETING, IKE_ESTABLISHED, "a Delete is not taken back" },
		{ IKE_ESTABLISHED, IKE_AUTH_SENT, "there is no way back" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(ike_state_may_move(bad[i].from, bad[i].to));
}

/* What the diagram of the page could not show. */
static void test_moves_can_be_drawn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ike_move_count; i++) {
		assert_null(strpbrk(ike_moves[i].when, ":;#{}<>\"\n"));
		for (size_t k = 0; k < i; k++)
			assert_false(ike_moves[i].from == ike_moves[k].from &&
				     ike_moves[i].to == ike_moves[k].to);
	}
}

/* The program that `make docs` runs, which stands in BUILD/bin as this test does in BUILD/unit. */
static FILE *page_start(void)
{
	char path[4096], *end;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof("bin/gen-states"));

	assert_true(len > 0);
	path[len] = '\0';
	end = strstr(path, "unit/ike/test_state_machine");
	assert_non_null(end);
	strcpy(end, "bin/gen-states");
	return popen(path, "r");
}

/* Run from the top of the tree. */
static void test_make_docs_was_run(void **state)
{
	char committed[1000], now[1000];
	FILE *page = fopen("docs/state-machine.md", "r"), *fresh;
	int line = 0;
	bool more;

	(void)state;
	if (page == NULL)
		skip();
	fresh = page_start();
	assert_non_null(fresh);
	do {
		line++;
		more = fgets(now, sizeof(now), fresh) != NULL;
		if (fgets(committed, sizeof(committed), page) == NULL)
			committed[0] = '\0';
		if (strcmp(more ? now : "", committed) != 0)
			fail_msg("docs/state-machine.md is stale from line %d on: run `make docs` "
				 "and commit it", line);
	} while (more);
	fclose(page);
	assert_int_equal(pclose(fresh), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state_is_explained),
		cmocka_unit_test(test_every_state_is_reached_and_left),
		cmocka_unit_test(test_moves_that_may_not_be),
		cmocka_unit_test(test_moves_can_be_drawn),
		cmocka_unit_test(test_make_docs_was_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
