/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/network/network.h"

#include <string.h>

#include "base/mem.h"
#include "sim/check/exchanges.h"
#include "sim/check/forgeries.h"
#include "sim/check/packets.h"
#include "sim/check/sads.h"
#include "sim/host/host.h"
#include "sim/network/forger.h"
#include "sim/tap/tap.h"

static bool port_matches(const struct table_link *link, struct bytes key)
{
	const struct network_port *port = TABLE_OBJECT(link, struct network_port, link);

	return bytes_equal(bytes_at(port->address.ip, sizeof(port->address.ip)), key);
}

void network_init(struct network *n, uint64_t seed)
{
	static const uint8_t key[16] = { 0 };

	*n = (struct network) { .random = random_stream(seed, "network", 0) };
	table_init(&n->by_address, key, port_matches);
	forger_init(n, seed);
}

void network_done(struct network *n)
{
	table_done(&n->by_address);
}

void network_attach(struct network *n, struct network_port *port, struct sim_host *host,
		    const struct address *address)
{
	port->host = host;
	port->address = *address;
	table_add(&n->by_address, bytes_at(port->address.ip, sizeof(port->address.ip)),
		  &port->link);
}

void network_detach(struct network *n, struct network_port *port)
{
	table_remove(&n->by_address, &port->link);
	port->host = NULL;
}

struct sim_host *network_find(const struct network *n, const struct address *address)
{
	struct table_link *link =
		table_find(&n->by_address, bytes_at(address->ip, sizeof(address->ip)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct network_port, link)->host;
}

/* --- NATs --- */

static bool is_ours(const struct sim_host *host, const struct address *a)
{
	return address_equal(&host->address, a);
}

/* As the network sees it. false: the host does not have that address any more. */
static bool go_out(const struct sim_host *host, struct address *source, uint16_t *port)
{
	if (!is_ours(host, source))
		return false;
	if (!host->nat.on)
		return true;
	*source = host->nat.outside;
	*port = *port == IKE_PORT ? host->nat.ike_port : host->nat.nat_port;
	return true;
}

/* ESP alone has no port. */
static bool has_listener(uint16_t port)
{
	return port == 0 || port == IKE_PORT || port == IKE_NAT_PORT;
}

/* As the host sees it. */
static bool come_in(const struct sim_host *host, struct address *destination, uint16_t *port)
{
	if (!host->nat.on)
		return is_ours(host, destination) && has_listener(*port);
	if (!address_equal(destination, &host->nat.outside) ||
	    (*port != host->nat.ike_port && *port != host->nat.nat_port))
		return false;
	*destination = host->address;
	*port = *port == host->nat.ike_port ? IKE_PORT : IKE_NAT_PORT;
	return true;
}

/* --- IKE --- */

struct datagram {
	struct sim_event event;
	struct carried how;
	uint8_t *bytes; /* owned */
	size_t len;
};

static void datagram_happen(struct sim *sim, struct sim_event *event)
{
	struct datagram *d = (struct datagram *)(void *)event;
	struct bytes message = bytes_at(d->bytes, d->len);
	struct sim_host *host = network_find(&sim->network, &d->how.to.address);
	struct ike_header header;

	if (host == NULL || host->engine == NULL || host_sleeps(host))
		return;
	if (host_put_off(host, event))
		return;
	if (!come_in(host, &d->how.to.address, &d->how.to.port))
		return;
	if (d->how.forged) {
		forgeries_on_arrival(sim, host, &d->how.to, &d->how.from, message);
		return;
	}
	if (d->how.genuine && ike_header_read(message, &header) == WIRE_OK) {
		if (!d->how.again)
			exchanges_on_greeting(sim, host, &header);
		exchanges_on_arrival(sim, host, &header, d->how.fragment, d->how.fragments);
		if (d->how.has_auth)
			sads_on_auth(sim, host, tap_receiver_spi(&header));
	}
	host_datagram(host, &d->how.to, &d->how.from, message);
}

static void datagram_forget(struct sim_event *event)
{
	mem_free(((struct datagram *)(void *)event)->bytes);
	mem_free(event);
}

static int64_t delay_of(struct network *n)
{
	return n->latency + (n->lossy && n->jitter > 0 ? random_time(&n->random, n->jitter) : 0);
}

static int64_t carry_in(struct sim *sim, const struct carried *how, struct bytes message,
			int64_t delay)
{
	struct datagram *d = NEW(struct datagram);

	d->how = *how;
	d->event.happen = datagram_happen;
	d->event.forget = datagram_forget;
	d->bytes = mem_new(message.len);
	memcpy(d->bytes, message.ptr, message.len);
	d->len = message.len;
	sim_event_at(sim, &d->event, sim->now + delay);
	return d->event.node.when;
}

int64_t network_carry(struct sim *sim, const struct carried *how, struct bytes message,
		      int64_t later)
{
	return carry_in(sim, how, message, delay_of(&sim->network) + later);
}

void network_forge(struct sim *sim, const struct endpoint *from, const struct endpoint *to,
		   struct bytes message)
{
	struct carried how = { .from = *from, .to = *to, .forged = true };

	(void)carry_in(sim, &how, message, sim->network.latency / 2);
}

static void chart(const struct sim *sim, const struct sim_host *from, const struct endpoint *to,
		  const struct tap *tap, const int64_t *arrivals, size_t copies)
{
	const struct sim_host *host = network_find(&sim->network, &to->address);
	struct buffer text = { 0 };
	char nobody[ENDPOINT_TEXT_MAX];

	if (!sim->chart)
		return;
	write_format(&text, "%s--> %s  ", copies == 0 ? "LOST " : "",
		     host == NULL ? endpoint_print(to, nobody) : host->name);
	tap_print(tap, &text);
	for (size_t i = 0; i < copies; i++)
		write_format(&text, "%s%.3f", i == 0 ? "  arrives " : " and again ",
			     (double)arrivals[i] / 1e6);
	sim_note(sim, from, "%s", buffer_text(&text));
	buffer_done(&text);
}

static bool proves_itself(const struct tap *tap)
{
	return tap->header.exchange == EXCHANGE_IKE_AUTH && tap->opened &&
	       payload_find(&tap->payloads, PAYLOAD_AUTH) != NULL;
}

/* How many of it arrive: none, it, it twice. */
static size_t pass(struct sim *sim, struct sim_host *from, struct carried *how,
		   struct bytes message, int64_t arrivals[2])
{
	struct network *n = &sim->network;
	size_t copies = 0;

	if (attacker_takes(sim, how, message) ||
	    adversity_cuts(sim, from, network_find(n, &how->to.address)) ||
	    (n->lossy && random_percent(&n->random, n->loss)))
		return 0;
	arrivals[copies++] = network_carry(sim, how, message, 0);
	if (n->lossy && random_percent(&n->random, n->duplicates))
		arrivals[copies++] = network_carry(sim, how, message, 0);
	return copies;
}

void network_send(struct sim *sim, struct sim_host *from, const struct endpoint *source,
		  const struct endpoint *destination, struct bytes message)
{
	struct carried how = { .from = *source, .to = *destination, .genuine = true };
	int64_t arrivals[2];
	size_t copies = 0;
	struct tap tap;

	if (!tap_read(from, message, &tap)) {
		sim_fail(sim, "%s sends what is no IKE message", from->name);
		return;
	}
	how.has_auth = proves_itself(&tap);
	how.fragment = tap.fragment;
	how.fragments = tap.fragments;
	exchanges_on_send(sim, from, &tap);
	sim->datagrams++;
	if (go_out(from, &how.from.address, &how.from.port)) {
		forger_on_send(sim, from, &how.from, destination, &tap);
		copies = pass(sim, from, &how, message, arrivals);
	}
	chart(sim, from, destination, &tap, arrivals, copies);
	tap_done(&tap);
}

/* --- ESP --- */

struct packet {
	struct sim_event event;
	struct fake_wire wire;
};

static void packet_happen(struct sim *sim, struct sim_event *event)
{
	struct packet *p = (struct packet *)(void *)event;
	struct sim_host *host = network_find(&sim->network, &p->wire.destination);

	if (host != NULL && host->kernel != NULL && !host_sleeps(host) &&
	    come_in(host, &p->wire.destination, &p->wire.destination_port))
		packets_on_arrival(sim, host, &p->wire);
}

static void packet_forget(struct sim_event *event)
{
	mem_free(event);
}

void network_send_packet(struct sim *sim, struct sim_host *from, const struct fake_wire *wire)
{
	struct network *n = &sim->network;
	struct fake_wire outside = *wire;
	struct packet *p;

	sim->packets++;
	packets_on_send(sim, from, wire);
	if (!go_out(from, &outside.source, &outside.source_port))
		return;
	if (adversity_cuts(sim, from, network_find(n, &outside.destination)) ||
	    (n->lossy && random_percent(&n->random, n->loss)))
		return;
	attacker_touches(sim, &outside);
	p = NEW(struct packet);
	p->event.happen = packet_happen;
	p->event.forget = packet_forget;
	p->wire = outside;
	sim_event_at(sim, &p->event, sim->now + delay_of(n));
}
