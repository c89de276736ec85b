/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_WORLD_H
#define IKE_SA_WORLD_H

#include "base/codes.h"
#include "conf/secrets.h"
#include "ike/sa/child_sa.h"
#include "ike/sa/guard.h"
#include "wire/ikev2.h"

/* Why an IKE SA ends, for reports and for what happens next. */
enum end_reason {
	END_BY_COMMAND,
	END_BY_PEER,         /* its Delete */
	END_TIMEOUT,         /* a request was never answered */
	END_REFUSED,         /* not authenticated, nothing in common */
	END_LIFETIME,
	END_REPLACED,        /* the peer has a newer one */
	END_INTERNAL
};

/* What the layers below the engine tell it, or ask of it. `w->hooks` is set at start. */
struct world_hooks {
	/*
	 * The connection that a peer that has proven who it is gets: the connection itself, or of a
	 * template the instance for this IKE SA's peer. NULL: there are too many already, which is
	 * reported.
	 */
	struct connection *(*with_peer)(struct world *w, const struct ike_sa *sa,
					struct connection *c);
	/* The Child SA on this IKE SA whose clones the connection may have, or NULL. */
	const struct child_sa *(*clone_head)(struct world *w, const struct ike_sa *sa,
					     const struct connection *c);
	/*
	 * A Child SA that the peer asks for: chooses its slot and CPU and whether it is a spare.
	 * 0, or the notify to refuse with.
	 */
	uint16_t (*admit_child)(struct world *w, struct ike_sa *sa, struct child_sa *child);
	/* Inbound is in the kernel (and outbound, but for spares and unproven ones). */
	void (*child_up)(struct world *w, struct child_sa *child);
	/* The peer has this spare: it may be promoted. */
	void (*spare_proven)(struct world *w, struct child_sa *child);
	/* The peer refused ours (notify), or it failed here (0). The child is freed afterwards. */
	void (*child_refused)(struct world *w, struct ike_sa *sa, const struct child_sa *child,
			      uint16_t notify);
	/* The peer deletes a clone that sends. true: it has no slot any more and may drain. *unused: and
	 * all that its set sends leaves by the head now, so it may stay in the kernel for a moment. */
	bool (*clone_deleted)(struct world *w, struct child_sa *child, bool *unused);
	/* It is about to be taken out of the kernel. */
	void (*child_leaving)(struct world *w, struct child_sa *child);
	/* It is out of the kernel and about to be freed. */
	void (*child_gone)(struct world *w, struct child_sa *child, bool by_peer);
	/* Puts the set's policies and route into the kernel for this head, or points them to its
	 * ends. -errno. */
	int (*install_policies)(struct world *w, const struct child_sa *head);
	/* The Child SAs of an IKE SA are about to move: nothing leaves until they have. */
	void (*path_leaving)(struct world *w, struct ike_sa *sa);
	/* They are where they can be. */
	void (*path_taken)(struct world *w, struct ike_sa *sa);
	/* Established. false: another IKE SA of the connection is kept and this one is not wanted. */
	bool (*ike_up)(struct world *w, struct ike_sa *sa);
	/* Established by us without a Child SA: the connection's first one is to be asked for. */
	void (*head_due)(struct world *w, struct ike_sa *sa);
	/* About to end with its children. Those that another IKE SA has replaced go there first. */
	void (*ike_leaving)(struct world *w, struct ike_sa *sa, enum end_reason reason);
	/* About to be freed; children are gone already. text: a sentence, or NULL. */
	void (*ike_gone)(struct world *w, struct ike_sa *sa, enum end_reason reason,
			 const char *text);
	/* An empty request of ours was answered. */
	void (*batch_done)(struct world *w, struct ike_sa *sa);
	/* A request of ours was answered, or room came up in the window. */
	void (*window_moved)(struct world *w, struct ike_sa *sa);
};

struct cookie_secrets {
	struct prf_key *current, *previous; /* owned; NULL before the first cookie */
	uint8_t version;
	int64_t rotate_at;
};

/* All that one engine holds; passed instead of globals. Owned by the engine. */
struct world {
	struct ike_host host;
	const struct conf_setup *setup;
	const struct kernel_facts *facts;
	const struct world_hooks *hooks;
	int64_t now;
	int64_t epoch_offset;
	struct connections connections;
	struct secrets secrets;
	struct address *own;            /* our addresses, owned */
	size_t own_count;
	struct heap timers;
	struct list ike_sas;
	struct list gone;               /* IKE SAs to free at the end of the call */
	struct list split_commands;     /* that several connections have to be done with */
	struct table ike_by_id, ike_by_spi, ike_by_peer, child_by_id, child_by_spi;
	struct groups ike_by_connection, ike_by_remote_id, child_by_connection;
	struct groups routes;           /* of the clone sets, by destination */
	struct groups claims;           /* of the clone sets, by pairs of selectors */
	struct list runs;               /* commands with connections that they have not come to yet */
	struct timer runs_timer;
	struct list idle;               /* instances that may have nothing left, by the end of the call */
	uint64_t next_id;
	uint32_t next_serial;
	uint32_t ike_count, half_open, established, child_count;
	struct cookie_secrets cookies;
	size_t fragment_bytes;          /* of messages that are not whole yet */
	struct guard guard;
	struct buffer clear;            /* where messages without an IKE SA are written */
	uint64_t command;               /* whose progress is being made in this call; 0: nobody's */
	uint64_t datagrams_in, datagrams_dropped, cookies_sent, retransmits;
};

void world_init(struct world *w, const struct ike_engine_config *config, int64_t now);
void world_done(struct world *w);

void world_random(struct world *w, void *out, size_t len);
void timer_set(struct world *w, struct timer *timer, enum timer_kind kind, int64_t when);
void timer_stop(struct world *w, struct timer *timer);

/* One change to the kernel; reports a failure in the kernel's own words. -errno. */
MUST_CHECK int world_kernel(struct world *w, const char *name, uint32_t serial,
			    struct kernel_change *change);

/* Reports: one sentence each, about an SA or a connection. */
void report_ike(struct world *w, const struct ike_sa *sa, enum report_kind kind,
		const char *format, ...) PRINTF_LIKE(4, 5);
void report_child(struct world *w, const struct child_sa *child, enum report_kind kind,
		  const char *format, ...) PRINTF_LIKE(4, 5);
void report_name(struct world *w, const char *name, enum report_kind kind,
		 const char *format, ...) PRINTF_LIKE(4, 5);
void report_peer(struct world *w, const struct endpoint *peer, enum report_kind kind,
		 const char *format, ...) PRINTF_LIKE(4, 5);

#endif
