/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_PPK_H
#define IKE_EXCHANGE_PPK_H

#include "ike/exchange/steps.h"

/*
 * Post-quantum pre-shared keys (RFC 8784): USE_PPK in IKE_SA_INIT from both ends, and the name of
 * the key in IKE_AUTH. With ppk=propose the initiator proves itself both with and without the key.
 */

/* The initiator decides whether it says USE_PPK. false: ppk=insist, and there is no key. */
MUST_CHECK bool ppk_i_offer(struct world *w, struct ike_sa *sa, const struct connection *c);
/* The responder says it too? false: it does not, and ppk=insist. */
MUST_CHECK bool ppk_i_answered(struct ike_sa *sa, const struct connection *c,
			       const struct message *m);
/* Writes the initiator's ID and AUTH payloads and what belongs to the PPK. NULL, or why not. */
const char *ppk_i_write_auth(struct world *w, struct ike_sa *sa, const struct connection *c,
			     struct inner *inner);
/* The responder's IKE_AUTH says whether it took the key; before its AUTH is verified. NULL, or why
 * that is not enough. */
const char *ppk_i_settle(struct world *w, struct ike_sa *sa, const struct connection *c,
			 const struct message *m);

/* The responder of IKE_SA_INIT, which does not know yet who asks. */
void ppk_r_offered(struct world *w, struct ike_sa *sa, const struct message *m);
/* The responder of IKE_AUTH: the key goes in, or *auth is what proves the peer without it (else it
 * is untouched). NULL, or why the peer is refused. */
const char *ppk_r_take(struct world *w, struct ike_sa *sa, const struct connection *c,
		       const struct message *m, struct bytes *auth);

#endif
