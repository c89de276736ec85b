/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_EXCUSES_H
#define SIM_CHECK_EXCUSES_H

#include "ike/host.h"
#include "sim/core/sim.h"

/*
 * A tunnel loses packets only for a reason: somebody took it down, a host died, an IKE SA was given
 * up after its retransmissions. Each reason excuses what happens until both ends must have found out;
 * without dead peer detection that may be never.
 */
enum excuse {
	EXCUSE_SAID,    /* the other end is told so, with retransmissions */
	EXCUSE_MOVED,   /* an end is elsewhere, and says so at once */
	EXCUSE_UNSAID   /* the other end has to find out by itself */
};
void tunnel_excuse(struct sim *sim, struct sim_tunnel *tunnel, enum excuse kind,
		   const char *reason);
void host_excuse(struct sim_host *host, enum excuse kind, const char *reason); /* all tunnels */
bool tunnel_is_excused(const struct sim *sim, const struct sim_tunnel *tunnel);
/* How long it may take until an end finds out that the other is gone. TIME_NEVER: for ever. */
int64_t tunnel_patience(const struct sim_tunnel *tunnel);

/* What a host says of its connections. */
void excuses_on_report(struct sim *sim, struct sim_host *host, const struct ike_report *report);

#endif
