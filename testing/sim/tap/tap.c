/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/tap/tap.h"

#include "ike/engine/engine.h"
#include "sim/host/host.h"

enum { SKF_HEADER_LEN = 4 };

uint64_t tap_sender_spi(const struct ike_header *h)
{
	return (h->flags & FLAG_INITIATOR) != 0 ? h->spi_i : h->spi_r;
}

uint64_t tap_receiver_spi(const struct ike_header *h)
{
	return (h->flags & FLAG_INITIATOR) != 0 ? h->spi_r : h->spi_i;
}

static bool read_fragment(struct bytes *body, struct tap *out)
{
	struct reader r = { *body };

	if (!read_u16(&r, &out->fragment) || !read_u16(&r, &out->fragments))
		return false;
	body->ptr += SKF_HEADER_LEN;
	body->len -= SKF_HEADER_LEN;
	return true;
}

static enum crypto_status decrypt(const struct ike_sa *sa, const struct tap *tap,
				  struct bytes text, struct buffer *plain)
{
	const struct suite *s = &sa->suite;
	bool initiator = (tap->header.flags & FLAG_INITIATOR) != 0;
	struct bytes key = secret_bytes(initiator ? &sa->keys.ei : &sa->keys.er);
	struct bytes aad = bytes_at(tap->message.ptr, (size_t)(tap->iv.ptr - tap->message.ptr));

	write_bytes(plain, text);
	if (s->encr->aead)
		return aead_open(s->encr, key, tap->iv, aad, plain->ptr + 1, text.len,
				 text.ptr + text.len);
	return cbc_decrypt(s->encr, key, tap->iv, plain->ptr + 1, text.len);
}

static void open_sealed(const struct ike_sa *sa, const struct payload *sk, struct tap *out)
{
	const struct suite *s = &sa->suite;
	struct bytes body = sk->body, text;
	uint8_t first = out->payloads.sk_next;
	size_t icv, pad;

	if (s->encr == NULL || sa->keys.d.len == 0 ||
	    (sk->type == PAYLOAD_SKF && !read_fragment(&body, out)))
		return;
	icv = s->encr->aead ? s->encr->icv_len : s->integ->icv_len;
	if (body.len < s->encr->iv_len + icv + 1)
		return;
	out->aead = s->encr->aead;
	out->iv = bytes_at(body.ptr, s->encr->iv_len);
	text = bytes_at(body.ptr + s->encr->iv_len, body.len - s->encr->iv_len - icv);
	write_u8(&out->plain, first);
	if (decrypt(sa, out, text, &out->plain) != CRYPTO_OK)
		return;
	pad = out->plain.ptr[out->plain.len - 1];
	if (pad + 1 > text.len)
		return;
	out->opened = true;
	out->payloads.count = 0;
	buffer_truncate(&out->plain, out->plain.len - pad - 1);
}

/* Fragments leave in their order: with the last one the whole message is known. */
static void join(struct sim_host *sender, struct tap *tap)
{
	if (tap->fragment == 1) {
		buffer_clear(&sender->pieces);
		write_u8(&sender->pieces, tap->plain.ptr[0]);
	}
	if (sender->pieces.len > 0)
		write_bytes(&sender->pieces, bytes_at(tap->plain.ptr + 1, tap->plain.len - 1));
	if (tap->fragment != tap->fragments || sender->pieces.len == 0)
		return;
	buffer_clear(&tap->plain);
	write_bytes(&tap->plain, buffer_bytes(&sender->pieces));
	buffer_clear(&sender->pieces);
}

static void read_inner(struct tap *tap)
{
	if (payloads_read_inner(tap->plain.ptr[0],
				bytes_at(tap->plain.ptr + 1, tap->plain.len - 1),
				&tap->payloads) != WIRE_OK)
		tap->opened = false;
}

bool tap_read(struct sim_host *sender, struct bytes message, struct tap *out)
{
	const struct payload *sk;
	const struct ike_sa *sa;

	*out = (struct tap) { .message = message };
	if (ike_header_read(message, &out->header) != WIRE_OK ||
	    payloads_read(out->header.next_payload,
			  bytes_at(message.ptr + IKE_HEADER_LEN, message.len - IKE_HEADER_LEN),
			  &out->payloads) != WIRE_OK)
		return false;
	sk = payload_find(&out->payloads, PAYLOAD_SK);
	if (sk == NULL)
		sk = payload_find(&out->payloads, PAYLOAD_SKF);
	out->sealed = sk != NULL;
	sa = !out->sealed || sender->engine == NULL
		     ? NULL
		     : ike_sa_find_spi(&sender->engine->w, tap_sender_spi(&out->header));
	if (sa != NULL) {
		struct payload copy = *sk;

		open_sealed(sa, &copy, out);
	}
	if (out->opened && out->fragments != 0)
		join(sender, out);
	if (out->opened && out->fragment == out->fragments)
		read_inner(out);
	return true;
}

void tap_done(struct tap *tap)
{
	buffer_wipe(&tap->plain);
}
