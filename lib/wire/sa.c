/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "wire/payloads.h"

enum {
	MARK_LAST = 0,           /* the first byte of a substructure: is there another one? */
	MARK_MORE_PROPOSALS = 2,
	MARK_MORE_TRANSFORMS = 3,
	SUBSTRUCTURE_HEADER_LEN = 4,
	ATTRIBUTE_SHORT = 0x8000 /* the value stands where the length would */
};

/* Reads a proposal or a transform up to its end by its length field. */
static enum wire_status substructure_read(struct reader *r, uint8_t mark_more,
					  struct reader *inside)
{
	uint8_t mark;
	uint16_t len;

	if (!read_u8(r, &mark) || !read_skip(r, 1) || !read_u16(r, &len))
		return WIRE_TRUNCATED;
	if (len < SUBSTRUCTURE_HEADER_LEN)
		return WIRE_BAD_VALUE;
	if (!read_bytes(r, len - (size_t)SUBSTRUCTURE_HEADER_LEN, &inside->left))
		return WIRE_TRUNCATED;
	if (mark != (r->left.len > 0 ? mark_more : MARK_LAST))
		return WIRE_BAD_VALUE;
	return WIRE_OK;
}

static enum wire_status attribute_read(struct reader *r, struct transform *t)
{
	uint16_t type, value;

	if (!read_u16(r, &type) || !read_u16(r, &value))
		return WIRE_TRUNCATED;
	if (type == (ATTRIBUTE_SHORT | ATTRIBUTE_KEY_LENGTH)) {
		/* RFC 7296 3.3.2: MUST NOT have multiple attributes of the same type. */
		if (value == 0 || t->key_bits != 0)
			return WIRE_BAD_VALUE;
		t->key_bits = value;
		return WIRE_OK;
	}
	/* RFC 7296 3.3.5: Key Length has the short form only. */
	if (type == ATTRIBUTE_KEY_LENGTH)
		return WIRE_BAD_VALUE;
	if ((type & ATTRIBUTE_SHORT) == 0 && !read_skip(r, value))
		return WIRE_TRUNCATED;
	t->unknown_attribute = true;
	return WIRE_OK;
}

static enum wire_status transform_read(struct reader *r, struct transform *out)
{
	struct transform t = { 0 };
	struct reader inside;
	enum wire_status status = substructure_read(r, MARK_MORE_TRANSFORMS, &inside);

	if (status != WIRE_OK)
		return status;
	if (!read_u8(&inside, &t.type) || !read_skip(&inside, 1) || !read_u16(&inside, &t.id))
		return WIRE_TRUNCATED;
	while (inside.left.len > 0) {
		status = attribute_read(&inside, &t);
		if (status != WIRE_OK)
			return status;
	}
	*out = t;
	return WIRE_OK;
}

/* Exactly `count` transforms up to the end of the proposal. */
static enum wire_status transforms_read(struct reader *r, size_t count, struct proposal *p)
{
	if (count > TRANSFORMS_MAX)
		return WIRE_TOO_MANY;
	while (p->count < count) {
		enum wire_status status = transform_read(r, &p->transforms[p->count]);

		if (status != WIRE_OK)
			return status;
		p->count++;
	}
	return r->left.len == 0 ? WIRE_OK : WIRE_BAD_VALUE;
}

static bool spi_len_ok(uint8_t protocol, size_t len)
{
	switch (protocol) {
	case PROTO_IKE:
		return len == 0 || len == IKE_SPI_LEN;
	case PROTO_AH:
	case PROTO_ESP:
		return len == CHILD_SPI_LEN;
	default:
		return len <= SPI_MAX;
	}
}

static enum wire_status proposal_read(struct reader *r, struct proposal *out)
{
	uint8_t spi_len, count;
	struct reader inside;
	enum wire_status status = substructure_read(r, MARK_MORE_PROPOSALS, &inside);

	if (status != WIRE_OK)
		return status;
	if (!read_u8(&inside, &out->number) || !read_u8(&inside, &out->protocol) ||
	    !read_u8(&inside, &spi_len) || !read_u8(&inside, &count) ||
	    !read_bytes(&inside, spi_len, &out->spi))
		return WIRE_TRUNCATED;
	if (!spi_len_ok(out->protocol, spi_len))
		return WIRE_BAD_VALUE;
	return transforms_read(&inside, count, out);
}

struct sa_reader sa_reader_start(struct bytes body)
{
	return (struct sa_reader) { .left = { body } };
}

/* RFC 7296 3.3.1: each number MUST be one more than the one before; 0 is none. */
static bool number_ok(const struct sa_reader *r, uint8_t number)
{
	return r->seen == 0 ? number != 0 : number == r->last_number + 1;
}

enum wire_status sa_read_next(struct sa_reader *r, struct proposal *out, bool *more)
{
	struct reader left = r->left;
	struct proposal p = { 0 };
	enum wire_status status;

	if (left.left.len == 0) {
		*more = false;
		return WIRE_OK;
	}
	if (r->seen == PROPOSALS_MAX)
		return WIRE_TOO_MANY;
	status = proposal_read(&left, &p);
	if (status != WIRE_OK)
		return status;
	if (!number_ok(r, p.number))
		return WIRE_BAD_VALUE;
	*r = (struct sa_reader) { left, r->seen + 1, p.number };
	*out = p;
	*more = true;
	return WIRE_OK;
}

static size_t substructure_begin(struct buffer *out, uint8_t mark)
{
	write_u8(out, mark);
	write_u8(out, 0);
	return write_hole_u16(out);
}

static void substructure_end(struct buffer *out, size_t hole)
{
	fill_u16(out, hole, (uint16_t)(out->len - (hole - 2)));
}

static void transform_write(struct buffer *out, const struct transform *t, bool last)
{
	size_t hole = substructure_begin(out, last ? MARK_LAST : MARK_MORE_TRANSFORMS);

	write_u8(out, t->type);
	write_u8(out, 0);
	write_u16(out, t->id);
	if (t->key_bits != 0) {
		write_u16(out, ATTRIBUTE_SHORT | ATTRIBUTE_KEY_LENGTH);
		write_u16(out, t->key_bits);
	}
	substructure_end(out, hole);
}

void proposal_write(struct buffer *out, const struct proposal *p, bool last)
{
	size_t hole = substructure_begin(out, last ? MARK_LAST : MARK_MORE_PROPOSALS);

	assert(p->spi.len <= SPI_MAX && p->count <= TRANSFORMS_MAX);
	write_u8(out, p->number);
	write_u8(out, p->protocol);
	write_u8(out, (uint8_t)p->spi.len);
	write_u8(out, (uint8_t)p->count);
	write_bytes(out, p->spi);
	for (size_t i = 0; i < p->count; i++)
		transform_write(out, &p->transforms[i], i + 1 == p->count);
	substructure_end(out, hole);
}
