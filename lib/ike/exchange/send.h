/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_SEND_H
#define IKE_EXCHANGE_SEND_H

#include "ike/sa/protect.h"
#include "ike/sa/requests.h"
#include "ike/sa/world.h"

/* Starts what the window lets start: builds and sends queued requests of an established SA. */
void requests_run(struct world *w, struct ike_sa *sa);

/* Seals and sends one request that was queued; on failure the IKE SA ends at its next timer. */
void request_seal_and_send(struct world *w, struct ike_sa *sa, struct request *request,
			   uint8_t exchange, const struct inner *inner);

/* Seals the answer, keeps it for retransmissions and sends it. */
void reply_seal_and_send(struct world *w, struct ike_sa *sa, struct reply *reply,
			 uint8_t exchange, const struct inner *inner);

/* An unprotected answer to a request of this header: one notify. Nothing is kept. */
void answer_in_the_clear(struct world *w, const struct endpoint *local,
			 const struct endpoint *remote, const struct ike_header *request,
			 uint16_t notify, struct bytes data);

/* Begins an IKE SA for a connection; its key pair is made first. */
struct ike_sa *init_i_start(struct world *w, struct connection *c);
/* The same between these two ends. */
struct ike_sa *init_i_start_between(struct world *w, struct connection *c,
				    const struct endpoint *local, const struct endpoint *remote);
/* The first message of an initiator, again after a cookie or another group. */
void init_i_send(struct world *w, struct ike_sa *sa);
/* Its key pair is there, or its secret is agreed. */
void init_i_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job);
void init_r_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job);
/* What comes after IKE_SA_INIT: the next additional key exchange, or IKE_AUTH. */
void intermediate_i_next(struct world *w, struct ike_sa *sa);
void intermediate_i_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job);
void intermediate_r_on_job(struct world *w, struct ike_sa *sa, struct crypto_job *job);
/* IKE_AUTH of an initiator. */
void auth_i_send(struct world *w, struct ike_sa *sa);

/* Starts a CREATE_CHILD_SA request: key pair first where there is KE. */
void child_i_start(struct world *w, struct ike_sa *sa, struct request *request);
void child_i_on_job(struct world *w, struct ike_sa *sa, struct request *request,
		    struct crypto_job *job);

/* A job for this SA; taken by the host. peer_public may be empty. */
void job_submit(struct world *w, struct ike_sa *sa, enum job_kind kind, uint64_t token,
		const struct ke_desc *ke, struct ke_pair *pair, struct bytes peer_public);

#endif
