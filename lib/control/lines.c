/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "control/control.h"

enum { WHY_SHOWN_MAX = 160, COMPACT_FROM = 4096 };

void control_lines_done(struct control_lines *lines)
{
	buffer_done(&lines->buffer);
	*lines = (struct control_lines) { 0 };
}

/* Moves what is left to the front, but only when at least as much has gone: linear in all. */
static void compact(struct control_lines *lines)
{
	size_t left = lines->buffer.len - lines->start;

	if (lines->start < left || (left && lines->start < COMPACT_FROM))
		return;
	if (left)
		memmove(lines->buffer.ptr, lines->buffer.ptr + lines->start, left);
	buffer_truncate(&lines->buffer, left);
	lines->searched -= lines->start;
	lines->start = 0;
}

void control_lines_feed(struct control_lines *lines, struct bytes bytes)
{
	compact(lines);
	write_bytes(&lines->buffer, bytes);
}

/* The nesting of a line, told before anything is built from it. */
static size_t line_depth(struct bytes line)
{
	size_t depth = 0, deepest = 0;
	bool in_string = false;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			deepest = ++depth > deepest ? depth : deepest;
		else if (!in_string && (c == '}' || c == ']') && depth)
			depth--;
	}
	return deepest;
}

static void explain(const char *reason, char *why, size_t why_len)
{
	struct buffer safe = { 0 };

	for (const char *p = reason; *p && safe.len < WHY_SHOWN_MAX; p++)
		write_u8(&safe, *p >= ' ' && *p <= '~' ? (uint8_t)*p : '?');
	snprintf(why, why_len, "not a JSON object: %s", buffer_text(&safe));
	buffer_done(&safe);
}

static enum control_status line_parse(struct bytes line, json_t **out, char *why, size_t why_len)
{
	json_error_t error;
	json_t *object;

	if (line_depth(line) > CONTROL_DEPTH_MAX) {
		snprintf(why, why_len, "nested deeper than %d", CONTROL_DEPTH_MAX);
		return CONTROL_NOT_JSON;
	}
	object = json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, &error);
	if (!object) {
		explain(error.text, why, why_len);
		return CONTROL_NOT_JSON;
	}
	if (!json_is_object(object)) {
		json_decref(object);
		explain("'{' expected", why, why_len);
		return CONTROL_NOT_JSON;
	}
	*out = object;
	return CONTROL_LINE;
}

static enum control_status too_long(size_t max, char *why, size_t why_len)
{
	snprintf(why, why_len, "a line is longer than %zu bytes", max);
	return CONTROL_TOO_LONG;
}

enum control_status control_lines_next(struct control_lines *lines, size_t max, json_t **out,
				       char *why, size_t why_len)
{
	struct bytes all = buffer_bytes(&lines->buffer);
	const uint8_t *end = NULL;
	struct bytes line;

	if (lines->searched < all.len)
		end = memchr(all.ptr + lines->searched, '\n', all.len - lines->searched);
	if (!end) {
		lines->searched = all.len;
		if (all.len - lines->start > max)
			return too_long(max, why, why_len);
		return CONTROL_MORE;
	}
	line = bytes_at(all.ptr + lines->start, (size_t)(end - all.ptr) - lines->start);
	if (line.len > max)
		return too_long(max, why, why_len);
	lines->start += line.len + 1;
	lines->searched = lines->start;
	return line_parse(line, out, why, why_len);
}
