/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_LOOP_CLOCK_H
#define PLUTO_LOOP_CLOCK_H

#include "base/clock.h"

/* Microseconds since boot, time asleep counted: a lifetime goes on while the machine sleeps. */
int64_t clock_now(void);
/* Wall clock microseconds since 1970; may jump. */
int64_t clock_epoch(void);

#endif
