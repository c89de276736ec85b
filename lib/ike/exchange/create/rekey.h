/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_REKEY_H
#define IKE_EXCHANGE_REKEY_H

#include "ike/exchange/steps.h"

/*
 * Rekeying, make before break (RFC 7296 1.3.2, 1.3.3, 2.8, 2.25). What is replaced goes on until
 * the other end is proven to have what replaces it.
 */

/* What is replaced sends for so long still: a CPU may just have chosen it for a packet. */
#define REKEY_OVERLAP MILLISECONDS(500)

/* Asks the peer for a replacement; nothing happens while one is being made already. */
void rekey_child(struct world *w, struct ike_sa *sa, struct child_sa *old);

/* Whether there still is something to replace when the request's turn has come. */
bool rekey_is_wanted(struct world *w, const struct ike_sa *sa, const struct child_sa *ours);

/* A peer's request with REKEY_SA: everything but keys. 0, or the notify to refuse with. */
MUST_CHECK uint16_t rekey_negotiate(struct step_call *call, struct child_sa *child);

/* Ours is agreed: false when the peer's replacement of the same Child SA is the one that stays. */
bool rekey_wins(struct world *w, const struct ike_sa *sa, const struct child_sa *ours);

/* Our replacement is up: the old one stops sending, the peer is told, the rest drains. */
void rekey_retire(struct world *w, struct ike_sa *sa, uint64_t old);

/* Our replacement was refused or lost; not freed here. */
void rekey_failed(struct world *w, struct ike_sa *sa, const struct child_sa *ours,
		  uint16_t notify);

/* The peer deletes a Child SA. true: it is named in the answer. */
bool rekey_child_deleted(struct world *w, struct ike_sa *sa, struct child_sa *child);

/* Our Delete was answered: nothing new comes on it any more. */
void rekey_drain(struct world *w, struct child_sa *child);
/* Something on another IKE SA has taken its place: it drains like one that was rekeyed, and sends
 * until then, or for a moment if that is earlier. */
void rekey_supersede(struct world *w, struct child_sa *old, int64_t sends_until);
/* The peer is told that this one, which drains, is over. */
void rekey_tell(struct world *w, struct ike_sa *sa, const struct child_sa *old);
/* The life timer of one that drains: its outbound SA goes, then all of it. */
void rekey_drain_due(struct world *w, struct child_sa *child);

/* When the next rekey is due, for us as the one who made it or not. TIME_NEVER: rekey=no. */
int64_t rekey_due(struct world *w, const struct connection *c, int64_t lifetime,
		  enum sa_role role);

/* The refusal is about this moment: the same may be asked for again soon. */
bool notify_is_passing(uint16_t notify);

/* --- the IKE SA --- */

/* Queues a rekey of the IKE SA, unless there is one. */
void rekey_ike(struct world *w, struct ike_sa *sa);
bool rekey_ike_under_way(const struct ike_sa *sa);
void rekey_ike_i_start(struct world *w, struct ike_sa *sa, struct request *request);
void rekey_ike_i_on_job(struct world *w, struct ike_sa *sa, struct request *request,
			struct crypto_job *job);
struct outcome rekey_ike_i_refused(struct step_call *call, uint16_t notify);
/* The responder has all secrets of the new one. 0, or the notify; then it is still half made. */
MUST_CHECK uint16_t rekey_ike_r_finish(struct world *w, struct ike_sa *sa,
				       struct ike_sa *successor, const struct ke_secrets *ke);
/* It is not made. */
void rekey_ike_r_refuse(struct world *w, struct ike_sa *sa, struct ike_sa *successor);
/* The responder's answer, with its half of the key exchange. */
void rekey_ike_r_write(struct world *w, const struct ike_sa *successor,
		       const struct ke_pair *pair, struct inner *inner);

/* An IKE SA ends that has a successor: its children and wishes go there. false: it has none. */
bool rekey_ike_inherit(struct world *w, struct ike_sa *sa, enum end_reason reason);
/* The peer never used the new one: the old one goes on. */
void rekey_ike_unused(struct world *w, struct ike_sa *sa);
/* One ends: what it was to replace does not wait for it any more. */
void rekey_ike_ended(struct world *w, const struct ike_sa *sa);
/* A message on a new IKE SA proves that the peer uses it. */
void rekey_ike_proven(struct world *w, struct ike_sa *sa, uint8_t exchange);

#endif
