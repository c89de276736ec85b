/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

#include "base/bytes.h"

/*
 * Files that include one another, and that are only an input: its parts between zero bytes are
 * /f0, /f1 and so on. open() and glob() end here (--wrap in fuzz.mk), and nothing else is found.
 */
#define FILES_FIRST "/f0"
enum { FILES_LEN_MAX = 512 };

void files_begin(struct bytes input);
void files_end(void);

#endif
