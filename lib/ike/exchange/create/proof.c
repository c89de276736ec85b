/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Into the kernel, and when. CREATE_CHILD_SA has no third message: a responder that sends at once
 * on a new SA sends into the void until its answer has arrived. So its outbound SA waits for a
 * proof that the initiator has it; the head carries the traffic until then.
 */

#include <stdio.h>

#include "ike/exchange/create/child.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/rekey.h"
#include "ike/sa/int_auth.h"

#define PROOF_WAIT        SECONDS(10)       /* without a repeated request, for foreign peers */
#define PROOF_POLL_FIRST  MILLISECONDS(50)
#define PROOF_POLL_LONGEST SECONDS(1)

static bool waits_for_proof(const struct child_sa *child)
{
	return child->role == ROLE_RESPONDER &&
	       (child->is_clone || child->replaces != 0 || child->takes_over);
}

static void poll_later(struct world *w, struct child_sa *child)
{
	int64_t next = w->now + child->proof_interval;

	child->proof_interval *= 2;
	if (child->proof_interval > PROOF_POLL_LONGEST)
		child->proof_interval = PROOF_POLL_LONGEST;
	if (w->now < child->proof_until && next > child->proof_until)
		next = child->proof_until;
	timer_set(w, &child->proof_timer, TIMER_CHILD_PROOF, next);
}

static bool install(struct world *w, struct child_sa *child)
{
	if (child_sa_install_inbound(w, child) != 0)
		return false;
	child->proof_until = w->now + PROOF_WAIT;
	child->proof_interval = PROOF_POLL_FIRST;
	if (child->spare)
		return true;
	if (waits_for_proof(child)) {
		poll_later(w, child);
		return true;
	}
	return child_sa_install_outbound(w, child) == 0;
}

bool child_bring_up(struct world *w, struct ike_sa *sa, struct child_sa *child)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);
	struct child_ends ends;
	int64_t due;

	if (c == NULL)
		return false;
	ends = child_ends_of(w, sa, c);
	child_sa_set_ends(child, &ends);
	child_limit_set(w, c, child);
	if (!install(w, child) ||
	    (child->slot == 0 && w->hooks->install_policies(w, child) != 0)) {
		child_sa_uninstall(w, child);
		return false;
	}
	child->state = CHILD_UP;
	child->created = w->now;
	w->child_count++;
	timer_set(w, &child->life_timer, TIMER_CHILD_LIFE, w->now + c->conf->ipsec_lifetime);
	due = rekey_due(w, c, c->conf->ipsec_lifetime, child->role);
	if (due != TIME_NEVER)
		timer_set(w, &child->rekey_timer, TIMER_CHILD_REKEY, due);
	child_limit_start(w, child);
	child_report_up(w, sa, child);
	/* A replacement takes the place when the peer uses it too. */
	if ((child->replaces == 0 && !child->takes_over) || child->outbound ||
	    child->waits_for_head || child->spare)
		w->hooks->child_up(w, child);
	return true;
}

static void note_proven(struct world *w, struct child_sa *child)
{
	if (child->spare && !child->proven)
		w->hooks->spare_proven(w, child);
	child->proven = true;
}

void child_proven(struct world *w, struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	timer_stop(w, &child->proof_timer);
	note_proven(w, child);
	if (child->outbound || child->waits_for_head || child->exhausted || child->spare ||
	    child->state != CHILD_UP || sa == NULL)
		return;
	if (child_sa_install_outbound(w, child) != 0) {
		children_close(w, sa, &child, 1);
		return;
	}
	report_child(w, child, REPORT_DEBUG, "the peer has it; outbound SA in use");
	if (child->replaces != 0 || child->takes_over)
		w->hooks->child_up(w, child);
}

void child_start_sending(struct world *w, struct child_sa *child)
{
	if (child->proven)
		child_proven(w, child);
	else
		poll_later(w, child);
}

static void prove(struct world *w, struct ike_sa *sa, uint32_t before)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		/* Before its last IKE_FOLLOWUP_KE nobody has it. A rekey may be given up with the
		 * answer at hand, because it lost or the old one went: only the Delete of the old
		 * one tells. */
		if (!child->inbound || child->replaces != 0 ||
		    (child->message_id >= before && !child->inherited))
			continue;
		note_proven(w, child);
		if (waits_for_proof(child) && !child->outbound)
			child_proven(w, child);
	}
}

/* IKE_AUTH comes alone: whoever goes on after it has our answer to it. */
void children_proven_with_ike(struct world *w, struct ike_sa *sa, uint32_t message_id)
{
	if (message_id > int_auth_auth_id(sa))
		sa->confirmed = true;
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->takes_over && child->with_ike && message_id > child->message_id)
			child_proven(w, child);
	}
}

void children_proven_by(struct world *w, struct ike_sa *sa, uint32_t message_id)
{
	uint32_t window = w->setup->ike_window;

	children_proven_with_ike(w, sa, message_id);
	/* With a window of W, id m + W is sent only when the answer to m is there. */
	if (message_id >= window)
		prove(w, sa, message_id - window + 1);
}

void children_proven_before(struct world *w, struct ike_sa *sa, uint32_t message_id)
{
	prove(w, sa, message_id);
}

void child_proof_on_time(struct world *w, struct child_sa *child)
{
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);
	bool waited = w->now >= child->proof_until;
	struct kernel_counters in, out;

	child_sa_counters(w, child, &in, &out);
	/* A Cygnet says when it has it; only of others is it concluded from silence. */
	if (in.packets > 0 || (waited && !sa->peer_is_cygnet))
		child_proven(w, child);
	else
		poll_later(w, child);
}

void child_proof_restart(struct world *w, struct ike_sa *sa, uint32_t message_id)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (waits_for_proof(child) && child->message_id == message_id &&
		    child->inbound && !child->outbound)
			child->proof_until = w->now + PROOF_WAIT;
	}
}

void child_report_up(struct world *w, const struct ike_sa *sa, const struct child_sa *child)
{
	char traffic[TRAFFIC_TEXT_MAX], suite[SUITE_TEXT_MAX];
	char peer[ENDPOINT_TEXT_MAX];

	const struct child_sa *old = child_sa_find_id(w, child->replaces);
	char what[48];

	if (old == NULL)
		(void)snprintf(what, sizeof(what), "established Child SA");
	else
		(void)snprintf(what, sizeof(what), "rekeyed Child SA #%u", old->serial);
	report_child(w, child, REPORT_ESTABLISHED,
		     "%s %s using #%u; IPsec %s %s "
		     "{%s%s=>0x%08x <0x%08x xfrm=%s%s%s%s}",
		     child->role == ROLE_INITIATOR ? "initiator" : "responder", what, sa->serial,
		     child->mode == TYPE_TUNNEL ? "tunnel" : "transport",
		     traffic_print(&child->traffic, traffic),
		     child->encapsulated ? "ESPinUDP" : "ESP", child->suite.esn ? "/ESN" : "",
		     child->spi_out, child->spi_in, suite_print(&child->suite, suite),
		     child->encapsulated ? " NATD=" : "",
		     child->encapsulated ? endpoint_print(&sa->remote, peer) : "",
		     child->spare ? " spare" : "");
}
