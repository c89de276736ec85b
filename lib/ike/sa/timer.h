/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_TIMER_H
#define IKE_SA_TIMER_H

#include "base/heap.h"

/* Timers live inside the object that they are for; the kind says which object that is. */
enum timer_kind {
	TIMER_REQUESTS,   /* ike_sa: a request is to be sent again or given up */
	TIMER_HALF_OPEN,  /* ike_sa: not established in time */
	TIMER_IKE_LIFE,   /* ike_sa: ikelifetime= is over */
	TIMER_KEEPALIVE,  /* ike_sa: a NAT's mapping wants a packet */
	TIMER_IKE_REKEY,  /* ike_sa: time to rekey */
	TIMER_FRAGMENTS,  /* assembly: the rest of the message does not come */
	TIMER_FOLLOWUP,   /* followup: the peer does not go on */
	TIMER_LIVENESS,   /* ike_sa: dpddelay= is over */
	TIMER_REPLIES,    /* ike_sa: nobody will ask for its last answers again */
	TIMER_CHILD_LIFE, /* child_sa: ipsec-lifetime= is over, or it is drained */
	TIMER_CHILD_REKEY,/* child_sa: time to rekey */
	TIMER_CHILD_PROOF,/* child_sa: look whether the peer uses it */
	TIMER_CHILD_LIMIT,/* child_sa: look how much went over it */
	TIMER_DEMAND,     /* clone_set: look whether there is traffic */
	TIMER_FALLBACK,   /* clone_set: clones may send again beside the head */
	TIMER_TAKEOVER,   /* clone_set: what it had on older IKE SAs goes */
	TIMER_SET,        /* clone_set: the plan wants to look again */
	TIMER_RUNS        /* the world: commands go on with the next connections */
};

struct timer {
	struct heap_node node;
	enum timer_kind kind;
};

#endif
