/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/codes.h"
#include "base/must_check.h"

/*
 * The control protocol (docs/control.md): over a UNIX stream socket, one JSON object per line.
 * A client sends one request: {"v": 1, "command": "up", ...}; the daemon answers with any number of
 * records and, last, {"result": CODE}. No I/O here: bytes in, objects out and back.
 */
enum {
	CONTROL_VERSION = 1,
	CONTROL_REQUEST_MAX = 256 * 1024,     /* bytes of one line from a client */
	CONTROL_REPLY_MAX = 16 * 1024 * 1024, /* bytes of one line from the daemon */
	CONTROL_DEPTH_MAX = 8                 /* of nesting */
};

/* Collects bytes and gives lines. Zero-initialised is ready. */
struct control_lines {
	struct buffer buffer;
	size_t start, searched; /* where the next line starts; how far it has no end */
};

enum control_status {
	CONTROL_LINE,      /* *out is the next object; the caller owns it */
	CONTROL_MORE,      /* no whole line yet */
	CONTROL_TOO_LONG,  /* more than `max` bytes without an end of line */
	CONTROL_NOT_JSON,  /* not one object, too deep, a key twice, a NUL, not UTF-8 */
};

/* The caller takes out what is there before it feeds more, so that `max` bounds the memory too. */
void control_lines_feed(struct control_lines *lines, struct bytes bytes);
/* `why` is filled for the two failures. After a line that is not JSON the next may be good. */
enum control_status control_lines_next(struct control_lines *lines, size_t max, json_t **out,
				       char *why, size_t why_len);
void control_lines_done(struct control_lines *lines);

/* Appends the object as one line; takes no reference. */
void control_write(struct buffer *out, const json_t *object);

/* Checks v and command; NULL when right, else a sentence. *command points into the request. */
const char *control_request_check(const json_t *request, const char **command);

/*
 * A record that is a line for people: {"class": 4, "text": ".."} plus what the caller adds.
 * Text that is not UTF-8 has its odd bytes as \xHH.
 */
json_t *control_text_record(enum control_code class, const char *text);
json_t *control_result(enum control_code code);

/* The code of a result record; false for every other record. */
MUST_CHECK bool control_result_code(const json_t *record, int *code);

/*
 * Appends a daemon's record as the text that whack prints, without the last end of line; some
 * records make several lines. A record that is not for people (the result) gives false. prefix:
 * with the class number, as 4.x did. Control characters come out as \xHH.
 */
MUST_CHECK bool control_render(const json_t *record, bool prefix, struct buffer *out);

#endif
