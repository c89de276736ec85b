/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/security.md names tests that are there. Run from the top of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char page_name[] = "docs/security.md";

enum { KINDS = 47, FILE_MAX = 400000 };

/* NULL: there is no such file. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text;
	size_t len;

	if (file == NULL)
		return NULL;
	text = calloc(1, FILE_MAX);
	len = fread(text, 1, FILE_MAX - 1, file);
	assert_in_range(len, 1, FILE_MAX - 2);
	fclose(file);
	return text;
}

/* A row of a table, in quotes, or a function. */
static void must_be_there(const char *file, const char *text, const char *name, size_t len)
{
	char wanted[200];

	assert_in_range(len, 5, sizeof(wanted) - 10);
	(void)snprintf(wanted, sizeof(wanted), "\"%.*s\"", (int)len, name);
	if (strstr(text, wanted) != NULL)
		return;
	(void)snprintf(wanted, sizeof(wanted), "static void %.*s(void", (int)len, name);
	if (strstr(text, wanted) == NULL)
		fail_msg("%s names \"%.*s\", which is not in %s", page_name, (int)len, name, file);
}

/* [short](../path): "name", "name"; and so on. How many names there are. */
static unsigned check_tests(const char *cell)
{
	unsigned names = 0;
	char *text = NULL;
	char path[300] = "";

	while (*cell != '\0') {
		const char *end;

		if (strncmp(cell, "](../", 5) == 0) {
			assert_int_equal(sscanf(cell, "](../%299[^)])", path), 1);
			free(text);
			text = slurp(path);
			if (text == NULL)
				fail_msg("%s names %s, which is not there", page_name, path);
		} else if (*cell == '"') {
			end = strchr(cell + 1, '"');
			assert_non_null(end);
			assert_non_null(text);
			must_be_there(path, text, cell + 1, (size_t)(end - cell) - 1);
			names++;
			cell = end;
		}
		cell++;
	}
	free(text);
	return names;
}

/* `line` is "| number | what | answer | tests |". */
static void check_line(char *line, bool seen[KINDS + 1])
{
	char *cells[5], *rest = NULL;
	unsigned kind;

	for (int i = 0; i < 4; i++) {
		cells[i] = strtok_r(i == 0 ? line : NULL, "|", &rest);
		assert_non_null(cells[i]);
		assert_in_range(strlen(cells[i]), 3, 4000);
	}
	kind = (unsigned)strtoul(cells[0], NULL, 10);
	assert_in_range(kind, 1, KINDS);
	assert_false(seen[kind]);
	seen[kind] = true;
	if (check_tests(cells[3]) == 0)
		fail_msg("%s has no test for%s", page_name, cells[1]);
}

static void test_every_named_test_is_there(void **state)
{
	char *page = slurp(page_name), *rest = NULL;
	bool seen[KINDS + 1] = { false };

	(void)state;
	if (page == NULL)
		skip();
	for (char *line = strtok_r(page, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "| ", 2) == 0 && line[2] >= '0' && line[2] <= '9')
			check_line(line, seen);
	for (unsigned i = 1; i <= KINDS; i++)
		if (!seen[i])
			fail_msg("%s lacks number %u", page_name, i);
	free(page);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_named_test_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
