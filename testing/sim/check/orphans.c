/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/orphans.h"

#include "ike/engine/engine.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"

/* A request, given up, or answered and drained. */
#define TOLD_AFTER SECONDS(45)

/* The other end knows of it, in whatever state. */
static bool has_reason(const struct sim *sim, const struct sim_host *host,
		       const struct child_sa *child)
{
	/* A kernel that moves no SAs has it with the address that the peer had once. */
	const struct ike_sa *sa = ike_sa_find_id(&host->engine->w, child->ike_sa);
	const struct sim_host *peer = network_find(&sim->network, &sa->remote.address);
	const struct child_sa *twin;

	if (peer == NULL || peer->engine == NULL)
		return false;
	twin = child_sa_find_spi(&peer->engine->w, child->spi_out);
	return twin != NULL && (twin->spi_out == child->spi_in || twin->spi_out == 0);
}

/* Since when it is without. TIME_NEVER: it is not. */
static int64_t orphan_since(struct sim *sim, const struct sim_host *host,
			    const struct child_sa *child)
{
	uint64_t name[4] = { ORPHAN, host->index, host->boots, child->id };
	struct bytes key = bytes_at(name, sizeof(name));

	if (has_reason(sim, host, child)) {
		if (sim->orphans > 0 && seen_of(&sim->seen, key) != 0)
			seen_set(&sim->seen, key, 0);
		return TIME_NEVER;
	}
	if (seen_of(&sim->seen, key) == 0)
		seen_set(&sim->seen, key, (uint64_t)sim->now);
	sim->orphans++;
	return (int64_t)seen_of(&sim->seen, key);
}

static void check_child(struct sim *sim, struct sim_host *host, const struct child_sa *child)
{
	const struct connection *c =
		connection_find_id(&host->engine->w.connections, child->connection);
	const struct sim_tunnel *tunnel = c == NULL ? NULL : tunnel_named(host, c->name);
	int64_t since = orphan_since(sim, host, child), patience;

	if (since == TIME_NEVER || tunnel == NULL)
		return;
	/* While it slept it could not find out. */
	if (since < host->awake_since)
		since = host->awake_since;
	patience = tunnel->unsaid ? tunnel_patience(tunnel) : TOLD_AFTER;
	if (patience != TIME_NEVER && sim->now - since > patience + TOLD_AFTER)
		sim_fail(sim, "%s has an SA (in %08x, out %08x) for %.0f s that its peer does not know",
			 host->name, child->spi_in, child->spi_out,
			 (double)(sim->now - since) / 1e6);
}

void orphans_sweep(struct sim *sim, struct sim_host *host)
{
	if (host->engine == NULL || host_sleeps(host))
		return;
	LIST_FOR_EACH(link, &host->engine->w.ike_sas) {
		const struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);

		LIST_FOR_EACH(inner, &sa->children) {
			const struct child_sa *child = LIST_OBJECT(inner, struct child_sa, link);

			if (child->inbound || child->outbound)
				check_child(sim, host, child);
		}
	}
}
