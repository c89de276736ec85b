/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_FRAGMENT_MAKER_H
#define UNIT_PAIR_FRAGMENT_MAKER_H

#include "engine_pair.h"

/* What a fragment says, also what no sender of ours would say. */
struct made {
	uint32_t id;
	uint8_t exchange;     /* 0: INFORMATIONAL */
	bool response;
	uint16_t number, total;
	uint8_t first;        /* Next Payload */
	struct bytes text;
	bool payload_before;  /* a Vendor ID stands before SKF */
};

/* One fragment, sealed by hand as `from` would on its only IKE SA. */
void fragment_make(struct side *from, const struct made *made, struct buffer *out);

#endif
