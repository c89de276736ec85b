/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message in one line, for people. */

#include "sim/tap/tap.h"

static void print_notify(struct bytes body, struct buffer *out)
{
	struct notify n;
	struct reader r;
	uint32_t spi;

	if (notify_read(body, &n) != WIRE_OK) {
		write_format(out, " N(malformed)");
		return;
	}
	write_format(out, " N(%s", notify_name(n.type));
	r = (struct reader) { n.spi };
	if (n.spi.len == CHILD_SPI_LEN && read_u32(&r, &spi))
		write_format(out, " %08x", spi);
	write_format(out, ")");
}

static void print_delete(struct bytes body, struct buffer *out)
{
	struct delete_payload d;

	if (delete_read(body, &d) != WIRE_OK) {
		write_format(out, " D(malformed)");
		return;
	}
	write_format(out, " D(%s", protocol_name(d.protocol));
	for (size_t i = 0; i < d.count; i++)
		write_format(out, " %08x", delete_spi(&d, i));
	write_format(out, ")");
}

static void print_sa(struct bytes body, struct buffer *out)
{
	struct sa_reader r = sa_reader_start(body);
	struct proposal p;
	struct reader spi;
	uint32_t short_spi;
	uint64_t long_spi;
	bool more;

	write_format(out, " SA");
	if (sa_read_next(&r, &p, &more) != WIRE_OK || !more)
		return;
	spi = (struct reader) { p.spi };
	if (p.spi.len == CHILD_SPI_LEN && read_u32(&spi, &short_spi))
		write_format(out, "(%08x)", short_spi);
	else if (p.spi.len == IKE_SPI_LEN && read_u64(&spi, &long_spi))
		write_format(out, "(%04x..)", (unsigned)(long_spi >> 48));
}

static void print_payload(const struct payload *p, struct buffer *out)
{
	switch (p->type) {
	case PAYLOAD_NOTIFY:
		print_notify(p->body, out);
		break;
	case PAYLOAD_DELETE:
		print_delete(p->body, out);
		break;
	case PAYLOAD_SA:
		print_sa(p->body, out);
		break;
	case PAYLOAD_VENDOR_ID:
		write_format(out, " V");
		break;
	default:
		write_format(out, " %s", payload_name(p->type));
	}
}

void tap_print(const struct tap *tap, struct buffer *out)
{
	const struct ike_header *h = &tap->header;

	write_format(out, "%s %s %u [%04x..|%04x..]", exchange_name(h->exchange),
		     (h->flags & FLAG_RESPONSE) != 0 ? "response" : "request", h->message_id,
		     (unsigned)(h->spi_i >> 48), (unsigned)(h->spi_r >> 48));
	if (tap->fragments != 0)
		write_format(out, " fragment %u of %u", tap->fragment, tap->fragments);
	if (tap->sealed && !tap->opened)
		write_format(out, " (sealed)");
	else if (tap->payloads.count == 0 && tap->fragment == tap->fragments)
		write_format(out, " (empty)");
	for (size_t i = 0; i < tap->payloads.count; i++)
		print_payload(&tap->payloads.list[i], out);
}
