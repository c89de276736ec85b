/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile amounts: first messages by the thousand, messages out of order, lists of SPIs, clones.
 * What is established stays as it was; what is kept for others is bounded and goes by itself.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"

enum { MANY = 10000 };

/* --- first messages --- */

/* An established pair, and a first message of another west. */
static struct pair *pair_with_first(const char *setup, struct buffer *first)
{
	struct pair *other = pair_new(&(struct pair_setup) { 0 });
	struct pair *pair = pair_new(&(struct pair_setup) { .setup = setup });

	pair_up(pair);
	pair_advance(pair, SECONDS(1));
	other->random = 12345;
	ike_engine_up(other->west.engine, "t", true, 0, other->now);
	pair_run_jobs(other);
	assert_true(pair_take(&other->west, first));
	pair_free(other);
	return pair;
}

static void set_spi(struct buffer *first, uint64_t spi)
{
	for (int i = 0; i < IKE_SPI_LEN; i++)
		first->ptr[i] = (uint8_t)(spi >> (56 - 8 * i));
}

/* The same with the cookie in front that the answer asks for. */
static void add_cookie(struct bytes first, struct bytes answer, struct buffer *out)
{
	static const size_t first_payload_at = 16;
	struct bytes cookie = bytes_at(answer.ptr + IKE_HEADER_LEN, answer.len - IKE_HEADER_LEN);
	size_t at;

	assert_int_equal(answer.ptr[first_payload_at], PAYLOAD_NOTIFY);
	buffer_clear(out);
	write_bytes(out, bytes_at(first.ptr, IKE_HEADER_LEN));
	at = out->len;
	write_bytes(out, cookie);
	out->ptr[at] = first.ptr[first_payload_at];
	out->ptr[first_payload_at] = PAYLOAD_NOTIFY;
	write_bytes(out, bytes_at(first.ptr + IKE_HEADER_LEN, first.len - IKE_HEADER_LEN));
	fill_u32(out, 24, (uint32_t)out->len);
}

static struct endpoint spoofed(uint32_t n)
{
	struct endpoint from = { .port = 500 };

	assert_true(address_parse("10.0.0.0", &from.address));
	from.address.ip[1] = (uint8_t)(n >> 16);
	from.address.ip[2] = (uint8_t)(n >> 8);
	from.address.ip[3] = (uint8_t)n;
	return from;
}

static void forget_jobs(struct pair *pair)
{
	while (pair->jobs != NULL) {
		struct crypto_job *job = pair->jobs;

		pair->jobs = job->next;
		job->ike_sa >>= 1;
		job->status = CRYPTO_FAILED;
		ike_engine_on_job(pair->east.engine, job, pair->now);
	}
}

/* Each has its own address; none of them can answer. */
static void of_many_spoofed_initiators_nothing_is_kept(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(" ddos-mode=busy\n", &first);
	struct pair_picture before = pair_picture(pair), after;
	struct world *w = &pair->east.engine->w;
	size_t heap = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		struct endpoint from = spoofed(i);

		set_spi(&first, i + 1);
		ike_engine_on_datagram(pair->east.engine, &pair->east.address, &from,
				       buffer_bytes(&first), pair->now);
		assert_int_equal(w->half_open, 0);
		assert_null(pair->jobs);
		pair_drop_all(pair);
		if (i == 100)
			heap = mallinfo2().uordblks;
	}
	assert_int_equal(w->cookies_sent, 1 + MANY); /* west was asked too */
	assert_int_equal(w->guard.bytes, 0);
	if (heap != 0) /* sanitizers count elsewhere */
		assert_true(mallinfo2().uordblks <= heap + 4096);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	buffer_done(&first);
	pair_free(pair);
}

/* The same without ddos-mode=: the flood itself turns cookies on. */
static void a_flood_turns_cookies_on_before_it_fills_anything(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(NULL, &first);
	struct world *w = &pair->east.engine->w;
	struct pair_picture before = pair_picture(pair), after;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		set_spi(&first, i + 1);
		pair_inject(&pair->east, buffer_bytes(&first));
		pair_drop_all(pair);
	}
	assert_true(w->half_open <= GUARD_FIRSTS_PER_SECOND);
	assert_true(w->guard.work <= GUARD_WORK_MAX);
	assert_int_equal(w->cookies_sent, MANY - w->half_open);
	forget_jobs(pair);
	assert_int_equal(w->guard.work, 0);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(w->guard.bytes, 0);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	buffer_done(&first);
	pair_free(pair);
}

/* One attacker with an address of his own, who answers each cookie. */
static void who_answers_cookies_is_held_to_the_bucket_of_his_prefix(void **state)
{
	struct buffer first = { 0 }, answer = { 0 }, second = { 0 };
	struct pair *pair = pair_with_first(" ddos-mode=busy\n", &first);
	struct world *w = &pair->east.engine->w;
	struct pair_picture before = pair_picture(pair), after;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		set_spi(&first, i + 1);
		pair_inject(&pair->east, buffer_bytes(&first));
		assert_true(pair_take(&pair->east, &answer));
		add_cookie(buffer_bytes(&first), buffer_bytes(&answer), &second);
		pair_inject(&pair->east, buffer_bytes(&second));
		forget_jobs(pair);
		pair_drop_all(pair);
	}
	assert_int_equal(w->guard.over_prefix, MANY - GUARD_PREFIX_BURST);
	assert_int_equal(w->guard.over_number + w->guard.over_work, 0);
	/* What established IKE SAs do costs him nothing. */
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 9, pair->now);
	pair_advance(pair, SECONDS(60));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	buffer_done(&first);
	buffer_done(&answer);
	buffer_done(&second);
	pair_free(pair);
}

static void an_honest_initiator_gets_in_during_a_flood(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(" ddos-mode=auto\n ddos-ike-threshold=5\n", &first);
	uint32_t spi = 1;

	(void)state;
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_null(pair_ike(&pair->east));
	pair->hold_jobs = true;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 1000; i++) {
			struct endpoint from = spoofed(spi);

			set_spi(&first, spi++);
			ike_engine_on_datagram(pair->east.engine, &pair->east.address, &from,
					       buffer_bytes(&first), pair->now);
		}
		pair_run(pair);
		pair_run_jobs(pair);
	}
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->east.engine->w.established, 1);
	assert_true(pair->east.engine->w.half_open <= 5);
	buffer_done(&first);
	pair_free(pair);
}

static struct buffer kept_request;

static bool keeps_auth(struct pair *pair, const struct packet *packet)
{
	bool auth = packet->bytes.ptr[18] == EXCHANGE_IKE_AUTH;

	if (auth && address_equal(&packet->from.address, &pair->west.address.address)) {
		buffer_clear(&kept_request);
		write_bytes(&kept_request, buffer_bytes(&packet->bytes));
	}
	return auth;
}

static void garbage_for_a_half_open_ike_sa_does_not_end_it(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	size_t body = IKE_HEADER_LEN + 4;

	(void)state;
	pair->loses = keeps_auth;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run(pair);
	pair->loses = NULL;
	for (size_t i = 0; i < 1000; i++) {
		uint8_t *byte = &kept_request.ptr[body + i % (kept_request.len - body)];

		*byte ^= 0x40;
		pair_inject(&pair->east, buffer_bytes(&kept_request));
		assert_null(pair->network);
		*byte ^= 0x40;
	}
	pair_inject(&pair->east, buffer_bytes(&kept_request));
	pair_run(pair);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	buffer_done(&kept_request);
	pair_free(pair);
}

static void what_strangers_want_is_never_urgent(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(NULL, &first);

	(void)state;
	pair->hold_jobs = true;
	pair_inject(&pair->east, buffer_bytes(&first));
	assert_false(pair->jobs->urgent);
	assert_true(pair->east.engine->w.guard.work > 0);
	pair_run_jobs(pair);
	pair_drop_all(pair);
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 9, pair->now);
	assert_true(pair->jobs->urgent);
	pair->hold_jobs = false;
	pair_run(pair);
	ike_engine_down(pair->west.engine, "t", 10, pair->now);
	pair_run(pair);
	pair->hold_jobs = true;
	ike_engine_up(pair->west.engine, "t", true, 11, pair->now);
	assert_true(pair->jobs->urgent);
	buffer_done(&first);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_many_spoofed_initiators_nothing_is_kept),
		cmocka_unit_test(a_flood_turns_cookies_on_before_it_fills_anything),
		cmocka_unit_test(who_answers_cookies_is_held_to_the_bucket_of_his_prefix),
		cmocka_unit_test(an_honest_initiator_gets_in_during_a_flood),
		cmocka_unit_test(garbage_for_a_half_open_ike_sa_does_not_end_it),
		cmocka_unit_test(what_strangers_want_is_never_urgent),
	};

	return cmocka_run_group_tests_name("hostile_flood", tests, provider_start, provider_stop);
}
