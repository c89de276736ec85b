/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_BENCH_H
#define UNIT_PAIR_BENCH_H

#include "ike/sa/world.h"

/* One IKE SA in a world of its own, without an engine: what it sends is counted and kept. */
struct bench {
	struct conf_setup setup;
	struct kernel_facts facts;
	struct world w;
	struct ike_sa *sa;
	unsigned sent;
	struct buffer last;
	uint8_t random; /* the next random byte */
};

/* Suite and keys are the test's to set. */
struct bench *bench_new(enum sa_role role);
void bench_free(struct bench *bench);

#endif
