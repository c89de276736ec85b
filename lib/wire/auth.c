/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum { RESERVED_LEN = 3 };

enum wire_status auth_read(struct bytes body, struct auth_payload *out)
{
	struct reader r = { body };
	struct auth_payload auth;

	if (!read_u8(&r, &auth.method) || !read_skip(&r, RESERVED_LEN))
		return WIRE_TRUNCATED;
	auth.data = read_rest(&r);
	if (auth.data.len == 0)
		return WIRE_BAD_VALUE;
	*out = auth;
	return WIRE_OK;
}

void auth_write(struct buffer *out, uint8_t method, struct bytes data)
{
	write_u8(out, method);
	write_zeros(out, RESERVED_LEN);
	write_bytes(out, data);
}
