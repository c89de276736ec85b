/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile additional key exchanges: IKE_INTERMEDIATE of a peer that nobody has authenticated, and
 * IKE_FOLLOWUP_KE of one that is who it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "ike/sa/followup.h"
#include "provider.h"

#define WITH(id) " ike=aes_gcm256-sha2_256-dh31;addke1=" id "\n"

enum value { RIGHT, ALL_ZEROS, ONE, ALL_ONES, NEARLY, SHORT, LONG, CIPHERTEXT };

/* west's request and its answer arrive; what comes after is thrown away. */
static void one_exchange(struct pair *pair)
{
	struct buffer datagram = { 0 };

	for (int i = 0; i < 2; i++) {
		struct side *from = i == 0 ? &pair->west : &pair->east;

		pair_run_jobs(pair);
		assert_true(pair_take(from, &datagram));
		pair_inject(pair_other(from), buffer_bytes(&datagram));
	}
	pair_run_jobs(pair);
	pair_drop_all(pair);
	buffer_done(&datagram);
}

/* west has sent IKE_SA_INIT and got its answer; its next message is thrown away. */
static struct pair *pair_at_intermediate(const char *options)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = options, .east = options });

	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	one_exchange(pair);
	return pair;
}

static void put_ke(struct inner *inner, enum ke_id id, enum value value)
{
	const struct ke_desc *ke = ke_find((uint16_t)id);
	size_t len = ke->initiator_len;
	struct ke_pair right = { 0 };
	struct buffer data = { 0 };

	assert_int_equal(ke_start(ke, &right), CRYPTO_OK);
	write_bytes(&data, ke_pair_public(&right));
	if (value == ALL_ONES)
		memset(data.ptr, 0xff, len);
	else if (value == ALL_ZEROS || value == ONE)
		memset(data.ptr, 0, len);
	if (value == ONE)
		data.ptr[len - 1] = 1;
	if (value == NEARLY)
		data.ptr[len - 1] ^= 1;
	if (value == SHORT)
		buffer_truncate(&data, len - 1);
	if (value == CIPHERTEXT)
		buffer_truncate(&data, ke->responder_len);
	if (value == LONG)
		write_u8(&data, 0);
	payload_begin(&inner->writer, PAYLOAD_KE, false);
	ke_write(&inner->chain, (uint16_t)id, buffer_bytes(&data));
	payload_end(&inner->writer);
	ke_pair_done(&right);
	buffer_done(&data);
}

/* What west says next, protected; the answer's first notify, SILENCE, or OTHER_ANSWER for none. */
static unsigned say(struct pair *pair, uint8_t exchange, uint32_t id, const struct inner *inner)
{
	struct buffer datagram = { 0 };
	unsigned answer = SILENCE;

	pair_seal(&pair->west, exchange, false, id, inner, &datagram);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	pair_run_jobs(pair);
	if (pair_take(&pair->east, &datagram)) {
		answer = pair_notify_of(&pair->west, buffer_bytes(&datagram));
		if (answer == 0)
			answer = OTHER_ANSWER;
	}
	pair_drop_all(pair);
	buffer_done(&datagram);
	return answer;
}

static const struct {
	const char *what, *options;
	uint8_t exchange;
	uint32_t id;
	enum ke_id ke; /* KE_NONE: no KE payload */
	enum value value;
	unsigned answer;
	bool ends; /* the half-open IKE SA */
} first[] = {
	{ "IKE_AUTH before the additional key exchange", WITH("dh19"), EXCHANGE_IKE_AUTH, 1,
	  KE_NONE, RIGHT, SILENCE, false },
	{ "CREATE_CHILD_SA before it", WITH("dh19"), EXCHANGE_CREATE_CHILD_SA, 1, KE_ECP_256,
	  RIGHT, SILENCE, false },
	{ "IKE_FOLLOWUP_KE in its place", WITH("dh19"), EXCHANGE_IKE_FOLLOWUP_KE, 1, KE_ECP_256,
	  RIGHT, SILENCE, false },
	{ "IKE_INTERMEDIATE with message id 0", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 0,
	  KE_ECP_256, RIGHT, SILENCE, false },
	{ "IKE_INTERMEDIATE with message id 2", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 2,
	  KE_ECP_256, RIGHT, SILENCE, false },
	{ "IKE_INTERMEDIATE with the last message id", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE,
	  UINT32_MAX, KE_ECP_256, RIGHT, SILENCE, false },
	{ "IKE_INTERMEDIATE without KE", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 1, KE_NONE,
	  RIGHT, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional KE of another group", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_CURVE25519, RIGHT, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional KE one byte short", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_ECP_256, SHORT, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional KE one byte long", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_ECP_256, LONG, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional point at zero", WITH("dh19"), EXCHANGE_IKE_INTERMEDIATE, 1, KE_ECP_256,
	  ALL_ZEROS, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional point off the curve", WITH("dh20"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_ECP_384, NEARLY, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional point beyond the field", WITH("dh21"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_ECP_521, ALL_ONES, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional X25519 point of low order", " ike=aes_gcm256-sha2_256-dh19;addke1=dh31\n",
	  EXCHANGE_IKE_INTERMEDIATE, 1, KE_CURVE25519, ALL_ZEROS, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional MODP value 0", WITH("modp2048"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_MODP2048, ALL_ZEROS, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional MODP value 1", WITH("modp2048"), EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_MODP2048, ONE, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional MODP value above the prime", WITH("modp2048"), EXCHANGE_IKE_INTERMEDIATE,
	  1, KE_MODP2048, ALL_ONES, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional ML-KEM key that is not reduced", WITH("mlkem768"),
	  EXCHANGE_IKE_INTERMEDIATE, 1, KE_ML_KEM_768, ALL_ONES, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional ML-KEM key one byte short", WITH("mlkem768"), EXCHANGE_IKE_INTERMEDIATE,
	  1, KE_ML_KEM_768, SHORT, NOTIFY_INVALID_SYNTAX, true },
	{ "an additional ML-KEM key one byte long", WITH("mlkem768"), EXCHANGE_IKE_INTERMEDIATE,
	  1, KE_ML_KEM_768, LONG, NOTIFY_INVALID_SYNTAX, true },
	{ "an ML-KEM ciphertext in the place of the key", WITH("mlkem768"),
	  EXCHANGE_IKE_INTERMEDIATE, 1, KE_ML_KEM_768, CIPHERTEXT, NOTIFY_INVALID_SYNTAX, true },
	{ "IKE_INTERMEDIATE that was not announced", " ike=aes_gcm256-sha2_256-dh31\n",
	  EXCHANGE_IKE_INTERMEDIATE, 1, KE_NONE, RIGHT, SILENCE, false },
	{ "an empty IKE_INTERMEDIATE where none is due",
	  " ike=aes_gcm256-sha2_256-dh31\n intermediate=yes\n", EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_NONE, RIGHT, OTHER_ANSWER, false },
	{ "an additional KE where none is due",
	  " ike=aes_gcm256-sha2_256-dh31\n intermediate=yes\n", EXCHANGE_IKE_INTERMEDIATE, 1,
	  KE_ECP_256, RIGHT, NOTIFY_INVALID_SYNTAX, true },
};

static void test_before_authentication(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		struct pair *pair;
		struct inner inner;
		unsigned answer;

		if (first[i].ke == KE_ML_KEM_768 && ke_missing(ke_find(KE_ML_KEM_768)) != NULL)
			continue;
		pair = pair_at_intermediate(first[i].options);
		print_message("%s\n", first[i].what);
		inner_start(&inner);
		if (first[i].ke != KE_NONE)
			put_ke(&inner, first[i].ke, first[i].value);
		answer = say(pair, first[i].exchange, first[i].id, &inner);
		if (answer != first[i].answer)
			fail_msg("%s: answered with %u", first[i].what, answer);
		assert_int_equal(pair_ike_count(&pair->east), first[i].ends ? 0 : 1);
		assert_int_equal(pair->east.kernel.sa_count, 0);
		inner_done(&inner);
		pair_free(pair);
	}
}

/* Empty ones for ever: after a few it is enough. */
static void test_intermediates_are_bounded(void **state)
{
	struct pair *pair = pair_at_intermediate(" ike=aes_gcm256-sha2_256-dh31\n"
						 " intermediate=yes\n");
	struct inner inner;
	uint32_t taken = 0;

	(void)state;
	inner_start(&inner);
	while (pair_ike_count(&pair->east) == 1 && taken < 100)
		(void)say(pair, EXCHANGE_IKE_INTERMEDIATE, ++taken, &inner);
	assert_int_equal(taken, 11);
	inner_done(&inner);
	pair_free(pair);
}

/* --- IKE_FOLLOWUP_KE --- */

#define ESP " ike=aes_gcm256-sha2_256-dh31\n esp=aes_gcm256-dh31;addke1=dh19\n"

static void put_link(struct inner *inner, size_t len)
{
	static const uint8_t zeros[60000];

	inner_notify(inner, NOTIFY_ADDITIONAL_KEY_EXCHANGE, bytes_at(zeros, len));
}

static const struct {
	const char *what;
	bool ke;
	int link; /* its length; -1: none */
	unsigned answer;
} followups[] = {
	{ "IKE_FOLLOWUP_KE with nothing in it", false, -1, NOTIFY_INVALID_SYNTAX },
	{ "IKE_FOLLOWUP_KE without a link", true, -1, NOTIFY_INVALID_SYNTAX },
	{ "IKE_FOLLOWUP_KE without KE", false, FOLLOWUP_LINK_LEN, NOTIFY_INVALID_SYNTAX },
	{ "IKE_FOLLOWUP_KE with an empty link", true, 0, NOTIFY_STATE_NOT_FOUND },
	{ "IKE_FOLLOWUP_KE with a link that nobody gave", true, FOLLOWUP_LINK_LEN,
	  NOTIFY_STATE_NOT_FOUND },
	{ "IKE_FOLLOWUP_KE with a link that is too short", true, FOLLOWUP_LINK_LEN - 1,
	  NOTIFY_STATE_NOT_FOUND },
	{ "IKE_FOLLOWUP_KE with a link of 60,000 bytes", true, 60000, NOTIFY_STATE_NOT_FOUND },
};

static void test_followups_of_nothing(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = ESP, .east = ESP });
	struct pair_picture before;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	for (size_t i = 0; i < ARRAY_LEN(followups); i++) {
		struct inner inner;
		unsigned answer;

		print_message("%s\n", followups[i].what);
		inner_start(&inner);
		if (followups[i].ke)
			put_ke(&inner, KE_ECP_256, RIGHT);
		if (followups[i].link >= 0)
			put_link(&inner, (size_t)followups[i].link);
		answer = say(pair, EXCHANGE_IKE_FOLLOWUP_KE, pair_next_id(&pair->west), &inner);
		if (answer != followups[i].answer)
			fail_msg("%s: answered with %u", followups[i].what, answer);
		inner_done(&inner);
	}
	pair_assert_same(&before, &(struct pair_picture[]) { pair_picture(pair) }[0]);
	pair_free(pair);
}

/* A half-made rekey of west's; its IKE_FOLLOWUP_KE is thrown away. */
static struct followup *half_made(struct pair *pair)
{
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 7, pair->now);
	one_exchange(pair);
	assert_false(list_empty(&pair_ike(&pair->east)->followups));
	return LIST_OBJECT(pair_ike(&pair->east)->followups.next, struct followup, link);
}

static const struct {
	const char *what;
	enum ke_id ke;
	enum value value;
	int place; /* what the link says beyond the right one */
	unsigned answer;
	bool ends;
} halves[] = {
	{ "IKE_FOLLOWUP_KE out of turn", KE_ECP_256, RIGHT, 1, NOTIFY_STATE_NOT_FOUND, false },
	{ "IKE_FOLLOWUP_KE of another group", KE_CURVE25519, RIGHT, 0, NOTIFY_INVALID_SYNTAX,
	  true },
	{ "IKE_FOLLOWUP_KE one byte short", KE_ECP_256, SHORT, 0, NOTIFY_INVALID_SYNTAX, true },
	{ "IKE_FOLLOWUP_KE with a point at zero", KE_ECP_256, ALL_ZEROS, 0, NOTIFY_INVALID_SYNTAX,
	  true },
	{ "IKE_FOLLOWUP_KE with a point off the curve", KE_ECP_256, NEARLY, 0,
	  NOTIFY_INVALID_SYNTAX, true },
};

static void test_halves_of_what_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = ESP, .east = ESP });
		uint8_t link[FOLLOWUP_LINK_LEN];
		struct inner inner;
		unsigned answer;

		print_message("%s\n", halves[i].what);
		pair_up(pair);
		followup_link(half_made(pair), link);
		link[FOLLOWUP_LINK_LEN - 1] = (uint8_t)(link[FOLLOWUP_LINK_LEN - 1] +
							halves[i].place);
		inner_start(&inner);
		put_ke(&inner, halves[i].ke, halves[i].value);
		inner_notify(&inner, NOTIFY_ADDITIONAL_KEY_EXCHANGE, BYTES_OF(link));
		answer = say(pair, EXCHANGE_IKE_FOLLOWUP_KE,
			     pair_ike(&pair->west)->next_message_id - 1, &inner);
		if (answer != halves[i].answer)
			fail_msg("%s: answered with %u", halves[i].what, answer);
		assert_int_equal(list_empty(&pair_ike(&pair->east)->followups), halves[i].ends);
		assert_int_equal(pair->east.kernel.sa_count, 2);
		inner_done(&inner);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_authentication),
		cmocka_unit_test(test_intermediates_are_bounded),
		cmocka_unit_test(test_followups_of_nothing),
		cmocka_unit_test(test_halves_of_what_is_made),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
