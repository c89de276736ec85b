/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CPUS_H
#define BASE_CPUS_H

#include "base/buffer.h"
#include "base/must_check.h"

enum { CPU_MAX = 8192 };

/*
 * A list of CPUs as the kernel prints it, "0-3,8,10-11\n": the ids in the order written, at most
 * CPU_MAX. false: it is not of that form.
 */
MUST_CHECK bool cpus_parse(const char *text, uint16_t out[CPU_MAX], uint32_t *count);
/* The same the other way round, without the end of the line; `ids` ascend. */
void cpus_print(const uint16_t *ids, uint32_t count, struct buffer *out);

#endif
