/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_LEDGER_LINE_H
#define PLUTO_KERNEL_LEDGER_LINE_H

#include "pluto/kernel/ledger.h"

/* An object as a line of the ledger, without its sign: "NAME | DESCRIPTION". */
struct ledger_line {
	char text[LEDGER_LINE_MAX];
	size_t name_len; /* what names the object: the text before " |" */
};

/* Of any verb but a query. */
void ledger_line_print(const struct kernel_change *change, struct ledger_line *out);

/*
 * Back into the change that deletes it. Only the words of ledger_line_print() in its order are
 * accepted, however their addresses and numbers are spelt; false for all else. A line that strikes
 * has no description and gives no reqid and priority.
 */
MUST_CHECK bool ledger_line_parse(const char *text, struct kernel_change *out);

#endif
