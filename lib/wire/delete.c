/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "wire/payloads.h"

static bool spi_len_ok(uint8_t protocol, uint8_t spi_len, uint16_t count)
{
	switch (protocol) {
	case PROTO_IKE:
		return spi_len == 0 && count == 0;
	case PROTO_AH:
	case PROTO_ESP:
		return spi_len == CHILD_SPI_LEN;
	default:
		return false;
	}
}

enum wire_status delete_read(struct bytes body, struct delete_payload *out)
{
	struct reader r = { body };
	struct delete_payload d;
	uint8_t spi_len;

	if (!read_u8(&r, &d.protocol) || !read_u8(&r, &spi_len) || !read_u16(&r, &d.count))
		return WIRE_TRUNCATED;
	if (!spi_len_ok(d.protocol, spi_len, d.count))
		return WIRE_BAD_VALUE;
	if (d.count > DELETE_SPIS_MAX)
		return WIRE_TOO_MANY;
	if (!read_bytes(&r, (size_t)d.count * spi_len, &d.spis))
		return WIRE_TRUNCATED;
	if (r.left.len != 0)
		return WIRE_BAD_VALUE;
	*out = d;
	return WIRE_OK;
}

uint32_t delete_spi(const struct delete_payload *d, size_t index)
{
	const uint8_t *spi;

	assert(index < d->count);
	spi = d->spis.ptr + index * CHILD_SPI_LEN;
	return (uint32_t)spi[0] << 24 | (uint32_t)spi[1] << 16 | (uint32_t)spi[2] << 8 | spi[3];
}

void delete_write(struct buffer *out, uint8_t protocol, const uint32_t *spis, size_t count)
{
	assert(count <= DELETE_SPIS_MAX && (protocol != PROTO_IKE || count == 0));
	write_u8(out, protocol);
	write_u8(out, protocol == PROTO_IKE ? 0 : CHILD_SPI_LEN);
	write_u16(out, (uint16_t)count);
	for (size_t i = 0; i < count; i++)
		write_u32(out, spis[i]);
}
