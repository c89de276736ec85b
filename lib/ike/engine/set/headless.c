/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets that lost their head. Clones carry on for their own CPUs while another head is asked for on the
 * same IKE SA, before anything else of the set is. Who does not want the set itself gives a peer
 * that does some time for it.
 */

#include "ike/engine/set/set.h"

#include "ike/exchange/send.h"

#define HEAD_WAIT  SECONDS(10)
#define PAUSE_MIN  SECONDS(1)
enum { PAUSE_TRIPS = 4 };

bool set_has_clones_on(struct world *w, const struct clone_set *set, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->is_clone && child->state == CHILD_UP && child->ike_sa == sa->id &&
		    !child->superseded && !child->spare)
			return true;
	}
	return false;
}

/* The end that made the head makes the next one, too: the other only when that does not. */
int64_t set_head_gone(struct world *w, struct clone_set *set, const struct child_sa *head)
{
	const struct ike_sa *sa = ike_sa_find_id(w, head->ike_sa);
	int64_t pause = PAUSE_TRIPS * sa->round_trip;

	set->headless_since = w->now;
	if (set->fills_first)
		pause = 0;
	else if (pause < PAUSE_MIN)
		pause = PAUSE_MIN;
	return set_backoff(w, set->failures) + pause;
}

/* Once: a peer that does not want that may want the whole set anew. */
static bool may_remake(struct world *w, const struct clone_set *set, const struct ike_sa *sa)
{
	return sa->state == IKE_ESTABLISHED && !sa->superseded && !set->head_asked &&
	       !w->facts->clones_need_head && set->policies && set_has_clones_on(w, set, sa);
}

bool set_remake_head(struct world *w, struct clone_set *set, struct ike_sa *sa)
{
	struct child_sa *child;

	if (!may_remake(w, set, sa))
		return false;
	set->head_asked = true;
	child = child_sa_new(w, sa, set_connection(w, set), ROLE_INITIATOR);
	/* What its clones have, not more. */
	child_sa_set_traffic(child, traffic_copy(&set->traffic));
	set->slots[0].state = SLOT_NEGOTIATING;
	set->children[0] = child->id;
	request_new(sa, REQUEST_CHILD)->child = child->id;
	requests_run(w, sa);
	return true;
}

int64_t set_drop_headless(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);
	int64_t until = set->headless_since + HEAD_WAIT;

	if (set->slots[0].state != SLOT_EMPTY || set->wanted || sa == NULL ||
	    sa->state != IKE_ESTABLISHED)
		return TIME_NEVER;
	if (set_has_clones_on(w, set, sa) && w->now < until)
		return until;
	if (set_children(set) > 0)
		set_down(w, set, END_BY_PEER);
	else if (!c->keep_up)
		set_remove_policies(w, set);
	return TIME_NEVER;
}
