/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that are too long for one packet, from one engine to another (RFC 7383). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"

enum {
	SMALL = 256,             /* the least fragment-size= */
	BEFORE_IKE = 20 + 8 + 4  /* of an IPv4 packet: IP, UDP, perhaps the non-ESP marker */
};

/* What the network saw since watched(). */
static struct {
	size_t longest, fragments, whole;
	unsigned lose_every;      /* fragments; 0: none */
	unsigned replies;         /* first fragments of responses, and whole ones */
} seen;

static bool watch(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	bool first = p[16] != PAYLOAD_SKF || (p[32] == 0 && p[33] == 1);

	(void)pair;
	if (p[18] == EXCHANGE_IKE_SA_INIT) {
		assert_int_not_equal(p[16], PAYLOAD_SKF);
		return false;
	}
	if (packet->bytes.len > seen.longest)
		seen.longest = packet->bytes.len;
	if ((p[19] & FLAG_RESPONSE) != 0 && first)
		seen.replies++;
	if (p[16] != PAYLOAD_SKF) {
		seen.whole++;
		return false;
	}
	seen.fragments++;
	return seen.lose_every != 0 && seen.fragments % seen.lose_every == 0;
}

static struct pair *watched(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	memset(&seen, 0, sizeof(seen));
	pair->loses = watch;
	return pair;
}

/* Everything after IKE_SA_INIT keeps to the size, and gets there. */
static void run_through(const char *west, const char *east)
{
	struct pair *pair = watched(west, east);
	static const enum rekey_what all[] = { REKEY_CHILD, REKEY_IKE, REKEY_CHILD };

	pair_up(pair);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct side *side = i == 1 ? &pair->east : &pair->west;

		ike_engine_rekey(side->engine, "t", all[i], 11, pair->now);
		pair_advance(pair, SECONDS(20));
		assert_int_equal(side->last_code, CONTROL_OK);
	}
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair->west.kernel.sa_count, 6); /* head and two clones */
	assert_int_equal(pair->east.kernel.sa_count, 6);
	pair_free(pair);
}

static void test_small_packets(void **state)
{
	(void)state;
	run_through(" clones=2\n fragment-size=256\n", " clones=2\n fragment-size=256\n");
	assert_true(seen.fragments > 20);
	assert_int_equal(seen.longest, SMALL - BEFORE_IKE); /* as full as it can be */
}

static void test_small_packets_with_cbc(void **state)
{
	static const char conn[] = " clones=2\n fragment-size=256\n ike=aes256-sha2_512-dh31\n";

	(void)state;
	run_through(conn, conn);
	assert_true(seen.fragments > 20);
	assert_true(seen.longest <= SMALL - BEFORE_IKE && seen.longest > SMALL - BEFORE_IKE - 16);
}

static void test_sizes_that_differ(void **state)
{
	(void)state;
	run_through(" clones=2\n ike=aes256-sha2-dh18\n fragment-size=1500\n",
		    " clones=2\n ike=aes256-sha2-dh18\n fragment-size=256\n");
	assert_true(seen.fragments > 0);
	assert_true(seen.longest > 576 && seen.longest <= 1500 - BEFORE_IKE);
}

/* What every network carries. */
static void test_default_size(void **state)
{
	static const char conn[] = " clones=2\n ike=aes256-sha2-dh18\n";

	(void)state;
	run_through(conn, conn);
	assert_true(seen.fragments > 0);
	assert_true(seen.longest <= 576 - BEFORE_IKE && seen.longest > 576 - BEFORE_IKE - 16);
}

static void test_one_end_says_no(void **state)
{
	(void)state;
	run_through(" clones=2\n fragment-size=256\n", " clones=2\n fragmentation=no\n");
	assert_int_equal(seen.fragments, 0);
	run_through(" clones=2\n fragmentation=no\n", " clones=2\n fragment-size=256\n");
	assert_int_equal(seen.fragments, 0);
}

static void test_force_is_yes(void **state)
{
	(void)state;
	run_through(" clones=2\n fragment-size=256\n fragmentation=force\n",
		    " clones=2\n fragment-size=256\n");
	assert_true(seen.fragments > 0);
}

/* All fragments go again until the missing one is there. */
static void test_lost_fragments(void **state)
{
	struct pair *pair = watched(" fragment-size=256\n", " fragment-size=256\n");

	(void)state;
	seen.lose_every = 4;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_true(pair->lost > 0);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.engine->w.fragment_bytes, 0);
	assert_int_equal(pair->east.engine->w.fragment_bytes, 0);
	pair_free(pair);
}

static bool loses_replies(struct pair *pair, const struct packet *packet)
{
	bool fragment = packet->bytes.ptr[16] == PAYLOAD_SKF;

	(void)watch(pair, packet);
	return fragment && (packet->bytes.ptr[19] & FLAG_RESPONSE) != 0;
}

/* A request of n fragments that comes again is answered once, not n times. */
static void test_one_answer_each(void **state)
{
	struct pair *pair = watched(" fragment-size=256\n", " fragment-size=256\n");

	(void)state;
	pair_up(pair);
	memset(&seen, 0, sizeof(seen));
	pair->loses = loses_replies;
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 7, pair->now);
	pair_advance(pair, MILLISECONDS(1600)); /* sent at 0, 0.5 and 1.5 seconds */
	assert_int_equal(seen.replies, 3);
	assert_true(pair->lost >= 6);
	pair->loses = NULL;
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->west.kernel.sa_count, 2);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_packets),
		cmocka_unit_test(test_small_packets_with_cbc),
		cmocka_unit_test(test_sizes_that_differ),
		cmocka_unit_test(test_default_size),
		cmocka_unit_test(test_one_end_says_no),
		cmocka_unit_test(test_force_is_yes),
		cmocka_unit_test(test_lost_fragments),
		cmocka_unit_test(test_one_answer_each),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
