/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_HOSTILE_HOSTILE_H
#define UNIT_HOSTILE_HOSTILE_H

#include "pair/engine_pair.h"

/*
 * What the tests of hostile peers share: west is the hostile one, east the daemon. An answer is the
 * type of its first notify, or one of these.
 */
enum {
	SILENCE = 0,
	OTHER_ANSWER = 0xfffe /* one without a notify: empty, or what was asked for */
};

/* A payload more, not critical. */
void put(struct inner *inner, uint8_t type, struct bytes body);
void nothing(struct inner *inner);

/* Seals what `fill` writes as a request of west's with this message id; what east answers. */
uint16_t protected_answer(struct pair *pair, uint8_t exchange, uint32_t id,
			  void (*fill)(struct inner *inner));

#endif
