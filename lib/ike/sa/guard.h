/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_GUARD_H
#define IKE_SA_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_check.h"
#include "crypto/names.h"
#include "net/address.h"

struct world;

/*
 * What strangers may make us do and keep. Nobody is refused for the network that he seems to come
 * from before a cookie has shown that he does: whoever forges addresses could lock others out.
 * After that each IPv4 address and each IPv6 /64 has a token bucket, large enough for an office
 * of a thousand behind one NAT. All half-open IKE SAs together have a limit of number, of bytes
 * and of key agreement under way. Who is over a limit gets no answer, and is counted.
 */
enum {
	GUARD_FIRSTS_PER_SECOND = 1000,   /* first messages; with more, cookies are asked for */
	GUARD_PREFIX_BURST = 4096,        /* initiators let in at once from one prefix */
	GUARD_PREFIX_PER_SECOND = 100,
	GUARD_SETS = 2048, GUARD_WAYS = 4 /* prefixes remembered: those let in most */
};

#define GUARD_BYTES_MAX (UINT64_C(256) << 20) /* kept of half-open IKE SAs */
#define GUARD_WORK_MAX  MILLISECONDS(500)     /* of key agreement for them under way */

struct guard_bucket {
	uint64_t prefix;
	uint16_t family;     /* 0: free */
	int64_t level;       /* what is left, in microseconds of refilling */
	int64_t when;        /* it was that much */
};

/* Part of the world. */
struct guard {
	int64_t cookies_until;        /* ddos-mode=auto asks for cookies until then */
	int64_t second;               /* when the second of `firsts` began */
	uint32_t firsts;              /* first messages in it */
	uint64_t bytes;               /* kept of half-open IKE SAs */
	int64_t work;                 /* microseconds, under way for them */
	uint64_t key[2];              /* where a prefix is in the table */
	struct guard_bucket *buckets; /* owned; NULL until the first cookie comes back */
	uint64_t over_number, over_work, over_prefix; /* not let in */
};

void guard_init(struct world *w);
void guard_done(struct world *w);

/* A first message that belongs to no IKE SA has come. */
void guard_on_first(struct world *w);
/* ... and its sender has to show that its address is its own. */
bool guard_wants_cookie(const struct world *w);
/* Is there room for another half-open IKE SA with a first message of `len` bytes and this group?
 * `proven`: its address is its own, and its prefix pays for it. */
MUST_CHECK bool guard_admits(struct world *w, const struct address *peer, bool proven, size_t len,
			     const struct ke_desc *ke);
/* What a half-open IKE SA with such a first message takes. */
size_t guard_bytes(size_t len);

#endif
