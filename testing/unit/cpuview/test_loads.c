/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients read of /proc, by what it said on some machines, and by what it should never say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/facts.h"

enum { CPUS = 4 };

#define SOFTIRQS                                                            \
	"                    CPU0       CPU1       CPU2       CPU3       \n" \
	"          HI:          1          0          0          0\n"         \
	"      NET_TX:          7          7          7          7\n"         \
	"      NET_RX:    1000000         22          0         44\n"         \
	"       BLOCK:          9          9          9          9\n"

static const struct {
	const char *what, *softirqs, *softnet;
	uint64_t softirqs_of[CPUS], packets[CPUS], dropped[CPUS], squeezed[CPUS];
	unsigned known; /* bits */
} rows[] = {
	{ "four CPUs, one offline", SOFTIRQS,
	  "0000000a 00000001 00000002 0 0 0 0 0 0 0 0 00000000 00000000 0 0\n"
	  "00000010 00000000 00000000 0 0 0 0 0 0 0 0 00000000 00000001 0 0\n"
	  "ffffffff 00000003 00000004 0 0 0 0 0 0 0 0 00000000 00000003 0 0\n",
	  { 1000000, 22, 0, 44 }, { 10, 16, 0, 0xffffffff }, { 1, 0, 0, 3 }, { 2, 0, 0, 4 }, 0xf },
	{ "before Linux 5.10 lines have no CPU", "",
	  "00000001 00000002 00000003 0 0 0 0 0 0 0 0\n"
	  "00000004 00000005 00000006 0 0 0 0 0 0 0 0\n",
	  { 0 }, { 1, 4 }, { 2, 5 }, { 3, 6 }, 0x3 },
	{ "a header without the last CPU",
	  "   CPU0 CPU3\n  NET_RX:  5  6  7\n", "", { 5, 0, 0, 6 }, { 0 }, { 0 }, { 0 }, 0x9 },
	{ "CPUs that cannot be", "  CPU9999999999 CPU4\n NET_RX: 1 2\n",
	  "1 2 3 0 0 0 0 0 0 0 0 0 00000004\n1 2 3 0 0 0 0 0 0 0 0 0 ffffffffff\n",
	  { 0 }, { 0 }, { 0 }, { 0 }, 0 },
	{ "words, a negative number, half a line", "CPU0 CPU1\nNET_RX: -1 x", "zz\n1 2\n\n-1 2 3 4\n",
	  { 0 }, { 0 }, { 0 }, { 0 }, 0 },
	{ "nothing", "", "", { 0 }, { 0 }, { 0 }, { 0 }, 0 },
};

static void each_cpu_has_its_own_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpu_load loads[CPUS] = { 0 };

		print_message("%s\n", rows[i].what);
		facts_parse_softirqs(rows[i].softirqs, loads, CPUS);
		facts_parse_softnet(rows[i].softnet, loads, CPUS);
		for (size_t cpu = 0; cpu < CPUS; cpu++) {
			assert_int_equal(loads[cpu].softirqs, rows[i].softirqs_of[cpu]);
			assert_int_equal(loads[cpu].packets, rows[i].packets[cpu]);
			assert_int_equal(loads[cpu].dropped, rows[i].dropped[cpu]);
			assert_int_equal(loads[cpu].squeezed, rows[i].squeezed[cpu]);
			assert_int_equal(loads[cpu].known, rows[i].known >> cpu & 1);
		}
	}
}

static void a_counter_is_found_by_its_whole_name(void **state)
{
	static const char text[] = "XfrmInError             \t0\nXfrmInStateSeqError     \t12\n"
				   "XfrmInState\t7\nXfrmLast x\n";
	uint64_t value = 99;

	(void)state;
	assert_true(facts_find_counter(text, "XfrmInStateSeqError", &value));
	assert_int_equal(value, 12);
	assert_true(facts_find_counter(text, "XfrmInState", &value));
	assert_int_equal(value, 7);
	assert_false(facts_find_counter(text, "XfrmLast", &value));
	assert_false(facts_find_counter(text, "Xfrm", &value));
	assert_false(facts_find_counter("", "XfrmInState", &value));
	assert_int_equal(value, 7);
}

static void files_are_read_below_the_root(void **state)
{
	char root[] = "/tmp/cygnet-facts.XXXXXX", path[128], line[8];
	struct cpu_load loads[CPUS];
	struct buffer text = { 0 };
	uint64_t number;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(root));
	(void)snprintf(path, sizeof(path), "%s/number", root);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("1234567890\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_true(facts_read_number(root, "/number", &number));
	assert_int_equal(number, 1234567890);
	assert_int_equal(facts_read_line(root, "/number", line, sizeof(line)), 0);
	assert_string_equal(line, "1234567");
	assert_int_equal(facts_read(root, "/not-there", &text), -ENOENT);
	assert_int_equal(text.len, 0);
	assert_int_equal(facts_read("", root, &text), -EISDIR);
	assert_false(facts_read_number(root, "/not-there", &number));
	memset(loads, 0xff, sizeof(loads));
	facts_read_loads(root, loads, CPUS);
	assert_false(loads[0].known);
	assert_int_equal(loads[CPUS - 1].packets, 0);
	buffer_done(&text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cpu_has_its_own_numbers),
		cmocka_unit_test(a_counter_is_found_by_its_whole_name),
		cmocka_unit_test(files_are_read_below_the_root),
	};

	return cmocka_run_group_tests_name("loads", tests, NULL, NULL);
}
