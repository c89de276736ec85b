/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/sads.h"

#include "ike/engine/engine.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"

/* How long an SPI that is gone is not used again. */
#define SPI_REST SECONDS(60)
enum { SAD_STATE_BITS = 2, SAD_STATE = (1 << SAD_STATE_BITS) - 1 };

static void name_it(struct buffer *out, enum seen_kind kind, const struct sim_host *host,
		    uint64_t spi)
{
	write_u8(out, (uint8_t)kind);
	write_u32(out, host->index);
	write_u64(out, spi);
}

static void set(struct sim *sim, enum seen_kind kind, const struct sim_host *host, uint64_t spi,
		uint64_t value)
{
	struct buffer name = { 0 };

	name_it(&name, kind, host, spi);
	seen_set(&sim->seen, buffer_bytes(&name), value);
	buffer_done(&name);
}

static uint64_t get(const struct sim *sim, enum seen_kind kind, const struct sim_host *host,
		    uint64_t spi)
{
	struct buffer name = { 0 };
	uint64_t value;

	name_it(&name, kind, host, spi);
	value = seen_of(&sim->seen, buffer_bytes(&name));
	buffer_done(&name);
	return value;
}

enum sad_state sads_state(const struct sim *sim, const struct sim_host *host, uint32_t spi)
{
	return (enum sad_state)(get(sim, INBOUND_SPI, host, spi) & SAD_STATE);
}

int64_t sads_gone_since(const struct sim *sim, const struct sim_host *host, uint32_t spi)
{
	return (int64_t)(get(sim, INBOUND_SPI, host, spi) >> SAD_STATE_BITS);
}

/* What is on its way on an old one must not meet a new one. */
static void check_fresh(struct sim *sim, const struct sim_host *host, uint32_t spi)
{
	int64_t gone = sim->now - sads_gone_since(sim, host, spi);

	if (sads_state(sim, host, spi) == SAD_HERE)
		sim_fail(sim, "%s has the inbound SPI %08x twice", host->name, spi);
	else if (sads_state(sim, host, spi) == SAD_GONE && gone < SPI_REST)
		sim_fail(sim, "%s uses the inbound SPI %08x again, %.1f s after it was taken out",
			 host->name, spi, (double)gone / 1e6);
}

void sads_on_auth(struct sim *sim, const struct sim_host *host, uint64_t own_spi)
{
	set(sim, AUTHORISED, host, own_spi, 1);
}

/* --- at each change --- */

static void check_authorised(struct sim *sim, const struct sim_host *host, uint32_t spi)
{
	const struct world *w = &host->engine->w;
	const struct child_sa *child = child_sa_find_spi(w, spi);
	const struct ike_sa *sa = child == NULL ? NULL : ike_sa_find_id(w, child->ike_sa);

	if (sa == NULL)
		sim_fail(sim, "%s: SPI %08x belongs to no IKE SA", host->name, spi);
	else if (!sa->rekeyed && get(sim, AUTHORISED, host, ike_sa_own_spi(sa)) == 0)
		sim_fail(sim, "%s makes an SA before its peer has shown who it is", host->name);
}

static void note_changed(struct sim_host *host, uint32_t reqid)
{
	for (unsigned i = 0; i < host->changed_count; i++)
		if (host->changed[i] == reqid)
			return;
	if (host->changed_count < SIM_CHANGED_MAX)
		host->changed[host->changed_count++] = reqid;
}

bool sads_is_replaced(struct sim *sim, const struct sim_host *host, const struct ike_sa *sa,
		      const struct child_sa *child)
{
	LIST_FOR_EACH(link, &sa->children) {
		const struct child_sa *other = LIST_OBJECT(link, struct child_sa, link);

		/* What replaces it may have been replaced itself before it was ever used. */
		if (other->replaces == child->id &&
		    (other->outbound || sads_is_replaced(sim, host, sa, other)))
			set(sim, REPLACED, host, child->id, host->boots);
	}
	return child->state == CHILD_DRAINING ||
	       get(sim, REPLACED, host, child->id) == host->boots;
}

/* What is not replaced is not there any more: the tunnel is down, or has one CPU less. */
static void note_interruption(struct sim *sim, struct sim_host *host, uint32_t spi)
{
	const struct world *w = &host->engine->w;

	LIST_FOR_EACH(link, &w->ike_sas) {
		struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);
		const struct child_sa *child = child_sa_find_peer_spi(sa, spi);
		const struct connection *c =
			child == NULL ? NULL
				      : connection_find_id(&w->connections, child->connection);

		if (c != NULL && !sads_is_replaced(sim, host, sa, child))
			host->interrupted = tunnel_named(host, c->name);
	}
}

/* All of what a tunnel is for: no packet's selectors are left over, which go first in a request. */
static void check_selectors(struct sim *sim, const struct sim_host *host,
			    const struct kernel_policy *policy)
{
	bool out = policy->direction == KERNEL_OUT;
	const struct selector *local = out ? &policy->source : &policy->destination;
	const struct selector *remote = out ? &policy->destination : &policy->source;
	struct selector own = selector_of_address(&host->inside);
	char text[2][SELECTOR_TEXT_MAX];

	for (unsigned i = 0; i < host->end_count && selector_equal(local, &own); i++) {
		struct selector peers =
			selector_of_address(&host_peer(host, host->ends[i]->tunnel)->inside);

		if (selector_equal(remote, &peers))
			return;
	}
	sim_fail(sim, "%s has a policy for %s===%s, which none of its tunnels is for", host->name,
		 selector_print(local, text[0]), selector_print(remote, text[1]));
}

void sads_on_change(struct sim *sim, struct sim_host *host, const struct kernel_change *change)
{
	const struct kernel_sa *sa = &change->sa;

	if (change->verb == KERNEL_POLICY_SET || change->verb == KERNEL_POLICY_DELETE)
		note_changed(host, change->policy.reqid);
	if (change->verb == KERNEL_POLICY_SET)
		check_selectors(sim, host, &change->policy);
	if ((change->verb != KERNEL_SA_ADD && change->verb != KERNEL_SA_DELETE) ||
	    change->result != 0) {
		if (change->verb == KERNEL_SA_MOVE)
			note_changed(host, sa->reqid);
		return;
	}
	note_changed(host, sa->reqid);
	if (sa->direction == KERNEL_OUT) {
		if (change->verb == KERNEL_SA_DELETE)
			note_interruption(sim, host, sa->spi);
		return;
	}
	if (change->verb == KERNEL_SA_DELETE) {
		set(sim, INBOUND_SPI, host, sa->spi,
		    (uint64_t)sim->now << SAD_STATE_BITS | SAD_GONE);
		return;
	}
	check_fresh(sim, host, sa->spi);
	set(sim, INBOUND_SPI, host, sa->spi, SAD_HERE);
	check_authorised(sim, host, sa->spi);
}

/* --- after each call --- */

/* Each tunnel has one pair of selectors. */
static void check_policies(struct sim *sim, const struct sim_host *host, uint32_t reqid)
{
	size_t counts[KERNEL_FORWARD + 1];

	fake_count_policies(host->kernel, reqid, counts);
	if (counts[KERNEL_IN] > 1 || counts[KERNEL_OUT] > 1 || counts[KERNEL_FORWARD] > 1)
		sim_fail(sim, "%s has a policy of a set twice", host->name);
	if (fake_taken_over(host->kernel) != 0)
		sim_fail(sim, "%s puts a policy in the place of another set's", host->name);
}

/* Of two that replace the same one one has its Delete to come yet, where messages are lost. */
static bool is_left_over(const struct sim *sim, const struct sim_host *host,
			 const struct connection *c, const struct child_sa *child)
{
	const struct sim_tunnel *tunnel = tunnel_named(host, c->name);

	return child->replaces != 0 && tunnel != NULL && tunnel_is_excused(sim, tunnel);
}

/* What both ends count beside what is being replaced. */
static void check_limit(struct sim *sim, const struct sim_host *host, const struct connection *c)
{
	struct world *w = &host->engine->w;
	uint32_t count = 0, limit = 2 * host->cpus + 2;

	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);

		count += child->is_clone && child->role == ROLE_RESPONDER &&
			 child->state == CHILD_UP && child->replaces == 0 &&
			 child->ike_sa == c->ike_sa && !child->superseded;
	}
	if (count > limit)
		sim_fail(sim, "%s has %u clones of its peer in %s, which are more than %u",
			 host->name, count, c->conf->name, limit);
}

static void check_slots(struct sim *sim, const struct sim_host *host, const struct connection *c)
{
	struct world *w = &host->engine->w;
	uint32_t seen[SIM_CPUS_MAX + 1] = { 0 };

	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id)) {
		const struct child_sa *child = CHILD_OF_CONNECTION(link);
		uint32_t cpu = child->cpu == KERNEL_CPU_NONE ? SIM_CPUS_MAX : child->cpu;

		if (!child->outbound || is_left_over(sim, host, c, child) ||
		    sads_is_replaced(sim, host, ike_sa_find_id(w, child->ike_sa), child))
			continue;
		if (cpu <= SIM_CPUS_MAX && ++seen[cpu] > 1)
			sim_fail(sim, "%s has two outbound SAs for CPU %d of one set (%s)",
				 host->name, (int)child->cpu, c->conf->name);
	}
}

static void check_set(struct sim *sim, struct sim_host *host, uint32_t reqid)
{
	const struct connection *c =
		connection_find_reqid(&host->engine->w.connections, reqid);
	const struct sim_tunnel *tunnel = c == NULL ? NULL : tunnel_named(host, c->name);

	check_policies(sim, host, reqid);
	if (c == NULL)
		return;
	check_slots(sim, host, c);
	check_limit(sim, host, c);
	if (tunnel != NULL)
		host_traffic_burst(host, tunnel);
}

void sads_on_settled(struct sim *sim, struct sim_host *host)
{
	/* Not at once: the reason may come with the same call. */
	if (host->interrupted != NULL && !tunnel_is_excused(sim, host->interrupted) &&
	    host->interrupted->resized_until < sim->now)
		sim_fail(sim, "%s takes an SA of %s out without a reason", host->name,
			 host->interrupted->name);
	host->interrupted = NULL;
	for (unsigned i = 0; i < host->changed_count; i++)
		check_set(sim, host, host->changed[i]);
	host->changed_count = 0;
}
