/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DAEMON_TIMED_H
#define BENCH_DAEMON_TIMED_H

#include <stdint.h>

/*
 * A pluto whose event callbacks are timed (the linker's --wrap puts timed.c between it and libevent)
 * keeps this in the file that CYGNET_TIMED names, for others to read and to reset.
 */
struct timed {
	_Atomic uint64_t calls;
	_Atomic uint64_t longest; /* nanoseconds of CPU of the loop's thread in one callback */
	_Atomic uint64_t at;      /* which one: its offset in the program */
};

#endif
