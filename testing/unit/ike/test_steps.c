/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol's table, walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/exchange/steps.h"

/* A message that has exactly these payloads. */
static struct message message_with(uint8_t exchange, bool response, uint32_t bits)
{
	struct message m = { .header = { .exchange = exchange,
					 .flags = response ? FLAG_RESPONSE : 0 } };

	for (uint8_t type = PAYLOAD_SA; type <= PAYLOAD_EAP; type++)
		if ((bits & PAYLOAD_BIT(type)) != 0)
			m.payloads.list[m.payloads.count++] = (struct payload) { .type = type };
	return m;
}

/* A message with just what a row asks for is that row's: no row hides another. */
static void test_every_row_is_reached(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_step_count; i++) {
		const struct step *s = &protocol_steps[i];
		struct message m = message_with(s->exchange, s->response, s->must);

		if (step_find(s->state, &m) != s)
			fail_msg("row %zu is never reached: %s", i, s->what);
		assert_true(step_exists(s->state, s->exchange, s->response));
		assert_non_null(s->handle);
	}
}

/* What is taken where; whatever is not here is dropped or refused. */
static const struct {
	enum ike_state state;
	uint8_t exchange;
	bool response;
} taken[] = {
	{ IKE_NONE, EXCHANGE_IKE_SA_INIT, false },
	{ IKE_INIT_SENT, EXCHANGE_IKE_SA_INIT, true },
	{ IKE_INTERMEDIATE_DUE, EXCHANGE_IKE_INTERMEDIATE, false },
	{ IKE_INTERMEDIATE_SENT, EXCHANGE_IKE_INTERMEDIATE, true },
	{ IKE_INIT_ANSWERED, EXCHANGE_IKE_INTERMEDIATE, false },
	{ IKE_INIT_ANSWERED, EXCHANGE_IKE_AUTH, false },
	{ IKE_AUTH_SENT, EXCHANGE_IKE_AUTH, true },
	{ IKE_WITHDRAWN, EXCHANGE_IKE_AUTH, true },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, false },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, true },
	{ IKE_ESTABLISHED, EXCHANGE_IKE_FOLLOWUP_KE, false },
	{ IKE_ESTABLISHED, EXCHANGE_IKE_FOLLOWUP_KE, true },
	{ IKE_ESTABLISHED, EXCHANGE_INFORMATIONAL, false },
	{ IKE_ESTABLISHED, EXCHANGE_INFORMATIONAL, true },
	{ IKE_DELETING, EXCHANGE_CREATE_CHILD_SA, false },
	{ IKE_DELETING, EXCHANGE_CREATE_CHILD_SA, true },
	{ IKE_DELETING, EXCHANGE_IKE_FOLLOWUP_KE, false },
	{ IKE_DELETING, EXCHANGE_IKE_FOLLOWUP_KE, true },
	{ IKE_DELETING, EXCHANGE_INFORMATIONAL, false },
	{ IKE_DELETING, EXCHANGE_INFORMATIONAL, true },
};

static bool is_taken(enum ike_state state, uint8_t exchange, bool response)
{
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (taken[i].state == state && taken[i].exchange == exchange &&
		    taken[i].response == response)
			return true;
	return false;
}

static void test_nothing_else_is_taken(void **state)
{
	(void)state;
	for (int s = IKE_NONE; s < IKE_STATES; s++)
		for (unsigned exchange = 0; exchange < 256; exchange++)
			for (int response = 0; response < 2; response++)
				if (step_exists((enum ike_state)s, (uint8_t)exchange, response) !=
				    is_taken((enum ike_state)s, (uint8_t)exchange, response))
					fail_msg("%s, %s %s", ike_state_name((enum ike_state)s),
						 exchange_name((int)exchange),
						 response ? "response" : "request");
}

/* Nothing leads out of an end, and an established IKE SA never goes back. */
static void test_next_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_step_count; i++) {
		const struct step *s = &protocol_steps[i];

		assert_int_not_equal(s->state, IKE_GONE);
		assert_true(s->next >= s->state);
		assert_true(ike_state_may_move(s->state, s->next));
		if (s->state == IKE_ESTABLISHED || s->state == IKE_DELETING)
			assert_int_equal(s->next, s->state);
	}
}

static void test_every_row_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_step_count; i++) {
		assert_in_range(strlen(protocol_steps[i].what), 10, 100);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(protocol_steps[i].what, protocol_steps[k].what);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_reached),
		cmocka_unit_test(test_nothing_else_is_taken),
		cmocka_unit_test(test_next_states),
		cmocka_unit_test(test_every_row_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
