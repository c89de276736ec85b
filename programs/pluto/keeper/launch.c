/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pluto/keeper/launch.h"
#include "pluto/keeper/options.h"

enum { WHY_MAX = 1024 };

/* One byte of exit code, then the reason. */
static int wait_for_daemon(int fd)
{
	char told[1 + WHY_MAX + 1];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(told) - 1 && (got = read(fd, told + len, sizeof(told) - 1 - len)))
		if (got > 0)
			len += (size_t)got;
		else if (errno != EINTR)
			break;
	told[len] = 0;
	if (!len) {
		fputs("pluto: the daemon ended while it started; its log may say why\n", stderr);
		return PLUTO_EXIT_FAIL;
	}
	if (told[0])
		fprintf(stderr, "pluto: %s\n", told + 1);
	return (unsigned char)told[0];
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

bool launch_background(struct launch *out, int *code)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		*code = PLUTO_EXIT_FORK;
		return false;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		leave_terminal();
		out->fd = ends[1];
		return true;
	}
	close(ends[1]);
	if (pid < 0) {
		fprintf(stderr, "pluto: cannot fork: %s\n", strerror(errno));
		*code = PLUTO_EXIT_FORK;
	} else {
		*code = wait_for_daemon(ends[0]);
	}
	close(ends[0]);
	return false;
}

void launch_tell(struct launch *launch, int code, const char *why)
{
	char told[1 + WHY_MAX];
	ssize_t written;
	int len;

	if (launch->told)
		return;
	launch->told = true;
	if (launch->fd < 0) {
		if (code)
			fprintf(stderr, "pluto: %s\n", why);
		return;
	}
	told[0] = (char)code;
	len = snprintf(told + 1, WHY_MAX, "%s", why);
	written = write(launch->fd, told, 1 + (size_t)(len < WHY_MAX ? len : WHY_MAX - 1));
	(void)written; /* whoever waits may have been killed */
	close(launch->fd);
	launch->fd = -1;
}
