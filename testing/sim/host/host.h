/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_HOST_HOST_H
#define SIM_HOST_HOST_H

#include "base/list.h"
#include "ike/engine/engine.h"
#include "pluto/kernel/fake.h"
#include "sim/core/sim.h"

enum {
	SIM_CPUS_MAX = 4,
	SIM_CHANGED_MAX = 32,
	HOST_BLOCKS_MORE = 14 /* of memory, that tables keep once they were used */
};

/* A host's end of one of its tunnels, and the packets that it sends there. */
struct sim_end {
	struct sim_host *host;
	struct sim_tunnel *tunnel;
	struct sim_event traffic;
	bool counts_packets;            /* its SAs have limits, which bursts would use up */
	int64_t every, until, burst;
};

/* A gateway: the engine bound to the simulated network and a kernel in memory. */
struct sim_host {
	struct sim *sim;
	unsigned index;
	char name[SIM_NAME_MAX];
	struct address address;         /* in the network */
	struct address inside;          /* the host in its net that sends and receives */
	struct network_port port;
	struct network_nat nat;
	struct network_port nat_port;   /* its outside, where that is another address */
	bool pcpu_2;                    /* its kernel has clones as in 2019, and moves nothing */
	bool moves_addresses;           /* its kernel can */
	uint32_t cpus;
	uint32_t online;                /* which of them, as bits */
	struct sim_choices choices;     /* of its `config setup` */
	struct random random;

	uint32_t boots;                 /* what an earlier boot began is not this one's business */
	struct ike_engine *engine;      /* NULL: the host is down */
	struct kernel_backend *kernel;
	struct kernel_facts facts;
	struct conf_setup setup;
	struct sim_event alarm;         /* the engine's deadline */
	struct sim_event sweep;         /* the checks that need no event */
	struct sim_end **ends;          /* owned, as is each */
	unsigned end_count;
	int64_t next_acquires;
	uint64_t next_command;

	/* how well it does */
	int64_t busy_until;             /* what comes meanwhile waits */
	int64_t asleep_until;           /* suspended: what comes meanwhile is lost */
	int64_t awake_since;            /* after the last sleep */
	int64_t moved_at;               /* to the address that it has */
	int64_t epoch;                  /* its wall clock, in seconds */
	bool beyond_cut;                /* on that side of a network that fell apart */
	int64_t behind;                 /* its clock, which stood still while it slept */
	int64_t kernel_slow, jobs_slow; /* at most so long for one change, one job */
	uint32_t events_lost;           /* percent of what its kernel says */
	uint32_t refuse_in;             /* that many additions from now on one fails; 0: none */
	bool may_refuse;                /* its kernel refuses sometimes: no failure of ours */
	bool other_secret;              /* from its next boot on: not that of its peers */

	/* for the checks */
	bool in_engine;                 /* now */
	int64_t blocks, blocks_mark;    /* of memory, that its engine has */
	int64_t blocks_at_boot;
	uint64_t kernel_changes;        /* ever asked for */
	unsigned open_commands;         /* not answered yet */
	uint64_t answers;
	uint32_t greetings_max;         /* new IKE SAs asked of it per second; 0: any number */
	int64_t greetings_from;         /* since then */
	int64_t greetings_second;
	uint32_t greetings;             /* in this second */
	int64_t rate_since;
	uint64_t rate_requests;
	struct buffer pieces;           /* of the message that it is sending in fragments */
	struct list outstanding;        /* its requests without an answer */
	uint64_t requests;              /* ever made */
	int64_t requests_second;
	uint32_t requests_of_second;    /* made within it */
	uint32_t changed[SIM_CHANGED_MAX]; /* reqids whose SAs changed in this call */
	unsigned changed_count;
	struct sim_tunnel *interrupted; /* lost an SA in this call */
};

/* Room for `count` hosts and `tunnels` connections, at the start of a scenario. */
void hosts_make(struct sim *sim, unsigned count, unsigned tunnels);
struct sim_tunnel *tunnel_make(struct sim *sim, unsigned left, unsigned right);

void host_boot(struct sim_host *host);   /* a fresh engine, its connections loaded */
/* `add` of one connection, as ipsec.conf has it; or of the same again. */
void host_load(struct sim_host *host, struct sim_tunnel *tunnel, bool replace, uint64_t command);
void host_crash(struct sim_host *host);  /* the engine and its kernel are gone */
void host_done(struct sim_host *host);

/* Its only address is another one from now on. */
void host_readdress(struct sim_host *host, const struct address *address);
/* A NAT before it, or another mapping of that NAT; address NULL: its own, and only ports change. */
void host_hide(struct sim_host *host, const struct address *outside, uint16_t ike_port,
	       uint16_t nat_port);

void host_datagram(struct sim_host *host, const struct endpoint *local,
		   const struct endpoint *remote, struct bytes message);
/* What it takes the time to be. Never goes back. */
int64_t host_now(const struct sim_host *host);
/* Around every call into its engine: what is allocated between the two is the engine's, but for
 * what happens in the calls that the engine makes. */
struct ike_engine *host_enter(struct sim_host *host);
void host_leave(struct sim_host *host);
/* host_leave(), and what has to be done after every call into the engine. */
void host_settle(struct sim_host *host);
/* It is up and not asleep: people can type. */
bool host_listens(const struct sim_host *host);
bool host_sleeps(const struct sim_host *host);
bool host_is_busy(const struct sim_host *host);
/* Which CPUs are online goes into its facts. */
void host_look_at_cpus(struct sim_host *host);
/* true: the host is busy, and the event comes again when it is not. */
MUST_CHECK bool host_put_off(struct sim_host *host, struct sim_event *event);

int64_t host_blocks(const struct sim_host *host);

/* The id of a command about that tunnel, whose end's last_code is -1 until it is answered. */
uint64_t host_command(struct sim_host *host, struct sim_tunnel *tunnel);
/* Of one that changes nothing about what is wanted there. */
uint64_t host_aside(struct sim_host *host, struct sim_tunnel *tunnel);
/* 0 or 1: which end of the tunnel this is. */
unsigned host_end(const struct sim_host *host, const struct sim_tunnel *tunnel);
struct sim_host *host_peer(const struct sim_host *host, const struct sim_tunnel *tunnel);
/* A place that the host may be at, beside its first address. */
enum { PLACES = 3 };
struct address host_place(const struct sim_host *host, uint32_t place);
/* By its name or one of its clones' (NAME-i) at that host; NULL: none. */
struct sim_tunnel *tunnel_named(const struct sim_host *host, const char *name);
/* What commands at that host call it, into `out`; false: it is not there now. */
enum { TUNNEL_NAME_MAX = SIM_NAME_MAX + 16 };
MUST_CHECK bool tunnel_name(const struct sim_host *host, const struct sim_tunnel *tunnel,
			    char out[TUNNEL_NAME_MAX]);
/* Its connection at that host; NULL: none. */
struct connection *tunnel_connection(const struct sim_host *host, const struct sim_tunnel *tunnel);

/* What the engine may ask of this host. */
struct ike_host host_calls(struct sim_host *host);

/* The data path: each tunnel gets a packet from each CPU, every so often, and more of them for a
 * while after SAs came or went. */
void host_traffic_start(struct sim_host *host, int64_t every, int64_t until);
void host_traffic_burst(struct sim_host *host, const struct sim_tunnel *tunnel);
/* What the kernel has to say goes to the engine, unless it is lost. */
void host_hear_kernel(struct sim_host *host);

#endif
