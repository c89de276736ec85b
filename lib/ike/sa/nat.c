/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/nat.h"

#include "base/buffer.h"

bool nat_hash(uint64_t spi_i, uint64_t spi_r, const struct endpoint *e, uint8_t out[SHA1_LEN])
{
	struct buffer data = { 0 };
	struct bytes all;
	bool ok;

	write_u64(&data, spi_i);
	write_u64(&data, spi_r);
	write_bytes(&data, address_bytes(&e->address));
	write_u16(&data, e->port);
	all = buffer_bytes(&data);
	ok = sha1_digest(&all, 1, out) == CRYPTO_OK;
	buffer_done(&data);
	return ok;
}
