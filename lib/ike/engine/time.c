/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens when a timer is due. */

#include "ike/engine/engine.h"
#include "ike/engine/runs.h"
#include "ike/engine/set/demand.h"
#include "ike/engine/set/reauth.h"
#include "ike/engine/set/takeover.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/create/followup.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"
#include "ike/sa/assembly.h"
#include "ike/sa/requests.h"

#define TIMER_OBJECT(t, type, member) LIST_OBJECT(t, type, member)

static void requests_due(struct world *w, struct ike_sa *sa)
{
	engine_speak_for(w, sa);
	mobike_probe(w, sa);
	if (!requests_on_time(w, sa))
		ike_end(w, sa, END_TIMEOUT, "the peer does not answer");
	else if (sa->state != IKE_GONE)
		requests_run(w, sa);
}

static void half_open_due(struct world *w, struct ike_sa *sa)
{
	engine_speak_for(w, sa);
	if (sa->broken) {
		ike_end(w, sa, END_INTERNAL, "a message could not be encrypted");
	} else if (sa->useless) {
		ike_close(w, sa, END_REFUSED, "IKE SA without a Child SA");
	} else if (sa->forgotten) {
		ike_end(w, sa, END_REPLACED, "the peer has no other IKE SA than its newest");
	} else if (sa->state == IKE_ESTABLISHED) {
		rekey_ike_unused(w, sa);
	} else if (sa->init_refusal != NULL) {
		report_ike(w, sa, REPORT_REFUSED, "IKE_SA_INIT request rejected by peer: %s",
			   sa->init_refusal);
		ike_end(w, sa, END_REFUSED, "rejected by the peer");
	} else {
		ike_end(w, sa, END_TIMEOUT, "not established in time");
	}
}

static void keepalive_due(struct world *w, struct ike_sa *sa)
{
	int64_t due = sa->last_sent + w->setup->keep_alive;

	if (due <= w->now) {
		w->host.keepalive(w->host.context, &sa->local, &sa->remote);
		sa->last_sent = w->now;
		due = w->now + w->setup->keep_alive;
	}
	timer_set(w, &sa->keepalive_timer, TIMER_KEEPALIVE, due);
}

/* Packets that its children took since the last look are as good as an answer. */
static bool hears_traffic(struct world *w, struct ike_sa *sa)
{
	uint64_t packets = 0;
	bool more;

	LIST_FOR_EACH(link, &sa->children) {
		struct kernel_counters in, out;

		child_sa_counters(w, LIST_OBJECT(link, struct child_sa, link), &in, &out);
		packets += in.packets;
	}
	more = packets > sa->last_inbound;
	sa->last_inbound = packets;
	return more;
}

static void liveness_due(struct world *w, struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);
	bool lively;

	/* It may be another connection's by now, which does not ask. */
	if (c == NULL || sa->state != IKE_ESTABLISHED || c->conf->dpd_delay == 0)
		return;
	/* Each time, or packets from before the peer fell silent would count at the next one. */
	lively = hears_traffic(w, sa) || sa->last_heard + c->conf->dpd_delay > w->now;
	/* A request that is under way asks already. Of a new IKE SA that the peer may not know yet
	 * its silence says nothing: the old one is asked. */
	if (sa->predecessor == 0 && !lively && requests_count_in_flight(sa) == 0) {
		(void)request_new(sa, REQUEST_LIVENESS);
		requests_run(w, sa);
	}
	timer_set(w, &sa->liveness_timer, TIMER_LIVENESS, w->now + c->conf->dpd_delay);
}

static void child_rekey_due(struct world *w, struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	if (sa != NULL)
		rekey_child(w, sa, child);
}

static void child_life_due(struct world *w, struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	if (child->state == CHILD_DRAINING) {
		rekey_drain_due(w, child);
		return;
	}
	if (sa == NULL)
		return;
	/* A Delete would tell the peer that we have the replacement: its answer is waited for, and
	 * that to our Delete of one that we do not want, or the IKE SA is dead soon. */
	if (child_sa_find_id(w, child->successor) != NULL ||
	    request_deletes(sa, child->given_up)) {
		timer_set(w, &child->life_timer, TIMER_CHILD_LIFE, w->now + SECONDS(1));
		return;
	}
	engine_speak_for(w, sa);
	report_child(w, child, REPORT_CLOSED, "ipsec-lifetime= is over");
	children_close(w, sa, &child, 1);
}

static void fire(struct world *w, struct timer *t)
{
	switch (t->kind) {
	case TIMER_REQUESTS:
		requests_due(w, TIMER_OBJECT(t, struct ike_sa, requests_timer));
		break;
	case TIMER_HALF_OPEN:
		half_open_due(w, TIMER_OBJECT(t, struct ike_sa, half_open_timer));
		break;
	case TIMER_IKE_LIFE:
		ike_close(w, TIMER_OBJECT(t, struct ike_sa, life_timer), END_LIFETIME,
			  "ikelifetime= is over");
		break;
	case TIMER_KEEPALIVE:
		keepalive_due(w, TIMER_OBJECT(t, struct ike_sa, keepalive_timer));
		break;
	case TIMER_IKE_REKEY:
		reauth_or_rekey(w, TIMER_OBJECT(t, struct ike_sa, rekey_timer));
		break;
	case TIMER_FRAGMENTS:
		assembly_on_time(w, t);
		break;
	case TIMER_FOLLOWUP:
		followup_on_time(w, t);
		break;
	case TIMER_LIVENESS:
		liveness_due(w, TIMER_OBJECT(t, struct ike_sa, liveness_timer));
		break;
	case TIMER_REPLIES:
		replies_on_time(w, TIMER_OBJECT(t, struct ike_sa, replies_timer));
		break;
	case TIMER_CHILD_REKEY:
		child_rekey_due(w, TIMER_OBJECT(t, struct child_sa, rekey_timer));
		break;
	case TIMER_CHILD_LIFE:
		child_life_due(w, TIMER_OBJECT(t, struct child_sa, life_timer));
		break;
	case TIMER_CHILD_PROOF:
		child_proof_on_time(w, TIMER_OBJECT(t, struct child_sa, proof_timer));
		break;
	case TIMER_CHILD_LIMIT:
		child_limit_on_time(w, TIMER_OBJECT(t, struct child_sa, limit_timer));
		break;
	case TIMER_DEMAND:
		demand_on_time(w, TIMER_OBJECT(t, struct clone_set, demand.timer));
		break;
	case TIMER_FALLBACK:
		fallback_on_time(w, TIMER_OBJECT(t, struct clone_set, fallback));
		break;
	case TIMER_TAKEOVER:
		takeover_on_time(w, TIMER_OBJECT(t, struct clone_set, takeover));
		break;
	case TIMER_RUNS:
		command_runs_on_time(w);
		break;
	case TIMER_SET:
		w->command = set_command(TIMER_OBJECT(t, struct clone_set, timer));
		set_run(w, TIMER_OBJECT(t, struct clone_set, timer));
		break;
	}
	w->command = 0;
}

/* Bounded, so that others have their turn: the deadline is still in the past then. */
enum { TIMERS_PER_CALL = 100 };

void dispatch_time(struct world *w)
{
	struct heap_node *first;

	for (unsigned i = 0; i < TIMERS_PER_CALL; i++) {
		first = heap_first(&w->timers);
		if (first == NULL || first->when > w->now)
			return;
		heap_remove(&w->timers, first);
		fire(w, HEAP_OBJECT(first, struct timer, node));
	}
}
