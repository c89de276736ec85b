/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two processes as a whole: how they start, what /proc says of them, how they end. Needs root
 * and a network namespace of its own; elsewhere only the command line is tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/must_check.h"
#include "pluto/keeper/drop.h"
#include "pluto/keeper/files.h"
#include "pluto/keeper/keeper.h"
#include "pluto/keeper/options.h"

enum { LIMIT_SECONDS = 60, PATH_LEN = 128, ANSWER_MAX = 64 * 1024, NOT_ISOLATED = 99 };

/* --- The command line --- */

static enum options_result parse(struct options *o, int argc, ...)
{
	char *argv[16] = { (char *)(uintptr_t) "pluto" };
	va_list args;

	va_start(args, argc);
	for (int i = 1; i <= argc; i++)
		argv[i] = va_arg(args, char *);
	va_end(args);
	return options_parse(argc + 1, argv, o);
}

static void options_are_taken_in_both_forms(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, 4, "--config", "/a", "--rundir=/b", "--nofork"), OPTIONS_RUN);
	assert_string_equal(o.config, "/a");
	assert_string_equal(o.rundir, "/b");
	assert_true(o.nofork);
	assert_null(o.secretsfile);
	assert_int_equal(parse(&o, 0), OPTIONS_RUN);
	assert_string_equal(o.config, SYSCONFDIR "/ipsec.conf");
	assert_string_equal(o.user, DEFAULT_USER);
}

static void wrong_options_change_nothing(void **state)
{
	struct options o = { .config = "untouched" };

	(void)state;
	assert_int_equal(parse(&o, 1, "--confg=/a"), OPTIONS_WRONG);
	assert_int_equal(parse(&o, 1, "--config"), OPTIONS_WRONG);
	assert_int_equal(parse(&o, 1, "--config="), OPTIONS_WRONG);
	assert_int_equal(parse(&o, 1, "--nofork=yes"), OPTIONS_WRONG);
	assert_int_equal(parse(&o, 1, "word"), OPTIONS_WRONG);
	assert_int_equal(parse(&o, 1, "-c"), OPTIONS_WRONG);
	assert_string_equal(o.config, "untouched");
}

static void users_go_by_name_or_number_and_root_is_none(void **state)
{
	struct user user = { 7, 7 };
	char why[128];

	(void)state;
	assert_non_null(user_find("root", &user, why, sizeof(why)));
	assert_non_null(user_find("0", &user, why, sizeof(why)));
	assert_non_null(user_find("no-such-user", &user, why, sizeof(why)));
	assert_non_null(user_find("4294967295", &user, why, sizeof(why)));
	assert_int_equal(user.uid, 7);
	assert_null(user_find("54321", &user, why, sizeof(why)));
	assert_int_equal(user.uid, 54321);
	assert_int_equal(user.gid, 54321);
}

/* --- Two processes --- */

struct lab {
	char dir[PATH_LEN], conf[PATH_LEN], secrets[PATH_LEN], log[PATH_LEN], rundir[PATH_LEN];
	struct options options;
	pid_t keeper, pluto;
};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static size_t read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t got = fd >= 0 ? read(fd, out, size - 1) : 0;

	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = 0;
	return got > 0 ? (size_t)got : 0;
}

static bool is_there(const struct lab *lab, const char *name)
{
	char path[2 * PATH_LEN];

	snprintf(path, sizeof(path), "%s/%s", lab->rundir, name);
	return access(path, F_OK) == 0;
}

static struct lab lab;

static int setup(void **state)
{
	lab = (struct lab) { .keeper = -1, .pluto = -1 };
	snprintf(lab.dir, sizeof(lab.dir), "/tmp/cygnet-run-%d", getpid());
	snprintf(lab.conf, sizeof(lab.conf), "%.60s/conf", lab.dir);
	snprintf(lab.secrets, sizeof(lab.secrets), "%.60s/secrets", lab.dir);
	snprintf(lab.log, sizeof(lab.log), "%.60s/log", lab.dir);
	snprintf(lab.rundir, sizeof(lab.rundir), "%.60s/a/run", lab.dir);
	mkdir(lab.dir, 0700);
	write_file(lab.conf, "config setup\n\tkernel=none\n\tnhelpers=2\n");
	write_file(lab.secrets, "@a @b : PSK \"text\"\n");
	lab.options = (struct options) {
		.config = lab.conf, .secretsfile = lab.secrets, .logfile = lab.log,
		.rundir = lab.rundir, .nssdir = "/nonexistent", .user = "54321", .nofork = true
	};
	*state = &lab;
	alarm(LIMIT_SECONDS);
	return 0;
}

static int teardown(void **state)
{
	char command[2 * PATH_LEN];

	(void)state;
	if (lab.keeper > 0) {
		kill(lab.keeper, SIGKILL);
		waitpid(lab.keeper, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", lab.dir);
	alarm(0);
	return system(command);
}

static void isolate(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;

	if (unshare(CLONE_NEWNET))
		_exit(NOT_ISOLATED);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		_exit(NOT_ISOLATED);
	close(fd);
}

/* In a network namespace of its own, where nothing has the ports. */
static pid_t run_keeper(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	isolate();
	exit(keeper_run(&lab.options));
}

static int exit_code(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* One request, and all that comes until the connection closes or the result is there. */
static void ask_at(const char *name, const char *request, char answer[ANSWER_MAX])
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = 0;
	ssize_t got;

	snprintf(at.sun_path, sizeof(at.sun_path), "%.80s/%s", lab.rundir, name);
	while (connect(fd, (struct sockaddr *)&at, sizeof(at)))
		usleep(1000);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (int)strlen(request));
	do {
		got = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0);
		len += got > 0 ? (size_t)got : 0;
		answer[len] = 0;
	} while (got > 0 && !strstr(answer, "\"result\""));
	close(fd);
}

static void ask(const char *request, char answer[ANSWER_MAX])
{
	ask_at("pluto.ctl", request, answer);
}

static pid_t child_of(pid_t parent)
{
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	read_file(path, text, sizeof(text));
	return (pid_t)atoi(text);
}

static void start(void)
{
	char answer[ANSWER_MAX];

	lab.keeper = run_keeper();
	ask("{\"v\":1,\"command\":\"ready\"}\n", answer);
	assert_non_null(strstr(answer, "\"result\":0"));
	lab.pluto = child_of(lab.keeper);
	assert_true(lab.pluto > 0);
}

static void skip_unless_isolated(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		isolate();
		_exit(geteuid() == 0 ? 0 : NOT_ISOLATED);
	}
	if (exit_code(pid) != 0)
		skip();
}

static void expect_line(pid_t pid, const char *line)
{
	char path[64], status[8192];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	read_file(path, status, sizeof(status));
	if (!strstr(status, line))
		fail_msg("no \"%s\" in:\n%s", line, status);
}

/* How many descriptors of a process are sockets of the kinds that /proc/PID/net/FILE lists. */
static size_t sockets_listed(pid_t pid, const char *file)
{
	char path[PATH_LEN], target[PATH_LEN], list[ANSWER_MAX];
	size_t count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, file);
	read_file(path, list, sizeof(list));
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char link[PATH_MAX], inode[32];
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/%d/fd/%s", pid, entry->d_name);
		len = readlink(link, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = 0;
		if (sscanf(target, "socket:[%20[0-9]]", inode) == 1)
			count += strstr(list, inode) != NULL;
	}
	closedir(dir);
	return count;
}

static void pluto_has_two_capabilities_and_no_way_to_more(void **state)
{
	(void)state;
	skip_unless_isolated();
	start();
	expect_line(lab.pluto, "Uid:\t54321\t54321\t54321\t54321\n");
	expect_line(lab.pluto, "Gid:\t54321\t54321\t54321\t54321\n");
	expect_line(lab.pluto, "Groups:\t \n");
	expect_line(lab.pluto, "CapInh:\t0000000000000000\n");
	expect_line(lab.pluto, "CapPrm:\t0000000000001400\n");
	expect_line(lab.pluto, "CapEff:\t0000000000001400\n");
	expect_line(lab.pluto, "CapBnd:\t0000000000000000\n");
	expect_line(lab.pluto, "CapAmb:\t0000000000000000\n");
	expect_line(lab.pluto, "NoNewPrivs:\t1\n");
	expect_line(lab.pluto, "Threads:\t3\n");
}

static void the_keeper_is_root_alone_and_has_no_network(void **state)
{
	static const char *const kinds[] = { "udp", "udp6", "tcp", "tcp6", "raw", "raw6", "packet",
					     "netlink" };

	(void)state;
	skip_unless_isolated();
	start();
	expect_line(lab.keeper, "Uid:\t0\t0\t0\t0\n");
	expect_line(lab.keeper, "Threads:\t1\n");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		assert_int_equal(sockets_listed(lab.keeper, kinds[i]), 0);
	assert_int_equal(sockets_listed(lab.keeper, "unix") > 0, 1);
	/* The same question of pluto has an answer: 127.0.0.1 and ::1 on both ports, twice. */
	assert_int_equal(sockets_listed(lab.pluto, "udp"), 4);
	assert_int_equal(sockets_listed(lab.pluto, "udp6"), 4);
}

static void the_sockets_are_roots_and_everything_is_gone_after_the_end(void **state)
{
	char answer[ANSWER_MAX], path[2 * PATH_LEN];
	struct stat found;

	(void)state;
	skip_unless_isolated();
	start();
	snprintf(path, sizeof(path), "%s/pluto.ctl", lab.rundir);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(found.st_uid, 0);
	assert_true(is_there(&lab, "pluto.keeper"));
	assert_true(is_there(&lab, "pluto.pid"));
	ask("{\"v\":1,\"command\":\"shutdown\"}\n", answer);
	assert_non_null(strstr(answer, "\"result\":0"));
	assert_int_equal(exit_code(lab.keeper), 0);
	lab.keeper = -1;
	assert_false(is_there(&lab, "pluto.ctl"));
	assert_false(is_there(&lab, "pluto.keeper"));
	assert_false(is_there(&lab, "pluto.pid"));
	assert_false(is_there(&lab, "pluto.ledger"));
	assert_int_not_equal(kill(lab.pluto, 0), 0);
}

/* As a service manager does that signals what is ending already. */
static void signals_until_the_last_moment_change_nothing(void **state)
{
	(void)state;
	skip_unless_isolated();
	start();
	while (!kill(lab.pluto, SIGTERM))
		usleep(10);
	assert_int_equal(exit_code(lab.keeper), 0);
	lab.keeper = -1;
	assert_false(is_there(&lab, "pluto.ledger"));
}

static void a_second_start_gives_10_and_harms_nobody(void **state)
{
	char answer[ANSWER_MAX];

	(void)state;
	skip_unless_isolated();
	start();
	assert_int_equal(exit_code(run_keeper()), PLUTO_EXIT_LOCK);
	ask("{\"v\":1,\"command\":\"briefstatus\"}\n", answer);
	assert_non_null(strstr(answer, "\"result\":0"));
}

static void when_pluto_dies_the_keeper_clears_up_and_fails(void **state)
{
	(void)state;
	skip_unless_isolated();
	start();
	kill(lab.pluto, SIGKILL);
	assert_int_equal(exit_code(lab.keeper), PLUTO_EXIT_FAIL);
	lab.keeper = -1;
	assert_false(is_there(&lab, "pluto.ctl"));
	assert_false(is_there(&lab, "pluto.pid"));
}

static void when_the_keeper_dies_pluto_ends_and_another_can_start(void **state)
{
	char path[64], status[64];

	(void)state;
	skip_unless_isolated();
	start();
	kill(lab.keeper, SIGKILL);
	waitpid(lab.keeper, NULL, 0);
	snprintf(path, sizeof(path), "/proc/%d/status", lab.pluto);
	/* Gone, or a zombie that init has not buried yet. */
	for (;;) {
		snprintf(path, sizeof(path), "/proc/%d/stat", lab.pluto);
		if (!read_file(path, status, sizeof(status)) || strstr(status, ") Z"))
			break;
		usleep(1000);
	}
	start();
}

static void a_signal_ends_both_with_success(void **state)
{
	(void)state;
	skip_unless_isolated();
	start();
	kill(lab.keeper, SIGTERM);
	assert_int_equal(exit_code(lab.keeper), 0);
	lab.keeper = -1;
	assert_false(is_there(&lab, "pluto.pid"));
}

static void in_the_background_it_returns_when_it_is_ready(void **state)
{
	char answer[ANSWER_MAX], path[2 * PATH_LEN], pid[32];

	(void)state;
	skip_unless_isolated();
	lab.options.nofork = false;
	assert_int_equal(exit_code(run_keeper()), 0);
	snprintf(path, sizeof(path), "%s/pluto.pid", lab.rundir);
	assert_true(read_file(path, pid, sizeof(pid)) > 0);
	ask("{\"v\":1,\"command\":\"status\"}\n", answer);
	assert_non_null(strstr(answer, "\"result\":0"));
	ask("{\"v\":1,\"command\":\"shutdown\"}\n", answer);
	while (!kill(atoi(pid), 0) && is_there(&lab, "pluto.pid"))
		usleep(1000);
}

static void root_registers_updown_commands_with_the_keeper(void **state)
{
	static const struct {
		const char *request, *result;
	} cases[] = {
		{ "{\"v\":1,\"command\":\"updown\",\"name\":\"a\",\"updown\":\"true\"}\n",
		  "{\"result\":0}" },
		{ "{\"v\":1,\"command\":\"updown\",\"name\":\"a\",\"updown\":null}\n",
		  "{\"result\":0}" },
		{ "{\"v\":1,\"command\":\"updown\",\"name\":\"a\",\"updown\":7}\n",
		  "{\"result\":50}" },
		{ "{\"v\":1,\"command\":\"updown\"}\n", "{\"result\":50}" },
		{ "{\"v\":1,\"command\":\"status\"}\n", "{\"result\":50}" },
	};
	char answer[ANSWER_MAX];

	(void)state;
	skip_unless_isolated();
	start();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ask_at("pluto.keeper", cases[i].request, answer);
		if (!strstr(answer, cases[i].result))
			fail_msg("%s gave %s", cases[i].request, answer);
	}
}

/* What the service manager is told, until it has heard `word`. */
static void hear(int fd, const char *word)
{
	char said[256] = "";

	while (!strstr(said, word)) {
		ssize_t got = recv(fd, said, sizeof(said) - 1, 0);

		said[got > 0 ? got : 0] = 0;
	}
}

static void the_service_manager_hears_when_it_is_ready_alive_and_stopping(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	skip_unless_isolated();
	snprintf(at.sun_path, sizeof(at.sun_path), "%.80s/notify", lab.dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", "30000", 1);
	lab.keeper = run_keeper();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	hear(fd, "READY=1");
	hear(fd, "WATCHDOG=1");
	hear(fd, "WATCHDOG=1");
	kill(lab.keeper, SIGTERM);
	hear(fd, "STOPPING=1");
	assert_int_equal(exit_code(lab.keeper), 0);
	lab.keeper = -1;
	close(fd);
}

static void a_broken_configuration_is_told_and_the_daemon_runs(void **state)
{
	char log[ANSWER_MAX];

	(void)state;
	skip_unless_isolated();
	write_file(lab.conf, "config setup\n\tkernel=none\nconn a\n\tlefft=1.2.3.4\n");
	/* Without its `config setup` the kernel is the real one, which may not do. */
	lab.keeper = run_keeper();
	for (;;) {
		read_file(lab.log, log, sizeof(log));
		if (strstr(log, "is not used: it has errors"))
			break;
		usleep(1000);
	}
	assert_non_null(strstr(log, "conf:4"));
	kill(lab.keeper, SIGTERM);
	exit_code(lab.keeper);
	lab.keeper = -1;
}

static void what_cannot_start_says_so_by_its_code(void **state)
{
	(void)state;
	skip_unless_isolated();
	lab.options.user = "no-such-user";
	assert_int_equal(exit_code(run_keeper()), PLUTO_EXIT_FAIL);
	lab.options.user = "54321";
	lab.options.nofork = false;
	lab.options.rundir = "/tmp";
	assert_int_equal(exit_code(run_keeper()), PLUTO_EXIT_FAIL);
}

int main(void)
{
#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_in_both_forms),
		cmocka_unit_test(wrong_options_change_nothing),
		cmocka_unit_test(users_go_by_name_or_number_and_root_is_none),
		LAB_TEST(pluto_has_two_capabilities_and_no_way_to_more),
		LAB_TEST(the_keeper_is_root_alone_and_has_no_network),
		LAB_TEST(the_sockets_are_roots_and_everything_is_gone_after_the_end),
		LAB_TEST(signals_until_the_last_moment_change_nothing),
		LAB_TEST(a_second_start_gives_10_and_harms_nobody),
		LAB_TEST(when_pluto_dies_the_keeper_clears_up_and_fails),
		LAB_TEST(when_the_keeper_dies_pluto_ends_and_another_can_start),
		LAB_TEST(a_signal_ends_both_with_success),
		LAB_TEST(in_the_background_it_returns_when_it_is_ready),
		LAB_TEST(root_registers_updown_commands_with_the_keeper),
		LAB_TEST(the_service_manager_hears_when_it_is_ready_alive_and_stopping),
		LAB_TEST(a_broken_configuration_is_told_and_the_daemon_runs),
		LAB_TEST(what_cannot_start_says_so_by_its_code),
	};

	return cmocka_run_group_tests_name("keeper_run", tests, NULL, NULL);
}
