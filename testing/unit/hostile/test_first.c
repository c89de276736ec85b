/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile first messages at an engine with an established, undisturbed IKE SA: what each is
 * answered with. Nothing may crash, leak, grow, or touch what is up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "provider.h"

/* --- a first message and what may be done to it --- */

struct part {
	uint8_t type;
	bool critical;
	struct buffer body;
};

/* A message in pieces that a test changes before it is put together. */
struct draft {
	struct ike_header header;
	struct part parts[210];
	size_t count;
	uint16_t last_len;  /* what the last payload says its length is */
	bool last_lies;     /* ... where it does not tell the truth */
	struct buffer tail; /* raw bytes behind the last payload */
};

static struct draft draft_of(struct bytes datagram)
{
	struct draft d = { .count = 0 };
	struct payloads all;

	assert_int_equal(ike_header_read(datagram, &d.header), WIRE_OK);
	assert_int_equal(payloads_read(d.header.next_payload,
				       bytes_at(datagram.ptr + IKE_HEADER_LEN,
						datagram.len - IKE_HEADER_LEN),
				       &all),
			 WIRE_OK);
	for (size_t i = 0; i < all.count; i++) {
		struct part *part = &d.parts[d.count++];

		part->type = all.list[i].type;
		write_bytes(&part->body, all.list[i].body);
	}
	return d;
}

static void draft_print(struct draft *d, struct buffer *out)
{
	struct payload_writer writer;

	buffer_clear(out);
	ike_header_write(out, &d->header);
	writer = payload_writer_after_header(out, 0);
	for (size_t i = 0; i < d->count; i++) {
		payload_begin(&writer, d->parts[i].type, d->parts[i].critical);
		write_bytes(out, buffer_bytes(&d->parts[i].body));
		payload_end(&writer);
	}
	if (d->last_lies)
		fill_u16(out, writer.start + 2, d->last_len);
	write_bytes(out, buffer_bytes(&d->tail));
	message_finish(out, 0);
}

static void draft_done(struct draft *d)
{
	for (size_t i = 0; i < ARRAY_LEN(d->parts); i++)
		buffer_done(&d->parts[i].body);
	buffer_done(&d->tail);
}

static struct part *part_of(struct draft *d, uint8_t type)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->parts[i].type == type)
			return &d->parts[i];
	fail_msg("no payload of type %u", type);
	return NULL;
}

static struct part *part_add(struct draft *d, uint8_t type, struct bytes body)
{
	struct part *part = &d->parts[d->count++];

	part->type = type;
	write_bytes(&part->body, body);
	return part;
}

static void part_set(struct part *part, struct bytes body)
{
	struct buffer copy = { 0 };

	write_bytes(&copy, body);
	buffer_clear(&part->body);
	write_bytes(&part->body, buffer_bytes(&copy));
	buffer_done(&copy);
}

static void add_notify(struct draft *d, uint16_t type, size_t len)
{
	struct part *part = part_add(d, PAYLOAD_NOTIFY, (struct bytes) { 0 });
	uint8_t *zeros = calloc(1, len + 1);

	notify_write(&part->body, type, bytes_at(zeros, len));
	free(zeros);
}

/* --- what is done to a first message: one function per row --- */

static void spi_i_zero(struct draft *d) { d->header.spi_i = 0; }
static void spi_r_set(struct draft *d) { d->header.spi_r = 0x1234567812345678U; }
static void id_one(struct draft *d) { d->header.message_id = 1; }
static void id_last(struct draft *d) { d->header.message_id = UINT32_MAX; }
static void major_one(struct draft *d) { d->header.version = 0x10; }
static void major_three(struct draft *d) { d->header.version = 0x30; }
static void minor_fifteen(struct draft *d) { d->header.version = 0x2f; }
static void reserved_flags(struct draft *d) { d->header.flags |= 0xd7 & ~FLAG_RESPONSE; }
static void response_bit(struct draft *d) { d->header.flags |= FLAG_RESPONSE; }
static void no_flags(struct draft *d) { d->header.flags = 0; }
static void as_auth(struct draft *d) { d->header.exchange = EXCHANGE_IKE_AUTH; }
static void as_informational(struct draft *d) { d->header.exchange = EXCHANGE_INFORMATIONAL; }
static void as_create(struct draft *d) { d->header.exchange = EXCHANGE_CREATE_CHILD_SA; }
static void as_unknown(struct draft *d) { d->header.exchange = 200; }
static void no_payloads(struct draft *d) { d->count = 0; }

static void payload_len(struct draft *d, uint16_t len)
{
	part_add(d, PAYLOAD_VENDOR_ID, (struct bytes) { 0 });
	d->last_len = len;
	d->last_lies = true;
}

static void payload_len_0(struct draft *d) { payload_len(d, 0); }
static void payload_len_1(struct draft *d) { payload_len(d, 1); }
static void payload_len_2(struct draft *d) { payload_len(d, 2); }
static void payload_len_3(struct draft *d) { payload_len(d, 3); }
static void payload_len_5(struct draft *d) { payload_len(d, 5); }
static void payload_len_65535(struct draft *d) { payload_len(d, 65535); }
static void bytes_left_over(struct draft *d) { write_u32(&d->tail, 0x01020304); }

static void many_unknown(struct draft *d)
{
	for (int i = 0; i < 50; i++)
		part_add(d, 200, (struct bytes) { 0 });
}

static void too_many_unknown(struct draft *d)
{
	for (int i = 0; i < 70; i++)
		part_add(d, 200, (struct bytes) { 0 });
}

static void unknown_200(struct draft *d)
{
	for (int i = 0; i < 200; i++)
		part_add(d, 200, (struct bytes) { 0 });
}

static void unknown_critical(struct draft *d)
{
	part_add(d, 200, (struct bytes) { 0 })->critical = true;
}

static void twice(struct draft *d, uint8_t type)
{
	part_add(d, type, buffer_bytes(&part_of(d, type)->body));
}

static void two_sa(struct draft *d) { twice(d, PAYLOAD_SA); }
static void two_ke(struct draft *d) { twice(d, PAYLOAD_KE); }
static void two_nonces(struct draft *d) { twice(d, PAYLOAD_NONCE); }

static void sa_empty(struct draft *d) { part_set(part_of(d, PAYLOAD_SA), (struct bytes) { 0 }); }

static void sa_raw(struct draft *d, struct bytes raw) { part_set(part_of(d, PAYLOAD_SA), raw); }

static void sa_no_transforms(struct draft *d)
{
	const uint8_t raw[] = { 0, 0, 0, 8, 1, PROTO_IKE, 0, 0 };

	sa_raw(d, BYTES_OF(raw));
}

static void sa_transforms_lie(struct draft *d)
{
	const uint8_t raw[] = { 0, 0, 0, 8, 1, PROTO_IKE, 0, 255 };

	sa_raw(d, BYTES_OF(raw));
}

static void sa_255_proposals(struct draft *d)
{
	struct buffer raw = { 0 };

	for (unsigned i = 1; i <= 255; i++)
		proposal_write(&raw, &(struct proposal) { .number = (uint8_t)i,
							   .protocol = PROTO_IKE }, i == 255);
	sa_raw(d, buffer_bytes(&raw));
	buffer_done(&raw);
}

static void sa_of(struct draft *d, const struct proposal *list, size_t count)
{
	struct buffer raw = { 0 };

	for (size_t i = 0; i < count; i++)
		proposal_write(&raw, &list[i], i + 1 == count);
	sa_raw(d, buffer_bytes(&raw));
	buffer_done(&raw);
}

static void sa_wrong_number(struct draft *d)
{
	sa_of(d, (struct proposal[]) { { .number = 1, .protocol = PROTO_IKE },
				       { .number = 3, .protocol = PROTO_IKE } }, 2);
}

static void sa_from_2(struct draft *d)
{
	sa_of(d, (struct proposal[]) { { .number = 2, .protocol = PROTO_IKE },
				       { .number = 3, .protocol = PROTO_IKE } }, 2);
}

#define ENCR_GCM { TRANSFORM_ENCR, ENCR_AES_GCM_16, 256, false }
#define PRF_512  { TRANSFORM_PRF, PRF_HMAC_SHA2_512, 0, false }
#define GROUP_19 { TRANSFORM_KE, KE_ECP_256, 0, false }

static void sa_without_ke(struct draft *d)
{
	sa_of(d, &(struct proposal) { .number = 1, .protocol = PROTO_IKE,
				      .transforms = { ENCR_GCM, PRF_512 }, .count = 2 }, 1);
}

static void sa_without_encr(struct draft *d)
{
	sa_of(d, &(struct proposal) { .number = 1, .protocol = PROTO_IKE,
				      .transforms = { PRF_512, GROUP_19 }, .count = 2 }, 1);
}

static void sa_without_prf(struct draft *d)
{
	sa_of(d, &(struct proposal) { .number = 1, .protocol = PROTO_IKE,
				      .transforms = { ENCR_GCM, GROUP_19 }, .count = 2 }, 1);
}

static void sa_key_bits(struct draft *d, uint16_t bits)
{
	sa_of(d, &(struct proposal) { .number = 1, .protocol = PROTO_IKE,
				      .transforms = { { TRANSFORM_ENCR, ENCR_AES_GCM_16, bits,
							false }, PRF_512, GROUP_19 },
				      .count = 3 }, 1);
}

static void sa_key_bits_chacha(struct draft *d)
{
	sa_of(d, &(struct proposal) { .number = 1, .protocol = PROTO_IKE,
				      .transforms = { { TRANSFORM_ENCR, ENCR_CHACHA20_POLY1305,
							256, false }, PRF_512, GROUP_19 },
				      .count = 3 }, 1);
}

static void sa_key_bits_none(struct draft *d) { sa_key_bits(d, 0); }
static void sa_key_bits_odd(struct draft *d) { sa_key_bits(d, 200); }
static void sa_key_bits_huge(struct draft *d) { sa_key_bits(d, 65535); }

/* One proposal whose ENCR transform has these attribute bytes. */
static void sa_attributes(struct draft *d, struct bytes attributes)
{
	struct buffer raw = { 0 };
	size_t transform = 8 + attributes.len;

	write_u16(&raw, 0);
	write_u16(&raw, (uint16_t)(8 + transform));
	write_u8(&raw, 1);
	write_u8(&raw, PROTO_IKE);
	write_u8(&raw, 0);
	write_u8(&raw, 1);
	write_u16(&raw, 0);
	write_u16(&raw, (uint16_t)transform);
	write_u8(&raw, TRANSFORM_ENCR);
	write_u8(&raw, 0);
	write_u16(&raw, ENCR_AES_GCM_16);
	write_bytes(&raw, attributes);
	sa_raw(d, buffer_bytes(&raw));
	buffer_done(&raw);
}

static void sa_attribute_overflow(struct draft *d)
{
	const uint8_t raw[] = { 0, 99, 0xff, 0xff };

	sa_attributes(d, BYTES_OF(raw));
}

static void sa_key_length_zero(struct draft *d)
{
	const uint8_t raw[] = { 0x80, 14, 0, 0 };

	sa_attributes(d, BYTES_OF(raw));
}

static void sa_key_length_twice(struct draft *d)
{
	const uint8_t raw[] = { 0x80, 14, 1, 0, 0x80, 14, 1, 0 };

	sa_attributes(d, BYTES_OF(raw));
}

static void sa_spi_of_three(struct draft *d)
{
	const uint8_t raw[] = { 0, 0, 0, 11, 1, PROTO_IKE, 3, 0, 1, 2, 3 };

	sa_raw(d, BYTES_OF(raw));
}

static void sa_spi_of(struct draft *d, uint8_t protocol, size_t len)
{
	static const uint8_t spi[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	sa_of(d, &(struct proposal) { .number = 1, .protocol = protocol,
				      .spi = bytes_at(spi, len),
				      .transforms = { ENCR_GCM, PRF_512, GROUP_19 },
				      .count = 3 }, 1);
}

static void sa_spi_of_eight(struct draft *d) { sa_spi_of(d, PROTO_IKE, 8); }
static void sa_of_esp(struct draft *d) { sa_spi_of(d, PROTO_ESP, 4); }

static void ke_group(struct draft *d, uint16_t group)
{
	struct buffer *body = &part_of(d, PAYLOAD_KE)->body;

	fill_u16(body, 0, group);
}

static void ke_other_group(struct draft *d) { ke_group(d, KE_MODP8192); }
static void ke_group_1025(struct draft *d) { ke_group(d, 1025); }
static void ke_group_last(struct draft *d) { ke_group(d, 65535); }
static void ke_group_none(struct draft *d) { ke_group(d, 0); }

static void ke_empty(struct draft *d) { buffer_truncate(&part_of(d, PAYLOAD_KE)->body, 4); }

static void ke_short(struct draft *d)
{
	struct buffer *body = &part_of(d, PAYLOAD_KE)->body;

	buffer_truncate(body, body->len - 1);
}

static void ke_long(struct draft *d) { write_u8(&part_of(d, PAYLOAD_KE)->body, 0); }

static void ke_zeros(struct draft *d)
{
	struct buffer *body = &part_of(d, PAYLOAD_KE)->body;

	memset(body->ptr + 4, 0, body->len - 4);
}

static void ke_ones(struct draft *d)
{
	struct buffer *body = &part_of(d, PAYLOAD_KE)->body;

	memset(body->ptr + 4, 0xff, body->len - 4);
}

static void nonce_len(struct draft *d, size_t len)
{
	uint8_t nonce[300] = { 1 };

	part_set(part_of(d, PAYLOAD_NONCE), bytes_at(nonce, len));
}

static void nonce_0(struct draft *d) { nonce_len(d, 0); }
static void nonce_15(struct draft *d) { nonce_len(d, 15); }
static void nonce_257(struct draft *d) { nonce_len(d, 257); }

static void cookie_0(struct draft *d) { add_notify(d, NOTIFY_COOKIE, 0); }
static void cookie_65(struct draft *d) { add_notify(d, NOTIFY_COOKIE, 65); }

static void very_long(struct draft *d)
{
	struct part *part = part_add(d, PAYLOAD_VENDOR_ID, (struct bytes) { 0 });

	write_zeros(&part->body, 60000);
}

static void notify_truncated(struct draft *d)
{
	const uint8_t raw[] = { 0, 4 };

	part_add(d, PAYLOAD_NOTIFY, BYTES_OF(raw));
}

enum { ACCEPTED = 0xffff }; /* a half-open IKE SA comes of it and is answered */

static const struct {
	const char *what;
	void (*change)(struct draft *d);
	uint16_t answer; /* notify, SILENCE or ACCEPTED */
} first_messages[] = {
	{ "minor version 15 is IKEv2 all the same", minor_fifteen, ACCEPTED },
	{ "major version 1 is dropped", major_one, SILENCE },
	{ "major version 3 hears which one we speak", major_three,
	  NOTIFY_INVALID_MAJOR_VERSION },
	{ "a response bit on a first message", response_bit, SILENCE },
	{ "reserved flags are nothing to us", reserved_flags, ACCEPTED },
	{ "neither initiator nor response", no_flags, SILENCE },
	{ "SPIi is 0", spi_i_zero, SILENCE },
	{ "SPIr is there already", spi_r_set, SILENCE },
	{ "message id 1", id_one, SILENCE },
	{ "message id 2^32-1", id_last, SILENCE },
	{ "a payload of length 0", payload_len_0, SILENCE },
	{ "a payload of length 1", payload_len_1, SILENCE },
	{ "a payload of length 2", payload_len_2, SILENCE },
	{ "a payload of length 3", payload_len_3, SILENCE },
	{ "a payload one byte past the end", payload_len_5, SILENCE },
	{ "a payload of 65535 bytes", payload_len_65535, SILENCE },
	{ "bytes behind the chain", bytes_left_over, SILENCE },
	{ "50 unknown payloads are skipped", many_unknown, ACCEPTED },
	{ "more payloads than we look at", too_many_unknown, SILENCE },
	{ "200 unknown payloads", unknown_200, SILENCE },
	{ "an unknown critical payload", unknown_critical, SILENCE },
	{ "two SA payloads", two_sa, SILENCE },
	{ "two KE payloads", two_ke, SILENCE },
	{ "two nonces", two_nonces, SILENCE },
	{ "no proposal", sa_empty, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a proposal without transforms", sa_no_transforms, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a transform count that lies", sa_transforms_lie, NOTIFY_INVALID_SYNTAX },
	{ "255 proposals", sa_255_proposals, NOTIFY_INVALID_SYNTAX },
	{ "proposal 3 after proposal 1", sa_wrong_number, NOTIFY_INVALID_SYNTAX },
	{ "a first proposal with number 2", sa_from_2, NOTIFY_INVALID_SYNTAX },
	{ "a proposal without a group", sa_without_ke, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a proposal without a cipher", sa_without_encr, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a proposal without a PRF", sa_without_prf, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "an attribute beyond its transform", sa_attribute_overflow, NOTIFY_INVALID_SYNTAX },
	{ "key length 0", sa_key_length_zero, NOTIFY_INVALID_SYNTAX },
	{ "key length twice", sa_key_length_twice, NOTIFY_INVALID_SYNTAX },
	{ "AES without key length", sa_key_bits_none, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "AES with 200 bits", sa_key_bits_odd, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "AES with 65535 bits", sa_key_bits_huge, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "ChaCha20 with a key length", sa_key_bits_chacha, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "an SPI of eight bytes that nobody needs", sa_spi_of_eight, ACCEPTED },
	{ "a proposal for ESP", sa_of_esp, NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "an SPI of three bytes", sa_spi_of_three, NOTIFY_INVALID_SYNTAX },
	{ "KE of another group than we prefer", ke_other_group, NOTIFY_INVALID_KE_PAYLOAD },
	{ "KE of group 1025", ke_group_1025, NOTIFY_INVALID_KE_PAYLOAD },
	{ "KE of group 65535", ke_group_last, NOTIFY_INVALID_KE_PAYLOAD },
	{ "KE of group 0", ke_group_none, NOTIFY_INVALID_KE_PAYLOAD },
	{ "an empty KE", ke_empty, NOTIFY_INVALID_SYNTAX },
	{ "a KE that is one byte short", ke_short, NOTIFY_INVALID_SYNTAX },
	{ "a KE that is one byte long", ke_long, NOTIFY_INVALID_SYNTAX },
	{ "a point at zero", ke_zeros, NOTIFY_INVALID_SYNTAX },
	{ "a point off the curve", ke_ones, NOTIFY_INVALID_SYNTAX },
	{ "an empty nonce", nonce_0, NOTIFY_INVALID_SYNTAX },
	{ "a nonce of 15 bytes", nonce_15, NOTIFY_INVALID_SYNTAX },
	{ "a nonce of 257 bytes", nonce_257, NOTIFY_INVALID_SYNTAX },
	{ "a cookie that nobody asked for, empty", cookie_0, ACCEPTED },
	{ "a cookie of 65 bytes", cookie_65, ACCEPTED },
	{ "IKE_AUTH first", as_auth, SILENCE },
	{ "INFORMATIONAL first", as_informational, SILENCE },
	{ "CREATE_CHILD_SA first", as_create, SILENCE },
	{ "an exchange that does not exist", as_unknown, SILENCE },
	{ "no payloads at all", no_payloads, SILENCE },
	{ "a first message of 60,000 bytes", very_long, SILENCE },
	{ "a notify that is cut short", notify_truncated, SILENCE },
};

/* An established pair, and a fresh first message of west that east has not seen. */
static struct pair *pair_with_first(const struct pair_setup *setup, struct buffer *first)
{
	struct pair *other = pair_new(&(struct pair_setup) { 0 });
	struct pair *pair = pair_new(setup);

	pair_up(pair);
	/* Another west, whose random numbers are other ones. */
	other->random = 12345;
	ike_engine_up(other->west.engine, "t", true, 0, other->now);
	pair_run_jobs(other);
	assert_true(pair_take(&other->west, first));
	pair_free(other);
	return pair;
}

static uint16_t answer_of(struct pair *pair, struct bytes datagram)
{
	struct buffer answer = { 0 };
	uint16_t notify = SILENCE;
	struct ike_header header;

	pair_inject(&pair->east, datagram);
	pair_run_jobs(pair);
	if (pair_take(&pair->east, &answer)) {
		assert_int_equal(ike_header_read(buffer_bytes(&answer), &header), WIRE_OK);
		notify = header.next_payload == PAYLOAD_SA
				 ? ACCEPTED
				 : pair_notify_of(&pair->west, buffer_bytes(&answer));
	}
	assert_null(pair->network);
	buffer_done(&answer);
	return notify;
}

static void test_first_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(first_messages); i++) {
		struct buffer first = { 0 };
		struct pair *pair = pair_with_first(&(struct pair_setup) { 0 }, &first);
		struct pair_picture before = pair_picture(pair), after;
		struct draft d = draft_of(buffer_bytes(&first));
		uint16_t answer;

		first_messages[i].change(&d);
		draft_print(&d, &first);
		answer = answer_of(pair, buffer_bytes(&first));
		if (answer != first_messages[i].answer)
			fail_msg("%s: answered with %u", first_messages[i].what, answer);
		/* What half-opened closes by itself, and nothing else changes. */
		pair_advance(pair, SECONDS(40));
		after = pair_picture(pair);
		pair_assert_same(&before, &after);
		draft_done(&d);
		buffer_done(&first);
		pair_free(pair);
	}
}

static void test_lengths_of_datagrams(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(&(struct pair_setup) { 0 }, &first);
	struct pair_picture before = pair_picture(pair), after;
	const uint32_t len_of_first = (uint32_t)first.len;
	const uint32_t lengths[] = { 0, 27, 28, 100, len_of_first - 1, len_of_first + 1,
				     UINT32_MAX };

	(void)state;
	/* every prefix */
	for (size_t len = 0; len < first.len; len++)
		assert_int_equal(answer_of(pair, bytes_at(first.ptr, len)), SILENCE);
	/* the length field lies */
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		fill_u32(&first, 24, lengths[i]);
		assert_int_equal(answer_of(pair, buffer_bytes(&first)), SILENCE);
	}
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	buffer_done(&first);
	pair_free(pair);
}

/* the same first message again gets the same answer, another body none. */
static void test_first_message_again(void **state)
{
	struct buffer first = { 0 }, a = { 0 }, b = { 0 };
	struct pair *pair = pair_with_first(&(struct pair_setup) { 0 }, &first);

	(void)state;
	pair_inject(&pair->east, buffer_bytes(&first));
	pair_inject(&pair->east, buffer_bytes(&first));
	assert_false(pair_take(&pair->east, &a)); /* the key is not agreed yet */
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->east, &a));
	pair_inject(&pair->east, buffer_bytes(&first));
	assert_true(pair_take(&pair->east, &b));
	assert_true(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
	first.ptr[first.len - 1] ^= 1;
	pair_inject(&pair->east, buffer_bytes(&first));
	assert_null(pair->network);
	assert_null(pair->jobs);
	buffer_done(&first);
	buffer_done(&a);
	buffer_done(&b);
	pair_free(pair);
}

/* above the threshold nothing is kept of a first message without its cookie. */
static void test_flood(void **state)
{
	struct buffer first = { 0 };
	struct pair *pair = pair_with_first(
		&(struct pair_setup) { .setup = " ddos-ike-threshold=10\n max-halfopen-ike=20\n" },
		&first);
	struct pair_picture before = pair_picture(pair), after;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		for (int k = 0; k < 8; k++)
			first.ptr[k] = (uint8_t)((i + 1) >> (8 * k));
		pair_inject(&pair->east, buffer_bytes(&first));
		if (i >= 10)
			assert_int_equal(pair->east.engine->w.half_open, 10);
		pair_drop_all(pair);
	}
	assert_int_equal(pair->east.engine->w.cookies_sent, 9990);
	pair_advance(pair, SECONDS(40));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	buffer_done(&first);
	pair_free(pair);
}

static void add_cookie(struct draft *d, struct bytes answer)
{
	struct draft reply = draft_of(answer);
	struct part *part = &d->parts[d->count];

	/* RFC 7296 2.6: the cookie comes first */
	memmove(&d->parts[1], &d->parts[0], d->count * sizeof(d->parts[0]));
	d->count++;
	part = &d->parts[0];
	*part = (struct part) { .type = PAYLOAD_NOTIFY };
	write_bytes(&part->body, buffer_bytes(&reply.parts[0].body));
	draft_done(&reply);
}

static uint16_t with_cookie_after(int64_t wait, uint8_t spoil, size_t turns)
{
	struct buffer first = { 0 }, answer = { 0 };
	struct pair *pair = pair_with_first(&(struct pair_setup) { .setup = " ddos-mode=busy\n" },
					    &first);
	struct draft d = draft_of(buffer_bytes(&first));
	uint16_t result;

	pair_inject(&pair->east, buffer_bytes(&first));
	assert_true(pair_take(&pair->east, &answer));
	add_cookie(&d, buffer_bytes(&answer));
	d.parts[0].body.ptr[d.parts[0].body.len - 1] ^= spoil;
	for (size_t i = 0; i < turns; i++) {
		pair->now += wait;
		pair_inject(&pair->east, buffer_bytes(&first)); /* the secret turns when asked */
		pair_drop_all(pair);
	}
	pair->now += turns == 0 ? wait : 0;
	draft_print(&d, &first);
	result = answer_of(pair, buffer_bytes(&first));
	draft_done(&d);
	buffer_done(&first);
	buffer_done(&answer);
	pair_free(pair);
	return result;
}

static void test_cookies(void **state)
{
	(void)state;
	assert_int_equal(with_cookie_after(0, 0, 0), ACCEPTED);
	assert_int_equal(with_cookie_after(SECONDS(61), 0, 0), ACCEPTED);
	assert_int_equal(with_cookie_after(0, 1, 0), NOTIFY_COOKIE);
	assert_int_equal(with_cookie_after(SECONDS(61), 0, 2), NOTIFY_COOKIE);
	assert_int_equal(with_cookie_after(SECONDS(3600), 0, 0), NOTIFY_COOKIE);
}

/* A cookie is for one address only. */
static void test_cookie_of_another(void **state)
{
	struct buffer first = { 0 }, answer = { 0 };
	struct pair *pair = pair_with_first(&(struct pair_setup) { .setup = " ddos-mode=busy\n" },
					    &first);
	struct draft d = draft_of(buffer_bytes(&first));
	struct endpoint other = pair->west.address;

	(void)state;
	other.address.ip[3] ^= 1;
	ike_engine_on_datagram(pair->east.engine, &pair->east.address, &other,
			       buffer_bytes(&first), pair->now);
	assert_true(pair_take(&pair->east, &answer));
	add_cookie(&d, buffer_bytes(&answer));
	draft_print(&d, &first);
	assert_int_equal(answer_of(pair, buffer_bytes(&first)), NOTIFY_COOKIE);
	draft_done(&d);
	buffer_done(&first);
	buffer_done(&answer);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_messages),
		cmocka_unit_test(test_lengths_of_datagrams),
		cmocka_unit_test(test_first_message_again),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_cookie_of_another),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
