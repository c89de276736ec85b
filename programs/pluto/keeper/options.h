/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_OPTIONS_H
#define PLUTO_KEEPER_OPTIONS_H

#include <stdbool.h>

#include "base/must_check.h"

/* pluto's exit codes, as libreswan has them. */
enum pluto_exit {
	PLUTO_EXIT_OK = 0,
	PLUTO_EXIT_FAIL = 1,
	PLUTO_EXIT_SOCKET = 2,
	PLUTO_EXIT_FORK = 3,
	PLUTO_EXIT_KERNEL = 5,
	PLUTO_EXIT_NSS = 6,
	PLUTO_EXIT_LOCK = 10
};

/* The command line; what was not given is NULL, but for config, rundir and user: their defaults. */
struct options {
	const char *config, *rundir, *user;
	const char *secretsfile, *nssdir, *logfile;
	bool nofork;
};

enum options_result { OPTIONS_RUN, OPTIONS_SHOWN, OPTIONS_WRONG };

/* Borrows from argv. OPTIONS_SHOWN: --help or --version was answered; OPTIONS_WRONG: was told on
 * standard error. */
MUST_CHECK enum options_result options_parse(int argc, char *const *argv, struct options *out);

#endif
