/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/path/arrival.h"

#include "ike/ports.h"
#include "ike/sa/world.h"

/* With Q queues a draw fails with 1 - 1/Q: for 64 all these do once in seven million times. */
enum { DRAWS_MAX = 1000 };

/* What an SPI is drawn for. */
struct draw {
	const struct child_sa *child;
	struct ike_arrival arrival; /* but for SPI and port */
	bool spread;                /* the SPI makes the port, and each clone is to have another */
	bool ask;                   /* the SPI may make a difference, and the host may know it */
};

static struct draw draw_of(const struct world *w, const struct ike_sa *sa,
			   const struct child_sa *child, const struct connection *c)
{
	struct child_ends ends = child_ends_of(w, sa, c);
	bool spread = ends.spread && child->is_clone;

	return (struct draw) {
		.child = child,
		.arrival = {
			.local = ends.from.address,
			.peer = ends.to.address,
			.encapsulated = ends.encapsulated,
			.destination_port = ends.from.port,
		},
		.spread = spread,
		/* In UDP between the same two ports all SAs land together; other daemons have ports
		 * of their own choice. */
		.ask = w->host.lands != NULL && c->conf->clone_steering != STEERING_OFF &&
		       child->cpu != KERNEL_CPU_NONE &&
		       (!ends.encapsulated || (spread && sa->peer_is_cygnet)),
	};
}

static bool port_is_taken(struct world *w, const struct draw *draw, uint32_t spi)
{
	LIST_FOR_EACH(link, child_sas_of_connection(w, draw->child->connection)) {
		const struct child_sa *other = CHILD_OF_CONNECTION(link);

		if (other != draw->child && other->is_clone &&
		    ike_clone_port(other->spi_in) == ike_clone_port(spi))
			return true;
	}
	return false;
}

static bool will_do(struct world *w, struct draw *draw, uint32_t spi)
{
	if (draw->spread && port_is_taken(w, draw, spi))
		return false;
	if (!draw->ask)
		return true;
	draw->arrival.spi = spi;
	draw->arrival.source_port = draw->spread ? ike_clone_port(spi) : 0;
	return w->host.lands(w->host.context, &draw->arrival, draw->child->cpu) !=
	       LANDING_ELSEWHERE;
}

void child_sa_choose_spi(struct world *w, struct child_sa *child)
{
	const struct ike_sa *sa = ike_sa_find_id(w, child->ike_sa);
	const struct connection *c = connection_find_id(&w->connections, child->connection);
	uint32_t spi = child->spi_in;
	struct draw draw;

	if (sa == NULL || c == NULL)
		return;
	draw = draw_of(w, sa, child, c);
	for (unsigned i = 0; i < DRAWS_MAX; i++) {
		if (will_do(w, &draw, spi)) {
			child_sa_set_spi(w, child, spi);
			return;
		}
		spi = child_sa_fresh_spi(w);
	}
}

bool child_sa_arrival_is_news(const struct ike_sa *sa, const struct child_sa *child,
			      const struct endpoint *from)
{
	if (!child->is_clone)
		return true;
	if (child->any_port || from->port == ike_clone_port(child->spi_in))
		return false;
	/* Others have ports for their clones by a rule of their own. */
	return sa->peer_is_cygnet || !address_equal(&from->address, &sa->remote.address);
}
