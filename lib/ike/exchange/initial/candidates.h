/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_CANDIDATES_H
#define IKE_EXCHANGE_CANDIDATES_H

#include "ike/exchange/steps.h"

/*
 * Which of our connections a peer means. Its first message says no more than where it comes from, so
 * any suite that one of the connections between the two hosts takes will do. IKE_AUTH says who it is
 * and what it wants to send: then it must be a connection that takes the suite as well.
 */

/* The oldest connection between the hosts that takes one of the peer's proposals, `ke` NULL or of
 * this group only. CHOOSE_OK: *c and *out are set. */
MUST_CHECK enum choose_result candidate_for_init(struct world *w, const struct message *m,
						 const struct ke_desc *ke, struct connection **c,
						 struct suite *out);

/*
 * The connection for these ids whose selectors fit, else any for these ids; `own` NULL: whoever we
 * are. Without one NULL, and a sentence in *why.
 */
struct connection *candidate_for_auth(struct world *w, const struct ike_sa *sa,
				      const struct message *m, const struct identity *peer,
				      const struct identity *own, const char **why);

#endif
