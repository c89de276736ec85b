/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/daemon/ports.h"

#include <errno.h>

/* What the kernel has taken out by itself, as at a hard limit, is gone as well. */
static bool is_done(const struct kernel_change *change)
{
	return change->result == 0 ||
	       (change->verb == KERNEL_SA_DELETE && change->result == -ESRCH);
}

static bool has_own_port(bool encapsulated, uint16_t source_port, uint16_t nat_port)
{
	return encapsulated && source_port != nat_port;
}

static void follow_sa(struct udp *udp, const struct kernel_sa *sa, uint16_t nat_port,
		      void (*act)(struct udp *udp, const struct endpoint *local))
{
	struct endpoint local = { sa->source, sa->encap_source_port };

	if (has_own_port(sa->encapsulated, sa->encap_source_port, nat_port))
		act(udp, &local);
}

static void follow_move(struct udp *udp, const struct kernel_change *change, uint16_t nat_port)
{
	const struct kernel_ends *to = &change->to;
	struct endpoint local = { to->source, to->encap_source_port };

	if (has_own_port(to->encapsulated, to->encap_source_port, nat_port))
		udp_hold(udp, &local);
	follow_sa(udp, &change->sa, nat_port, udp_release);
}

void ports_follow(struct udp *udp, const struct kernel_change *change, uint16_t nat_port)
{
	if (!is_done(change))
		return;
	switch (change->verb) {
	case KERNEL_SA_ADD:
		if (change->sa.direction == KERNEL_OUT)
			follow_sa(udp, &change->sa, nat_port, udp_hold);
		break;
	case KERNEL_SA_DELETE:
		if (change->sa.direction == KERNEL_OUT)
			follow_sa(udp, &change->sa, nat_port, udp_release);
		break;
	case KERNEL_SA_MOVE:
		if (change->sa.direction == KERNEL_OUT)
			follow_move(udp, change, nat_port);
		break;
	default:
		break;
	}
}
