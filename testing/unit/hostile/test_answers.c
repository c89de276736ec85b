/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes back for our first message and is not the peer's, but of somebody on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "provider.h"

/* West waits for the answer to its first message; east's real one is in `real`. */
static struct pair *pair_waiting(struct buffer *real)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " ike=aes_gcm256-sha2_256-dh19\n",
							     .east = " ike=aes_gcm256-sha2_256-dh19\n" });

	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run_jobs(pair);
	assert_true(pair_deliver(pair));
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->east, real));
	return pair;
}

static struct bytes body_in(const struct buffer *message, uint8_t type)
{
	struct payloads all;

	assert_int_equal(payloads_read(message->ptr[16],
				       bytes_at(message->ptr + IKE_HEADER_LEN,
						message->len - IKE_HEADER_LEN),
				       &all),
			 WIRE_OK);
	return payload_find(&all, type)->body;
}

/* The real one but for a point that is not on the curve, and another SPI. */
static void forge(const struct buffer *real, uint8_t mark, struct buffer *out)
{
	struct ke_payload ke;

	buffer_clear(out);
	write_bytes(out, buffer_bytes(real));
	assert_int_equal(ke_read(body_in(out, PAYLOAD_KE), &ke), WIRE_OK);
	out->ptr[ke.data.ptr - out->ptr + 40] ^= mark;
	out->ptr[8] ^= 0x55;
}

static void test_forged_before_the_real_one(void **state)
{
	struct buffer real = { 0 }, forged = { 0 };
	struct pair *pair = pair_waiting(&real);

	(void)state;
	for (uint8_t mark = 1; mark <= 4; mark++) {
		forge(&real, mark, &forged);
		pair_inject(&pair->west, buffer_bytes(&forged));
		/* while it is worked on the real one is not looked at */
		pair_inject(&pair->west, buffer_bytes(&real));
		pair_run_jobs(pair);
		assert_int_equal(pair_ike(&pair->west)->state, IKE_INIT_SENT);
		assert_int_equal(pair->west.commands_done, 0);
	}
	pair_inject(&pair->west, buffer_bytes(&real));
	pair_run(pair);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	buffer_done(&real);
	buffer_done(&forged);
	pair_free(pair);
}

/* Each costs us a key agreement: so many, and no more; the attempt ends in its time. */
static void test_forgeries_are_bounded(void **state)
{
	struct buffer real = { 0 }, forged = { 0 };
	struct pair *pair = pair_waiting(&real);
	unsigned jobs = 0;

	(void)state;
	pair->hold_jobs = true;
	for (unsigned i = 0; i < 1000; i++) {
		forge(&real, (uint8_t)(1 + i % 255), &forged);
		pair_inject(&pair->west, buffer_bytes(&forged));
		jobs += pair->jobs != NULL;
		pair_run_jobs(pair);
	}
	assert_int_equal(jobs, 8);
	pair->hold_jobs = false;
	pair_drop_all(pair);
	pair_advance(pair, SECONDS(40));
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_NO_RETRANSMISSION);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	buffer_done(&real);
	buffer_done(&forged);
	pair_free(pair);
}

/*
 * One that has all that an answer needs, but another nonce: nobody has the keys that come of it, or
 * whoever forged it whole has. The attempt is lost to whoever is that fast, and no more than that.
 */
static void test_a_forgery_of_valid_form_costs_the_attempt(void **state)
{
	struct buffer real = { 0 }, forged = { 0 };
	struct pair *pair = pair_waiting(&real);

	(void)state;
	write_bytes(&forged, buffer_bytes(&real));
	forged.ptr[body_in(&forged, PAYLOAD_NONCE).ptr - forged.ptr] ^= 1;
	pair_inject(&pair->west, buffer_bytes(&forged));
	pair_run_jobs(pair);
	pair_inject(&pair->west, buffer_bytes(&real));
	pair_advance(pair, SECONDS(29));
	assert_int_equal(pair->west.commands_done, 0);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_NO_RETRANSMISSION);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	pair_up(pair);
	buffer_done(&real);
	buffer_done(&forged);
	pair_free(pair);
}

/* Who answers what comes back from the network talks to himself, and not to the peer. */
static void test_our_own_first_message(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct buffer first = { 0 }, answer = { 0 };

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->west, &first));
	pair_inject(&pair->west, buffer_bytes(&first));
	pair_run_jobs(pair);
	assert_false(pair_take(&pair->west, &answer));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	/* and this is the peer's */
	pair_inject(&pair->east, buffer_bytes(&first));
	pair_run(pair);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair_shared_sas(pair), 2);
	buffer_done(&first);
	buffer_done(&answer);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_before_the_real_one),
		cmocka_unit_test(test_forgeries_are_bounded),
		cmocka_unit_test(test_a_forgery_of_valid_form_costs_the_attempt),
		cmocka_unit_test(test_our_own_first_message),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
