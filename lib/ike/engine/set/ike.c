/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE SAs of a connection: which of them stays, and what their ends mean for its set. */

#include "ike/engine/set/set.h"

#include "base/mem.h"
#include "ike/engine/instances.h"
#include "ike/exchange/create/single_pair.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/path/mobike.h"
#include "ike/exchange/send.h"
#include "ike/sa/requests.h"

/* Both ends initiated, and neither knew of the other's: this one was begun before that one was there.
 * The other end sees the same: see stop_initiating(). */
static bool is_crossing(const struct ike_sa *old, const struct ike_sa *sa)
{
	return old->role != sa->role && !old->rekeyed && sa->id < old->rank;
}

/* Another established one of the same connection is to stay instead. */
static bool other_is_kept(struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_connection(w, sa->connection)) {
		struct ike_sa *other = IKE_OF_CONNECTION(link);

		/* Both ends see the same two and keep the same one. */
		if (other != sa && other->state == IKE_ESTABLISHED &&
		    is_crossing(other, sa) && other->spi_i < sa->spi_i)
			return true;
	}
	return false;
}

/* Made by the same start of the peer, whose first word just came later. */
#define SAME_START_WITHIN SECONDS(10)

/* The peer says that it has no other (RFC 7296 2.4): they end, soon. */
static void forget_others(struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_peer(w, sa)) {
		struct ike_sa *other = IKE_OF_PEER(link);

		if (other == sa || other->state != IKE_ESTABLISHED ||
		    !identity_equal(&other->local_id, &sa->local_id) ||
		    other->created + SAME_START_WITHIN > sa->created)
			continue;
		other->forgotten = true;
		timer_set(w, &other->half_open_timer, TIMER_HALF_OPEN, w->now);
	}
}

/* uniqueids=keep: who is there stays, and another one with its id has to be somebody else. */
static bool is_second(struct world *w, const struct ike_sa *sa)
{
	if (w->setup->uniqueids != UNIQUEIDS_KEEP || sa->initial_contact)
		return false;
	LIST_FOR_EACH(link, ike_sas_of_connection(w, sa->connection)) {
		const struct ike_sa *other = IKE_OF_CONNECTION(link);

		if (other != sa && other->state == IKE_ESTABLISHED &&
		    !address_equal(&other->remote.address, &sa->remote.address))
			return true;
	}
	return false;
}

/* An older one that came to nothing. */
static struct ike_sa *empty_ike(struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_connection(w, sa->connection)) {
		struct ike_sa *other = IKE_OF_CONNECTION(link);

		if (other != sa && other->state == IKE_ESTABLISHED && other->child_count == 0 &&
		    !is_crossing(other, sa))
			return other;
	}
	return NULL;
}

/* The peer was faster. Of ours it knows no more than a first message, if that. */
static void stop_initiating(struct world *w, struct connection *c, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_connection(w, c->id)) {
		struct ike_sa *other = IKE_OF_CONNECTION(link);

		if (sa->role != ROLE_RESPONDER || other->role != ROLE_INITIATOR ||
		    (other->state != IKE_NEW && other->state != IKE_INIT_SENT &&
		     other->state != IKE_INTERMEDIATE_SENT))
			continue;
		if (c->ike_sa == other->id)
			c->ike_sa = sa->id;
		ike_end(w, other, END_REPLACED, "the peer has initiated too, and was faster");
	}
}

/* There are others that only wait for this one to be there at both ends. */
static bool has_rivals(struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_connection(w, sa->connection)) {
		const struct ike_sa *other = IKE_OF_CONNECTION(link);

		if (other != sa && !other->forgotten &&
		    (other->state == IKE_ESTABLISHED || other->state == IKE_AUTH_SENT))
			return true;
	}
	return false;
}

bool set_ike_up(struct world *w, struct ike_sa *sa)
{
	struct connection *c = ike_sa_connection(w, sa);
	struct ike_sa *old;

	if (sa->initial_contact && w->setup->uniqueids != UNIQUEIDS_NEVER)
		forget_others(w, sa);
	if (c == NULL)
		return true;
	if (is_second(w, sa))
		return false;
	/* The peer may not have that one yet, and sends on this one meanwhile. */
	sa->yields = other_is_kept(w, sa);
	if (sa->yields && sa->role == ROLE_RESPONDER)
		return false;
	sa->superseded = sa->yields && set_head(w, c->set) != NULL;
	sa->confirmed = sa->role == ROLE_INITIATOR;
	if (!sa->confirmed && has_rivals(w, sa))
		(void)request_new(sa, REQUEST_LIVENESS); /* its answer confirms */
	stop_initiating(w, c, sa);
	while ((old = empty_ike(w, sa)) != NULL)
		ike_end(w, old, END_REPLACED, "replaced by a newer IKE SA of the same peer");
	instances_peer_came(c, sa);
	/* Also without a Child SA it is replaced by the next one. */
	if (ike_sa_find_id(w, c->ike_sa) == NULL)
		c->ike_sa = sa->id;
	return true;
}

static enum control_code code_of(enum end_reason reason)
{
	switch (reason) {
	case END_TIMEOUT:
		return CONTROL_NO_RETRANSMISSION;
	case END_INTERNAL:
		return CONTROL_INTERNAL;
	default:
		return CONTROL_FATAL;
	}
}

static void report_end(struct world *w, struct ike_sa *sa, enum end_reason reason,
		       const char *text)
{
	enum report_kind kind = reason == END_TIMEOUT   ? REPORT_TIMEOUT
				: reason == END_REFUSED ? REPORT_REFUSED
							: REPORT_CLOSED;

	report_ike(w, sa, kind, "deleting IKE SA (%s)%s%s", ike_state_name(sa->state),
		   text == NULL ? "" : ": ", text == NULL ? "" : text);
}

void set_lost(struct world *w, struct clone_set *set, enum end_reason reason)
{
	struct connection *c = set_connection(w, set);

	c->trigger = (struct traffic_packet) { 0 };
	set->slots[0].state = SLOT_EMPTY;
	set->slots[0].retry_at = set_backoff(w, set->failures);
	set->failures++;
	set_answer(w, set, code_of(reason));
	set->wanted = c->keep_up;
	if (!set->wanted)
		set_remove_policies(w, set);
	if (set->wanted)
		report_name(w, c->name, REPORT_PROGRESS,
			    "connection is supposed to remain up; revival attempt %u scheduled "
			    "in %.1f seconds",
			    set->failures, (double)(set->slots[0].retry_at - w->now) / 1e6);
	set_run(w, set);
}

void set_ike_gone(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text)
{
	struct connection *c = ike_sa_connection(w, sa);

	report_end(w, sa, reason, text);
	if (c == NULL || c->ike_sa != sa->id)
		return;
	c->ike_sa = 0;
	set_lost(w, c->set, reason);
}

/* --- without a Child SA at first --- */

/* The head of an IKE SA that came up without one (RFC 6023). */
void set_head_due(struct world *w, struct ike_sa *sa)
{
	struct connection *c = ike_sa_connection(w, sa);
	struct child_sa *child;

	if (c == NULL || sa->superseded)
		return;
	child = child_sa_new(w, sa, c, ROLE_INITIATOR);
	child->packet = c->trigger;
	single_pair_narrow(sa, child);
	if (set_head(w, c->set) == NULL) { /* else it takes over from that */
		c->set->slots[0].state = SLOT_NEGOTIATING;
		c->set->children[0] = child->id;
	}
	request_new(sa, REQUEST_CHILD)->child = child->id;
}

/* An IKE SA without its Child SA is of no use. */
void set_drop_childless(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);

	set->head_refused = false;
	c->ike_sa = 0;
	if (sa != NULL && sa->childless && sa->child_count == 0)
		ike_close(w, sa, END_REFUSED, "IKE SA without a Child SA");
	set_lost(w, set, END_REFUSED);
}

/* --- IKE SAs that carry Child SAs of other connections --- */

/* Whose Child SA is on it besides its connection's; 0: nobody's. */
static uint64_t guest_of(const struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->children) {
		uint64_t guest = LIST_OBJECT(link, struct child_sa, link)->connection;

		if (guest != sa->connection && connection_find_id(&w->connections, guest) != NULL)
			return guest;
	}
	return 0;
}

/* What the IKE SA is being replaced by goes along. */
void set_give_away(struct world *w, struct ike_sa *sa)
{
	struct ike_sa *successors[] = { ike_sa_find_id(w, sa->successor_own),
					ike_sa_find_id(w, sa->successor_peer) };
	uint64_t to = guest_of(w, sa);

	if (to == 0)
		return;
	ike_sa_set_connection(w, sa, to);
	for (size_t i = 0; i < ARRAY_LEN(successors); i++)
		if (successors[i] != NULL)
			ike_sa_set_connection(w, successors[i], to);
}

static struct ike_sa *shared_ike(struct world *w, const struct connection *c)
{
	LIST_FOR_EACH(link, ike_sas_of_connection(w, c->id)) {
		struct ike_sa *sa = IKE_OF_CONNECTION(link);

		if (sa->state == IKE_ESTABLISHED && guest_of(w, sa) != 0)
			return sa;
	}
	return NULL;
}

void set_hand_over(struct world *w, const struct connection *c)
{
	struct ike_sa *sa;

	while ((sa = shared_ike(w, c)) != NULL)
		set_give_away(w, sa);
}

/* --- addresses that go away in the middle of it --- */

static bool is_stranded(const struct world *w, const struct ike_sa *sa)
{
	return sa != NULL && sa->role == ROLE_INITIATOR && sa->state < IKE_ESTABLISHED &&
	       sa->state != IKE_SUCCESSOR && !mobike_is_own(w, &sa->local.address);
}

static void begin_elsewhere(struct world *w, struct connection *c, struct ike_sa *sa)
{
	struct address other = mobike_source(w, c, &c->remote_host);

	if (!address_is_set(&other))
		return; /* nothing can be done until one comes */
	if (c->ike_sa == sa->id)
		c->ike_sa = init_i_start(w, c)->id;
	ike_end(w, sa, END_REPLACED, "its address here is gone");
}

void set_own_changed(struct world *w, struct clone_set *set)
{
	struct connection *c = set_connection(w, set);
	uint64_t *ids;
	size_t count;

	/* MOBIKE is agreed on in IKE_AUTH: before that nobody can be told of another address. */
	if (!c->conf->mobike)
		return;
	count = set_ike_sas(w, set, &ids);
	for (size_t i = 0; i < count; i++) {
		struct ike_sa *sa = ike_sa_find_id(w, ids[i]);

		if (is_stranded(w, sa))
			begin_elsewhere(w, c, sa);
	}
	mem_free(ids);
}
