/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addconn against a daemon and a keeper played from scripts: what each is told, and the end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "client_bench.h"

static const char *const file =
	"conn a\n\tleft=127.0.0.1\n\tright=192.1.2.23\n\tauthby=secret\n\tauto=add\n"
	"\tdpddelay=3\n\tleftupdown=\"/bin/ours a\"\n\trightupdown=\"/bin/theirs a\"\n"
	"conn b\n\tleft=%defaultroute\n\tright=127.0.0.1\n\tauthby=secret\n\tauto=route\n"
	"conn c\n\tleft=127.0.0.1\n\tright=192.1.2.24\n\tauthby=secret\n\tauto=start\n"
	"conn d\n\tleft=127.0.0.1\n\tright=192.1.2.25\n\tauthby=secret\n\tauto=ignore\n";

static void put_config(struct bench *b, const char *text)
{
	char path[BENCH_PATH_MAX];
	FILE *f;

	bench_path(b, "ipsec.conf", path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void run(struct bench *b, const char *const *words)
{
	static char config[BENCH_PATH_MAX];
	const char *all[24] = { "--rundir", b->dir, "--config", config };

	bench_path(b, "ipsec.conf", config);
	for (int i = 0; words[i] && i < 18; i++)
		all[i + 4] = words[i];
	bench_run(b, "addconn", all);
}

/* The n-th of the lines that were asked, as JSON that the caller frees. */
static json_t *asked(const struct bench *b, size_t n)
{
	const char *line = b->asked;
	json_t *request;

	for (; n; n--) {
		line = strchr(line, '\n');
		assert_non_null(line);
		line++;
	}
	request = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(request);
	return request;
}

static void assert_text(const json_t *object, const char *key, const char *expected)
{
	assert_non_null(json_object_get(object, key));
	assert_string_equal(json_string_value(json_object_get(object, key)), expected);
}

static void assert_added(const struct bench *b, size_t n, const char *name, const char *left,
			 bool replace)
{
	json_t *request = asked(b, n), *connection = json_object_get(request, "connection");

	assert_int_equal(json_integer_value(json_object_get(request, "v")), 1);
	assert_text(request, "command", "add");
	assert_int_equal(json_is_true(json_object_get(request, "replace")), replace);
	assert_text(connection, "name", name);
	assert_text(json_object_get(connection, "options"), "left", left);
	json_decref(request);
}

static void a_named_connection_is_added_and_its_own_updown_registered(void **state)
{
	struct bench *b = *state;
	pid_t daemon, keeper;

	put_config(b, file);
	daemon = bench_daemon(b, "pluto.ctl",
			      WORDS("{\"class\":2,\"text\":\"added\"}\n{\"result\":0}\n"));
	keeper = bench_daemon(b, "pluto.keeper", WORDS("{\"result\":0}\n"));
	run(b, WORDS("--replace", "a"));
	assert_int_equal(b->code, 0);
	assert_string_equal(b->err, "");
	assert_string_equal(b->out, "002 added\n");
	bench_end_daemon(b, keeper, "pluto.keeper");
	assert_string_equal(b->asked, "{\"v\":1,\"command\":\"updown\",\"name\":\"a\","
				      "\"updown\":\"/bin/ours a\"}\n");
	bench_end_daemon(b, daemon, "pluto.ctl");
	assert_added(b, 0, "a", "127.0.0.1", true);
}

static void autoall_adds_what_auto_says_and_ends_with_two_lists(void **state)
{
	struct bench *b = *state;
	pid_t daemon, keeper;
	json_t *last;

	put_config(b, file);
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	keeper = bench_daemon(b, "pluto.keeper", WORDS("{\"result\":0}\n"));
	run(b, WORDS("--autoall"));
	assert_int_equal(b->code, 0);
	bench_end_daemon(b, keeper, "pluto.keeper");
	assert_non_null(strstr(b->asked, "\"name\":\"b\",\"updown\":null}"));
	bench_end_daemon(b, daemon, "pluto.ctl");
	assert_added(b, 0, "a", "127.0.0.1", false);
	assert_added(b, 1, "b", "127.0.0.1", false); /* what %defaultroute is towards 127.0.0.1 */
	assert_added(b, 2, "c", "127.0.0.1", false);
	last = asked(b, 3);
	assert_text(last, "command", "autoall-done");
	assert_true(json_is_false(json_object_get(last, "more")));
	assert_int_equal(json_array_size(json_object_get(last, "route")), 1);
	assert_int_equal(json_array_size(json_object_get(last, "start")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(last, "route"), 0)),
			    "b");
	assert_string_equal(json_string_value(json_array_get(json_object_get(last, "start"), 0)),
			    "c");
	json_decref(last);
}

static void what_pluto_refuses_is_neither_started_nor_success(void **state)
{
	struct bench *b = *state;
	pid_t daemon;
	json_t *last;

	put_config(b, "conn c\n\tleft=127.0.0.1\n\tright=192.1.2.24\n\tauthby=secret\n"
		      "\tauto=start\n");
	daemon = bench_daemon(b, "pluto.ctl",
			      WORDS("{\"class\":23,\"text\":\"no\"}\n{\"result\":23}\n",
				    "{\"result\":0}\n"));
	run(b, WORDS("--autoall"));
	assert_int_equal(b->code, 1);
	assert_string_equal(b->out, "023 no\n");
	bench_end_daemon(b, daemon, "pluto.ctl");
	last = asked(b, 1);
	assert_text(last, "command", "autoall-done");
	assert_int_equal(json_array_size(json_object_get(last, "start")), 0);
	json_decref(last);
}

static void a_broken_file_loads_nothing_and_still_ends_the_start(void **state)
{
	struct bench *b = *state;
	pid_t daemon;
	json_t *request;

	put_config(b, "conn a\n\tleft=127.0.0.1\n\tright=192.1.2.23\n\tlfet=1\n");
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	run(b, WORDS("--autoall"));
	assert_int_equal(b->code, 3);
	assert_non_null(strstr(b->err, "ipsec.conf:4: "));
	assert_non_null(strstr(b->err, "lfet"));
	bench_end_daemon(b, daemon, "pluto.ctl");
	request = asked(b, 0);
	assert_text(request, "command", "autoall-done");
	json_decref(request);

	run(b, WORDS("--checkconfig"));
	assert_int_equal(b->code, 3);
}

static void many_names_come_in_several_requests(void **state)
{
	struct bench *b = *state;
	struct buffer text = { 0 };
	pid_t daemon;
	json_t *request;

	for (int i = 0; i < 300; i++)
		write_format(&text, "conn n%d\n\tleft=127.0.0.1\n\tright=10.0.%d.%d\n"
			     "\tauthby=secret\n\tauto=route\n", i, i / 200, 1 + i % 200);
	put_config(b, buffer_text(&text));
	buffer_done(&text);
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	run(b, WORDS("--autoall"));
	assert_int_equal(b->code, 0);
	bench_end_daemon(b, daemon, "pluto.ctl");
	request = asked(b, 300);
	assert_true(json_is_true(json_object_get(request, "more")));
	assert_int_equal(json_array_size(json_object_get(request, "route")), 256);
	json_decref(request);
	request = asked(b, 301);
	assert_true(json_is_false(json_object_get(request, "more")));
	assert_int_equal(json_array_size(json_object_get(request, "route")), 44);
	json_decref(request);
}

static void mistakes_are_named(void **state)
{
	struct bench *b = *state;
	pid_t daemon;

	put_config(b, file);
	run(b, WORDS("a"));
	assert_int_equal(b->code, 33);
	assert_non_null(strstr(b->err, "Pluto is not running"));
	run(b, WORDS("--autoal"));
	assert_int_equal(b->code, 2);
	assert_string_equal(b->err, "addconn: no option --autoal; did you mean --autoall?\n");
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	run(b, WORDS("--", "bb"));
	assert_int_equal(b->code, 1);
	assert_non_null(strstr(b->err, "there is no connection \"bb\"; did you mean \"b\"?"));
	bench_end_daemon(b, daemon, "pluto.ctl");
	assert_string_equal(b->asked, "");
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	put_config(b, "conn many\n\tleft=127.0.0.1\n\tright=192.1.2.25\n\tauthby=secret\n"
		      "\tclones=3\n");
	run(b, WORDS("--replace", "--", "many-2"));
	assert_int_equal(b->code, 1);
	assert_non_null(strstr(b->err, "\"many-2\": that is one member of the clone set \"many\", "
				       "which comes and goes as a whole: say \"many\"\n"));
	put_config(b, file);
	bench_end_daemon(b, daemon, "pluto.ctl");
	assert_string_equal(b->asked, "");
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":0}\n"));
	run(b, WORDS("a"));
	assert_int_equal(b->code, 1);
	assert_non_null(strstr(b->err, "its updown command could not be registered"));
	bench_end_daemon(b, daemon, "pluto.ctl");
}

static void lists_show_names_and_config_setup(void **state)
{
	struct bench *b = *state;

	put_config(b, file);
	run(b, WORDS("--listall"));
	assert_string_equal(b->out, "a\nb\nc\nd\n");
	run(b, WORDS("--liststart", "--listroute"));
	assert_string_equal(b->out, "b\nc\n");
	run(b, WORDS("--configsetup=secretsfile"));
	assert_string_equal(b->out, "/etc/ipsec.secrets\n");
	assert_int_equal(b->code, 0);
	run(b, WORDS("--configsetup"));
	assert_non_null(strstr(b->out, "\nkernel=xfrm\n"));
	assert_non_null(strstr(b->out, "\nddos-mode=auto\nddos-ike-threshold=25000\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_named_connection_is_added_and_its_own_updown_registered),
		cmocka_unit_test(autoall_adds_what_auto_says_and_ends_with_two_lists),
		cmocka_unit_test(what_pluto_refuses_is_neither_started_nor_success),
		cmocka_unit_test(a_broken_file_loads_nothing_and_still_ends_the_start),
		cmocka_unit_test(many_names_come_in_several_requests),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(lists_show_names_and_config_setup),
	};

	return cmocka_run_group_tests_name("addconn", tests, bench_setup, bench_teardown);
}
