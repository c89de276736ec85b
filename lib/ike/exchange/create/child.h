/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_CHILD_H
#define IKE_EXCHANGE_CHILD_H

#include "ike/exchange/steps.h"

/* Negotiating a Child SA, in IKE_AUTH and in CREATE_CHILD_SA, from both sides. */

enum child_exchange { CHILD_IN_AUTH, CHILD_IN_CREATE };

/* --- what CREATE_CHILD_SA has in common for Child SAs and IKE SAs --- */

/*
 * The responder's choice from the request's SA and KE: 0, or the notify to refuse with. With
 * INVALID_KE_PAYLOAD the suite is there, and its group is the one that is wanted.
 */
MUST_CHECK uint16_t create_choose_suite(const struct offer *offer, const struct message *m,
					struct suite *out);
/* The suite counts with INVALID_KE_PAYLOAD only, which names its group (RFC 7296 1.3). */
void create_write_refusal(const struct suite *suite, uint16_t notify, struct inner *inner);

/*
 * The initiator was refused for the group that it sent: the request is queued again, for the group
 * that the peer wants. Once for each request. false: it is not about that, or not one of ours.
 */
MUST_CHECK bool create_ask_again(struct step_call *call, const struct offer *offer,
				 const struct ke_desc *sent);

/* --- Child SAs --- */

struct offer child_offer(const struct ike_sa *sa, const struct connection *c,
			 enum child_exchange where, enum sa_role role);

/* What the connection asks for; rekeyed_spi: our inbound SPI of what it replaces, or 0. Notifies, SA, [Nonce, KE], TSi, TSr. */
void child_write_request(const struct ike_sa *sa, const struct child_sa *child,
			 const struct connection *c, enum child_exchange where,
			 const struct request *request, uint32_t rekeyed_spi, struct inner *inner);

/*
 * The responder's choice for a request whose selectors were narrowed already: suite, mode, peer's
 * SPI, nonce. 0, or the notify to refuse with.
 */
MUST_CHECK uint16_t child_choose(const struct ike_sa *sa, struct child_sa *child,
				 const struct connection *c, enum child_exchange where,
				 const struct message *m);

/* The responder's answer: notifies, SA, [Nonce, KE], TSi, TSr. own_public: empty without KE. */
void child_write_answer(const struct child_sa *child, enum child_exchange where,
			struct bytes own_public, struct inner *inner);

/* The initiator reads an answer. NULL, or why it is not acceptable. */
const char *child_take_answer(const struct ike_sa *sa, struct child_sa *child,
			      const struct connection *c, enum child_exchange where,
			      const struct message *m);

/* A key exchange of ours failed. The request is over, and the Child SA gone. */
void child_i_fail(struct world *w, struct ike_sa *sa, struct request *request);

/* A responder's Child SA has all its secrets (NULL: it has none): keys, kernel, hooks. 0, or the
 * notify to refuse it with; it is still there. */
MUST_CHECK uint16_t child_r_finish(struct world *w, struct ike_sa *sa, struct child_sa *child,
				   const struct ke_secrets *ke);
/* It is refused and freed. */
void child_r_refuse(struct world *w, struct ike_sa *sa, struct child_sa *child, uint16_t notify);

/*
 * Keys are derived: into the kernel and to the hooks. On failure nothing of it is left in the
 * kernel; the child is still there.
 */
MUST_CHECK bool child_bring_up(struct world *w, struct ike_sa *sa, struct child_sa *child);

/* A responder's child whose initiator is proven to have it: outbound goes in. */
void child_proven(struct world *w, struct child_sa *child);
/* A spare is one no more: outbound goes in, now or when it is proven. */
void child_start_sending(struct world *w, struct child_sa *child);
/* Another one of the set does what it did: nothing leaves on it any more, and when what is on its way
 * has arrived the peer hears a Delete. */
void child_give_back(struct world *w, struct child_sa *child);
/* What a request with this id proves about children made before (design: "outbound on proof"). */
void children_proven_by(struct world *w, struct ike_sa *sa, uint32_t message_id);
/* Of a head that was made with the IKE SA and takes over another's place: a later request proves it,
 * and an answer to one of ours (UINT32_MAX). */
void children_proven_with_ike(struct world *w, struct ike_sa *sa, uint32_t message_id);
/* All requests with lower ids were answered, as the peer shows. */
void children_proven_before(struct world *w, struct ike_sa *sa, uint32_t message_id);
/* The proof timer: packets on it, or no repetition for long enough. */
void child_proof_on_time(struct world *w, struct child_sa *child);
/* The request that made it came again: the initiator does not have our answer yet. */
void child_proof_restart(struct world *w, struct ike_sa *sa, uint32_t message_id);

/* What may go over it, from its connection and suite; before it goes into the kernel. */
void child_limit_set(struct world *w, const struct connection *c, struct child_sa *child);
/* It is up: when its counters are looked at first. */
void child_limit_start(struct world *w, struct child_sa *child);
/* The look: rekeys it, or arms the next one. */
void child_limit_on_time(struct world *w, struct child_sa *child);
/* The kernel has taken one direction out at its hard limit. What is left is replaced; without
 * rekey= it is closed. The policies stay: nothing leaves unprotected. */
void child_limit_passed(struct world *w, struct child_sa *child, enum kernel_direction direction);

/* The established line. */
void child_report_up(struct world *w, const struct ike_sa *sa, const struct child_sa *child);

#endif
