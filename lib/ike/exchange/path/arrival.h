/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_PATH_ARRIVAL_H
#define IKE_EXCHANGE_PATH_ARRIVAL_H

#include "ike/sa/child_sa.h"

/*
 * Another inbound SPI for a Child SA that has its place and CPU now, such that the network card gives
 * what comes in by it to that CPU, and with clone-ports=spread its port is no other clone's: drawn at
 * random until one is. Where the host cannot say, any is; where none is found in a bounded number of
 * draws, it keeps the one that it has. Before the peer is told the SPI.
 */
void child_sa_choose_spi(struct world *w, struct child_sa *child);

/*
 * The kernel says that what came by this Child SA came from elsewhere than it knows. false: that is so
 * because the peer's clones have source ports of their own, and says nothing of where the peer is.
 */
bool child_sa_arrival_is_news(const struct ike_sa *sa, const struct child_sa *child,
			      const struct endpoint *from);

#endif
