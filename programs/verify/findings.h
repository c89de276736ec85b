/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERIFY_FINDINGS_H
#define VERIFY_FINDINGS_H

#include <jansson.h>

#include "base/buffer.h"

/* What was looked at, one line each, and what to do about it. */

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL }; /* the exit status, too */

enum { FINDING_AREA_MAX = 20 };

struct finding {
	enum verdict verdict;
	char area[FINDING_AREA_MAX]; /* "kernel", "eth1", "files", ... */
	const char *check;           /* which check: a word that stays the same */
	char *text, *advice;         /* owned; advice: NULL where there is nothing to do */
};

/* Zeroed is empty. */
struct findings {
	struct finding *list;
	size_t count, capacity;
};

/* advice: NULL or a sentence, in which NAME stands for the area. `check` is a literal. */
void found(struct findings *f, enum verdict verdict, const char *area, const char *check,
	   const char *advice, const char *format, ...) PRINTF_LIKE(6, 7);
void findings_done(struct findings *f);

enum verdict findings_worst(const struct findings *f);
/* Lines of at most `width` columns, and a last one that counts. */
void findings_print(const struct findings *f, uint32_t width, bool colour, struct buffer *out);
/* An object in a line for each, and {"result": ..} with the counts (docs/control.md). */
void findings_print_json(const struct findings *f, struct buffer *out);

#endif
