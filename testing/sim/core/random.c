/* SPDX-License-Identifier: GPL-2.0-or-later */
/* splitmix64 */

#include "sim/core/random.h"

#include "base/table.h"

uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t random_below(struct random *r, uint32_t limit)
{
	return (uint32_t)(random_next(r) % limit);
}

bool random_percent(struct random *r, uint32_t percent)
{
	return random_below(r, 100) < percent;
}

int64_t random_time(struct random *r, int64_t limit)
{
	return (int64_t)(random_next(r) % (uint64_t)limit);
}

struct random random_stream(uint64_t seed, const char *name, uint64_t number)
{
	uint64_t key[2] = { seed, number };

	return (struct random) { siphash(key, bytes_of_text(name)) };
}
