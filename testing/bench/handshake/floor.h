/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_HANDSHAKE_FLOOR_H
#define BENCH_HANDSHAKE_FLOOR_H

#include "crypto/crypto.h"

/*
 * What key agreement must cost: seconds of CPU for a key pair and an agreement, by the ways there
 * are. A set-up needs two of each. What they agree on is compared, so that a way that gives
 * something else ends the bench.
 */
enum floor_way {
	FLOOR_OURS, /* lib/crypto */
	FLOOR_NSS,  /* NSS's own generator, and its derivation with what that gives */
	FLOOR_PKCS8,/* X25519 only: a random scalar imported as PKCS #8 */
	FLOOR_WAYS
};
extern const char *const floor_way_names[FLOOR_WAYS];

/* false: that way is not for this group. */
bool floor_measure(enum floor_way way, const struct ke_desc *ke, unsigned rounds, double *out);

#endif
