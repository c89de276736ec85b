/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum wire_status ppk_id_read(struct bytes data, struct ppk_id *out)
{
	struct reader r = { data };
	struct ppk_id id;

	if (!read_u8(&r, &id.type))
		return WIRE_TRUNCATED;
	if (r.left.len == 0)
		return WIRE_BAD_VALUE;
	id.id = r.left;
	*out = id;
	return WIRE_OK;
}

void ppk_id_write(struct buffer *out, uint8_t type, struct bytes id)
{
	write_u8(out, type);
	write_bytes(out, id);
}
