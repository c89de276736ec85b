/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONTROL_RENDER_H
#define CONTROL_RENDER_H

#include "control/control.h"

/* Text being made of a record, line by line. */
struct rendering {
	struct buffer *out;
	bool prefix;
	int class;
	size_t lines;    /* started so far */
	size_t head_end; /* of the current line of a block: where its own words start */
	size_t line_at;
};

/* Starts another line, with its number where wanted. */
void line_start(struct rendering *r);

/* A string of the record, or NULL where there is none. */
const char *field_text(const json_t *object, const char *key);
MUST_CHECK bool field_number(const json_t *object, const char *key, json_int_t *out);
bool field_true(const json_t *object, const char *key);

/* Appends with control characters as \xHH, so that no record can draw on a terminal. */
void write_safe(struct buffer *out, const char *text);

/* Each appends its words only where the key is there: before, value, after. */
void write_field_text(struct buffer *out, const json_t *object, const char *key,
		      const char *before, const char *after);
void write_field_number(struct buffer *out, const json_t *object, const char *key,
			const char *before, const char *after);

/* `"NAME"`, and of an instance `"NAME"[2] 192.1.2.45`. */
void write_name(struct buffer *out, const json_t *object);

void render_connection(struct rendering *r, const json_t *connection);
void render_state(struct rendering *r, const json_t *state);
void render_set(struct rendering *r, const json_t *set);

#endif
