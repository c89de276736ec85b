/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One set of policies per clone set, one for each pair of its selectors. Templates carry the reqid and
 * no SPI, so that the kernel chooses the SA by CPU. */

#include <errno.h>

#include "ike/engine/policies/claims.h"
#include "ike/engine/set/set.h"

struct ends {
	struct address local, remote;
};

static struct ends hosts_of(const struct connection *c)
{
	return (struct ends) { c->local_host, c->remote_host };
}

static void policy_of(const struct connection *c, const struct ends *ends,
		      const struct traffic_pair *pair, enum kernel_direction direction,
		      struct kernel_policy *out)
{
	bool outbound = direction == KERNEL_OUT;

	*out = (struct kernel_policy) {
		.direction = direction,
		.source = outbound ? *pair->local : *pair->remote,
		.destination = outbound ? *pair->remote : *pair->local,
		.kind = POLICY_PROTECT,
		.reqid = c->reqid,
		.mode = c->conf->type,
		.tunnel_source = outbound ? ends->local : ends->remote,
		.tunnel_destination = outbound ? ends->remote : ends->local,
		.priority = c->conf->priority != 0 ? c->conf->priority
						  : policy_priority(pair->local, pair->remote),
		.spi = outbound ? c->set->only_spi : 0,
		.cpu_acquire = outbound && c->set->asks,
	};
}

/* Inbound first, so that nothing leaves before its answer could come in. */
static const enum kernel_direction order[] = { KERNEL_IN, KERNEL_FORWARD, KERNEL_OUT };

static bool has_direction(const struct connection *c, enum kernel_direction direction)
{
	return direction != KERNEL_FORWARD || c->conf->type == TYPE_TUNNEL;
}

/* Where the policies of a set lead that is in the kernel for this pair. */
static struct ends ends_of(const struct world *w, const struct clone_set *set,
			   const struct traffic_pair *pair)
{
	if (claim_is_there(w, set, CLAIM_POLICIES, pair))
		return (struct ends) { set->own_end, set->peer_end };
	return hosts_of(set_connection(w, set));
}

/* Nothing where the pair is another set's at the moment. */
static int set_one(struct world *w, const struct connection *c, const struct ends *ends,
		   const struct traffic_pair *pair, enum kernel_direction direction)
{
	struct kernel_change change = { .verb = KERNEL_POLICY_SET };

	if (claim_owner(w, pair) != c->set)
		return 0;
	policy_of(c, ends, pair, direction, &change.policy);
	return world_kernel(w, c->name, 0, &change);
}

/* The first `count` directions. */
static void delete_pair(struct world *w, const struct connection *c, const struct ends *ends,
			const struct traffic_pair *pair, size_t count)
{
	while (count-- > 0) {
		struct kernel_change change = { .verb = KERNEL_POLICY_DELETE };

		if (!has_direction(c, order[count]))
			continue;
		policy_of(c, ends, pair, order[count], &change.policy);
		if (world_kernel(w, c->name, 0, &change) != 0)
			continue; /* reported; the others still have to go */
	}
}

/* *count: how many directions are there. */
static int set_pair(struct world *w, const struct connection *c, const struct ends *ends,
		    const struct traffic_pair *pair, size_t *count)
{
	for (*count = 0; *count < ARRAY_LEN(order); (*count)++) {
		int err = has_direction(c, order[*count])
				  ? set_one(w, c, ends, pair, order[*count])
				  : 0;

		if (err != 0)
			return err;
	}
	return 0;
}

/* What has the pair next is in the kernel for it, as far as the kernel takes it. */
static void put_back(struct world *w, struct clone_set *set, const struct traffic_pair *pair)
{
	const struct connection *c = set_connection(w, set);
	struct ends ends = ends_of(w, set, pair);
	size_t count;

	if (set_pair(w, c, &ends, pair, &count) != 0)
		return; /* reported */
	if (set->any_end)
		set_point_head(w, set);
}

/* The set's claim goes, and its policies, of which the first `count` directions are there. `moved`:
 * they are not what the set's other claim on the pair wants. */
static void give_up_pair(struct world *w, struct clone_set *set, enum claim_kind kind,
			 const struct traffic_pair *pair, size_t count, bool moved)
{
	const struct connection *c = set_connection(w, set);
	struct ends ends = hosts_of(c);
	bool ours = claim_owner(w, pair) == set;
	struct clone_set *next;

	claim_drop(w, set, kind, pair);
	next = claim_owner(w, pair);
	if (ours && next == NULL)
		delete_pair(w, c, &ends, pair, count);
	else if (ours && (next != set || moved))
		put_back(w, next, pair);
}

/* The first `count` pairs. */
static void give_up(struct world *w, struct clone_set *set, enum claim_kind kind,
		    const struct traffic *t, size_t count, bool moved)
{
	struct traffic_pair pair;
	size_t at = 0;

	while (count-- > 0 && traffic_next(t, &at, &pair))
		give_up_pair(w, set, kind, &pair, ARRAY_LEN(order), moved);
}

/* All or none. A trap adds nothing to policies that are there. */
static int set_all(struct world *w, struct clone_set *set, enum claim_kind kind,
		   const struct ends *ends, const struct traffic *t)
{
	const struct connection *c = set_connection(w, set);
	struct traffic_pair pair;
	size_t at = 0, done = 0;

	while (traffic_next(t, &at, &pair)) {
		bool there = kind == CLAIM_TRAP &&
			     claim_is_there(w, set, CLAIM_POLICIES, &pair);
		size_t count = 0;
		int err;

		claim_add(w, set, kind, &pair);
		err = there ? 0 : set_pair(w, c, ends, &pair, &count);
		if (err != 0) {
			give_up_pair(w, set, kind, &pair, count, true);
			give_up(w, set, kind, t, done, true);
			return err;
		}
		done++;
	}
	return 0;
}

static int set_direction(struct world *w, const struct connection *c, const struct ends *ends,
			 const struct traffic *t, enum kernel_direction direction)
{
	struct traffic_pair pair;
	size_t at = 0;
	int err = 0;

	while (err == 0 && traffic_next(t, &at, &pair))
		err = set_one(w, c, ends, &pair, direction);
	return err;
}

static void run_updown(struct world *w, const struct connection *c, const struct traffic *t,
		       enum updown_verb verb)
{
	const struct conf_end *own = connection_local_end(c);
	struct traffic_pair pair;
	size_t at = 0;

	while (own->updown != NULL && traffic_next(t, &at, &pair))
		w->host.updown(w->host.context, &(struct ike_updown) {
			.verb = verb,
			.name = c->conf->name,
			.local = c->local_host,
			.remote = c->remote_host,
			.local_selector = *pair.local,
			.remote_selector = *pair.remote,
			.local_id = c->local_id,
			.remote_id = c->remote_id,
			.source_ip = own->source_ip,
			.next_hop = own->next_hop,
			.reqid = c->reqid,
			.mode = c->conf->type,
		});
}

bool set_is_claimed(struct world *w, const struct connection *c, const struct traffic *t)
{
	char local[SELECTOR_TEXT_MAX], remote[SELECTOR_TEXT_MAX];
	struct traffic_pair pair;
	const struct clone_set *other = claim_of_another(w, c, t, &pair);

	if (other == NULL)
		return false;
	report_name(w, c->name, REPORT_REFUSED, "%s===%s is in use by %s, whose peer is another one",
		    selector_print(pair.local, local), selector_print(pair.remote, remote),
		    set_connection(w, other)->name);
	return true;
}

int set_install_policies(struct world *w, const struct child_sa *head)
{
	struct clone_set *set = set_of_child(w, head);
	struct connection *c;
	struct ends ends = { head->from.address, head->to.address };
	int err;

	if (set == NULL)
		return 0;
	c = set_connection(w, set);
	if (set->policies && traffic_equal(&set->traffic, &head->traffic))
		return set_point(w, set, head); /* another head of the same set */
	if (set_is_claimed(w, c, &head->traffic))
		return -EEXIST;
	if (set->policies)
		set_remove_policies(w, set);
	err = set_all(w, set, CLAIM_POLICIES, &ends, &head->traffic);
	if (err != 0)
		return err;
	set->policies = true;
	traffic_done(&set->traffic);
	set->traffic = traffic_copy(&head->traffic);
	set->own_end = ends.local;
	set->peer_end = ends.remote;
	set->any_end = false;
	set_routes_add(w, set, &ends.remote, &set->traffic);
	run_updown(w, c, &set->traffic, UPDOWN_UP);
	set->scripts_up = true;
	return 0;
}

/* Any SA of the set in the kernel with other ends than these. */
static bool has_others(struct world *w, const struct clone_set *set, const struct child_sa *head)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, set->connection)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->inbound &&
		    (!address_equal(&child->from.address, &head->from.address) ||
		     !address_equal(&child->to.address, &head->to.address)))
			return true;
	}
	return false;
}

/* While SAs of both old and new ends are there, inbound ones of either are welcome. */
static int point_inbound(struct world *w, const struct connection *c, struct clone_set *set,
			 const struct child_sa *head)
{
	struct ends ends = { head->from.address, head->to.address };
	bool any = has_others(w, set, head);
	int err;

	if (any)
		ends = (struct ends) { { .family = ends.local.family },
				       { .family = ends.remote.family } };
	err = set_direction(w, c, &ends, &set->traffic, KERNEL_IN);
	if (err == 0)
		err = set_direction(w, c, &ends, &set->traffic, KERNEL_FORWARD);
	if (err == 0)
		set->any_end = any;
	return err;
}

int set_point(struct world *w, struct clone_set *set, const struct child_sa *head)
{
	const struct connection *c = set_connection(w, set);
	struct ends ends = { head->from.address, head->to.address };
	bool same = address_equal(&set->own_end, &ends.local) &&
		    address_equal(&set->peer_end, &ends.remote);
	int err;

	if (!set->policies || c->conf->type != TYPE_TUNNEL || (same && !set->any_end && !set->held))
		return 0;
	err = point_inbound(w, c, set, head);
	if (err != 0 || (same && !set->held) || !head->outbound)
		return err;
	err = set_direction(w, c, &ends, &set->traffic, KERNEL_OUT);
	if (err != 0)
		return err;
	set->held = false;
	set->own_end = ends.local;
	set->peer_end = ends.remote;
	set_routes_move(w, set, &set->peer_end);
	return 0;
}

int set_point_out(struct world *w, struct clone_set *set)
{
	struct ends ends = { set->own_end, set->peer_end };

	if (!set->policies)
		return 0;
	return set_direction(w, set_connection(w, set), &ends, &set->traffic, KERNEL_OUT);
}

void set_hold(struct world *w, struct clone_set *set)
{
	const struct connection *c = set_connection(w, set);
	struct ends ends = { set->own_end, set->peer_end };
	struct traffic_pair pair;
	size_t at = 0;

	while (set->policies && traffic_next(&set->traffic, &at, &pair)) {
		struct kernel_change change = { .verb = KERNEL_POLICY_SET };

		policy_of(c, &ends, &pair, KERNEL_OUT, &change.policy);
		change.policy.kind = POLICY_BLOCK;
		if (world_kernel(w, c->name, 0, &change) == 0)
			set->held = true;
	}
}

void set_remove_policies(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	bool moved = set->any_end || !address_equal(&set->own_end, &c->local_host) ||
		     !address_equal(&set->peer_end, &c->remote_host);

	if (!set->policies)
		return;
	if (set->scripts_up)
		run_updown(w, c, &set->traffic, UPDOWN_DOWN);
	set->scripts_up = set->policies = set->any_end = set->asks = false;
	set->only_spi = 0;
	give_up(w, set, CLAIM_POLICIES, &set->traffic, SIZE_MAX, moved);
	if (!set->trap)
		set_routes_remove(w, set);
	traffic_done(&set->traffic);
}

int set_trap(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	struct ends ends = hosts_of(c);
	int err;

	if (set->trap)
		return 0;
	if (set_is_claimed(w, c, &c->traffic))
		return -EEXIST;
	err = set_all(w, set, CLAIM_TRAP, &ends, &c->traffic);
	if (err != 0)
		return err;
	set->trap = true;
	set_routes_add(w, set, &ends.remote, &c->traffic);
	run_updown(w, c, &c->traffic, UPDOWN_ROUTE);
	return 0;
}

void set_untrap(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);

	if (!set->trap)
		return;
	run_updown(w, c, &c->traffic, UPDOWN_UNROUTE);
	set->trap = false;
	give_up(w, set, CLAIM_TRAP, &c->traffic, SIZE_MAX, false);
	if (!set->policies)
		set_routes_remove(w, set);
}
