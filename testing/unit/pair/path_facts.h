/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_PATH_FACTS_H
#define UNIT_PAIR_PATH_FACTS_H

#include "engine_pair.h"
#include "ike/exchange/send.h"

/* What the tests of ends that move ask of a pair. */
enum { SET = 3 }; /* Child SAs: a head and two clones */

struct address pair_address(const char *text);

/* How many of a side's SAs have the peer at that endpoint. */
size_t pair_sas_at(const struct side *side, const char *peer, uint16_t port);

/* A sign of life: a request and its answer. */
void pair_speak(struct side *side);

/* The SPIs that a whole set has in that side's kernel, and how many of them are still there. */
void pair_remember_spis(const struct side *side, uint32_t out[2 * SET]);
size_t pair_spis_left(const struct side *side, const uint32_t spis[2 * SET]);

/* All policies lead to and from the peer at this address, and none blocks. */
void pair_assert_policies_at(const struct side *side, const char *peer);

/* A pair that is up, with these lines for its connection. */
struct pair *pair_of(bool moves_addresses, const char *west, const char *east);

/* The same with MOBIKE: clones=2 and mobike=yes. */
extern const char mobile_conn[];
struct pair *pair_mobile(bool moves_addresses);

/* Both ends' IKE SA and all of the set are between west and east at these addresses. */
void pair_assert_set_at(struct pair *pair, const char *west, const char *east);

#endif
