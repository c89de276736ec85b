/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/keeper/child.h"

/* READS_AT_END: more than a pipe holds, for what others may still write into it is not ours. */
enum { READ_SIZE = 16 * 1024, READS_AT_END = 8, EXIT_NOT_STARTED = 127 };

struct child {
	struct list link;
	struct child_config config;
	pid_t pid;
	int output; /* the pipe; -1: it was closed */
	struct event *readable, *limit;
};

void children_init(struct children *children, struct event_base *base)
{
	children->base = base;
	list_init(&children->list);
}

static void child_free(struct child *c)
{
	list_remove(&c->link);
	if (c->readable)
		event_free(c->readable);
	if (c->limit)
		event_free(c->limit);
	if (c->output >= 0)
		close(c->output);
	mem_free(c);
}

void children_done(struct children *children)
{
	LIST_FOR_EACH(link, &children->list) {
		struct child *c = LIST_OBJECT(link, struct child, link);

		kill(-c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
		child_free(c);
	}
}

/* False: no more is there now. */
static bool read_some(struct child *c)
{
	uint8_t room[READ_SIZE];
	ssize_t got = read(c->output, room, sizeof(room));

	if (got > 0)
		c->config.on_output(c->config.context, bytes_at(room, (size_t)got));
	else if (!got || (errno != EAGAIN && errno != EINTR))
		event_del(c->readable);
	mem_wipe(room, got > 0 ? (size_t)got : 0);
	return got > 0;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)read_some(context);
}

static void on_limit(evutil_socket_t fd, short what, void *context)
{
	struct child *c = context;

	(void)fd;
	(void)what;
	kill(-c->pid, SIGKILL);
}

static void close_between(int first, int last)
{
	if (first <= last)
		close_range((unsigned int)first, (unsigned int)last, 0);
}

void process_clean(const int *keep, size_t count)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };
	int next = STDERR_FILENO + 1;
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		sigaction(s, &normal, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < count; i++) {
		close_between(next, keep[i] - 1);
		next = keep[i] + 1;
	}
	close_range((unsigned int)next, ~0U, 0);
}

static _Noreturn void child_main(const struct child_config *config, int output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setpgid(0, 0);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		_exit(EXIT_NOT_STARTED);
	process_clean(NULL, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(config->run(config->argument));
}

/* No signal may find the parent's handlers in the child. */
static pid_t fork_quietly(void)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static void child_watch(struct children *children, struct child *c)
{
	struct timeval limit = { .tv_sec = c->config.seconds };

	c->readable = event_new(children->base, c->output, EV_READ | EV_PERSIST, on_readable, c);
	c->limit = evtimer_new(children->base, on_limit, c);
	assert(c->readable && c->limit);
	event_add(c->readable, NULL);
	evtimer_add(c->limit, &limit);
	list_append(&children->list, &c->link);
}

int child_start(struct children *children, const struct child_config *config)
{
	struct child *c;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork_quietly();
	if (pid == 0)
		child_main(config, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		int failed = -errno;

		close(ends[0]);
		return failed;
	}
	setpgid(pid, pid);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	c = NEW(struct child);
	*c = (struct child) { .config = *config, .pid = pid, .output = ends[0] };
	child_watch(children, c);
	return 0;
}

void children_reap(struct children *children)
{
	int status;

	LIST_FOR_EACH(link, &children->list) {
		struct child *c = LIST_OBJECT(link, struct child, link);
		struct child_config config = c->config;

		if (waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		for (int i = 0; i < READS_AT_END && read_some(c); i++)
			;
		child_free(c);
		config.on_end(config.context, status);
	}
}

const char *wait_status_print(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(out, size, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(out, size, "exit status %d", WEXITSTATUS(status));
	else
		*out = 0;
	return out;
}

void output_finish(struct output_lines *lines, void (*line)(void *context, const char *text),
		   void *context)
{
	if (!lines->len)
		return;
	lines->text[lines->len] = 0;
	lines->len = 0;
	line(context, lines->text);
}

void output_feed(struct output_lines *lines, struct bytes output,
		 void (*line)(void *context, const char *text), void *context)
{
	for (size_t i = 0; i < output.len; i++) {
		if (output.ptr[i] == '\n' || lines->len == OUTPUT_LINE_MAX)
			output_finish(lines, line, context);
		if (output.ptr[i] != '\n' && output.ptr[i])
			lines->text[lines->len++] = (char)output.ptr[i];
	}
}
