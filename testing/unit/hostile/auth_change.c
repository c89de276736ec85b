/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void bring_to_auth(struct pair *pair)
{
	pair->hold_jobs = true;
	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	for (int i = 0; i < 3; i++) {
		pair_run_jobs(pair);
		if (pair_ike(&pair->west)->state != IKE_AUTH_SENT)
			pair_run(pair);
	}
	assert_int_equal(pair_ike(&pair->west)->state, IKE_AUTH_SENT);
	assert_non_null(pair->network);
}

void change_newest(struct side *from, uint8_t exchange, bool response, uint32_t id,
		   void (*change)(struct changed *c), struct buffer *out)
{
	struct changed c = { .left_out = { false } };
	struct buffer plain = { 0 };
	struct payloads all;

	assert_true(pair_take(from, out));
	pair_open(pair_other(from), buffer_bytes(out), &all, &plain);
	inner_start(&c.inner);
	change(&c);
	for (size_t i = 0; i < all.count; i++)
		if (!c.left_out[all.list[i].type])
			put(&c.inner, all.list[i].type, all.list[i].body);
	pair_seal(from, exchange, response, id, &c.inner, out);
	inner_done(&c.inner);
	buffer_done(&plain);
}

uint16_t auth_answer(struct pair *pair)
{
	struct buffer answer = { 0 };
	struct payloads all;
	struct buffer plain = { 0 };
	uint16_t result;

	if (!pair_take(&pair->east, &answer))
		return SILENCE;
	pair_open(&pair->west, buffer_bytes(&answer), &all, &plain);
	assert_int_equal(payload_count(&all, PAYLOAD_CP), 0);
	result = payload_count(&all, PAYLOAD_AUTH) == 1
			 ? ESTABLISHED
			 : pair_notify_of(&pair->west, buffer_bytes(&answer));
	buffer_done(&plain);
	buffer_done(&answer);
	return result;
}
