/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NET_TRAFFIC_H
#define NET_TRAFFIC_H

#include "net/selector.h"

/* What one end of a Child SA or connection may have; a peer that offers more is narrowed. */
enum { SELECTORS_MAX = 16, TRAFFIC_TEXT_MAX = 512 };

/* A list of selectors. Its user says whether it owns the array. */
struct selectors {
	struct selector *list;
	size_t count;
};

/*
 * What an SA protects: every packet between one of `local` and one of `remote`, where the two are of
 * one family and protocol. Owns both lists. Zero-initialised is none.
 */
struct traffic {
	struct selectors local, remote;
};

struct selectors selectors_copy(const struct selectors *from);
void selectors_done(struct selectors *s);
bool selectors_have(const struct selectors *s, const struct selector *one);
bool selectors_have_address(const struct selectors *s, const struct address *a);
/* The same ones, in whatever order. */
bool selectors_equal(const struct selectors *a, const struct selectors *b);

/* Copies of one selector for each end. */
struct traffic traffic_of(const struct selector *local, const struct selector *remote);
struct traffic traffic_copy(const struct traffic *from);
void traffic_done(struct traffic *t);
bool traffic_equal(const struct traffic *a, const struct traffic *b);

/* Could one packet be of both? Of one family, and of one protocol; ICMP also of one type. */
bool selectors_pair(const struct selector *local, const struct selector *remote);

/* The pairs of t one after the other, from *at = 0 on; false after the last. */
struct traffic_pair {
	const struct selector *local, *remote;
};
bool traffic_next(const struct traffic *t, size_t *at, struct traffic_pair *out);

/*
 * A packet that a Child SA is wanted for, as selectors: one address at each end, its protocol, and of
 * each end's port what is known; of ICMP type and code at both. Zero-initialised is none.
 */
struct traffic_packet {
	struct selector local, remote;
};
/* Ports as the kernel says them: of ICMP the type as source and the code as destination, 0 where it
 * knows none, and of protocols without ports anything. */
struct traffic_packet traffic_packet_of(const struct address *local, const struct address *remote,
					uint8_t protocol, uint16_t local_port,
					uint16_t remote_port);
bool traffic_packet_is_set(const struct traffic_packet *packet);
/* The pair of t that all of both selectors lies within, in *out; false: there is none. */
MUST_CHECK bool traffic_find_pair(const struct traffic *t, const struct selector *local,
				  const struct selector *remote, struct traffic_pair *out);

/* "[192.0.1.0/24===192.0.2.0/24] [..===..]", as libreswan has it; ends with "..." where cut. */
const char *traffic_print(const struct traffic *t, char out[TRAFFIC_TEXT_MAX]);

/*
 * What of `offered` may go by an SA that is for `ours` (RFC 7296 2.9), for ends that may agree on
 * less than they have: each part that an offered selector shares with one of ours, and that the
 * kernel can match, which knows blocks of addresses and of ports and no OPAQUE. The first offered
 * ones, which may be those of a packet, are kept whatever else is cut. Selectors without a
 * counterpart at the other end are dropped. false: nothing is left. *cut: something had to go that
 * is ours and was offered.
 */
MUST_CHECK bool traffic_narrow(const struct traffic *ours, const struct traffic *offered,
			       struct traffic *out, bool *cut);
/* For ends that may not: all of ours was offered, as it is. */
bool traffic_offered(const struct traffic *ours, const struct traffic *offered);
/* Each of `inner` lies within one of `outer`, at both ends. */
bool traffic_contains(const struct traffic *outer, const struct traffic *inner);

#endif
