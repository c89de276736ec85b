/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which SA payloads are read, proposal by proposal, and which are refused. */

#include "wire_test.h"

#include "wire/payloads.h"

#define P(mark, len, number, protocol, spi_len, count) \
	(mark), 0, 0, (len), (number), (protocol), (spi_len), (count)
#define T(mark, len, type, id) (mark), 0, 0, (len), (type), 0, 0, (id)
#define KEY_LENGTH(high, low) 0x80, 14, (high), (low)

#define GCM_256(mark) T(mark, 12, 1, 20), KEY_LENGTH(1, 0)
#define PRF(mark)     T(mark, 8, 2, 5)
#define KE(mark)      T(mark, 8, 4, 31)
#define SPI_4         0xc1, 0xc2, 0xc3, 0xc4
#define SPI_8         1, 2, 3, 4, 5, 6, 7, 8

/* One transform, for what goes around it. */
#define ONE           KE(0)

static enum wire_status read_first(struct bytes in, void *out)
{
	struct sa_reader r = sa_reader_start(in);
	bool more = true;

	return sa_read_next(&r, out, &more);
}

static enum wire_status read_all(struct bytes in, void *out)
{
	struct sa_reader r = sa_reader_start(in);
	size_t count = 0;
	bool more = true;

	for (;;) {
		struct proposal p;
		enum wire_status status = sa_read_next(&r, &p, &more);

		if (status != WIRE_OK)
			return status;
		if (!more)
			break;
		count++;
	}
	*(size_t *)out = count;
	return WIRE_OK;
}

static const struct target first = { read_first, sizeof(struct proposal) };
static const struct target all = { read_all, sizeof(size_t) };

struct sa_case {
	const char *what;
	struct bytes in;
	enum wire_status status;
};

static void assert_cases(const struct sa_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum wire_status status = probe(&first, cases[i].in);

		print_message("%s\n", cases[i].what);
		assert_int_equal(probe(&all, cases[i].in), cases[i].status);
		if (status != WIRE_OK)
			assert_int_equal(status, cases[i].status);
	}
}

static const struct sa_case proposals[] = {
	{ "nothing", { NULL, 0 }, WIRE_OK },
	{ "an IKE proposal", BYTES(P(0, 36, 1, 1, 0, 3), GCM_256(3), PRF(3), KE(0)), WIRE_OK },
	{ "two", BYTES(P(2, 16, 1, 1, 0, 1), ONE, P(0, 16, 2, 1, 0, 1), ONE), WIRE_OK },
	{ "an answer is any number", BYTES(P(0, 16, 7, 1, 0, 1), ONE), WIRE_OK },
	{ "no transform", BYTES(P(0, 8, 1, 1, 0, 0)), WIRE_OK },
	{ "last, and one follows", BYTES(P(0, 16, 1, 1, 0, 1), ONE, P(0, 16, 2, 1, 0, 1), ONE),
	  WIRE_BAD_VALUE },
	{ "not last, and none follows", BYTES(P(2, 16, 1, 1, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "a mark of transforms", BYTES(P(3, 16, 1, 1, 0, 1), ONE, P(0, 16, 2, 1, 0, 1), ONE),
	  WIRE_BAD_VALUE },
	{ "mark 1", BYTES(P(1, 16, 1, 1, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "number 0", BYTES(P(0, 16, 0, 1, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "number 1 twice", BYTES(P(2, 16, 1, 1, 0, 1), ONE, P(0, 16, 1, 1, 0, 1), ONE),
	  WIRE_BAD_VALUE },
	{ "number 3 after 1", BYTES(P(2, 16, 1, 1, 0, 1), ONE, P(0, 16, 3, 1, 0, 1), ONE),
	  WIRE_BAD_VALUE },
	{ "number 0 after 255", BYTES(P(2, 16, 255, 1, 0, 1), ONE, P(0, 16, 0, 1, 0, 1), ONE),
	  WIRE_BAD_VALUE },
	{ "length 0", BYTES(P(0, 0, 1, 1, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "length 3", BYTES(P(0, 3, 1, 1, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "length 4", BYTES(P(2, 4, 1, 1, 0, 1), ONE), WIRE_TRUNCATED },
	{ "length 7", BYTES(P(2, 7, 1, 1, 0, 1), ONE), WIRE_TRUNCATED },
	{ "length one short", BYTES(P(2, 15, 1, 1, 0, 1), ONE), WIRE_TRUNCATED },
	{ "length one over", BYTES(P(0, 17, 1, 1, 0, 1), ONE), WIRE_TRUNCATED },
	{ "length 65535", BYTES(0, 0, 0xff, 0xff, 1, 1, 0, 1, ONE), WIRE_TRUNCATED },
	{ "two transforms said", BYTES(P(0, 16, 1, 1, 0, 2), ONE), WIRE_TRUNCATED },
	{ "two said, the mark agrees", BYTES(P(0, 16, 1, 1, 0, 2), KE(3)), WIRE_BAD_VALUE },
	{ "one said, two there", BYTES(P(0, 24, 1, 1, 0, 1), PRF(3), KE(0)), WIRE_BAD_VALUE },
	{ "none said, one there", BYTES(P(0, 16, 1, 1, 0, 0), ONE), WIRE_BAD_VALUE },
	{ "96 said, one there", BYTES(P(0, 16, 1, 1, 0, 96), ONE), WIRE_TRUNCATED },
	{ "97 said", BYTES(P(0, 16, 1, 1, 0, 97), ONE), WIRE_TOO_MANY },
	{ "255 said", BYTES(P(0, 16, 1, 1, 0, 255), ONE), WIRE_TOO_MANY },
};

static void proposals_read_each_case(void **state)
{
	(void)state;
	assert_cases(proposals, ARRAY_LEN(proposals));
}

static const struct sa_case spis[] = {
	{ "IKE with none", BYTES(P(0, 16, 1, 1, 0, 1), ONE), WIRE_OK },
	{ "IKE with 8", BYTES(P(0, 24, 1, 1, 8, 1), SPI_8, ONE), WIRE_OK },
	{ "IKE with 4", BYTES(P(0, 20, 1, 1, 4, 1), SPI_4, ONE), WIRE_BAD_VALUE },
	{ "IKE with 7", BYTES(P(0, 23, 1, 1, 7, 1), 1, 2, 3, 4, 5, 6, 7, ONE), WIRE_BAD_VALUE },
	{ "IKE with 9", BYTES(P(0, 25, 1, 1, 9, 1), SPI_8, 9, ONE), WIRE_BAD_VALUE },
	{ "ESP with 4", BYTES(P(0, 20, 1, 3, 4, 1), SPI_4, ONE), WIRE_OK },
	{ "AH with 4", BYTES(P(0, 20, 1, 2, 4, 1), SPI_4, ONE), WIRE_OK },
	{ "ESP with none", BYTES(P(0, 16, 1, 3, 0, 1), ONE), WIRE_BAD_VALUE },
	{ "ESP with 8", BYTES(P(0, 24, 1, 3, 8, 1), SPI_8, ONE), WIRE_BAD_VALUE },
	{ "ESP with 3", BYTES(P(0, 19, 1, 3, 3, 1), 1, 2, 3, ONE), WIRE_BAD_VALUE },
	{ "AH with 8", BYTES(P(0, 24, 1, 2, 8, 1), SPI_8, ONE), WIRE_BAD_VALUE },
	{ "an unknown protocol with 8", BYTES(P(0, 24, 1, 9, 8, 1), SPI_8, ONE), WIRE_OK },
	{ "an unknown protocol with 9", BYTES(P(0, 25, 1, 9, 9, 1), SPI_8, 9, ONE),
	  WIRE_BAD_VALUE },
	{ "ESP with 255", BYTES(P(0, 20, 1, 3, 255, 1), SPI_4, ONE), WIRE_TRUNCATED },
	{ "the SPI is cut", BYTES(P(0, 11, 1, 3, 4, 1), 1, 2, 3), WIRE_TRUNCATED },
};

static void spis_read_each_case(void **state)
{
	(void)state;
	assert_cases(spis, ARRAY_LEN(spis));
}

/* Each row's bytes stand where the only transform of a proposal is. */
static const struct sa_case transforms[] = {
	{ "without attributes", BYTES(T(0, 8, 1, 12)), WIRE_OK },
	{ "with a key length", BYTES(GCM_256(0)), WIRE_OK },
	{ "an unknown type", BYTES(T(0, 8, 6, 12)), WIRE_OK },
	{ "type 0", BYTES(T(0, 8, 0, 12)), WIRE_OK },
	{ "a key length of 65535", BYTES(T(0, 12, 1, 20), KEY_LENGTH(0xff, 0xff)), WIRE_OK },
	{ "a key length of 1", BYTES(T(0, 12, 1, 20), KEY_LENGTH(0, 1)), WIRE_OK },
	{ "a key length of 0", BYTES(T(0, 12, 1, 20), KEY_LENGTH(0, 0)), WIRE_BAD_VALUE },
	{ "a key length twice", BYTES(T(0, 16, 1, 20), KEY_LENGTH(0, 128), KEY_LENGTH(1, 0)),
	  WIRE_BAD_VALUE },
	{ "the same key length twice", BYTES(T(0, 16, 1, 20), KEY_LENGTH(1, 0), KEY_LENGTH(1, 0)),
	  WIRE_BAD_VALUE },
	{ "a key length of the long form", BYTES(T(0, 14, 1, 20), 0, 14, 0, 2, 1, 0),
	  WIRE_BAD_VALUE },
	{ "an unknown short attribute", BYTES(T(0, 12, 1, 20), 0x80, 15, 1, 0), WIRE_OK },
	{ "an unknown long attribute", BYTES(T(0, 14, 1, 20), 0, 15, 0, 2, 1, 0), WIRE_OK },
	{ "a long attribute of 0 bytes", BYTES(T(0, 12, 1, 20), 0, 15, 0, 0), WIRE_OK },
	{ "an attribute over the end", BYTES(T(0, 14, 1, 20), 0, 15, 0, 3, 1, 0), WIRE_TRUNCATED },
	{ "an attribute of 65535", BYTES(T(0, 14, 1, 20), 0, 15, 255, 255, 1, 0), WIRE_TRUNCATED },
	{ "half an attribute", BYTES(T(0, 10, 1, 20), 0x80, 14), WIRE_TRUNCATED },
	{ "a byte of an attribute", BYTES(T(0, 9, 1, 20), 0x80), WIRE_TRUNCATED },
	{ "length 0", BYTES(T(0, 0, 1, 20)), WIRE_BAD_VALUE },
	{ "length 3", BYTES(T(0, 3, 1, 20)), WIRE_BAD_VALUE },
	{ "length 4", BYTES(0, 0, 0, 4), WIRE_TRUNCATED },
	{ "length 7", BYTES(0, 0, 0, 7, 1, 0, 0), WIRE_TRUNCATED },
	{ "length over the proposal", BYTES(T(0, 9, 1, 20)), WIRE_TRUNCATED },
	{ "length 65535", BYTES(0, 0, 0xff, 0xff, 1, 0, 0, 20), WIRE_TRUNCATED },
	{ "a mark of proposals", BYTES(T(2, 8, 1, 20)), WIRE_BAD_VALUE },
	{ "another one announced", BYTES(T(3, 8, 1, 20)), WIRE_BAD_VALUE },
};

static void transforms_read_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(transforms); i++) {
		struct bytes in = transforms[i].in;
		uint8_t body[64] = { P(0, (uint8_t)(8 + in.len), 1, 1, 0, 1) };

		print_message("%s\n", transforms[i].what);
		memcpy(body + 8, in.ptr, in.len);
		assert_int_equal(probe(&first, bytes_at(body, 8 + in.len)), transforms[i].status);
	}
}

static void proposal_tells_what_is_in_it(void **state)
{
	struct bytes in = BYTES(P(0, 46, 5, 3, 4, 3), SPI_4, GCM_256(3), T(3, 14, 3, 14),
				0, 77, 0, 2, 1, 1, T(0, 8, 5, 1));
	struct sa_reader r = sa_reader_start(in);
	struct proposal p;
	bool more = false;

	(void)state;
	assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
	assert_true(more);
	assert_int_equal(p.number, 5);
	assert_int_equal(p.protocol, PROTO_ESP);
	assert_true(p.spi.ptr == in.ptr + 8 && p.spi.len == 4);
	assert_int_equal(p.count, 3);
	assert_int_equal(p.transforms[0].type, TRANSFORM_ENCR);
	assert_int_equal(p.transforms[0].id, 20);
	assert_int_equal(p.transforms[0].key_bits, 256);
	assert_false(p.transforms[0].unknown_attribute);
	assert_int_equal(p.transforms[1].key_bits, 0);
	assert_true(p.transforms[1].unknown_attribute);
	assert_int_equal(p.transforms[2].type, TRANSFORM_ESN);
	assert_int_equal(p.transforms[2].id, ESN_YES);
}

static void walk_ends_and_stays_ended(void **state)
{
	struct bytes in = BYTES(P(2, 16, 1, 1, 0, 1), ONE, P(0, 16, 2, 9, 0, 1), ONE);
	struct sa_reader r = sa_reader_start(in);
	struct proposal p;
	bool more = false;

	(void)state;
	assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
	assert_true(more && p.number == 1);
	assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
	assert_true(more && p.number == 2);
	for (int i = 0; i < 2; i++) {
		p.number = 99;
		assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
		assert_false(more);
		assert_int_equal(p.number, 99);
	}
}

static void walk_stands_still_after_a_failure(void **state)
{
	struct bytes in = BYTES(P(2, 16, 1, 1, 0, 1), ONE, P(0, 16, 3, 1, 0, 1), ONE);
	struct sa_reader r = sa_reader_start(in);
	struct proposal p;
	bool more = false;

	(void)state;
	assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sa_read_next(&r, &p, &more), WIRE_BAD_VALUE);
		assert_true(more);
		assert_int_equal(r.left.left.len, 16);
	}
}

/* An SA payload of `count` proposals with one transform each. */
static enum wire_status read_many_proposals(size_t count, size_t *seen)
{
	struct proposal p = { .protocol = PROTO_IKE, .count = 1,
			      .transforms = { { .type = TRANSFORM_KE, .id = 31 } } };
	struct buffer body = { 0 };
	enum wire_status status;

	for (size_t i = 1; i <= count; i++) {
		p.number = (uint8_t)i;
		proposal_write(&body, &p, i == count);
	}
	status = read_all(buffer_bytes(&body), seen);
	buffer_done(&body);
	return status;
}

static void proposals_have_a_most(void **state)
{
	size_t seen = 0;

	(void)state;
	assert_int_equal(read_many_proposals(255, &seen), WIRE_TOO_MANY);
	assert_int_equal(read_many_proposals(PROPOSALS_MAX + 1, &seen), WIRE_TOO_MANY);
	assert_int_equal(seen, 0);
	assert_int_equal(read_many_proposals(PROPOSALS_MAX, &seen), WIRE_OK);
	assert_int_equal(seen, PROPOSALS_MAX);
}

static void assert_same_proposal(const struct proposal *a, const struct proposal *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->protocol, b->protocol);
	assert_bytes(a->spi, b->spi);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->transforms[i].type, b->transforms[i].type);
		assert_int_equal(a->transforms[i].id, b->transforms[i].id);
		assert_int_equal(a->transforms[i].key_bits, b->transforms[i].key_bits);
		assert_false(b->transforms[i].unknown_attribute);
	}
}

static void proposal_reads_back_what_was_written(void **state)
{
	struct proposal wrote = { .number = 1, .protocol = PROTO_IKE,
				  .spi = BYTES(SPI_8), .count = TRANSFORMS_MAX };
	struct buffer body = { 0 };
	struct sa_reader r;
	struct proposal p;
	bool more = true;

	(void)state;
	for (size_t i = 0; i < TRANSFORMS_MAX; i++)
		wrote.transforms[i] = (struct transform) {
			.type = (uint8_t)(1 + i % 5),
			.id = (uint16_t)(1000 * i),
			.key_bits = i % 3 == 0 ? 256 : 0,
		};
	proposal_write(&body, &wrote, false);
	wrote.number = 2;
	proposal_write(&body, &wrote, true);

	r = sa_reader_start(buffer_bytes(&body));
	for (wrote.number = 1; wrote.number <= 2; wrote.number++) {
		assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
		assert_true(more);
		assert_same_proposal(&wrote, &p);
	}
	assert_int_equal(sa_read_next(&r, &p, &more), WIRE_OK);
	assert_false(more);
	buffer_done(&body);
}

static void proposal_is_written_as_the_rfc_draws_it(void **state)
{
	struct bytes body = BYTES(P(0, 32, 1, 3, 4, 2), SPI_4, GCM_256(3), T(0, 8, 5, 0));
	struct proposal p = { .number = 1, .protocol = PROTO_ESP, .spi = BYTES(SPI_4), .count = 2,
			      .transforms = { { .type = TRANSFORM_ENCR, .id = 20, .key_bits = 256 },
					      { .type = TRANSFORM_ESN, .id = ESN_NO } } };
	struct buffer out = { 0 };

	(void)state;
	proposal_write(&out, &p, true);
	assert_bytes(buffer_bytes(&out), body);
	buffer_done(&out);
}

#define TWO_PROPOSALS                                                       \
	P(2, 36, 1, 1, 0, 3), GCM_256(3), PRF(3), KE(0),                    \
	P(0, 32, 2, 1, 8, 2), SPI_8, PRF(3), KE(0)

static void sa_cut_short_is_refused(void **state)
{
	struct bytes good = BYTES(TWO_PROPOSALS);

	(void)state;
	assert_int_equal(probe(&all, good), WIRE_OK);
	for (size_t len = 1; len < good.len; len++)
		assert_int_not_equal(probe(&all, bytes_at(good.ptr, len)), WIRE_OK);
}

static void sa_survives_mutations(void **state)
{
	struct bytes good = BYTES(TWO_PROPOSALS);

	(void)state;
	assert_mutations_survived(&all, good);
	assert_mutations_survived(&first, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposals_read_each_case),
		cmocka_unit_test(spis_read_each_case),
		cmocka_unit_test(transforms_read_each_case),
		cmocka_unit_test(proposal_tells_what_is_in_it),
		cmocka_unit_test(walk_ends_and_stays_ended),
		cmocka_unit_test(walk_stands_still_after_a_failure),
		cmocka_unit_test(proposals_have_a_most),
		cmocka_unit_test(proposal_reads_back_what_was_written),
		cmocka_unit_test(proposal_is_written_as_the_rfc_draws_it),
		cmocka_unit_test(sa_cut_short_is_refused),
		cmocka_unit_test(sa_survives_mutations),
	};

	return cmocka_run_group_tests_name("sa", tests, NULL, NULL);
}
