/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_INTERMEDIATE through a NAT, from elsewhere, slowly, and with answers that are none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/initial/init.h"
#include "pair/engine_pair.h"
#include "pair/path_facts.h"
#include "provider.h"

#define ONE   " ike=aes_gcm256-sha2_256-dh31;addke1=dh19\n"
#define THREE " ike=aes_gcm256-sha2_256-dh31;addke1=dh19;addke2=dh20;addke3=modp2048\n"
#define NONE  " ike=aes_gcm256-sha2_256-dh31\n intermediate=yes\n"

/* Both have done IKE_SA_INIT; west's next request is still to be delivered. */
static struct pair *pair_after_init(const struct pair_setup *setup, struct buffer *request)
{
	struct pair *pair = pair_new(setup);

	ike_engine_up(pair->west.engine, "t", true, 7, pair->now);
	for (int i = 0; i < 2; i++) {
		pair_run_jobs(pair);
		assert_true(pair_deliver(pair));
	}
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->west, request));
	pair_drop_all(pair);
	return pair;
}

/* The port outside of a NAT is another one on the NAT port: there the answer has to go. */
static void test_the_port_is_followed(void **state)
{
	static const char *const options[] = { ONE, NONE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) {
			.west = options[i],
			.east = options[i],
			.nat = { true, pair_address("192.1.2.45"), 6500, 6501 },
		});

		ike_engine_up(pair->west.engine, "t", true, 7, pair->now);
		pair_lose_one(pair, i == 0 ? 5 : 3); /* IKE_AUTH, or what an empty one stands for */
		pair_run(pair);
		assert_int_equal(pair->lost, 1);
		assert_int_equal(pair_ike(&pair->east)->remote.port, i == 0 ? 6501 : 6500);
		assert_int_equal(pair_ike(&pair->east)->local.port,
				 i == 0 ? IKE_NAT_PORT : IKE_PORT);
		pair_advance(pair, SECONDS(2));
		assert_int_equal(pair_shared_sas(pair), 2);
		pair_free(pair);
	}
}

static void test_another_address_is_not(void **state)
{
	struct buffer request = { 0 };
	struct pair *pair = pair_after_init(&(struct pair_setup) { .west = ONE, .east = ONE },
					    &request);
	const struct endpoint elsewhere[] = {
		{ pair_address("198.51.100.7"), IKE_PORT },
		{ pair_address("2001:db8::7"), IKE_PORT },
	};
	struct ike_sa *east = pair_ike(&pair->east);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		pair_inject_from(&pair->east, &elsewhere[i], buffer_bytes(&request));
		assert_null(pair->jobs);
		assert_true(address_equal(&east->remote.address, &pair->west.address.address));
		assert_int_equal(east->int_auth_i.len, 0);
	}
	pair_inject(&pair->east, buffer_bytes(&request));
	assert_non_null(pair->jobs);
	pair_advance(pair, SECONDS(2));
	assert_int_equal(pair_shared_sas(pair), 2);
	buffer_done(&request);
	pair_free(pair);
}

/* Each step has its own time. */
static void test_slow_ones_are_waited_for(void **state)
{
	struct buffer datagram = { 0 };
	struct pair *pair = pair_after_init(&(struct pair_setup) { .west = THREE, .east = THREE },
					    &datagram);

	(void)state;
	for (int i = 0; i < 3; i++) {
		pair->now += HALF_OPEN_TIME * 7 / 10;
		ike_engine_on_time(pair->east.engine, pair->now);
		assert_int_equal(pair_ike_count(&pair->east), 1);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		pair_run_jobs(pair);
		assert_true(pair_take(&pair->east, &datagram));
		pair_inject(&pair->west, buffer_bytes(&datagram));
		pair_run_jobs(pair);
		assert_true(pair_take(&pair->west, &datagram));
	}
	pair_inject(&pair->east, buffer_bytes(&datagram));
	assert_int_equal(pair_ike(&pair->east)->state, IKE_ESTABLISHED);
	buffer_done(&datagram);
	pair_free(pair);
}

static void put_ke(struct inner *inner, enum ke_id id)
{
	const struct ke_desc *ke = ke_find((uint16_t)id);
	struct ke_pair pair = { 0 };

	assert_int_equal(ke_start(ke, &pair), CRYPTO_OK);
	payload_begin(&inner->writer, PAYLOAD_KE, false);
	ke_write(&inner->chain, (uint16_t)id, ke_pair_public(&pair));
	payload_end(&inner->writer);
	ke_pair_done(&pair);
}

static const struct {
	const char *what;
	uint16_t notify; /* 0: none */
	enum ke_id ke;   /* KE_NONE: none */
	bool ends;
} answers[] = {
	{ "an error", NOTIFY_INVALID_SYNTAX, KE_NONE, true },
	{ "a notify that is no error", NOTIFY_SET_WINDOW_SIZE, KE_NONE, false },
	{ "nothing", 0, KE_NONE, false },
	{ "a key exchange of another group", 0, KE_ECP_384, true },
	{ "what was asked for", 0, KE_ECP_256, false },
};

static void test_answers_that_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct buffer datagram = { 0 };
		struct pair *pair = pair_after_init(&(struct pair_setup) { .west = ONE,
									    .east = ONE },
						    &datagram);
		struct inner inner;

		print_message("%s\n", answers[i].what);
		inner_start(&inner);
		if (answers[i].notify != 0)
			inner_notify(&inner, answers[i].notify, (struct bytes) { 0 });
		if (answers[i].ke != KE_NONE)
			put_ke(&inner, answers[i].ke);
		pair_seal(&pair->east, EXCHANGE_IKE_INTERMEDIATE, true, 1, &inner, &datagram);
		pair_inject(&pair->west, buffer_bytes(&datagram));
		pair_run_jobs(pair);
		assert_int_equal(pair_ike_count(&pair->west), answers[i].ends ? 0 : 1);
		if (answers[i].ends)
			assert_int_equal(pair->west.commands_done, 1);
		inner_done(&inner);
		buffer_done(&datagram);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_port_is_followed),
		cmocka_unit_test(test_another_address_is_not),
		cmocka_unit_test(test_slow_ones_are_waited_for),
		cmocka_unit_test(test_answers_that_are_none),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
