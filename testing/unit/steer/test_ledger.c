/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keeper changed and has to undo, also after a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pluto/steer/ledger.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_ledger.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/pluto.steering", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct made *entry(struct list *link)
{
	return LIST_OBJECT(link, struct made, link);
}

static void test_it_is_read_as_it_was_written(void **state)
{
	struct steer_ledger l, back;
	struct address to;
	struct made *m;
	struct stat st;
	size_t bad;

	(void)state;
	assert_true(address_parse("2001:db8::23", &to));
	assert_int_equal(steer_ledger_open(&l, path, &bad), 0);
	assert_true(list_empty(&l.list));
	steer_ledger_note_rps(&l, 3, 7, "00000000,0000000f", "f0");
	steer_ledger_note_rule(&l, 4, &to, 0xfedcba98, 11);
	assert_int_equal(steer_ledger_write(&l), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(steer_ledger_open(&back, path, &bad), 0);
	assert_int_equal(bad, 0);
	m = entry(back.list.next);
	assert_int_equal(m->kind, MADE_RPS);
	assert_int_equal(m->index, 3);
	assert_int_equal(m->queue, 7);
	assert_string_equal(m->before, "00000000,0000000f");
	assert_string_equal(m->ours, "f0");
	m = entry(back.list.prev);
	assert_int_equal(m->kind, MADE_RULE);
	assert_int_equal(m->index, 4);
	assert_true(address_equal(&m->destination, &to));
	assert_int_equal(m->spi, 0xfedcba98);
	assert_int_equal(m->queue, 11);
	steer_ledger_close(&l);
	steer_ledger_close(&back);
}

static void test_with_nothing_in_it_the_file_goes(void **state)
{
	struct steer_ledger l;
	size_t bad;

	(void)state;
	assert_int_equal(steer_ledger_open(&l, path, &bad), 0);
	steer_ledger_note_rps(&l, 3, 7, "0", "f");
	assert_int_equal(steer_ledger_write(&l), 0);
	assert_int_equal(access(path, F_OK), 0);
	steer_ledger_strike(&l, entry(l.list.next));
	assert_int_equal(steer_ledger_write(&l), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(steer_ledger_write(&l), 0);
	steer_ledger_close(&l);
}

static void test_what_cannot_be_written_leaves_the_old_one(void **state)
{
	struct steer_ledger l, back;
	char next[160];
	size_t bad;

	(void)state;
	write_file("rps 3 7 0 f\n");
	assert_int_equal(steer_ledger_open(&l, path, &bad), 0);
	steer_ledger_note_rps(&l, 3, 8, "0", "f");
	snprintf(next, sizeof(next), "%s.next", path);
	assert_int_equal(mkdir(next, 0700), 0);
	assert_true(steer_ledger_write(&l) < 0);
	assert_int_equal(rmdir(next), 0);
	assert_int_equal(steer_ledger_open(&back, path, &bad), 0);
	assert_int_equal(entry(back.list.next)->queue, 7);
	assert_ptr_equal(back.list.next, back.list.prev);
	steer_ledger_close(&l);
	steer_ledger_close(&back);
}

static void test_lines_that_make_no_sense_are_dropped(void **state)
{
	static const char *const lines[] = {
		"", "rps", "rps 3 7 0", "rps 3 7 0 f f", "rps 0 7 0 f", "rps -3 7 0 f",
		"rps 3 7 ../x f", "rps 3 7  f", "rps 3 4294967296 0 f", "rule 3 10.0.0 0x1000 1",
		"rule 3 10.0.0.1 1000 1", "rule 3 10.0.0.1 0xff 1", "rule 3 10.0.0.1 0x123456789 1",
		"rule 3 10.0.0.1 0x 1", "else 3 10.0.0.1 0x1000 1",
	};
	struct steer_ledger l;
	size_t bad;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char text[128];

		snprintf(text, sizeof(text), "rps 3 7 0 f\n%s\nrule 3 10.0.0.1 0x1000 1\n",
			 lines[i]);
		write_file(text);
		assert_int_equal(steer_ledger_open(&l, path, &bad), 0);
		if (bad != 1)
			fail_msg("\"%s\" was read", lines[i]);
		assert_int_equal(entry(l.list.next)->kind, MADE_RPS);
		assert_int_equal(entry(l.list.prev)->kind, MADE_RULE);
		steer_ledger_close(&l);
	}
}

static void test_a_link_is_not_followed(void **state)
{
	struct steer_ledger l;
	size_t bad;

	(void)state;
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_true(steer_ledger_open(&l, path, &bad) < 0);
	assert_true(list_empty(&l.list));
	steer_ledger_close(&l);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_it_is_read_as_it_was_written),
		IN_FOLDER(test_with_nothing_in_it_the_file_goes),
		IN_FOLDER(test_what_cannot_be_written_leaves_the_old_one),
		IN_FOLDER(test_lines_that_make_no_sense_are_dropped),
		IN_FOLDER(test_a_link_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
