/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_SECRETS_PARSE_H
#define CONF_SECRETS_PARSE_H

#include "conf/secrets.h"

/* What is being read, over all files. */
struct secrets_reader {
	struct secrets out; /* capacity is what the last growth made it */
	size_t capacity;
	struct conf_errors *errors;
	size_t wrong;       /* errors so far: also those that conf_errors did not keep */
	bool stop;          /* a bound was hit; nothing more is read */
	int depth;          /* of includes */
	size_t files;
	/* NULL where there are no files. `where` is that of the include line, in `file`. */
	void (*include)(struct secrets_reader *r, const char *file, const char *where,
			const char *pattern);
};

/* Adds the entries of one file's text; what is wrong goes to errors. */
void secrets_parse_text(struct secrets_reader *r, const char *file, struct bytes text);

/* One more error. */
void secrets_refuse(struct secrets_reader *r, const char *where, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Hands the result over when all was right; else wipes it. */
MUST_CHECK bool secrets_finish(struct secrets_reader *r, struct secrets *out);

#endif
