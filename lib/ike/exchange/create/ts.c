/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/exchange/create/ts.h"

#include "ike/exchange/initial/init.h"

bool ts_offer_read(const struct message *m, enum sa_role ours, struct ts_offer *out)
{
	bool initiator = ours == ROLE_INITIATOR;

	if (ts_read(message_body(m, initiator ? PAYLOAD_TSI : PAYLOAD_TSR), &out->local) != WIRE_OK ||
	    ts_read(message_body(m, initiator ? PAYLOAD_TSR : PAYLOAD_TSI), &out->remote) != WIRE_OK)
		return false;
	out->said = (struct said_addresses) { 0 };
	out->traffic = (struct traffic) { { out->local.list, out->local.count },
					  { out->remote.list, out->remote.count } };
	return true;
}

/* All of it is about one address: that becomes `real`, and what it was goes to *said. */
static void see(struct ts_payload *ts, const struct address *real, struct address *said)
{
	struct address one;

	if (ts->count == 0)
		return;
	one = ts->list[0].start;
	for (size_t i = 0; i < ts->count; i++)
		if (!address_equal(&ts->list[i].start, &one) ||
		    !address_equal(&ts->list[i].end, &one))
			return;
	if (one.family != real->family || address_equal(&one, real))
		return;
	for (size_t i = 0; i < ts->count; i++)
		ts->list[i].start = ts->list[i].end = *real;
	*said = one;
}

void ts_offer_see(const struct ike_sa *sa, const struct connection *c, const struct message *m,
		  const struct ts_offer *offer, struct ts_offer *out)
{
	*out = *offer;
	out->traffic.local.list = out->local.list;
	out->traffic.remote.list = out->remote.list;
	if (c->conf->type != TYPE_TRANSPORT || !m->use_transport)
		return;
	if (sa->nat_local)
		see(&out->local, &sa->local.address, &out->said.local);
	if (sa->nat_remote)
		see(&out->remote, &sa->remote.address, &out->said.remote);
}

bool ts_is_malformed(const struct message *m)
{
	static const uint8_t types[] = { PAYLOAD_TSI, PAYLOAD_TSR };
	struct ts_payload ts;

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		enum wire_status status = ts_read(message_body(m, types[i]), &ts);

		if (status == WIRE_TRUNCATED || status == WIRE_BAD_VALUE)
			return true;
	}
	return false;
}

static void write_one(uint8_t type, const struct selector *list, size_t count, struct inner *inner)
{
	payload_begin(&inner->writer, type, false);
	ts_write(&inner->chain, list, count);
	payload_end(&inner->writer);
}

static void write_wish(uint8_t type, const struct selectors *s, const struct selector *packet,
		       struct inner *inner)
{
	struct selector list[1 + SELECTORS_MAX];
	size_t count = 0;

	if (address_is_set(&packet->start))
		list[count++] = *packet;
	for (size_t i = 0; i < s->count && count < ARRAY_LEN(list); i++)
		if (count == 0 || !selector_equal(&s->list[i], &list[0]))
			list[count++] = s->list[i];
	write_one(type, list, count, inner);
}

void ts_write_request(const struct child_sa *child, struct inner *inner)
{
	struct traffic_packet packet = { 0 };

	/* What a rekey is for is clear from what it replaces. */
	if (child->replaces == 0)
		packet = child->packet;
	write_wish(PAYLOAD_TSI, &child->traffic.local, &packet.local, inner);
	write_wish(PAYLOAD_TSR, &child->traffic.remote, &packet.remote, inner);
}

static void write_agreed(uint8_t type, const struct selectors *s, const struct address *said,
			 struct inner *inner)
{
	struct selectors words = selectors_copy(s);

	for (size_t i = 0; i < words.count && address_is_set(said); i++)
		words.list[i].start = words.list[i].end = *said;
	write_one(type, words.list, words.count, inner);
	selectors_done(&words);
}

void ts_write_answer(const struct child_sa *child, struct inner *inner)
{
	write_agreed(PAYLOAD_TSI, &child->traffic.remote, &child->said.remote, inner);
	write_agreed(PAYLOAD_TSR, &child->traffic.local, &child->said.local, inner);
}

/* A packet's selector beside one that it lies within: some peers give back both. */
static bool is_left_over(const struct selectors *from, size_t at, const struct selectors *asked)
{
	const struct selector *s = &from->list[at];

	if (selectors_have(asked, s))
		return false;
	for (size_t i = 0; i < from->count; i++)
		if (!selector_equal(&from->list[i], s) && selector_contains(&from->list[i], s))
			return true;
	return false;
}

/* What is said twice is there once: its policies are too. */
static struct selectors distinct(const struct selectors *from, const struct selectors *asked)
{
	struct selector list[TS_MAX];
	struct selectors out = { list, 0 };

	for (size_t i = 0; i < from->count; i++)
		if (!selectors_have(&out, &from->list[i]) && !is_left_over(from, i, asked))
			list[out.count++] = from->list[i];
	return selectors_copy(&out);
}

static const char not_ours[] = "the peer's traffic selectors are not part of ours";

/* NULL, or why that will not do. */
static const char *judge(const struct child_sa *child, const struct connection *c,
			 const struct traffic *agreed)
{
	if (agreed->local.count > SELECTORS_MAX || agreed->remote.count > SELECTORS_MAX)
		return not_ours;
	/* RFC 9611: the same selectors make it a clone; with others traffic would be lost. */
	if ((child->is_clone || child->replaces != 0) && !traffic_equal(&child->traffic, agreed))
		return "the peer's traffic selectors are not those of the Child SA that it stands beside";
	if (!connection_narrows(c) && !traffic_offered(&child->traffic, agreed))
		return "the peer agrees to less than the connection has, which is for narrowing=yes";
	return NULL;
}

const char *ts_take_answer(const struct ike_sa *sa, struct child_sa *child,
			   const struct connection *c, const struct message *m)
{
	struct ts_offer answer, given;
	struct traffic agreed;
	const char *why;

	if (!ts_offer_read(m, ROLE_INITIATOR, &answer))
		return not_ours;
	/* Not each peer answers in the words of who asked. */
	ts_offer_see(sa, c, m, &answer, &given);
	if (!traffic_contains(&child->traffic, &given.traffic))
		return not_ours;
	agreed = (struct traffic) { distinct(&given.traffic.local, &child->traffic.local),
				    distinct(&given.traffic.remote, &child->traffic.remote) };
	why = judge(child, c, &agreed);
	if (why == NULL)
		child_sa_set_traffic(child, agreed);
	else
		traffic_done(&agreed);
	return why;
}

/* A peer's request for a Child SA, while what it means is found out. */
struct wish {
	const struct ike_sa *sa;
	const struct message *m;
	struct ts_offer said;
	bool with_first; /* only what has all of the first selectors will do */
};

static bool is_one_address(const struct selector *s)
{
	return address_equal(&s->start, &s->end);
}

bool ts_offer_begins_with_packet(const struct ts_offer *offer)
{
	return is_one_address(&offer->local.list[0]) && is_one_address(&offer->remote.list[0]);
}

bool ts_has_first(const struct traffic *t, const struct ts_offer *offer)
{
	struct traffic_pair pair;

	return traffic_find_pair(t, &offer->local.list[0], &offer->remote.list[0], &pair);
}

/* It is about what is agreed on, whichever packet goes first in what is asked for. */
static bool is_of_head(const struct wish *wish, const struct ts_offer *offer,
		       const struct child_sa *head)
{
	return head != NULL && wish->m->has_resource_info && ts_has_first(&head->traffic, offer) &&
	       traffic_contains(&offer->traffic, &head->traffic);
}

static bool narrow(struct world *w, const struct wish *wish, const struct connection *c,
		   const struct ts_offer *offer, struct child_sa *child)
{
	const struct ike_sa *sa = wish->sa;
	const struct child_sa *head = w->hooks->clone_head(w, sa, c);
	struct traffic common;
	bool cut;

	if (!connection_has_ids(c, &sa->local_id, &sa->remote_id))
		return false;
	if (is_of_head(wish, offer, head)) {
		common = traffic_copy(&head->traffic);
		cut = head->cut;
	} else if (!connection_narrow_for(c, &sa->remote.address, &offer->traffic, &common, &cut)) {
		return false;
	}
	if (wish->with_first && !ts_has_first(&common, offer)) {
		traffic_done(&common);
		return false;
	}
	child_sa_set_traffic(child, common);
	child->cut = cut;
	child->said = offer->said;
	return true;
}

/* What it wants is told, as whoever looks after us has to know it. */
static void report_unwanted(struct world *w, const struct ike_sa *sa, const struct connection *own,
			    const struct ts_offer *offer)
{
	const struct conf_end *remote = conf_remote(own->conf, own->orientation);
	char text[TRAFFIC_TEXT_MAX];
	bool needs_subnet = remote->any_host && remote->subnets.count == 0 && sa->nat_remote;

	report_ike(w, sa, REPORT_REFUSED, "no connection with the peer has what it asks for: %s%s",
		   traffic_print(&offer->traffic, text),
		   needs_subnet ? " (what is behind its NAT has to be in rightsubnet=, with "
				  "narrowing=yes)"
				: "");
}

static struct connection *find(struct world *w, const struct wish *wish, struct connection *own,
			       struct child_sa *child)
{
	const struct ike_sa *sa = wish->sa;
	struct connection *c;
	struct connection_walk walk;
	struct ts_offer offer;

	ts_offer_see(sa, own, wish->m, &wish->said, &offer);
	if (narrow(w, wish, own, &offer, child))
		return own;
	walk = connections_for_peer(&w->connections, &own->local_host, &own->remote_host);
	while ((c = connection_walk_next(&walk)) != NULL) {
		struct offer ike = ike_offer(c);

		ts_offer_see(sa, c, wish->m, &wish->said, &offer);
		if (c != own && c->id != own->template &&
		    connection_takes(c, &sa->remote.address, &offer.traffic) &&
		    offer_takes(&ike, &sa->suite) && narrow(w, wish, c, &offer, child))
			return c;
	}
	return NULL;
}

struct connection *ts_find_connection(struct world *w, const struct ike_sa *sa,
				      const struct message *m, struct child_sa *child)
{
	struct connection *own = ike_sa_connection(w, sa), *c;
	struct wish wish = { .sa = sa, .m = m };

	if (own == NULL || !ts_offer_read(m, ROLE_RESPONDER, &wish.said))
		return NULL;
	/* RFC 7296 2.9: who can have the initiator's first choice MUST not be without it. */
	wish.with_first = ts_offer_begins_with_packet(&wish.said);
	c = wish.with_first ? find(w, &wish, own, child) : NULL;
	wish.with_first = false;
	if (c == NULL)
		c = find(w, &wish, own, child);
	if (c == NULL)
		report_unwanted(w, sa, own, &wish.said);
	return c == NULL || c == own ? c : w->hooks->with_peer(w, sa, c);
}
