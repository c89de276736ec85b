/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_XFRM_H
#define PLUTO_KERNEL_XFRM_H

#include "pluto/kernel/backend.h"
#include "pluto/kernel/xfrm_message.h"

/* The insides of the XFRM backend, for its own files. */
struct xfrm {
	struct kernel_backend backend;
	struct netlink requests, events; /* XFRM */
	struct netlink routes, addresses;
	struct xfrm_abilities can;
	enum conf_pcpu_abi pcpu_abi;
};

/*
 * Finds out what the kernel can do, by making throw-away SAs and reading them back. -errno and
 * a sentence where it cannot do ESP for us at all; a remark in `text` where something is missing.
 */
MUST_CHECK int xfrm_probe(struct netlink *n, struct xfrm_abilities *can,
			  char text[KERNEL_TEXT_MAX]);

/* How a kernel is asked, and its answer: 0 or -errno, with its own words. */
struct xfrm_asker {
	void *context;
	int (*ask)(void *context, union netlink_message *m, char text[KERNEL_TEXT_MAX]);
};

/*
 * Whether the kernel speaks the dialect "pcpu-2": -EOPNOTSUPP and a sentence where it does not.
 * Nothing is asked that could harm on another kernel, and nothing of it stays there.
 */
MUST_CHECK int xfrm_probe_pcpu_2(const struct xfrm_asker *asker, struct xfrm_abilities *can,
				 char text[KERNEL_TEXT_MAX]);

/* What the kernel has of this SA: -ESRCH: nothing. */
MUST_CHECK int xfrm_get_sa(struct netlink *n, const struct kernel_sa *sa,
			   const struct xfrm_abilities *can, struct xfrm_sa_seen *out,
			   char text[KERNEL_TEXT_MAX]);

#endif
