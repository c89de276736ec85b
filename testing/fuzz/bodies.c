/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bodies.h"

#include <string.h>

#include "base/must_check.h"
#include "must.h"
#include "wire/payloads.h"

void must_be_inside(struct bytes view, struct bytes whole)
{
	must(view.len <= whole.len);
	must(view.ptr >= whole.ptr && view.ptr + view.len <= whole.ptr + whole.len);
}

static bool transform_equal(const struct transform *a, const struct transform *b)
{
	return a->type == b->type && a->id == b->id && a->key_bits == b->key_bits;
}

static bool proposal_equal(const struct proposal *a, const struct proposal *b)
{
	if (a->number != b->number || a->protocol != b->protocol || a->count != b->count ||
	    !bytes_equal(a->spi, b->spi))
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!transform_equal(&a->transforms[i], &b->transforms[i]))
			return false;
	return true;
}

static void proposal_rewrite(const struct proposal *p)
{
	struct buffer out = { 0 };
	struct sa_reader r;
	struct proposal again;
	bool more = false;

	proposal_write(&out, p, true);
	r = sa_reader_start(buffer_bytes(&out));
	must(sa_read_next(&r, &again, &more) == WIRE_OK && more);
	must(proposal_equal(p, &again));
	buffer_done(&out);
}

static void try_sa(struct bytes body)
{
	struct sa_reader r = sa_reader_start(body);
	struct proposal p;
	bool more = true;
	size_t count = 0;

	while (sa_read_next(&r, &p, &more) == WIRE_OK && more) {
		must(++count <= PROPOSALS_MAX);
		must(p.count <= TRANSFORMS_MAX && p.spi.len <= SPI_MAX && p.number != 0);
		must_be_inside(p.spi, body);
		proposal_rewrite(&p);
	}
}

static void try_ke(struct bytes body)
{
	struct buffer out = { 0 };
	struct ke_payload ke, again;

	if (ke_read(body, &ke) != WIRE_OK)
		return;
	must_be_inside(ke.data, body);
	ke_write(&out, ke.group, ke.data);
	must(ke_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.group == ke.group && bytes_equal(again.data, ke.data));
	buffer_done(&out);
}

static void try_id(struct bytes body)
{
	struct buffer out = { 0 };
	struct id_payload id, again;

	if (id_read(body, &id) != WIRE_OK)
		return;
	must(id.data.len > 0 && id.data.len <= ID_DATA_MAX);
	must_be_inside(id.data, body);
	id_write(&out, &id);
	must(id_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.type == id.type && bytes_equal(again.data, id.data));
	buffer_done(&out);
}

static void try_auth(struct bytes body)
{
	struct buffer out = { 0 };
	struct auth_payload auth, again;

	if (auth_read(body, &auth) != WIRE_OK)
		return;
	must_be_inside(auth.data, body);
	auth_write(&out, auth.method, auth.data);
	must(auth_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.method == auth.method && bytes_equal(again.data, auth.data));
	buffer_done(&out);
}

static void try_nonce(struct bytes body)
{
	struct bytes nonce;

	if (nonce_read(body, &nonce) == WIRE_OK)
		must(bytes_equal(nonce, body) && nonce.len >= NONCE_MIN && nonce.len <= NONCE_MAX);
}

static uint32_t spi_value(struct bytes spi)
{
	struct reader r = { spi };
	uint32_t value = 0;

	must(read_u32(&r, &value));
	return value;
}

static void try_ppk_id(struct bytes data)
{
	struct buffer out = { 0 };
	struct ppk_id id;

	if (ppk_id_read(data, &id) != WIRE_OK)
		return;
	must(id.id.len > 0);
	must_be_inside(id.id, data);
	ppk_id_write(&out, id.type, id.id);
	must(bytes_equal(buffer_bytes(&out), data));
	buffer_done(&out);
}

static void try_notify(struct bytes body)
{
	struct buffer out = { 0 };
	struct notify n, again;

	if (notify_read(body, &n) != WIRE_OK)
		return;
	must((n.protocol == PROTO_NONE) == (n.spi.len == 0));
	must_be_inside(n.spi, body);
	must_be_inside(n.data, body);
	if (n.protocol == PROTO_NONE)
		notify_write(&out, n.type, n.data);
	else
		notify_write_spi(&out, n.type, n.protocol, spi_value(n.spi), n.data);
	must(notify_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.type == n.type && again.protocol == n.protocol);
	must(bytes_equal(again.spi, n.spi) && bytes_equal(again.data, n.data));
	must(notify_name(n.type) != NULL);
	try_ppk_id(n.data);
	buffer_done(&out);
}

static void try_delete(struct bytes body)
{
	static uint32_t spis[DELETE_SPIS_MAX];
	struct buffer out = { 0 };
	struct delete_payload d;

	if (delete_read(body, &d) != WIRE_OK)
		return;
	must(d.count <= DELETE_SPIS_MAX && d.spis.len == (size_t)d.count * CHILD_SPI_LEN);
	must_be_inside(d.spis, body);
	for (size_t i = 0; i < d.count; i++)
		spis[i] = delete_spi(&d, i);
	delete_write(&out, d.protocol, spis, d.count);
	must(bytes_equal(buffer_bytes(&out), body));
	buffer_done(&out);
}

static void selector_must_hold(const struct selector *s)
{
	must(address_len(&s->start) != 0 && s->start.family == s->end.family);
	must(memcmp(s->start.ip, s->end.ip, sizeof(s->start.ip)) <= 0);
	must(s->port_start <= s->port_end || (s->port_start == 65535 && s->port_end == 0));
}

static void try_ts(struct bytes body)
{
	struct buffer out = { 0 };
	struct ts_payload ts, again;

	if (ts_read(body, &ts) != WIRE_OK)
		return;
	must(ts.count > 0 && ts.count <= TS_MAX);
	ts_write(&out, ts.list, ts.count);
	must(ts_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.count == ts.count && again.skipped == 0);
	for (size_t i = 0; i < ts.count; i++) {
		selector_must_hold(&ts.list[i]);
		must(selector_equal(&ts.list[i], &again.list[i]));
	}
	buffer_done(&out);
}

static void try_fragment(struct bytes body)
{
	struct buffer out = { 0 };
	struct fragment f;

	if (fragment_read(body, &f) != WIRE_OK)
		return;
	must(f.number > 0 && f.number <= f.total);
	fragment_write(&out, &f);
	must(bytes_equal(buffer_bytes(&out), bytes_at(body.ptr, FRAGMENT_HEADER_LEN)));
	buffer_done(&out);
}

static const struct {
	uint8_t type;
	void (*try)(struct bytes body);
} bodies[] = {
	{ PAYLOAD_SA, try_sa },
	{ PAYLOAD_KE, try_ke },
	{ PAYLOAD_IDI, try_id },
	{ PAYLOAD_IDR, try_id },
	{ PAYLOAD_AUTH, try_auth },
	{ PAYLOAD_NONCE, try_nonce },
	{ PAYLOAD_NOTIFY, try_notify },
	{ PAYLOAD_DELETE, try_delete },
	{ PAYLOAD_TSI, try_ts },
	{ PAYLOAD_TSR, try_ts },
	{ PAYLOAD_SKF, try_fragment },
};

void bodies_try(const struct payload *p)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		if (bodies[i].type == p->type)
			bodies[i].try(p->body);
}

void bodies_try_all(struct bytes body)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		bodies[i].try(body);
}
