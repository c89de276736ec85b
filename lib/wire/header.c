/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "wire/message.h"

enum { LENGTH_OFFSET = 24 };

enum wire_status ike_header_read(struct bytes datagram, struct ike_header *out)
{
	struct reader r = { datagram };
	struct ike_header h;

	if (!read_u64(&r, &h.spi_i) || !read_u64(&r, &h.spi_r) ||
	    !read_u8(&r, &h.next_payload) || !read_u8(&r, &h.version) ||
	    !read_u8(&r, &h.exchange) || !read_u8(&r, &h.flags) ||
	    !read_u32(&r, &h.message_id) || !read_u32(&r, &h.length))
		return WIRE_TRUNCATED;

	/* RFC 7296 3.1: the initiator's SPI MUST NOT be zero. */
	if (h.length != datagram.len || h.spi_i == 0)
		return WIRE_BAD_VALUE;
	*out = h;
	return WIRE_OK;
}

void ike_header_write(struct buffer *out, const struct ike_header *header)
{
	write_u64(out, header->spi_i);
	write_u64(out, header->spi_r);
	write_u8(out, header->next_payload);
	write_u8(out, header->version);
	write_u8(out, header->exchange);
	write_u8(out, header->flags);
	write_u32(out, header->message_id);
	write_u32(out, 0);
}

void message_finish(struct buffer *out, size_t header_at)
{
	size_t len = out->len - header_at;

	assert(len >= IKE_HEADER_LEN && len <= MESSAGE_MAX);
	fill_u32(out, header_at + LENGTH_OFFSET, (uint32_t)len);
}

struct bytes message_next(struct bytes *messages)
{
	struct reader r = { bytes_at(messages->ptr + LENGTH_OFFSET, sizeof(uint32_t)) };
	struct bytes first;
	uint32_t len;
	bool ok;

	assert(messages->len >= IKE_HEADER_LEN);
	ok = read_u32(&r, &len);
	assert(ok && len >= IKE_HEADER_LEN && len <= messages->len);
	first = bytes_at(messages->ptr, len);
	*messages = bytes_at(messages->ptr + len, messages->len - len);
	return first;
}
