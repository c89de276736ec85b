/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_TS_H
#define IKE_EXCHANGE_TS_H

#include "ike/exchange/steps.h"

/* TSi and TSr: what goes by a Child SA, offered, narrowed and agreed (RFC 7296 2.9). */

/* Both payloads of a message, as they are seen from our side. */
struct ts_offer {
	struct ts_payload local, remote;
	struct traffic traffic; /* of the two; not to be freed */
	struct said_addresses said;
};
MUST_CHECK bool ts_offer_read(const struct message *m, enum sa_role ours, struct ts_offer *out);

/* Its first selectors are those of one address at each end, as of the packet that it is made for. */
bool ts_offer_begins_with_packet(const struct ts_offer *offer);
/* All of its first selectors is in t. */
bool ts_has_first(const struct traffic *t, const struct ts_offer *offer);

/*
 * The same as this connection has to see it: in transport mode the selectors are of the two ends, and
 * through a NAT each end knows itself, or the other, by another address (RFC 7296 2.23.1).
 */
void ts_offer_see(const struct ike_sa *sa, const struct connection *c, const struct message *m,
		  const struct ts_offer *offer, struct ts_offer *out);

/* They break RFC 7296 3.13, and are not just such as we do not know or have no room for. */
bool ts_is_malformed(const struct message *m);

/* What the Child SA asks for: the packet that it is made for first (RFC 7296 2.9). */
void ts_write_request(const struct child_sa *child, struct inner *inner);
/* What it has agreed to. */
void ts_write_answer(const struct child_sa *child, struct inner *inner);

/* As the initiator: takes what the responder made of ours. NULL, or why that will not do. */
const char *ts_take_answer(const struct ike_sa *sa, struct child_sa *child,
			   const struct connection *c, const struct message *m);

/*
 * The connection that a peer's selectors mean, and what is common of them in the Child SA: that of the
 * IKE SA first, then others between the same hosts and ids that could have this IKE SA; where the
 * first selectors are a packet's, those that can have it before those that cannot. For a clone it is
 * what its head has, where that is among what is asked for. NULL: TS_UNACCEPTABLE.
 */
struct connection *ts_find_connection(struct world *w, const struct ike_sa *sa,
				      const struct message *m, struct child_sa *child);

#endif
