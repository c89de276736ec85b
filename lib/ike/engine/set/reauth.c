/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/engine/set/reauth.h"

#include "ike/exchange/create/rekey.h"
#include "ike/exchange/send.h"

#define AGAIN_AFTER SECONDS(10)

/* New ones can be made only where the configuration looks for the two. */
static bool is_at_home(const struct connection *c, const struct ike_sa *sa)
{
	return address_equal(&sa->local.address, &c->local_host) &&
	       address_equal(&sa->remote.address, &c->remote_host);
}

/* The next one is on its way, by whichever end; or this one is not the connection's any more. */
static bool is_under_way(struct world *w, const struct connection *c, const struct ike_sa *sa)
{
	if (c->ike_sa != sa->id || sa->unwanted || rekey_ike_under_way(sa))
		return true;
	LIST_FOR_EACH(link, ike_sas_of_connection(w, c->id)) {
		const struct ike_sa *other = IKE_OF_CONNECTION(link);

		if ((other->role == ROLE_INITIATOR && other->state < IKE_ESTABLISHED) ||
		    (other->state == IKE_ESTABLISHED && other->rank > sa->rank))
			return true;
	}
	return false;
}

void reauth_or_rekey(struct world *w, struct ike_sa *sa)
{
	struct connection *c = ike_sa_connection(w, sa);

	if (sa->superseded)
		return;
	/* A peer of any address calls us, and may not be there to be called. */
	if (c == NULL || c->template != 0 || !c->conf->reauth || !is_at_home(c, sa)) {
		rekey_ike(w, sa);
		return;
	}
	if (sa->state != IKE_ESTABLISHED)
		return;
	timer_set(w, &sa->rekey_timer, TIMER_IKE_REKEY, w->now + AGAIN_AFTER);
	if (is_under_way(w, c, sa))
		return;
	report_ike(w, sa, REPORT_PROGRESS, "initiating reauthentication of IKE SA #%u", sa->serial);
	(void)init_i_start_between(w, c, &sa->local, &sa->remote);
}
