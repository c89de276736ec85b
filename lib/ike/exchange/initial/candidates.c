/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/exchange/initial/candidates.h"

#include "ike/exchange/create/ts.h"
#include "ike/exchange/initial/init.h"

/* So many different ike= are tried for one message; of thousands of connections most have the same. */
enum { OFFERS_MAX = 8 };

struct tried {
	const struct algorithm_list *lists[OFFERS_MAX];
	size_t count;
};

/* Not tried yet, and there is room for it. */
static bool is_due(struct tried *tried, const struct connection *c)
{
	for (size_t i = 0; i < tried->count; i++)
		if (algorithm_list_equal(tried->lists[i], &c->conf->ike))
			return false;
	if (tried->count == OFFERS_MAX)
		return false;
	tried->lists[tried->count++] = &c->conf->ike;
	return true;
}

enum choose_result candidate_for_init(struct world *w, const struct message *m,
				      const struct ke_desc *ke, struct connection **c,
				      struct suite *out)
{
	struct bytes body = message_body(m, PAYLOAD_SA);
	struct tried tried = { .count = 0 };
	struct connection_walk walk = connections_for_peer(&w->connections, &m->local.address,
							   &m->remote.address);
	struct connection *candidate;

	while ((candidate = connection_walk_next(&walk)) != NULL) {
		struct offer offer = ike_offer(candidate);
		enum choose_result result;

		if (!is_due(&tried, candidate))
			continue;
		/* RFC 9370 2.2.1: they need an exchange of their own. */
		offer.with_addke = m->intermediate;
		result = offer_choose(&offer, body, ke, out);
		if (result == CHOOSE_OK)
			*c = candidate;
		if (result != CHOOSE_NONE)
			return result;
	}
	return CHOOSE_NONE;
}

/* Better is what has the traffic that the peer wants, then what is for this peer and not for everybody,
 * and then what has the packet that the peer wants to send. */
static int rank_of(const struct connection *c, const struct ts_offer *wanted,
		   const struct address *peer)
{
	int rank = 1 + (c->remote_id.type != 0 ? 2 : 0);
	struct traffic common;
	bool cut;

	if (wanted == NULL ||
	    !connection_narrow_for(c, peer, &wanted->traffic, &common, &cut))
		return rank;
	rank += 4 + (ts_offer_begins_with_packet(wanted) && ts_has_first(&common, wanted));
	traffic_done(&common);
	return rank;
}

struct connection *candidate_for_auth(struct world *w, const struct ike_sa *sa,
				      const struct message *m, const struct identity *peer,
				      const struct identity *own, const char **why)
{
	struct connection_walk walk = connections_for_id(&w->connections, &sa->local.address,
							 &sa->remote.address, peer);
	struct connection *best = NULL, *c;
	struct ts_offer said, ts;
	int best_rank = 0;
	/* RFC 6023: what it wants to send it says later. */
	bool childless = payload_find(&m->payloads, PAYLOAD_TSI) == NULL;

	*why = "its traffic selectors are not valid";
	if (!childless && !ts_offer_read(m, ROLE_RESPONDER, &said))
		return NULL;
	*why = "no connection is for that id";
	while ((c = connection_walk_next(&walk)) != NULL) {
		struct offer offer = ike_offer(c);
		int rank;

		if (!connection_has_ids(c, own, peer))
			continue;
		if (!childless)
			ts_offer_see(sa, c, m, &said, &ts);
		rank = rank_of(c, childless ? NULL : &ts, &sa->remote.address);
		if (rank <= best_rank)
			continue;
		if (!offer_takes(&offer, &sa->suite)) {
			*why = "the connection for that id has another ike=";
			continue;
		}
		best = c;
		best_rank = rank;
	}
	return best;
}
