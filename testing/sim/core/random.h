/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CORE_RANDOM_H
#define SIM_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers that only look random: the same from the same start, on every machine. */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *r);
uint32_t random_below(struct random *r, uint32_t limit); /* 0 .. limit - 1; limit is not 0 */
bool random_percent(struct random *r, uint32_t percent);
int64_t random_time(struct random *r, int64_t limit);    /* 0 .. limit - 1 */

/* A stream of its own for whatever `name` and `number` are, so that who draws more or less
 * numbers elsewhere changes nothing here. */
struct random random_stream(uint64_t seed, const char *name, uint64_t number);

#endif
