/* SPDX-License-Identifier: GPL-2.0-or-later */
/* whack against a daemon played from a script: what it asks, prints, and how it ends. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_bench.h"

static struct bench *run(void **state, const char *const *words, const char *const *answers)
{
	struct bench *b = *state;
	const char *all[24] = { "--rundir", b->dir };
	pid_t daemon = bench_daemon(b, "pluto.ctl", answers);

	for (int i = 0; words[i] && i < 20; i++)
		all[i + 2] = words[i];
	bench_run(b, "whack", all);
	bench_end_daemon(b, daemon, "pluto.ctl");
	return b;
}

static const struct {
	const char *what;
	const char *const *words;
	const char *asked, *answer, *out;
	int code;
} talks[] = {
	{ "trafficstatus", WORDS("--trafficstatus"),
	  "{\"v\":1,\"command\":\"trafficstatus\"}\n",
	  "{\"class\":6,\"traffic\":{\"serial\":2,\"name\":\"a-0\",\"type\":\"ESP\","
	  "\"add_time\":1,\"in_bytes\":0,\"out_bytes\":0,\"id\":\"@east\"}}\n{\"result\":0}\n",
	  "006 #2: \"a-0\", type=ESP, add_time=1, inBytes=0, outBytes=0, id='@east'\n", 0 },
	{ "up with progress", WORDS("--name", "a", "--initiate"),
	  "{\"v\":1,\"command\":\"up\",\"name\":\"a\"}\n",
	  "{\"class\":2,\"text\":\"one\"}\n{\"class\":4,\"text\":\"two\"}\n{\"result\":0}\n",
	  "002 one\n004 two\n", 0 },
	{ "without numbers", WORDS("--no-prefix", "--name=a", "--down", "--asynchronous"),
	  "{\"v\":1,\"command\":\"down\",\"name\":\"a\",\"async\":true}\n",
	  "{\"class\":2,\"text\":\"one\"}\n{\"result\":0}\n", "one\n", 0 },
	{ "as JSON, the result too", WORDS("--json", "--no-prefix", "--status"),
	  "{\"v\":1,\"command\":\"status\"}\n",
	  "{\"class\": 2, \"text\": \"one\", \"more\": [1]}\n{\"result\":0}\n",
	  "{\"class\":2,\"text\":\"one\",\"more\":[1]}\n{\"result\":0}\n", 0 },
	{ "an error is the exit status", WORDS("--name", "x", "--route"),
	  "{\"v\":1,\"command\":\"route\",\"name\":\"x\"}\n",
	  "{\"class\":21,\"text\":\"no connection named \\\"x\\\"\"}\n{\"result\":21}\n",
	  "021 no connection named \"x\"\n", 21 },
	{ "a Child SA is rekeyed", WORDS("--name", "a-2", "--rekey-child"),
	  "{\"v\":1,\"command\":\"rekey-child\",\"name\":\"a-2\"}\n", "{\"result\":0}\n", "", 0 },
	{ "an IKE SA is rekeyed", WORDS("--name", "a", "--rekey-ike"),
	  "{\"v\":1,\"command\":\"rekey-ike\",\"name\":\"a\"}\n", "{\"result\":0}\n", "", 0 },
	{ "a result below 20 is no error", WORDS("--listen"),
	  "{\"v\":1,\"command\":\"listen\"}\n", "{\"result\":4}\n", "", 0 },
	{ "a daemon that dies in the middle", WORDS("--status"),
	  "{\"v\":1,\"command\":\"status\"}\n", "", "", 33 },
	{ "a daemon that talks something else", WORDS("--status"),
	  "{\"v\":1,\"command\":\"status\"}\n", "000 old status\n", "", 33 },
};

static void whack_asks_prints_and_ends_as_told(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(talks); i++) {
		struct bench *b = run(state, talks[i].words, WORDS(talks[i].answer));

		print_message("%s\n", talks[i].what);
		assert_string_equal(b->asked, talks[i].asked);
		assert_string_equal(b->out, talks[i].out);
		assert_int_equal(b->code, talks[i].code);
		assert_true((b->code == 33) == (b->err[0] != 0));
	}
}

static void no_pluto_is_said_in_one_sentence(void **state)
{
	struct bench *b = *state;
	char expected[200];

	bench_run(b, "whack", WORDS("--rundir", b->dir, "--status"));
	snprintf(expected, sizeof(expected),
		 "whack: Pluto is not running (no \"%s/pluto.ctl\")\n", b->dir);
	assert_string_equal(b->err, expected);
	assert_int_equal(b->code, 33);
}

static void a_silent_pluto_is_given_up_in_time(void **state)
{
	struct bench *b = run(state, WORDS("--timeout", "1", "--status"),
			      WORDS("{\"class\":0,\"text\":\"well\"}\n"));

	assert_string_equal(b->out, "000 well\n");
	assert_int_equal(b->code, 33);
}

static void shutdown_ends_when_the_socket_is_gone(void **state)
{
	struct bench *b = run(state, WORDS("--shutdown"), WORDS(""));

	assert_string_equal(b->asked, "{\"v\":1,\"command\":\"shutdown\"}\n");
	assert_int_equal(b->code, 0);
	assert_string_equal(b->err, "");
}

static const struct {
	const char *what;
	const char *const *words;
	const char *sentence;
} mistakes[] = {
	{ "an unknown option", WORDS("--stauts"), "no option --stauts; did you mean --status?" },
	{ "one that resembles nothing", WORDS("--xyzzyxyzzy=\033"),
	  "no option --xyzzyxyzzy; --help shows what there is" },
	{ "no command", WORDS("--name", "a"),
	  "no command given, such as --status; --help shows what there is" },
	{ "two commands", WORDS("--status", "--shutdown"),
	  "--status and --shutdown are two commands; one at a time" },
	{ "no name", WORDS("--initiate"), "--initiate needs --name NAME" },
	{ "no name to rekey", WORDS("--rekey-child"), "--rekey-child needs --name NAME" },
	{ "a name too many", WORDS("--name", "a", "--shutdown"),
	  "--shutdown is not about one connection: without --name" },
	{ "no value", WORDS("--status", "--timeout"),
	  "--timeout needs a value: --timeout SECONDS" },
	{ "a value too many", WORDS("--status=yes"), "--status takes no value" },
	{ "an odd time", WORDS("--status", "--timeout", "1s"),
	  "--timeout takes a number of seconds from 1 to 86400" },
	{ "a bare word", WORDS("--initiate", "a"),
	  "unexpected word \"a\"; a connection is named with --name NAME" },
	{ "a name that is not UTF-8", WORDS("--initiate", "--name", "\xff"),
	  "the name is not UTF-8" },
};

static void mistakes_get_one_sentence(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		char expected[200];

		print_message("%s\n", mistakes[i].what);
		bench_run(b, "whack", mistakes[i].words);
		snprintf(expected, sizeof(expected), "whack: %s\n", mistakes[i].sentence);
		assert_string_equal(b->err, expected);
		assert_string_equal(b->out, "");
		assert_int_equal(b->code, 33);
	}
}

/* docs/whack.8 and the option table say the same; run from the top of the tree. */
static void each_option_is_in_the_manual(void **state)
{
	static char manual[BENCH_TEXT_MAX];
	struct bench *b = *state;
	char *line, *rest = NULL;
	int seen = 0;

	bench_slurp("docs/whack.8", manual);
	if (!manual[0])
		skip();
	bench_run(b, "whack", WORDS("--help"));
	for (line = strtok_r(b->out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char name[64], expected[80];

		if (sscanf(line, " --%63[a-z-]", name) != 1)
			continue;
		print_message("%s\n", name);
		snprintf(expected, sizeof(expected), ".It Fl Fl %s", name);
		assert_non_null(strstr(manual, expected));
		seen++;
	}
	assert_true(seen > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whack_asks_prints_and_ends_as_told),
		cmocka_unit_test(no_pluto_is_said_in_one_sentence),
		cmocka_unit_test(a_silent_pluto_is_given_up_in_time),
		cmocka_unit_test(shutdown_ends_when_the_socket_is_gone),
		cmocka_unit_test(mistakes_get_one_sentence),
		cmocka_unit_test(each_option_is_in_the_manual),
	};

	return cmocka_run_group_tests_name("whack", tests, bench_setup, bench_teardown);
}
