/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/exchange/create/single_pair.h"

static const char what_to_do[] =
	"the peer makes Child SAs for single pairs of addresses only: each pair needs a connection of "
	"its own, with one address in leftsubnet= and one in rightsubnet=; or let traffic bring this "
	"one up for the pair that is first (auto=route with narrowing=yes)";

static struct selector at_address(const struct selector *s, const struct selector *packet)
{
	struct selector out = *s;

	out.start = out.end = packet->start;
	return out;
}

static bool is_single(const struct selectors *s)
{
	return s->count == 1 && address_equal(&s->list[0].start, &s->list[0].end);
}

bool single_pair_wanted(struct world *w, struct ike_sa *sa, const struct child_sa *child,
			uint16_t notify)
{
	const struct connection *c = connection_find_id(&w->connections, child->connection);

	if (notify != NOTIFY_SINGLE_PAIR_REQUIRED || child->is_clone || child->replaces != 0 ||
	    c == NULL || (is_single(&child->traffic.local) && is_single(&child->traffic.remote)))
		return false;
	if (!connection_narrows(c) || !traffic_packet_is_set(&child->packet)) {
		report_child(w, child, REPORT_REFUSED, "%s", what_to_do);
		return false;
	}
	sa->single_pair = true;
	report_child(w, child, REPORT_PROGRESS,
		     "the peer takes one pair of addresses at a time: asking for the packet's");
	return true;
}

void single_pair_narrow(const struct ike_sa *sa, struct child_sa *child)
{
	const struct traffic_packet *packet = &child->packet;
	struct selector local, remote;
	struct traffic_pair pair;

	if (!sa->single_pair || !traffic_packet_is_set(packet) ||
	    !traffic_find_pair(&child->traffic, &packet->local, &packet->remote, &pair))
		return;
	local = at_address(pair.local, &packet->local);
	remote = at_address(pair.remote, &packet->remote);
	child_sa_set_traffic(child, traffic_of(&local, &remote));
	child->packet = (struct traffic_packet) { 0 };
}
