/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Additional key exchanges after CREATE_CHILD_SA: IKE_FOLLOWUP_KE (RFC 9370 2.2.4). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/sa/followup.h"
#include "pair/engine_pair.h"
#include "provider.h"

#define IKE " ike=aes_gcm256-sha2_256-dh19;addke1=dh31;addke2=dh20\n"
#define ESP " esp=aes_gcm256-dh19;addke1=dh31+none;addke3=dh20\n"

static struct pair *pair_up_with(const char *options)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = options, .east = options });

	pair_up(pair);
	return pair;
}

static unsigned established(const struct side *side)
{
	return side->reports[REPORT_ESTABLISHED];
}

/* What is there when all is quiet: one IKE SA, `count` SAs each way, and the same keys for all. */
static void assert_settled(struct pair *pair, size_t count)
{
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_equal(pair->west.kernel.sa_count, 2 * count);
	assert_int_equal(pair->east.kernel.sa_count, 2 * count);
	assert_int_equal(pair_shared_sas(pair), 2 * count);
	assert_true(list_empty(&pair_ike(&pair->west)->followups));
	assert_true(list_empty(&pair_ike(&pair->east)->followups));
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
}

static void assert_same_keys(const struct pair *pair)
{
	const struct ike_keys *west = &pair_ike(&pair->west)->keys;
	const struct ike_keys *east = &pair_ike(&pair->east)->keys;

	assert_true(bytes_equal(secret_bytes(&west->d), secret_bytes(&east->d)));
	assert_true(bytes_equal(secret_bytes(&west->ei), secret_bytes(&east->ei)));
}

static void rekey(struct side *side, enum rekey_what what)
{
	ike_engine_rekey(side->engine, "t", what, 7, side->pair->now);
}

static void test_clones_are_made(void **state)
{
	struct pair *pair = pair_up_with(ESP " clones=2\n");

	(void)state;
	assert_settled(pair, 3);
	pair_free(pair);
}

static void test_rekeys(void **state)
{
	struct pair *pair = pair_up_with(IKE ESP);
	struct side *sides[] = { &pair->west, &pair->east };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned before = established(sides[i]);
		uint32_t serial = pair_ike(sides[i])->serial;

		rekey(sides[i], REKEY_CHILD);
		assert_settled(pair, 1);
		assert_int_equal(established(sides[i]), before + 1);
		rekey(sides[i], REKEY_IKE);
		assert_settled(pair, 1);
		assert_int_equal(established(sides[i]), before + 2);
		assert_int_not_equal(pair_ike(sides[i])->serial, serial);
		assert_same_keys(pair);
	}
	pair_free(pair);
}

/* RFC 9370 2.2.4: SK(1), SK(2) come after the nonces, in the order of their places. */
static void test_how_secrets_are_joined(void **state)
{
	struct suite suite = { .ke = ke_find(KE_ECP_256),
			       .addke = { [1] = ke_find(KE_CURVE25519),
					  [6] = ke_find(KE_ECP_384) } };
	struct ke_secrets ke = { 0 };

	(void)state;
	ke_secrets_add(&ke, &suite, bytes_of_text("zero"));
	assert_int_equal(ke.place, 1);
	ke_secrets_add(&ke, &suite, bytes_of_text("one"));
	assert_int_equal(ke.place, 6);
	assert_false(ke_secrets_complete(&ke));
	ke_secrets_add(&ke, &suite, bytes_of_text("two"));
	assert_true(ke_secrets_complete(&ke));
	assert_true(bytes_equal(secret_bytes(&ke.first), bytes_of_text("zero")));
	assert_true(bytes_equal(secret_bytes(&ke.more), bytes_of_text("onetwo")));
	ke_secrets_done(&ke);
}

/* Both ends at once: the requests cross, and one of the two makes it. */
static void test_crossing_rekeys(void **state)
{
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE };

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		struct pair *pair = pair_up_with(IKE ESP);
		unsigned before = established(&pair->west) + established(&pair->east);

		pair->random += i * 7919;
		rekey(&pair->west, what[i % 2]);
		rekey(&pair->east, what[i % 2]);
		assert_settled(pair, 1);
		/* One was made whole, and nobody made a second. */
		assert_int_equal(established(&pair->west) + established(&pair->east), before + 2);
		assert_same_keys(pair);
		pair_free(pair);
	}
}

/* Whichever datagram of a rekey is lost, it comes to the same. */
static void test_any_datagram_lost(void **state)
{
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE };
	unsigned lost = 0;

	(void)state;
	for (unsigned i = 1; i <= 16; i++) {
		struct pair *pair = pair_up_with(IKE ESP);

		pair_lose_one(pair, (i + 1) / 2);
		rekey(&pair->west, what[i % 2]);
		print_message("datagram %u of a rekey of the %s\n", (i + 1) / 2,
			      what[i % 2] == REKEY_IKE ? "IKE SA" : "Child SA");
		pair_advance(pair, SECONDS(30)); /* for a Delete that is answered by nobody */
		assert_settled(pair, 1);
		assert_same_keys(pair);
		lost += pair->lost;
		pair_free(pair);
	}
	assert_int_equal(lost, 16);
}

static bool loses_followups(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	return packet->bytes.ptr[18] == EXCHANGE_IKE_FOLLOWUP_KE;
}

/* Which of the ends keeps half-made things waiting for a peer that does not go on, and how long. */
static void test_half_made_ones_end(void **state)
{
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pair *pair = pair_up_with(IKE ESP " retransmit-timeout=40s\n");
		struct ike_sa *east = pair_ike(&pair->east);

		rekey(&pair->west, what[i]);
		pair->loses = loses_followups;
		pair_advance(pair, FOLLOWUP_WAIT - SECONDS(1));
		assert_false(list_empty(&east->followups));
		pair_advance(pair, SECONDS(2));
		assert_true(list_empty(&east->followups));
		assert_int_equal(pair_ike_count(&pair->east), 1);
		assert_int_equal(east->child_count, 1);
		/* The next repetition is told so, and it is asked for again. */
		pair->loses = NULL;
		pair_advance(pair, SECONDS(60));
		assert_settled(pair, 1);
		assert_int_equal(established(&pair->west), 3);
		assert_same_keys(pair);
		pair_free(pair);
	}
}

/* A Delete of what is being replaced: the half-made replacement goes with it. */
static void test_deleted_while_half_made(void **state)
{
	struct pair *pair = pair_up_with(IKE ESP);
	struct ike_sa *east = pair_ike(&pair->east);

	(void)state;
	rekey(&pair->west, REKEY_CHILD);
	pair->loses = loses_followups;
	pair_run(pair);
	assert_false(list_empty(&east->followups));
	assert_int_equal(east->child_count, 2);
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair->loses = NULL;
	pair_advance(pair, SECONDS(100));
	assert_int_equal(pair_ike_count(&pair->west), 0);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	pair_free(pair);
}

/* RFC 9370 2.2.4: ours has come so far that another rekey of the same has to wait. */
static void test_late_rekey_is_put_off(void **state)
{
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pair *pair = pair_up_with(IKE ESP " retransmit-timeout=2m\n");

		rekey(&pair->west, what[i]);
		pair->loses = loses_followups;
		pair_advance(pair, FOLLOWUP_WAIT + SECONDS(1)); /* east has given it up */
		rekey(&pair->east, what[i]);
		pair_run(pair);
		assert_non_null(strstr(pair->east.last, "TEMPORARY_FAILURE"));
		assert_int_equal(established(&pair->west) + established(&pair->east), 4);
		pair->loses = NULL;
		pair_advance(pair, SECONDS(60));
		assert_settled(pair, 1);
		assert_same_keys(pair);
		assert_true(established(&pair->west) + established(&pair->east) >= 6);
		pair_free(pair);
	}
}

static uint32_t held, highest;

static bool holds_one(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr + 20;
	uint32_t id = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];

	if (packet->sender != &pair->west)
		return false;
	if (id > highest)
		highest = id;
	return id == held;
}

/* RFC 7296 2.3: an older request without an answer holds it back, like any other request. */
static void test_it_waits_for_the_window(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .setup = " ike-window=2\n",
							     .west = ESP " clones=2\n",
							     .east = ESP " clones=2\n" });

	(void)state;
	held = 2; /* the first clone's */
	highest = 0;
	pair->loses = holds_one;
	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	pair_advance(pair, MILLISECONDS(300));
	assert_false(list_empty(&pair_ike(&pair->east)->followups));
	assert_int_equal(highest, 3);
	held = UINT32_MAX;
	assert_settled(pair, 3);
	assert_true(highest > 3);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clones_are_made),
		cmocka_unit_test(test_rekeys),
		cmocka_unit_test(test_how_secrets_are_joined),
		cmocka_unit_test(test_crossing_rekeys),
		cmocka_unit_test(test_any_datagram_lost),
		cmocka_unit_test(test_half_made_ones_end),
		cmocka_unit_test(test_deleted_while_half_made),
		cmocka_unit_test(test_late_rekey_is_put_off),
		cmocka_unit_test(test_it_waits_for_the_window),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
