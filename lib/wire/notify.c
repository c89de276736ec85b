/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

static bool child_spi_ok(uint8_t protocol, size_t spi_len)
{
	return (protocol == PROTO_AH || protocol == PROTO_ESP) && spi_len == CHILD_SPI_LEN;
}

enum wire_status notify_read(struct bytes body, struct notify *out)
{
	struct reader r = { body };
	uint8_t protocol, spi_len;
	struct notify n;

	if (!read_u8(&r, &protocol) || !read_u8(&r, &spi_len) || !read_u16(&r, &n.type) ||
	    !read_bytes(&r, spi_len, &n.spi))
		return WIRE_TRUNCATED;

	/* RFC 7296 3.10: with no SPI the protocol MUST be ignored. */
	if (spi_len == 0)
		protocol = PROTO_NONE;
	else if (!child_spi_ok(protocol, spi_len))
		return WIRE_BAD_VALUE;

	n.protocol = (enum protocol_id)protocol;
	n.data = read_rest(&r);
	*out = n;
	return WIRE_OK;
}

void notify_write(struct buffer *out, uint16_t type, struct bytes data)
{
	write_u8(out, PROTO_NONE);
	write_u8(out, 0);
	write_u16(out, type);
	write_bytes(out, data);
}

void notify_write_spi(struct buffer *out, uint16_t type, enum protocol_id protocol, uint32_t spi,
		      struct bytes data)
{
	write_u8(out, (uint8_t)protocol);
	write_u8(out, CHILD_SPI_LEN);
	write_u16(out, type);
	write_u32(out, spi);
	write_bytes(out, data);
}
