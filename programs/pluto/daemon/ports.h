/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_DAEMON_PORTS_H
#define PLUTO_DAEMON_PORTS_H

#include "ike/kernel.h"
#include "pluto/udp/udp.h"

/* Keeps a socket for each UDP port but IKE's own that an outbound SA in the kernel sends from. To be
 * told each change, with its result. */
void ports_follow(struct udp *udp, const struct kernel_change *change, uint16_t nat_port);

#endif
