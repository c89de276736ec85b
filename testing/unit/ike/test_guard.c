/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What strangers may make us do and keep, and when they are asked for cookies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/bench.h"

enum { FIRST = 500 }; /* bytes */

static struct address address_of_text(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static struct address address_of_number(uint32_t n)
{
	struct address a = address_of_text("10.0.0.0");

	for (int i = 0; i < 4; i++)
		a.ip[i] = (uint8_t)(n >> (24 - 8 * i));
	return a;
}

static bool admits(struct bench *b, const struct address *peer, bool proven, enum ke_id ke)
{
	return guard_admits(&b->w, peer, proven, FIRST, ke_find((uint16_t)ke));
}

static uint32_t let_in(struct bench *b, const char *peer, bool proven, uint32_t tries)
{
	struct address a = address_of_text(peer);
	uint32_t count = 0;

	for (uint32_t i = 0; i < tries; i++)
		count += admits(b, &a, proven, KE_CURVE25519);
	return count;
}

static void an_office_gets_in_and_a_flood_from_one_place_does_not(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	assert_int_equal(let_in(b, "192.0.2.1", true, 10000), GUARD_PREFIX_BURST);
	assert_true(GUARD_PREFIX_BURST >= 3 * 1000); /* a thousand users, each of them thrice */
	assert_int_equal(b->w.guard.over_prefix, 10000 - GUARD_PREFIX_BURST);
	assert_int_equal(let_in(b, "192.0.2.2", true, 10), 10);
	b->w.now += SECONDS(2);
	assert_int_equal(let_in(b, "192.0.2.1", true, 1000), 2 * GUARD_PREFIX_PER_SECOND);
	b->w.now += SECONDS(3600);
	assert_int_equal(let_in(b, "192.0.2.1", true, 10000), GUARD_PREFIX_BURST);
	bench_free(b);
}

static void of_ipv6_a_whole_64_is_one_place(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	assert_int_equal(let_in(b, "2001:db8::1", true, 10000), GUARD_PREFIX_BURST);
	assert_int_equal(let_in(b, "2001:db8::2", true, 10), 0);
	assert_int_equal(let_in(b, "2001:db8::ffff:0:0:1", true, 10), 0);
	assert_int_equal(let_in(b, "2001:db8:0:1::1", true, 10), 10);
	/* the same bytes in front are not the same place in the other family */
	assert_int_equal(let_in(b, "32.1.13.184", true, 10), 10);
	bench_free(b);
}

static void nobody_is_refused_for_an_address_that_may_be_forged(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	assert_int_equal(let_in(b, "192.0.2.1", false, 10 * GUARD_PREFIX_BURST),
			 10 * GUARD_PREFIX_BURST);
	assert_null(b->w.guard.buckets);
	assert_int_equal(let_in(b, "192.0.2.1", true, 1), 1);
	bench_free(b);
}

static void a_million_places_take_no_more_room_and_forget_the_quiet_first(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);
	const struct guard_bucket *table;
	uint32_t refused = 0;

	(void)state;
	assert_int_equal(let_in(b, "192.0.2.1", true, GUARD_PREFIX_BURST + 1), GUARD_PREFIX_BURST);
	table = b->w.guard.buckets;
	for (uint32_t i = 0; i < 1000000; i++) {
		struct address a = address_of_number(0x0a000000 + i);

		refused += !admits(b, &a, true, KE_CURVE25519);
	}
	assert_int_equal(refused, 0);
	assert_ptr_equal(b->w.guard.buckets, table);
	assert_int_equal(let_in(b, "192.0.2.1", true, 10), 0);
	bench_free(b);
}

static void key_agreement_for_strangers_has_a_budget(void **state)
{
	static const enum ke_id groups[] = { KE_CURVE25519, KE_ECP_256, KE_MODP2048, KE_MODP8192 };
	struct address a = address_of_text("192.0.2.1");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct bench *b = bench_new(ROLE_RESPONDER);
		uint32_t work = ke_find((uint16_t)groups[i])->work, count = 0;

		while (admits(b, &a, false, groups[i])) {
			b->w.guard.work += work;
			count++;
		}
		assert_int_equal(count, GUARD_WORK_MAX / work);
		assert_int_equal(b->w.guard.over_work, 1);
		b->w.guard.work -= work;
		assert_true(admits(b, &a, false, groups[i]));
		bench_free(b);
	}
}

static void half_open_ike_sas_have_a_limit_of_number_and_of_bytes(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);
	struct address a = address_of_text("192.0.2.1");

	(void)state;
	b->setup.half_open_max = 2;
	assert_true(admits(b, &a, false, KE_CURVE25519));
	b->w.half_open = 2;
	assert_false(admits(b, &a, false, KE_CURVE25519));
	b->w.half_open = 1;
	b->w.guard.bytes = GUARD_BYTES_MAX - guard_bytes(FIRST);
	assert_true(admits(b, &a, false, KE_CURVE25519));
	b->w.guard.bytes++;
	assert_false(admits(b, &a, false, KE_CURVE25519));
	assert_int_equal(b->w.guard.over_number, 2);
	b->w.guard.bytes = 0;
	bench_free(b);
}

static bool asks_after(struct bench *b, uint32_t firsts)
{
	for (uint32_t i = 0; i < firsts; i++)
		guard_on_first(&b->w);
	return guard_wants_cookie(&b->w);
}

static void cookies_are_asked_for_under_pressure_and_for_a_while_after(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	b->setup.half_open_cookies = 10;
	assert_false(asks_after(b, 10));
	b->w.half_open = 10;
	assert_true(asks_after(b, 1));
	b->w.half_open = 1;
	b->w.now += SECONDS(29);
	assert_true(asks_after(b, 1)); /* half of them would not be half open if it were not so */
	b->w.now += SECONDS(2);
	assert_false(asks_after(b, 1));
	b->w.guard.work = GUARD_WORK_MAX / 8;
	assert_true(asks_after(b, 1));
	b->w.guard.work = 0;
	b->w.now += SECONDS(31);
	assert_false(asks_after(b, 1));
	b->w.guard.bytes = GUARD_BYTES_MAX / 2;
	assert_true(asks_after(b, 1));
	b->w.guard.bytes = 0;
	b->w.half_open = 1;
	bench_free(b);
}

static void a_flood_of_first_messages_alone_turns_cookies_on(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	assert_false(asks_after(b, GUARD_FIRSTS_PER_SECOND));
	b->w.now += SECONDS(1);
	assert_false(asks_after(b, GUARD_FIRSTS_PER_SECOND));
	assert_true(asks_after(b, 1));
	bench_free(b);
}

static void ddos_mode_says_always_or_never(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	b->setup.cookies = COOKIES_ALWAYS;
	assert_true(asks_after(b, 0));
	b->setup.cookies = COOKIES_NEVER;
	b->setup.half_open_cookies = 0;
	assert_false(asks_after(b, 2 * GUARD_FIRSTS_PER_SECOND));
	b->setup.cookies = COOKIES_AUTO;
	assert_true(asks_after(b, 0));
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_office_gets_in_and_a_flood_from_one_place_does_not),
		cmocka_unit_test(of_ipv6_a_whole_64_is_one_place),
		cmocka_unit_test(nobody_is_refused_for_an_address_that_may_be_forged),
		cmocka_unit_test(a_million_places_take_no_more_room_and_forget_the_quiet_first),
		cmocka_unit_test(key_agreement_for_strangers_has_a_budget),
		cmocka_unit_test(half_open_ike_sas_have_a_limit_of_number_and_of_bytes),
		cmocka_unit_test(cookies_are_asked_for_under_pressure_and_for_a_while_after),
		cmocka_unit_test(a_flood_of_first_messages_alone_turns_cookies_on),
		cmocka_unit_test(ddos_mode_says_always_or_never),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
