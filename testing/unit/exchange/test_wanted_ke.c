/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CREATE_CHILD_SA between ends that like different groups: RFC 7296 1.3, INVALID_KE_PAYLOAD. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"

static const struct child_sa *newest_child(const struct side *side)
{
	const struct child_sa *newest = NULL;

	LIST_FOR_EACH(link, &pair_ike(side)->children)
		newest = LIST_OBJECT(link, struct child_sa, link);
	assert_non_null(newest);
	return newest;
}

static const struct ke_desc *child_ke(const struct pair *pair)
{
	const struct ke_desc *ke = newest_child(&pair->west)->suite.ke;

	assert_ptr_equal(newest_child(&pair->east)->suite.ke, ke);
	return ke;
}

/* How many messages the side needed. */
static unsigned rekey(struct pair *pair, struct side *side, enum rekey_what what)
{
	unsigned before = side->sent;

	ike_engine_rekey(side->engine, "t", what, 7, pair->now);
	pair_run(pair);
	return side->sent - before;
}

static void assert_quiet(struct pair *pair)
{
	pair_advance(pair, SECONDS(6));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
}

/* The first time it is asked twice; then the peer's wish is known. */
static void test_child_of_the_group_that_is_wanted(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " esp=aes_gcm256;dh19+dh31\n",
		.east = " esp=aes_gcm256;dh31\n",
	});
	unsigned first, second;

	(void)state;
	pair_up(pair);
	first = rekey(pair, &pair->west, REKEY_CHILD);
	assert_ptr_equal(child_ke(pair), ke_find(KE_CURVE25519));
	assert_quiet(pair);
	second = rekey(pair, &pair->west, REKEY_CHILD);
	assert_ptr_equal(child_ke(pair), ke_find(KE_CURVE25519));
	assert_int_equal(first, second + 1);
	assert_quiet(pair);
	pair_free(pair);
}

static void test_ike_sa_of_the_group_that_is_wanted(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " ike=aes_gcm256-sha2_512;dh19+dh31\n",
		.east = " ike=aes_gcm256-sha2_512;dh31\n",
	});
	unsigned first, second;

	(void)state;
	pair_up(pair);
	second = rekey(pair, &pair->west, REKEY_IKE); /* with the group of the old one */
	assert_quiet(pair);
	pair_ike(&pair->west)->suite.ke = ke_find(KE_ECP_256);
	first = rekey(pair, &pair->west, REKEY_IKE);
	assert_int_equal(first, second + 1);
	assert_ptr_equal(pair_ike(&pair->west)->suite.ke, ke_find(KE_CURVE25519));
	assert_quiet(pair);
	pair_free(pair);
}

/* esp= that names none: those that are good enough for the IKE SA. */
static void test_child_of_any_group_of_ike(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " ike=aes_gcm256-sha2_512;dh31+dh19\n esp=aes_gcm256;dh19\n",
		.east = " ike=aes_gcm256-sha2_512;dh31+dh19\n esp=aes_gcm256\n",
	});

	(void)state;
	pair_up(pair);
	assert_ptr_equal(pair_ike(&pair->west)->suite.ke, ke_find(KE_CURVE25519));
	(void)rekey(pair, &pair->west, REKEY_CHILD);
	assert_ptr_equal(child_ke(pair), ke_find(KE_ECP_256));
	assert_quiet(pair);
	/* and by the other end the same one, also on the next IKE SA */
	(void)rekey(pair, &pair->east, REKEY_CHILD);
	assert_ptr_equal(child_ke(pair), ke_find(KE_ECP_256));
	assert_quiet(pair);
	(void)rekey(pair, &pair->west, REKEY_IKE);
	assert_quiet(pair);
	(void)rekey(pair, &pair->east, REKEY_CHILD);
	assert_ptr_equal(child_ke(pair), ke_find(KE_ECP_256));
	assert_quiet(pair);
	pair_free(pair);
}

static void test_child_of_no_group_of_ike(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " ike=aes_gcm256-sha2_512;dh31\n esp=aes_gcm256;dh14\n",
		.east = " ike=aes_gcm256-sha2_512;dh31\n esp=aes_gcm256\n",
	});

	(void)state;
	pair_up(pair);
	(void)rekey(pair, &pair->west, REKEY_CHILD);
	assert_null(child_ke(pair));
	assert_int_equal(pair->west.kernel.sa_count, 2);
	pair_free(pair);
}

/* East's answer to west's request is that it wants another group. */
static void answer_wanted(struct pair *pair, uint32_t message_id, uint8_t group)
{
	uint8_t data[2] = { 0, group };
	struct buffer datagram = { 0 };
	struct inner inner;

	inner_start(&inner);
	inner_notify(&inner, NOTIFY_INVALID_KE_PAYLOAD, BYTES_OF(data));
	pair_seal(&pair->east, EXCHANGE_CREATE_CHILD_SA, true, message_id, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

static bool loses_all(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	(void)packet;
	return true;
}

static void test_asked_again_once(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " esp=aes_gcm256;dh19+dh31\n",
	});
	uint32_t id;

	(void)state;
	pair_up(pair);
	id = pair_ike(&pair->west)->next_message_id;
	pair->loses = loses_all;
	assert_int_equal(rekey(pair, &pair->west, REKEY_CHILD), 1);
	answer_wanted(pair, id, KE_CURVE25519);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->west)->next_message_id, id + 2);
	assert_int_equal(pair->west.reports[REPORT_REFUSED], 0);
	answer_wanted(pair, id + 1, KE_ECP_256);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->west)->next_message_id, id + 2);
	assert_int_equal(pair->west.reports[REPORT_REFUSED], 1);
	pair_free(pair);
}

static void test_wish_for_a_group_that_was_not_offered(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " esp=aes_gcm256;dh19+dh31\n",
	});
	uint32_t id;

	(void)state;
	pair_up(pair);
	id = pair_ike(&pair->west)->next_message_id;
	pair->loses = loses_all;
	(void)rekey(pair, &pair->west, REKEY_CHILD);
	answer_wanted(pair, id, KE_MODP2048);
	pair_run(pair);
	assert_int_equal(pair_ike(&pair->west)->next_message_id, id + 1);
	assert_int_equal(pair->west.reports[REPORT_REFUSED], 1);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_of_the_group_that_is_wanted),
		cmocka_unit_test(test_ike_sa_of_the_group_that_is_wanted),
		cmocka_unit_test(test_child_of_any_group_of_ike),
		cmocka_unit_test(test_child_of_no_group_of_ike),
		cmocka_unit_test(test_asked_again_once),
		cmocka_unit_test(test_wish_for_a_group_that_was_not_offered),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
