/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_HOSTILE_AUTH_CHANGE_H
#define UNIT_HOSTILE_AUTH_CHANGE_H

#include "hostile.h"

/* IKE_AUTH as it is, but for something. */
enum { ESTABLISHED = 0xffff }; /* an answer that is no notify: it worked */


/* A payload more than west's own IKE_AUTH request has, or another in place of one. */
struct changed {
	struct inner inner;
	bool left_out[PAYLOAD_SKF + 1]; /* by type */
};

/* `ipsec auto --up t` at west, until both wait for its IKE_AUTH request, which is in the network. */
void bring_to_auth(struct pair *pair);

/* The newest message of a side, which is taken, with changes. */
void change_newest(struct side *from, uint8_t exchange, bool response, uint32_t id,
		   void (*change)(struct changed *c), struct buffer *out);

/* East's answer to it: ESTABLISHED, SILENCE, or a notify. */
uint16_t auth_answer(struct pair *pair);

#endif
