/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data path, and what the kernel says of it. */

#include "base/mem.h"
#include "sim/check/packets.h"
#include "sim/host/host.h"

/* After SAs came or went: so soon, and then twice as long each time, a few times. */
#define BURST_FIRST  MILLISECONDS(10)
#define BURST_LAST   MILLISECONDS(640)
#define EVENT_DELAY  MILLISECONDS(1)
/* How long the kernel waits for an answer to an acquire. */
#define ACQUIRE_LIFE SECONDS(30)

/* --- what the kernel says: on a socket that can overflow --- */

struct kernel_event {
	struct sim_event event;
	struct sim_host *host;
	uint32_t boot;
	enum { SAYS_ACQUIRE, SAYS_EXPIRE, SAYS_MAPPING } what;
	struct kernel_acquire acquire;
	uint32_t spi; /* expire, mapping */
	struct address destination;
	struct endpoint from; /* mapping */
};

static void kernel_event_happen(struct sim *sim, struct sim_event *event)
{
	struct kernel_event *k = (struct kernel_event *)(void *)event;
	struct sim_host *host = k->host;

	(void)sim;
	if (host->engine == NULL || host->boots != k->boot || host_put_off(host, event))
		return;
	switch (k->what) {
	case SAYS_ACQUIRE:
		ike_engine_on_acquire(host_enter(host), &k->acquire, host_now(host));
		break;
	case SAYS_EXPIRE:
		ike_engine_on_expire(host_enter(host), k->spi, &k->destination, host_now(host));
		break;
	case SAYS_MAPPING:
		ike_engine_on_mapping(host_enter(host), k->spi, &k->destination, &k->from,
				      host_now(host));
		break;
	}
	host_settle(host);
}

static void kernel_event_forget(struct sim_event *event)
{
	mem_free(event);
}

static void say(struct sim_host *host, const struct kernel_event *model)
{
	struct kernel_event *k;

	if (random_percent(&host->random, host->events_lost)) {
		sim_note(host->sim, host, "a word of its kernel is lost");
		return;
	}
	k = NEW(struct kernel_event);
	*k = *model;
	k->event.happen = kernel_event_happen;
	k->event.forget = kernel_event_forget;
	k->host = host;
	k->boot = host->boots;
	sim_event_at(host->sim, &k->event, host->sim->now + EVENT_DELAY);
}

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	say(context, &(struct kernel_event) { .what = SAYS_ACQUIRE, .acquire = *acquire });
}

static void on_expire(void *context, uint32_t spi, const struct address *destination, bool hard)
{
	packets_on_limit(context, spi);
	if (hard)
		say(context, &(struct kernel_event) {
			.what = SAYS_EXPIRE, .spi = spi, .destination = *destination });
}

static void on_mapping(void *context, uint32_t spi, const struct address *destination,
		       const struct endpoint *from)
{
	say(context, &(struct kernel_event) { .what = SAYS_MAPPING,
					      .spi = spi,
					      .destination = *destination,
					      .from = *from });
}

void host_hear_kernel(struct sim_host *host)
{
	const struct kernel_events events = {
		.context = host, .on_acquire = on_acquire, .on_expire = on_expire,
		.on_mapping = on_mapping
	};

	kernel_read_events(host->kernel, &events);
}

/* --- packets --- */

static void send_one(struct sim_host *host, const struct sim_host *peer, uint32_t cpu)
{
	struct fake_packet packet = {
		.source = host->inside, .destination = peer->inside, .protocol = 1, .len = 84
	};
	struct fake_wire wire;

	if (fake_send(host->kernel, cpu, &packet, &wire) == 0 && wire.spi != 0)
		network_send_packet(host->sim, host, &wire);
}

static void send_all(struct sim_host *host, const struct sim_tunnel *tunnel)
{
	const struct sim *sim = host->sim;

	if (host->next_acquires <= sim->now) {
		fake_expire_acquires(host->kernel);
		host->next_acquires = sim->now + ACQUIRE_LIFE;
	}
	for (uint32_t cpu = 0; cpu < host->cpus; cpu++)
		if ((host->online >> cpu & 1) != 0)
			send_one(host, host_peer(host, tunnel), cpu);
	host_hear_kernel(host);
}

static void traffic_happen(struct sim *sim, struct sim_event *event)
{
	struct sim_end *end = EVENT_OWNER(event, struct sim_end, traffic);
	int64_t every = end->every;

	if (end->burst <= BURST_LAST) {
		every = end->burst;
		end->burst *= 2;
	}
	if (end->host->kernel != NULL && !host_sleeps(end->host) &&
	    (sim->now < sim->silent_from || sim->now >= sim->silent_until))
		send_all(end->host, end->tunnel);
	if (sim->now + every < end->until)
		sim_event_at(sim, event, sim->now + every);
}

/* SAs that count their packets must not be used up by how often a simulation sends. */
#define TRAFFIC_COUNTED MILLISECONDS(250)

void host_traffic_start(struct sim_host *host, int64_t every, int64_t until)
{
	for (unsigned i = 0; i < host->end_count; i++) {
		struct sim_end *end = host->ends[i];

		end->traffic.happen = traffic_happen;
		end->counts_packets = end->tunnel->end[0].value[OPTION_MAX_PACKETS] != 0;
		end->every = end->counts_packets ? TRAFFIC_COUNTED : every;
		end->until = until;
		end->burst = BURST_LAST + 1;
		sim_event_at(host->sim, &end->traffic, host->sim->now + end->every);
	}
}

static struct sim_end *end_of(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	for (unsigned i = 0; i < host->end_count; i++)
		if (host->ends[i]->tunnel == tunnel)
			return host->ends[i];
	return NULL;
}

void host_traffic_burst(struct sim_host *host, const struct sim_tunnel *tunnel)
{
	struct sim *sim = host->sim;
	int64_t next = sim->now + BURST_FIRST;
	struct sim_end *end = end_of(host, tunnel);

	if (end == NULL || end->counts_packets)
		return;
	end->burst = BURST_FIRST;
	if (end->traffic.node.index != 0 && end->traffic.node.when > next)
		sim_event_at(sim, &end->traffic, next);
}
