/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_REQUESTS_H
#define IKE_SA_REQUESTS_H

#include "base/must_check.h"
#include "ike/sa/ike_sa.h"

/*
 * The message window of an IKE SA, both ways (RFC 7296 2.1-2.3). Our requests queue by urgency
 * and up to the peer's window are in flight. Rekeying and deleting the IKE SA and empty requests
 * wait until all before them are answered, and nothing starts while the IKE SA is being rekeyed.
 */

/* Queues a request; owned by the SA. */
struct request *request_new(struct ike_sa *sa, enum request_kind kind);

/* The queued request that may be started now, or NULL. */
struct request *request_startable(const struct ike_sa *sa);

/* The id of the next message; taken by request_send(). */
uint32_t request_next_id(const struct ike_sa *sa);

/* Sends request->datagram, which was built with request_next_id(), and arms its timer. */
void request_send(struct world *w, struct ike_sa *sa, struct request *request);

struct request *request_in_flight(const struct ike_sa *sa, uint32_t message_id);
struct request *request_by_token(const struct ike_sa *sa, uint64_t token);
/* Of this kind, started and not over yet. */
bool request_under_way(const struct ike_sa *sa, enum request_kind kind);
/* A Delete of this Child SA, by our inbound SPI, is queued or was not answered yet. */
bool request_deletes(const struct ike_sa *sa, uint32_t spi_in);
bool request_is_queued(const struct ike_sa *sa, enum request_kind kind);

/* Answered, or not wanted any more: out of the window and freed. */
void request_done(struct world *w, struct ike_sa *sa, struct request *request);

/* As if it had never been sent. */
void request_requeue(struct request *request);

/* Answered, and another exchange goes on with it: it keeps its place in the window. */
void request_continue(struct world *w, struct ike_sa *sa, struct request *request);

/* The answer is here and is being worked on: no more retransmissions. */
void request_hold(struct world *w, struct ike_sa *sa, struct request *request);

/* What was taken for answers were none: they are waited for, and asked for again. */
void requests_wait_again(struct world *w, struct ike_sa *sa);

/* Sends again what is due. false: one was never answered, the IKE SA is dead. */
MUST_CHECK bool requests_on_time(struct world *w, struct ike_sa *sa);
void requests_drop_all(struct world *w, struct ike_sa *sa);
uint32_t requests_count_in_flight(const struct ike_sa *sa);

/* What a request of the peer with this id is. */
enum reply_status {
	REPLY_NEW,       /* *out is an empty place for its answer */
	REPLY_AGAIN,     /* a retransmission; *out has the answer */
	REPLY_WORKING,   /* a retransmission; the answer is being made */
	REPLY_OUTSIDE    /* not in the window: to be dropped */
};
enum reply_status reply_find(struct ike_sa *sa, uint32_t message_id, uint32_t window,
			     struct reply **out);
/* Takes the place for a new request. */
void reply_begin(struct ike_sa *sa, struct reply *reply, uint32_t message_id);
struct reply *reply_by_token(struct ike_sa *sa, uint64_t token);

/* Sends a message of this IKE SA, or fragments that follow each other, to where the peer is. */
void ike_sa_send(struct world *w, struct ike_sa *sa, struct bytes messages);
/* Answers are kept for that long after they were sent last (RFC 7296 2.1); then they go, and requests
 * that they were for are outside the window. */
#define REPLIES_KEPT SECONDS(300)
void replies_on_time(struct world *w, struct ike_sa *sa);
void replies_done(struct ike_sa *sa);

/* Sends the stored answer to where the request came from (RFC 7296 2.11). */
void reply_send(struct world *w, struct ike_sa *sa, const struct reply *reply);
/* Sends what is in flight once more, and soon again: the path has changed. */
void requests_send_now(struct world *w, struct ike_sa *sa);
/* And between other ends than the IKE SA's. */
void requests_send_between(struct world *w, struct ike_sa *sa, const struct endpoint *from,
			   const struct endpoint *to);
/* One was sent so often on this path without an answer, and is about to be sent again. */
bool requests_are_late(const struct world *w, const struct ike_sa *sa, unsigned tries);
/* Sends what is in flight to the IKE SA's hint as well; how many that are. */
uint32_t requests_send_to_hint(struct world *w, struct ike_sa *sa);

#endif
