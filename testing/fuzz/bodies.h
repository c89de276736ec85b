/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_BODIES_H
#define FUZZ_BODIES_H

#include "wire/message.h"

/*
 * The readers of payloads' bodies: what is read must lie inside the body, keep the limits that
 * wire/payloads.h promises, and be the same after writing and reading it again.
 */
void bodies_try(const struct payload *p); /* with the reader of its type, if there is one */
void bodies_try_all(struct bytes body);   /* with every reader */

void must_be_inside(struct bytes view, struct bytes whole);

#endif
