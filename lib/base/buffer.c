/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"

enum { FIRST_CAPACITY = 64 };

void buffer_done(struct buffer *b)
{
	mem_free(b->ptr);
	*b = (struct buffer) { 0 };
}

void buffer_clear(struct buffer *b)
{
	b->len = 0;
}

void buffer_wipe(struct buffer *b)
{
	mem_wipe(b->ptr, b->capacity);
	buffer_done(b);
}

struct bytes buffer_bytes(const struct buffer *b)
{
	return bytes_at(b->ptr, b->len);
}

/* Not realloc(), which would leave a copy that buffer_wipe() cannot reach. */
static void move_to(struct buffer *b, size_t capacity)
{
	uint8_t *ptr = mem_new(capacity);

	if (b->len)
		memcpy(ptr, b->ptr, b->len);
	mem_wipe(b->ptr, b->capacity);
	mem_free(b->ptr);
	b->ptr = ptr;
	b->capacity = capacity;
}

static void reserve(struct buffer *b, size_t more)
{
	size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;

	assert(more <= SIZE_MAX / 4 - b->len);
	if (b->capacity - b->len >= more && b->ptr)
		return;
	while (capacity < b->len + more)
		capacity *= 2;
	move_to(b, capacity);
}

uint8_t *buffer_extend(struct buffer *b, size_t len)
{
	reserve(b, len);
	b->len += len;
	return b->ptr + b->len - len;
}

void buffer_truncate(struct buffer *b, size_t len)
{
	if (len < b->len)
		b->len = len;
}

static void put_be(uint8_t *at, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

void write_u8(struct buffer *b, uint8_t value)
{
	put_be(buffer_extend(b, 1), 1, value);
}

void write_u16(struct buffer *b, uint16_t value)
{
	put_be(buffer_extend(b, 2), 2, value);
}

void write_u32(struct buffer *b, uint32_t value)
{
	put_be(buffer_extend(b, 4), 4, value);
}

void write_u64(struct buffer *b, uint64_t value)
{
	put_be(buffer_extend(b, 8), 8, value);
}

void write_bytes(struct buffer *b, struct bytes bytes)
{
	if (bytes.len)
		memcpy(buffer_extend(b, bytes.len), bytes.ptr, bytes.len);
}

void write_zeros(struct buffer *b, size_t len)
{
	memset(buffer_extend(b, len), 0, len);
}

size_t write_hole_u16(struct buffer *b)
{
	write_u16(b, 0);
	return b->len - 2;
}

size_t write_hole_u32(struct buffer *b)
{
	write_u32(b, 0);
	return b->len - 4;
}

void fill_u16(struct buffer *b, size_t hole, uint16_t value)
{
	assert(b->len >= 2 && hole <= b->len - 2);
	put_be(b->ptr + hole, 2, value);
}

void fill_u32(struct buffer *b, size_t hole, uint32_t value)
{
	assert(b->len >= 4 && hole <= b->len - 4);
	put_be(b->ptr + hole, 4, value);
}

void write_text(struct buffer *b, const char *text)
{
	write_bytes(b, bytes_of_text(text));
}

void write_format(struct buffer *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);

	reserve(b, (size_t)len + 1);
	va_start(args, format);
	vsnprintf((char *)b->ptr + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

const char *buffer_text(struct buffer *b)
{
	reserve(b, 1);
	b->ptr[b->len] = 0;
	return (const char *)b->ptr;
}
