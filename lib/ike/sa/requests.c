/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/requests.h"

#include "base/mem.h"
#include "ike/sa/world.h"
#include "wire/message.h"

#define RETRANSMIT_INTERVAL MILLISECONDS(500)
#define RETRANSMIT_TIMEOUT  SECONDS(30)
#define RETRANSMIT_LONGEST  SECONDS(16)

static struct request *of_link(const struct list *link)
{
	return LIST_OBJECT(link, struct request, link);
}

struct request *request_new(struct ike_sa *sa, enum request_kind kind)
{
	struct request *request = NEW(struct request);
	struct list *before = &sa->requests;

	request->kind = kind;
	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->state == REQUEST_QUEUED && of_link(link)->kind > kind) {
			before = link;
			break;
		}
	list_append(before, &request->link);
	return request;
}

uint32_t requests_count_in_flight(const struct ike_sa *sa)
{
	uint32_t count = 0;

	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->state != REQUEST_QUEUED)
			count++;
	return count;
}

/* How far the oldest unanswered request holds the window back. */
static uint32_t window_used(const struct ike_sa *sa)
{
	uint32_t oldest = sa->next_message_id, working = 0;

	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = of_link(link);

		if (r->state == REQUEST_SENT && sa->next_message_id - r->message_id >
							sa->next_message_id - oldest)
			oldest = r->message_id;
		if (r->state == REQUEST_WORKING)
			working++;
	}
	return sa->next_message_id - oldest + working;
}

/* A barrier: it waits until everything before it is answered. */
static bool needs_quiet(enum request_kind kind)
{
	return kind == REQUEST_DELETE_IKE || kind == REQUEST_ADDRESSES ||
	       kind == REQUEST_REKEY_IKE || kind == REQUEST_LIVENESS || kind == REQUEST_EMPTY;
}

/* Between two of its exchanges it may be queued again. */
static bool is_under_way(const struct request *r)
{
	return r->state != REQUEST_QUEUED || r->following;
}

bool request_under_way(const struct ike_sa *sa, enum request_kind kind)
{
	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->kind == kind && is_under_way(of_link(link)))
			return true;
	return false;
}

bool request_deletes(const struct ike_sa *sa, uint32_t spi_in)
{
	LIST_FOR_EACH(link, &sa->requests)
		for (size_t i = 0; i < of_link(link)->spi_count; i++)
			if (of_link(link)->spis[i] == spi_in)
				return true;
	return false;
}

/* The peer has replaced this IKE SA: what is left to say is said on the new one. But until it is
 * used, only the old one can tell whether the peer is there, and where we are. */
static bool may_start(const struct ike_sa *sa, enum request_kind kind)
{
	return sa->successor_peer == 0 || sa->state != IKE_ESTABLISHED ||
	       kind == REQUEST_LIVENESS || kind == REQUEST_ADDRESSES;
}

struct request *request_startable(const struct ike_sa *sa)
{
	struct request *first = NULL, *going_on = NULL;
	bool busy = false;

	LIST_FOR_EACH(link, &sa->requests) {
		struct request *r = of_link(link);

		busy |= is_under_way(r);
		if (r->state == REQUEST_QUEUED && r->following && going_on == NULL)
			going_on = r;
		else if (r->state == REQUEST_QUEUED && first == NULL && may_start(sa, r->kind))
			first = r;
	}
	if ((first == NULL && going_on == NULL) || window_used(sa) >= sa->peer_window)
		return NULL;
	if (going_on != NULL)
		return request_under_way(sa, REQUEST_ADDRESSES) ? NULL : going_on;
	if (busy && needs_quiet(first->kind))
		return NULL;
	/* What is agreed on next is about the addresses that the peer knows of then. */
	if (request_under_way(sa, REQUEST_REKEY_IKE) || request_under_way(sa, REQUEST_ADDRESSES))
		return NULL;
	return first;
}

uint32_t request_next_id(const struct ike_sa *sa)
{
	return sa->next_message_id;
}

static void arm(struct world *w, struct ike_sa *sa)
{
	int64_t when = TIME_NEVER;

	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = of_link(link);

		if (r->state == REQUEST_SENT && !r->answered && r->next_send < when)
			when = r->next_send;
	}
	if (when == TIME_NEVER)
		timer_stop(w, &sa->requests_timer);
	else
		timer_set(w, &sa->requests_timer, TIMER_REQUESTS, when);
}

static void send_between(struct world *w, const struct endpoint *from, const struct endpoint *to,
			 struct bytes messages)
{
	while (messages.len > 0)
		w->host.send(w->host.context, from, to, message_next(&messages));
}

void ike_sa_send(struct world *w, struct ike_sa *sa, struct bytes messages)
{
	sa->last_sent = w->now;
	send_between(w, &sa->local, &sa->remote, messages);
}

void reply_send(struct world *w, struct ike_sa *sa, const struct reply *reply)
{
	sa->last_sent = w->now;
	timer_set(w, &sa->replies_timer, TIMER_REPLIES, w->now + REPLIES_KEPT);
	send_between(w, &reply->local, &reply->remote, buffer_bytes(&reply->datagram));
}

static void send_to_hint(struct world *w, struct ike_sa *sa, const struct request *r)
{
	if (w->now < sa->hint_until)
		send_between(w, &sa->local, &sa->hint, buffer_bytes(&r->datagram));
}

static void transmit(struct world *w, struct ike_sa *sa, const struct request *r)
{
	ike_sa_send(w, sa, buffer_bytes(&r->datagram));
	send_to_hint(w, sa, r);
}

void requests_send_between(struct world *w, struct ike_sa *sa, const struct endpoint *from,
			   const struct endpoint *to)
{
	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->state == REQUEST_SENT && !of_link(link)->answered)
			send_between(w, from, to, buffer_bytes(&of_link(link)->datagram));
}

uint32_t requests_send_to_hint(struct world *w, struct ike_sa *sa)
{
	uint32_t count = 0;

	LIST_FOR_EACH(link, &sa->requests) {
		if (of_link(link)->state != REQUEST_SENT || of_link(link)->answered)
			continue;
		send_to_hint(w, sa, of_link(link));
		count++;
	}
	return count;
}

static int64_t first_interval(const struct world *w, const struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	return c != NULL && c->conf->retransmit_interval > 0 ? c->conf->retransmit_interval
							     : RETRANSMIT_INTERVAL;
}

static int64_t timeout(const struct world *w, const struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	return c != NULL && c->conf->retransmit_timeout > 0 ? c->conf->retransmit_timeout
							   : RETRANSMIT_TIMEOUT;
}

void requests_send_now(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->requests) {
		struct request *r = of_link(link);

		if (r->state != REQUEST_SENT || r->answered)
			continue;
		r->tries++;
		r->interval = first_interval(w, sa);
		r->next_send = w->now + r->interval;
		transmit(w, sa, r);
	}
	arm(w, sa);
}

bool requests_are_late(const struct world *w, const struct ike_sa *sa, unsigned tries)
{
	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = of_link(link);

		if (r->state == REQUEST_SENT && !r->answered && r->next_send <= w->now &&
		    r->interval >= first_interval(w, sa) << (tries - 1))
			return true;
	}
	return false;
}

void request_send(struct world *w, struct ike_sa *sa, struct request *request)
{
	request->state = REQUEST_SENT;
	request->message_id = sa->next_message_id++;
	request->first_sent = w->now;
	request->interval = first_interval(w, sa);
	request->next_send = w->now + request->interval;
	request->tries = 1;
	transmit(w, sa, request);
	arm(w, sa);
}

struct request *request_in_flight(const struct ike_sa *sa, uint32_t message_id)
{
	LIST_FOR_EACH(link, &sa->requests) {
		struct request *r = of_link(link);

		if (r->state == REQUEST_SENT && r->message_id == message_id)
			return r;
	}
	return NULL;
}

struct request *request_by_token(const struct ike_sa *sa, uint64_t token)
{
	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->token == token && token != 0)
			return of_link(link);
	return NULL;
}

bool request_is_queued(const struct ike_sa *sa, enum request_kind kind)
{
	LIST_FOR_EACH(link, &sa->requests)
		if (of_link(link)->kind == kind)
			return true;
	return false;
}

static void request_free(struct request *request)
{
	list_remove(&request->link);
	buffer_done(&request->datagram);
	ke_pair_done(&request->pair);
	ke_secrets_done(&request->ke);
	buffer_done(&request->link_data);
	mem_free(request->spis);
	algorithm_list_done(&request->offered);
	mem_free(request);
}

void request_hold(struct world *w, struct ike_sa *sa, struct request *request)
{
	/* Karn: only an answer to a request that was sent once tells the round trip. */
	if (request->tries == 1 && !request->answered)
		sa->round_trip = w->now - request->first_sent;
	request->answered = true;
	arm(w, sa);
}

void requests_wait_again(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->requests)
		of_link(link)->answered = false;
	arm(w, sa);
}

void request_requeue(struct request *request)
{
	request->state = REQUEST_QUEUED;
	request->answered = false;
	buffer_clear(&request->datagram);
}

void request_continue(struct world *w, struct ike_sa *sa, struct request *request)
{
	request->state = REQUEST_WORKING;
	request->answered = false;
	buffer_clear(&request->datagram);
	arm(w, sa);
}

void request_done(struct world *w, struct ike_sa *sa, struct request *request)
{
	request_hold(w, sa, request);
	request_free(request);
	arm(w, sa);
}

void requests_drop_all(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->requests)
		request_free(of_link(link));
	timer_stop(w, &sa->requests_timer);
}

static void send_again(struct world *w, struct ike_sa *sa, struct request *r)
{
	r->tries++;
	r->interval = r->interval * 2 < RETRANSMIT_LONGEST ? r->interval * 2 : RETRANSMIT_LONGEST;
	r->next_send = w->now + r->interval;
	w->retransmits++;
	report_ike(w, sa, REPORT_RETRANSMIT,
		   "%s: retransmission; will wait %.1f seconds for response",
		   ike_state_name(sa->state), (double)r->interval / 1e6);
	transmit(w, sa, r);
}

bool requests_on_time(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->requests) {
		struct request *r = of_link(link);

		if (r->state != REQUEST_SENT || r->answered || r->next_send > w->now)
			continue;
		if (w->now - r->first_sent >= timeout(w, sa))
			return false;
		send_again(w, sa, r);
		/* The last wait ends with the time allowed. */
		if (r->next_send > r->first_sent + timeout(w, sa))
			r->next_send = r->first_sent + timeout(w, sa);
	}
	arm(w, sa);
	return true;
}

/* --- the peer's requests --- */

enum reply_status reply_find(struct ike_sa *sa, uint32_t message_id, uint32_t window,
			     struct reply **out)
{
	struct reply *place;

	if (message_id < sa->oldest_request)
		return REPLY_OUTSIDE;
	if (sa->replies == NULL) {
		sa->replies = mem_new_array(window, sizeof(*sa->replies));
		sa->reply_count = window;
	}
	place = &sa->replies[message_id % sa->reply_count];
	if (place->used && place->message_id == message_id) {
		*out = place;
		return place->working ? REPLY_WORKING : REPLY_AGAIN;
	}
	/* Above the window: too early. Below it: answered long ago, and proven so. */
	if (message_id >= sa->highest_request + sa->reply_count ||
	    message_id + sa->reply_count < sa->highest_request)
		return REPLY_OUTSIDE;
	if (place->used && (place->working || place->message_id > message_id))
		return REPLY_OUTSIDE;
	*out = place;
	return REPLY_NEW;
}

void reply_begin(struct ike_sa *sa, struct reply *reply, uint32_t message_id)
{
	buffer_clear(&reply->datagram);
	reply->used = true;
	reply->working = false;
	reply->token = 0;
	reply->child = 0;
	reply->successor = 0;
	reply->followup = 0;
	reply->message_id = message_id;
	if (message_id >= sa->highest_request)
		sa->highest_request = message_id + 1;
}

static bool is_answered(const struct ike_sa *sa, uint32_t message_id)
{
	const struct reply *reply = &sa->replies[message_id % sa->reply_count];

	return reply->used && reply->message_id == message_id;
}

/* Of those that may still come. */
static bool all_are_answered(const struct ike_sa *sa)
{
	uint32_t id = sa->highest_request;

	while (id > sa->oldest_request && sa->highest_request - id < sa->reply_count)
		if (!is_answered(sa, --id))
			return false;
	return true;
}

static bool any_is_worked_on(const struct ike_sa *sa)
{
	for (uint32_t i = 0; i < sa->reply_count; i++)
		if (sa->replies[i].used && sa->replies[i].working)
			return true;
	return false;
}

void replies_done(struct ike_sa *sa)
{
	for (uint32_t i = 0; i < sa->reply_count; i++)
		buffer_done(&sa->replies[i].datagram);
	mem_free(sa->replies);
	sa->replies = NULL;
	sa->reply_count = 0;
}

void replies_on_time(struct world *w, struct ike_sa *sa)
{
	if (any_is_worked_on(sa)) {
		timer_set(w, &sa->replies_timer, TIMER_REPLIES, w->now + REPLIES_KEPT);
		return;
	}
	/* Where one is missing, the places say which are not. */
	if (!all_are_answered(sa)) {
		for (uint32_t i = 0; i < sa->reply_count; i++)
			buffer_done(&sa->replies[i].datagram);
		return;
	}
	replies_done(sa);
	sa->oldest_request = sa->highest_request;
}

struct reply *reply_by_token(struct ike_sa *sa, uint64_t token)
{
	for (uint32_t i = 0; i < sa->reply_count; i++)
		if (sa->replies[i].used && sa->replies[i].working &&
		    sa->replies[i].token == token && token != 0)
			return &sa->replies[i];
	return NULL;
}
