/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shows a responder that the peer has a clone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/engine/set/set.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/send.h"
#include "pair/no_gap.h"
#include "provider.h"

static bool answers_are_lost;
static uint32_t lost_request;

static bool is_lost(struct pair *pair, const struct packet *packet)
{
	struct ike_header h;

	assert_int_equal(ike_header_read(buffer_bytes(&packet->bytes), &h), WIRE_OK);
	if ((h.flags & FLAG_RESPONSE) != 0)
		return answers_are_lost && h.exchange == EXCHANGE_CREATE_CHILD_SA;
	return packet->sender == &pair->west && h.message_id == lost_request;
}

/* West's only clone goes, and west makes another one; east leaves that to west. */
static void make_anew(struct pair *pair)
{
	struct child_sa *clone =
		LIST_OBJECT(pair_ike(&pair->west)->children.prev, struct child_sa, link);

	assert_int_equal(clone->slot, 1);
	children_close(&pair->west.engine->w, pair_ike(&pair->west), &clone, 1);
	pair_run(pair);
	gap_connection(&pair->east)->set->slots[1].retry_at = pair->now + SECONDS(1000);
	pair_advance(pair, MILLISECONDS(1300));
}

static void assert_sends_on_what_west_has(const struct pair *pair)
{
	for (uint32_t cpu = 0; cpu < 4; cpu++)
		assert_true(gap_has_inbound(&pair->west, gap_chosen(&pair->east, cpu)->spi));
}

/* It is repeated, and arrives after the clone's; but it was said before. */
static void an_empty_request_proves_only_what_was_asked_before(void **state)
{
	struct pair *pair = pair_new(
		&(struct pair_setup) { .west = " clones=1\n", .east = " clones=1\n" });
	struct ike_sa *sa;

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	sa = pair_ike(&pair->west);
	pair->loses = is_lost;
	answers_are_lost = true;
	lost_request = sa->next_message_id;
	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&pair->west.engine->w, sa);
	make_anew(pair);
	/* the inbound halves of the new one, and of the old one, which drains */
	assert_int_equal(pair->east.kernel.sa_count, 2 + 2);
	lost_request = UINT32_MAX;
	pair_advance(pair, SECONDS(3));
	assert_int_equal(requests_count_in_flight(sa), 1);
	assert_sends_on_what_west_has(pair);
	answers_are_lost = false;
	pair_advance(pair, SECONDS(10));
	assert_sends_on_what_west_has(pair);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	pair_free(pair);
}

/* And what was made on an IKE SA that has been replaced since was asked before anything. */
static void an_empty_request_on_a_new_ike_sa_proves_what_came_along(void **state)
{
	struct pair *pair = pair_new(
		&(struct pair_setup) { .west = " clones=1\n", .east = " clones=1\n" });
	struct ike_sa *sa;

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	pair->loses = is_lost;
	lost_request = pair_ike(&pair->west)->next_message_id + 2; /* that ends the batch */
	make_anew(pair);
	pair_advance(pair, SECONDS(5)); /* the old one has drained */
	assert_int_equal(pair->east.kernel.sa_count, 2 + 1);
	sa = pair_ike(&pair->west);
	request_done(&pair->west.engine->w, sa,
		     LIST_OBJECT(sa->requests.next, struct request, link));
	lost_request = UINT32_MAX;
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->east.kernel.sa_count, 2 + 1);
	sa = pair_ike(&pair->west);
	(void)request_new(sa, REQUEST_EMPTY);
	requests_run(&pair->west.engine->w, sa);
	pair_run(pair);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_request_proves_only_what_was_asked_before),
		cmocka_unit_test(an_empty_request_on_a_new_ike_sa_proves_what_came_along),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
