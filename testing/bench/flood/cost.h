/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_FLOOD_COST_H
#define BENCH_FLOOD_COST_H

#include "base/buffer.h"
#include "net/address.h"

/* What things cost on this machine at this moment, in seconds of one core. */

/* One HMAC-SHA-256 of a short message with a key that is ready. */
double cost_hmac(void);
/* One first message answered with a cookie by an engine whose datagrams go nowhere. */
double cost_cookie(struct bytes first);

/* One message with guessed SPIs, which belongs to no IKE SA. */
double cost_guess(struct bytes first);

/* A first message, as a Cygnet sends it with its own defaults. */
void first_message(struct buffer *out);

/* CPU time of this thread, in seconds. */
double cpu_time(void);

#endif
