/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/answers.h"
#include "ike/engine/engine.h"

#include <string.h>

#include "base/mem.h"
#include "ike/engine/instances.h"
#include "ike/engine/runs.h"
#include "ike/engine/set/demand.h"
#include "ike/exchange/create/child.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/arrival.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/path/path.h"

struct ike_engine *ike_engine_new(const struct ike_engine_config *config, int64_t now)
{
	struct ike_engine *engine = NEW(struct ike_engine);

	world_init(&engine->w, config, now);
	engine->w.hooks = &set_hooks;
	return engine;
}

static void free_gone(struct world *w)
{
	while (!list_empty(&w->gone)) {
		struct ike_sa *sa = LIST_OBJECT(w->gone.next, struct ike_sa, link);

		instances_look(w, sa->connection);
		ike_sa_free(w, sa);
	}
}

void engine_enter(struct ike_engine *engine, int64_t now)
{
	if (now > engine->w.now)
		engine->w.now = now;
	engine->w.command = 0;
}

void engine_leave(struct ike_engine *engine)
{
	free_gone(&engine->w);
	instances_sweep(&engine->w);
	engine->w.command = 0;
}

void engine_speak_for(struct world *w, const struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	w->command = c == NULL ? 0 : set_command(c->set);
}

void engine_forget(struct world *w, struct connection *c)
{
	instances_forget(w, c);
	set_down(w, c->set, END_BY_COMMAND);
	set_untrap(w, c->set);
	set_remove_policies(w, c->set);
	set_answer(w, c->set, CONTROL_FATAL);
	set_hand_over(w, c);
	set_free(w, c->set);
	connection_free(&w->connections, c);
}

/* Instances before their template. */
static struct connection *last_connection(struct world *w)
{
	return list_empty(&w->connections.all)
		       ? NULL
		       : LIST_OBJECT(w->connections.all.prev, struct connection, link);
}

/* Nobody stays to hear the answers to the Deletes. false: nothing is left. */
static bool shut_down_one(struct world *w)
{
	struct connection *c = last_connection(w);

	if (c != NULL)
		engine_forget(w, c);
	else if (!list_empty(&w->ike_sas))
		ike_end(w, LIST_OBJECT(w->ike_sas.next, struct ike_sa, link), END_BY_COMMAND,
			NULL);
	else
		return false;
	return true;
}

enum { SHUT_DOWN_PER_CALL = 64 };

bool ike_engine_shutdown(struct ike_engine *engine, uint64_t command, int64_t now)
{
	struct world *w = &engine->w;
	bool more = true;

	engine_enter(engine, now);
	command_runs_drop(w, true);
	w->command = command;
	for (unsigned i = 0; more && i < SHUT_DOWN_PER_CALL; i++)
		more = shut_down_one(w);
	if (!more)
		command_end(w, command, CONTROL_OK);
	engine_leave(engine);
	return !more;
}

/* Silence: nothing is sent, nothing is asked of the kernel. */
static void drop_children(struct world *w, struct ike_sa *sa)
{
	while (!list_empty(&sa->children)) {
		struct child_sa *child = LIST_OBJECT(sa->children.next, struct child_sa, link);

		child->inbound = child->outbound = false;
		child_sa_free(w, child);
	}
}

void ike_engine_free(struct ike_engine *engine)
{
	struct world *w = &engine->w;
	struct connection *c;

	LIST_FOR_EACH(link, &w->ike_sas) {
		struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);

		drop_children(w, sa);
		ike_sa_free(w, sa);
	}
	while ((c = last_connection(w)) != NULL) {
		c->set->policies = c->set->trap = false;
		c->set->waiter_count = 0;
		set_free(w, c->set);
		connection_free(&w->connections, c);
	}
	command_runs_drop(w, false);
	commands_forget(w);
	world_done(w);
	mem_free(engine);
}

int64_t ike_engine_deadline(const struct ike_engine *engine)
{
	const struct heap_node *first = heap_first(&engine->w.timers);

	return first == NULL ? TIME_NEVER : first->when;
}

void ike_engine_on_time(struct ike_engine *engine, int64_t now)
{
	engine_enter(engine, now);
	dispatch_time(&engine->w);
	engine_leave(engine);
}

void ike_engine_on_datagram(struct ike_engine *engine, const struct endpoint *local,
			    const struct endpoint *remote, struct bytes datagram, int64_t now)
{
	engine_enter(engine, now);
	dispatch_datagram(&engine->w, local, remote, datagram);
	engine_leave(engine);
}

void ike_engine_on_job(struct ike_engine *engine, struct crypto_job *job, int64_t now)
{
	engine_enter(engine, now);
	dispatch_job(&engine->w, job);
	engine_leave(engine);
}

/* Which packet it is, if it is one of the connection's. */
static void take_trigger(struct world *w, struct connection *c, const struct traffic_packet *packet)
{
	char local[SELECTOR_TEXT_MAX], remote[SELECTOR_TEXT_MAX];
	struct traffic_pair pair;

	c->trigger = (struct traffic_packet) { 0 };
	if (!traffic_packet_is_set(packet) ||
	    !traffic_find_pair(&c->traffic, &packet->local, &packet->remote, &pair)) {
		report_name(w, c->name, REPORT_PROGRESS, "initiate on demand: traffic");
		return;
	}
	c->trigger = *packet;
	report_name(w, c->name, REPORT_PROGRESS, "initiate on demand: traffic %s===%s",
		    selector_print(&packet->local, local), selector_print(&packet->remote, remote));
}

void ike_engine_on_acquire(struct ike_engine *engine, const struct kernel_acquire *acquire,
			   int64_t now)
{
	struct world *w = &engine->w;
	struct connection *c;

	engine_enter(engine, now);
	c = connection_find_reqid(&w->connections, acquire->reqid);
	/* With a CPU there is a head. */
	if (c != NULL && acquire->cpu != KERNEL_CPU_NONE)
		demand_acquire(w, c->set, acquire->cpu);
	if (c != NULL && acquire->cpu == KERNEL_CPU_NONE && c->set->trap &&
	    c->set->slots[0].state == SLOT_EMPTY) {
		take_trigger(w, c, &acquire->packet);
		c->set->wanted = true;
		c->set->slots[0].retry_at = 0;
		set_run(w, c->set);
	}
	engine_leave(engine);
}

static struct child_sa *find_outbound(struct world *w, uint32_t spi,
				      const struct address *destination)
{
	LIST_FOR_EACH(link, &w->ike_sas) {
		struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);
		struct child_sa *child = child_sa_find_peer_spi(sa, spi);

		if (child != NULL && child->outbound &&
		    address_equal(&child->to.address, destination))
			return child;
	}
	return NULL;
}

void ike_engine_on_expire(struct ike_engine *engine, uint32_t spi,
			  const struct address *destination, int64_t now)
{
	struct world *w = &engine->w;
	struct child_sa *child;

	engine_enter(engine, now);
	child = child_sa_find_spi(w, spi);
	if (child != NULL && child->inbound && address_equal(&child->from.address, destination)) {
		child_limit_passed(w, child, KERNEL_IN);
	} else {
		child = find_outbound(w, spi, destination);
		if (child != NULL)
			child_limit_passed(w, child, KERNEL_OUT);
	}
	engine_leave(engine);
}

void ike_engine_on_mapping(struct ike_engine *engine, uint32_t spi,
			   const struct address *destination, const struct endpoint *from,
			   int64_t now)
{
	struct world *w = &engine->w;
	const struct child_sa *child;
	struct ike_sa *sa;

	engine_enter(engine, now);
	child = child_sa_find_spi(w, spi);
	if (child != NULL && child->inbound && child->encapsulated &&
	    address_equal(&child->from.address, destination)) {
		sa = ike_sa_find_id(w, child->ike_sa);
		engine_speak_for(w, sa);
		if (child_sa_arrival_is_news(sa, child, from))
			path_hint(w, sa, from);
	}
	engine_leave(engine);
}

void ike_engine_on_cpus(struct ike_engine *engine, int64_t now)
{
	struct world *w = &engine->w;

	engine_enter(engine, now);
	LIST_FOR_EACH(link, &w->connections.all) {
		struct clone_set *set = LIST_OBJECT(link, struct connection, link)->set;

		/* By the timer: a plan that ends connections would do so under this walk. */
		if (set_follow_cpus(w, set))
			timer_set(w, &set->timer, TIMER_SET, w->now);
	}
	engine_leave(engine);
}

void ike_engine_set_secrets(struct ike_engine *engine, struct secrets *secrets)
{
	secrets_done(&engine->w.secrets);
	engine->w.secrets = *secrets;
	*secrets = (struct secrets) { 0 };
}

void ike_engine_set_addresses(struct ike_engine *engine, const struct address *list, size_t count,
			      int64_t now)
{
	struct world *w = &engine->w;

	engine_enter(engine, now);
	w->own = mem_grow(w->own, count, sizeof(*list));
	if (count > 0)
		memcpy(w->own, list, count * sizeof(*list));
	w->own_count = count;
	LIST_FOR_EACH(link, &w->connections.all) {
		struct connection *c = LIST_OBJECT(link, struct connection, link);

		if (!connection_is_oriented(c)) {
			connection_orient(&w->connections, c, w->own, w->own_count);
			set_run(w, c->set);
		} else {
			set_own_changed(w, c->set);
		}
	}
	LIST_FOR_EACH(link, &w->ike_sas)
		mobike_own_changed(w, LIST_OBJECT(link, struct ike_sa, link));
	engine_leave(engine);
}
