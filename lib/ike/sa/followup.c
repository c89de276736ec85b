/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/followup.h"

#include <string.h>

#include "base/mem.h"
#include "ike/sa/world.h"

static struct followup *of_link(const struct list *link)
{
	return LIST_OBJECT(link, struct followup, link);
}

static size_t count(const struct ike_sa *sa)
{
	size_t n = 0;

	LIST_FOR_EACH(link, &sa->followups)
		n++;
	return n;
}

void ke_secrets_add(struct ke_secrets *ke, const struct suite *suite, struct bytes shared)
{
	struct secret longer;

	if (ke->first.len == 0) {
		ke->first = secret_copy(shared);
		ke->place = (uint8_t)suite_next_addke(suite, 0);
		return;
	}
	longer = secret_new(ke->more.len + shared.len);
	if (ke->more.len > 0)
		memcpy(longer.ptr, ke->more.ptr, ke->more.len);
	memcpy(longer.ptr + ke->more.len, shared.ptr, shared.len);
	secret_done(&ke->more);
	ke->more = longer;
	ke->place = (uint8_t)suite_next_addke(suite, ke->place + 1U);
}

bool ke_secrets_complete(const struct ke_secrets *ke)
{
	return ke->place == ADDKE_MAX;
}

void ke_secrets_done(struct ke_secrets *ke)
{
	secret_done(&ke->first);
	secret_done(&ke->more);
}

struct followup *followup_new(struct world *w, struct ike_sa *sa, const struct suite *suite,
			      struct bytes shared)
{
	struct followup *f;

	if (count(sa) >= FOLLOWUPS_MAX)
		return NULL;
	f = NEW(struct followup);
	f->ike_sa = sa->id;
	world_random(w, &f->id, sizeof(f->id));
	ke_secrets_add(&f->ke, suite, shared);
	list_append(&sa->followups, &f->link);
	timer_set(w, &f->timer, TIMER_FOLLOWUP, w->now + FOLLOWUP_WAIT);
	return f;
}

void followup_free(struct world *w, struct followup *f)
{
	timer_stop(w, &f->timer);
	list_remove(&f->link);
	ke_secrets_done(&f->ke);
	mem_free(f);
}

void followups_free_all(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->followups)
		followup_free(w, of_link(link));
}

struct followup *followup_find(const struct ike_sa *sa, uint64_t id)
{
	LIST_FOR_EACH(link, &sa->followups)
		if (of_link(link)->id == id)
			return of_link(link);
	return NULL;
}

void followup_link(const struct followup *f, uint8_t out[FOLLOWUP_LINK_LEN])
{
	memcpy(out, &f->id, sizeof(f->id));
	out[sizeof(f->id)] = f->ke.place;
}

struct followup *followup_find_link(const struct ike_sa *sa, struct bytes link)
{
	struct followup *f;
	uint64_t id;

	if (link.len != FOLLOWUP_LINK_LEN)
		return NULL;
	memcpy(&id, link.ptr, sizeof(id));
	f = followup_find(sa, id);
	return f != NULL && !f->working && f->ke.place == link.ptr[sizeof(id)] ? f : NULL;
}
