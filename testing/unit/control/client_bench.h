/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of the client programs: runs one against a daemon that is played from a script, and
 * keeps what it printed, what it asked, and how it ended.
 */
#ifndef CLIENT_BENCH_H
#define CLIENT_BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"

enum { BENCH_PATH_MAX = 512, BENCH_TEXT_MAX = 1024 * 1024, BENCH_SECONDS = 20 };

struct bench {
	char dir[64];
	char out[BENCH_TEXT_MAX], err[BENCH_TEXT_MAX], asked[BENCH_TEXT_MAX];
	int code; /* exit status, or 1000 + signal */
};

static void bench_path(const struct bench *b, const char *name, char out[BENCH_PATH_MAX])
{
	snprintf(out, BENCH_PATH_MAX, "%s/%s", b->dir, name);
}

/* BUILD/bin/PROGRAM, found from where this test is: BUILD/unit/control/test_x. */
static void bench_program(const char *name, char out[BENCH_PATH_MAX])
{
	char self[BENCH_PATH_MAX - 64];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = 0;
	for (int up = 0; up < 3 && strrchr(self, '/'); up++)
		*strrchr(self, '/') = 0;
	snprintf(out, BENCH_PATH_MAX, "%s/bin/%s", self, name);
}

static void bench_slurp(const char *path, char out[BENCH_TEXT_MAX])
{
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, out + len, BENCH_TEXT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = 0;
	if (fd >= 0)
		close(fd);
}

static int bench_listen(const struct bench *b, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", b->dir, name);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4))
		_exit(99);
	return fd;
}

/* Answers each request line with the next of the answers (the last one again and again). */
static inline void bench_serve_one(int fd, int record, const char *const *answers)
{
	static char line[BENCH_TEXT_MAX];
	ssize_t n;

	while ((n = read(fd, line, sizeof(line))) > 0) {
		if (write(record, line, (size_t)n) != n)
			_exit(98);
		for (ssize_t i = 0; i < n; i++) {
			if (line[i] != '\n')
				continue;
			if (!*answers[0] || write(fd, answers[0], strlen(answers[0])) < 0)
				return;
			answers += answers[1] != NULL;
		}
	}
}

/* A daemon that ends after its first connection; an empty answer closes it. */
static inline pid_t bench_daemon(const struct bench *b, const char *socket_name,
			  const char *const *answers)
{
	int listener = bench_listen(b, socket_name), record, fd;
	char path[BENCH_PATH_MAX];
	pid_t pid = fork();

	if (pid) {
		close(listener);
		return pid;
	}
	signal(SIGPIPE, SIG_IGN);
	alarm(BENCH_SECONDS);
	snprintf(path, sizeof(path), "%s/%s.asked", b->dir, socket_name);
	record = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fd = accept(listener, NULL, NULL);
	bench_serve_one(fd, record, answers);
	bench_path(b, socket_name, path);
	unlink(path);
	_exit(0);
}

static void bench_run(struct bench *b, const char *program, const char *const *words)
{
	char binary[BENCH_PATH_MAX], out[BENCH_PATH_MAX], err[BENCH_PATH_MAX];
	int status;
	pid_t pid;

	bench_program(program, binary);
	bench_path(b, "out", out);
	bench_path(b, "err", err);
	pid = fork();
	if (pid == 0) {
		char *args[32] = { binary };

		for (int i = 0; words[i] && i < 30; i++)
			args[i + 1] = (char *)(uintptr_t)words[i];
		dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
		dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
		alarm(BENCH_SECONDS);
		execv(binary, args);
		_exit(97);
	}
	waitpid(pid, &status, 0);
	b->code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	bench_slurp(out, b->out);
	bench_slurp(err, b->err);
}

static void bench_end_daemon(struct bench *b, pid_t pid, const char *socket_name)
{
	char path[BENCH_PATH_MAX];

	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/%s.asked", b->dir, socket_name);
	bench_slurp(path, b->asked);
	unlink(path);
	bench_path(b, socket_name, path);
	unlink(path);
}

static int bench_setup(void **state)
{
	static struct bench bench;

	strcpy(bench.dir, "/tmp/cygnet-client-XXXXXX");
	*state = &bench;
	return mkdtemp(bench.dir) ? 0 : -1;
}

static int bench_teardown(void **state)
{
	static const char *const names[] = { "out", "err", "ipsec.conf" };
	struct bench *b = *state;
	char path[BENCH_PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bench_path(b, names[i], path);
		unlink(path);
	}
	return rmdir(b->dir);
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

#endif
