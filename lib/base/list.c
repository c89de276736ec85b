/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "base/list.h"

void list_init(struct list *head)
{
	head->prev = head->next = head;
}

bool list_empty(const struct list *head)
{
	return head->next == head;
}

void list_append(struct list *head, struct list *link)
{
	assert(!list_linked(link));
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

void list_remove(struct list *link)
{
	if (!list_linked(link))
		return;
	link->prev->next = link->next;
	link->next->prev = link->prev;
	*link = (struct list) { 0 };
}

bool list_linked(const struct list *link)
{
	return link->next;
}
