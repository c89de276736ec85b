/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_ENGINE_CHECK_H
#define FUZZ_ENGINE_CHECK_H

#include "pair/engine_pair.h"

/* What holds between any two calls into an engine; aborts where it does not. */
void engine_check(const struct side *side);

#endif
