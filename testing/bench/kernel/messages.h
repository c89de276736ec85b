/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_KERNEL_MESSAGES_H
#define BENCH_KERNEL_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The netlink messages that the backend sends, as a file: recorded on their way into libmnl, and
 * sent again as they are. With them alone it is seen what the kernel itself takes.
 */
struct messages {
	char *raw; /* one after the other, aligned */
	size_t len, count;
};

/* What goes to any netlink socket from here on is appended to this file, until it is closed. */
void record_begin(const char *path);
void record_end(void);

void messages_read(const char *path, struct messages *out);
void messages_free(struct messages *m);

/* An XFRM socket with room for many acks; never closed. */
int replay_open(void);
/*
 * Sends all of them, up to `bytes` of them with one call (one message where that is less), and
 * reads their acks before the next call. Any other ack than success ends the bench.
 */
void replay(int fd, const struct messages *m, size_t bytes);

#endif
