/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_SA_H
#define PLUTO_STEER_SA_H

#include "conf/conf.h"

enum { STEER_WHY_MAX = 256 };

/* An inbound SA, and the CPU that is to have its packets. */
struct steer_sa {
	struct address destination; /* ours */
	uint32_t spi;               /* host order */
	bool encapsulated;
	uint32_t cpu;
	enum conf_steering means;   /* never off */
};

/* What was handed to an SA's CPU since it was steered there. Bytes of whole frames. */
struct steer_counters {
	uint64_t packets, bytes;
};

#endif
