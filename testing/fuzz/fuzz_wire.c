/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reader of lib/wire over the input: as a datagram, as a chain of payloads, and
 * as the body of each payload. What is read must lie inside the input, keep the limits
 * that its header promises, and be the same after writing and reading it again.
 */
#include "bodies.h"
#include "must.h"

/* The same payloads in the same order make the same chain, but for reserved bits. */
static void chain_rewrite(const struct payloads *all)
{
	struct buffer out = { 0 };
	struct payload_writer w;
	struct payloads again;

	write_u8(&out, 0);
	w = payload_writer_inner(&out, 0);
	for (size_t i = 0; i < all->count; i++) {
		payload_begin(&w, all->list[i].type, all->list[i].critical);
		write_bytes(&out, all->list[i].body);
		payload_end(&w);
	}
	must(payloads_read(out.ptr[0], bytes_at(out.ptr + 1, out.len - 1), &again) == WIRE_OK);
	must(again.count == all->count);
	for (size_t i = 0; i < all->count; i++) {
		must(again.list[i].type == all->list[i].type);
		must(again.list[i].critical == all->list[i].critical);
		must(bytes_equal(again.list[i].body, all->list[i].body));
	}
	buffer_done(&out);
}

static void try_chain(uint8_t first, struct bytes chain)
{
	struct payloads all, inner;

	if (payloads_read(first, chain, &all) != WIRE_OK) {
		must(payloads_read_inner(first, chain, &inner) != WIRE_OK);
		return;
	}
	must(all.count <= PAYLOADS_MAX);
	must((payloads_read_inner(first, chain, &inner) == WIRE_OK) ==
	     (!payload_find(&all, PAYLOAD_SK) && !payload_find(&all, PAYLOAD_SKF)));
	for (size_t i = 0; i < all.count; i++) {
		must_be_inside(all.list[i].body, chain);
		must(payload_count(&all, all.list[i].type) > 0);
		bodies_try(&all.list[i]);
	}
	chain_rewrite(&all);
}

static void try_message(struct bytes datagram)
{
	struct ike_header h, again;
	struct buffer out = { 0 };
	struct bytes chain;

	if (ike_header_read(datagram, &h) != WIRE_OK)
		return;
	chain = bytes_at(datagram.ptr + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN);
	ike_header_write(&out, &h);
	write_bytes(&out, chain);
	message_finish(&out, 0);
	must(bytes_equal(buffer_bytes(&out), datagram));
	must(ike_header_read(buffer_bytes(&out), &again) == WIRE_OK);
	must(again.length == h.length && again.spi_i == h.spi_i && again.spi_r == h.spi_r);
	buffer_done(&out);
	try_chain(h.next_payload, chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_at(data, size);

	if (size > MESSAGE_MAX)
		return 0;
	try_message(in);
	if (size > 0)
		try_chain(data[0], bytes_at(data + 1, size - 1));
	bodies_try_all(in);
	return 0;
}
