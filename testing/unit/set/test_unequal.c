/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends that want different numbers of clones, or of which one wants no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"
#include "set_facts.h"

/* --- any number at either end --- */

static const struct {
	const char *conf;
	uint64_t cpus; /* of four */
	bool none;     /* not even a list of CPUs that are not there */
} sizes[] = {
	{ "clones=no", 0, true }, { "clones=0", 0, true }, { "clones=1", 0x1, false },
	{ "clones=2", 0x3, false }, { "clones=3", 0x7, false }, { "clones=4", 0xf, false },
	{ "clones=9", 0xf, false }, { "clones=yes", 0xf, false }, { "clones=1,3", 0xa, false },
	{ "clones=2-3,7", 0xc, false }, { "clones=6-7", 0, false },
};

static unsigned bits(uint64_t cpus)
{
	return (unsigned)__builtin_popcountll(cpus);
}

/* Every inbound SA that either end made, and outbound ones for its own CPUs. */
static void assert_set(const struct side *side, uint64_t own, uint64_t peers)
{
	unsigned most = bits(own) > bits(peers) ? bits(own) : bits(peers);

	if (own == 0 && facts_count(side, KERNEL_IN) == 1)
		most = 0; /* the peer was refused what it has no CPU for */
	assert_int_equal(facts_cpus(side, KERNEL_OUT), own);
	assert_int_equal(facts_count(side, KERNEL_OUT), 1 + bits(own));
	assert_int_equal(facts_count(side, KERNEL_IN), 1 + most);
}

static void play(size_t west, size_t east)
{
	bool clones = !sizes[west].none && !sizes[east].none;
	/* Who has no CPU for any refuses those of the peer. */
	bool taken = clones && sizes[west].cpus != 0 && sizes[east].cpus != 0;
	char own[64], peers[64];
	struct pair *pair;

	(void)snprintf(own, sizeof(own), " %s\n", sizes[west].conf);
	(void)snprintf(peers, sizeof(peers), " %s\n", sizes[east].conf);
	print_message("%s, %s\n", sizes[west].conf, sizes[east].conf);
	pair = pair_new(&(struct pair_setup) { .west = own, .east = peers });
	pair_up(pair);
	pair_advance(pair, SECONDS(60));
	assert_set(&pair->west, taken ? sizes[west].cpus : 0, taken ? sizes[east].cpus : 0);
	assert_set(&pair->east, taken ? sizes[east].cpus : 0, taken ? sizes[west].cpus : 0);
	/* and that is all: nobody asks again */
	pair->west.sent = pair->east.sent = 0;
	pair_advance(pair, SECONDS(1200));
	assert_int_equal(pair->west.sent + pair->east.sent, 0);
	pair_free(pair);
}

static void any_number_goes_with_any_other(void **state)
{
	(void)state;
	for (size_t west = 0; west < ARRAY_LEN(sizes); west++)
		for (size_t east = 0; east < ARRAY_LEN(sizes); east++)
			play(west, east);
}

/* --- a peer that refuses --- */

static uint16_t refusal;      /* what east says to each new Child SA; 0: what it would say */
static unsigned asked;

static uint32_t id_of(const uint8_t *datagram)
{
	return (uint32_t)datagram[20] << 24 | (uint32_t)datagram[21] << 16 |
	       (uint32_t)datagram[22] << 8 | datagram[23];
}

static bool refuses(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	struct buffer answer = { 0 };
	struct inner inner;

	if (packet->sender != &pair->west || p[18] != EXCHANGE_CREATE_CHILD_SA ||
	    (p[19] & FLAG_RESPONSE) != 0)
		return false;
	asked++;
	if (refusal == 0)
		return false;
	inner_start(&inner);
	inner_notify(&inner, refusal, (struct bytes) { 0 });
	pair_seal(&pair->east, EXCHANGE_CREATE_CHILD_SA, true, id_of(p), &inner, &answer);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&answer));
	buffer_done(&answer);
	return true;
}

static struct pair *pair_refused(uint16_t notify)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=1\n",
	});

	refusal = notify;
	asked = 0;
	pair->loses = refuses;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(20));
	/* East made the one that it wants. */
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 2);
	assert_int_equal(asked, 4);
	return pair;
}

static const uint16_t refusals[] = { NOTIFY_TS_MAX_QUEUE, NOTIFY_NO_ADDITIONAL_SAS,
				     NOTIFY_TS_UNACCEPTABLE, NOTIFY_NO_PROPOSAL_CHOSEN };

static void a_refusal_stops_what_is_not_made_yet_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct pair *pair = pair_refused(refusals[i]);

		print_message("%u\n", refusals[i]);
		pair_advance(pair, SECONDS(3 * 3600));
		assert_int_equal(asked, 4);
		assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 2);
		assert_string_equal(facts_slot_state(&pair->west, "t-0"), "up");
		pair_free(pair);
	}
}

static void up_asks_again(struct pair *pair)
{
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(5));
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_run(pair);
	ike_engine_up(pair->west.engine, "t", false, 9, pair->now);
}

static void a_clone_goes(struct pair *pair)
{
	struct child_sa *child = NULL;

	for (uint32_t slot = 1; child == NULL; slot++)
		child = facts_child(&pair->west, slot, false);
	facts_delete(&pair->west, child);
}

static void another_number(struct pair *pair)
{
	pair_add(&pair->west, "conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
			      " rightid=@east\n leftsubnet=192.0.1.0/24\n"
			      " rightsubnet=192.0.2.0/24\n authby=secret\n auto=add\n"
			      " clones=yes\n");
}

static const struct {
	const char *what;
	void (*happens)(struct pair *pair);
} changes[] = {
	{ "another IKE SA", up_asks_again },
	{ "a Child SA of the set has gone", a_clone_goes },
	{ "clones= is another", another_number },
};

static void what_was_refused_is_asked_for_when_something_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct pair *pair = pair_refused(NOTIFY_TS_MAX_QUEUE);

		print_message("%s\n", changes[i].what);
		refusal = 0;
		changes[i].happens(pair);
		pair_advance(pair, SECONDS(20));
		assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
		pair_free(pair);
	}
}

/* --- a peer that does not answer --- */

static bool lost;

static bool loses_clones(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;

	return lost && packet->sender == &pair->west && p[18] == EXCHANGE_CREATE_CHILD_SA &&
	       (p[19] & FLAG_RESPONSE) == 0;
}

static void a_clone_request_that_is_never_answered_is_a_dead_ike_sa(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=1\n" });
	uint64_t first;

	(void)state;
	lost = true;
	pair->loses = loses_clones;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(5));
	first = pair_ike(&pair->west)->id;
	/* the head carries on, and what east made waits for what west asks for */
	assert_int_equal(facts_count(&pair->west, KERNEL_OUT), 1);
	assert_int_equal(facts_count(&pair->west, KERNEL_IN), 2);
	pair_advance(pair, SECONDS(60));
	assert_null(ike_sa_find_id(&pair->west.engine->w, first));
	assert_int_equal(pair->west.last_code, CONTROL_NO_RETRANSMISSION);
	lost = false;
	pair_advance(pair, SECONDS(120));
	/* and it is revived */
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x3);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_goes_with_any_other),
		cmocka_unit_test(a_refusal_stops_what_is_not_made_yet_and_nothing_else),
		cmocka_unit_test(what_was_refused_is_asked_for_when_something_changed),
		cmocka_unit_test(a_clone_request_that_is_never_answered_is_a_dead_ike_sa),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
