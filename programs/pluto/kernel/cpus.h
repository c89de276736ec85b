/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_CPUS_H
#define PLUTO_KERNEL_CPUS_H

#include "base/must_check.h"
#include "ike/kernel.h"

/*
 * A list of CPUs as the kernel prints it, "0-3,8,10-11\n": the ids in the order written, at most
 * CPU_MAX. false: it is not of that form.
 */
MUST_CHECK bool cpus_parse(const char *text, uint16_t out[CPU_MAX], uint32_t *count);

#endif
