/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum wire_status nonce_read(struct bytes body, struct bytes *out)
{
	/* RFC 7296 3.9: MUST be between 16 and 256 octets, inclusive. */
	if (body.len < NONCE_MIN || body.len > NONCE_MAX)
		return WIRE_BAD_VALUE;
	*out = body;
	return WIRE_OK;
}
