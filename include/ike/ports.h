/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_PORTS_H
#define IKE_PORTS_H

#include <stdint.h>

/*
 * clone-ports=spread: the UDP source port of a clone's ESP, by the SPI that is in it. Its lowest 14
 * bits, in host order, are those of a port from 49152 to 65535 (RFC 6335: dynamic ports). So both ends
 * know the port of each direction without a word about it: who sends by the peer's SPI, who receives by
 * its own. The destination port is that of IKE at the receiver; heads and IKE keep 4500.
 */
static inline uint16_t ike_clone_port(uint32_t spi)
{
	return (uint16_t)(0xc000 | (spi & 0x3fff));
}

#endif
