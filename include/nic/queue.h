/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NIC_QUEUE_H
#define NIC_QUEUE_H

#include "nic/nic.h"
#include "net/address.h"

/*
 * The Toeplitz hash as cards compute it: for each bit of the input that is set, the 32 bits of the key
 * that begin there. The key has to be 4 bytes longer than the input, or the hash is 0.
 */
uint32_t nic_toeplitz(struct bytes key, struct bytes input);

/* What a card sees of a packet with ESP, in UDP or not. */
struct nic_packet {
	struct address source, destination;
	bool udp;
	uint16_t source_port, destination_port; /* UDP */
	uint32_t spi;
};

/*
 * The queue that it is put into: by Toeplitz hash and table. false: it cannot be said, as the hash is
 * another one, the driver does not tell key, table or fields, or it changes these before (transform).
 */
MUST_CHECK bool nic_queue_of(const struct nic_facts *facts, const struct nic_packet *packet,
			     uint32_t *queue);

/* Another SPI, or another source port in UDP, may be put into another queue. */
bool nic_tells_apart(const struct nic_facts *facts, const struct nic_packet *packet);

#endif
