/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_ADVERSITY_ATTACKER_H
#define SIM_ADVERSITY_ATTACKER_H

#include "sim/network/network.h"
#include "sim/plan/plan.h"

/*
 * Somebody on the way, who hears every datagram and says what he likes, from any address, but has
 * no keys: he drops, holds back, repeats (at once, or what he heard long ago), reflects, cuts short,
 * flips bits, answers first messages before the other end can, and says in the clear what would end
 * an exchange or an IKE SA.
 *
 * All of check/ holds for him too. What he may do, and no design can help, is what loss does: keep
 * messages away until an exchange is given up, and spoil the attempt to set up an IKE SA. So a run
 * with him is excused where one with loss is (network.may_lose), and for nothing else: what is
 * established he cannot end by words, nor make anybody say twice what is said once.
 */
enum { OVERHEARD_MAX = 64 };

struct overheard {
	struct carried how;
	uint8_t *bytes; /* owned */
	size_t len;
};

struct attacker {
	struct random random;
	uint32_t percent;                       /* of datagrams that he does something about */
	struct overheard kept[OVERHEARD_MAX];   /* in a ring */
	unsigned heard;
};

void attacker_begin(struct sim *sim, uint32_t percent);
void attacker_done(struct sim *sim);

/* A datagram passes. true: it does not. */
bool attacker_takes(struct sim *sim, const struct carried *how, struct bytes message);
/* A packet of ESP in UDP seems to come from elsewhere. */
void attacker_touches(struct sim *sim, struct fake_wire *wire);

/* Words in the clear that fit what was overheard (forge.c). */
void forge_answer(struct sim *sim, const struct overheard *o);
void forge_words(struct sim *sim, const struct overheard *o);

#endif
