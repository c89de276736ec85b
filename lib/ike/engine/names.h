/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_NAMES_H
#define IKE_ENGINE_NAMES_H

#include "ike/sa/world.h"

/* What a name means that a user gives: a connection, an alias of some, an instance, or one member
 * of a set. */

/* Ids of the connections, in an array for the caller to free; their number. */
size_t name_find(struct world *w, const char *name, uint64_t **ids);
bool name_is_known(struct world *w, const char *name);

/* Whether something of that connection is meant, whose own name is `own`: NAME, its alias, or "NAME-2"
 * itself. NULL means everything. */
bool name_means(const struct connection *c, const char *own, const char *name);

/* "NAME-2" where NAME is a set with that many clones or has such a spare, or "NAME-2[3]" of an
 * instance: the set and the number; else NULL. */
struct connection *name_find_member(struct world *w, const char *name, uint32_t *number);

#endif
