/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_LIMITS_H
#define IKE_SA_LIMITS_H

#include "conf/conf.h"
#include "ike/conn/proposals.h"
#include "ike/engine.h"

/*
 * How much may go over a Child SA, in each direction: ipsec-max-bytes=, ipsec-max-packets=, what the
 * cipher bears, and the sequence numbers (RFC 4303 3.3.3). Pure functions. A soft limit starts the
 * rekey, a hard one is the kernel's to keep; 0: never.
 */
struct sa_limits {
	uint64_t soft_bytes, soft_packets;
	uint64_t hard_bytes, hard_packets;
};

/* `fuzz` is any random number: who made the SA rekeys it between a quarter and a third of what is
 * allowed, the other end, if that did not happen, a little before the half. Without ESN it is at
 * 2^31 packets, and at 2^31 + 2^30. */
struct sa_limits limits_of(const struct conf_conn *conf, const struct suite *suite,
			   enum sa_role role, uint16_t fuzz);

/* What a look at an SA's counters found. */
enum { LIMITS_BYTES_IN, LIMITS_BYTES_OUT, LIMITS_PACKETS_IN, LIMITS_PACKETS_OUT, LIMITS_COUNTERS };
struct sa_usage {
	uint64_t counters[LIMITS_COUNTERS];
	int64_t when;
};

/* How long the next look can wait: a tenth of the time to the nearest soft limit at the rate since
 * the look before, and never so short that no line could be fast enough. 0: a limit is reached.
 * TIME_NEVER: there is none. */
int64_t limits_next_look(const struct sa_limits *limits, const struct sa_usage *before,
			 const struct sa_usage *now);

#endif
