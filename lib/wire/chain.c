/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/message.h"

enum { CRITICAL = 0x80 };

static bool is_sk(uint8_t type)
{
	return type == PAYLOAD_SK || type == PAYLOAD_SKF;
}

/* Reads one payload whose type the one before it told; *next is its own Next Payload. */
static enum wire_status payload_read(struct reader *r, uint8_t type, struct payload *out,
				     uint8_t *next)
{
	uint16_t len;

	if (!read_u8(r, next) || !read_u8(r, &out->flags) || !read_u16(r, &len))
		return WIRE_TRUNCATED;
	if (len < PAYLOAD_HEADER_LEN)
		return WIRE_BAD_VALUE;
	if (!read_bytes(r, len - (size_t)PAYLOAD_HEADER_LEN, &out->body))
		return WIRE_TRUNCATED;
	out->type = type;
	out->critical = (out->flags & CRITICAL) != 0;
	return WIRE_OK;
}

enum wire_status payloads_read(uint8_t first, struct bytes chain, struct payloads *out)
{
	struct payloads all = { .count = 0 };
	struct reader r = { chain };
	uint8_t type = first, next;

	while (type != PAYLOAD_NONE) {
		enum wire_status status;

		if (all.count == PAYLOADS_MAX)
			return WIRE_TOO_MANY;
		status = payload_read(&r, type, &all.list[all.count], &next);
		if (status != WIRE_OK)
			return status;
		all.count++;
		if (is_sk(type)) {
			all.sk_next = next;
			break;
		}
		type = next;
	}
	if (r.left.len != 0)
		return WIRE_BAD_VALUE;
	*out = all;
	return WIRE_OK;
}

enum wire_status payloads_read_inner(uint8_t first, struct bytes chain, struct payloads *out)
{
	struct payloads all;
	enum wire_status status = payloads_read(first, chain, &all);

	if (status != WIRE_OK)
		return status;
	if (all.count > 0 && is_sk(all.list[all.count - 1].type))
		return WIRE_BAD_VALUE;
	*out = all;
	return WIRE_OK;
}

const struct payload *payload_find(const struct payloads *all, uint8_t type)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].type == type)
			return &all->list[i];
	return NULL;
}

size_t payload_count(const struct payloads *all, uint8_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].type == type)
			count++;
	return count;
}
