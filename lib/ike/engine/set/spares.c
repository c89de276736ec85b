/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child SAs that the peer made beyond our CPUs: only their inbound half is in the kernel, until a
 * CPU has no other. */

#include "ike/engine/set/set.h"
#include "ike/exchange/create/child.h"

/* The lowest number beyond the slots that no other spare has. */
uint32_t set_spare_number(const struct clone_set *set, const struct ike_sa *sa)
{
	uint32_t number = set->count;

	for (bool taken = true; taken; number += taken) {
		taken = false;
		LIST_FOR_EACH(link, &sa->children) {
			const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

			taken |= child->connection == set->connection && child->number == number;
		}
	}
	return number;
}

void set_renumber_spares(struct world *w, struct clone_set *set)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->spare && child->number < set->count)
			child->number = set_spare_number(set, ike_sa_find_id(w, child->ike_sa));
	}
}

bool child_is_being_rekeyed(const struct ike_sa *sa, const struct child_sa *child)
{
	if (child->successor != 0)
		return true;
	LIST_FOR_EACH(link, &sa->children)
		if (LIST_OBJECT(link, struct child_sa, link)->replaces == child->id)
			return true;
	return false;
}

/* It could take a slot: it is on the head's IKE SA, and nobody is replacing it. */
static bool is_standby(struct world *w, const struct clone_set *set, const struct child_sa *child)
{
	const struct child_sa *head = set_head(w, set);

	return child->spare && child->state == CHILD_UP && head != NULL &&
	       child->ike_sa == head->ike_sa &&
	       !child_is_being_rekeyed(ike_sa_find_id(w, child->ike_sa), child);
}

/* Not what drains, and of one that is being rekeyed only the old one. */
static bool is_counted(const struct world *w, const struct child_sa *child)
{
	const struct child_sa *old = child_sa_find_id(w, child->replaces);

	return child->spare && !child->superseded && child->state != CHILD_DRAINING &&
	       (old == NULL || old->state != CHILD_UP);
}

void set_count_spares(struct world *w, struct clone_set *set)
{
	for (uint32_t i = 1; i < set->count; i++)
		set->slots[i].spares = set->slots[i].standby = 0;
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (!is_counted(w, child))
			continue;
		set->slots[child->slot].spares++;
		if (is_standby(w, set, child))
			set->slots[child->slot].standby++;
	}
}

static struct child_sa *find_standby(struct world *w, const struct clone_set *set, uint32_t slot)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->slot == slot && is_standby(w, set, child))
			return child;
	}
	return NULL;
}

void set_promote(struct world *w, struct clone_set *set, const struct plan_promotion *p)
{
	struct child_sa *spare = find_standby(w, set, p->from);
	struct child_sa *old = child_sa_find_id(w, set->children[p->to]);
	struct ike_sa *sa = ike_sa_find_id(w, spare->ike_sa);

	/* What we send on stays until there is something else to send on. Of other daemons nobody knows
	 * whether the peer has two for one CPU: strongSwan sends on ours from a CPU that has no other,
	 * and would drop that CPU's packets until it has asked for one again. */
	if (old != NULL && (!sa->peer_is_cygnet || !spare->proven || old->state != CHILD_UP || old->ike_sa != sa->id ||
			    child_is_being_rekeyed(sa, old)))
		return;
	spare->spare = false;
	spare->slot = spare->number = p->to;
	spare->cpu = set->cpus[p->to];
	set->slots[p->to].state = SLOT_UP;
	set->slots[p->to].own = false;
	set_clone_up(w, set, p->to);
	set->children[p->to] = spare->id;
	report_child(w, spare, REPORT_PROGRESS, "spare SA takes the place of this clone");
	child_start_sending(w, spare);
	if (old == NULL)
		return;
	report_child(w, old, REPORT_PROGRESS, "the peer's is enough: giving ours back");
	child_give_back(w, old);
}

void set_give_back(struct world *w, struct clone_set *set, uint32_t slot)
{
	struct child_sa *child = child_sa_find_id(w, set->children[slot]);

	/* What replaces it would only be given back, too. */
	if (child == NULL || child->state != CHILD_UP ||
	    child_is_being_rekeyed(ike_sa_find_id(w, child->ike_sa), child))
		return;
	set->slots[slot].state = SLOT_EMPTY;
	set->children[slot] = 0;
	report_child(w, child, REPORT_PROGRESS, "giving ours back: clones= has no CPU for it now");
	child_give_back(w, child);
}
