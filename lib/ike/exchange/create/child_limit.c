/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much may go over a Child SA: watched here, and kept by the kernel. */

#include "ike/exchange/create/child.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/ends.h"

/* When a rekey has been asked for and has not come about. */
#define LOOK_AGAIN SECONDS(60)

void child_limit_set(struct world *w, const struct connection *c, struct child_sa *child)
{
	uint16_t fuzz;

	world_random(w, &fuzz, sizeof(fuzz));
	child->limits = limits_of(c->conf, &child->suite, child->role, fuzz);
}

static struct sa_usage look(struct world *w, const struct child_sa *child)
{
	struct kernel_counters in, out;

	child_sa_counters(w, child, &in, &out);
	return (struct sa_usage) {
		.counters = {
			[LIMITS_BYTES_IN] = in.bytes,
			[LIMITS_BYTES_OUT] = out.bytes,
			[LIMITS_PACKETS_IN] = in.packets,
			[LIMITS_PACKETS_OUT] = out.packets,
		},
		.when = w->now,
	};
}

static void arm(struct world *w, struct child_sa *child, int64_t wait)
{
	if (wait != TIME_NEVER)
		timer_set(w, &child->limit_timer, TIMER_CHILD_LIMIT, w->now + wait);
}

void child_limit_start(struct world *w, struct child_sa *child)
{
	child->usage = (struct sa_usage) { .when = w->now };
	/* A spare is rekeyed by its maker. */
	if (!child->spare)
		arm(w, child, limits_next_look(&child->limits, &child->usage, &child->usage));
}

/* Its counters are those of nothing: the kernel has taken it out, and what it said got lost. */
static bool is_lost(const struct sa_usage *before, const struct sa_usage *now,
		    enum kernel_direction *out)
{
	*out = now->counters[LIMITS_PACKETS_OUT] < before->counters[LIMITS_PACKETS_OUT] ? KERNEL_OUT
										: KERNEL_IN;
	return *out == KERNEL_OUT ||
	       now->counters[LIMITS_PACKETS_IN] < before->counters[LIMITS_PACKETS_IN];
}

void child_limit_on_time(struct world *w, struct child_sa *child)
{
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);
	struct sa_usage usage = look(w, child);
	int64_t wait = limits_next_look(&child->limits, &child->usage, &usage);
	enum kernel_direction gone;

	if (is_lost(&child->usage, &usage, &gone)) {
		child_limit_passed(w, child, gone);
		return;
	}
	child->usage = usage;
	if (wait > 0) {
		arm(w, child, wait);
		return;
	}
	arm(w, child, LOOK_AGAIN);
	if (sa == NULL || child->successor != 0)
		return;
	report_child(w, child, REPORT_PROGRESS, "its limit in bytes or packets is near");
	rekey_child(w, sa, child);
}

void child_limit_passed(struct world *w, struct child_sa *child, enum kernel_direction direction)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);
	struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);

	if (direction == KERNEL_IN)
		child->inbound = false;
	else
		child->outbound = false;
	child->exhausted = true;
	if (child->state == CHILD_DRAINING && direction == KERNEL_OUT)
		timer_set(w, &child->life_timer, TIMER_CHILD_LIFE, child->drain_until);
	if (child->state != CHILD_UP || sa == NULL)
		return;
	if (child->spare || c == NULL || !c->conf->rekey) {
		report_child(w, child, REPORT_CLOSED, "its hard limit is reached");
		children_close(w, sa, &child, 1);
		return;
	}
	report_child(w, child, REPORT_PROGRESS, "its hard limit is reached before it was replaced");
	rekey_child(w, sa, child);
}
