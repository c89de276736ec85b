/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_NO_GAP_H
#define UNIT_PAIR_NO_GAP_H

#include "pair/engine_pair.h"

/* Connection t of a pair, which is never without SAs that both ends have. */

bool gap_has_inbound(const struct side *side, uint32_t spi);

/* The SA that the kernel takes for a packet of this CPU: bound before unbound, then the newest; the
 * double keeps them in the order in which they came as long as none goes. */
const struct double_sa *gap_chosen(const struct side *side, uint32_t cpu);
/* Its outbound policy; NULL: there is none. */
const struct double_policy *gap_policy(const struct side *side);
/* A packet goes from that CPU to the other end, at once: both count it. Asserts that it arrives; the
 * CPU of the SA that it took. */
uint32_t gap_send(struct side *from, uint32_t cpu);

/* For pair->loses: both ends have been up, and are at every moment since; what one sends on the other
 * one takes. Nothing is lost. */
bool gap_watch(struct pair *pair, const struct packet *packet);

/* The connection, and its IKE SA or NULL. */
struct connection *gap_connection(const struct side *side);
struct ike_sa *gap_ike(const struct side *side);

/* One IKE SA, and so many SAs at each end, the same at both. */
void gap_assert_one_set(struct pair *pair, size_t sas);

#endif
