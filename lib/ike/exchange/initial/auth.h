/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_AUTH_H
#define IKE_EXCHANGE_AUTH_H

#include "ike/exchange/steps.h"

/* What both sides of IKE_AUTH share (RFC 7296 1.2, 2.15). */

struct id_payload id_payload_of(const struct identity *id);

/* The peer's identity from its ID payload; false: not one we can take. */
MUST_CHECK bool auth_take_id(const struct message *m, uint8_t type, struct identity *out);

/* What our AUTH payload holds, with the keys as they are. false: no key, or the provider failed. */
MUST_CHECK bool auth_own_value(struct world *w, const struct ike_sa *sa, struct secret *out);

/* Writes our ID and AUTH payloads. false: no key, or the provider failed. */
MUST_CHECK bool auth_write_own(struct world *w, const struct ike_sa *sa, struct inner *inner);

/* The peer's AUTH fits its ID and our key for it; `data`, where it is not empty, stands for the
 * AUTH payload's (RFC 8784). */
MUST_CHECK bool auth_verify(struct world *w, const struct ike_sa *sa, const struct message *m,
			    struct bytes data);

/* What both ends say in IKE_AUTH: that there is no other IKE SA between them as far as we know. */
void auth_write_contact(struct world *w, const struct ike_sa *sa, struct inner *inner);
/* And the window. */
void auth_write_window(const struct world *w, struct inner *inner);

/* The SA is established: timers, counts, what is no longer needed. window: what the peer said,
 * or 0. */
void auth_establish(struct world *w, struct ike_sa *sa, uint32_t window);

#endif
