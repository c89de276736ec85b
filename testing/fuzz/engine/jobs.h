/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_ENGINE_JOBS_H
#define FUZZ_ENGINE_JOBS_H

#include "crypto/crypto.h"

/* Key exchanges of the fuzzed engines, made once in the process: what is looked for is not there. */

/* The public value that everybody has at that end of an exchange. */
struct bytes jobs_public(uint16_t group, bool initiator);

/* So many of the next jobs fail, for reasons of the provider. */
void jobs_fail(unsigned count);

#endif
