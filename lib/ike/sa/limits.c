/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/limits.h"

/* Without ESN the sender must stop before 2^32 (RFC 4303 3.3.3). */
#define HARD_PACKETS_NO_ESN   ((uint64_t)UINT32_MAX - 1)
#define SOFT_PACKETS_NO_ESN   (UINT64_C(1) << 31)

/* Nothing that is one SA is faster: 64 GiB and 16 million packets a second. */
#define BYTES_PER_SECOND_MAX   (UINT64_C(1) << 36)
#define PACKETS_PER_SECOND_MAX (UINT64_C(1) << 24)

/* While an SA is idle each wait is twice the last one. It may start at any time, so there is a
 * longest; the hard limit is behind it. */
#define LOOK_FIRST    SECONDS(1)
#define LOOK_SHORTEST MILLISECONDS(100)
#define LOOK_LONGEST  SECONDS(60)
enum { LOOKS_TO_LIMIT = 10 };

/* Small limits are for tests: they are exact. */
enum { FUZZ_FROM = 16384 };

static uint64_t smaller(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return a < b ? a : b;
}

static uint64_t written(uint64_t option)
{
	return option >= CONF_LIMIT_NONE ? 0 : option;
}

/* Up to `whole`, in steps of its 65536th part. */
static uint64_t part_of(uint64_t whole, uint16_t fuzz)
{
	return whole / (UINT16_MAX + 1U) * fuzz + whole % (UINT16_MAX + 1U) * fuzz / UINT16_MAX;
}

static uint64_t soft_of(uint64_t hard, enum sa_role role, uint16_t fuzz)
{
	uint64_t vary = hard < FUZZ_FROM ? 0 : part_of(hard / 16, fuzz);

	return role == ROLE_INITIATOR ? hard / 4 + vary : hard / 2 - vary;
}

static uint64_t soft_without_esn(enum sa_role role, uint16_t fuzz)
{
	if (role == ROLE_INITIATOR)
		return SOFT_PACKETS_NO_ESN - part_of(SOFT_PACKETS_NO_ESN / 16, fuzz);
	return SOFT_PACKETS_NO_ESN + SOFT_PACKETS_NO_ESN / 2;
}

struct sa_limits limits_of(const struct conf_conn *conf, const struct suite *suite,
			   enum sa_role role, uint16_t fuzz)
{
	struct sa_limits limits = {
		.hard_bytes = smaller(written(conf->ipsec_max_bytes), suite->encr->max_bytes),
		.hard_packets = written(conf->ipsec_max_packets),
	};

	if (conf->rekey) {
		limits.soft_bytes = soft_of(limits.hard_bytes, role, fuzz);
		limits.soft_packets = soft_of(limits.hard_packets, role, fuzz);
	}
	if (!suite->esn) {
		limits.hard_packets = smaller(limits.hard_packets, HARD_PACKETS_NO_ESN);
		if (conf->rekey)
			limits.soft_packets = smaller(limits.soft_packets,
						      soft_without_esn(role, fuzz));
	}
	return limits;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Microseconds that `amount` takes at a rate of `done` in `took`; `done` is not 0. */
static int64_t time_for(uint64_t amount, uint64_t done, int64_t took)
{
	double time = (double)amount / (double)done * (double)took;

	return time < (double)SECONDS(86400) ? (int64_t)time : SECONDS(86400);
}

static int64_t look_at(uint64_t soft, uint64_t before, uint64_t now, int64_t took, uint64_t fastest)
{
	int64_t next = took == 0 ? LOOK_FIRST : 2 * took, soonest;

	if (soft == 0)
		return TIME_NEVER;
	if (now >= soft)
		return 0;
	soonest = time_for(soft - now, fastest, SECONDS(1));
	if (now > before && took > 0)
		next = time_for(soft - now, now - before, took) / LOOKS_TO_LIMIT;
	return later(later(next < LOOK_LONGEST ? next : LOOK_LONGEST, soonest), LOOK_SHORTEST);
}

int64_t limits_next_look(const struct sa_limits *limits, const struct sa_usage *before,
			 const struct sa_usage *now)
{
	int64_t next = TIME_NEVER;

	for (int i = 0; i < LIMITS_COUNTERS; i++) {
		bool bytes = i == LIMITS_BYTES_IN || i == LIMITS_BYTES_OUT;
		int64_t look = look_at(bytes ? limits->soft_bytes : limits->soft_packets,
				       before->counters[i], now->counters[i],
				       now->when - before->when,
				       bytes ? BYTES_PER_SECOND_MAX : PACKETS_PER_SECOND_MAX);

		next = look < next ? look : next;
	}
	return next;
}
