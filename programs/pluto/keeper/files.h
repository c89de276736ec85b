/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_FILES_H
#define PLUTO_KEEPER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_check.h"

/*
 * What the keeper makes in rundir. Each function gives NULL when done, else a sentence in `why`.
 */
enum { FILES_WHY_MAX = 512, FILES_PATH_MAX = 256 };

struct run_files {
	char pid_path[FILES_PATH_MAX], control_path[FILES_PATH_MAX], keeper_path[FILES_PATH_MAX];
	char ledger_path[FILES_PATH_MAX];
	char steering_path[FILES_PATH_MAX]; /* the keeper's own ledger, steer/ledger.h */
	int pid_fd;     /* locked while we run */
	int control_fd, keeper_fd; /* listening */
	int ledger_fd;
	bool locked;    /* false after a failure that is another daemon's lock */
};

/* Made where it is missing; refused where others than root may write. */
MUST_CHECK const char *rundir_make(const char *rundir, char why[FILES_WHY_MAX]);
MUST_CHECK const char *run_files_open(const char *rundir, struct run_files *out,
				      char why[FILES_WHY_MAX]);
/* Takes away sockets, pid file and a ledger with nothing in it, the lock last. */
void run_files_remove(struct run_files *files);

MUST_CHECK const char *log_file_open(const char *path, bool append, int *fd,
				     char why[FILES_WHY_MAX]);

#endif
