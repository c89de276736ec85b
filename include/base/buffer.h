/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"
#include "base/must_check.h"

/*
 * Bytes that we own and that grow as they are written; integers are big-endian.
 * Zero-initialised is empty and ready. Memory never runs out (base/mem.h), so
 * writing cannot fail; what outsiders may make us write is bounded by the caller.
 * A view taken with buffer_bytes() lives until the next write.
 */
struct buffer {
	uint8_t *ptr;
	size_t len, capacity;
};

void buffer_done(struct buffer *b);   /* frees; ready for use again */
void buffer_clear(struct buffer *b);  /* keeps the memory */
void buffer_wipe(struct buffer *b);   /* overwrites all that was ever written, then frees */
struct bytes buffer_bytes(const struct buffer *b);

/* Appends len bytes of unspecified content and returns where they start. */
uint8_t *buffer_extend(struct buffer *b, size_t len);
void buffer_truncate(struct buffer *b, size_t len); /* to at most len bytes */

void write_u8(struct buffer *b, uint8_t value);
void write_u16(struct buffer *b, uint16_t value);
void write_u32(struct buffer *b, uint32_t value);
void write_u64(struct buffer *b, uint64_t value);
void write_bytes(struct buffer *b, struct bytes bytes);
void write_zeros(struct buffer *b, size_t len);

/* A hole is a 16- or 32-bit field that is filled in later, by its offset. */
size_t write_hole_u16(struct buffer *b);
size_t write_hole_u32(struct buffer *b);
void fill_u16(struct buffer *b, size_t hole, uint16_t value);
void fill_u32(struct buffer *b, size_t hole, uint32_t value);

/* Text: appended without a final zero. */
void write_text(struct buffer *b, const char *text);
void write_format(struct buffer *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* The contents as a C string; lives until the next write. */
const char *buffer_text(struct buffer *b);

#endif
