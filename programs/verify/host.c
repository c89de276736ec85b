/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/host.h"

#include <netinet/in.h>

#include "base/mem.h"

bool host_wants_clones(const struct host *h)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		if (h->conf.conns[i].clones.kind != CLONES_NO)
			return true;
	return h->clone_count != 0;
}

bool host_wants_udp(const struct host *h)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		if (h->conf.conns[i].encapsulation == ENCAPSULATION_YES)
			return true;
	return false;
}

bool host_spreads_ports(const struct host *h)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		if (h->conf.conns[i].encapsulation == ENCAPSULATION_YES &&
		    h->conf.conns[i].clone_ports == CLONE_PORTS_SPREAD)
			return true;
	return false;
}

static bool has_nets(const struct conf_end *end, uint16_t family)
{
	for (size_t i = 0; i < end->subnets.count; i++)
		if (end->subnets.list[i].start.family == family)
			return true;
	return false;
}

/* Which end is ours is not asked: a net at either end is forwarded for by one of them. */
bool host_forwards(const struct host *h, uint16_t family)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		if (has_nets(&h->conf.conns[i].left, family) &&
		    has_nets(&h->conf.conns[i].right, family))
			return true;
	return false;
}

bool host_has_family(const struct host *h, uint16_t family)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++) {
		const struct conf_conn *c = &h->conf.conns[i];

		if (c->left.host.family == family || c->right.host.family == family)
			return true;
	}
	return false;
}
