/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets whose ends move: nothing leaves by a policy while its SAs are on their way. */

#include "ike/engine/set/set.h"

#include "ike/conn/instance.h"

void set_point_head(struct world *w, struct clone_set *set)
{
	const struct child_sa *head = set_head(w, set);

	if (head != NULL && set_point(w, set, head) != 0)
		report_child(w, head, REPORT_KERNEL_ERROR, "its policies are for other ends");
}

static struct clone_set *set_headed_by(const struct world *w, const struct child_sa *child)
{
	struct clone_set *set = child->slot == 0 ? set_of_child(w, child) : NULL;

	return set != NULL && set_head(w, set) == child ? set : NULL;
}

void set_path_leaving(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);
		struct clone_set *set = set_headed_by(w, child);
		struct child_ends ends;

		if (set == NULL || child->mode != TYPE_TUNNEL || !w->facts->moves_addresses)
			continue;
		ends = child_ends_of(w, sa, set_connection(w, set));
		if (child_sa_goes_far(child, &ends))
			set_hold(w, set);
	}
}

void set_path_taken(struct world *w, struct ike_sa *sa)
{
	struct connection *c = ike_sa_connection(w, sa);

	if (c != NULL)
		instance_move(c, &sa->remote.address);
	LIST_FOR_EACH(link, &sa->children) {
		struct clone_set *set =
			set_headed_by(w, LIST_OBJECT(link, struct child_sa, link));

		if (set == NULL)
			continue;
		instance_move(set_connection(w, set), &sa->remote.address);
		set_point_head(w, set);
	}
}
