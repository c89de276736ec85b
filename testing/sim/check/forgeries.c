/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/forgeries.h"

#include "ike/engine/engine.h"
#include "sim/host/host.h"
#include "sim/tap/tap.h"

/* All that a message which is taken would change at least one of. */
struct effects {
	uint64_t datagrams, kernel_changes;
	bool has_sa;
	enum ike_state state;
	uint32_t highest_request, highest_answer, child_count;
	int64_t last_heard;
};

static struct effects effects_of(const struct sim *sim, const struct sim_host *host,
				 uint64_t own_spi)
{
	const struct ike_sa *sa = ike_sa_find_spi(&host->engine->w, own_spi);
	struct effects e = { .datagrams = sim->datagrams,
			     .kernel_changes = host->kernel_changes,
			     .has_sa = sa != NULL };

	if (sa == NULL)
		return e;
	e.state = sa->state;
	e.highest_request = sa->highest_request;
	e.highest_answer = sa->highest_answer;
	e.child_count = sa->child_count;
	e.last_heard = sa->last_heard;
	return e;
}

static bool same(const struct effects *a, const struct effects *b)
{
	return a->datagrams == b->datagrams && a->kernel_changes == b->kernel_changes &&
	       a->has_sa == b->has_sa && a->state == b->state &&
	       a->highest_request == b->highest_request &&
	       a->highest_answer == b->highest_answer && a->child_count == b->child_count &&
	       a->last_heard == b->last_heard;
}

void forgeries_on_arrival(struct sim *sim, struct sim_host *host, const struct endpoint *local,
			  const struct endpoint *remote, struct bytes message)
{
	struct effects before, after;
	struct ike_header header;
	uint64_t own_spi;

	if (ike_header_read(message, &header) != WIRE_OK)
		return;
	own_spi = tap_receiver_spi(&header);
	before = effects_of(sim, host, own_spi);
	host_datagram(host, local, remote, message);
	after = effects_of(sim, host, own_spi);
	if (!same(&before, &after))
		sim_fail(sim, "%s acts on a forged %s %s", host->name,
			 exchange_name(header.exchange),
			 (header.flags & FLAG_RESPONSE) != 0 ? "response" : "request");
}
