/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_RULE_H
#define PLUTO_STEER_RULE_H

#include "net/address.h"
#include "nic/nic.h"

/*
 * Rules in a network card that put plain ESP of one SA into one queue (ntuple; ethtool -N NAME
 * flow-type esp4 dst-ip D spi S action Q). They outlive whoever made them. A rule is known by what it
 * says, not by its place in the card's table, which the driver may choose.
 */
struct rule {
	struct address destination;
	uint32_t spi;   /* host order */
	uint32_t queue;
};

enum { RULES_MAX = 65536 };

/* By the ethtool() of `source`. -errno; -EOPNOTSUPP, -EINVAL: the driver has none such. */
MUST_CHECK int rule_insert(const struct nic_source *source, const char *name,
			   const struct rule *rule);
/* -ENOENT: there is no rule that says just that. */
MUST_CHECK int rule_delete(const struct nic_source *source, const char *name,
			   const struct rule *rule);

#endif
