/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_RPS_H
#define PLUTO_STEER_RPS_H

#include "base/buffer.h"
#include "base/must_check.h"

/*
 * /sys/class/net/NAME/queues/rx-N/rps_cpus: the CPUs among which the kernel spreads, by a hash over
 * addresses, ports and SPIs, what a queue received. `sys` is where sysfs is mounted.
 */
enum { RPS_TEXT_MAX = 4096, RPS_QUEUES_MAX = 4096 };

/* The receive queues of the interface with this index, in no order; 0: it is not there. */
size_t rps_list_queues(const char *sys, unsigned index, uint32_t queues[RPS_QUEUES_MAX]);

/* -errno; -ENODEV: it is not there; -EINVAL: it is no mask, which is text such as 00000000,0000000f. */
MUST_CHECK int rps_read(const char *sys, unsigned index, uint32_t queue, char mask[RPS_TEXT_MAX]);
MUST_CHECK int rps_write(const char *sys, unsigned index, uint32_t queue, const char *mask);

bool rps_is_mask(const char *text);
/* The mask of the CPUs that are true. */
void rps_mask(const bool *cpus, uint32_t count, struct buffer *out);
/* They name the same CPUs, however many zeros are in front. */
bool rps_same(const char *a, const char *b);

#endif
