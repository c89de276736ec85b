/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/errors.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* A sentence longer than this is cut: the words of a file or a client can be of any length. */
enum { ERROR_TEXT_MAX = 1000 };

/* What is in the file may be anything; what reaches a log or a terminal must not control it. */
static void text_tame(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

static char *tame_copy(const char *text)
{
	char *copy = mem_text(text);

	if (copy != NULL)
		text_tame(copy);
	return copy;
}

void conf_errors_add(struct conf_errors *errors, const char *where, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;
	int len;

	if (errors->count == CONF_ERRORS_MAX) {
		errors->dropped++;
		return;
	}
	va_start(arguments, format);
	len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	assert(len >= 0);
	if ((size_t)len >= sizeof(text))
		memcpy(text + sizeof(text) - 4, "...", 4);
	errors->list[errors->count++] = (struct conf_error) {
		.where = tame_copy(where),
		.text = tame_copy(text),
	};
}

void conf_errors_done(struct conf_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		mem_free(errors->list[i].where);
		mem_free(errors->list[i].text);
	}
	*errors = (struct conf_errors) { 0 };
}
