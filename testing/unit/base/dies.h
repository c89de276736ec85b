/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTING_DIES_H
#define TESTING_DIES_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether `act` ends in abort(); it runs in a child that says nothing. */
static inline bool dies(void (*act)(void))
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		act();
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGABRT;
}

#endif
