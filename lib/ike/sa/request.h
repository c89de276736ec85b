/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_REQUEST_H
#define IKE_SA_REQUEST_H

#include "base/buffer.h"
#include "base/list.h"
#include "base/secret.h"
#include "crypto/crypto.h"

enum { NONCE_OURS = 32, COOKIE2_OURS = 16 };

/* In the order in which they leave the queue: the most urgent first. */
enum request_kind {
	REQUEST_INIT,
	REQUEST_INTERMEDIATE,
	REQUEST_AUTH,
	REQUEST_DELETE_IKE,
	REQUEST_ADDRESSES,  /* MOBIKE: where we are now; nothing else arrives before that */
	REQUEST_ROUTABILITY,/* MOBIKE: is the peer where it says? */
	REQUEST_DELETE_CHILD,
	REQUEST_LIVENESS,   /* an empty one: is the peer still there? */
	REQUEST_REKEY_IKE,  /* CREATE_CHILD_SA for a new IKE SA */
	REQUEST_REKEY_CHILD,/* CREATE_CHILD_SA that replaces a Child SA */
	REQUEST_CHILD,      /* CREATE_CHILD_SA for a new Child SA */
	REQUEST_EMPTY       /* the end of a batch of clones */
};

enum request_state {
	REQUEST_QUEUED,     /* not built yet */
	REQUEST_WORKING,    /* waits for a job, before or after the exchange */
	REQUEST_SENT        /* in flight */
};

/* The shared secrets of one CREATE_CHILD_SA (RFC 9370 2.2.4). Zero-initialised is none yet. */
struct ke_secrets {
	struct secret first; /* SK(0) */
	struct secret more;  /* SK(1) | SK(2) ..., of additional key exchanges */
	uint8_t place;       /* of the additional one that comes next; ADDKE_MAX: none */
};
struct suite;
/* The next one. */
void ke_secrets_add(struct ke_secrets *ke, const struct suite *suite, struct bytes shared);
bool ke_secrets_complete(const struct ke_secrets *ke);
void ke_secrets_done(struct ke_secrets *ke); /* wipes */

/* One request of ours, from the wish to the answer. Owned by its IKE SA. */
struct request {
	struct list link;
	enum request_kind kind;
	enum request_state state;
	uint32_t message_id;
	uint64_t token;          /* of the job that is under way */
	uint64_t child;          /* REQUEST_CHILD, REKEY_CHILD: id of the new Child SA */
	uint64_t successor;      /* REQUEST_REKEY_IKE: id of the new IKE SA */
	struct algorithm_list offered; /* REQUEST_REKEY_IKE: what was offered for it; owned */
	uint32_t *spis;          /* REQUEST_DELETE_CHILD: our inbound SPIs, owned */
	size_t spi_count;
	struct ke_pair pair;     /* CREATE_CHILD_SA with KE */
	const struct ke_desc *wanted_ke; /* it was sent with another group, the peer wants this */
	struct ke_secrets ke;
	bool following;          /* CREATE_CHILD_SA is over, IKE_FOLLOWUP_KE goes on with it */
	struct buffer link_data; /* how the peer finds what it goes on with */
	uint8_t nonce[NONCE_OURS];
	struct buffer datagram;  /* what is sent, and sent again: one message, or its fragments */
	int64_t first_sent, next_send, interval;
	unsigned tries;
	bool updates;            /* REQUEST_ADDRESSES: with UPDATE_SA_ADDRESSES */
	uint32_t path;           /* MOBIKE's and LIVENESS: the path that it was sent on */
	uint8_t cookie2[COOKIE2_OURS];
	bool answered;           /* an answer is being worked on */
};

#endif
