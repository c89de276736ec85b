/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_CHANNEL_H
#define PLUTO_KEEPER_CHANNEL_H

#include <event2/event.h>

#include "base/bytes.h"
#include "base/must_check.h"

/*
 * The pair of sockets between keeper and pluto: frames of a type and a body, in order. A frame on
 * the wire is u32 length of the body, u8 type, body. Buffers are wiped: secrets go through.
 */
struct channel;

enum {
	CHANNEL_HEADER = 5,
	CHANNEL_QUEUE_MAX = 128 * 1024 * 1024 /* bytes waiting to be written */
};

struct channel_config {
	struct event_base *base;
	int fd;           /* taken; made non-blocking */
	size_t body_max;  /* a longer frame ends the channel */
	void *context;
	void (*on_frame)(void *context, uint8_t type, struct bytes body); /* borrowed */
	/* The other end is gone or broke the rules; called once. Nothing comes after it. */
	void (*on_end)(void *context);
};

struct channel *channel_new(const struct channel_config *config);
void channel_free(struct channel *c); /* not from within a callback; NULL is fine */

/* false: too much is waiting already, or the channel has ended. */
MUST_CHECK bool channel_send(struct channel *c, uint8_t type, struct bytes body);
/* Writes what waits, for at most `seconds`; for the last words of a process. */
void channel_flush(struct channel *c, int seconds);

#endif
