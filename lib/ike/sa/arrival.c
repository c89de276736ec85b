/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/arrival.h"

#include "ike/sa/world.h"

/* With Q queues a draw fails with 1 - 1/Q: for 64 all these do once in seven million times. */
enum { DRAWS_MAX = 1000 };

static enum ike_landing landing_of(const struct world *w, const struct ike_sa *sa,
				   const struct child_sa *child, uint32_t spi)
{
	struct ike_arrival arrival = {
		.local = sa->local.address,
		.peer = sa->remote.address,
		.spi = spi,
	};

	return w->host.lands(w->host.context, &arrival, child->cpu);
}

/* In UDP between the same two ports all SAs land together. */
static bool may_choose(const struct world *w, const struct ike_sa *sa,
		       const struct child_sa *child)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	return w->host.lands != NULL && child->cpu != KERNEL_CPU_NONE && c != NULL &&
	       !ike_sa_encapsulates(sa, c);
}

void child_sa_choose_spi(struct world *w, struct child_sa *child)
{
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);
	uint32_t spi = child->spi_in;

	if (sa == NULL || !may_choose(w, sa, child))
		return;
	for (unsigned i = 0; i < DRAWS_MAX; i++) {
		enum ike_landing landing = landing_of(w, sa, child, spi);

		if (landing == LANDING_UNKNOWN)
			return;
		if (landing == LANDING_HERE) {
			child_sa_set_spi(w, child, spi);
			return;
		}
		spi = child_sa_fresh_spi(w);
	}
}
