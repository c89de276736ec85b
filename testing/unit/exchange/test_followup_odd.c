/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_FOLLOWUP_KE with odd answers, late, twice, of very many, and where the kernel refuses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/create/followup.h"
#include "pair/engine_pair.h"
#include "provider.h"

#define IKE " ike=aes_gcm256-sha2_256-dh19;addke1=dh31;addke2=dh20\n"
#define ESP " esp=aes_gcm256-dh19;addke1=dh31+none;addke3=dh20\n"

/* Up, and a rekey of west's whose first IKE_FOLLOWUP_KE is still to be delivered. */
static struct pair *pair_half_made(struct buffer *request)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = IKE ESP, .east = IKE ESP });

	pair_up(pair);
	pair_advance(pair, SECONDS(1));
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 7, pair->now);
	for (int i = 0; i < 2; i++) {
		pair_run_jobs(pair);
		assert_true(pair_deliver(pair));
	}
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->west, request));
	assert_int_equal(request->ptr[18], EXCHANGE_IKE_FOLLOWUP_KE);
	pair_drop_all(pair);
	return pair;
}

static void assert_settled(struct pair *pair)
{
	pair_advance(pair, SECONDS(90));
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_equal(pair_ike(&pair->east)->child_count, 1);
	assert_int_equal(pair_shared_sas(pair), 2);
	assert_true(list_empty(&pair_ike(&pair->west)->requests));
	assert_true(list_empty(&pair_ike(&pair->east)->followups));
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
}

/* A value of a group that was not asked for: what was being made is over, what there was stays. */
static void test_an_answer_that_does_not_fit(void **state)
{
	struct buffer datagram = { 0 };
	struct pair *pair = pair_half_made(&datagram);
	uint32_t id = pair_ike(&pair->west)->next_message_id - 1;
	struct ke_pair other = { 0 };
	struct inner inner;

	(void)state;
	assert_int_equal(ke_start(ke_find(KE_ECP_256), &other), CRYPTO_OK);
	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_KE, false);
	ke_write(&inner.chain, KE_ECP_256, ke_pair_public(&other));
	payload_end(&inner.writer);
	pair_seal(&pair->east, EXCHANGE_IKE_FOLLOWUP_KE, true, id, &inner, &datagram);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	assert_null(pair->jobs);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_settled(pair);
	inner_done(&inner);
	ke_pair_done(&other);
	buffer_done(&datagram);
	pair_free(pair);
}

/* What the peer gives to go on with goes back as it came, and is bounded. */
static void test_the_link_that_a_peer_gives(void **state)
{
	static const uint8_t bytes[1025];
	static const struct {
		size_t len;
		bool more, taken;
	} rows[] = { { 0, false, true }, { 9, false, true },   { 0, true, false },
		     { 1, true, true },  { 1024, true, true }, { 1025, true, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct message m = { .addke_link = bytes_at(bytes, rows[i].len) };
		struct suite suite = { .ke = ke_find(KE_ECP_256) };
		struct request request = { .following = false };

		if (rows[i].more)
			suite.addke[2] = ke_find(KE_CURVE25519);
		assert_int_equal(followup_i_take_link(&request, &suite, &m), rows[i].taken);
		assert_int_equal(request.link_data.len,
				 rows[i].more && rows[i].taken ? rows[i].len : 0);
		buffer_done(&request.link_data);
	}
}

/* The time between two of the peer's messages is its time, not that of our work. */
static void test_work_takes_as_long_as_it_takes(void **state)
{
	struct buffer request = { 0 };
	struct pair *pair = pair_half_made(&request);

	(void)state;
	pair_inject(&pair->east, buffer_bytes(&request));
	assert_non_null(pair->jobs);
	pair->now += FOLLOWUP_WAIT + SECONDS(1);
	ike_engine_on_time(pair->east.engine, pair->now);
	assert_false(list_empty(&pair_ike(&pair->east)->followups));
	assert_int_equal(pair_ike(&pair->east)->child_count, 2);
	buffer_done(&request);
	pair_free(pair);
}

/* And each of them has that time, not only the first. */
static void test_each_one_is_waited_for(void **state)
{
	struct buffer datagram = { 0 };
	struct pair *pair = pair_half_made(&datagram);

	(void)state;
	pair_inject(&pair->east, buffer_bytes(&datagram));
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->east, &datagram)); /* the second one never comes */
	pair->now += FOLLOWUP_WAIT - SECONDS(1);
	ike_engine_on_time(pair->east.engine, pair->now);
	assert_false(list_empty(&pair_ike(&pair->east)->followups));
	pair->now += SECONDS(2);
	ike_engine_on_time(pair->east.engine, pair->now);
	assert_true(list_empty(&pair_ike(&pair->east)->followups));
	assert_int_equal(pair_ike(&pair->east)->child_count, 1);
	buffer_done(&datagram);
	pair_free(pair);
}

/* Asked for again under another message id while it is worked on. */
static void test_one_at_a_time(void **state)
{
	struct buffer request = { 0 }, again = { 0 };
	struct pair *pair = pair_half_made(&request);
	uint8_t link[FOLLOWUP_LINK_LEN];
	struct followup *f =
		LIST_OBJECT(pair_ike(&pair->east)->followups.next, struct followup, link);
	struct ke_pair half = { 0 };
	struct inner inner;

	(void)state;
	assert_int_equal(ke_start(ke_find(KE_CURVE25519), &half), CRYPTO_OK);
	followup_link(f, link);
	pair_inject(&pair->east, buffer_bytes(&request));
	assert_non_null(pair->jobs);
	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_KE, false);
	ke_write(&inner.chain, KE_CURVE25519, ke_pair_public(&half));
	payload_end(&inner.writer);
	inner_notify(&inner, NOTIFY_ADDITIONAL_KEY_EXCHANGE, BYTES_OF(link));
	pair_seal(&pair->west, EXCHANGE_IKE_FOLLOWUP_KE, false, pair_next_id(&pair->west), &inner,
		  &again);
	pair_inject(&pair->east, buffer_bytes(&again));
	assert_null(pair->jobs->next);
	assert_true(pair_take(&pair->east, &again));
	assert_int_equal(pair_notify_of(&pair->west, buffer_bytes(&again)), NOTIFY_STATE_NOT_FOUND);
	inner_done(&inner);
	ke_pair_done(&half);
	buffer_done(&request);
	buffer_done(&again);
	pair_free(pair);
}

static void test_so_many_at_once(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = ESP, .east = ESP });
	struct suite suite = { .ke = ke_find(KE_ECP_256), .addke = { ke_find(KE_CURVE25519) } };
	struct ike_sa *sa;
	unsigned made = 0;

	(void)state;
	pair_up(pair);
	sa = pair_ike(&pair->east);
	while (made < 1000 &&
	       followup_new(&pair->east.engine->w, sa, &suite, bytes_of_text("secret")) != NULL)
		made++;
	assert_int_equal(made, FOLLOWUPS_MAX);
	followups_free_all(&pair->east.engine->w, sa);
	pair_free(pair);
}

/* The last one is made and the kernel has no room: nothing of it stays at either end. */
static void test_the_kernel_refuses_what_comes_of_it(void **state)
{
	struct buffer request = { 0 };
	struct pair *pair = pair_half_made(&request);

	(void)state;
	pair->east.kernel.refuse_in = 1;
	pair_inject(&pair->east, buffer_bytes(&request));
	pair_run(pair);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair_ike(&pair->east)->child_count, 1);
	assert_true(list_empty(&pair_ike(&pair->east)->followups));
	assert_settled(pair);
	buffer_done(&request);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_that_does_not_fit),
		cmocka_unit_test(test_the_link_that_a_peer_gives),
		cmocka_unit_test(test_work_takes_as_long_as_it_takes),
		cmocka_unit_test(test_each_one_is_waited_for),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_so_many_at_once),
		cmocka_unit_test(test_the_kernel_refuses_what_comes_of_it),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
