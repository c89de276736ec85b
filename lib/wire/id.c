/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/payloads.h"

enum { RESERVED_LEN = 3, IPV4_LEN = 4, IPV6_LEN = 16, ID_RESERVED = 0 };

/* RFC 7296 3.5: the string MUST NOT contain any terminators (e.g., NULL, CR, etc.). */
static bool is_text(struct bytes data)
{
	for (size_t i = 0; i < data.len; i++)
		if (data.ptr[i] < ' ' || data.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool data_fits_type(const struct id_payload *id)
{
	switch (id->type) {
	case ID_RESERVED:
		return false;
	case ID_IPV4_ADDR:
		return id->data.len == IPV4_LEN;
	case ID_IPV6_ADDR:
		return id->data.len == IPV6_LEN;
	case ID_FQDN:
	case ID_RFC822_ADDR:
		return id->data.len > 0 && is_text(id->data);
	default:
		return id->data.len > 0;
	}
}

enum wire_status id_read(struct bytes body, struct id_payload *out)
{
	struct reader r = { body };
	struct id_payload id;

	if (!read_u8(&r, &id.type) || !read_skip(&r, RESERVED_LEN))
		return WIRE_TRUNCATED;
	id.data = read_rest(&r);
	if (id.data.len > ID_DATA_MAX)
		return WIRE_UNSUPPORTED;
	if (!data_fits_type(&id))
		return WIRE_BAD_VALUE;
	*out = id;
	return WIRE_OK;
}

void id_write(struct buffer *out, const struct id_payload *id)
{
	write_u8(out, id->type);
	write_zeros(out, RESERVED_LEN);
	write_bytes(out, id->data);
}
