/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DAEMON_CONNS_H
#define BENCH_DAEMON_CONNS_H

#include "base/buffer.h"

/* Connections c0 ... between 10.201.*.* and 10.202.*.*, each between another pair of addresses where
 * each end has `addresses` of them, all with the alias "all". */
enum { CONNS_ADDRESSES = 100 };
void conns_write(struct buffer *out, unsigned count, unsigned addresses, const char *options);

#endif
