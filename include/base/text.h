/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/must_check.h"

/* Strict conversions: the whole text must be of the form, or false and nothing written. */
MUST_CHECK bool text_to_u64(const char *text, uint64_t max, uint64_t *out); /* decimal */
MUST_CHECK bool hex_decode(const char *text, struct buffer *out);    /* even digits, '_' between */
MUST_CHECK bool base64_decode(const char *text, struct buffer *out); /* RFC 4648 section 4 */
/* Both append; the empty text is no bytes. Of secrets: buffer_wipe(out), also on failure. */
void write_hex(struct buffer *out, struct bytes bytes);

bool text_equal(const char *a, const char *b);       /* NULL equals only NULL */
bool text_equal_nocase(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);

/* With the largest binary prefix that divides it, and `unit`: "10MiB", "1000B"; 2^63 is that. */
void write_count(struct buffer *out, uint64_t count, const char *unit);

/*
 * Bytes of a peer made safe to print: control characters, quotes, backslash and
 * all non-ASCII become \xHH; at most max_len bytes are shown, then "...".
 */
void write_printable(struct buffer *out, struct bytes bytes, size_t max_len);

/*
 * The candidate (NULL-terminated list) nearest to `word`, or NULL when none is at most
 * 3 edits away and has something in common with it. The first of equals.
 */
const char *text_nearest(const char *word, const char *const *candidates);

#endif
