/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DATAPATH_REPORT_H
#define BENCH_DATAPATH_REPORT_H

/*
 * Medians of what datapath.sh measured: a table on standard output, all of it as JSON, and what
 * plot.gp draws as a table of words with tabs between them. A line of `measured` is
 *
 *   MODE LOAD PACKET SECONDS SENT RECEIVED AGAIN LATE REPLAY BUSY_US CPU0 CPU1 ...
 *
 * PACKET: bytes of a packet; 0: TCP, where SENT and RECEIVED are bytes. AGAIN: segments that TCP repeated.
 * LATE: datagrams that came after later ones. REPLAY: packets that the kernel refused for that. BUSY_US:
 * of all CPUs. CPUn: what came by that one. Returns an exit code.
 */
int report(const char *measured, const char *json, const char *table);

#endif
