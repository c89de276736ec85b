/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rekeying a Child SA: which SAs are in the kernel, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/exchange/ends.h"
#include "pair/engine_pair.h"
#include "provider.h"

static size_t count(const struct side *side, enum kernel_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		n += side->kernel.sas[i].direction == direction;
	return n;
}

static void rekey_from(struct pair *pair, struct side *side)
{
	ike_engine_rekey(side->engine, "t", REKEY_CHILD, 7, pair->now);
	pair_run(pair);
}

static void assert_counts(const struct pair *pair, size_t out, size_t in)
{
	assert_int_equal(count(&pair->west, KERNEL_OUT), out);
	assert_int_equal(count(&pair->east, KERNEL_OUT), out);
	assert_int_equal(count(&pair->west, KERNEL_IN), in);
	assert_int_equal(count(&pair->east, KERNEL_IN), in);
}

/* A CPU may be at work with a packet on the SA that is replaced: it would drop it. */
static void test_replaced_sa_stays_for_a_moment(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	(void)state;
	pair_up(pair);
	assert_counts(pair, 1, 1);
	rekey_from(pair, &pair->west);
	assert_counts(pair, 2, 2);
	pair_advance(pair, MILLISECONDS(400));
	assert_counts(pair, 2, 2);
	pair_advance(pair, MILLISECONDS(200));
	assert_counts(pair, 1, 2);
	pair_advance(pair, SECONDS(6));
	assert_counts(pair, 1, 1);
	pair_free(pair);
}

/* Two rekeys within the moment: each of the replaced goes in its own time, none too late. */
static void test_rekeyed_twice_at_once(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });

	(void)state;
	pair_up(pair);
	rekey_from(pair, &pair->west);
	pair_advance(pair, MILLISECONDS(100));
	rekey_from(pair, &pair->east);
	assert_counts(pair, 3, 3);
	pair_advance(pair, MILLISECONDS(600));
	assert_counts(pair, 1, 3);
	pair_advance(pair, SECONDS(6));
	assert_counts(pair, 1, 1);
	assert_int_equal(pair->west.kernel.errors, 0);
	assert_int_equal(pair->east.kernel.errors, 0);
	pair_free(pair);
}

static const struct prf_desc *prf_after_rekey_by(struct pair *pair, struct side *side)
{
	ike_engine_rekey(side->engine, "t", REKEY_IKE, 7, pair->now);
	pair_run(pair);
	pair_advance(pair, SECONDS(6));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_ptr_equal(pair_ike(&pair->west)->suite.prf, pair_ike(&pair->east)->suite.prf);
	return pair_ike(&pair->west)->suite.prf;
}

/* Each end's own order would have it another one at each rekey of the other end. */
static unsigned deletes_to_lose;

static bool loses_a_delete(struct pair *pair, const struct packet *packet)
{
	return address_equal(&packet->from.address, &pair->west.address.address) &&
	       packet->bytes.ptr[18] == EXCHANGE_INFORMATIONAL && deletes_to_lose > 0 &&
	       deletes_to_lose-- > 0;
}

static const struct child_sa *newest_at(const struct side *side)
{
	return LIST_OBJECT(pair_ike(side)->children.prev, struct child_sa, link);
}

/* The Delete of the first is lost, and the second is rekeyed already: so the peer has the second. */
static void test_a_rekey_of_the_new_one_proves_it(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = NULL });
	const struct child_sa *second;

	(void)state;
	pair_up(pair);
	pair->loses = loses_a_delete;
	deletes_to_lose = 1;
	rekey_from(pair, &pair->west);
	second = newest_at(&pair->east);
	assert_false(second->outbound);
	deletes_to_lose = 1;
	rekey_from(pair, &pair->west);
	assert_int_equal(newest_at(&pair->east)->replaces, second->id);
	assert_true(second->outbound);
	assert_false(newest_at(&pair->east)->outbound);
	pair_advance(pair, SECONDS(10));
	assert_counts(pair, 1, 1);
	pair_free(pair);
}

static bool loses_informationals(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	return packet->bytes.ptr[18] == EXCHANGE_INFORMATIONAL;
}

static size_t deletes_under_way(const struct side *side)
{
	size_t n = 0;

	LIST_FOR_EACH(link, &pair_ike(side)->requests)
		n += LIST_OBJECT(link, struct request, link)->kind == REQUEST_DELETE_CHILD;
	return n;
}

/* Its Delete of the old one might overtake that of its own replacement, and seem to prove it. */
static void test_the_loser_waits_with_a_delete_of_the_old_one(void **state)
{
	static const char lives[] = " ipsec-lifetime=65s\n rekeymargin=4s\n";

	(void)state;
	for (uint64_t i = 1; i <= 8; i++) {
		struct pair *pair = pair_new(
			&(struct pair_setup) { .west = lives, .east = lives });

		pair->random += i;
		pair_up(pair);
		pair_advance(pair, SECONDS(50));
		pair->loses = loses_informationals;
		ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
		ike_engine_rekey(pair->east.engine, "t", REKEY_CHILD, 9, pair->now);
		pair_advance(pair, SECONDS(20));
		assert_int_equal(deletes_under_way(&pair->west), 1);
		assert_int_equal(deletes_under_way(&pair->east), 1);
		pair->loses = NULL;
		pair_advance(pair, SECONDS(30));
		assert_int_equal(pair_shared_sas(pair), 2);
		pair_free(pair);
	}
}

static void test_rekeyed_ike_sa_keeps_its_prf(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " ike=aes256-sha2_256;dh31,aes_gcm256-sha2_512;dh31\n",
		.east = " ike=aes_gcm256-sha2_512;dh31,aes256-sha2_256;dh31\n",
	});

	(void)state;
	pair_up(pair);
	assert_ptr_equal(pair_ike(&pair->west)->suite.prf, prf_find(PRF_HMAC_SHA2_512));
	assert_ptr_equal(prf_after_rekey_by(pair, &pair->east), prf_find(PRF_HMAC_SHA2_512));
	assert_ptr_equal(prf_after_rekey_by(pair, &pair->west), prf_find(PRF_HMAC_SHA2_512));
	pair_free(pair);
}

/* The configuration has changed: then it is another one. */
static void test_rekeyed_ike_sa_gets_another_prf(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " ike=aes256-sha2_256;dh31\n",
		.east = " ike=aes_gcm256-sha2_512;dh31,aes256-sha2_256;dh31\n",
	});

	(void)state;
	pair_up(pair);
	pair_ike(&pair->west)->suite.prf = prf_find(PRF_HMAC_SHA2_512);
	pair_ike(&pair->east)->suite.prf = prf_find(PRF_HMAC_SHA2_512);
	assert_ptr_equal(prf_after_rekey_by(pair, &pair->west), prf_find(PRF_HMAC_SHA2_256));
	pair_free(pair);
}

static bool loses_easts(struct pair *pair, const struct packet *packet)
{
	return endpoint_equal(&packet->from, &pair->east.address);
}

static uint32_t established(const struct side *side)
{
	struct engine_counts counts;

	ike_engine_counts(side->engine, &counts);
	return counts.ike_established;
}

/* West never hears the answer and gives up: the old IKE SA ends at east when nobody has answered on
 * it, and nothing of it goes on to the new one, which only east knows. */
static void test_silent_peer_while_rekeying_ike(void **state)
{
	struct pair *pair = pair_new(
		&(struct pair_setup) { .west = " dpddelay=5s", .east = " dpddelay=5s" });

	(void)state;
	pair_up(pair);
	pair->loses = loses_easts;
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, pair->now);
	pair_run(pair);
	assert_int_equal(established(&pair->east), 2);
	pair_advance(pair, SECONDS(5 + 30 + 1)); /* the wait for a sign of life, and for its answer */
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_advance(pair, SECONDS(31));
	assert_int_equal(established(&pair->east), 0);
	pair_free(pair);
}

/* West has only lost the answer: its first message on the old IKE SA says that it is there. */
static void test_lost_answer_while_rekeying_ike(void **state)
{
	struct pair *pair = pair_new(
		&(struct pair_setup) { .west = " dpddelay=5s", .east = " dpddelay=5s" });

	(void)state;
	pair_up(pair);
	pair->loses = loses_easts;
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, pair->now);
	pair_advance(pair, SECONDS(20));
	pair->loses = NULL;
	pair_advance(pair, SECONDS(60));
	assert_int_equal(established(&pair->west), 1);
	assert_int_equal(established(&pair->east), 1);
	assert_counts(pair, 1, 1);
	pair_free(pair);
}

/* East takes only the second of the groups that west has on offer. */
static void test_rekeys_with_the_group_that_the_peer_wants(void **state)
{
	static const char west[] = " ike=aes_gcm256-sha2_256-dh19+dh31\n"
				   " esp=aes_gcm256-dh19+dh31\n";
	static const char east[] = " ike=aes_gcm256-sha2_256-dh31\n esp=aes_gcm256-dh31\n";
	static const enum rekey_what what[] = { REKEY_CHILD, REKEY_IKE, REKEY_CHILD };
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	(void)state;
	pair_up(pair);
	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		uint64_t ike = pair_ike(&pair->west)->id;
		uint32_t spi = LIST_OBJECT(pair_ike(&pair->west)->children.next, struct child_sa,
					   link)->spi_in;

		ike_engine_rekey(pair->west.engine, "t", what[i], 7, pair->now);
		pair_advance(pair, SECONDS(7));
		assert_counts(pair, 1, 1);
		assert_int_equal(pair_ike(&pair->west)->suite.ke->id, KE_CURVE25519);
		assert_true((pair_ike(&pair->west)->id != ike) == (what[i] == REKEY_IKE));
		assert_true((LIST_OBJECT(pair_ike(&pair->west)->children.next, struct child_sa,
					 link)->spi_in != spi) == (what[i] == REKEY_CHILD));
	}
	pair_free(pair);
}

/* Of CREATE_CHILD_SA, while it is on. */
static bool loses_answers;

static bool lossy(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	(void)pair;
	return loses_answers && p[18] == EXCHANGE_CREATE_CHILD_SA &&
	       (p[19] & FLAG_RESPONSE) != 0;
}

/* The answer that names an SPI comes after the Delete of it: nobody receives on it any more. */
static void test_delete_that_overtakes_the_answer(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " pfs=no\n",
							      .east = " pfs=no\n" });
	struct ike_sa *sa;
	struct child_sa *newest;

	(void)state;
	pair_up(pair);
	pair->loses = lossy;
	loses_answers = true;
	rekey_from(pair, &pair->west);
	sa = pair_ike(&pair->east);
	newest = LIST_OBJECT(sa->children.prev, struct child_sa, link);
	assert_false(newest->outbound);
	children_close(&pair->east.engine->w, sa, &newest, 1);
	pair_run(pair);
	loses_answers = false;
	pair_advance(pair, SECONDS(3));
	/* West sends on what east has: the old one, or one more that was made meanwhile. */
	for (size_t i = 0; i < pair->west.kernel.sa_count; i++) {
		const struct double_sa *a = &pair->west.kernel.sas[i];
		bool there = a->direction == KERNEL_IN;

		for (size_t j = 0; j < pair->east.kernel.sa_count; j++)
			there |= pair->east.kernel.sas[j].spi == a->spi;
		assert_true(there);
	}
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_loser_waits_with_a_delete_of_the_old_one),
		cmocka_unit_test(test_delete_that_overtakes_the_answer),
		cmocka_unit_test(test_replaced_sa_stays_for_a_moment),
		cmocka_unit_test(test_rekeyed_twice_at_once),
		cmocka_unit_test(test_rekeys_with_the_group_that_the_peer_wants),
		cmocka_unit_test(test_a_rekey_of_the_new_one_proves_it),
		cmocka_unit_test(test_rekeyed_ike_sa_keeps_its_prf),
		cmocka_unit_test(test_rekeyed_ike_sa_gets_another_prf),
		cmocka_unit_test(test_silent_peer_while_rekeying_ike),
		cmocka_unit_test(test_lost_answer_while_rekeying_ike),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
