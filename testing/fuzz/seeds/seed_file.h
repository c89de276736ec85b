/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_SEED_FILE_H
#define FUZZ_SEED_FILE_H

#include "base/bytes.h"

/* Writes one seed into the file `name` of `dir`; ends the process where that fails. */
void seed_write(const char *dir, const char *name, struct bytes seed);

/* The folder that the seeds go to: the only argument. */
const char *seed_dir(int argc, char **argv);

#endif
