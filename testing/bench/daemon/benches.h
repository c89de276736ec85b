/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DAEMON_BENCHES_H
#define BENCH_DAEMON_BENCHES_H

/* The benches of real daemons: `bin` has the programs, `json` is where the results go, `count` is the
 * number of connections. */
void bench_load(const char *bin, const char *json, unsigned count);
void bench_daemon(const char *bin, const char *json, unsigned count);

#endif
