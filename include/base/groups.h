/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_GROUPS_H
#define BASE_GROUPS_H

#include "base/list.h"
#include "base/table.h"

/*
 * Objects by a key that several of them share: a table of lists. The objects are linked in by a
 * struct list inside them; the groups own only the lists' heads, which come with the first member
 * of a key and go with the last.
 */
struct groups {
	struct table table;
};

void groups_init(struct groups *g, const uint8_t seed[16]); /* 16 random bytes */
void groups_done(struct groups *g);                         /* no member may be left */

/* The members that have this key, to be walked with LIST_FOR_EACH(), in the order in which they
 * came; NULL: none. A walk may not remove the last member, with which the list goes. */
struct list *groups_find(const struct groups *g, struct bytes key);

/* `link` is on no list; it comes last. The key is copied. */
void groups_add(struct groups *g, struct bytes key, struct list *link);
/* With the key that it was added with; a link on no list: nothing happens. */
void groups_remove(struct groups *g, struct bytes key, struct list *link);

#endif
