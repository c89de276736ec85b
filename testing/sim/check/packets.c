/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/packets.h"

#include <errno.h>

#include "ike/engine/engine.h"
#include "sim/check/excuses.h"
#include "sim/check/sads.h"
#include "sim/host/host.h"

static const struct child_sa *sender_of(const struct sim_host *host, uint32_t spi_out)
{
	LIST_FOR_EACH(link, &host->engine->w.ike_sas) {
		struct child_sa *child = child_sa_find_peer_spi(
			LIST_OBJECT(link, struct ike_sa, link), spi_out);

		if (child != NULL)
			return child;
	}
	return NULL;
}

static bool is_alone(const struct sim_host *host, const struct child_sa *child)
{
	struct world *w = &host->engine->w;

	LIST_FOR_EACH(link, child_sas_of_connection(w, child->connection))
		if (CHILD_OF_CONNECTION(link) != child && CHILD_OF_CONNECTION(link)->outbound)
			return false;
	return true;
}

static bool connection_is_excused(const struct sim *sim, const struct sim_host *host,
				  const struct child_sa *child)
{
	const struct connection *c =
		connection_find_id(&host->engine->w.connections, child->connection);
	const struct sim_tunnel *tunnel = c == NULL ? NULL : tunnel_named(host, c->name);

	return tunnel == NULL || tunnel_is_excused(sim, tunnel);
}

/*
 * A responder has the head of a tunnel before the initiator. It may use it at once where nothing
 * else could carry its packets: the first one, or one that takes over from what is gone. Else the
 * Delete of the old one, or the end of its IKE SA, tells that the peer has the new one: which is
 * wrong only where all ends, or where messages are given up.
 */
static bool may_be_early(const struct sim *sim, const struct sim_host *host,
			 const struct child_sa *child)
{
	if (child == NULL || child->role != ROLE_RESPONDER)
		return false;
	if (child->slot == 0 && child->replaces == 0 &&
	    (!child->takes_over || is_alone(host, child)))
		return true;
	return connection_is_excused(sim, host, child);
}

void packets_on_send(struct sim *sim, struct sim_host *host, const struct fake_wire *wire)
{
	const struct sim_host *peer = network_find(&sim->network, &wire->destination);

	if (peer == NULL || peer->engine == NULL || peer->may_refuse ||
	    sads_state(sim, peer, wire->spi) != SAD_NEVER)
		return;
	if (!may_be_early(sim, host, sender_of(host, wire->spi)))
		sim_fail(sim, "%s sends on SPI %08x, which %s does not have yet", host->name,
			 wire->spi, peer->name);
}

static bool is_excused(const struct sim *sim, const struct sim_host *host,
		       const struct fake_wire *wire)
{
	for (unsigned i = 0; i < host->end_count; i++) {
		const struct sim_tunnel *t = host->ends[i]->tunnel;

		if (address_equal(&host_peer(host, t)->inside, &wire->packet.source) &&
		    tunnel_is_excused(sim, t))
			return true;
	}
	return false;
}

static void fail_lost(struct sim *sim, const struct sim_host *host, const struct fake_wire *wire,
		      int result)
{
	if (sads_state(sim, host, wire->spi) == SAD_GONE)
		sim_fail(sim, "%s loses a packet on SPI %08x, which it took out %.1f s before",
			 host->name, wire->spi,
			 (double)(sim->now - sads_gone_since(sim, host, wire->spi)) / 1e6);
	else
		sim_fail(sim, "%s loses a packet on SPI %08x: errno %d", host->name, wire->spi,
			 -result);
}

void packets_on_arrival(struct sim *sim, struct sim_host *host, const struct fake_wire *wire)
{
	int result = fake_receive(host->kernel, wire);

	host_hear_kernel(host);
	if (result == 0)
		sim->received++;
	else if (result == -EBADMSG)
		sim_fail(sim, "%s has other keys for SPI %08x than its peer", host->name,
			 wire->spi);
	else if (!is_excused(sim, host, wire) &&
		 (result != -ESRCH || sads_state(sim, host, wire->spi) != SAD_NEVER))
		fail_lost(sim, host, wire, result);
}

void packets_on_limit(struct sim_host *host, uint32_t spi)
{
	struct sim *sim = host->sim;
	const struct world *w = host->engine == NULL ? NULL : &host->engine->w;
	const struct child_sa *child = w == NULL ? NULL : child_sa_find_spi(w, spi);
	const struct connection *c;

	if (w != NULL && child == NULL)
		child = sender_of(host, spi);
	c = child == NULL ? NULL : connection_find_id(&w->connections, child->connection);
	sim_note(sim, host, "SPI %08x is at its hard limit", spi);
	if (c != NULL && !tunnel_is_excused(sim, tunnel_named(host, c->name)))
		sim_fail(sim, "%s used SPI %08x up to its hard limit", host->name, spi);
}
