/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum { RESERVED_LEN = 2 };

enum wire_status ke_read(struct bytes body, struct ke_payload *out)
{
	struct reader r = { body };
	struct ke_payload ke;

	if (!read_u16(&r, &ke.group) || !read_skip(&r, RESERVED_LEN))
		return WIRE_TRUNCATED;
	ke.data = read_rest(&r);
	if (ke.data.len == 0)
		return WIRE_BAD_VALUE;
	*out = ke;
	return WIRE_OK;
}

void ke_write(struct buffer *out, uint16_t group, struct bytes data)
{
	write_u16(out, group);
	write_zeros(out, RESERVED_LEN);
	write_bytes(out, data);
}
