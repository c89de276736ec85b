/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_VIEWS_H
#define IKE_ENGINE_VIEWS_H

#include "ike/engine/set/set.h"
#include "ike/sa/world.h"

/* What the engine shows of each thing; texts that a view points to are in the caller's. */
struct view_texts {
	char name[CHILD_NAME_MAX], suite[SUITE_TEXT_MAX], child_suite[SUITE_TEXT_MAX];
};

/* Of a connection that is there. */
void child_view_of(struct world *w, const struct child_sa *child, struct view_texts *texts,
		   struct child_view *out);
void ike_view_of(const struct world *w, const struct ike_sa *sa, struct view_texts *texts,
		 struct ike_view *out);
void connection_view_of(const struct world *w, const struct connection *c, uint32_t slot,
			struct view_texts *texts, struct connection_view *out);
void set_view_of(struct world *w, const struct connection *c, struct set_view *out);

/* It is in use, and not only kept for later or about to end. */
bool child_is_shown(const struct child_sa *child);
/* There is nothing to be said of a CPU that clones= meant once. */
bool slot_is_past(const struct plan_slot *slot);

#endif
