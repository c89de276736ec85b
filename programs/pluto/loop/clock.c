/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <time.h>

#include "pluto/loop/clock.h"

static int64_t clock_read(clockid_t id)
{
	struct timespec t;

	/* Fails only for a clock that does not exist. */
	int failed = clock_gettime(id, &t);

	assert(!failed);
	return SECONDS(t.tv_sec) + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return clock_read(CLOCK_BOOTTIME);
}

int64_t clock_epoch(void)
{
	return clock_read(CLOCK_REALTIME);
}
