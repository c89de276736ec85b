/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum wire_status fragment_read(struct bytes body, struct fragment *out)
{
	struct reader r = { body };
	struct fragment f;

	if (!read_u16(&r, &f.number) || !read_u16(&r, &f.total))
		return WIRE_TRUNCATED;
	/* RFC 7383 2.6: both count from one. */
	if (f.number == 0 || f.number > f.total)
		return WIRE_BAD_VALUE;
	*out = f;
	return WIRE_OK;
}

void fragment_write(struct buffer *out, const struct fragment *f)
{
	write_u16(out, f->number);
	write_u16(out, f->total);
}
