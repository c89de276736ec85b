/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_SEEDS_TRAFFIC_H
#define FUZZ_SEEDS_TRAFFIC_H

#include "sim/tap/tap.h"

/*
 * What hosts of the simulation say to each other: calls `on_message` with one message of each shape
 * (exchange, direction, payloads and notifies). Of a sealed one `plain` is what is inside: the first
 * payload's type, then the chain; of others it is the same of the message itself.
 */
typedef void traffic_callback(const struct tap *tap, struct bytes plain);
void traffic_each(traffic_callback *on_message);

#endif
