/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdio.h>

#include "base/buffer.h"
#include "base/must_check.h"

/* Command lines by a table: --name, --name VALUE, --name=VALUE, or with an optional =VALUE. */
enum option_argument { ARGUMENT_NONE, ARGUMENT_NEEDED, ARGUMENT_OPTIONAL };

struct option_row {
	const char *name;             /* without "--" */
	enum option_argument argument;
	const char *value;            /* what the argument is called in help, or NULL */
	const char *help;
};

struct options {
	const struct option_row *rows;
	size_t row_count;
	char **words; /* NULL-terminated: argv + 1 */
};

enum {
	OPTION_END = -1,
	OPTION_WORD = -2, /* *value is a word that is no option */
	OPTION_BAD = -3   /* why has a sentence */
};

/* The row's index or one of the above. "--" ends the options: all after it are words. */
int options_next(struct options *o, const char **value, struct buffer *why);
/* All of them, each to set(); a word that is no option is wrong here. false: `why` has a sentence. */
MUST_CHECK bool options_each(struct options *o,
			     void (*set)(void *context, int option, const char *value,
					 struct buffer *why),
			     void *context, struct buffer *why);
void options_help(FILE *to, const struct option_row *rows, size_t row_count);

#endif
