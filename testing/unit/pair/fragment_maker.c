/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "fragment_maker.h"

static void write_skf(struct side *from, const struct made *made, struct payload_writer *writer)
{
	struct ike_sa *sa = pair_ike(from);
	const struct encr_desc *encr = sa->suite.encr;
	struct buffer *out = writer->out;
	const struct secret *key = sa->role == ROLE_INITIATOR ? &sa->keys.ei : &sa->keys.er;
	size_t skf = out->len, iv, text;

	assert_true(encr->aead);
	payload_begin(writer, PAYLOAD_SKF, false);
	fragment_write(out, &(struct fragment) { made->number, made->total });
	iv = out->len;
	write_u64(out, sa->next_iv++);
	text = out->len;
	write_bytes(out, made->text);
	write_u8(out, 0);
	write_zeros(out, encr->icv_len);
	payload_end(writer);
	out->ptr[skf] = made->first;
	message_finish(out, 0);
	assert_int_equal(aead_seal(encr, secret_bytes(key), bytes_at(out->ptr + iv, encr->iv_len),
				   bytes_at(out->ptr, iv), out->ptr + text, made->text.len + 1,
				   out->ptr + text + made->text.len + 1),
			 CRYPTO_OK);
}

void fragment_make(struct side *from, const struct made *made, struct buffer *out)
{
	const struct ike_sa *sa = pair_ike(from);
	struct payload_writer writer;

	buffer_clear(out);
	ike_header_write(out, &(struct ike_header) {
		.spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
		.version = IKE_VERSION,
		.exchange = made->exchange == 0 ? EXCHANGE_INFORMATIONAL : made->exchange,
		.flags = (uint8_t)((sa->role == ROLE_INITIATOR ? FLAG_INITIATOR : 0) |
				   (made->response ? FLAG_RESPONSE : 0)),
		.message_id = made->id,
	});
	writer = payload_writer_after_header(out, 0);
	if (made->payload_before) {
		payload_begin(&writer, PAYLOAD_VENDOR_ID, false);
		payload_end(&writer);
	}
	write_skf(from, made, &writer);
}
