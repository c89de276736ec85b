/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nic/queue.h"

#include <sys/socket.h>

#include "base/buffer.h"

enum { HASH_LEN = 4, BYTE_BITS = 8 };

static uint32_t word_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t nic_toeplitz(struct bytes key, struct bytes input)
{
	uint32_t window, hash = 0;

	if (key.len < input.len + HASH_LEN)
		return 0;
	window = word_at(key.ptr);
	for (size_t i = 0; i < input.len; i++) {
		for (int bit = BYTE_BITS - 1; bit >= 0; bit--) {
			if ((input.ptr[i] >> bit & 1) != 0)
				hash ^= window;
			window = window << 1 | (key.ptr[i + HASH_LEN] >> bit & 1);
		}
	}
	return hash;
}

static const struct nic_fields *fields_of(const struct nic_facts *facts,
					  const struct nic_packet *packet)
{
	bool ipv6 = packet->source.family == AF_INET6;

	if (packet->udp)
		return &facts->flows[ipv6 ? NIC_UDP6 : NIC_UDP4];
	return &facts->flows[ipv6 ? NIC_ESP6 : NIC_ESP4];
}

static bool is_known(const struct nic_facts *facts, const struct nic_fields *fields)
{
	return facts->hash == NIC_HASH_TOEPLITZ && facts->transform == 0 && facts->key_len != 0 &&
	       facts->table_len != 0 && fields->known &&
	       (fields->fields & (NIC_FIELD_OTHER | NIC_FIELD_DISCARD)) == 0;
}

/* In the order of the packet; what is not hashed is left out. */
static void write_input(const struct nic_packet *p, uint32_t fields, struct buffer *out)
{
	uint16_t first = p->udp ? p->source_port : (uint16_t)(p->spi >> 16);
	uint16_t second = p->udp ? p->destination_port : (uint16_t)p->spi;

	if ((fields & NIC_FIELD_SOURCE) != 0)
		write_bytes(out, address_bytes(&p->source));
	if ((fields & NIC_FIELD_DESTINATION) != 0)
		write_bytes(out, address_bytes(&p->destination));
	if ((fields & NIC_FIELD_FIRST_HALF) != 0)
		write_u16(out, first);
	if ((fields & NIC_FIELD_SECOND_HALF) != 0)
		write_u16(out, second);
}

bool nic_queue_of(const struct nic_facts *facts, const struct nic_packet *packet, uint32_t *queue)
{
	const struct nic_fields *fields = fields_of(facts, packet);
	struct buffer input = { 0 };
	bool known = is_known(facts, fields);

	if (!known)
		return false;
	write_input(packet, fields->fields, &input);
	known = input.len + HASH_LEN <= facts->key_len;
	if (known)
		*queue = facts->table[nic_toeplitz(bytes_at(facts->key, facts->key_len),
						   buffer_bytes(&input)) % facts->table_len];
	buffer_done(&input);
	return known;
}

bool nic_tells_apart(const struct nic_facts *facts, const struct nic_packet *packet)
{
	uint32_t halves = NIC_FIELD_FIRST_HALF | (packet->udp ? 0U : NIC_FIELD_SECOND_HALF);
	const struct nic_fields *fields = fields_of(facts, packet);

	return is_known(facts, fields) && (fields->fields & halves) != 0;
}
