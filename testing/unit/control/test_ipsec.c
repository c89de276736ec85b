/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ipsec script: which command becomes which request, and what it does on its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>

#include "client_bench.h"

static void run(struct bench *b, const char *const *words)
{
	const char *all[24] = { "--rundir", b->dir };

	for (int i = 0; words[i] && i < 20; i++)
		all[i + 2] = words[i];
	bench_run(b, "ipsec", all);
}

static const struct {
	const char *const *words;
	const char *request; /* after {"v":1,"command": */
} requests[] = {
	{ WORDS("status"), "\"status\"}" },
	{ WORDS("auto", "--status"), "\"status\"}" },
	{ WORDS("status", "--json"), "\"status\"}" },
	{ WORDS("up", "a"), "\"up\",\"name\":\"a\"}" },
	{ WORDS("up", "--async", "a b"), "\"up\",\"name\":\"a b\",\"async\":true}" },
	{ WORDS("--json", "initiate", "a", "--timeout=5"), "\"up\",\"name\":\"a\"}" },
	{ WORDS("auto", "--up", "$(touch x)"), "\"up\",\"name\":\"$(touch x)\"}" },
	{ WORDS("auto", "--asynchronous", "--up", "a"),
	  "\"up\",\"name\":\"a\",\"async\":true}" },
	{ WORDS("down", "a"), "\"down\",\"name\":\"a\"}" },
	{ WORDS("terminate", "a"), "\"down\",\"name\":\"a\"}" },
	{ WORDS("auto", "--down", "a"), "\"down\",\"name\":\"a\"}" },
	{ WORDS("delete", "a"), "\"delete\",\"name\":\"a\"}" },
	{ WORDS("auto", "--route", "a"), "\"route\",\"name\":\"a\"}" },
	{ WORDS("unroute", "a"), "\"unroute\",\"name\":\"a\"}" },
	{ WORDS("trafficstatus"), "\"trafficstatus\"}" },
	{ WORDS("trafficstatus", "a"), "\"trafficstatus\",\"name\":\"a\"}" },
	{ WORDS("connectionstatus", "a", "--no-prefix"), "\"connectionstatus\",\"name\":\"a\"}" },
	{ WORDS("showstates"), "\"showstates\"}" },
	{ WORDS("briefstatus"), "\"briefstatus\"}" },
	{ WORDS("rereadsecrets"), "\"rereadsecrets\"}" },
	{ WORDS("listen"), "\"listen\"}" },
	{ WORDS("auto", "--ready"), "\"ready\"}" },
	{ WORDS("whack", "--name", "a", "--initiate"), "\"up\",\"name\":\"a\"}" },
};

static void each_command_is_one_request(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		pid_t daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":21}\n"));
		char expected[200];

		run(b, requests[i].words);
		bench_end_daemon(b, daemon, "pluto.ctl");
		snprintf(expected, sizeof(expected), "{\"v\":1,\"command\":%s\n",
			 requests[i].request);
		assert_string_equal(b->err, "");
		assert_string_equal(b->asked, expected);
		assert_int_equal(b->code, 21);
	}
}

static const struct {
	const char *const *words;
	int code;
	const char *out, *err; /* pieces */
} answers[] = {
	{ WORDS("help"), 0, "usage: ipsec", "" },
	{ WORDS("--help"), 0, "usage: ipsec", "" },
	{ WORDS(NULL), 2, "", "usage: ipsec" },
	{ WORDS("version"), 0, "Cygnet ", "" },
	{ WORDS("stauts"), 2, "", "no command \"stauts\"; did you mean \"status\"?" },
	{ WORDS("trafficstats"), 2, "", "did you mean \"trafficstatus\"?" },
	{ WORDS("xyzzyxyzzy"), 2, "", "no command \"xyzzyxyzzy\"; \"ipsec help\"" },
	{ WORDS("--nosuch", "up"), 2, "", "no option --nosuch" },
	{ WORDS("up"), 2, "", "up which connection?" },
	{ WORDS("add"), 2, "", "add which connection?" },
	{ WORDS("up", "a", "--nosuch"), 2, "", "up takes no option --nosuch" },
	{ WORDS("up", "a'; echo x; '"), 2, "", "no connection has a quote" },
	{ WORDS("auto"), 2, "", "auto takes --add" },
	{ WORDS("auto", "--upp", "a"), 2, "", "auto knows no --upp; it takes --add" },
	{ WORDS("barf"), 2, "", "no command \"barf\"; \"ipsec help\"" },
	{ WORDS("cpus", "--once"), 33, "", "Pluto is not running" },
	{ WORDS("--json", "cpus", "--once"), 33, "{\"result\":33}\n", "Pluto is not running" },
	{ WORDS("cpus", "now"), 33, "", "it takes no words" },
	{ WORDS("--config", "/nonexistent", "verify"), 2, "FAIL pluto", "" },
	{ WORDS("--config", "/nonexistent", "--json", "verify"), 2, "{\"result\":2,", "" },
	{ WORDS("verify", "--nosuch"), 33, "", "no option --nosuch" },
	{ WORDS("version", "--json"), 0, "{\"class\":0,\"text\":\"Cygnet ", "" },
	{ WORDS("stop", "now"), 2, "", "stop takes no arguments" },
	{ WORDS("stop"), 0, "pluto is not running", "" },
	{ WORDS("status"), 33, "", "Pluto is not running" },
	{ WORDS("up", "a", "b"), 33, "", "Pluto is not running" },
	{ WORDS("--config", "/nonexistent", "add", "a"), 3, "", "/nonexistent" },
	{ WORDS("initnss", "--nosuch"), 2, "", "initnss takes --nssdir" },
};

static void assert_has(const char *text, const char *piece)
{
	if (!piece[0])
		assert_string_equal(text, "");
	else if (!strstr(text, piece))
		fail_msg("'%s' lacks '%s'", text, piece);
}

static void what_needs_no_daemon_is_answered(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		run(b, answers[i].words);
		print_message("%s\n", answers[i].words[0] ? answers[i].words[0] : "nothing");
		assert_has(b->out, answers[i].out);
		assert_has(b->err, answers[i].err);
		assert_int_equal(b->code, answers[i].code);
	}
}

/* A process that is called pluto, and its pid file. */
static pid_t sleeping_pluto(const struct bench *b)
{
	char path[BENCH_PATH_MAX];
	int started[2];
	pid_t pid;
	FILE *f;

	bench_path(b, "pluto", path);
	assert_int_equal(symlink("/bin/sleep", path), 0);
	assert_int_equal(pipe2(started, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		execl(path, path, "200", (char *)NULL);
		_exit(1);
	}
	/* It has its name from exec on, which closes the pipe. */
	close(started[1]);
	assert_int_equal(read(started[0], path, 1), 0);
	close(started[0]);
	bench_path(b, "pluto.pid", path);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%d\n", (int)pid);
	fclose(f);
	return pid;
}

static void a_running_daemon_is_not_started_twice_and_stop_sees_it_end(void **state)
{
	struct bench *b = *state;
	pid_t pid = sleeping_pluto(b), daemon;
	char path[BENCH_PATH_MAX];

	run(b, WORDS("start"));
	assert_int_equal(b->code, 0);
	assert_has(b->out, "pluto is already running");

	/* The daemon closes its socket; the process, told by a signal, is reaped by nobody. */
	daemon = bench_daemon(b, "pluto.ctl", WORDS("{\"result\":52}\n"));
	run(b, WORDS("stop"));
	assert_int_equal(b->code, 0);
	bench_end_daemon(b, daemon, "pluto.ctl");
	assert_string_equal(b->asked, "{\"v\":1,\"command\":\"shutdown\"}\n");

	run(b, WORDS("stop"));
	assert_int_equal(b->code, 0);
	assert_string_equal(b->out, "pluto is not running\n");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	bench_path(b, "pluto.pid", path);
	unlink(path);
	bench_path(b, "pluto", path);
	unlink(path);
}

static void checknss_sets_and_mends_owner_and_mode(void **state)
{
	struct bench *b = *state;
	char dir[BENCH_PATH_MAX], file[BENCH_PATH_MAX];
	struct stat st;

	if (getuid() != 0)
		skip();
	bench_path(b, "nss", dir);
	bench_path(b, "nss/cert9.db", file);
	assert_int_equal(mkdir(dir, 0777), 0);
	close(open(file, O_WRONLY | O_CREAT, 0666));
	chmod(file, 0666);
	run(b, WORDS("checknss", "--nssdir", dir, "--nssgroup", "daemon"));
	assert_int_equal(b->code, 0);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(st.st_gid, 1);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_gid, 1);
	run(b, WORDS("checknss", "--nssdir", dir, "--nssgroup=no-such-group"));
	assert_int_equal(b->code, 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_gid, 0);
	run(b, WORDS("initnss", "--nssdir", dir, "--nssgroup=root"));
	assert_int_equal(b->code, 42);
	unlink(file);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_is_one_request),
		cmocka_unit_test(what_needs_no_daemon_is_answered),
		cmocka_unit_test(a_running_daemon_is_not_started_twice_and_stop_sees_it_end),
		cmocka_unit_test(checknss_sets_and_mends_owner_and_mode),
	};

	return cmocka_run_group_tests_name("ipsec", tests, bench_setup, bench_teardown);
}
