/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/heap.h"
#include "base/mem.h"

enum { FIRST_CAPACITY = 16 };

void heap_done(struct heap *h)
{
	for (size_t i = 0; i < h->count; i++)
		h->nodes[i]->index = 0;
	mem_free(h->nodes);
	*h = (struct heap) { 0 };
}

static bool comes_first(const struct heap_node *a, const struct heap_node *b)
{
	return a->when < b->when || (a->when == b->when && a->order < b->order);
}

/* Places are counted from 1, so that the parent of i is i / 2. */
static struct heap_node *node_at(const struct heap *h, size_t place)
{
	return h->nodes[place - 1];
}

static void put(struct heap *h, size_t place, struct heap_node *node)
{
	h->nodes[place - 1] = node;
	node->index = place;
}

static void sift_up(struct heap *h, struct heap_node *node)
{
	size_t place = node->index;

	for (; place > 1 && comes_first(node, node_at(h, place / 2)); place /= 2)
		put(h, place, node_at(h, place / 2));
	put(h, place, node);
}

static size_t first_child(const struct heap *h, size_t place)
{
	size_t left = 2 * place, right = left + 1;

	if (right <= h->count && comes_first(node_at(h, right), node_at(h, left)))
		return right;
	return left;
}

static void sift_down(struct heap *h, struct heap_node *node)
{
	size_t place = node->index;

	while (2 * place <= h->count) {
		size_t child = first_child(h, place);

		if (!comes_first(node_at(h, child), node))
			break;
		put(h, place, node_at(h, child));
		place = child;
	}
	put(h, place, node);
}

static void settle(struct heap *h, struct heap_node *node)
{
	sift_up(h, node);
	sift_down(h, node);
}

static void add_last(struct heap *h, struct heap_node *node)
{
	if (h->count == h->capacity) {
		h->capacity = h->capacity ? 2 * h->capacity : FIRST_CAPACITY;
		h->nodes = mem_grow(h->nodes, h->capacity, sizeof(struct heap_node *));
	}
	h->count++;
	put(h, h->count, node);
}

void heap_set(struct heap *h, struct heap_node *node, int64_t when)
{
	node->when = when;
	node->order = h->next_order++;
	if (!node->index)
		add_last(h, node);
	settle(h, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
	size_t place = node->index;
	struct heap_node *last;

	if (!place)
		return;
	last = node_at(h, h->count);
	h->count--;
	if (last != node) {
		put(h, place, last);
		settle(h, last);
	}
	node->index = 0;
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->count ? h->nodes[0] : NULL;
}
