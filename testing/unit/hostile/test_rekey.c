/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile rekeys of a peer that is who it says: of what is not there, of what is being rekeyed or
 * deleted, again and again. What is up stays up, and nothing piles up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "ike/exchange/ends.h"
#include "provider.h"

/* A protocol and an SPI that stand in REKEY_SA. */
static void rekey_of(struct inner *inner, uint8_t protocol, struct bytes spi)
{
	payload_begin(&inner->writer, PAYLOAD_NOTIFY, false);
	write_u8(&inner->chain, protocol);
	write_u8(&inner->chain, (uint8_t)spi.len);
	write_u16(&inner->chain, NOTIFY_REKEY_SA);
	write_bytes(&inner->chain, spi);
	payload_end(&inner->writer);
}

static const uint8_t unknown_spi[8] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0 };
static const uint8_t nonce[32] = { 1 };

static void proposal(struct inner *inner, uint8_t protocol, struct bytes spi)
{
	struct proposal p = {
		.number = 1, .protocol = protocol, .spi = spi,
		.transforms = { { TRANSFORM_ENCR, ENCR_AES_GCM_16, 256, false },
				{ TRANSFORM_PRF, PRF_HMAC_SHA2_256, 0, false },
				{ TRANSFORM_KE, KE_ECP_256, 0, false } },
		.count = 3,
	};

	if (protocol == PROTO_ESP)
		p.transforms[1] = (struct transform) { TRANSFORM_ESN, ESN_NO, 0, false };
	if (protocol == PROTO_ESP)
		p.count = 2; /* without pfs= */
	payload_begin(&inner->writer, PAYLOAD_SA, false);
	proposal_write(&inner->chain, &p, true);
	payload_end(&inner->writer);
}

static void selectors(struct inner *inner)
{
	static const uint8_t west[] = { 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255,
					192, 0, 1, 0, 192, 0, 1, 255 };
	static const uint8_t east[] = { 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255,
					192, 0, 2, 0, 192, 0, 2, 255 };

	put(inner, PAYLOAD_TSI, BYTES_OF(west));
	put(inner, PAYLOAD_TSR, BYTES_OF(east));
}

/* All of a request for a Child SA but the notify. */
static void child_with_spi(struct inner *inner, struct bytes spi)
{
	proposal(inner, PROTO_ESP, spi);
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	selectors(inner);
}

static void rekey_child_of(struct inner *inner, uint8_t protocol, struct bytes spi)
{
	rekey_of(inner, protocol, spi);
	child_with_spi(inner, bytes_at(unknown_spi, 4));
}

static void no_protocol(struct inner *i) { rekey_child_of(i, PROTO_NONE, (struct bytes) { 0 }); }
static void protocol_0(struct inner *i) { rekey_child_of(i, PROTO_NONE, bytes_at(unknown_spi, 4)); }
static void protocol_ike(struct inner *i) { rekey_child_of(i, PROTO_IKE, BYTES_OF(unknown_spi)); }
static void ike_without_spi(struct inner *i) { rekey_child_of(i, PROTO_IKE, (struct bytes) { 0 }); }
static void protocol_ah(struct inner *i) { rekey_child_of(i, PROTO_AH, bytes_at(unknown_spi, 4)); }
static void unknown_esp(struct inner *i) { rekey_child_of(i, PROTO_ESP, bytes_at(unknown_spi, 4)); }
static void spi_of_3(struct inner *i) { rekey_child_of(i, PROTO_ESP, bytes_at(unknown_spi, 3)); }
static void spi_of_8(struct inner *i) { rekey_child_of(i, PROTO_ESP, BYTES_OF(unknown_spi)); }

static void two_notifies(struct inner *inner)
{
	rekey_of(inner, PROTO_ESP, bytes_at(unknown_spi, 4));
	rekey_child_of(inner, PROTO_ESP, bytes_at(unknown_spi + 4, 4));
}

static void esp_spi_none(struct inner *i) { child_with_spi(i, (struct bytes) { 0 }); }
static void esp_spi_3(struct inner *i) { child_with_spi(i, bytes_at(unknown_spi, 3)); }
static void esp_spi_8(struct inner *i) { child_with_spi(i, BYTES_OF(unknown_spi)); }
static void esp_spi_zero(struct inner *i) { child_with_spi(i, bytes_at("\0\0\0\0", 4)); }
static void esp_spi_255(struct inner *i) { child_with_spi(i, bytes_at("\0\0\0\xff", 4)); }

static void nonce_15(struct inner *inner)
{
	proposal(inner, PROTO_ESP, bytes_at(unknown_spi, 4));
	put(inner, PAYLOAD_NONCE, bytes_at(nonce, 15));
	selectors(inner);
}

static void new_ike(struct inner *inner, struct bytes spi, uint16_t group, size_t len)
{
	static const uint8_t value[65] = { 0 };
	struct buffer ke = { 0 };

	proposal(inner, PROTO_IKE, spi);
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	ke_write(&ke, group, bytes_at(value, len));
	put(inner, PAYLOAD_KE, buffer_bytes(&ke));
	buffer_done(&ke);
}

static void ike_spi_none(struct inner *i) { new_ike(i, (struct bytes) { 0 }, KE_ECP_256, 64); }
static void ike_spi_4(struct inner *i) { new_ike(i, bytes_at(unknown_spi, 4), KE_ECP_256, 64); }
static void ike_spi_zero(struct inner *i)
{
	new_ike(i, bytes_at("\0\0\0\0\0\0\0\0", 8), KE_ECP_256, 64);
}
static void ike_ke_short(struct inner *i) { new_ike(i, BYTES_OF(unknown_spi), KE_ECP_256, 63); }
static void ike_ke_long(struct inner *i) { new_ike(i, BYTES_OF(unknown_spi), KE_ECP_256, 65); }
static void ike_ke_1025(struct inner *i) { new_ike(i, BYTES_OF(unknown_spi), 1025, 64); }
static void ike_ke_zeros(struct inner *i) { new_ike(i, BYTES_OF(unknown_spi), KE_ECP_256, 64); }

static const struct {
	const char *what;
	void (*fill)(struct inner *inner);
	uint16_t answer;
} rows[] = {
	{ "REKEY_SA without protocol and SPI", no_protocol, NOTIFY_CHILD_SA_NOT_FOUND },
	{ "REKEY_SA of protocol 0 with an SPI", protocol_0, NOTIFY_INVALID_SYNTAX },
	{ "REKEY_SA of the IKE SA", protocol_ike, NOTIFY_INVALID_SYNTAX },
	{ "REKEY_SA of the IKE SA without SPI", ike_without_spi, NOTIFY_CHILD_SA_NOT_FOUND },
	{ "REKEY_SA of AH", protocol_ah, NOTIFY_CHILD_SA_NOT_FOUND },
	{ "REKEY_SA of an unknown SPI", unknown_esp, NOTIFY_CHILD_SA_NOT_FOUND },
	{ "REKEY_SA with an SPI of 3 bytes", spi_of_3, NOTIFY_INVALID_SYNTAX },
	{ "REKEY_SA with an SPI of 8 bytes", spi_of_8, NOTIFY_INVALID_SYNTAX },
	{ "REKEY_SA twice in a request", two_notifies, NOTIFY_CHILD_SA_NOT_FOUND },
	{ "an ESP proposal without SPI", esp_spi_none, NOTIFY_INVALID_SYNTAX },
	{ "an ESP proposal with an SPI of 3 bytes", esp_spi_3, NOTIFY_INVALID_SYNTAX },
	{ "an ESP proposal with an SPI of 8 bytes", esp_spi_8, NOTIFY_INVALID_SYNTAX },
	{ "an ESP proposal with SPI 0", esp_spi_zero, NOTIFY_INVALID_SYNTAX },
	{ "an ESP proposal with a reserved SPI", esp_spi_255, NOTIFY_INVALID_SYNTAX },
	{ "a Child SA with a nonce of 15 bytes", nonce_15, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA without SPI", ike_spi_none, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA with an SPI of 4 bytes", ike_spi_4, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA with SPI 0", ike_spi_zero, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA with a KE one byte short", ike_ke_short, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA with a KE one byte long", ike_ke_long, NOTIFY_INVALID_SYNTAX },
	{ "a new IKE SA with KE of group 1025", ike_ke_1025, NOTIFY_INVALID_KE_PAYLOAD },
	{ "a new IKE SA with a point at zero", ike_ke_zeros, NOTIFY_INVALID_SYNTAX },
};

static void test_rekeys_of_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = " pfs=no\n",
								     .east = " pfs=no\n" });
		struct pair_picture before, after;
		uint16_t answer;

		pair_up(pair);
		before = pair_picture(pair);
		answer = protected_answer(pair, EXCHANGE_CREATE_CHILD_SA,
					  pair_next_id(&pair->west), rows[i].fill);
		if (answer != rows[i].answer)
			fail_msg("%s: answered with %u", rows[i].what, answer);
		after = pair_picture(pair);
		pair_assert_same(&before, &after);
		pair_free(pair);
	}
}

/* --- of what is there --- */

/* For the functions below, which get nothing else: the pair, and what they speak of. */
static struct pair *now;
static uint32_t rekeyed_spi;
static uint8_t next_spi;

static const struct child_sa *first_child(const struct side *side)
{
	LIST_FOR_EACH(link, &side->engine->w.ike_sas) {
		const struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);

		if (!list_empty(&sa->children))
			return LIST_OBJECT(sa->children.next, struct child_sa, link);
	}
	return NULL;
}

static void rekey_this(struct inner *inner)
{
	uint8_t spi[4] = { 9, 9, 9, ++next_spi };
	uint8_t old[4] = { (uint8_t)(rekeyed_spi >> 24), (uint8_t)(rekeyed_spi >> 16),
			   (uint8_t)(rekeyed_spi >> 8), (uint8_t)rekeyed_spi };

	rekey_of(inner, PROTO_ESP, BYTES_OF(old));
	child_with_spi(inner, BYTES_OF(spi));
}

static void delete_this(struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_DELETE, false);
	delete_write(&inner->chain, PROTO_ESP, &rekeyed_spi, 1);
	payload_end(&inner->writer);
}

/* RFC 7296 2.8: a rekeyed SA is deleted, not rekeyed again; east keeps one replacement. */
static void test_the_same_sa_rekeyed_100_times(void **state)
{
	(void)state;
	now = pair_new(&(struct pair_setup) { .west = " pfs=no\n", .east = " pfs=no\n" });
	pair_up(now);
	rekeyed_spi = first_child(&now->west)->spi_in;
	for (int i = 0; i < 100; i++)
		assert_int_equal(protected_answer(now, EXCHANGE_CREATE_CHILD_SA,
						  pair_next_id(&now->west), rekey_this),
				 i == 0 ? OTHER_ANSWER : NOTIFY_TEMPORARY_FAILURE);
	assert_int_equal(pair_ike(&now->east)->child_count, 2);
	assert_int_equal(now->east.kernel.sa_count, 3); /* outbound on proof */
	assert_int_equal(protected_answer(now, EXCHANGE_INFORMATIONAL, pair_next_id(&now->west),
					  delete_this), OTHER_ANSWER);
	pair_drop_all(now);
	pair_advance(now, SECONDS(10));
	assert_int_equal(pair_ike(&now->east)->child_count, 1);
	assert_int_equal(now->east.kernel.sa_count, 2);
	pair_free(now);
}

/* Each replacement is rekeyed in its turn, and none is ever deleted. */
static void test_a_chain_of_rekeys_without_deletes(void **state)
{
	unsigned accepted = 0;

	(void)state;
	now = pair_new(&(struct pair_setup) { .west = " pfs=no\n", .east = " pfs=no\n" });
	pair_up(now);
	rekeyed_spi = first_child(&now->west)->spi_in;
	for (int i = 0; i < 2000; i++) {
		if (protected_answer(now, EXCHANGE_CREATE_CHILD_SA, pair_next_id(&now->west),
				     rekey_this) == OTHER_ANSWER)
			accepted++;
		rekeyed_spi = 0x09090900U | next_spi;
		pair_drop_all(now);
	}
	assert_in_range(accepted, 2, 300);
	assert_in_range(pair_ike(&now->east)->child_count, 2, 300);
	pair_free(now);
}

/* What is being agreed is deleted, or its IKE SA is. */
static void test_deleted_while_a_rekey_is_agreed(void **state)
{
	(void)state;
	for (int what = 0; what < 2; what++) {
		struct inner inner;
		struct buffer datagram = { 0 };

		now = pair_new(&(struct pair_setup) { 0 });
		pair_up(now);
		now->hold_jobs = true;
		rekeyed_spi = first_child(&now->west)->spi_in;
		ike_engine_rekey(now->west.engine, "t", REKEY_CHILD, 8, now->now);
		pair_run_jobs(now);
		pair_run(now);
		assert_non_null(now->jobs); /* east's */
		inner_start(&inner);
		payload_begin(&inner.writer, PAYLOAD_DELETE, false);
		delete_write(&inner.chain, what == 0 ? PROTO_ESP : PROTO_IKE, &rekeyed_spi,
			     what == 0 ? 1 : 0);
		payload_end(&inner.writer);
		pair_seal(&now->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&now->west),
			  &inner, &datagram);
		inner_done(&inner);
		pair_inject(&now->east, buffer_bytes(&datagram));
		buffer_done(&datagram);
		pair_drop_all(now);
		pair_run_jobs(now);
		assert_int_equal(now->east.engine->w.ike_count, what == 0 ? 1 : 0);
		if (what == 1)
			assert_int_equal(now->east.kernel.sa_count, 0);
		now->hold_jobs = false;
		pair_free(now);
	}
}

/* Both ends rekey at once, in either order, then the hostile one deletes old and new. */
static void test_rekeyed_at_once_then_deleted(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct side *first, *second;

		now = pair_new(&(struct pair_setup) { 0 });
		pair_up(now);
		first = order == 0 ? &now->west : &now->east;
		second = pair_other(first);
		ike_engine_rekey(first->engine, "t", REKEY_CHILD, 8, now->now);
		ike_engine_rekey(second->engine, "t", REKEY_CHILD, 9, now->now);
		pair_run(now);
		while (first_child(&now->west) != NULL) {
			rekeyed_spi = first_child(&now->west)->spi_in;
			(void)protected_answer(now, EXCHANGE_INFORMATIONAL,
					       pair_next_id(&now->west), delete_this);
			pair_drop_all(now);
			if (pair_ike(&now->east)->child_count == 0)
				break;
			child_end(&now->west.engine->w,
				  child_sa_find_spi(&now->west.engine->w, rekeyed_spi), false);
		}
		/* packets on their way had their time */
		now->now += SECONDS(10);
		ike_engine_on_time(now->east.engine, now->now);
		pair_drop_all(now);
		assert_int_equal(pair_ike(&now->east)->state, IKE_ESTABLISHED);
		assert_int_equal(pair_ike(&now->east)->child_count, 0);
		assert_int_equal(now->east.kernel.sa_count, 0);
		pair_free(now);
	}
}

static struct ke_pair good_pair;

static void new_ike_good(struct inner *inner)
{
	uint8_t spi[8] = { 8, 8, 8, 8, 8, 8, 8, ++next_spi };
	struct buffer ke = { 0 };

	proposal(inner, PROTO_IKE, BYTES_OF(spi));
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	ke_write(&ke, KE_ECP_256, ke_pair_public(&good_pair));
	put(inner, PAYLOAD_KE, buffer_bytes(&ke));
	buffer_done(&ke);
}

/* A new IKE SA is asked for every 2 s, and none is ever used. */
static void test_unused_ike_sas_do_not_pile_up(void **state)
{
	unsigned accepted = 0, most = 0;
	uint32_t id;

	(void)state;
	assert_int_equal(ke_start(ke_find(KE_ECP_256), &good_pair), CRYPTO_OK);
	now = pair_new(&(struct pair_setup) { 0 });
	pair_up(now);
	id = pair_ike(&now->west)->next_message_id;
	for (int i = 0; i < 500; i++) {
		accepted += protected_answer(now, EXCHANGE_CREATE_CHILD_SA, id++, new_ike_good) ==
			    NOTIFY_SET_WINDOW_SIZE;
		if (now->east.engine->w.ike_count > most)
			most = now->east.engine->w.ike_count;
		pair_drop_all(now);
		now->now += SECONDS(2);
		ike_engine_on_time(now->east.engine, now->now);
		pair_drop_all(now);
	}
	assert_in_range(accepted, 2, 10); /* in 1,000 s */
	assert_in_range(most, 2, 4);
	assert_int_equal(now->east.kernel.sa_count, 2);
	ke_pair_done(&good_pair);
	pair_free(now);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekeys_of_nothing),
		cmocka_unit_test(test_the_same_sa_rekeyed_100_times),
		cmocka_unit_test(test_a_chain_of_rekeys_without_deletes),
		cmocka_unit_test(test_deleted_while_a_rekey_is_agreed),
		cmocka_unit_test(test_rekeyed_at_once_then_deleted),
		cmocka_unit_test(test_unused_ike_sas_do_not_pile_up),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
