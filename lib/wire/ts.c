/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "wire/payloads.h"

enum {
	RESERVED_LEN = 3,
	SELECTOR_HEADER_LEN = 4, /* type, protocol, length */
	PORTS_LEN = 4,
	IPV4_LEN = 4,
	IPV6_LEN = 16,
	PORT_LAST = 65535
};

/* RFC 7296 3.13.1: 65535 to 0 says OPAQUE; without a protocol there are no ports to choose. */
static bool ports_ok(const struct selector *s)
{
	if (s->protocol == 0)
		return s->port_start == 0 && s->port_end == PORT_LAST;
	if (s->port_start == PORT_LAST && s->port_end == 0)
		return true;
	return s->port_start <= s->port_end;
}

static enum wire_status range_read(struct bytes body, uint8_t protocol, size_t ip_len,
				   struct selector *out)
{
	struct selector s = { .protocol = protocol };
	struct reader r = { body };
	struct bytes start, end;

	/* The type decides the length; what the length field says must agree. */
	if (body.len != PORTS_LEN + 2 * ip_len)
		return WIRE_BAD_VALUE;
	if (!read_u16(&r, &s.port_start) || !read_u16(&r, &s.port_end) ||
	    !read_bytes(&r, ip_len, &start) || !read_bytes(&r, ip_len, &end))
		return WIRE_TRUNCATED;
	if (!ports_ok(&s) || bytes_compare(start, end) > 0)
		return WIRE_BAD_VALUE;
	if (!address_read(start, &s.start) || !address_read(end, &s.end))
		return WIRE_BAD_VALUE;
	*out = s;
	return WIRE_OK;
}

static size_t ip_len_of(uint8_t type)
{
	switch (type) {
	case TS_IPV4_ADDR_RANGE:
		return IPV4_LEN;
	case TS_IPV6_ADDR_RANGE:
		return IPV6_LEN;
	default:
		return 0;
	}
}

static enum wire_status ts_read_one(struct reader *r, struct ts_payload *ts)
{
	uint8_t type, protocol;
	uint16_t len;
	struct bytes body;
	enum wire_status status;

	if (!read_u8(r, &type) || !read_u8(r, &protocol) || !read_u16(r, &len))
		return WIRE_TRUNCATED;
	if (len < SELECTOR_HEADER_LEN)
		return WIRE_BAD_VALUE;
	if (!read_bytes(r, len - (size_t)SELECTOR_HEADER_LEN, &body))
		return WIRE_TRUNCATED;
	if (ip_len_of(type) == 0) {
		ts->skipped++;
		return WIRE_OK;
	}
	if (ts->count == TS_MAX)
		return WIRE_TOO_MANY;
	status = range_read(body, protocol, ip_len_of(type), &ts->list[ts->count]);
	if (status == WIRE_OK)
		ts->count++;
	return status;
}

enum wire_status ts_read(struct bytes body, struct ts_payload *out)
{
	struct ts_payload ts = { .count = 0 };
	struct reader r = { body };
	uint8_t count;

	if (!read_u8(&r, &count) || !read_skip(&r, RESERVED_LEN))
		return WIRE_TRUNCATED;
	if (count == 0)
		return WIRE_BAD_VALUE;
	for (size_t i = 0; i < count; i++) {
		enum wire_status status = ts_read_one(&r, &ts);

		if (status != WIRE_OK)
			return status;
	}
	if (r.left.len != 0)
		return WIRE_BAD_VALUE;
	if (ts.count == 0)
		return WIRE_UNSUPPORTED;
	*out = ts;
	return WIRE_OK;
}

static void selector_write(struct buffer *out, const struct selector *s)
{
	size_t ip_len = address_len(&s->start);

	assert(ip_len != 0 && ip_len == address_len(&s->end));
	write_u8(out, ip_len == IPV4_LEN ? TS_IPV4_ADDR_RANGE : TS_IPV6_ADDR_RANGE);
	write_u8(out, s->protocol);
	write_u16(out, (uint16_t)(SELECTOR_HEADER_LEN + PORTS_LEN + 2 * ip_len));
	write_u16(out, s->port_start);
	write_u16(out, s->port_end);
	write_bytes(out, address_bytes(&s->start));
	write_bytes(out, address_bytes(&s->end));
}

void ts_write(struct buffer *out, const struct selector *list, size_t count)
{
	assert(count > 0 && count <= UINT8_MAX);
	write_u8(out, (uint8_t)count);
	write_zeros(out, RESERVED_LEN);
	for (size_t i = 0; i < count; i++)
		selector_write(out, &list[i]);
}
