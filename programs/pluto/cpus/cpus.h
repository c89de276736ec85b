/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CPUS_CPUS_H
#define PLUTO_CPUS_CPUS_H

#include "base/must_check.h"
#include "ike/kernel.h"

/* How many CPUs there can be and which are online now: fills these three facts. -errno: they are
 * left alone. */
MUST_CHECK int cpus_read(struct kernel_facts *facts);

#endif
