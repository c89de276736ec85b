/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Doubly linked ring of links that live inside their objects. The list owns
 * nothing. A link that is on no list is zero.
 */
struct list {
	struct list *prev, *next;
};

void list_init(struct list *head);
bool list_empty(const struct list *head);
void list_append(struct list *head, struct list *link);
void list_remove(struct list *link); /* a link on no list: nothing happens */
bool list_linked(const struct list *link);

#define LIST_OBJECT(link, type, member) \
	((type *)(void *)((char *)(link) - offsetof(type, member)))

/* The body may remove the current link. */
#define LIST_FOR_EACH(link, head)                                                          \
	for (struct list *link = (head)->next, *link##_next = link->next; link != (head); \
	     link = link##_next, link##_next = link->next)

#endif
