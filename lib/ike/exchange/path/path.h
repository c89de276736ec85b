/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_PATH_H
#define IKE_EXCHANGE_PATH_H

#include "ike/exchange/steps.h"

/*
 * Where the two ends of an IKE SA are, and how its Child SAs go there too. Child SAs that the
 * kernel cannot move are rekeyed: the new ones are made at the new ends, and the old ones go
 * when those are in use.
 */

/*
 * An authentic message came, not a repeated one: the peer lives. `newest`: none with a higher id
 * came before. A peer behind a NAT that has another mapping now is followed (RFC 7296 2.23).
 */
void path_heard(struct world *w, struct ike_sa *sa, const struct message *m, bool newest);

/* The peer may be at `remote` now: it is asked there too, and what comes from there decides. */
void path_hint(struct world *w, struct ike_sa *sa, const struct endpoint *remote);

/* NAT detection (RFC 7296 2.23) for a message between these; with encapsulation=yes only the hash
 * of our own address is falsified. false: the provider failed. */
MUST_CHECK bool nat_write(struct world *w, const struct ike_sa *sa, const struct connection *c,
			  const struct endpoint *local, const struct endpoint *remote,
			  struct payload_writer *writer);
/* Learns from the peer's who is behind a NAT; nothing where it sent none. */
MUST_CHECK bool nat_take(struct ike_sa *sa, const struct message *m);

/* Moves the IKE SA alone, and its Child SAs to where it is. */
void path_set(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	      const struct endpoint *remote);
void path_follow(struct world *w, struct ike_sa *sa, int64_t rekey_after);
/* Counts one more move of the peer; true: they come too fast. */
bool path_moves_too_often(const struct world *w, struct ike_sa *sa);

/* Moves the IKE SA and its Child SAs; those that cannot be moved are rekeyed after that time. */
void path_move(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	       const struct endpoint *remote, int64_t rekey_after);

/* Keepalives (RFC 3948 2.3), by who is behind a NAT, as the IKE SA is now. */
void path_keep_alive(struct world *w, struct ike_sa *sa);

#endif
