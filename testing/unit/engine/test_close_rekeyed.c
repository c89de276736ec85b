/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closing an IKE SA while it is being rekeyed: nothing of it stays at the peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/exchange/ends.h"
#include "pair/no_gap.h"
#include "provider.h"

static void down(struct pair *pair, struct side *side)
{
	ike_engine_down(side->engine, "t", 7, pair->now);
}

/* East's answers in it are lost meanwhile, or of INFORMATIONAL west's requests; 0: nothing is. */
static uint8_t late_exchange;

static bool keys_are_late(struct pair *pair, const struct packet *packet)
{
	bool answers = late_exchange != EXCHANGE_INFORMATIONAL;
	struct ike_header h;

	assert_int_equal(ike_header_read(buffer_bytes(&packet->bytes), &h), WIRE_OK);
	return h.exchange == late_exchange && (packet->sender == &pair->east) == answers &&
	       ((h.flags & FLAG_RESPONSE) != 0) == answers;
}

static void delete(struct pair *pair, struct side *side)
{
	ike_engine_delete(side->engine, "t", 7, pair->now);
}

static void end_life(struct pair *pair, struct side *side)
{
	(void)pair;
	ike_close(&side->engine->w, gap_ike(side), END_LIFETIME, "ikelifetime= is over");
}

#define ADDKE " ike=aes_gcm256-sha2_256-dh31;addke1=dh19\n"

static const struct {
	const char *what, *both;
	uint8_t late;
	void (*close)(struct pair *pair, struct side *side);
	bool by_responder; /* of the rekey */
} rekeys[] = {
	{ "by who rekeys", NULL, EXCHANGE_CREATE_CHILD_SA, down, false },
	{ "with its connection", NULL, EXCHANGE_CREATE_CHILD_SA, delete, false },
	{ "before an additional key exchange", ADDKE, EXCHANGE_CREATE_CHILD_SA, down, false },
	{ "in the additional key exchange", ADDKE, EXCHANGE_IKE_FOLLOWUP_KE, down, false },
	{ "in it, with its connection", ADDKE, EXCHANGE_IKE_FOLLOWUP_KE, delete, false },
	{ "by who has answered", NULL, EXCHANGE_CREATE_CHILD_SA, down, true },
	{ "by who has answered, as it is too old", NULL, EXCHANGE_INFORMATIONAL, end_life, true },
	{ "by who has answered the last", ADDKE, EXCHANGE_IKE_FOLLOWUP_KE, down, true },
};

/* The peer has the new IKE SA, and the Child SAs go along with it. */
static void test_while_the_ike_sa_is_being_rekeyed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rekeys); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = rekeys[i].both,
								    .east = rekeys[i].both });
		struct side *closer = rekeys[i].by_responder ? &pair->east : &pair->west;

		print_message("%s\n", rekeys[i].what);
		pair_up(pair);
		pair->loses = keys_are_late;
		late_exchange = rekeys[i].late;
		ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 7, pair->now);
		pair_run(pair);
		rekeys[i].close(pair, closer);
		pair_run(pair);
		late_exchange = 0;
		pair_advance(pair, MILLISECONDS(600));
		assert_int_equal(pair->east.kernel.sa_count, 0);
		assert_int_equal(pair->west.kernel.sa_count, 0);
		/* What the peer does not know yet is deleted in vain. */
		if (!rekeys[i].by_responder)
			assert_int_equal(pair_ike_count(closer), 0);
		pair->loses = NULL;
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_while_the_ike_sa_is_being_rekeyed),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
