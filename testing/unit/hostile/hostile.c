/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/crypto.h"

void put(struct inner *inner, uint8_t type, struct bytes body)
{
	payload_begin(&inner->writer, type, false);
	write_bytes(&inner->chain, body);
	payload_end(&inner->writer);
}

void nothing(struct inner *inner)
{
	(void)inner;
}

uint16_t protected_answer(struct pair *pair, uint8_t exchange, uint32_t id,
			  void (*fill)(struct inner *inner))
{
	struct buffer datagram = { 0 }, answer = { 0 };
	uint16_t result = SILENCE;
	struct inner inner;

	inner_start(&inner);
	fill(&inner);
	pair_seal(&pair->west, exchange, false, id, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	pair_run_jobs(pair);
	if (pair_take(&pair->east, &answer)) {
		result = pair_notify_of(&pair->west, buffer_bytes(&answer));
		result = result == 0 ? OTHER_ANSWER : result;
	}
	buffer_done(&datagram);
	buffer_done(&answer);
	return result;
}
