/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_HOST_H
#define IKE_HOST_H

#include "base/clock.h"
#include "base/codes.h"
#include "crypto/crypto.h"
#include "ike/kernel.h"
#include "net/address.h"

/*
 * Everything that the engine needs of the world, given at its creation. The engine calls these and
 * nothing else; none of them may call the engine back before it returns.
 */

/*
 * Work that takes long: it owns copies of its inputs, carries ids and never pointers, may run on
 * any thread, and comes home through ike_engine_on_job().
 */
enum job_kind {
	JOB_KE_START,   /* the initiator's pair */
	JOB_KE_RESPOND, /* the initiator's value: the responder's, and the shared secret */
	JOB_KE_FINISH   /* the initiator's pair, the responder's value: the shared secret */
};

struct crypto_job {
	struct crypto_job *next; /* for the host's queue */
	uint64_t ike_sa;         /* the SA's id */
	uint64_t token;          /* which wait of that SA */
	bool urgent;             /* for an established SA or our own initiation: before the others */
	enum job_kind kind;
	const struct ke_desc *ke;
	struct ke_pair pair;
	uint8_t *peer_public;    /* owned */
	size_t peer_public_len;
	enum crypto_status status;
	struct secret shared;
};

void crypto_job_run(struct crypto_job *job);  /* any thread */
void crypto_job_free(struct crypto_job *job); /* wipes; NULL is fine */

/* What happened, for logs, whack, JSON and metrics. Borrowed for the call. */
enum report_kind {
	REPORT_COMMAND,       /* an answer to a command */
	REPORT_PROGRESS,      /* a step of setting up */
	REPORT_ESTABLISHED,
	REPORT_CLOSED,        /* an SA is gone */
	REPORT_REFUSED,       /* we or the peer said no */
	REPORT_RETRANSMIT,
	REPORT_TIMEOUT,
	REPORT_HOSTILE,       /* dropped or answered: a bad message; rate-limited by the host */
	REPORT_KERNEL_ERROR,
	REPORT_INTERNAL_ERROR,
	REPORT_DEBUG
};

struct ike_report {
	enum report_kind kind;
	enum control_code class_;     /* CONTROL_LOG, _SERIOUS, _ESTABLISHED, _RETRANSMIT */
	uint64_t command;             /* the command that this is progress of; 0: none */
	const char *name;             /* the connection's or clone's, of an instance such as
	                                 `road[2] 192.1.2.45`; NULL: none */
	uint32_t serial;              /* #N of the SA; 0: none */
	const struct endpoint *peer;  /* NULL: none */
	bool stranger;                /* anybody can cause it, as often as he likes */
	const char *text;             /* one sentence without name and serial */
};

/* updown scripts, once per set; run by the keeper in order, never awaited. */
enum updown_verb { UPDOWN_UP, UPDOWN_DOWN, UPDOWN_ROUTE, UPDOWN_UNROUTE };

struct ike_updown {
	enum updown_verb verb;
	const char *name;
	struct address local, remote;
	struct selector local_selector, remote_selector;
	struct identity local_id, remote_id;
	struct address source_ip, next_hop;
	uint32_t reqid;
	enum conf_type mode;
};

/* The CPUs that take the interrupts of what comes in by a device. */
struct ike_receivers {
	char device[16];       /* its name */
	uint32_t count;        /* 0: not known */
	uint16_t cpus[CPU_MAX]; /* ids, ascending */
};

/* A packet of an SA that will come in, and whether it comes to a certain CPU. */
struct ike_arrival {
	struct address local, peer;
	bool encapsulated;
	uint16_t source_port, destination_port; /* UDP */
	uint32_t spi;
};
enum ike_landing { LANDING_UNKNOWN, LANDING_HERE, LANDING_ELSEWHERE };

struct ike_host {
	void *context;
	/* Sends from one of our addresses and ports; the host adds the non-ESP marker on the NAT
	 * port. Failures are like loss. */
	void (*send)(void *context, const struct endpoint *from, const struct endpoint *to,
		     struct bytes message);
	void (*submit)(void *context, struct crypto_job *job); /* takes the job */
	/* In order; stops at the first failure, later ones get -ECANCELED. Synchronous. */
	void (*kernel)(void *context, struct kernel_change *changes, size_t count);
	void (*random)(void *context, uint8_t *out, size_t len);
	void (*report)(void *context, const struct ike_report *report);
	void (*updown)(void *context, const struct ike_updown *updown);
	/* The command is over; called exactly once for each command id that was not 0. */
	void (*command_done)(void *context, uint64_t command, enum control_code code);
	/* Sends one byte 0xff to keep a NAT's mapping (RFC 3948 2.3). */
	void (*keepalive)(void *context, const struct endpoint *from, const struct endpoint *to);
	/* Those of the device that leads to this peer, into *out, which is empty. NULL: never known. */
	void (*receivers)(void *context, const struct address *peer, struct ike_receivers *out);
	/* UNKNOWN also where SPI and source port make no difference. NULL: never known. */
	enum ike_landing (*lands)(void *context, const struct ike_arrival *arrival, uint32_t cpu);
};

#endif
