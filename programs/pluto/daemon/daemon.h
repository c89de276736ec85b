/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_DAEMON_H
#define PLUTO_DAEMON_DAEMON_H

#include <sys/types.h>

#include "conf/conf.h"

/*
 * pluto proper: the process that reads the network, an engine bound to Linux. Everything that only
 * root may open comes from the keeper; borrowed for the process's life, descriptors are taken.
 */
struct runtime {
	const struct conf_setup *setup;
	const char *config, *secretsfile, *nssdir, *rundir, *logfile; /* logfile: or NULL */
	uid_t keeper_uid;  /* may use the control socket, beside root */
	int control_fd;    /* listening */
	int ledger_fd;
	int channel_fd;    /* to the keeper */
	int64_t watchdog;  /* microseconds between signs of life; 0: none are wanted */
};

/* Gives pluto's exit code. Privileges are dropped already. */
int daemon_run(const struct runtime *runtime);

#endif
