/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's life: boot, crash, and what comes in. */

#include "sim/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/check/exchanges.h"
#include "sim/check/orphans.h"
#include "sim/check/sads.h"
#include "sim/core/blocks.h"

#define SWEEP_EVERY SECONDS(2)

int64_t host_now(const struct sim_host *host)
{
	return host->sim->now - host->behind;
}

bool host_sleeps(const struct sim_host *host)
{
	return host->asleep_until > host->sim->now;
}

bool host_is_busy(const struct sim_host *host)
{
	return host->busy_until > host->sim->now;
}

void host_look_at_cpus(struct sim_host *host)
{
	host->facts.online_count = 0;
	for (uint16_t i = 0; i < host->cpus; i++)
		if ((host->online >> i & 1) != 0)
			host->facts.online[host->facts.online_count++] = i;
}

bool host_listens(const struct sim_host *host)
{
	return host->engine != NULL && !host_sleeps(host);
}

static int64_t ready_at(const struct sim_host *host)
{
	return host->busy_until > host->asleep_until ? host->busy_until : host->asleep_until;
}

bool host_put_off(struct sim_host *host, struct sim_event *event)
{
	if (ready_at(host) <= host->sim->now)
		return false;
	sim_event_at(host->sim, event, ready_at(host));
	return true;
}

static void alarm_happen(struct sim *sim, struct sim_event *event)
{
	struct sim_host *host = EVENT_OWNER(event, struct sim_host, alarm);

	(void)sim;
	if (host_put_off(host, event))
		return;
	ike_engine_on_time(host_enter(host), host_now(host));
	host_settle(host);
}

struct ike_engine *host_enter(struct sim_host *host)
{
	host->in_engine = true;
	host->blocks_mark = blocks_in_use();
	return host->engine;
}

void host_leave(struct sim_host *host)
{
	if (host->in_engine)
		host->blocks += blocks_in_use() - host->blocks_mark;
	host->in_engine = false;
}

int64_t host_blocks(const struct sim_host *host)
{
	return host->blocks;
}

static void set_alarm(struct sim_host *host)
{
	int64_t deadline = host->engine == NULL ? TIME_NEVER : ike_engine_deadline(host->engine);

	if (deadline == TIME_NEVER)
		sim_event_cancel(host->sim, &host->alarm);
	else
		sim_event_at(host->sim, &host->alarm, deadline + host->behind);
}

void host_settle(struct sim_host *host)
{
	host_leave(host);
	if (host->engine != NULL)
		sads_on_settled(host->sim, host);
	set_alarm(host);
}

/* What is late shows without anything happening. */
static void sweep_happen(struct sim *sim, struct sim_event *event)
{
	struct sim_host *host = EVENT_OWNER(event, struct sim_host, sweep);

	exchanges_sweep(sim, host);
	orphans_sweep(sim, host);
	sim_event_at(sim, event, sim->now + SWEEP_EVERY);
}

/* --- being made --- */

struct address host_place(const struct sim_host *host, uint32_t place)
{
	char text[ADDRESS_TEXT_MAX];
	struct address out = { 0 };

	(void)snprintf(text, sizeof(text), "198.19.%u.%u", host->index + 1, place + 1);
	if (!address_parse(text, &out))
		sim_fail(host->sim, "no address is %s", text);
	return out;
}

static void address_of(struct sim_host *host, const char *net, struct address *out)
{
	char text[ADDRESS_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s.%u.%u", net, (host->index + 1) >> 8 & 0xff,
		       (host->index + 1) & 0xff);
	if (!address_parse(text, out))
		sim_fail(host->sim, "no address is %s", text);
}

static bool has_old_kernel(const struct sim *sim, unsigned host)
{
	struct random random = random_stream(sim->seed, "kernel", host);

	return random_percent(&random, 20);
}

void hosts_make(struct sim *sim, unsigned count, unsigned tunnels)
{
	sim->hosts = mem_new_array(count, sizeof(*sim->hosts));
	sim->host_count = count;
	sim->tunnels = mem_new_array(tunnels, sizeof(*sim->tunnels));
	for (unsigned i = 0; i < count; i++) {
		struct sim_host *host = &sim->hosts[i];

		host->sim = sim;
		host->index = i;
		host->cpus = 2;
		host->online = UINT32_MAX;
		host->random = random_stream(sim->seed, "host", i);
		host->pcpu_2 = has_old_kernel(sim, i);
		host->alarm.happen = alarm_happen;
		host->sweep.happen = sweep_happen;
		list_init(&host->outstanding);
		(void)snprintf(host->name, sizeof(host->name), "h%u", i);
		address_of(host, "198.18", &host->address);
		address_of(host, "10.0", &host->inside);
		network_attach(&sim->network, &host->port, host, &host->address);
		plan_host(sim, i, &host->choices);
		conf_setup_default(&host->setup);
	}
}

static void end_make(struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct sim_end *end = NEW(struct sim_end);

	end->host = host;
	end->tunnel = tunnel;
	host->ends = mem_grow(host->ends, host->end_count + 1, sizeof(struct sim_end *));
	host->ends[host->end_count++] = end;
}

static void ends_free(struct sim_host *host)
{
	for (unsigned i = 0; i < host->end_count; i++) {
		sim_event_cancel(host->sim, &host->ends[i]->traffic);
		mem_free(host->ends[i]);
	}
	mem_free(host->ends);
}

#define TUNNEL_NAME "tunnel"

struct sim_tunnel *tunnel_make(struct sim *sim, unsigned left, unsigned right)
{
	struct sim_tunnel *tunnel = &sim->tunnels[sim->tunnel_count++];

	tunnel->host[0] = left;
	tunnel->host[1] = right;
	end_make(&sim->hosts[left], tunnel);
	end_make(&sim->hosts[right], tunnel);
	(void)snprintf(tunnel->name, sizeof(tunnel->name), TUNNEL_NAME "%u",
		       sim->tunnel_count - 1);
	plan_tunnel(sim, tunnel);
	return tunnel;
}

unsigned host_end(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	return tunnel->host[0] == host->index ? 0 : 1;
}

struct sim_host *host_peer(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	return &host->sim->hosts[tunnel->host[1 - host_end(host, tunnel)]];
}

/* --- tunnels and their names --- */

/* Of a hub with one connection for all it is whose peer has that id: "@h3". */
static struct sim_tunnel *tunnel_with(const struct sim_host *host, const struct identity *peer)
{
	char text[IDENTITY_TEXT_MAX];

	(void)identity_print(peer, text);
	for (unsigned i = 0; i < host->end_count; i++)
		if (text[0] == '@' &&
		    strcmp(text + 1, host_peer(host, host->ends[i]->tunnel)->name) == 0)
			return host->ends[i]->tunnel;
	return NULL;
}

static struct sim_tunnel *tunnel_of_instance(const struct sim_host *host, const char *name)
{
	if (host->engine == NULL)
		return NULL;
	LIST_FOR_EACH(link, &host->engine->w.connections.all) {
		const struct connection *c = LIST_OBJECT(link, struct connection, link);
		size_t len = strlen(c->conf->name);

		/* the set's number is before that of the instance */
		if (c->template != 0 && strchr(name, '[') != NULL &&
		    strcmp(strchr(name, '['), c->name + len) == 0)
			return tunnel_with(host, &c->remote_id);
	}
	return NULL;
}

struct sim_tunnel *tunnel_named(const struct sim_host *host, const char *name)
{
	size_t len = strlen(TUNNEL_NAME);
	unsigned long index;

	if (host->sim->any && host->index == 0)
		return tunnel_of_instance(host, name);
	if (strncmp(name, TUNNEL_NAME, len) != 0)
		return NULL;
	index = strtoul(name + len, NULL, 10);
	return index < host->sim->tunnel_count ? &host->sim->tunnels[index] : NULL;
}

struct connection *tunnel_connection(const struct sim_host *host, const struct sim_tunnel *tunnel)
{
	if (!host->sim->any || host->index != 0)
		return connection_find_name(&host->engine->w.connections, tunnel->name);
	LIST_FOR_EACH(link, &host->engine->w.connections.all) {
		struct connection *c = LIST_OBJECT(link, struct connection, link);

		if (c->template != 0 && tunnel_with(host, &c->remote_id) == tunnel)
			return c;
	}
	return NULL;
}

bool tunnel_name(const struct sim_host *host, const struct sim_tunnel *tunnel,
		 char out[TUNNEL_NAME_MAX])
{
	const struct connection *c;

	(void)snprintf(out, TUNNEL_NAME_MAX, "%s", tunnel->name);
	if (!host->sim->any || host->index != 0)
		return true;
	c = tunnel_connection(host, tunnel);
	if (c == NULL)
		return false;
	(void)snprintf(out, TUNNEL_NAME_MAX, "%.*s[%u]", SIM_NAME_MAX, c->conf->name, c->number);
	return true;
}

/* --- configuration --- */

static void load_conns(struct sim_host *host, struct conf *conf)
{
	ike_engine_set_addresses(host->engine, &host->address, 1, host_now(host));
	for (size_t i = 0; i < conf->count; i++) {
		struct sim_tunnel *tunnel = host->sim->any ? host->ends[0]->tunnel
					    : tunnel_named(host, conf->conns[i].name);

		ike_engine_add(host->engine, &conf->conns[i], false, host_command(host, tunnel),
			       host_now(host));
	}
}

static bool read_conf(struct sim_host *host, struct conf *conf, struct secrets *secrets)
{
	static const char psk[] = ": PSK \"sim sim sim\"\n: PPKS sim \"sim sim sim sim\"\n";
	static const char other[] = ": PSK \"mis mis mis\"\n: PPKS sim \"sim sim sim sim\"\n";
	const char *said = host->other_secret ? other : psk;
	struct conf_errors errors = { 0 };
	struct buffer text = { 0 };
	bool ok;

	plan_write(host->sim, host->index, &text);
	ok = conf_parse("sim", buffer_bytes(&text), conf, &errors);
	buffer_done(&text);
	if (ok && !secrets_parse("sim", bytes_of_text(said), secrets, &errors)) {
		conf_done(conf);
		ok = false;
	}
	if (!ok)
		sim_fail(host->sim, "configuration: %s",
			 errors.count > 0 ? errors.list[0].text : "not valid");
	conf_errors_done(&errors);
	return ok;
}

void host_boot(struct sim_host *host)
{
	struct fake_config fake = { .cpus = host->cpus,
				    .per_cpu = true,
				    .pcpu_2 = host->pcpu_2,
				    .moves_addresses = host->moves_addresses && !host->pcpu_2 };
	struct ike_engine_config config = {
		.setup = &host->setup, .facts = &host->facts, .host = host_calls(host)
	};
	char text[KERNEL_TEXT_MAX];
	struct secrets secrets;
	struct conf conf;

	host->kernel = kernel_fake_new(&fake);
	if (kernel_start(host->kernel, &host->facts, text) != 0)
		sim_fail(host->sim, "the fake kernel does not start: %s", text);
	host_look_at_cpus(host);
	fake_set_addresses(host->kernel, &host->address, 1);
	host->blocks = 0;
	(void)host_enter(host);
	if (!read_conf(host, &conf, &secrets))
		return;
	conf_setup_done(&host->setup);
	host->setup = conf.setup;
	conf_setup_default(&conf.setup);
	host->boots++;
	host->engine = ike_engine_new(&config, host_now(host));
	ike_engine_set_secrets(host->engine, &secrets);
	load_conns(host, &conf);
	conf_done(&conf);
	host_settle(host);
	host->blocks_at_boot = host->blocks;
	if (host->sweep.node.index == 0)
		sim_event_at(host->sim, &host->sweep, host->sim->now + SWEEP_EVERY);
}

void host_load(struct sim_host *host, struct sim_tunnel *tunnel, bool replace, uint64_t command)
{
	struct secrets secrets;
	struct conf conf;
	struct conf_conn *conn;

	(void)host_enter(host);
	if (!read_conf(host, &conf, &secrets))
		return;
	conn = conf_find(&conf, tunnel->name);
	if (conn != NULL)
		ike_engine_add(host->engine, conn, replace, command, host_now(host));
	secrets_done(&secrets);
	conf_done(&conf);
	host_settle(host);
}

void host_crash(struct sim_host *host)
{
	if (host->engine != NULL) {
		sim_note(host->sim, host, "crashes");
		host->changed_count = 0;
		ike_engine_free(host->engine);
		host->engine = NULL;
		host->open_commands = 0;
		host_settle(host);
	}
	if (host->kernel != NULL) {
		kernel_stop(host->kernel);
		kernel_free(host->kernel);
		host->kernel = NULL;
	}
}

void host_done(struct sim_host *host)
{
	host_crash(host);
	exchanges_forget(host);
	ends_free(host);
	buffer_done(&host->pieces);
	conf_setup_done(&host->setup);
}

/* --- where it is --- */

void host_readdress(struct sim_host *host, const struct address *address)
{
	struct network *n = &host->sim->network;
	char text[ADDRESS_TEXT_MAX];

	sim_note(host->sim, host, "is at %s from now on", address_print(address, text));
	network_detach(n, &host->port);
	host->address = *address;
	host->moved_at = host->sim->now;
	network_attach(n, &host->port, host, address);
	if (host->kernel == NULL)
		return;
	fake_set_addresses(host->kernel, address, 1);
	ike_engine_set_addresses(host_enter(host), address, 1, host_now(host));
	host_settle(host);
}

void host_hide(struct sim_host *host, const struct address *outside, uint16_t ike_port,
	       uint16_t nat_port)
{
	struct network *n = &host->sim->network;
	char text[ADDRESS_TEXT_MAX];

	if (host->nat_port.host != NULL)
		network_detach(n, &host->nat_port);
	host->nat = (struct network_nat) {
		.on = true,
		.outside = outside == NULL ? host->address : *outside,
		.ike_port = ike_port,
		.nat_port = nat_port,
	};
	if (!address_equal(&host->nat.outside, &host->address))
		network_attach(n, &host->nat_port, host, &host->nat.outside);
	sim_note(host->sim, host, "is seen at %s, ports %u and %u, from now on",
		 address_print(&host->nat.outside, text), ike_port, nat_port);
}

/* --- what comes in --- */

void host_datagram(struct sim_host *host, const struct endpoint *local,
		   const struct endpoint *remote, struct bytes message)
{
	if (host->engine == NULL)
		return;
	ike_engine_on_datagram(host_enter(host), local, remote, message, host_now(host));
	host_settle(host);
}
