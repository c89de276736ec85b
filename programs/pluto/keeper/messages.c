/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "pluto/keeper/messages.h"

static void address_write(const struct address *a, struct buffer *out)
{
	struct bytes b = address_bytes(a);

	write_u8(out, (uint8_t)b.len);
	write_bytes(out, b);
}

static void selector_write(const struct selector *s, struct buffer *out)
{
	address_write(&s->start, out);
	address_write(&s->end, out);
	write_u8(out, s->protocol);
	write_u16(out, s->port_start);
	write_u16(out, s->port_end);
}

static void identity_write(const struct identity *id, struct buffer *out)
{
	write_u8(out, id->type);
	write_u16(out, id->len);
	write_bytes(out, bytes_at(id->data, id->len));
}

void updown_write(const struct ike_updown *u, struct buffer *out)
{
	struct bytes name = bytes_of_text(u->name);

	write_u8(out, (uint8_t)u->verb);
	write_u8(out, (uint8_t)u->mode);
	write_u32(out, u->reqid);
	write_u16(out, (uint16_t)name.len);
	write_bytes(out, name);
	address_write(&u->local, out);
	address_write(&u->remote, out);
	address_write(&u->source_ip, out);
	address_write(&u->next_hop, out);
	selector_write(&u->local_selector, out);
	selector_write(&u->remote_selector, out);
	identity_write(&u->local_id, out);
	identity_write(&u->remote_id, out);
}

static MUST_CHECK bool address_or_none_read(struct reader *r, struct address *out)
{
	struct bytes raw;
	uint8_t len;

	if (!read_u8(r, &len) || !read_bytes(r, len, &raw))
		return false;
	if (!len) {
		*out = (struct address) { 0 };
		return true;
	}
	return address_read(raw, out);
}

static MUST_CHECK bool set_address_read(struct reader *r, struct address *out)
{
	return address_or_none_read(r, out) && address_is_set(out);
}

static MUST_CHECK bool selector_read(struct reader *r, struct selector *out)
{
	return set_address_read(r, &out->start) && set_address_read(r, &out->end) &&
	       out->start.family == out->end.family &&
	       memcmp(out->start.ip, out->end.ip, sizeof(out->end.ip)) <= 0 &&
	       read_u8(r, &out->protocol) && read_u16(r, &out->port_start) &&
	       read_u16(r, &out->port_end);
}

static MUST_CHECK bool id_read(struct reader *r, struct identity *out)
{
	struct bytes data;
	uint16_t len;
	uint8_t type;

	return read_u8(r, &type) && read_u16(r, &len) && read_bytes(r, len, &data) &&
	       identity_from(type, data, out);
}

static MUST_CHECK bool name_read(struct reader *r, char name[CONN_NAME_MAX + 1])
{
	struct bytes raw;
	uint16_t len;

	if (!read_u16(r, &len) || !len || len > CONN_NAME_MAX || !read_bytes(r, len, &raw))
		return false;
	for (size_t i = 0; i < len; i++)
		if (raw.ptr[i] <= ' ' || raw.ptr[i] == 0x7f)
			return false;
	memcpy(name, raw.ptr, len);
	name[len] = 0;
	return true;
}

static MUST_CHECK bool verb_read(struct reader *r, struct ike_updown *u)
{
	uint8_t verb, mode;

	if (!read_u8(r, &verb) || !read_u8(r, &mode) || !read_u32(r, &u->reqid))
		return false;
	if (verb > UPDOWN_UNROUTE || mode > TYPE_TRANSPORT)
		return false;
	u->verb = (enum updown_verb)verb;
	u->mode = (enum conf_type)mode;
	return true;
}

bool updown_read(struct bytes body, struct ike_updown *out, char name[CONN_NAME_MAX + 1])
{
	struct reader r = { body };
	struct ike_updown u = { 0 };
	char text[CONN_NAME_MAX + 1];

	if (!verb_read(&r, &u) || !name_read(&r, text) ||
	    !set_address_read(&r, &u.local) || !set_address_read(&r, &u.remote) ||
	    !address_or_none_read(&r, &u.source_ip) || !address_or_none_read(&r, &u.next_hop) ||
	    !selector_read(&r, &u.local_selector) || !selector_read(&r, &u.remote_selector) ||
	    !id_read(&r, &u.local_id) || !id_read(&r, &u.remote_id) || r.left.len)
		return false;
	memcpy(name, text, sizeof(text));
	u.name = name;
	*out = u;
	return true;
}
