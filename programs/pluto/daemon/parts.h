/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_PARTS_H
#define PLUTO_DAEMON_PARTS_H

#include "base/list.h"
#include "ike/engine.h"
#include "pluto/control/commands.h"
#include "pluto/daemon/daemon.h"
#include "pluto/daemon/landing.h"
#include "pluto/daemon/log.h"
#include "pluto/daemon/ports.h"
#include "pluto/daemon/report.h"
#include "pluto/keeper/channel.h"
#include "pluto/keeper/messages.h"
#include "pluto/kernel/kernel.h"
#include "pluto/kernel/ledger.h"
#include "pluto/loop/clock.h"
#include "pluto/loop/loop.h"
#include "pluto/loop/workers.h"
#include "pluto/udp/udp.h"

/* Inside daemon/ only: everything that pluto is made of. */
struct daemon {
	const struct runtime *runtime;
	struct loop *loop;
	struct channel *channel;
	struct ledger *ledger;
	struct kernel_backend *kernel;
	struct kernel_facts facts;
	struct workers *workers;
	unsigned int helpers;
	struct udp *udp;
	struct ike_engine *engine;
	struct commands *commands;
	struct landing landing;
	struct report_log log;
	struct event *rescan, *kernel_events, *address_events, *cpu_events, *alive, *tick;
	struct event *begin, *stop; /* the next turn of each */
	struct list beginnings; /* the oldest first; owned */
	int cpu_fd;     /* says that CPUs came or went; -1: nothing does */
	int retries;    /* of sockets that could not be opened */
	bool crypto;    /* is started */
	bool started;   /* READY has been said */
	bool stopping;
	uint64_t stop_command;
	bool has_secrets; /* the file was good once */
};

/* cpus.c: CPUs that come and go. To be opened before the kernel is asked which are online. */
void daemon_open_cpus(struct daemon *d);
void daemon_on_cpus(struct daemon *d);
/* Left alone: the way is not known. */
void daemon_find_device(struct daemon *d, const struct address *peer, char out[IF_NAMESIZE]);
void daemon_find_receivers(struct daemon *d, const struct address *peer, struct ike_receivers *out);

/* steer.c: tells the keeper of inbound SAs of clones, after the kernel's word on them. */
void daemon_steer(struct daemon *d, const struct kernel_change *change);
/* The kernel took one out by itself. */
void daemon_steer_expired(struct daemon *d, uint32_t spi, const struct address *destination);
/* Asks the keeper what XDP has handed on, for the command; and its answer. */
void daemon_count_steered(void *daemon, uint64_t command);
void daemon_on_steer_counters(struct daemon *d, struct bytes body);

/*
 * begin.c: what is to be routed and started when loading has ended, some of it in each turn of the
 * loop, and what belongs between the two. Takes the names; the command, or none, is answered at the
 * end. Those that come meanwhile wait.
 */
void daemon_make_beginnings(struct daemon *d);
void daemon_drop_beginnings(struct daemon *d);
void daemon_begin(struct daemon *d, struct autoall *names, uint64_t command);
bool daemon_is_beginning(const struct daemon *d);

/* A word to the keeper. */
void daemon_say(struct daemon *d, enum message type, struct bytes body);

/* host.c: the engine's hands, and what reaches it. */
void daemon_make_udp(struct daemon *d);
void daemon_make_engine(struct daemon *d);
void daemon_job_home(void *context, struct crypto_job *job);

#endif
