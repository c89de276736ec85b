/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * Times and durations are int64_t microseconds. A time called `now` counts from
 * an arbitrary start and never goes back; one called `epoch` is wall clock since 1970.
 */
#define MILLISECONDS(n) ((int64_t)(n) * 1000)
#define SECONDS(n)      ((int64_t)(n) * 1000 * 1000)
#define TIME_NEVER      INT64_MAX

#endif
