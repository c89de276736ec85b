/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_MOBIKE_H
#define IKE_SA_MOBIKE_H

#include "crypto/crypto.h"
#include "net/address.h"

enum {
	PEER_ADDRESSES_MAX = 16, /* that we remember */
	OWN_ADDRESSES_MAX = 8,   /* that we tell */
	COOKIE2_MIN = 8,         /* RFC 4555 4.2.5 */
	COOKIE2_MAX = 64
};

/* MOBIKE (RFC 4555) of one IKE SA, where both ends do it. Goes to the IKE SA that replaces it. */
struct mobike {
	bool decides;           /* we initiated the first IKE SA of those that replaced each other */
	struct address peer[PEER_ADDRESSES_MAX]; /* its addresses beside the one in use */
	size_t peer_count;
	struct address told[OWN_ADDRESSES_MAX];  /* ours, as the peer knows them */
	size_t told_count;
	uint32_t path;          /* counts changes of the path: what is about an older one is stale */
	/* One more than the id of the peer's newest UPDATE_SA_ADDRESSES, on this IKE SA and on the
	 * one that it replaced. */
	uint32_t last_update, last_update_before;
	bool update_due;        /* the peer is to be told that we have moved */
	bool list_due;          /* or which addresses we have */
	unsigned refusals;      /* of our update, in a row */
	unsigned probes;        /* other ways that were tried */
	int64_t probing_until;  /* an answer that came another way makes that one ours */
	bool nat_known;
	uint8_t nat_seen[SHA1_LEN]; /* how the peer sees us, by its own hash */
};

#endif
