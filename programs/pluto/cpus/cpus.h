/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CPUS_CPUS_H
#define PLUTO_CPUS_CPUS_H

#include "base/buffer.h"
#include "base/must_check.h"
#include "ike/kernel.h"

/*
 * A list of CPUs as the kernel prints it, "0-3,8,10-11\n": the ids in the order written, at most
 * CPU_MAX. false: it is not of that form.
 */
MUST_CHECK bool cpus_parse(const char *text, uint16_t out[CPU_MAX], uint32_t *count);
/* The same the other way round, without the end of the line; `ids` ascend. */
void cpus_print(const uint16_t *ids, uint32_t count, struct buffer *out);

/* The list in that file. -errno, -EINVAL: it has none. */
MUST_CHECK int cpus_read_list(const char *path, uint16_t ids[CPU_MAX], uint32_t *count);

/* How many CPUs there can be and which are online now: fills these three facts. -errno: they are
 * left alone. */
MUST_CHECK int cpus_read(struct kernel_facts *facts);

#endif
