/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_BACKEND_H
#define PLUTO_KERNEL_BACKEND_H

#include "pluto/kernel/kernel.h"

/*
 * What a backend is to kernel.c, which keeps the ledger and the order of changes. A backend's own
 * struct begins with struct kernel_backend. kernel.h has the contract of each function; any
 * that is NULL does nothing, finds nothing and succeeds.
 */
struct kernel_ops {
	int (*start)(struct kernel_backend *k, struct kernel_facts *facts,
		     char text[KERNEL_TEXT_MAX]);
	void (*stop)(struct kernel_backend *k);
	void (*free)(struct kernel_backend *k);
	/* One change: fills all of its outputs but `result`, which it returns. */
	int (*apply)(struct kernel_backend *k, struct kernel_change *change);
	/* The counters of `count` queries at once, each with its result; may be NULL. */
	void (*query)(struct kernel_backend *k, struct kernel_change *changes, size_t count);
	/*
	 * Whether the object that an earlier run left is still there and still ours. Of an SA
	 * reqid is set, of a policy reqid and priority, beside what names them.
	 */
	bool (*owns)(struct kernel_backend *k, const struct kernel_change *change);
	int (*event_fd)(const struct kernel_backend *k);
	void (*read_events)(struct kernel_backend *k, const struct kernel_events *events);
	int (*address_fd)(const struct kernel_backend *k);
	bool (*drain_addresses)(struct kernel_backend *k);
	int (*list_addresses)(struct kernel_backend *k, struct address **list, size_t *count);
	unsigned (*find_device)(struct kernel_backend *k, const struct address *to);
	int (*bypass_socket)(struct kernel_backend *k, int fd, uint16_t family);
	int (*encapsulate_socket)(struct kernel_backend *k, int fd);
};

struct kernel_backend {
	const struct kernel_ops *ops;
	struct ledger *ledger;      /* borrowed; NULL: none */
	bool neighbour_discovery;   /* wants the policies that let it pass */
	bool started;
};

/* For the backends: the sentence of a failure, cut where it is too long. */
void kernel_say(char text[KERNEL_TEXT_MAX], const char *format, ...) PRINTF_LIKE(2, 3);

#endif
