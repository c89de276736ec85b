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

static void write_one(uint8_t type, const struct selectors *s, const struct address *said,
		      struct inner *inner)
{
	struct selectors words = selectors_copy(s);

	for (size_t i = 0; i < words.count && address_is_set(said); i++)
		words.list[i].start = words.list[i].end = *said;
	payload_begin(&inner->writer, type, false);
	ts_write(&inner->chain, words.list, words.count);
	payload_end(&inner->writer);
	selectors_done(&words);
}

void ts_write_child(const struct child_sa *child, struct inner *inner)
{
	bool initiator = child->role == ROLE_INITIATOR;
	const struct traffic *t = &child->traffic;

	write_one(PAYLOAD_TSI, initiator ? &t->local : &t->remote,
		  initiator ? &child->said.local : &child->said.remote, inner);
	write_one(PAYLOAD_TSR, initiator ? &t->remote : &t->local,
		  initiator ? &child->said.remote : &child->said.local, inner);
}

/* What is said twice is there once: its policies are too. The count is at most SELECTORS_MAX. */
static struct selectors distinct(const struct selectors *from)
{
	struct selector list[SELECTORS_MAX];
	struct selectors out = { list, 0 };

	for (size_t i = 0; i < from->count; i++)
		if (!selectors_have(&out, &from->list[i]))
			list[out.count++] = from->list[i];
	return selectors_copy(&out);
}

const char *ts_take_answer(const struct ike_sa *sa, struct child_sa *child,
			   const struct connection *c, const struct message *m)
{
	static const char not_ours[] = "the peer's traffic selectors are not part of ours";
	struct ts_offer answer, given;

	if (!ts_offer_read(m, ROLE_INITIATOR, &answer))
		return not_ours;
	/* Not each peer answers in the words of who asked. */
	ts_offer_see(sa, c, m, &answer, &given);
	if (given.local.count > SELECTORS_MAX ||
	    given.remote.count > SELECTORS_MAX || !traffic_contains(&child->traffic, &given.traffic))
		return not_ours;
	/* RFC 9611: the same selectors make it a clone; with others traffic would be lost. */
	if ((child->is_clone || child->replaces != 0) &&
	    !traffic_equal(&child->traffic, &given.traffic))
		return "the peer's traffic selectors are not those of the Child SA that it stands beside";
	if (!connection_narrows(c) && !traffic_offered(&child->traffic, &given.traffic))
		return "the peer agrees to less than the connection has, which is for narrowing=yes";
	child_sa_set_traffic(child, (struct traffic) { distinct(&given.traffic.local),
						       distinct(&given.traffic.remote) });
	return NULL;
}

static bool narrow(const struct ike_sa *sa, const struct connection *c, const struct ts_offer *offer,
		   struct child_sa *child)
{
	struct traffic common;

	if (!connection_has_ids(c, &sa->local_id, &sa->remote_id) ||
	    !connection_narrow_for(c, &sa->remote.address, &offer->traffic, &common, &child->cut))
		return false;
	child_sa_set_traffic(child, common);
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

struct connection *ts_find_connection(struct world *w, const struct ike_sa *sa,
				      const struct message *m, struct child_sa *child)
{
	struct connection *own = ike_sa_connection(w, sa), *c;
	struct connection_walk walk;
	struct ts_offer said, offer;

	if (own == NULL || !ts_offer_read(m, ROLE_RESPONDER, &said))
		return NULL;
	ts_offer_see(sa, own, m, &said, &offer);
	if (narrow(sa, own, &offer, child))
		return own;
	walk = connections_for_peer(&w->connections, &own->local_host, &own->remote_host);
	while ((c = connection_walk_next(&walk)) != NULL) {
		struct offer ike = ike_offer(c);

		ts_offer_see(sa, c, m, &said, &offer);
		if (c != own && c->id != own->template &&
		    connection_takes(c, &sa->remote.address, &offer.traffic) &&
		    offer_takes(&ike, &sa->suite) && narrow(sa, c, &offer, child))
			return w->hooks->with_peer(w, sa, c);
	}
	report_unwanted(w, sa, own, &said);
	return NULL;
}
