/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_ARRIVAL_H
#define IKE_SA_ARRIVAL_H

#include "ike/sa/child_sa.h"

/*
 * Another inbound SPI for a Child SA that has a CPU now, such that the network card gives what comes in
 * by it to that CPU: drawn at random until one does, where the host can say of one whether it does. Where
 * it cannot, or none is found in a bounded number of draws, it keeps the one that it has. Before the peer
 * is told the SPI.
 */
void child_sa_choose_spi(struct world *w, struct child_sa *child);

#endif
