/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be seen from outside, one at a time (walk.c has the others in turns). */

#include "ike/engine/views.h"

#include <string.h>

#include "ike/engine/engine.h"
#include "ike/engine/names.h"
#include "ike/sa/requests.h"

static const struct connection *connection_of(const struct world *w, const struct child_sa *child)
{
	return connection_find_id(&w->connections, child->connection);
}

/* Without the instance, which stands by itself. */
static const char *base_name(char *name)
{
	name[strcspn(name, "[")] = '\0';
	return name;
}

static struct instance_view instance_view_of(const struct connection *c)
{
	if (c == NULL || c->template == 0)
		return (struct instance_view) { 0 };
	return (struct instance_view) { c->number, c->remote_host };
}

/* How long until a timer is due; TIME_NEVER: it is not set. */
static int64_t due_in(const struct world *w, const struct timer *timer)
{
	if (timer->node.index == 0)
		return TIME_NEVER;
	return timer->node.when > w->now ? timer->node.when - w->now : 0;
}

static bool is_in_slot(const struct clone_set *set, const struct child_sa *child)
{
	return child->slot < set->count && set->slots[child->slot].state == SLOT_UP &&
	       set->children[child->slot] == child->id;
}

void child_view_of(struct world *w, const struct child_sa *child, struct view_texts *texts,
		   struct child_view *out)
{
	const struct connection *c = connection_of(w, child);
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	(void)child_sa_name(w, child, texts->name);
	*out = (struct child_view) {
		.serial = child->serial,
		.ike_serial = sa->serial,
		.name = base_name(texts->name),
		.set = c->conf->name,
		.instance = instance_view_of(c),
		.clone = child->number,
		.slot = child->slot,
		.spare = child->spare,
		.has_clones = c->conf->clones.kind != CLONES_NO,
		.cpu = child->cpu,
		.role = child->role,
		.inbound = child->inbound,
		.outbound = child->outbound,
		.spi_in = child->spi_in,
		.spi_out = child->spi_out,
		.local = { child->from.address, child_sa_port_out(child) },
		.remote = child->to,
		.traffic = &child->traffic,
		.mode = child->mode,
		.encapsulated = child->encapsulated,
		.esn = child->suite.esn,
		.algorithms = suite_print(&child->suite, texts->suite),
		.add_epoch = child->created + w->epoch_offset,
		.age = w->now - child->created,
		.expires_in = child->life_timer.node.when - w->now,
		.rekey_in = child->spare ? TIME_NEVER : due_in(w, &child->rekey_timer),
		.rekey_bytes = child->limits.soft_bytes,
		.rekey_packets = child->limits.soft_packets,
		.peer_id = sa->remote_id,
		.reqid = child->reqid,
		.max_bytes = c->conf->ipsec_max_bytes,
		.max_packets = c->conf->ipsec_max_packets,
		.newest = is_in_slot(c->set, child),
	};
	child_sa_counters(w, child, &out->in, &out->out);
}

/* Not in use yet: what it replaces is. */
static bool is_waiting(const struct child_sa *child)
{
	return child->replaces != 0 && child->role == ROLE_RESPONDER && !child->outbound &&
	       !child->waits_for_head && !child->exhausted && !child->spare;
}

bool child_is_shown(const struct child_sa *child)
{
	return child->state == CHILD_UP && !is_waiting(child);
}

void ike_view_of(const struct world *w, const struct ike_sa *sa, struct view_texts *texts,
		 struct ike_view *out)
{
	const struct connection *c = ike_sa_connection(w, sa);
	bool established = sa->state == IKE_ESTABLISHED;
	bool reauth = c != NULL && c->template == 0 && c->conf->reauth;
	int64_t next = due_in(w, &sa->rekey_timer);

	*out = (struct ike_view) {
		.serial = sa->serial,
		.name = c == NULL ? "" : c->conf->name,
		.instance = instance_view_of(c),
		.state = ike_state_name(sa->state),
		.role = sa->role,
		.established = established,
		.spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
		.local = sa->local,
		.remote = sa->remote,
		.local_id = sa->local_id,
		.peer_id = sa->remote_id,
		.algorithms = sa->suite.encr == NULL ? "" : suite_print(&sa->suite, texts->suite),
		.age = w->now - (established ? sa->established : sa->created),
		.expires_in = established ? sa->life_timer.node.when - w->now : 0,
		.rekey_in = reauth ? TIME_NEVER : next,
		.reauth_in = reauth ? next : TIME_NEVER,
		.child_count = sa->child_count,
		.window = sa->peer_window,
		.in_flight = requests_count_in_flight(sa),
		.nat_local = sa->nat_local,
		.nat_remote = sa->nat_remote,
		.newest = established && c != NULL && c->ike_sa == sa->id,
	};
}

/* The SA of a CPU that is offline is kept for when it is back. */
static const char *slot_text(const struct plan_slot *slot)
{
	static const char *const texts[] = {
		[SLOT_EMPTY] = "empty",
		[SLOT_NEGOTIATING] = "negotiating",
		[SLOT_UP] = "up",
		[SLOT_REFUSED] = "refused",
	};

	if (slot->state == SLOT_UP && !plan_slot_is_wanted(slot))
		return "spare";
	if (slot->state != SLOT_NEGOTIATING && slot->offline)
		return "offline";
	return texts[slot->state];
}

bool slot_is_past(const struct plan_slot *slot)
{
	return slot->dropped && slot->state == SLOT_EMPTY;
}

void connection_view_of(const struct world *w, const struct connection *c, uint32_t slot,
			struct view_texts *texts, struct connection_view *out)
{
	const struct clone_set *set = c->set;
	const struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);
	const struct child_sa *child = set->slots[slot].state == SLOT_UP
					       ? child_sa_find_id(w, set->children[slot])
					       : NULL;

	if (slot != 0 || sa == NULL || sa->state != IKE_ESTABLISHED)
		sa = NULL;
	(void)connection_member_name(c, slot, texts->name);
	*out = (struct connection_view) {
		.name = base_name(texts->name),
		.set = c->conf->name,
		.instance = instance_view_of(c),
		.clone = slot,
		.has_clones = c->conf->clones.kind != CLONES_NO,
		.conf = c->conf,
		.orientation = c->orientation,
		.local = c->local_host,
		.remote = c->remote_host,
		.local_id = c->local_id,
		.remote_id = c->remote_id,
		.routed = set->trap,
		.up = set->wanted,
		.ike_serial = sa == NULL ? 0 : sa->serial,
		.child_serial = child == NULL ? 0 : child->serial,
		.ike_algorithms = sa == NULL ? NULL : suite_print(&sa->suite, texts->suite),
		.child_algorithms = child == NULL ? NULL
						  : suite_print(&child->suite, texts->child_suite),
		.reqid = c->reqid,
		.priority = c->priority,
		.cpu = set->cpus[slot],
		.slot_state = slot_text(&set->slots[slot]),
		.is_template = connection_is_template(c),
		.instances = c->instance_count,
	};
}

static void count_slots(struct world *w, const struct clone_set *set, struct set_view *out)
{
	int64_t retry_at = TIME_NEVER;

	for (uint32_t i = 1; i < set->count; i++) {
		const struct plan_slot *slot = &set->slots[i];
		bool waits = slot->state == SLOT_EMPTY && slot->retry_at > w->now &&
			     set->peer_clones;

		if (!plan_slot_is_wanted(slot)) {
			out->spares += slot->state == SLOT_UP;
			continue;
		}
		out->wanted++;
		out->clones_up += slot->state == SLOT_UP;
		out->negotiating += slot->state == SLOT_NEGOTIATING;
		out->refused += slot->state == SLOT_REFUSED;
		out->waiting += waits;
		out->empty += slot->state == SLOT_EMPTY && !waits;
		if (waits && slot->retry_at < retry_at)
			retry_at = slot->retry_at;
	}
	out->retry_in = retry_at == TIME_NEVER ? TIME_NEVER : retry_at - w->now;
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		out->spares += child->spare && child->state == CHILD_UP && !child->superseded;
	}
}

void set_view_of(struct world *w, const struct connection *c, struct set_view *out)
{
	const struct clone_set *set = c->set;
	bool head = set->slots[0].state == SLOT_UP;

	*out = (struct set_view) {
		.name = c->conf->name,
		.instance = instance_view_of(c),
		.head = slot_text(&set->slots[0]),
		.up = set->wanted,
		.bound = w->facts->per_cpu,
		.fills_first = head && set->fills_first,
		.peer_makes_none = head && !set->peer_clones,
		.max_clones = set_limit(w, c),
		.turned_away = set->turned_away,
		.reqid = c->reqid,
	};
	count_slots(w, set, out);
	if (set->refusal != 0 && out->refused + out->waiting > 0)
		out->why = notify_name(set->refusal);
}

void ike_engine_counts(const struct ike_engine *engine, struct engine_counts *out)
{
	const struct world *w = &engine->w;

	*out = (struct engine_counts) {
		.connections = w->connections.count,
		.ike_half_open = w->half_open,
		.ike_established = w->established,
		.child_established = w->child_count,
		.cookies_required = guard_wants_cookie(w),
		.dropped_over_number = w->guard.over_number,
		.dropped_over_work = w->guard.over_work,
		.dropped_over_prefix = w->guard.over_prefix,
		.datagrams_in = w->datagrams_in,
		.datagrams_dropped = w->datagrams_dropped,
		.cookies_sent = w->cookies_sent,
		.retransmits = w->retransmits,
	};
}

bool ike_engine_knows(struct ike_engine *engine, const char *name)
{
	uint32_t number;

	return name_is_known(&engine->w, name) ||
	       name_find_member(&engine->w, name, &number) != NULL;
}
