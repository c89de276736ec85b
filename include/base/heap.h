/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/bytes.h"

/*
 * Timers: a heap of deadlines whose nodes live inside their objects. Setting,
 * moving and removing cost O(log n); the earliest is found at once. Two equal
 * deadlines come in the order in which they were set.
 */
struct heap_node {
	int64_t when;
	uint64_t order;
	size_t index; /* 1-based place in the heap; 0: not in it */
};

struct heap {
	struct heap_node **nodes;
	size_t count, capacity;
	uint64_t next_order;
};

void heap_done(struct heap *h);
void heap_set(struct heap *h, struct heap_node *node, int64_t when); /* adds or moves */
void heap_remove(struct heap *h, struct heap_node *node);            /* not in it: nothing */
struct heap_node *heap_first(const struct heap *h);                  /* or NULL */

#define HEAP_OBJECT(node, type, member) \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

#endif
