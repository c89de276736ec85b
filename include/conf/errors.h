/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_ERRORS_H
#define CONF_ERRORS_H

#include "base/must_check.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * What is wrong in a file or a request, one sentence each: where, which word, what would have
 * been accepted. Zero-initialised is empty. At most CONF_ERRORS_MAX are kept; the rest are counted.
 */
enum { CONF_ERRORS_MAX = 100 };

struct conf_error {
	char *where; /* "/etc/ipsec.conf:12", or the connection's name */
	char *text;
};

struct conf_errors {
	struct conf_error list[CONF_ERRORS_MAX];
	size_t count;   /* in list */
	size_t dropped; /* beyond it */
};

void conf_errors_add(struct conf_errors *errors, const char *where, const char *format, ...)
	PRINTF_LIKE(3, 4);
void conf_errors_done(struct conf_errors *errors);

#endif
