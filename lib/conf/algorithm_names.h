/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_ALGORITHM_NAMES_H
#define CONF_ALGORITHM_NAMES_H

#include "base/buffer.h"

enum { NUMBERS_MAX = 64 }; /* all are below it */

/* What ike= and esp= call algorithms, by their numbers; NULL: there is none of that number. */
const char *encr_name_of(uint16_t id);
const char *prf_name_of(uint16_t id);
const char *integ_name_of(uint16_t id);
const char *ke_name_of(uint16_t id);
/* Of those that can be used, for lists of what there is. */
const char *ke_usable_name_of(uint16_t id);

void write_lower(struct buffer *out, const char *name);
/* All that there are, with commas. */
void write_names(struct buffer *out, const char *(*name_of)(uint16_t id));

#endif
