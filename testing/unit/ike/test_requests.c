/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message window, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/sa/requests.h"
#include "pair/bench.h"
#include "wire/message.h"

/* A message with nothing but its id. */
static void put_message(struct buffer *out, uint32_t id)
{
	ike_header_write(out, &(struct ike_header) { .message_id = id });
	message_finish(out, 0);
}

static struct request *send_next(struct bench *b)
{
	struct request *r = request_startable(b->sa);

	if (r != NULL) {
		put_message(&r->datagram, request_next_id(b->sa));
		request_send(&b->w, b->sa, r);
	}
	return r;
}

static void test_order_of_urgency(void **state)
{
	static const enum request_kind asked[] = { REQUEST_EMPTY, REQUEST_CHILD,
						   REQUEST_DELETE_CHILD, REQUEST_CHILD,
						   REQUEST_DELETE_CHILD };
	static const enum request_kind order[] = { REQUEST_DELETE_CHILD, REQUEST_DELETE_CHILD,
						   REQUEST_CHILD, REQUEST_CHILD, REQUEST_EMPTY };
	struct bench *b = bench_new(ROLE_INITIATOR);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		request_new(b->sa, asked[i])->child = i;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct request *r = send_next(b);

		assert_non_null(r);
		assert_int_equal(r->kind, order[i]);
		assert_int_equal(r->message_id, i);
		if (i == 2)
			assert_int_equal(r->child, 1); /* among equals the first comes first */
		request_done(&b->w, b->sa, r);
	}
	assert_null(request_startable(b->sa));
	bench_free(b);
}

static void test_window_of_one(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct request *first, *second;

	(void)state;
	(void)request_new(b->sa, REQUEST_CHILD);
	(void)request_new(b->sa, REQUEST_CHILD);
	first = send_next(b);
	assert_non_null(first);
	assert_null(request_startable(b->sa));
	assert_int_equal(requests_count_in_flight(b->sa), 1);
	request_done(&b->w, b->sa, first);
	second = send_next(b);
	assert_int_equal(second->message_id, 1);
	assert_ptr_equal(request_in_flight(b->sa, 1), second);
	assert_null(request_in_flight(b->sa, 0));
	bench_free(b);
}

static void test_window_of_sixteen(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct request *list[40];
	unsigned count = 0;

	(void)state;
	b->sa->peer_window = 16;
	for (int i = 0; i < 40; i++)
		(void)request_new(b->sa, REQUEST_CHILD);
	while ((list[count] = send_next(b)) != NULL)
		count++;
	assert_int_equal(count, 16);
	/* answers in the middle do not move the window, RFC 7296 2.3 counts from the oldest */
	request_done(&b->w, b->sa, list[7]);
	request_done(&b->w, b->sa, list[15]);
	assert_null(request_startable(b->sa));
	request_done(&b->w, b->sa, list[0]);
	assert_int_equal(send_next(b)->message_id, 16);
	assert_null(request_startable(b->sa));
	/* with 1..6 answered the oldest is 8 */
	for (int i = 1; i < 7; i++)
		request_done(&b->w, b->sa, list[i]);
	for (count = 0; send_next(b) != NULL; count++)
		;
	assert_int_equal(count, 7);
	bench_free(b);
}

/* One that waits for its key pair takes a place in the window too. */
static void test_working_counts(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);

	(void)state;
	b->sa->peer_window = 2;
	for (int i = 0; i < 3; i++)
		(void)request_new(b->sa, REQUEST_CHILD);
	request_startable(b->sa)->state = REQUEST_WORKING;
	assert_non_null(send_next(b));
	assert_null(request_startable(b->sa));
	bench_free(b);
}

static void test_barriers(void **state)
{
	static const enum request_kind last[] = { REQUEST_EMPTY, REQUEST_DELETE_IKE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(last); i++) {
		struct bench *b = bench_new(ROLE_INITIATOR);
		struct request *a, *c;

		b->sa->peer_window = 16;
		(void)request_new(b->sa, REQUEST_CHILD);
		(void)request_new(b->sa, REQUEST_CHILD);
		a = send_next(b);
		c = send_next(b);
		(void)request_new(b->sa, last[i]);
		assert_null(request_startable(b->sa));
		request_done(&b->w, b->sa, c);
		assert_null(request_startable(b->sa));
		request_done(&b->w, b->sa, a);
		assert_int_equal(send_next(b)->kind, last[i]);
		bench_free(b);
	}
}

/* Nothing new overtakes the Delete of the IKE SA. */
static void test_delete_of_the_ike_sa_is_next(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct request *first;

	(void)state;
	b->sa->peer_window = 16;
	(void)request_new(b->sa, REQUEST_CHILD);
	first = send_next(b);
	(void)request_new(b->sa, REQUEST_CHILD);
	(void)request_new(b->sa, REQUEST_DELETE_IKE);
	assert_null(request_startable(b->sa));
	request_done(&b->w, b->sa, first);
	assert_int_equal(request_startable(b->sa)->kind, REQUEST_DELETE_IKE);
	bench_free(b);
}

static void test_retransmission(void **state)
{
	static const int64_t sent_at[] = { 500, 1500, 3500, 7500, 15500 }; /* ms after the first */
	struct bench *b = bench_new(ROLE_INITIATOR);
	int64_t start = b->w.now;
	struct request *r;

	(void)state;
	(void)request_new(b->sa, REQUEST_EMPTY);
	r = send_next(b);
	assert_int_equal(b->sent, 1);
	for (size_t i = 0; i < ARRAY_LEN(sent_at); i++) {
		const struct heap_node *timer = heap_first(&b->w.timers);

		assert_non_null(timer);
		assert_int_equal(timer->when, start + MILLISECONDS(sent_at[i]));
		b->w.now = timer->when - 1;
		assert_true(requests_on_time(&b->w, b->sa));
		assert_int_equal(b->sent, i + 1);
		b->w.now = timer->when;
		assert_true(requests_on_time(&b->w, b->sa));
		assert_int_equal(b->sent, i + 2);
		assert_true(bytes_equal(buffer_bytes(&b->last), buffer_bytes(&r->datagram)));
	}
	/* the last wait ends with the time allowed */
	b->w.now = heap_first(&b->w.timers)->when;
	assert_int_equal(b->w.now, start + SECONDS(30));
	assert_false(requests_on_time(&b->w, b->sa));
	assert_int_equal(b->w.retransmits, ARRAY_LEN(sent_at));
	bench_free(b);
}

static void test_held_requests_are_quiet(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct request *r;

	(void)state;
	(void)request_new(b->sa, REQUEST_CHILD);
	r = send_next(b);
	b->w.now += MILLISECONDS(30);
	request_hold(&b->w, b->sa, r);
	assert_null(heap_first(&b->w.timers));
	assert_int_equal(b->sa->round_trip, MILLISECONDS(30));
	b->w.now += SECONDS(100);
	assert_true(requests_on_time(&b->w, b->sa));
	assert_int_equal(b->sent, 1);
	/* what is worked on is not a new round trip */
	request_done(&b->w, b->sa, r);
	assert_int_equal(b->sa->round_trip, MILLISECONDS(30));
	bench_free(b);
}

/* Karn: a request that was repeated says nothing about the way. */
static void test_round_trip_of_a_repeated_request(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct request *r;

	(void)state;
	(void)request_new(b->sa, REQUEST_EMPTY);
	r = send_next(b);
	b->w.now += MILLISECONDS(500);
	assert_true(requests_on_time(&b->w, b->sa));
	request_done(&b->w, b->sa, r);
	assert_int_equal(b->sa->round_trip, 0);
	bench_free(b);
}

static void answer(struct bench *b, uint32_t id)
{
	struct reply *reply;

	assert_int_equal(reply_find(b->sa, id, 4, &reply), REPLY_NEW);
	reply_begin(b->sa, reply, id);
	write_u32(&reply->datagram, id);
}

static enum reply_status status_of(struct bench *b, uint32_t id)
{
	struct reply *reply;

	return reply_find(b->sa, id, 4, &reply);
}

static void test_replies(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct reply *reply;
	uint32_t stored;

	(void)state;
	answer(b, 0);
	answer(b, 2); /* out of order */
	assert_int_equal(reply_find(b->sa, 0, 4, &reply), REPLY_AGAIN);
	memcpy(&stored, reply->datagram.ptr, sizeof(stored));
	assert_int_equal(stored, 0);
	assert_int_equal(status_of(b, 1), REPLY_NEW);
	assert_int_equal(status_of(b, 2), REPLY_AGAIN);
	assert_int_equal(status_of(b, 6), REPLY_NEW);
	assert_int_equal(status_of(b, 7), REPLY_OUTSIDE); /* beyond the window */
	assert_int_equal(status_of(b, UINT32_MAX), REPLY_OUTSIDE);
	answer(b, 1);
	answer(b, 3);
	answer(b, 4); /* in the place of 0 */
	assert_int_equal(status_of(b, 0), REPLY_OUTSIDE);
	assert_int_equal(reply_find(b->sa, 4, 4, &reply), REPLY_AGAIN);
	assert_int_equal(b->sa->reply_count, 4);
	bench_free(b);
}

/* A place is not given away while the answer in it is being made. */
static void test_working_reply_keeps_its_place(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct reply *reply;

	(void)state;
	answer(b, 0);
	assert_int_equal(reply_find(b->sa, 0, 4, &reply), REPLY_AGAIN);
	reply->working = true;
	reply->token = 99;
	assert_int_equal(status_of(b, 0), REPLY_WORKING);
	answer(b, 1);
	assert_int_equal(status_of(b, 4), REPLY_OUTSIDE);
	assert_ptr_equal(reply_by_token(b->sa, 99), reply);
	assert_null(reply_by_token(b->sa, 98));
	reply->working = false;
	assert_null(reply_by_token(b->sa, 99));
	assert_int_equal(status_of(b, 4), REPLY_NEW);
	bench_free(b);
}

static void test_replies_go_after_some_time(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	uint32_t id;

	(void)state;
	for (id = 0; id < 6; id++)
		answer(b, id);
	replies_on_time(&b->w, b->sa);
	assert_null(b->sa->replies);
	for (id = 0; id < 6; id++)
		assert_int_equal(status_of(b, id), REPLY_OUTSIDE);
	assert_null(b->sa->replies); /* and those cost nothing */
	assert_int_equal(status_of(b, 9), REPLY_NEW);
	assert_int_equal(status_of(b, 10), REPLY_OUTSIDE);
	answer(b, 6);
	assert_int_equal(status_of(b, 6), REPLY_AGAIN);
	bench_free(b);
}

/* One that never came may come yet, and those around it not once more. */
static void test_replies_around_one_that_is_missing(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct reply *reply;

	(void)state;
	answer(b, 0);
	answer(b, 2);
	replies_on_time(&b->w, b->sa);
	assert_int_equal(reply_find(b->sa, 2, 4, &reply), REPLY_AGAIN);
	assert_int_equal(reply->datagram.len, 0);
	assert_int_equal(status_of(b, 0), REPLY_AGAIN);
	answer(b, 1);
	replies_on_time(&b->w, b->sa);
	assert_null(b->sa->replies);
	bench_free(b);
}

static void test_replies_stay_while_one_is_worked_on(void **state)
{
	struct bench *b = bench_new(ROLE_INITIATOR);
	struct reply *reply;

	(void)state;
	answer(b, 0);
	assert_int_equal(reply_find(b->sa, 0, 4, &reply), REPLY_AGAIN);
	reply->working = true;
	replies_on_time(&b->w, b->sa);
	assert_int_equal(status_of(b, 0), REPLY_WORKING);
	assert_true(heap_first(&b->w.timers)->when == b->w.now + REPLIES_KEPT);
	timer_stop(&b->w, &b->sa->replies_timer);
	bench_free(b);
}

/* A responder's first request was IKE_SA_INIT: id 0 is used up. */
static void test_responder_begins_at_one(void **state)
{
	struct bench *b = bench_new(ROLE_RESPONDER);

	(void)state;
	assert_int_equal(b->sa->highest_request, 1);
	assert_int_equal(status_of(b, 0), REPLY_OUTSIDE);
	assert_int_equal(status_of(b, 1), REPLY_NEW);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_of_urgency),
		cmocka_unit_test(test_window_of_one),
		cmocka_unit_test(test_window_of_sixteen),
		cmocka_unit_test(test_working_counts),
		cmocka_unit_test(test_barriers),
		cmocka_unit_test(test_delete_of_the_ike_sa_is_next),
		cmocka_unit_test(test_retransmission),
		cmocka_unit_test(test_held_requests_are_quiet),
		cmocka_unit_test(test_round_trip_of_a_repeated_request),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_replies_go_after_some_time),
		cmocka_unit_test(test_replies_around_one_that_is_missing),
		cmocka_unit_test(test_replies_stay_while_one_is_worked_on),
		cmocka_unit_test(test_working_reply_keeps_its_place),
		cmocka_unit_test(test_responder_begins_at_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
