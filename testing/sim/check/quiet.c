/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/engine.h"
#include "sim/check/check.h"
#include "sim/check/cpus.h"
#include "sim/check/excuses.h"
#include "sim/check/sads.h"
#include "sim/host/host.h"
#include "views.h"

/* --- up --- */

/* With lifetimes SAs come and go at any time, and where loss makes them end, both ends fill up, to
 * the limit of either. */
static bool has_lifetimes(const struct sim_tunnel *tunnel)
{
	const uint32_t *value = tunnel->end[0].value;

	return value[OPTION_LIFETIME] != 0 || value[OPTION_IKE_LIFETIME] != 0 ||
	       value[OPTION_MAX_PACKETS] != 0;
}

/* The same Child SA at the other end, or NULL. */
static const struct child_sa *twin_of(const struct sim_host *peer, const struct child_sa *child)
{
	const struct child_sa *twin =
		peer->engine == NULL ? NULL
				     : child_sa_find_spi(&peer->engine->w, child->spi_out);

	return twin != NULL && twin->spi_out == child->spi_in ? twin : NULL;
}

static void check_halves(struct sim *sim, const struct sim_host *host,
			 const struct sim_host *peer, const struct child_sa *child)
{
	const struct child_sa *twin = twin_of(peer, child);

	if (twin == NULL || (child->outbound && !twin->inbound))
		sim_fail(sim, "%s sends on SPI %08x, which %s does not have", host->name,
			 child->spi_out, peer->name);
	else if (child->inbound && !twin->outbound && !twin->spare)
		sim_fail(sim, "%s has SPI %08x, on which %s does not send", host->name,
			 child->spi_in, peer->name);
}

/* How many outbound SAs the tunnel has that are not being replaced. While a newer IKE SA takes over,
 * an old clone sends until there is a new one in its slot, and stands for that. */
static uint32_t count_outbound(struct sim *sim, const struct sim_host *host,
			       const struct sim_host *peer, const struct connection *c,
			       bool halves)
{
	uint32_t count = 0, live = 0, old = 0; /* a bit for each slot */

	LIST_FOR_EACH(link, &host->engine->w.ike_sas) {
		const struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);

		LIST_FOR_EACH(inner, &sa->children) {
			const struct child_sa *child = LIST_OBJECT(inner, struct child_sa, link);
			bool kept;

			if (child->connection != c->id)
				continue;
			kept = cpus_is_kept(host, c->set, child);
			if (child->superseded && child->outbound && !kept)
				old |= 1U << child->slot;
			if (child->state != CHILD_UP)
				continue;
			if (halves)
				check_halves(sim, host, peer, child);
			if (child->outbound && !kept &&
			    !sads_is_replaced(sim, host, sa, child)) {
				live |= 1U << child->slot;
				count++;
			}
		}
	}
	for (old &= ~live; old != 0; old &= old - 1)
		count++;
	return count;
}

static int64_t packets_every(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	for (unsigned i = 0; i < host->end_count; i++)
		if (host->ends[i]->tunnel == tunnel)
			return host->ends[i]->every;
	return TIME_NEVER;
}

/* Packets come so seldom that what is made on demand comes and goes with each. */
static bool has_seldom(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	const uint32_t *value = tunnel->end[host_end(host, tunnel)].value;

	return value[OPTION_ON_DEMAND] != 0 && value[OPTION_CLONE_IDLE] != 0 &&
	       2 * packets_every(host, tunnel) > SECONDS(value[OPTION_CLONE_IDLE]);
}

void check_up(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	const struct sim_host *peer = host_peer(host, tunnel);
	bool comes_and_goes = has_seldom(host, tunnel) || has_seldom(peer, tunnel);
	uint32_t expected, outbound;
	size_t policies[KERNEL_FORWARD + 1];
	const struct connection *c;

	/* Who was given up without the other's knowledge, and without dead peer detection, may
	 * be up at one end only. */
	if (host->may_refuse || peer->may_refuse || tunnel_is_excused(sim, tunnel))
		return;
	c = tunnel_connection(host, tunnel);
	if (c == NULL) {
		sim_fail(sim, "%s does not know %s", host->name, tunnel->name);
		return;
	}
	expected = 1 + cpus_wanted(sim, host, tunnel, c);
	outbound = count_outbound(sim, host, peer, c, !has_lifetimes(tunnel) && !comes_and_goes);
	if (outbound == 0 || outbound > expected ||
	    (outbound != expected && !comes_and_goes &&
	     (!has_lifetimes(tunnel) || !sim->network.may_lose)))
		sim_fail(sim, "%s has %u outbound SAs of %s instead of %u", host->name, outbound,
			 tunnel->name, expected);
	fake_count_policies(host->kernel, c->reqid, policies);
	if (policies[KERNEL_IN] != 1 || policies[KERNEL_OUT] != 1 || policies[KERNEL_FORWARD] != 1)
		sim_fail(sim, "%s has %zu, %zu and %zu policies of %s instead of one each way",
			 host->name, policies[KERNEL_IN], policies[KERNEL_OUT],
			 policies[KERNEL_FORWARD], tunnel->name);
}

/* --- idle --- */

static bool gives_back(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	const uint32_t *value = tunnel->end[host_end(host, tunnel)].value;

	return value[OPTION_ON_DEMAND] != 0 && value[OPTION_CLONE_IDLE] != 0;
}

static uint32_t own_clones(const struct clone_set *set)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < set->count; i++)
		count += set->slots[i].state == SLOT_UP && set->slots[i].own;
	return count;
}

void check_idle(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	const struct sim_host *peer = host_peer(host, tunnel);
	const struct connection *c =
		host->engine == NULL ? NULL : tunnel_connection(host, tunnel);
	uint32_t own, outbound;

	if (host->may_refuse || peer->may_refuse || tunnel_is_excused(sim, tunnel) || c == NULL ||
	    !gives_back(host, tunnel))
		return;
	own = own_clones(c->set);
	outbound = count_outbound(sim, host, peer, c, false);
	if (own != 0)
		sim_fail(sim, "%s keeps %u clones of %s without traffic", host->name, own,
			 tunnel->name);
	else if (gives_back(peer, tunnel) && outbound > 1)
		sim_fail(sim, "%s has %u outbound SAs of %s without traffic", host->name, outbound,
			 tunnel->name);
}

/* --- nothing left --- */

static void note_ike(void *context, const struct ike_view *view)
{
	struct sim_host *host = context;

	sim_note(host->sim, host, "left: #%u %s, %u in flight", view->serial, view->state,
		 view->in_flight);
}

void check_empty(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct fake_counts counts = fake_counts(host->kernel);
	struct engine_counts engine;

	(void)tunnel;
	ike_engine_counts(host->engine, &engine);
	each_ike(host->engine, host_now(host), note_ike, host);
	if (counts.inbound + counts.outbound + counts.policies + counts.routes != 0)
		sim_fail(sim, "%s: %zu SAs, %zu policies, %zu routes are left after down",
			 host->name, counts.inbound + counts.outbound, counts.policies,
			 counts.routes);
	if (host->engine->w.ike_count + engine.ike_half_open + engine.child_established != 0)
		sim_fail(sim, "%s: %u IKE SAs, %u half-open, %u Child SAs are left after down",
			 host->name, host->engine->w.ike_count, engine.ike_half_open,
			 engine.child_established);
	if (host->open_commands != 0)
		sim_fail(sim, "%s: %u commands were never answered", host->name,
			 host->open_commands);
	sim_note(sim, host, "%lld blocks of memory, %lld at the start", (long long)host_blocks(host),
		 (long long)host->blocks_at_boot);
	if (host_blocks(host) > host->blocks_at_boot + HOST_BLOCKS_MORE)
		sim_fail(sim, "%s: %lld blocks of memory are kept, %lld more than at the start",
			 host->name, (long long)host_blocks(host),
			 (long long)(host_blocks(host) - host->blocks_at_boot));
}

/* --- nothing over and over --- */

void check_rate_begin(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)tunnel;
	host->rate_since = sim->now;
	host->rate_requests = host->requests;
}

/* How often something that is due every so many seconds comes in this time; 0: never. */
static uint64_t times(int64_t duration, uint32_t every)
{
	return every == 0 ? 0 : (uint64_t)(duration / SECONDS(every)) + 1;
}

static uint64_t requests_allowed(const struct sim_tunnel *t, int64_t duration)
{
	const uint32_t *value = t->end[0].value;
	/* Both ends' clones; each is rekeyed and deleted, and perhaps by both at once. */
	uint64_t per_life = 2 * (2 + cpus_at_most(t, 0) + cpus_at_most(t, 1));
	/* The margin may take up to half of a lifetime. */
	uint64_t lives = 2 * times(duration, value[OPTION_LIFETIME]);
	uint64_t ike_lives = 2 * times(duration, value[OPTION_IKE_LIFETIME]);

	if (value[OPTION_REAUTH] != 0 || t->end[1].value[OPTION_REAUTH] != 0)
		lives += ike_lives;

	/* Given back, and made again. */
	if (value[OPTION_ON_DEMAND] != 0 || t->end[1].value[OPTION_ON_DEMAND] != 0)
		lives += 2 * times(duration, 60);

	return 8 + per_life * lives + 4 * ike_lives + 2 * times(duration, value[OPTION_DPD]);
}

void check_rate_end(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint64_t count = host->requests - host->rate_requests, allowed = 0;

	(void)tunnel;
	for (unsigned i = 0; i < host->end_count; i++) {
		const struct sim_tunnel *t = host->ends[i]->tunnel;

		if (t->end[0].value[OPTION_MAX_PACKETS] != 0)
			return;
		allowed += requests_allowed(t, sim->now - host->rate_since);
	}
	if (count > allowed)
		sim_fail(sim, "%s: %llu requests in %.0f quiet seconds, and %llu would do",
			 host->name, (unsigned long long)count,
			 (double)(sim->now - host->rate_since) / 1e6,
			 (unsigned long long)allowed);
}

/* A revival that fails at once waits up to 5 minutes before the next, and less only at first. */
#define LONGEST_BACKOFF SECONDS(300)
enum { SHORT_BACKOFFS = 12, REQUESTS_PER_REVIVAL = 5 };

void check_refused(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint64_t count = host->requests - host->rate_requests;
	uint64_t revivals = (uint64_t)((sim->now - host->rate_since) / LONGEST_BACKOFF);
	uint64_t allowed = REQUESTS_PER_REVIVAL * (revivals + SHORT_BACKOFFS);

	(void)tunnel;
	if (count > allowed)
		sim_fail(sim, "%s asks over and over: %llu requests while it is refused, and %llu would do",
			 host->name, (unsigned long long)count, (unsigned long long)allowed);
}

/* --- everywhere --- */

void check_all_up_at(struct sim *sim, int64_t when)
{
	for (unsigned i = 0; i < sim->tunnel_count; i++)
		for (unsigned end = 0; end < 2; end++)
			sim_at(sim, when, check_up, &sim->hosts[sim->tunnels[i].host[end]],
			       &sim->tunnels[i]);
}

void check_all_idle_at(struct sim *sim, int64_t when)
{
	for (unsigned i = 0; i < sim->tunnel_count; i++)
		for (unsigned end = 0; end < 2; end++)
			sim_at(sim, when, check_idle, &sim->hosts[sim->tunnels[i].host[end]],
			       &sim->tunnels[i]);
}

void check_all_empty_at(struct sim *sim, int64_t when)
{
	for (unsigned i = 0; i < sim->host_count; i++)
		sim_at(sim, when, check_empty, &sim->hosts[i], NULL);
}

void check_rate_between(struct sim *sim, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < sim->host_count; i++) {
		sim_at(sim, from, check_rate_begin, &sim->hosts[i], NULL);
		sim_at(sim, to, check_rate_end, &sim->hosts[i], NULL);
	}
}
