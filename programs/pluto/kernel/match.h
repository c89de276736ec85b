/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_MATCH_H
#define PLUTO_KERNEL_MATCH_H

#include "base/must_check.h"
#include "ike/kernel.h"

/*
 * Two traffic selectors as the kernel matches packets: a block of addresses at each end, one
 * protocol, and a value and mask for each port. For ICMP the source port is the type and the
 * destination port is the code. Ports in host order.
 */
struct kernel_match {
	struct prefix source, destination;
	uint8_t protocol; /* 0: any */
	uint16_t source_port, source_mask;
	uint16_t destination_port, destination_mask;
};

/*
 * -EINVAL, with a sentence in `text`, where blocks and masks cannot say it: an address range that
 * is no block, a port range that is no power of two at its place, OPAQUE, two protocols.
 */
MUST_CHECK int match_of_selectors(const struct selector *source, const struct selector *destination,
				  struct kernel_match *out, char text[KERNEL_TEXT_MAX]);

bool match_equal(const struct kernel_match *a, const struct kernel_match *b);

/* Whether a packet matches; of ICMP the ports are type and code. */
bool match_has_packet(const struct kernel_match *m, const struct address *source,
		      const struct address *destination, uint8_t protocol, uint16_t source_port,
		      uint16_t destination_port);

#endif
