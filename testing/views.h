/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTING_VIEWS_H
#define TESTING_VIEWS_H

#include "ike/engine.h"

/* Everything of one kind, at once. */
static inline void views_walk(struct ike_engine *engine, const char *name, int64_t now,
			      const struct engine_walk_calls *calls, void *context)
{
	struct engine_walk *walk = engine_walk_new(engine, name, calls, context);

	while (engine_walk_on(engine, walk, 100, now))
		;
	engine_walk_free(walk);
}

static inline void each_child(struct ike_engine *engine, const char *name, int64_t now,
			      void (*each)(void *context, const struct child_view *view),
			      void *context)
{
	views_walk(engine, name, now, &(struct engine_walk_calls) { .child = each }, context);
}

static inline void each_ike(struct ike_engine *engine, int64_t now,
			    void (*each)(void *context, const struct ike_view *view), void *context)
{
	views_walk(engine, NULL, now, &(struct engine_walk_calls) { .ike = each }, context);
}

static inline void each_connection(struct ike_engine *engine, const char *name, int64_t now,
				   void (*each)(void *context, const struct connection_view *view),
				   void *context)
{
	views_walk(engine, name, now, &(struct engine_walk_calls) { .connection = each }, context);
}

static inline void each_set(struct ike_engine *engine, const char *name, int64_t now,
			    void (*each)(void *context, const struct set_view *view), void *context)
{
	views_walk(engine, name, now, &(struct engine_walk_calls) { .set = each }, context);
}

static inline void views_count_head(void *context, const struct connection_view *view)
{
	*(unsigned *)context += view->clone == 0 && view->child_serial != 0;
}

/* How many connections are up. */
static inline unsigned views_count_active(struct ike_engine *engine, int64_t now)
{
	unsigned count = 0;

	each_connection(engine, NULL, now, views_count_head, &count);
	return count;
}

#endif
