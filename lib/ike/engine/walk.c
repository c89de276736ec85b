/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks: a list of ids, taken at the beginning, and how far in it a walk is. Connections that are to
 * be shown by their names are sorted in runs, one in a turn, and shown from the run whose next name
 * is the least.
 */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ike/engine/engine.h"
#include "ike/engine/names.h"
#include "ike/engine/views.h"

enum { RUN_MAX = 2048, LOOKS_PER_TURN = 512 };

/* Sorted ids of connections. */
struct id_run {
	size_t at, end;
};

struct engine_walk {
	struct engine_walk_calls calls;
	void *context;
	char *name;            /* owned; NULL: everything */
	uint64_t *ids;         /* owned; of IKE SAs, or of connections */
	size_t count, at;
	struct id_run *runs;   /* owned; of Child SAs: where in `ids` */
	size_t run_count;
	uint64_t current;      /* an id that is not all shown; 0: none */
	uint32_t number, serial; /* what has been shown of it: slots before that, or up to that one */
};

/* --- Which there are --- */

static void take_connections(struct world *w, struct engine_walk *walk)
{
	walk->ids = mem_new_array(w->connections.count + 1U, sizeof(*walk->ids));
	LIST_FOR_EACH(link, &w->connections.all)
		walk->ids[walk->count++] = LIST_OBJECT(link, struct connection, link)->id;
}

static void take_ikes(struct world *w, struct engine_walk *walk)
{
	walk->ids = mem_new_array(w->ike_count + 1U, sizeof(*walk->ids));
	LIST_FOR_EACH(link, &w->ike_sas)
		walk->ids[walk->count++] = LIST_OBJECT(link, struct ike_sa, link)->id;
}

struct engine_walk *engine_walk_new(struct ike_engine *engine, const char *name,
				    const struct engine_walk_calls *calls, void *context)
{
	struct engine_walk *walk = NEW(struct engine_walk);

	*walk = (struct engine_walk) { .calls = *calls, .context = context };
	walk->name = name == NULL ? NULL : mem_text(name);
	if (calls->ike != NULL)
		take_ikes(&engine->w, walk);
	else
		take_connections(&engine->w, walk);
	return walk;
}

void engine_walk_free(struct engine_walk *walk)
{
	if (walk == NULL)
		return;
	mem_free(walk->name);
	mem_free(walk->ids);
	mem_free(walk->runs);
	mem_free(walk);
}

/* --- By name --- */

struct named {
	const char *name;
	uint64_t id;
};

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : x->id < y->id ? -1 : 1;
}

/* The ids from `start` on, as far as they are still there, become a run. */
static void sort_run(const struct world *w, struct engine_walk *walk, size_t start, size_t count)
{
	struct named *list = mem_new_array(count, sizeof(*list));
	size_t n = 0;

	for (size_t i = start; i < start + count; i++) {
		const struct connection *c = connection_find_id(&w->connections, walk->ids[i]);

		if (c != NULL)
			list[n++] = (struct named) { c->conf->name, c->id };
	}
	qsort(list, n, sizeof(*list), compare_named);
	for (size_t i = 0; i < n; i++)
		walk->ids[start + i] = list[i].id;
	mem_free(list);
	walk->runs = mem_grow(walk->runs, walk->run_count + 1, sizeof(*walk->runs));
	walk->runs[walk->run_count++] = (struct id_run) { start, start + n };
}

/* One run of them. false: all are sorted. */
static bool sort_more(const struct world *w, struct engine_walk *walk)
{
	size_t left = walk->count - walk->at, count = left < RUN_MAX ? left : RUN_MAX;

	if (walk->calls.child == NULL || count == 0)
		return false;
	sort_run(w, walk, walk->at, count);
	walk->at += count;
	return walk->at < walk->count;
}

static const struct connection *run_first(const struct world *w, const struct engine_walk *walk,
					  struct id_run *run)
{
	const struct connection *c = NULL;

	while (run->at < run->end &&
	       (c = connection_find_id(&w->connections, walk->ids[run->at])) == NULL)
		run->at++;
	return c;
}

/* 0: there is no more. */
static uint64_t take_by_name(const struct world *w, struct engine_walk *walk)
{
	struct named best = { 0 };
	struct id_run *from = NULL;

	for (size_t i = 0; i < walk->run_count; i++) {
		const struct connection *c = run_first(w, walk, &walk->runs[i]);
		struct named this;

		if (c == NULL)
			continue;
		this = (struct named) { c->conf->name, c->id };
		if (from == NULL || compare_named(&this, &best) < 0) {
			best = this;
			from = &walk->runs[i];
		}
	}
	if (from != NULL)
		from->at++;
	return best.id;
}

static uint64_t take_next(const struct world *w, struct engine_walk *walk)
{
	walk->number = walk->serial = 0;
	if (walk->calls.child != NULL)
		return take_by_name(w, walk);
	return walk->at < walk->count ? walk->ids[walk->at++] : 0;
}

/* --- One of each kind. true: it was shown --- */

static bool show_ike(struct world *w, struct engine_walk *walk)
{
	const struct ike_sa *sa = ike_sa_find_id(w, walk->current);
	struct view_texts texts;
	struct ike_view view;

	walk->current = 0;
	if (sa == NULL)
		return false;
	ike_view_of(w, sa, &texts, &view);
	walk->calls.ike(walk->context, &view);
	return true;
}

static bool is_before(const struct child_sa *child, uint32_t number, uint32_t serial)
{
	return child->number != number ? child->number < number : child->serial < serial;
}

/* Behind what has been shown, and meant. */
static bool is_left(const struct world *w, const struct connection *c, const struct child_sa *child,
		    const struct engine_walk *walk)
{
	char name[CHILD_NAME_MAX];

	if (!child_is_shown(child) || is_before(child, walk->number, walk->serial + 1))
		return false;
	(void)child_sa_name(w, child, name);
	name[strcspn(name, "[")] = '\0';
	return name_means(c, name, walk->name);
}

static bool show_child(struct world *w, struct engine_walk *walk)
{
	const struct connection *c = connection_find_id(&w->connections, walk->current);
	const struct child_sa *next = NULL;
	struct view_texts texts;
	struct child_view view;

	if (c != NULL)
		LIST_FOR_EACH(link, child_sas_of_connection(w, c->id)) {
			const struct child_sa *child = CHILD_OF_CONNECTION(link);

			if ((next == NULL || is_before(child, next->number, next->serial)) &&
			    is_left(w, c, child, walk))
				next = child;
		}
	if (next == NULL) {
		walk->current = 0;
		return false;
	}
	walk->number = next->number;
	walk->serial = next->serial;
	child_view_of(w, next, &texts, &view);
	walk->calls.child(walk->context, &view);
	return true;
}

static bool show_slot(struct world *w, struct engine_walk *walk, const struct connection *c,
		      uint32_t slot)
{
	struct view_texts texts;
	struct connection_view view;

	if (slot_is_past(&c->set->slots[slot]))
		return false;
	connection_view_of(w, c, slot, &texts, &view);
	if (!name_means(c, view.name, walk->name))
		return false;
	walk->calls.connection(walk->context, &view);
	return true;
}

static bool show_connection(struct world *w, struct engine_walk *walk)
{
	const struct connection *c = connection_find_id(&w->connections, walk->current);

	if (c != NULL && walk->number < c->set->count)
		return show_slot(w, walk, c, walk->number++);
	walk->current = 0;
	return false;
}

static bool set_is_meant(struct world *w, const struct connection *c, const char *name)
{
	const struct connection *whole = NULL;
	uint32_t number;

	if (c->conf->clones.kind == CLONES_NO || connection_is_template(c))
		return false;
	if (name != NULL && !name_is_known(w, name))
		whole = name_find_member(w, name, &number);
	return whole == NULL ? name_means(c, c->conf->name, name)
			     : whole == c || whole->id == c->template;
}

static bool show_set(struct world *w, struct engine_walk *walk)
{
	const struct connection *c = connection_find_id(&w->connections, walk->current);
	struct set_view view;

	walk->current = 0;
	if (c == NULL || !set_is_meant(w, c, walk->name))
		return false;
	set_view_of(w, c, &view);
	walk->calls.set(walk->context, &view);
	return true;
}

static bool show(struct world *w, struct engine_walk *walk)
{
	if (walk->calls.ike != NULL)
		return show_ike(w, walk);
	if (walk->calls.child != NULL)
		return show_child(w, walk);
	return walk->calls.connection != NULL ? show_connection(w, walk) : show_set(w, walk);
}

bool engine_walk_on(struct ike_engine *engine, struct engine_walk *walk, unsigned max, int64_t now)
{
	struct world *w = &engine->w;
	bool more = true;

	engine_enter(engine, now);
	if (!sort_more(w, walk))
		for (unsigned looks = 0; more && max > 0 && looks < LOOKS_PER_TURN; looks++) {
			if (walk->current == 0)
				walk->current = take_next(w, walk);
			more = walk->current != 0;
			if (more && show(w, walk))
				max--;
		}
	engine_leave(engine);
	return more;
}
