/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_PACKETS_H
#define SIM_CHECK_PACKETS_H

#include "pluto/kernel/fake.h"
#include "sim/core/sim.h"

/*
 * No packet is sent on an SA that the receiver does not have, and none is lost but by the network,
 * unless its tunnel is excused. What is never excused: a packet on an SA that its receiver never had
 * (but for heads of the responder's, see may_be_early()), or has with other keys.
 */
void packets_on_send(struct sim *sim, struct sim_host *host, const struct fake_wire *wire);
void packets_on_arrival(struct sim *sim, struct sim_host *host, const struct fake_wire *wire);

/* The kernel ends an SA at its hard limit: the engine should have replaced it before. */
void packets_on_limit(struct sim_host *host, uint32_t spi);

#endif
