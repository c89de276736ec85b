/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program, against a pluto played from a script, in a terminal of its own and without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <utmp.h>

#include <jansson.h>

#include "control/client_bench.h"

#define ANSWER(packets)                                                                          \
	"{\"class\":0,\"kernel\":{\"name\":\"xfrm\",\"dialect\":\"mainline\",\"per_cpu\":true,"   \
	"\"cpus_online\":\"0-1\"}}\n"                                                             \
	"{\"class\":0,\"way\":{\"remote\":\"192.1.2.23\",\"device\":\"lo\"}}\n"                   \
	"{\"class\":6,\"traffic\":{\"serial\":2,\"name\":\"we-0\",\"set\":\"we\",\"cpu\":null,"   \
	"\"in_packets\":0,\"in_bytes\":0,\"out_packets\":0,\"out_bytes\":0}}\n"                   \
	"{\"class\":6,\"traffic\":{\"serial\":3,\"name\":\"we-1\",\"set\":\"we\",\"cpu\":1,"      \
	"\"in_packets\":" packets ",\"in_bytes\":" packets "00,\"out_packets\":5,"                \
	"\"out_bytes\":500}}\n"                                                                   \
	"{\"class\":6,\"set\":{\"name\":\"we\"}}\n{\"result\":0}\n"

/* For each connection the next answer, the last one again and again. */
static pid_t pluto(const struct bench *b, const char *const *answers)
{
	int listener = bench_listen(b, "pluto.ctl");
	pid_t pid = fork();

	if (pid != 0) {
		close(listener);
		return pid;
	}
	signal(SIGPIPE, SIG_IGN);
	alarm(BENCH_SECONDS);
	for (;;) {
		char line[200];
		int fd = accept(listener, NULL, NULL);

		if (read(fd, line, sizeof(line)) <= 0 || strstr(line, "\"cpus\"") == NULL ||
		    write(fd, answers[0], strlen(answers[0])) < 0)
			_exit(96);
		answers += answers[1] != NULL;
		close(fd);
	}
}

static void end_pluto(struct bench *b, pid_t pid)
{
	bench_end_daemon(b, pid, "pluto.ctl");
}

static void once_and_as_json_it_has_the_rates(void **state)
{
	struct bench *b = *state;
	pid_t daemon = pluto(b, WORDS(ANSWER("100"), ANSWER("1100")));
	json_t *record;
	json_int_t packets;
	const char *dialect;

	bench_run(b, "cpuview", WORDS("--rundir", b->dir, "--once", "--json"));
	end_pluto(b, daemon);
	assert_string_equal(b->err, "");
	assert_int_equal(b->code, 0);
	assert_string_equal(strchr(b->out, '\n'), "\n{\"result\":0}\n");
	record = json_loads(b->out, JSON_DISABLE_EOF_CHECK, NULL);
	assert_int_equal(json_unpack(record, "{s:{s:s, s:{s:{s:I}}}}", "cpus", "dialect", &dialect,
				     "total", "in", "packets", &packets), 0);
	assert_true(packets > 300 && packets <= 1000); /* within a second, or a bit more */
	json_decref(record);
}

static void once_without_a_terminal_it_is_plain_text(void **state)
{
	struct bench *b = *state;
	pid_t daemon = pluto(b, WORDS(ANSWER("100"), ANSWER("1100")));

	bench_run(b, "cpuview", WORDS("--rundir", b->dir, "--once"));
	end_pluto(b, daemon);
	assert_int_equal(b->code, 0);
	assert_non_null(strstr(b->out, "\nCPU SA "));
	assert_non_null(strstr(b->out, "\n  1 we-1 "));
	assert_null(strchr(b->out, '\033'));
}

static const struct {
	const char *const *words;
	const char *err;
	int code;
} wrong[] = {
	{ WORDS("--once"), "ipsec cpus: Pluto is not running (\"", 33 },
	{ WORDS("--interval", "0"), "--interval takes a number of seconds from 1 to 3600", 33 },
	{ WORDS("--interval=x"), "--interval takes a number of seconds", 33 },
	{ WORDS("--onec"), "did you mean --once?", 33 },
	{ WORDS("all"), "it takes no words", 33 },
	{ WORDS("--ctlsocket"), "--ctlsocket needs a value", 33 },
};

static void what_is_wrong_is_one_sentence(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *all[8] = { "--rundir", b->dir };

		for (int n = 0; wrong[i].words[n] != NULL; n++)
			all[n + 2] = wrong[i].words[n];
		bench_run(b, "cpuview", all);
		assert_non_null(strstr(b->err, wrong[i].err));
		assert_int_equal(b->code, wrong[i].code);
	}
}

static void a_refusal_of_pluto_is_the_exit_status(void **state)
{
	struct bench *b = *state;
	pid_t daemon = pluto(b, WORDS("{\"class\":50,\"text\":\"no such command\"}\n"
				      "{\"result\":50}\n"));

	bench_run(b, "cpuview", WORDS("--rundir", b->dir, "--once", "--json"));
	end_pluto(b, daemon);
	assert_string_equal(b->out, "{\"result\":50}\n");
	assert_string_equal(b->err, "ipsec cpus: no such command\n");
	assert_int_equal(b->code, 50);
}

/* --- In a terminal --- */

struct screen {
	pid_t pid;
	int fd, slave; /* ours, and the program's end, which is kept open so that it can be looked at */
	struct termios before;
	char text[BENCH_TEXT_MAX];
	size_t len, seen; /* what it has written, and how far that was looked at */
};

static struct screen *open_screen(const struct bench *b, bool colour)
{
	static struct screen s;
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	char program[BENCH_PATH_MAX];

	s.len = s.seen = 0;
	bench_program("cpuview", program);
	assert_int_equal(openpty(&s.fd, &s.slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(s.slave, &s.before), 0);
	s.pid = fork();
	if (s.pid == 0) {
		alarm(BENCH_SECONDS);
		if (login_tty(s.slave) != 0)
			_exit(97);
		setenv("TERM", "xterm", 1);
		if (colour)
			unsetenv("NO_COLOR");
		else
			setenv("NO_COLOR", "1", 1);
		execl(program, program, "--rundir", b->dir, (char *)NULL);
		_exit(97);
	}
	return &s;
}

/* Until the piece is on it, behind the one before. */
static bool wait_for(struct screen *s, const char *piece)
{
	for (;;) {
		const char *at;
		ssize_t n;

		s->text[s->len] = '\0';
		at = strstr(s->text + s->seen, piece);
		if (at != NULL) {
			s->seen = (size_t)(at - s->text) + strlen(piece);
			return true;
		}
		n = read(s->fd, s->text + s->len, sizeof(s->text) - 1 - s->len);
		if (n <= 0)
			return false;
		s->len += (size_t)n;
	}
}

/* The keys come one by one, unseen. */
static bool is_raw(const struct screen *s)
{
	struct termios now;

	assert_int_equal(tcgetattr(s->slave, &now), 0);
	return (now.c_lflag & (tcflag_t)(ICANON | ECHO | ISIG)) == 0;
}

/* Its status, once it has given the terminal back as it was. */
static int close_screen(struct screen *s)
{
	struct termios after;
	int status;

	assert_true(wait_for(s, "\033[?25h\033[?1049l"));
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_int_equal(tcgetattr(s->slave, &after), 0);
	assert_int_equal(after.c_lflag, s->before.c_lflag);
	assert_int_equal(after.c_iflag, s->before.c_iflag);
	assert_non_null(strstr(s->text, "\033[?1049h\033[?25l"));
	assert_int_equal(s->seen, s->len); /* nothing comes after that */
	close(s->fd);
	close(s->slave);
	return status;
}

static void live_it_follows_the_terminal_and_ends_by_a_key(void **state)
{
	struct winsize larger = { .ws_col = 120, .ws_row = 40 };
	struct bench *b = *state;
	pid_t daemon = pluto(b, WORDS(ANSWER("100"), ANSWER("1100")));
	struct screen *s = open_screen(b, true);

	assert_true(wait_for(s, "  1 we-1 "));
	assert_true(wait_for(s, "\033[34m###")); /* a bar of what comes in, in its colour */
	assert_int_equal(ioctl(s->fd, TIOCSWINSZ, &larger), 0);
	assert_int_equal(kill(s->pid, SIGWINCH), 0);
	assert_true(wait_for(s, "CPU SA                               out/s"));
	assert_int_equal(write(s->fd, "c", 1), 1);
	assert_true(wait_for(s, "CPU  out    in  rx%"));
	assert_int_equal(write(s->fd, "q", 1), 1);
	assert_int_equal(close_screen(s), 0);
	end_pluto(b, daemon);
}

static void killed_it_gives_the_terminal_back(void **state)
{
	struct bench *b = *state;
	pid_t daemon = pluto(b, WORDS(ANSWER("100"), ANSWER("1100")));
	struct screen *s = open_screen(b, false);
	int status;

	assert_true(wait_for(s, "  1 we-1 "));
	assert_null(strstr(s->text, "\033[3")); /* NO_COLOR */
	assert_true(is_raw(s));
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	status = close_screen(s);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	end_pluto(b, daemon);
}

static void a_pluto_that_is_not_there_may_come(void **state)
{
	struct bench *b = *state;
	struct screen *s = open_screen(b, true);
	pid_t daemon;

	assert_true(wait_for(s, "Pluto is not running"));
	daemon = pluto(b, WORDS(ANSWER("100")));
	assert_true(wait_for(s, "  1 we-1 "));
	assert_int_equal(write(s->fd, "\003", 1), 1); /* Ctrl-C */
	assert_int_equal(close_screen(s), 0);
	end_pluto(b, daemon);
}

int main(void)
{
#define CPUVIEW_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
	const struct CMUnitTest tests[] = {
		CPUVIEW_TEST(once_and_as_json_it_has_the_rates),
		CPUVIEW_TEST(once_without_a_terminal_it_is_plain_text),
		CPUVIEW_TEST(what_is_wrong_is_one_sentence),
		CPUVIEW_TEST(a_refusal_of_pluto_is_the_exit_status),
		CPUVIEW_TEST(live_it_follows_the_terminal_and_ends_by_a_key),
		CPUVIEW_TEST(killed_it_gives_the_terminal_back),
		CPUVIEW_TEST(a_pluto_that_is_not_there_may_come),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("cpuview", tests, NULL, NULL);
}
