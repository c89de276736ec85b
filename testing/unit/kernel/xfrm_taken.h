/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_KERNEL_XFRM_TAKEN_H
#define UNIT_KERNEL_XFRM_TAKEN_H

#include "pluto/kernel/xfrm_message.h"

enum { ATTR_MAX = 63 };

/* A kernel that can all, and one of before SAs had directions and CPUs. */
extern const struct xfrm_abilities able, unable;

/* A written message taken apart again. */
struct taken {
	union netlink_message m;
	struct xfrm_usersa_info sa;
	struct xfrm_userpolicy_info policy;
	const struct nlattr *attrs[ATTR_MAX + 1];
};

void take_sa(struct taken *t, const struct kernel_change *c, const struct xfrm_abilities *can);
void take_policy(struct taken *t, const struct kernel_change *c);

#endif
