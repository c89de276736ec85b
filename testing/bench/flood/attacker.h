/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_FLOOD_ATTACKER_H
#define BENCH_FLOOD_ATTACKER_H

#include <stdatomic.h>

#include "net/address.h"

/*
 * Sends `first` (a whole IKE_SA_INIT request) again and again, as fast as one core can, each with
 * another SPI and from another address of 127.0.0.0/8, until *stop. Answers are thrown away.
 * *sent counts.
 */
void attack(const struct endpoint *victim, struct bytes first, const _Atomic int *stop,
	    _Atomic uint64_t *sent);

#endif
