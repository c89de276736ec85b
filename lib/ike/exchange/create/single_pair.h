/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_SINGLE_PAIR_H
#define IKE_EXCHANGE_SINGLE_PAIR_H

#include "ike/exchange/steps.h"

/*
 * SINGLE_PAIR_REQUIRED (RFC 7296 2.9): the peer wants a Child SA of its own for each pair of
 * addresses. We never say so: the traffic of a connection goes by one set of Child SAs, and a
 * responder that can take a part of what is asked for SHOULD narrow it instead.
 */

/*
 * The peer has refused a Child SA of ours with that notify. true: sa->single_pair is set, and what
 * single_pair_narrow() makes of the request is to be asked for, once: that has no packet any more.
 * false: nothing comes of asking again; where there is something to configure, that is reported.
 */
MUST_CHECK bool single_pair_wanted(struct world *w, struct ike_sa *sa, const struct child_sa *child,
				   uint16_t notify);

/* A new request on an IKE SA like that is for the addresses of its packet, where it has one, and for
 * nothing else. */
void single_pair_narrow(const struct ike_sa *sa, struct child_sa *child);

#endif
