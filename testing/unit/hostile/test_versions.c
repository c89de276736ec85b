/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who speaks a version that is none of ours is told so as the end that we are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "provider.h"

enum { VERSION_AT = 17, MAJOR_THREE = 0x30 };

/* The flags of what `to` answers a request of the other side with, whose version is 3. */
static uint8_t flags_of_answer(struct side *to)
{
	struct side *from = pair_other(to);
	struct buffer datagram = { 0 }, answer = { 0 };
	struct ike_header header;
	struct inner inner;

	inner_start(&inner);
	pair_seal(from, EXCHANGE_INFORMATIONAL, false, pair_next_id(from), &inner, &datagram);
	inner_done(&inner);
	datagram.ptr[VERSION_AT] = MAJOR_THREE;
	pair_inject(to, buffer_bytes(&datagram));
	assert_true(pair_take(to, &answer));
	assert_int_equal(pair_notify_of(from, buffer_bytes(&answer)),
			 NOTIFY_INVALID_MAJOR_VERSION);
	assert_int_equal(ike_header_read(buffer_bytes(&answer), &header), WIRE_OK);
	buffer_done(&datagram);
	buffer_done(&answer);
	return header.flags;
}

static void the_answer_has_the_flag_of_its_end(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	assert_int_equal(flags_of_answer(&pair->east), FLAG_RESPONSE);
	assert_int_equal(flags_of_answer(&pair->west), FLAG_RESPONSE | FLAG_INITIATOR);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_has_the_flag_of_its_end),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
