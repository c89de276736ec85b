/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real files: include, globs, depth, circles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conf/conf.h"

static char folder[] = "/tmp/cygnet-test-include-XXXXXX";

static const char *path_of(const char *name, char out[200])
{
	snprintf(out, 200, "%s/%s", folder, name);
	return out;
}

static void file_write(const char *name, const char *text)
{
	char path[200];
	FILE *file = fopen(path_of(name, path), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int folder_make(void **state)
{
	char path[200];

	(void)state;
	return mkdtemp(folder) == NULL || mkdir(path_of("more", path), 0700) != 0;
}

static int folder_remove(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

#define BODY "\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"

static bool load(const char *name, struct conf *conf, struct conf_errors *errors)
{
	char path[200];

	*errors = (struct conf_errors) { 0 };
	return conf_load(path_of(name, path), conf, errors);
}

static void test_globs(void **state)
{
	struct conf_errors errors;
	struct conf conf;

	(void)state;
	file_write("main.conf", "config setup\n logtime=no\n"
				"include more/*.conf\n"
				"include \"nothing-*.conf\"\n"
				"conn last" BODY " also=base\n");
	file_write("more/10.conf", "conn first" BODY "include 20.inc # beside this file\n");
	file_write("more/20.inc", "conn second" BODY);
	file_write("more/30.conf", "conn base\n mtu=1400\n");
	assert_true(load("main.conf", &conf, &errors));
	assert_int_equal(conf.count, 3);
	assert_string_equal(conf.conns[0].name, "first");
	assert_string_equal(conf.conns[1].name, "second");
	assert_string_equal(conf.conns[2].name, "last");
	assert_int_equal(conf.conns[2].mtu, 1400);
	assert_non_null(strstr(conf.conns[1].where, "/more/20.inc:1"));
	assert_false(conf.setup.logtime);
	conf_done(&conf);
}

/* The only error is at this file and line, and says this. */
static void check_error(const char *name, const char *where, const char *says)
{
	struct conf_errors errors;
	struct conf conf = { .count = 77 };

	assert_false(load(name, &conf, &errors));
	for (size_t i = 0; i < errors.count; i++)
		print_message("%s: %s\n", errors.list[i].where, errors.list[i].text);
	assert_int_equal(conf.count, 77);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.list[0].where, where));
	assert_non_null(strstr(errors.list[0].text, says));
	conf_errors_done(&errors);
}

static void test_errors_have_their_file(void **state)
{
	(void)state;
	file_write("a.conf", "include b.conf\nconn x" BODY);
	file_write("b.conf", "\nconn y" BODY " pfs=maybe\n");
	check_error("a.conf", "/b.conf:6", "pfs=maybe");
}

static void test_missing(void **state)
{
	(void)state;
	file_write("c.conf", "\ninclude missing.conf\n");
	check_error("c.conf", "/c.conf:2", "missing.conf: No such file");
	check_error("nowhere.conf", "/nowhere.conf", "No such file");
	file_write("d.conf", "include more\n");
	check_error("d.conf", "/d.conf:1", "Is a directory");
}

static void test_circle(void **state)
{
	char path[200], other[200];

	(void)state;
	file_write("circle1.conf", "include circle2.conf\n");
	file_write("circle2.conf", "# on line 2\ninclude circle1.conf\n");
	check_error("circle1.conf", "/circle2.conf:2", "it includes itself");
	file_write("self.conf", "include se*.conf\n");
	check_error("self.conf", "/self.conf:1", "it includes itself");
	file_write("link1.conf", "include link2.conf\n");
	assert_int_equal(symlink(path_of("link1.conf", path), path_of("link2.conf", other)), 0);
	check_error("link1.conf", "/link1.conf:1", "it includes itself");
}

static void test_depth(void **state)
{
	struct conf_errors errors;
	struct conf conf;

	(void)state;
	for (int i = 0; i < 12; i++) {
		char name[40], text[60];

		snprintf(name, sizeof(name), "deep%d.conf", i);
		snprintf(text, sizeof(text), "include deep%d.conf\n", i + 1);
		file_write(name, text);
	}
	file_write("deep12.conf", "conn x" BODY);
	assert_true(load("deep2.conf", &conf, &errors));
	assert_int_equal(conf.count, 1);
	conf_done(&conf);
	check_error("deep0.conf", "/deep10.conf:1", "deeper than 10 files");
}

static void test_endless_file(void **state)
{
	struct conf_errors errors = { 0 };
	struct conf conf;

	(void)state;
	assert_false(conf_load("/dev/zero", &conf, &errors));
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.list[0].text, "File too large"));
	conf_errors_done(&errors);
	assert_true(conf_load("/dev/null", &conf, &errors));
	assert_int_equal(conf.count, 0);
	conf_done(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_errors_have_their_file),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_endless_file),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
