/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile messages of a peer that is who it says: what each is answered with. Nothing may crash,
 * leak, grow, or touch what is up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "provider.h"

static void critical_inside(struct inner *inner)
{
	payload_begin(&inner->writer, 200, true);
	payload_end(&inner->writer);
}

static void unknown_inside(struct inner *inner) { put(inner, 200, (struct bytes) { 0 }); }

static void unknown_200(struct inner *inner)
{
	for (int i = 0; i < 200; i++)
		put(inner, 200, (struct bytes) { 0 });
}

static void sk_inside(struct inner *inner) { put(inner, PAYLOAD_SK, (struct bytes) { 0 }); }

static void chain_cut(struct inner *inner)
{
	const uint8_t raw[] = { 0, 0, 0, 99 };

	payload_begin(&inner->writer, PAYLOAD_NOTIFY, false);
	buffer_truncate(&inner->chain, inner->chain.len - 4);
	write_bytes(&inner->chain, BYTES_OF(raw));
}

/* A payload whose length field says so; there are 4 bytes of it. */
static void put_lying(struct inner *inner, uint16_t len)
{
	const uint8_t raw[] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len };

	payload_begin(&inner->writer, 200, false);
	buffer_truncate(&inner->chain, inner->chain.len - 4);
	write_bytes(&inner->chain, BYTES_OF(raw));
}

static void len_0(struct inner *inner) { put_lying(inner, 0); }
static void len_1(struct inner *inner) { put_lying(inner, 1); }
static void len_2(struct inner *inner) { put_lying(inner, 2); }
static void len_3(struct inner *inner) { put_lying(inner, 3); }
static void len_65535(struct inner *inner) { put_lying(inner, 65535); }

static void left_over(struct inner *inner)
{
	unknown_inside(inner);
	write_u32(&inner->chain, 0);
}

static void put_delete(struct inner *inner, uint8_t protocol, uint8_t spi_len, uint16_t count,
		       size_t spis)
{
	struct buffer body = { 0 };

	write_u8(&body, protocol);
	write_u8(&body, spi_len);
	write_u16(&body, count);
	for (size_t i = 0; i < spis; i++)
		write_u32(&body, (uint32_t)(0x70000000 + i));
	put(inner, PAYLOAD_DELETE, buffer_bytes(&body));
	buffer_done(&body);
}

static void delete_overflow(struct inner *inner) { put_delete(inner, PROTO_ESP, 4, 65535, 1); }
static void delete_odd_size(struct inner *inner) { put_delete(inner, PROTO_ESP, 8, 1, 2); }
static void delete_none(struct inner *inner) { put_delete(inner, PROTO_ESP, 4, 0, 0); }
static void delete_unknown(struct inner *inner) { put_delete(inner, PROTO_ESP, 4, 4096, 4096); }
static void delete_10000(struct inner *inner) { put_delete(inner, PROTO_ESP, 4, 10000, 10000); }
static void delete_protocol_0(struct inner *inner) { put_delete(inner, 0, 0, 0, 0); }
static void delete_ike_with_spi(struct inner *inner) { put_delete(inner, PROTO_IKE, 4, 1, 1); }
static void delete_ah(struct inner *inner) { put_delete(inner, PROTO_AH, 4, 1, 1); }

static void cp_many(struct inner *inner)
{
	struct buffer body = { 0 };

	write_u32(&body, 0x01000000);
	for (int i = 0; i < 1000; i++)
		write_u32(&body, 0x0001ffff);
	put(inner, PAYLOAD_CP, buffer_bytes(&body));
	buffer_done(&body);
}

static void resource_info_long(struct inner *inner)
{
	uint8_t *data = calloc(1, 60000);

	memset(data, 0xff, 60000);
	inner_notify(inner, NOTIFY_SA_RESOURCE_INFO, bytes_at(data, 60000));
	free(data);
}

static void error_unknown(struct inner *inner)
{
	inner_notify(inner, 12345, (struct bytes) { 0 });
}

static void notify_max_queue(struct inner *inner)
{
	inner_notify(inner, NOTIFY_TS_MAX_QUEUE, (struct bytes) { 0 });
}

static void rekey_nothing(struct inner *inner)
{
	const uint8_t ts[] = { 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1 };
	const uint8_t nonce[32] = { 0 };

	inner_notify(inner, NOTIFY_REKEY_SA, (struct bytes) { 0 });
	put(inner, PAYLOAD_SA, (struct bytes) { 0 });
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	put(inner, PAYLOAD_TSI, BYTES_OF(ts));
	put(inner, PAYLOAD_TSR, BYTES_OF(ts));
}

static void rekey_ike(struct inner *inner)
{
	const uint8_t nonce[32] = { 0 };

	put(inner, PAYLOAD_SA, (struct bytes) { 0 });
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	put(inner, PAYLOAD_KE, BYTES_OF(nonce));
}

/* A Child SA with these bytes as both traffic selector payloads. */
#define CHILD_WITH_TS(name, ...)                                       \
	static void name(struct inner *inner)                          \
	{                                                              \
		const uint8_t nonce[32] = { 0 };                       \
		const uint8_t ts[] = { __VA_ARGS__ };                  \
                                                                       \
		put(inner, PAYLOAD_SA, (struct bytes) { 0 });          \
		put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));            \
		put(inner, PAYLOAD_TSI, BYTES_OF(ts));                 \
		put(inner, PAYLOAD_TSR, BYTES_OF(ts));                 \
	}

CHILD_WITH_TS(ts_none, 0, 0, 0, 0)
CHILD_WITH_TS(ts_255, 255, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_backwards, 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 2, 2, 2, 2, 1, 1, 1, 1)
CHILD_WITH_TS(ts_length_65535, 1, 0, 0, 0, 7, 0, 255, 255, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_v4_as_v6, 1, 0, 0, 0, 8, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_short, 1, 0, 0, 0, 7, 0, 0, 12, 0, 0, 255, 255, 1, 1, 1, 1)
CHILD_WITH_TS(ts_length_3, 1, 0, 0, 0, 7, 0, 0, 3, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_fewer, 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1, 7, 0, 0, 16, 0,
	      0, 255, 255, 2, 2, 2, 2, 2, 2, 2, 2)
CHILD_WITH_TS(ts_v6_as_v4, 1, 0, 0, 0, 7, 0, 0, 40, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_type_0, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_opaque_of_all, 1, 0, 0, 0, 7, 0, 0, 16, 255, 255, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_opaque, 1, 0, 0, 0, 7, 6, 0, 16, 255, 255, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_ports_backwards, 1, 0, 0, 0, 7, 6, 0, 16, 0, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1)
CHILD_WITH_TS(ts_foreign, 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1)

/* As many as can be said, each a whole one. */
static void ts_255_whole(struct inner *inner)
{
	static const uint8_t one[] = { 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1 };
	const uint8_t nonce[32] = { 0 };
	struct buffer ts = { 0 };

	write_u32(&ts, 0xff000000);
	for (int i = 0; i < 255; i++)
		write_bytes(&ts, BYTES_OF(one));
	put(inner, PAYLOAD_SA, (struct bytes) { 0 });
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	put(inner, PAYLOAD_TSI, buffer_bytes(&ts));
	put(inner, PAYLOAD_TSR, buffer_bytes(&ts));
	buffer_done(&ts);
}

static void two_inside(struct inner *inner)
{
	ts_foreign(inner);
	put(inner, PAYLOAD_SA, (struct bytes) { 0 });
}

static const struct {
	const char *what;
	uint8_t exchange;
	void (*fill)(struct inner *inner);
	uint16_t answer;
} protected_requests[] = {
	{ "an empty one is a sign of life", EXCHANGE_INFORMATIONAL, nothing, OTHER_ANSWER },
	{ "an unknown critical payload inside", EXCHANGE_INFORMATIONAL, critical_inside,
	  NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD },
	{ "an unknown payload inside is skipped", EXCHANGE_INFORMATIONAL, unknown_inside,
	  OTHER_ANSWER },
	{ "200 unknown payloads inside", EXCHANGE_INFORMATIONAL, unknown_200,
	  NOTIFY_INVALID_SYNTAX },
	{ "SK in SK", EXCHANGE_INFORMATIONAL, sk_inside, NOTIFY_INVALID_SYNTAX },
	{ "a chain that goes past the end", EXCHANGE_INFORMATIONAL, chain_cut,
	  NOTIFY_INVALID_SYNTAX },
	{ "a payload of length 0 inside", EXCHANGE_INFORMATIONAL, len_0, NOTIFY_INVALID_SYNTAX },
	{ "a payload of length 1 inside", EXCHANGE_INFORMATIONAL, len_1, NOTIFY_INVALID_SYNTAX },
	{ "a payload of length 2 inside", EXCHANGE_INFORMATIONAL, len_2, NOTIFY_INVALID_SYNTAX },
	{ "a payload of length 3 inside", EXCHANGE_INFORMATIONAL, len_3, NOTIFY_INVALID_SYNTAX },
	{ "a payload of length 65535 inside", EXCHANGE_INFORMATIONAL, len_65535,
	  NOTIFY_INVALID_SYNTAX },
	{ "bytes behind the chain inside", EXCHANGE_INFORMATIONAL, left_over,
	  NOTIFY_INVALID_SYNTAX },
	{ "IKE_AUTH on an established IKE SA", EXCHANGE_IKE_AUTH, nothing, SILENCE },
	{ "an exchange that does not exist", 200, nothing, SILENCE },
	{ "no selectors", EXCHANGE_CREATE_CHILD_SA, ts_none, NOTIFY_INVALID_SYNTAX },
	{ "255 selectors are said, one is there", EXCHANGE_CREATE_CHILD_SA, ts_255,
	  NOTIFY_INVALID_SYNTAX },
	{ "a range that ends before it begins", EXCHANGE_CREATE_CHILD_SA, ts_backwards,
	  NOTIFY_INVALID_SYNTAX },
	{ "a selector of length 65535", EXCHANGE_CREATE_CHILD_SA, ts_length_65535,
	  NOTIFY_INVALID_SYNTAX },
	{ "IPv4 addresses said to be IPv6", EXCHANGE_CREATE_CHILD_SA, ts_v4_as_v6,
	  NOTIFY_INVALID_SYNTAX },
	{ "IPv6 addresses said to be IPv4", EXCHANGE_CREATE_CHILD_SA, ts_v6_as_v4,
	  NOTIFY_INVALID_SYNTAX },
	{ "a selector that is cut short", EXCHANGE_CREATE_CHILD_SA, ts_short,
	  NOTIFY_INVALID_SYNTAX },
	{ "a selector of length 3", EXCHANGE_CREATE_CHILD_SA, ts_length_3, NOTIFY_INVALID_SYNTAX },
	{ "one selector is said, two are there", EXCHANGE_CREATE_CHILD_SA, ts_fewer,
	  NOTIFY_INVALID_SYNTAX },
	{ "255 selectors that are there", EXCHANGE_CREATE_CHILD_SA, ts_255_whole,
	  NOTIFY_TS_UNACCEPTABLE },
	{ "a selector of type 0", EXCHANGE_CREATE_CHILD_SA, ts_type_0, NOTIFY_TS_UNACCEPTABLE },
	{ "OPAQUE ports of any protocol", EXCHANGE_CREATE_CHILD_SA, ts_opaque_of_all,
	  NOTIFY_INVALID_SYNTAX },
	{ "OPAQUE ports of TCP", EXCHANGE_CREATE_CHILD_SA, ts_opaque, NOTIFY_TS_UNACCEPTABLE },
	{ "ports that end before they begin", EXCHANGE_CREATE_CHILD_SA, ts_ports_backwards,
	  NOTIFY_INVALID_SYNTAX },
	{ "somebody else's net", EXCHANGE_CREATE_CHILD_SA, ts_foreign,
	  NOTIFY_TS_UNACCEPTABLE },
	{ "two SA payloads inside", EXCHANGE_CREATE_CHILD_SA, two_inside,
	  NOTIFY_INVALID_SYNTAX },
	{ "CREATE_CHILD_SA with nothing in it", EXCHANGE_CREATE_CHILD_SA, nothing,
	  NOTIFY_INVALID_SYNTAX },
	{ "CP with 1,000 odd attributes is not for us", EXCHANGE_INFORMATIONAL, cp_many,
	  OTHER_ANSWER },
	{ "a Delete whose count goes past its end", EXCHANGE_INFORMATIONAL, delete_overflow,
	  NOTIFY_INVALID_SYNTAX },
	{ "a Delete of 8-byte ESP SPIs", EXCHANGE_INFORMATIONAL, delete_odd_size,
	  NOTIFY_INVALID_SYNTAX },
	{ "a Delete of nothing", EXCHANGE_INFORMATIONAL, delete_none, OTHER_ANSWER },
	{ "a Delete of 4,096 unknown SPIs", EXCHANGE_INFORMATIONAL, delete_unknown,
	  OTHER_ANSWER },
	{ "a Delete of 10,000 SPIs", EXCHANGE_INFORMATIONAL, delete_10000,
	  NOTIFY_INVALID_SYNTAX },
	{ "a Delete of protocol 0", EXCHANGE_INFORMATIONAL, delete_protocol_0,
	  NOTIFY_INVALID_SYNTAX },
	{ "a Delete of the IKE SA with an SPI", EXCHANGE_INFORMATIONAL, delete_ike_with_spi,
	  NOTIFY_INVALID_SYNTAX },
	{ "a Delete of AH", EXCHANGE_INFORMATIONAL, delete_ah, OTHER_ANSWER },
	{ "REKEY_SA of no SA", EXCHANGE_CREATE_CHILD_SA, rekey_nothing,
	  NOTIFY_CHILD_SA_NOT_FOUND },
	{ "a new IKE SA by a proposal without anything", EXCHANGE_CREATE_CHILD_SA, rekey_ike,
	  NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "SA_RESOURCE_INFO of 60,000 bytes in an INFORMATIONAL", EXCHANGE_INFORMATIONAL,
	  resource_info_long, OTHER_ANSWER },
	{ "an error notify that nobody knows", EXCHANGE_INFORMATIONAL, error_unknown,
	  OTHER_ANSWER },
	{ "TS_MAX_QUEUE out of the blue", EXCHANGE_INFORMATIONAL, notify_max_queue,
	  OTHER_ANSWER },
};

static void test_protected_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(protected_requests); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
								     .east = " clones=2\n" });
		struct pair_picture before, after;
		uint16_t answer;

		pair_up(pair);
		before = pair_picture(pair);
		answer = protected_answer(pair, protected_requests[i].exchange,
					  pair_next_id(&pair->west), protected_requests[i].fill);
		if (answer != protected_requests[i].answer)
			fail_msg("%s: answered with %u", protected_requests[i].what, answer);
		after = pair_picture(pair);
		pair_assert_same(&before, &after);
		pair_free(pair);
	}
}

/* a Delete names the sender's SPIs; our own mean nothing (CVE-2023-38712). */
static void test_delete_of_our_own_spi(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;
	struct buffer datagram = { 0 };
	struct inner inner;
	uint32_t own;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	own = LIST_OBJECT(pair_ike(&pair->east)->children.next, struct child_sa, link)->spi_in;
	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_DELETE, false);
	delete_write(&inner.chain, PROTO_ESP, &own, 1);
	payload_end(&inner.writer);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->west), &inner,
		  &datagram);
	inner_done(&inner);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	buffer_done(&datagram);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

static uint32_t west_spi; /* of its only Child SA */

static void put_delete_of_west(struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_DELETE, false);
	delete_write(&inner->chain, PROTO_ESP, &west_spi, 1);
	payload_end(&inner->writer);
}

static void delete_then_overflow(struct inner *inner)
{
	put_delete_of_west(inner);
	delete_overflow(inner);
}

static void delete_then_ike_with_spi(struct inner *inner)
{
	put_delete_of_west(inner);
	delete_ike_with_spi(inner);
}

static void delete_then_protocol_0(struct inner *inner)
{
	put_delete_of_west(inner);
	delete_protocol_0(inner);
}

static void delete_both(struct inner *inner)
{
	put_delete_of_west(inner);
	put_delete(inner, PROTO_IKE, 0, 0, 0);
	put_delete_of_west(inner);
}

static struct pair *pair_with_spi(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	pair_up(pair);
	west_spi = LIST_OBJECT(pair_ike(&pair->west)->children.next, struct child_sa, link)->spi_in;
	return pair;
}

/* One of several that is malformed: none is obeyed. */
static void test_deletes_are_obeyed_all_or_none(void **state)
{
	static void (*const bad[])(struct inner *inner) = {
		delete_then_overflow, delete_then_ike_with_spi, delete_then_protocol_0,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pair *pair = pair_with_spi();
		struct pair_picture before = pair_picture(pair), after;

		assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL,
						  pair_next_id(&pair->west), bad[i]),
				 NOTIFY_INVALID_SYNTAX);
		after = pair_picture(pair);
		pair_assert_same(&before, &after);
		pair_free(pair);
	}
}

/* A Child SA, then the IKE SA that it is on, then the Child SA again. */
static void test_deletes_of_both_protocols(void **state)
{
	struct pair *pair = pair_with_spi();

	(void)state;
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, pair_next_id(&pair->west),
					  delete_both), OTHER_ANSWER);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	assert_int_equal(pair->east.kernel.sa_count + pair->east.kernel.policy_count, 0);
	assert_int_equal(pair->east.kernel.errors, 0);
	pair_free(pair);
}

/* every bit of a protected message flipped, every prefix; SKF without fragments in it. */
static void test_unauthentic(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;
	struct buffer datagram = { 0 };
	struct inner inner;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	inner_start(&inner);
	put_delete(&inner, PROTO_IKE, 0, 0, 0);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, false, pair_next_id(&pair->west), &inner,
		  &datagram);
	inner_done(&inner);
	for (size_t i = 0; i < datagram.len * 8; i++) {
		datagram.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		datagram.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	datagram.ptr[16] = PAYLOAD_SKF;
	pair_inject(&pair->east, buffer_bytes(&datagram));
	datagram.ptr[16] = PAYLOAD_SK;
	for (size_t len = IKE_HEADER_LEN; len < datagram.len; len++) {
		struct buffer cut = { 0 };

		write_bytes(&cut, bytes_at(datagram.ptr, len));
		fill_u32(&cut, 24, (uint32_t)len);
		if (len >= IKE_HEADER_LEN + 4)
			fill_u16(&cut, IKE_HEADER_LEN + 2, (uint16_t)(len - IKE_HEADER_LEN));
		pair_inject(&pair->east, buffer_bytes(&cut));
		buffer_done(&cut);
	}
	/* A major version of three is answered as any other; nothing else is. */
	while (pair->network != NULL) {
		struct buffer answer = { 0 };

		assert_true(pair_take(&pair->east, &answer));
		assert_int_equal(pair_notify_of(&pair->west, buffer_bytes(&answer)),
				 NOTIFY_INVALID_MAJOR_VERSION);
		buffer_done(&answer);
	}
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	/* and the thing itself is believed */
	pair_inject(&pair->east, buffer_bytes(&datagram));
	assert_int_equal(pair->east.kernel.sa_count, 0);
	buffer_done(&datagram);
	pair_free(pair);
}

static struct ike_sa with_flag_of_the_other(const struct ike_sa *sa)
{
	struct ike_sa other = *sa;

	other.role = sa->role == ROLE_INITIATOR ? ROLE_RESPONDER : ROLE_INITIATOR;
	other.keys.ei = sa->keys.er;
	other.keys.er = sa->keys.ei;
	other.keys.ai = sa->keys.ar;
	other.keys.ar = sa->keys.ai;
	return other;
}

/* Under the right keys, but with the initiator flag of the other end. */
static void test_initiator_flag_of_the_other_end(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	for (int response = 0; response < 2; response++) {
		struct ike_sa other = with_flag_of_the_other(pair_ike(&pair->west));
		struct buffer datagram = { 0 };
		struct inner inner;

		inner_start(&inner);
		put_delete(&inner, PROTO_IKE, 0, 0, 0);
		assert_true(ike_seal(&pair->west.engine->w, &other, EXCHANGE_INFORMATIONAL,
				     response != 0, other.next_message_id, &inner, &datagram));
		inner_done(&inner);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		assert_null(pair->network);
		buffer_done(&datagram);
	}
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

/* West's request with a payload before SK, which the ICV covers and nothing hides. */
static void seal_behind(struct pair *pair, uint8_t type, bool critical, struct buffer *out)
{
	const struct ike_sa *sa = pair_ike(&pair->west);
	const struct encr_desc *encr = sa->suite.encr;
	struct ike_header header = { .spi_i = sa->spi_i, .spi_r = sa->spi_r,
				     .version = IKE_VERSION, .exchange = EXCHANGE_INFORMATIONAL,
				     .flags = FLAG_INITIATOR, .message_id = sa->next_message_id };
	struct payload_writer w;
	size_t sk, iv, text;

	assert_true(encr->aead);
	ike_header_write(out, &header);
	w = payload_writer_after_header(out, 0);
	payload_begin(&w, type, critical);
	payload_end(&w);
	sk = out->len;
	payload_begin(&w, PAYLOAD_SK, false);
	iv = out->len;
	for (size_t i = 0; i < encr->iv_len; i++)
		write_u8(out, 0xee);
	text = out->len;
	write_u8(out, 0); /* no padding */
	write_zeros(out, encr->icv_len);
	payload_end(&w);
	out->ptr[sk] = PAYLOAD_NONE;
	message_finish(out, 0);
	assert_int_equal(aead_seal(encr, secret_bytes(&sa->keys.ei),
				   bytes_at(out->ptr + iv, encr->iv_len),
				   bytes_at(out->ptr, iv), out->ptr + text, 1,
				   out->ptr + text + 1), CRYPTO_OK);
}

static uint16_t answer_behind(uint8_t type, bool critical)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct buffer datagram = { 0 }, answer = { 0 };
	uint16_t result = SILENCE;

	pair_up(pair);
	seal_behind(pair, type, critical, &datagram);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	if (pair_take(&pair->east, &answer)) {
		result = pair_notify_of(&pair->west, buffer_bytes(&answer));
		result = result == 0 ? OTHER_ANSWER : result;
	}
	buffer_done(&datagram);
	buffer_done(&answer);
	pair_free(pair);
	return result;
}

static void test_unknown_payload_outside_of_sk(void **state)
{
	(void)state;
	assert_int_equal(answer_behind(200, false), OTHER_ANSWER);
	assert_int_equal(answer_behind(200, true), NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD);
}

/* gaps, repetitions with another body, beyond the window, old answers. */
static void test_message_ids(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;
	uint32_t first;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	first = pair_ike(&pair->west)->next_message_id;
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, first + 3, nothing),
			 OTHER_ANSWER);
	/* another body under the same id: the old answer, and it is not looked at */
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, first + 3, delete_overflow),
			 OTHER_ANSWER);
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, first + 2, nothing),
			 OTHER_ANSWER);
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, first + 20, nothing),
			 SILENCE);
	assert_int_equal(protected_answer(pair, EXCHANGE_INFORMATIONAL, UINT32_MAX, nothing),
			 SILENCE);
	for (uint32_t i = 0; i < 10000; i++)
		(void)protected_answer(pair, EXCHANGE_INFORMATIONAL, i * 7919 % 10007, nothing);
	assert_int_equal(pair_ike(&pair->east)->reply_count, 16);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

/* answers to what was never asked. */
static void test_answers_unasked(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	for (uint32_t id = 0; id < 50; id++) {
		struct buffer datagram = { 0 };
		struct inner inner;

		inner_start(&inner);
		inner_notify(&inner, NOTIFY_AUTHENTICATION_FAILED, (struct bytes) { 0 });
		pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, true, id, &inner, &datagram);
		inner_done(&inner);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		buffer_done(&datagram);
	}
	assert_null(pair->network);
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

/* --- clones --- */

static void test_clone_flood(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=2\n pfs=no\n", .east = " clones=2\n pfs=no\n max-clones=5\n" });
	const struct child_sa *head;
	unsigned accepted = 0;

	(void)state;
	pair_up(pair);
	head = LIST_OBJECT(pair_ike(&pair->west)->children.next, struct child_sa, link);
	for (uint32_t i = 0; i < 10000; i++) {
		uint8_t spi[4] = { 0, 1, (uint8_t)(i >> 8), (uint8_t)i };
		const uint8_t nonce[32] = { 7 };
		struct buffer datagram = { 0 }, answer = { 0 };
		struct suite suite = head->suite;
		struct inner inner;
		uint16_t notify;

		suite.number = 1;
		inner_start(&inner);
		inner_notify(&inner, NOTIFY_SA_RESOURCE_INFO, bytes_at(spi, i % 3));
		payload_begin(&inner.writer, PAYLOAD_SA, false);
		suite_write(&suite, PROTO_ESP, BYTES_OF(spi), &inner.chain);
		payload_end(&inner.writer);
		put(&inner, PAYLOAD_NONCE, BYTES_OF(nonce));
		payload_begin(&inner.writer, PAYLOAD_TSI, false);
		ts_write(&inner.chain, head->traffic.local.list, 1);
		payload_end(&inner.writer);
		payload_begin(&inner.writer, PAYLOAD_TSR, false);
		ts_write(&inner.chain, head->traffic.remote.list, 1);
		payload_end(&inner.writer);
		pair_seal(&pair->west, EXCHANGE_CREATE_CHILD_SA, false, pair_next_id(&pair->west),
			  &inner, &datagram);
		inner_done(&inner);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		assert_true(pair_take(&pair->east, &answer));
		notify = pair_notify_of(&pair->west, buffer_bytes(&answer));
		if (notify == NOTIFY_SA_RESOURCE_INFO)
			accepted++;
		else
			assert_int_equal(notify, NOTIFY_TS_MAX_QUEUE);
		buffer_done(&datagram);
		buffer_done(&answer);
	}
	assert_int_equal(accepted, 3); /* two of the five were there */
	assert_int_equal(pair_ike(&pair->east)->child_count, 6);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protected_requests),
		cmocka_unit_test(test_delete_of_our_own_spi),
		cmocka_unit_test(test_deletes_are_obeyed_all_or_none),
		cmocka_unit_test(test_deletes_of_both_protocols),
		cmocka_unit_test(test_unauthentic),
		cmocka_unit_test(test_initiator_flag_of_the_other_end),
		cmocka_unit_test(test_unknown_payload_outside_of_sk),
		cmocka_unit_test(test_message_ids),
		cmocka_unit_test(test_answers_unasked),
		cmocka_unit_test(test_clone_flood),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
