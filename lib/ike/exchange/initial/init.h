/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_INIT_H
#define IKE_EXCHANGE_INIT_H

#include "ike/exchange/steps.h"

/* What both sides of IKE_SA_INIT share. */

struct offer ike_offer(const struct connection *c);
struct offer ike_offer_of(const struct algorithm_list *list);

/* Whether we speak IKE_INTERMEDIATE for it. */
bool init_has_intermediate(const struct connection *c);

/* How long a peer has between its messages until it is established. */
#define HALF_OPEN_TIME SECONDS(30)

/* NAT detection, what we can do and who we are; after SA, KE and Nonce. For encapsulation=yes the
 * hash of our own address is falsified. */
MUST_CHECK bool init_write_notifies(struct world *w, const struct ike_sa *sa,
				    const struct connection *c, struct payload_writer *writer);

/* The payload of one notify in a message that is not protected. */
void clear_notify(struct payload_writer *writer, uint16_t type, struct bytes data);

/* Learns from the peer's notifies who is behind a NAT, what it can do and whether it is a Cygnet. */
MUST_CHECK bool init_take_notifies(struct ike_sa *sa, const struct connection *c,
				   const struct message *m);

/* Its nonce; false: the payload is not valid. */
MUST_CHECK bool init_take_nonce(struct ike_sa *sa, const struct message *m);

#endif
