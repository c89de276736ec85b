/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/reader.h"

bool read_bytes(struct reader *r, size_t len, struct bytes *out)
{
	if (len > r->left.len)
		return false;
	*out = bytes_at(r->left.ptr, len);
	if (len)
		r->left.ptr += len;
	r->left.len -= len;
	return true;
}

static bool read_be(struct reader *r, size_t width, uint64_t *out)
{
	struct bytes b;
	uint64_t value = 0;

	if (!read_bytes(r, width, &b))
		return false;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | b.ptr[i];
	*out = value;
	return true;
}

bool read_u8(struct reader *r, uint8_t *out)
{
	uint64_t value;

	if (!read_be(r, 1, &value))
		return false;
	*out = (uint8_t)value;
	return true;
}

bool read_u16(struct reader *r, uint16_t *out)
{
	uint64_t value;

	if (!read_be(r, 2, &value))
		return false;
	*out = (uint16_t)value;
	return true;
}

bool read_u32(struct reader *r, uint32_t *out)
{
	uint64_t value;

	if (!read_be(r, 4, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

bool read_u64(struct reader *r, uint64_t *out)
{
	return read_be(r, 8, out);
}

bool read_copy(struct reader *r, void *out, size_t len)
{
	struct bytes b;

	if (!read_bytes(r, len, &b))
		return false;
	if (len)
		memcpy(out, b.ptr, len);
	return true;
}

bool read_skip(struct reader *r, size_t len)
{
	struct bytes skipped;

	return read_bytes(r, len, &skipped);
}

struct bytes read_rest(struct reader *r)
{
	struct bytes rest = r->left;

	if (rest.len)
		r->left = bytes_at(rest.ptr + rest.len, 0);
	return rest;
}
