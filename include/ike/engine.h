/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_H
#define IKE_ENGINE_H

#include "conf/conf.h"
#include "conf/secrets.h"
#include "ike/host.h"

/*
 * The engine: IKEv2 without sockets, threads, clock, kernel or log file. Everything comes in through
 * these calls, each with the time `now` (base/clock.h, never going back), and goes out through
 * struct ike_host. One thread.
 */
struct ike_engine;

struct ike_engine_config {
	const struct conf_setup *setup;      /* borrowed for the engine's life */
	const struct kernel_facts *facts;    /* borrowed likewise; see ike_engine_on_cpus() */
	int64_t epoch_offset;                /* wall clock microseconds - now */
	struct ike_host host;
};

struct ike_engine *ike_engine_new(const struct ike_engine_config *config, int64_t now);
/* Frees everything without a word to anybody; ike_engine_shutdown() is the polite way. */
void ike_engine_free(struct ike_engine *engine);

/* When ike_engine_on_time() wants to be called next; TIME_NEVER: not at all. */
int64_t ike_engine_deadline(const struct ike_engine *engine);
void ike_engine_on_time(struct ike_engine *engine, int64_t now);

/* A datagram for IKE (a non-ESP marker is already gone). Hostile until proven otherwise. */
void ike_engine_on_datagram(struct ike_engine *engine, const struct endpoint *local,
			    const struct endpoint *remote, struct bytes datagram, int64_t now);

/* A job came home; takes it. Its SA may be gone. */
void ike_engine_on_job(struct ike_engine *engine, struct crypto_job *job, int64_t now);

/* The kernel wants an SA for traffic that met a trap. The packet goes first in what the peer is asked
 * for (RFC 7296 2.9), where it is one of the connection's. */
void ike_engine_on_acquire(struct ike_engine *engine, const struct kernel_acquire *acquire,
			   int64_t now);
/* A hard limit of an SA was reached; it is gone from the kernel. */
void ike_engine_on_expire(struct ike_engine *engine, uint32_t spi,
			  const struct address *destination, int64_t now);

/* Authentic ESP in UDP of this inbound SA comes from elsewhere than the SA says: a NAT may have given
 * the peer another mapping. A hint; the peer is asked. */
void ike_engine_on_mapping(struct ike_engine *engine, uint32_t spi,
			   const struct address *destination, const struct endpoint *from,
			   int64_t now);

/* CPUs went on- or offline: the owner of the facts has put into them which are online now. Clone sets
 * follow; a clone whose CPU is offline stays, for when it is back. */
void ike_engine_on_cpus(struct ike_engine *engine, int64_t now);

/* The host's own addresses. Connections are oriented when they are added and at this call. */
void ike_engine_set_addresses(struct ike_engine *engine, const struct address *list, size_t count,
			      int64_t now);
/* Takes the secrets (leaves *secrets empty). */
void ike_engine_set_secrets(struct ike_engine *engine, struct secrets *secrets);

/*
 * Commands. `command` is the caller's id (not 0) for progress and for command_done(), which may be
 * called before these return. NAME is a connection, or the alias of some, and then the command is for
 * each of them; NAME-i of a clone set is refused with the reason. A connection with peers of any
 * address (%any) stands for all of its instances, NAME[n] for one of them, where that makes sense.
 */
/* Takes *conn (leaves it empty). A replaced connection takes its SAs and instances along; but where only
 * clones= is another, none of them goes that is still meant. */
void ike_engine_add(struct ike_engine *engine, struct conf_conn *conn, bool replace,
		    uint64_t command, int64_t now);
void ike_engine_delete(struct ike_engine *engine, const char *name, uint64_t command, int64_t now);
/* Done when the whole set is up, or failed; with `async` at once. */
void ike_engine_up(struct ike_engine *engine, const char *name, bool async, uint64_t command,
		   int64_t now);
void ike_engine_down(struct ike_engine *engine, const char *name, uint64_t command, int64_t now);
void ike_engine_route(struct ike_engine *engine, const char *name, uint64_t command, int64_t now);
void ike_engine_unroute(struct ike_engine *engine, const char *name, uint64_t command,
			int64_t now);
/* Starts replacing the SAs, and is done at once. NAME: all of the set's Child SAs, or its IKE SA;
 * NAME-i: one Child SA. */
enum rekey_what { REKEY_CHILD, REKEY_IKE };
void ike_engine_rekey(struct ike_engine *engine, const char *name, enum rekey_what what,
		      uint64_t command, int64_t now);
/* Deletes SAs, policies and traps, tells the peers (once, without waiting), so many in each call.
 * true: nothing is left, and the command is answered. */
MUST_CHECK bool ike_engine_shutdown(struct ike_engine *engine, uint64_t command, int64_t now);
/* The client of a command went away: no more progress for it; what it started goes on. */
void ike_engine_forget_command(struct ike_engine *engine, uint64_t command);

/* --- What can be seen. --- */

enum sa_role { ROLE_INITIATOR, ROLE_RESPONDER };

/* Of a peer of any address (%any): which of its connection's instances, and where the peer is. */
struct instance_view {
	uint32_t number;             /* 0: the connection is no instance */
	struct address peer;
};

struct child_view {
	uint32_t serial, ike_serial;
	const char *name;            /* "westnet-eastnet-1" for a member of a set, else the connection's */
	const char *set;             /* the connection's name */
	struct instance_view instance;
	uint32_t clone;              /* 0: head */
	bool has_clones;             /* of a connection with clones= */
	uint32_t cpu;                /* or KERNEL_CPU_NONE */
	enum sa_role role;           /* who created this Child SA */
	bool inbound, outbound;      /* which of the two is in the kernel */
	bool spare;                  /* receives only: the CPU of its slot has another */
	uint32_t slot;               /* a spare's is another one's; else the clone */
	uint32_t spi_in, spi_out;
	struct endpoint local, remote;
	const struct traffic *traffic; /* what goes by it; borrowed like the view */
	enum conf_type mode;
	bool encapsulated, esn;
	const char *algorithms;      /* AES_GCM_16_256-DH19 */
	struct kernel_counters in, out; /* as of this call */
	uint64_t max_bytes, max_packets;/* as configured; CONF_LIMIT_NONE */
	int64_t add_epoch;           /* wall clock microseconds */
	int64_t age, expires_in;     /* microseconds */
	int64_t rekey_in;            /* TIME_NEVER: not by time */
	uint64_t rekey_bytes, rekey_packets; /* or when that much has gone one way; 0: never */
	struct identity peer_id;
	uint32_t reqid;
	bool newest;                 /* it is the one in its slot */
};

struct ike_view {
	uint32_t serial;
	const char *name;
	struct instance_view instance;
	const char *state;           /* "established IKE SA", "sent IKE_SA_INIT request", ... */
	enum sa_role role;
	bool established;
	uint64_t spi_i, spi_r;
	struct endpoint local, remote;
	struct identity local_id, peer_id;
	const char *algorithms;      /* AES_GCM_16_256-HMAC_SHA2_512-DH19 */
	int64_t age, expires_in;     /* expires_in 0: it is not established */
	int64_t rekey_in, reauth_in; /* TIME_NEVER: not by itself */
	uint32_t child_count;
	uint32_t window, in_flight;
	bool nat_local, nat_remote;
	bool newest;                 /* it is established, and its connection's */
};

/* One line of `status` per member of a set, or per connection without clones. */
struct connection_view {
	const char *name;            /* NAME or NAME-i */
	const char *set;             /* NAME */
	struct instance_view instance;
	uint32_t clone;
	bool has_clones;
	const struct conf_conn *conf;
	enum conf_orientation orientation;
	struct address local, remote; /* not set: of any peer */
	struct identity local_id, remote_id;
	bool routed;                 /* trap in place */
	bool up;                     /* wanted up by a command or auto= */
	uint32_t ike_serial, child_serial; /* newest established; 0: none */
	const char *ike_algorithms, *child_algorithms; /* theirs; NULL: none */
	uint32_t reqid, priority;
	uint32_t cpu;                /* KERNEL_CPU_NONE: none */
	const char *slot_state;      /* "empty", "negotiating", "up", "refused"; "spare": an SA whose
	                                CPU is offline; "offline": none, and its CPU is */
	bool is_template;            /* for peers of any address */
	uint32_t instances;          /* of a template: how many there are */
};

/* A clone set as a whole; of each connection with clones= but templates. */
struct set_view {
	const char *name;            /* the connection's */
	struct instance_view instance;
	const char *head;            /* its slot's state, as above */
	bool up;                     /* wanted up by a command or auto= */
	bool bound;                  /* the kernel binds clones to CPUs */
	bool fills_first;            /* with a head: we made it, and so ask for clones first */
	bool peer_makes_none;        /* with a head: the peer sent no SA_RESOURCE_INFO */
	/* Of its clones, where each is exactly one of the first five; spares are beyond these, those
	 * of CPUs that are offline among them. */
	uint32_t wanted;             /* how many there are to be on this host now */
	uint32_t clones_up, negotiating, refused;
	uint32_t waiting;            /* not asked for now, but again in retry_in */
	uint32_t empty;              /* not asked for: no head, or it is the peer's turn */
	uint32_t spares;
	const char *why;             /* what the peer refused the last one with; NULL: nothing */
	int64_t retry_in;            /* TIME_NEVER: nothing waits */
	uint32_t max_clones;         /* the most there may be, the peer's included */
	uint32_t turned_away;        /* the peer's that were beyond, since the head is up */
	uint32_t reqid;
};

struct engine_counts {
	uint32_t connections;
	uint32_t ike_half_open, ike_established, child_established;
	bool cookies_required;
	uint64_t datagrams_in, datagrams_dropped, cookies_sent, retransmits;
	/* first messages that got no answer: too many half-open IKE SAs, too much key agreement
	 * under way, too many from one prefix */
	uint64_t dropped_over_number, dropped_over_work, dropped_over_prefix;
};

/*
 * A walk shows everything of one kind, some of it in each turn, and the engine goes on in between.
 * What is gone by its turn is left out; what came after the beginning may be. Views are borrowed for
 * the callback, which may not change the engine.
 */
struct engine_walk;

/* One of them is set; that is the kind. */
struct engine_walk_calls {
	/* sorted by name, clone, serial */
	void (*child)(void *context, const struct child_view *view);
	/* these in the order in which they came */
	void (*ike)(void *context, const struct ike_view *view);
	void (*connection)(void *context, const struct connection_view *view);
	void (*set)(void *context, const struct set_view *view);
};

/* name: NULL for all, else only of that connection, alias, NAME-i or NAME[n]; of sets, NAME-i means
 * that which it is of; IKE SAs are shown all. Copied. Freed by the caller, also after the engine. */
struct engine_walk *engine_walk_new(struct ike_engine *engine, const char *name,
				    const struct engine_walk_calls *calls, void *context);
/* Shows at most `max`, which may be none. false: that was all. */
MUST_CHECK bool engine_walk_on(struct ike_engine *engine, struct engine_walk *walk, unsigned max,
			       int64_t now);
void engine_walk_free(struct engine_walk *walk); /* NULL is fine */

void ike_engine_counts(const struct ike_engine *engine, struct engine_counts *out);
/* Is there anything of that name: a connection, an alias, an instance, or NAME-i of a set? */
bool ike_engine_knows(struct ike_engine *engine, const char *name);

#endif
