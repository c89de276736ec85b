/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile fragments of a peer that has the keys (RFC 7383): what is put together, what is thrown
 * away, and that nothing grows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "ike/sa/assembly.h"
#include "pair/fragment_maker.h"
#include "provider.h"

enum { FRAGMENTS_OF_ROW_MAX = 8 };

/* A status notify that nobody knows, in three parts: taken and answered with nothing. */
static const uint8_t chain[] = { 0, 0, 0, 20, 0, 0, 0xb0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

#define PART(from, len) { chain + (from), (len) }
#define FIRST  PAYLOAD_NOTIFY
#define A_OF_3 { .number = 1, .total = 3, .first = FIRST, .text = PART(0, 8) }
#define B_OF_3 { .number = 2, .total = 3, .text = PART(8, 5) }
#define C_OF_3 { .number = 3, .total = 3, .text = PART(13, 7) }

static const uint8_t other[] = { 9, 9, 9, 9, 9, 9, 9, 9 };
#define OTHER { other, sizeof(other) }

static const struct {
	const char *what;
	struct made list[FRAGMENTS_OF_ROW_MAX];
	size_t count;
	bool answered;
	bool kept; /* something waits for the rest */
} rows[] = {
	{ "three in order", { A_OF_3, B_OF_3, C_OF_3 }, 3, true, false },
	{ "three backwards", { C_OF_3, B_OF_3, A_OF_3 }, 3, true, false },
	{ "one that is all", { { .number = 1, .total = 1, .first = FIRST, .text = PART(0, 20) } },
	  1, true, false },
	{ "two of three", { A_OF_3, C_OF_3 }, 2, false, true },
	{ "number 0", { A_OF_3, B_OF_3, C_OF_3, { .number = 0, .total = 3, .text = OTHER } }, 4,
	  true, false },
	{ "number 0 of 1", { { .number = 0, .total = 1, .first = FIRST, .text = PART(0, 20) } }, 1,
	  false, false },
	{ "a number above the total", { { .number = 4, .total = 3, .text = OTHER } }, 1, false,
	  false },
	{ "total 0", { { .number = 1, .total = 0, .first = FIRST, .text = PART(0, 20) } }, 1,
	  false, false },
	{ "total 65535", { { .number = 1, .total = 65535, .first = FIRST, .text = OTHER },
			   { .number = 65535, .total = 65535, .text = OTHER } }, 2, false, false },
	{ "one more than the most", { { .number = 1, .total = FRAGMENTS_MAX + 1, .first = FIRST,
					.text = OTHER } }, 1, false, false },
	{ "the total shrinks: the smaller one is not looked at",
	  { A_OF_3, { .number = 1, .total = 2, .first = FIRST, .text = OTHER },
	    { .number = 2, .total = 2, .text = OTHER }, B_OF_3, C_OF_3 }, 5, true, false },
	{ "the total shrinks, and the larger one never ends",
	  { A_OF_3, { .number = 1, .total = 2, .first = FIRST, .text = PART(0, 10) },
	    { .number = 2, .total = 2, .text = PART(10, 10) } }, 3, false, true },
	{ "the total grows: begun anew",
	  { { .number = 1, .total = 2, .first = FIRST, .text = OTHER }, A_OF_3, B_OF_3, C_OF_3 },
	  4, true, false },
	{ "the total grows, and parts of before do not count",
	  { { .number = 2, .total = 2, .text = OTHER }, A_OF_3, C_OF_3 }, 3, false, true },
	{ "overlap: a number again with another text, the first counts",
	  { A_OF_3, { .number = 1, .total = 3, .first = PAYLOAD_DELETE, .text = OTHER }, B_OF_3,
	    { .number = 2, .total = 3, .text = OTHER }, C_OF_3 }, 5, true, false },
	{ "a first payload in fragment 2", { A_OF_3, C_OF_3, { .number = 2, .total = 3,
	  .first = FIRST, .text = PART(8, 5) } }, 3, false, true },
	{ "a payload before SKF", { { .number = 1, .total = 1, .first = FIRST,
	  .text = PART(0, 20), .payload_before = true } }, 1, false, false },
	{ "a response that nobody waits for", { { .response = true, .number = 1, .total = 2,
	  .first = FIRST, .text = OTHER } }, 1, false, false },
	{ "fragments of nothing, put together to nothing", { { .number = 1, .total = 2 },
	  { .number = 2, .total = 2 } }, 2, true, false },
};

static void send_made(struct pair *pair, const struct made *made, uint32_t id)
{
	struct buffer datagram = { 0 };
	struct made copy = *made;

	copy.id = id;
	fragment_make(&pair->west, &copy, &datagram);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

static unsigned take_answers(struct pair *pair)
{
	struct buffer answer = { 0 };
	unsigned count = 0;

	while (pair_take(&pair->east, &answer))
		count++;
	buffer_done(&answer);
	return count;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { 0 });
		struct pair_picture before, after;
		uint32_t id;

		pair_up(pair);
		before = pair_picture(pair);
		id = pair_next_id(&pair->west);
		for (size_t j = 0; j < rows[i].count; j++)
			send_made(pair, &rows[i].list[j], id);
		if (take_answers(pair) != (rows[i].answered ? 1 : 0))
			fail_msg("%s: %sanswered", rows[i].what, rows[i].answered ? "not " : "");
		if ((pair->east.engine->w.fragment_bytes > 0) != rows[i].kept)
			fail_msg("%s: what is kept", rows[i].what);
		pair_advance(pair, SECONDS(70));
		assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
		after = pair_picture(pair);
		pair_assert_same(&before, &after);
		pair_free(pair);
	}
}

static const struct made a = A_OF_3, b = B_OF_3, c = C_OF_3;

static void test_not_agreed(void **state)
{
	static const char *const without[] = { " fragmentation=no\n", NULL };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *pair = pair_new(&(struct pair_setup) {
			.west = without[i], .east = without[1 - i] });
		struct made whole = { .number = 1, .total = 1, .first = FIRST, .text = PART(0, 20) };

		pair_up(pair);
		send_made(pair, &whole, pair_next_id(&pair->west));
		assert_int_equal(take_answers(pair), 0);
		assert_string_equal(pair->east.last,
				    "dropped a message: a fragment, which was not agreed on");
		pair_free(pair);
	}
}

/* SK of the same id in the middle; and the fragments of an answered request. */
static void test_mixed_with_sk(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct buffer datagram = { 0 };
	struct inner inner;
	uint32_t id;

	(void)state;
	pair_up(pair);
	id = pair_next_id(&pair->west);
	send_made(pair, &a, id);
	send_made(pair, &b, id);
	inner_start(&inner);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, id, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	assert_int_equal(take_answers(pair), 1);
	assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
	send_made(pair, &c, id);
	send_made(pair, &b, id);
	assert_int_equal(take_answers(pair), 0);
	/* only the first asks again */
	send_made(pair, &a, id);
	assert_int_equal(take_answers(pair), 1);
	assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
	buffer_done(&datagram);
	pair_free(pair);
}

/* What is not authentic is not kept, and does not stand in the way. */
static void test_forged(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct buffer datagram = { 0 };
	struct made made = B_OF_3;
	uint32_t id;

	(void)state;
	pair_up(pair);
	id = made.id = pair_next_id(&pair->west);
	send_made(pair, &a, id);
	fragment_make(&pair->west, &made, &datagram);
	for (size_t i = IKE_HEADER_LEN + PAYLOAD_HEADER_LEN; i < datagram.len; i++) {
		datagram.ptr[i] ^= 0x40;
		pair_inject(&pair->east, buffer_bytes(&datagram));
		datagram.ptr[i] ^= 0x40;
	}
	send_made(pair, &c, id);
	assert_int_equal(take_answers(pair), 0);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	assert_int_equal(take_answers(pair), 1);
	/* every prefix of a good one */
	made = (struct made) { .id = pair_next_id(&pair->west), .number = 1, .total = 1,
			       .first = FIRST, .text = PART(0, 20) };
	fragment_make(&pair->west, &made, &datagram);
	for (size_t len = IKE_HEADER_LEN + PAYLOAD_HEADER_LEN; len < datagram.len; len++) {
		struct buffer cut = { 0 };

		write_bytes(&cut, bytes_at(datagram.ptr, len));
		fill_u32(&cut, 24, (uint32_t)len);
		fill_u16(&cut, IKE_HEADER_LEN + 2, (uint16_t)(len - IKE_HEADER_LEN));
		pair_inject(&pair->east, buffer_bytes(&cut));
		buffer_done(&cut);
	}
	assert_int_equal(take_answers(pair), 0);
	buffer_done(&datagram);
	pair_free(pair);
}

/* Half of the fragments, then silence, a thousand times over all ids. */
static void test_halves(void **state)
{
	static const uint8_t long_text[16000];
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct made made = { .total = 4, .text = BYTES_OF(long_text) };
	struct pair_picture before, after;
	size_t most = 0;
	uint32_t id;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	id = pair_next_id(&pair->west);
	for (uint32_t i = 0; i < 1000; i++)
		for (made.number = 2; made.number < 4; made.number++) {
			send_made(pair, &made, id + i);
			if (pair->east.engine->w.fragment_bytes > most)
				most = pair->east.engine->w.fragment_bytes;
		}
	assert_true(most > FRAGMENT_BYTES_PER_SA / 2 && most <= FRAGMENT_BYTES_PER_SA);
	assert_int_equal(pair_ike(&pair->east)->fragment_bytes, most);
	assert_int_equal(take_answers(pair), 0);
	/* who fills its own room up can still speak in one piece */
	pair_ike(&pair->west)->next_message_id = id;
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 9, pair->now);
	pair_advance(pair, SECONDS(70));
	assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

/* Together longer than any message. */
static void test_too_long(void **state)
{
	static const uint8_t long_text[16000];
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct made made = { .total = 6, .text = BYTES_OF(long_text) };
	uint32_t id;

	(void)state;
	pair_up(pair);
	id = pair_next_id(&pair->west);
	for (made.number = 1; made.number < 6; made.number++)
		send_made(pair, &made, id);
	assert_true(pair->east.engine->w.fragment_bytes < MESSAGE_MAX);
	assert_string_equal(pair->east.last,
			    "dropped a message: its fragments are too long together");
	/* The IKE SA goes, and with it what it kept. */
	ike_engine_down(pair->east.engine, "t", 5, pair->now);
	pair_run(pair);
	assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
	pair_free(pair);
}

/* Not authenticated yet: only IKE_AUTH, and only a part of the room. */
static void test_before_auth(void **state)
{
	static const uint8_t text[1000];
	struct pair *pair = pair_new_before_auth();
	struct world *w = &pair->east.engine->w;
	struct made made = { .number = 1, .total = 4, .first = PAYLOAD_IDI,
			     .text = BYTES_OF(text) };

	(void)state;
	for (uint32_t id = 0; id < 20; id++) {
		made.exchange = EXCHANGE_INFORMATIONAL;
		send_made(pair, &made, id);
		made.exchange = EXCHANGE_IKE_AUTH;
		if (id != 1)
			send_made(pair, &made, id);
	}
	assert_int_equal(w->fragment_bytes, 0);
	w->fragment_bytes = FRAGMENT_BYTES_HALF_OPEN;
	send_made(pair, &made, 1);
	assert_int_equal(w->fragment_bytes, FRAGMENT_BYTES_HALF_OPEN);
	w->fragment_bytes = 0;
	send_made(pair, &made, 1);
	assert_true(w->fragment_bytes > sizeof(text));
	/* the peer's real IKE_AUTH comes again, in one piece */
	pair_advance(pair, SECONDS(2));
	assert_int_equal(w->established, 1);
	assert_int_equal(w->fragment_bytes, 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_not_agreed),
		cmocka_unit_test(test_mixed_with_sk),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_before_auth),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
