/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_PEERS_REPORT_H
#define BENCH_PEERS_REPORT_H

/*
 * Medians of what peers.sh measured: a table on standard output, all of it as JSON. A line of
 * `measured` is of one daemon in one round, both ends together:
 *
 *   DAEMON TUNNELS UP_SECONDS LOAD_CPU UP_CPU MEMORY THREADS
 *
 * LOAD_CPU: seconds for loading them at the end that answers. UP_CPU: for loading them at the other
 * end, and until all were up. MEMORY: KiB more than before both. THREADS: of one end. The file
 * `peers` has a line "PACKAGE VERSION" for each of the others. Returns an exit code.
 */
int report(const char *measured, const char *json, const char *peers);

#endif
