/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "wire/message.h"

enum { NEXT_PAYLOAD_OFFSET = 16, CRITICAL = 0x80, LENGTH_OFFSET = 2 };

struct payload_writer payload_writer_after_header(struct buffer *out, size_t header_at)
{
	return payload_writer_inner(out, header_at + NEXT_PAYLOAD_OFFSET);
}

struct payload_writer payload_writer_inner(struct buffer *out, size_t link)
{
	assert(link < out->len);
	out->ptr[link] = PAYLOAD_NONE;
	return (struct payload_writer) { .out = out, .link = link, .start = out->len };
}

void payload_begin(struct payload_writer *w, uint8_t type, bool critical)
{
	w->out->ptr[w->link] = type;
	w->start = w->out->len;
	w->link = w->start;
	write_u8(w->out, PAYLOAD_NONE);
	write_u8(w->out, critical ? CRITICAL : 0);
	write_u16(w->out, 0);
}

void payload_end(struct payload_writer *w)
{
	size_t len = w->out->len - w->start;

	assert(len >= PAYLOAD_HEADER_LEN && len <= UINT16_MAX);
	fill_u16(w->out, w->start + LENGTH_OFFSET, (uint16_t)len);
}
