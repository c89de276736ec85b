/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits in bytes and packets: when they are looked at, and what two engines make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/sa/limits.h"
#include "pair/engine_pair.h"
#include "provider.h"

/* --- which limits --- */

#define TWO_31 (UINT64_C(1) << 31)
#define TWO_52 (UINT64_C(1) << 52)
#define MAX    CONF_LIMIT_NONE

static const struct {
	const char *what;
	uint64_t max_bytes, max_packets;
	bool no_rekey, no_esn;
	uint16_t encr;
	enum sa_role role;
	uint16_t fuzz;
	struct sa_limits limits; /* bytes soft, packets soft, hard, hard */
} limit_rows[] = {
	{ "AES bears 2^52 bytes, and ESN any number of packets", MAX, MAX, false, false,
	  ENCR_AES_GCM_16, ROLE_INITIATOR, 0, { TWO_52 / 4, 0, TWO_52, 0 } },
	{ "ChaCha20 has no limit", MAX, MAX, false, false, ENCR_CHACHA20_POLY1305, ROLE_RESPONDER,
	  7, { 0, 0, 0, 0 } },
	{ "without ESN it is rekeyed at 2^31 and gone before 2^32", MAX, MAX, false, true,
	  ENCR_CHACHA20_POLY1305, ROLE_INITIATOR, 0, { 0, TWO_31, 0, 2 * TWO_31 - 2 } },
	{ "... by the other end later", MAX, MAX, false, true, ENCR_CHACHA20_POLY1305,
	  ROLE_RESPONDER, UINT16_MAX, { 0, TWO_31 + TWO_31 / 2, 0, 2 * TWO_31 - 2 } },
	{ "the smaller of two limits counts", 1000, 5000, false, true, ENCR_AES_CBC,
	  ROLE_INITIATOR, 9, { 250, 1250, 1000, 5000 } },
	{ "who made it is first", 1000, MAX, false, false, ENCR_AES_CBC, ROLE_RESPONDER, 9,
	  { 500, 0, 1000, 0 } },
	{ "large ones vary: the maker's up to five sixteenths", MAX, 1 << 20, false, false,
	  ENCR_CHACHA20_POLY1305, ROLE_INITIATOR, UINT16_MAX, { 0, 0x4ffff, 0, 1 << 20 } },
	{ "... the other end's down to seven sixteenths", MAX, 1 << 20, false, false,
	  ENCR_CHACHA20_POLY1305, ROLE_RESPONDER, UINT16_MAX, { 0, 0x70001, 0, 1 << 20 } },
	{ "without rekeying there is only the hard one", 1000, MAX, true, true, ENCR_AES_CBC,
	  ROLE_INITIATOR, 9, { 0, 0, 1000, 2 * TWO_31 - 2 } },
};

static void limits_come_from_connection_cipher_and_sequence_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++) {
		struct conf_conn conf = {
			.ipsec_max_bytes = limit_rows[i].max_bytes,
			.ipsec_max_packets = limit_rows[i].max_packets,
			.rekey = !limit_rows[i].no_rekey,
		};
		struct suite suite = {
			.encr = encr_find(limit_rows[i].encr), .esn = !limit_rows[i].no_esn
		};
		struct sa_limits l =
			limits_of(&conf, &suite, limit_rows[i].role, limit_rows[i].fuzz);

		if (l.soft_bytes != limit_rows[i].limits.soft_bytes ||
		    l.soft_packets != limit_rows[i].limits.soft_packets ||
		    l.hard_bytes != limit_rows[i].limits.hard_bytes ||
		    l.hard_packets != limit_rows[i].limits.hard_packets)
			fail_msg("%s: %llx %llx %llx %llx", limit_rows[i].what,
				 (unsigned long long)l.soft_bytes,
				 (unsigned long long)l.soft_packets,
				 (unsigned long long)l.hard_bytes,
				 (unsigned long long)l.hard_packets);
	}
}

/* --- when to look --- */

static const struct {
	const char *what;
	uint64_t soft_bytes, soft_packets;
	uint64_t bytes_before, bytes, packets_before, packets;
	int64_t took, next;
} look_rows[] = {
	{ "no limit", 0, 0, 0, 500, 0, 5, SECONDS(1), TIME_NEVER },
	{ "reached", 1000, 0, 0, 1000, 0, 5, SECONDS(1), 0 },
	{ "one packet before it", 0, 1000, 0, 0, 0, 999, SECONDS(1), MILLISECONDS(100) },
	{ "just up", 100000, 0, 0, 0, 0, 0, 0, SECONDS(1) },
	{ "idle: twice the last wait", 100000, 0, 5, 5, 0, 0, SECONDS(4), SECONDS(8) },
	{ "idle for long: not longer than a minute", 100000, 0, 5, 5, 0, 0, SECONDS(50),
	  SECONDS(60) },
	{ "a tenth of the time that is left", 11000, 0, 0, 1000, 0, 0, SECONDS(2), SECONDS(2) },
	{ "of the nearer of two limits", 11000, 600, 0, 1000, 0, 100, SECONDS(2), SECONDS(1) },
	{ "a slow one: a minute", 1000000, 0, 0, 10, 0, 0, SECONDS(60), SECONDS(60) },
	{ "nothing can be that fast: 2^31 packets take 128 s", 0, TWO_31, 0, 0, 0, 0, SECONDS(1),
	  SECONDS(128) },
	{ "what AES bears is hours away", TWO_52 / 4, 0, 0, 1 << 30, 0, 0, SECONDS(1),
	  SECONDS(16384) - 15625 },
};

static void a_look_is_after_a_tenth_of_the_time_to_the_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(look_rows); i++) {
		struct sa_limits l = { .soft_bytes = look_rows[i].soft_bytes,
				       .soft_packets = look_rows[i].soft_packets };
		/* once inbound, once outbound */
		for (int out = 0; out <= 1; out++) {
			struct sa_usage before = { .when = SECONDS(9) },
					now = { .when = SECONDS(9) + look_rows[i].took };
			int64_t next;

			before.counters[LIMITS_BYTES_IN + out] = look_rows[i].bytes_before;
			before.counters[LIMITS_PACKETS_IN + out] = look_rows[i].packets_before;
			now.counters[LIMITS_BYTES_IN + out] = look_rows[i].bytes;
			now.counters[LIMITS_PACKETS_IN + out] = look_rows[i].packets;
			next = limits_next_look(&l, &before, &now);
			if (next != look_rows[i].next)
				fail_msg("%s: %lld us", look_rows[i].what, (long long)next);
		}
	}
}

/* --- two engines --- */

static struct double_sa *sa_of(struct side *side, enum kernel_direction direction)
{
	struct double_sa *newest = NULL;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		if (side->kernel.sas[i].direction == direction)
			newest = &side->kernel.sas[i];
	assert_non_null(newest);
	return newest;
}

static struct pair *limited(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	return pair;
}

static void the_kernel_has_the_hard_limits_in_both_directions(void **state)
{
	struct pair *pair = limited(" ipsec-max-packets=1000\n", " ipsec-max-bytes=1MiB\n");

	(void)state;
	for (enum kernel_direction i = KERNEL_IN; i <= KERNEL_OUT; i++) {
		assert_int_equal(sa_of(&pair->west, i)->hard_packets, 1000);
		assert_true(sa_of(&pair->west, i)->hard_bytes == TWO_52);
		assert_int_equal(sa_of(&pair->east, i)->hard_packets, 0);
		assert_int_equal(sa_of(&pair->east, i)->hard_bytes, 1 << 20);
	}
	pair_free(pair);
}

static void the_maker_rekeys_at_a_quarter_of_either_direction(void **state)
{
	(void)state;
	for (enum kernel_direction i = KERNEL_IN; i <= KERNEL_OUT; i++) {
		struct pair *pair = limited(" ipsec-max-packets=1000\n ipsec-max-bytes=10000\n",
					    NULL);
		uint32_t spi = sa_of(&pair->west, i)->spi;

		sa_of(&pair->west, i)->packets = 249;
		sa_of(&pair->west, i)->bytes = 2499;
		pair_advance(pair, SECONDS(70));
		assert_int_equal(sa_of(&pair->west, i)->spi, spi);
		if (i == KERNEL_IN)
			sa_of(&pair->west, i)->packets = 250;
		else
			sa_of(&pair->west, i)->bytes = 2500;
		pair_advance(pair, SECONDS(70));
		assert_int_not_equal(sa_of(&pair->west, i)->spi, spi);
		assert_int_equal(pair->west.kernel.sa_count, 2);
		assert_int_equal(pair->east.kernel.sa_count, 2);
		pair_free(pair);
	}
}

static void the_other_end_rekeys_before_the_half(void **state)
{
	struct pair *pair = limited(NULL, " ipsec-max-packets=1000\n");
	uint32_t spi = sa_of(&pair->east, KERNEL_OUT)->spi;

	(void)state;
	sa_of(&pair->east, KERNEL_OUT)->packets = 499;
	pair_advance(pair, SECONDS(70));
	assert_int_equal(sa_of(&pair->east, KERNEL_OUT)->spi, spi);
	sa_of(&pair->east, KERNEL_OUT)->packets = 500;
	pair_advance(pair, SECONDS(70));
	assert_int_not_equal(sa_of(&pair->east, KERNEL_OUT)->spi, spi);
	pair_free(pair);
}

static void idle_sas_are_hardly_looked_at(void **state)
{
	struct pair *pair = limited(" ipsec-max-packets=1000\n", NULL);

	(void)state;
	pair_advance(pair, SECONDS(60));
	pair->west.kernel.queries = pair->east.kernel.queries = 0;
	pair_advance(pair, SECONDS(3600));
	assert_in_range(pair->west.kernel.queries, 2 * 55, 2 * 65);
	/* AES and ESN alone are no reason */
	assert_int_equal(pair->east.kernel.queries, 0);
	pair_free(pair);
}

static struct double_sa forget(struct side *side, enum kernel_direction direction)
{
	struct double_sa *sa = sa_of(side, direction), gone = *sa;

	*sa = side->kernel.sas[--side->kernel.sa_count];
	return gone;
}

/* The kernel takes an SA out at its hard limit and says so. */
static void expire(struct side *side, enum kernel_direction direction)
{
	struct double_sa gone = forget(side, direction);

	ike_engine_on_expire(side->engine, gone.spi, &gone.destination, side->pair->now);
}

static void an_sa_at_its_hard_limit_is_replaced_and_nothing_goes_in_the_clear(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pair *pair = limited(NULL, NULL);
		struct side *side = i < 2 ? &pair->west : &pair->east;
		uint32_t out = sa_of(side, KERNEL_OUT)->spi, in = sa_of(side, KERNEL_IN)->spi;
		size_t policies = side->kernel.policy_count;
		unsigned up = side->reports[REPORT_ESTABLISHED];

		expire(side, i % 2 == 0 ? KERNEL_OUT : KERNEL_IN);
		assert_int_equal(side->kernel.sa_count, 1);
		assert_int_equal(side->kernel.policy_count, policies);
		pair_run(pair);
		assert_int_equal(side->kernel.policy_count, policies);
		pair_advance(pair, SECONDS(10)); /* proof, and what drains */
		assert_int_equal(pair->west.kernel.sa_count, 2);
		assert_int_equal(pair->east.kernel.sa_count, 2);
		assert_int_not_equal(sa_of(side, KERNEL_OUT)->spi, out);
		assert_int_not_equal(sa_of(side, KERNEL_IN)->spi, in);
		assert_int_equal(side->reports[REPORT_ESTABLISHED], up + 1); /* on the same IKE SA */
		assert_int_equal(side->kernel.errors, 0);
		pair_free(pair);
	}
}

static void without_rekeying_an_sa_at_its_hard_limit_is_closed_at_both_ends(void **state)
{
	struct pair *pair = limited(" rekey=no\n", " rekey=no\n");

	(void)state;
	pair->west.reports[REPORT_CLOSED] = 0;
	expire(&pair->east, KERNEL_OUT);
	pair_run(pair);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_true(pair->west.reports[REPORT_CLOSED] > 0);
	/* West was told to be up: it comes again, and west's policies never went. */
	assert_true(pair->west.kernel.policy_count > 0);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair->west.kernel.sa_count, 2);
	pair_free(pair);
}

static void expires_of_nobody_change_nothing(void **state)
{
	struct pair *pair = limited(NULL, NULL);
	struct pair_picture before = pair_picture(pair), after;
	struct double_sa *out = sa_of(&pair->west, KERNEL_OUT), *in = sa_of(&pair->west, KERNEL_IN);
	unsigned sent = pair->west.sent;

	(void)state;
	for (uint32_t spi = 256; spi < 10256; spi++)
		ike_engine_on_expire(pair->west.engine, spi, &out->destination, pair->now);
	/* the right SPIs at the wrong addresses */
	ike_engine_on_expire(pair->west.engine, out->spi, &in->destination, pair->now);
	ike_engine_on_expire(pair->west.engine, in->spi, &out->destination, pair->now);
	pair_advance(pair, SECONDS(5));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	assert_int_equal(pair->west.sent, sent);
	pair_free(pair);
}

/* The kernel's word of it got lost: the next look finds out. */
static void an_expire_that_got_lost_is_noticed(void **state)
{
	(void)state;
	for (enum kernel_direction i = KERNEL_IN; i <= KERNEL_OUT; i++) {
		struct pair *pair = limited(" ipsec-max-packets=1000\n", NULL);
		struct double_sa *sa = sa_of(&pair->west, i);
		uint32_t spi = sa->spi;

		sa->packets = 200;
		pair_advance(pair, SECONDS(70));
		assert_int_equal(sa_of(&pair->west, i)->spi, spi);
		(void)forget(&pair->west, i);
		pair_advance(pair, SECONDS(70));
		assert_int_equal(pair->west.kernel.sa_count, 2);
		assert_int_not_equal(sa_of(&pair->west, i)->spi, spi);
		pair_free(pair);
	}
}

static bool loses_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

static void a_hard_limit_told_twice_is_one_replacement(void **state)
{
	struct pair *pair = limited(NULL, NULL);
	struct address to = sa_of(&pair->west, KERNEL_OUT)->destination;
	uint32_t spi = sa_of(&pair->west, KERNEL_OUT)->spi;

	(void)state;
	pair->loses = loses_all;
	expire(&pair->west, KERNEL_OUT);
	ike_engine_on_expire(pair->west.engine, spi, &to, pair->now);
	assert_int_equal(pair_ike(&pair->west)->child_count, 2);
	pair_advance(pair, SECONDS(3));
	pair->loses = NULL;
	pair_advance(pair, SECONDS(20));
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_come_from_connection_cipher_and_sequence_numbers),
		cmocka_unit_test(a_look_is_after_a_tenth_of_the_time_to_the_limit),
		cmocka_unit_test(the_kernel_has_the_hard_limits_in_both_directions),
		cmocka_unit_test(the_maker_rekeys_at_a_quarter_of_either_direction),
		cmocka_unit_test(the_other_end_rekeys_before_the_half),
		cmocka_unit_test(idle_sas_are_hardly_looked_at),
		cmocka_unit_test(an_sa_at_its_hard_limit_is_replaced_and_nothing_goes_in_the_clear),
		cmocka_unit_test(without_rekeying_an_sa_at_its_hard_limit_is_closed_at_both_ends),
		cmocka_unit_test(expires_of_nobody_change_nothing),
		cmocka_unit_test(an_expire_that_got_lost_is_noticed),
		cmocka_unit_test(a_hard_limit_told_twice_is_one_replacement),
	};

	return cmocka_run_group_tests_name("limits", tests, provider_start, provider_stop);
}
