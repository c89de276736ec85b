/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_IKE_SA_H
#define IKE_SA_IKE_SA_H

#include "base/list.h"
#include "base/secret.h"
#include "base/table.h"
#include "ike/conn/connection.h"
#include "ike/conn/proposals.h"
#include "ike/engine.h"
#include "ike/sa/mobike.h"
#include "ike/sa/ike_state.h"
#include "ike/sa/request.h"
#include "ike/sa/timer.h"

struct world;

struct ike_keys {
	struct secret d, ai, ar, ei, er, pi, pr; /* RFC 7296 2.14 */
};

/* Deletes that overtook the answer that names their SPI, as many as are remembered. */
enum { DELETED_SPIS = 16 };

/* A request of the peer: its answer, kept for retransmissions, or the work on it. */
struct reply {
	bool used;
	bool working;           /* the answer is not there yet */
	uint32_t message_id;
	struct endpoint local, remote; /* where the request came to and from: the answer's way */
	uint64_t token;         /* of the job under way */
	uint64_t child;         /* the Child SA that it waits for */
	uint64_t successor;     /* or the IKE SA */
	uint64_t followup;      /* or what IKE_FOLLOWUP_KE goes on with */
	struct buffer datagram; /* the answer: one message, or its fragments */
};

/*
 * Owned by the world's list. `id` is never used twice; everybody else keeps that and looks it up.
 */
struct ike_sa {
	struct list link;
	struct table_link by_id, by_spi, by_peer; /* by_peer: responder, until established */
	struct list of_connection;                /* of the same connection's */
	struct list of_peer;                      /* of the same remote_id's, where it is known */
	uint64_t id;
	uint32_t serial;
	enum ike_state state;           /* moved by ike_sa_enter() only */
	enum sa_role role;
	uint64_t spi_i, spi_r;
	struct endpoint local, remote;
	uint64_t connection;            /* id; by ike_sa_set_connection() */
	struct identity local_id, remote_id;
	int64_t created, established;
	uint64_t rank;                  /* taken of the ids when it was established; a rekey keeps it */

	/* IKE_SA_INIT */
	struct suite suite;
	struct ke_pair pair;
	uint8_t nonce_own[NONCE_OURS];
	uint8_t nonce_peer[256];
	uint16_t nonce_peer_len;
	struct endpoint asked_from;     /* responder: where IKE_SA_INIT came from */
	struct buffer init_own, init_peer; /* the two messages, for AUTH; freed when established */
	uint8_t cookie[64];
	uint8_t cookie_len;
	uint8_t init_rounds;            /* INVALID_KE_PAYLOAD and COOKIE taken */
	uint8_t init_bad;               /* answers whose key exchange value is none */
	const char *init_refusal;       /* an unauthenticated one, not believed at once; static */
	uint64_t init_token;
	size_t kept;                    /* responder: bytes that count against the guard's limit */
	uint64_t predecessor;           /* id of the IKE SA that this one replaces; 0: none */
	uint64_t successor_own, successor_peer; /* ids of those that replace it, by who asks */
	bool rekeyed;                   /* made by rekeying another */
	bool unwanted;                  /* another one of the same connection is kept: no SAs on it */
	bool confirmed;                 /* a responder's: the initiator has our answer to IKE_AUTH */
	bool yields;                    /* both ends initiated, and the other one stays */
	bool superseded;                /* its connection has a newer one: it goes soon */
	bool useless;                   /* no Child SA came of it: ends at its next timer */
	bool broken;                    /* the provider failed: ends at its next timer */
	struct ike_keys keys;
	uint64_t next_iv;
	struct ike_keys old_keys;       /* until it is established: those before `keys` */
	uint32_t keys_from;             /* the first message id that `keys` protect */
	bool intermediate;              /* both ends speak IKE_INTERMEDIATE (RFC 9242) */
	uint8_t intermediates;          /* how many there were */
	uint8_t addke;                  /* place of the additional key exchange that comes next */
	struct secret int_auth_i, int_auth_r; /* see ike/sa/int_auth.h */
	bool ppk_offered;               /* initiator: it said USE_PPK (RFC 8784) */
	bool use_ppk;                   /* both did */
	struct ike_keys without_ppk;    /* initiator: d, pi, pr until the peer says what it takes */

	/* what the peer said */
	bool nat_local, nat_remote;     /* who is behind a NAT (RFC 7296 2.23) */
	bool peer_is_cygnet;
	bool fragmentation;             /* both ends take fragments (RFC 7383) */
	bool peer_is_childless;         /* the responder needs no Child SA in IKE_AUTH (RFC 6023) */
	bool childless;                 /* made by us without a Child SA, and has had none yet */
	bool single_pair;               /* it takes one pair of addresses at a time, as it told us */
	const struct ke_desc *child_ke; /* the group it last wanted for a Child SA; NULL: no word */
	bool initial_contact;           /* it has no other IKE SA with us (RFC 7296 2.4) */
	bool forgotten;                 /* it has this one no more: ends at its next timer */
	uint32_t peer_window;           /* requests that it lets us have in flight */

	/* our requests */
	struct list requests;
	uint32_t next_message_id;       /* of our next request */
	uint64_t next_token;
	int64_t round_trip;             /* of the last unrepeated request; 0: none yet */

	/* the peer's requests */
	struct reply *replies;          /* ring of `reply_count`, by message id */
	uint32_t reply_count;
	uint32_t highest_request;       /* one more than the highest id seen; 0: none */
	uint32_t oldest_request;        /* those below are answered, and the answers gone */
	struct list assemblies;         /* of the peer's fragments: struct assembly */
	size_t fragment_bytes;          /* that they keep */
	uint32_t highest_answer;        /* the same of answers to our requests */

	/* where the peer may be now (exchange/path) */
	struct endpoint hint;           /* our requests go there too, until hint_until */
	int64_t hint_until, hint_next;
	int64_t moves_since;            /* the peer's moves are counted from then */
	unsigned moves;
	bool peer_nat_traversal;        /* it sent NAT detection payloads */
	struct mobike *mobike;          /* owned; NULL: not agreed on */

	struct list followups;          /* of the peer's requests: struct followup */
	uint32_t deleted_spis[DELETED_SPIS]; /* of the peer's, that we did not know yet: a ring */
	uint32_t deleted_count;
	struct list children;           /* struct child_sa */
	uint32_t child_count;
	struct timer requests_timer, half_open_timer, life_timer, keepalive_timer, rekey_timer;
	struct timer liveness_timer, replies_timer;
	int64_t last_sent;              /* for keepalives */
	int64_t last_heard;             /* a new authentic message of the peer */
	uint64_t last_inbound;          /* packets on its children at the last look */
};

/* Initiator: SPIr is 0 yet. Responder: both are there. IKE_NEW or IKE_INIT_RECEIVED. */
struct ike_sa *ike_sa_new(struct world *w, enum sa_role role, uint64_t spi_i,
			  const struct endpoint *local, const struct endpoint *remote);
/* Frees it with what it owns; children must be gone. Tells nobody. */
void ike_sa_free(struct world *w, struct ike_sa *sa);
/* By one of the moves of ike_state.h. */
void ike_sa_enter(struct ike_sa *sa, enum ike_state state);

struct ike_sa *ike_sa_find_id(const struct world *w, uint64_t id);
/* By the SPI that we chose. */
struct ike_sa *ike_sa_find_spi(const struct world *w, uint64_t own_spi);
/* A responder's half-open one, by the peer's SPI and where it comes from. */
struct ike_sa *ike_sa_find_peer(const struct world *w, uint64_t spi_i,
				const struct endpoint *remote);
/* A responder's, until it is established; found by its peer. */
void ike_sa_enter_half_open(struct world *w, struct ike_sa *sa);
/* Established, or no longer reachable by its first message: out of the half-open table. */
void ike_sa_leave_half_open(struct world *w, struct ike_sa *sa);

/* Its remote_id is whom it is with, as far as we know or as it has proven. */
void ike_sa_join_peer(struct world *w, struct ike_sa *sa);
/* Those with the same remote_id; of each link IKE_OF_PEER(). A walk may not remove any. */
struct list *ike_sas_of_peer(struct world *w, const struct ike_sa *sa);
#define IKE_OF_PEER(link) LIST_OBJECT(link, struct ike_sa, of_peer)
/* No other that is to last is there, or on its way, between the same two identities. */
bool ike_sa_is_only(struct world *w, const struct ike_sa *sa);

uint64_t ike_sa_own_spi(const struct ike_sa *sa);
void ike_sa_set_connection(struct world *w, struct ike_sa *sa, uint64_t connection);
/* Those of a connection; of each link IKE_OF_CONNECTION(). A walk may not remove any. */
struct list *ike_sas_of_connection(struct world *w, uint64_t connection);
#define IKE_OF_CONNECTION(link) LIST_OBJECT(link, struct ike_sa, of_connection)

struct connection *ike_sa_connection(const struct world *w, const struct ike_sa *sa);
const char *ike_sa_name(const struct world *w, const struct ike_sa *sa); /* its connection's */

/* SKEYSEED and all SK_* in one pass (RFC 7296 2.14). */
MUST_CHECK bool ike_sa_derive(struct ike_sa *sa, struct bytes shared);

/* The same for an IKE SA that rekeys `old`: SKEYSEED from its SK_d (RFC 7296 2.18). */
MUST_CHECK bool ike_sa_derive_successor(const struct ike_sa *old, struct ike_sa *sa,
					const struct ke_secrets *ke);

/* Another shared secret goes into the keys (RFC 9370 2.2.2). They protect messages from `from` on;
 * those before are still opened with the keys that were. */
MUST_CHECK bool ike_sa_derive_more(struct ike_sa *sa, struct bytes shared, uint32_t from);

/* The keys that a message of the peer with this id was protected with. */
const struct ike_keys *ike_sa_keys_of(const struct ike_sa *sa, uint32_t message_id);

/* What only the exchanges before IKE_ESTABLISHED needed is wiped. */
void ike_sa_forget_initial(struct ike_sa *sa);

/* A post-quantum pre-shared key goes into SK_d, SK_pi and SK_pr (RFC 8784 3). What they were goes to
 * `before`, if that is not NULL. */
MUST_CHECK bool ike_sa_mix_ppk(struct ike_sa *sa, struct bytes ppk, struct ike_keys *before);
/* Back to what they were; `before` is empty afterwards. */
void ike_sa_unmix_ppk(struct ike_sa *sa, struct ike_keys *before);
void ike_keys_done(struct ike_keys *keys); /* wipes */

/* ESP goes in UDP: a NAT is there, or it is wished for. */
bool ike_sa_encapsulates(const struct ike_sa *sa, const struct connection *c);

/* For the half-open table. */
bool ike_sa_peer_matches(const struct table_link *link, struct bytes key);

#endif
