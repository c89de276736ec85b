/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_samples.h"
#include "xfrm_taken.h"

const struct xfrm_abilities able = { .direction = true, .per_cpu = true, .possible_cpus = 4 };
const struct xfrm_abilities unable = { .direction = false, .possible_cpus = 4 };

void take_sa(struct taken *t, const struct kernel_change *c, const struct xfrm_abilities *can)
{
	char text[KERNEL_TEXT_MAX];

	assert_int_equal(xfrm_write_sa(&t->m, &c->sa, can, text), 0);
	assert_int_equal(t->m.header.nlmsg_type, XFRM_MSG_NEWSA);
	assert_true(netlink_header(&t->m.header, &t->sa, sizeof(t->sa)));
	assert_true(netlink_attributes(&t->m.header, sizeof(t->sa), t->attrs, ATTR_MAX));
}

void take_policy(struct taken *t, const struct kernel_change *c)
{
	char text[KERNEL_TEXT_MAX];

	assert_int_equal(xfrm_write_policy(&t->m, &c->policy, text), 0);
	assert_int_equal(t->m.header.nlmsg_type, XFRM_MSG_UPDPOLICY);
	assert_true(netlink_header(&t->m.header, &t->policy, sizeof(t->policy)));
	assert_true(netlink_attributes(&t->m.header, sizeof(t->policy), t->attrs, ATTR_MAX));
}
