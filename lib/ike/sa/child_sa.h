/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_CHILD_SA_H
#define IKE_SA_CHILD_SA_H

#include "ike/sa/ike_sa.h"
#include "ike/sa/limits.h"
#include "wire/payloads.h"

enum child_state {
	CHILD_NEGOTIATING, /* ours is the request; nothing in the kernel */
	CHILD_UP,          /* inbound is in the kernel, outbound perhaps */
	CHILD_DRAINING     /* replaced: stays for what is still on its way, outbound the shortest */
};

/* Where its packets go between, and whether in UDP. */
struct child_ends {
	struct endpoint from, to;
	bool encapsulated;
	bool spread;   /* in UDP, and our clones have source ports of their own */
	bool any_port; /* in UDP, and the peer's may */
};

/* What the peer calls the two ends, where that is not what we call them (RFC 7296 2.23.1): its answers
 * have to be in its words. */
struct said_addresses {
	struct address local, remote; /* not set: as we do */
};

/* Owned by its IKE SA. Keys stay only while the outbound SA is not in the kernel yet. */
struct child_sa {
	struct list link;
	struct table_link by_id, by_spi;
	struct list of_connection;   /* of the same connection's */
	uint64_t id;
	uint32_t serial;
	uint64_t ike_sa;             /* id */
	uint64_t connection;         /* id; by child_sa_set_connection() */
	enum child_state state;
	enum sa_role role;           /* who asked for it */
	uint32_t slot;               /* in the clone set; 0: the head */
	uint32_t number;             /* NAME-number: the slot, or for a spare one beyond them */
	bool is_clone;               /* carried SA_RESOURCE_INFO after the head */
	bool spare;                  /* inbound only: its CPU has another */
	uint64_t replaces;           /* id of the Child SA that this one rekeys; 0: none */
	bool heir;                   /* what it replaces is gone already; its place is kept for it */
	bool takes_over;             /* a head in place of one on an older IKE SA, once it is proven */
	bool with_ike;               /* made in IKE_AUTH */
	bool proven;                 /* a responder's: its initiator has it, as later requests show */
	bool superseded;             /* its set is on a newer IKE SA: it holds no slot */
	uint64_t successor;          /* id of the one that we are making to replace it; 0: none */
	uint32_t given_up;           /* inbound SPI of the last one that we made in vain; 0: none */
	uint32_t cpu;                /* or KERNEL_CPU_NONE */
	uint32_t spi_in, spi_out;
	struct suite suite;
	struct traffic traffic;      /* owned; what we ask for, or what is agreed */
	struct traffic_packet packet; /* of its traffic: goes first in what we ask for; or none */
	struct said_addresses said;
	bool cut;                    /* a responder's: not all that both ends have */
	enum conf_type mode;
	bool encapsulated;
	bool spread;                 /* a clone with source ports by its SPIs (ike/ports.h) */
	bool any_port;               /* the peer's packets may come from any port */
	uint32_t message_id;         /* of the peer's request, for proof */
	bool inherited;              /* made on an older IKE SA: message_id is of that one */
	uint8_t nonce_i[NONCE_MAX], nonce_r[NONCE_MAX]; /* of CREATE_CHILD_SA */
	uint16_t nonce_i_len, nonce_r_len;
	bool resource_info;          /* the peer sent SA_RESOURCE_INFO with it */
	bool asked_as_clone;         /* by a Cygnet, which says so */
	struct secret key_in, integ_in, key_out, integ_out;
	bool inbound, outbound;      /* in the kernel */
	bool waits_for_head;         /* outbound will be, once the head has the same ends */
	struct kernel_counters sent; /* by the outbound SA, when it was taken out */
	bool exhausted;              /* a hard limit took one of the two out of the kernel */
	struct sa_limits limits;
	struct sa_usage usage;       /* at the last look */
	uint64_t seen;               /* packets both ways, at the last look for traffic */
	struct endpoint from, to;    /* the tunnel's ends as installed */
	uint32_t reqid;
	int64_t created, proof_until, proof_interval;
	bool given_back;             /* DRAINING: then the peer hears a Delete */
	int64_t drain_until;         /* DRAINING: then its inbound SA goes too */
	uint64_t command;            /* progress goes there */
	struct timer life_timer, proof_timer, rekey_timer, limit_timer;
};

/* With a fresh inbound SPI. */
struct child_sa *child_sa_new(struct world *w, struct ike_sa *sa, const struct connection *c,
			      enum sa_role role);
/* Frees it and forgets its keys; it must be out of the kernel. */
void child_sa_free(struct world *w, struct child_sa *child);

/* An inbound SPI that none has, drawn at random. */
uint32_t child_sa_fresh_spi(struct world *w);
/* Before it is in the kernel or known to the peer. */
void child_sa_set_spi(struct world *w, struct child_sa *child, uint32_t spi);

void child_sa_set_connection(struct world *w, struct child_sa *child, uint64_t connection);
/* Those of a connection, whichever IKE SAs they are on; of each link CHILD_OF_CONNECTION(). A walk
 * may not remove any. */
struct list *child_sas_of_connection(struct world *w, uint64_t connection);
#define CHILD_OF_CONNECTION(link) LIST_OBJECT(link, struct child_sa, of_connection)

/* Takes *t. */
void child_sa_set_traffic(struct child_sa *child, struct traffic t);

struct child_sa *child_sa_find_id(const struct world *w, uint64_t id);
struct child_sa *child_sa_find_spi(const struct world *w, uint32_t spi_in);
/* By the peer's SPI within one IKE SA, as a Delete names it. */
struct child_sa *child_sa_find_peer_spi(struct ike_sa *sa, uint32_t spi_out);

/* KEYMAT (RFC 7296 2.17, RFC 9370 2.2.4); ke is NULL without KE. */
MUST_CHECK bool child_sa_derive(const struct ike_sa *sa, struct child_sa *child,
				struct bytes nonce_i, struct bytes nonce_r,
				const struct ke_secrets *ke);

/*
 * Into the kernel. -errno, with the reason reported; then nothing of this call is left there. Keys
 * are wiped once both directions are in. Where the kernel wants a head before its clones, an outbound
 * clone may wait for that: 0 too, and the head takes it along.
 */
MUST_CHECK int child_sa_install_inbound(struct world *w, struct child_sa *child);
MUST_CHECK int child_sa_install_outbound(struct world *w, struct child_sa *child);
/* Out of the kernel, whatever of it is there. */
void child_sa_uninstall(struct world *w, struct child_sa *child);
/* Only what sends. */
void child_sa_uninstall_outbound(struct world *w, struct child_sa *child);

/* What the ends of its Child SAs are, as the IKE SA is now. */
struct child_ends child_ends_of(const struct world *w, const struct ike_sa *sa,
				const struct connection *c);
/* From now on those are its ends. */
void child_sa_set_ends(struct child_sa *child, const struct child_ends *ends);
/* The UDP port that what it sends comes from. */
uint16_t child_sa_port_out(const struct child_sa *child);
bool child_sa_is_at(const struct child_sa *child, const struct child_ends *ends);
/* More than its UDP ports is other there. */
bool child_sa_goes_far(const struct child_sa *child, const struct child_ends *ends);
/*
 * To other ends, with its keys and counters. -EOPNOTSUPP: it stays, the kernel cannot do that;
 * another -errno, reported: it sends no more.
 */
MUST_CHECK int child_sa_move(struct world *w, struct child_sa *child,
			     const struct child_ends *ends);

/* Its two SAs' counters: as of now, or of the moment when its outbound SA left the kernel. */
void child_sa_counters(struct world *w, const struct child_sa *child, struct kernel_counters *in,
		       struct kernel_counters *out);

/* "NAME", or "NAME-i" in a set with clones; of an instance with number and peer behind it. */
enum { CHILD_NAME_MAX = CONNECTION_NAME_MAX };
const char *child_sa_name(const struct world *w, const struct child_sa *child,
			  char out[CHILD_NAME_MAX]);

#endif
