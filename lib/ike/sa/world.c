/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/world.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

static bool ike_id_matches(const struct table_link *link, struct bytes key)
{
	const struct ike_sa *sa = TABLE_OBJECT(link, struct ike_sa, by_id);

	return bytes_equal(bytes_at(&sa->id, sizeof(sa->id)), key);
}

static bool ike_spi_matches(const struct table_link *link, struct bytes key)
{
	const struct ike_sa *sa = TABLE_OBJECT(link, struct ike_sa, by_spi);
	uint64_t spi = ike_sa_own_spi(sa);

	return bytes_equal(bytes_at(&spi, sizeof(spi)), key);
}

static bool child_id_matches(const struct table_link *link, struct bytes key)
{
	const struct child_sa *child = TABLE_OBJECT(link, struct child_sa, by_id);

	return bytes_equal(bytes_at(&child->id, sizeof(child->id)), key);
}

static bool child_spi_matches(const struct table_link *link, struct bytes key)
{
	const struct child_sa *child = TABLE_OBJECT(link, struct child_sa, by_spi);

	return bytes_equal(bytes_at(&child->spi_in, sizeof(child->spi_in)), key);
}

void world_init(struct world *w, const struct ike_engine_config *config, int64_t now)
{
	uint8_t seed[16];

	*w = (struct world) {
		.host = config->host,
		.setup = config->setup,
		.facts = config->facts,
		.now = now,
		.epoch_offset = config->epoch_offset,
		.next_id = 1,
		.next_serial = 1,
	};
	world_random(w, seed, sizeof(seed));
	connections_init(&w->connections, seed);
	list_init(&w->ike_sas);
	list_init(&w->gone);
	list_init(&w->split_commands);
	list_init(&w->runs);
	list_init(&w->idle);
	table_init(&w->ike_by_id, seed, ike_id_matches);
	table_init(&w->ike_by_spi, seed, ike_spi_matches);
	table_init(&w->ike_by_peer, seed, ike_sa_peer_matches);
	table_init(&w->child_by_id, seed, child_id_matches);
	table_init(&w->child_by_spi, seed, child_spi_matches);
	groups_init(&w->ike_by_connection, seed);
	groups_init(&w->ike_by_remote_id, seed);
	groups_init(&w->child_by_connection, seed);
	groups_init(&w->routes, seed);
	groups_init(&w->claims, seed);
	guard_init(w);
}

void world_done(struct world *w)
{
	groups_done(&w->claims);
	groups_done(&w->routes);
	groups_done(&w->child_by_connection);
	groups_done(&w->ike_by_remote_id);
	groups_done(&w->ike_by_connection);
	table_done(&w->child_by_spi);
	table_done(&w->child_by_id);
	table_done(&w->ike_by_peer);
	table_done(&w->ike_by_spi);
	table_done(&w->ike_by_id);
	connections_done(&w->connections);
	secrets_done(&w->secrets);
	heap_done(&w->timers);
	mem_free(w->own);
	prf_key_free(w->cookies.current);
	prf_key_free(w->cookies.previous);
	guard_done(w);
	buffer_done(&w->clear);
}

void world_random(struct world *w, void *out, size_t len)
{
	w->host.random(w->host.context, out, len);
}

void timer_set(struct world *w, struct timer *timer, enum timer_kind kind, int64_t when)
{
	timer->kind = kind;
	heap_set(&w->timers, &timer->node, when);
}

void timer_stop(struct world *w, struct timer *timer)
{
	heap_remove(&w->timers, &timer->node);
}

static const char *verb_name(const struct kernel_change *change)
{
	static const char *const names[] = {
		[KERNEL_SA_ADD] = "add an SA",
		[KERNEL_SA_DELETE] = "delete an SA",
		[KERNEL_SA_MOVE] = "move an SA",
		[KERNEL_SA_QUERY] = "look an SA up",
		[KERNEL_POLICY_SET] = "set a policy",
		[KERNEL_POLICY_DELETE] = "delete a policy",
		[KERNEL_ROUTE_ADD] = "add a route",
		[KERNEL_ROUTE_DELETE] = "delete a route",
		[KERNEL_SOURCE_FIND] = "find a source address",
	};

	return names[change->verb];
}

int world_kernel(struct world *w, const char *name, uint32_t serial, struct kernel_change *change)
{
	char text[256];

	w->host.kernel(w->host.context, change, 1);
	if (change->result == 0)
		return 0;
	(void)snprintf(text, sizeof(text), "ERROR: the kernel refuses to %s: errno %d%s%s",
		       verb_name(change), -change->result, change->text[0] != '\0' ? ": " : "",
		       change->text);
	w->host.report(w->host.context, &(struct ike_report) {
		.kind = REPORT_KERNEL_ERROR,
		.class_ = CONTROL_SERIOUS,
		.command = w->command,
		.name = name,
		.serial = serial,
		.text = text,
	});
	return change->result;
}
