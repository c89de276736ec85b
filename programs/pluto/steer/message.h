/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_MESSAGE_H
#define PLUTO_STEER_MESSAGE_H

#include "base/reader.h"
#include "pluto/steer/sa.h"

/*
 * The bodies of what pluto and the keeper say to each other about steering. Reading checks every
 * field; *out is written only on success.
 */

/* An SPI and a destination that an SA of ours may have: others are not read. */
bool steer_is_sa(const struct steer_sa *sa);

/* MESSAGE_STEER. Steering that is off, a CPU or an SPI that nobody has: not read. */
void steer_write(const struct steer_sa *sa, struct buffer *out);
MUST_CHECK bool steer_read(struct bytes body, struct steer_sa *out);

/* MESSAGE_STEER_END: which SA; its cpu and means are not said. */
void steer_end_write(const struct steer_sa *sa, struct buffer *out);
MUST_CHECK bool steer_end_read(struct bytes body, struct steer_sa *out);

/*
 * MESSAGE_STEER_COUNTERS: u64 request as it was asked, then one of these after the other for each SA
 * that XDP hands to its CPU now. SAs that are not in it are not steered, or by other means, which
 * count nothing.
 */
void steer_counters_write(const struct steer_sa *sa, const struct steer_counters *counters,
			  struct buffer *out);
MUST_CHECK bool steer_counters_read(struct reader *r, struct steer_sa *sa,
				    struct steer_counters *counters);

#endif
