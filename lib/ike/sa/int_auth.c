/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/int_auth.h"

enum { TEXT_MAX = MESSAGE_MAX - IKE_HEADER_LEN - PAYLOAD_HEADER_LEN };

/*
 * The message as it is when its SK payload holds the plain text and nothing else: no IV, no padding,
 * no ICV.
 */
static void write_plain(struct buffer *out, const struct ike_header *header, uint8_t sk_flags,
			struct bytes inner)
{
	struct bytes text = bytes_at(inner.ptr + 1, inner.len - 1);
	struct ike_header adjusted = *header;

	adjusted.next_payload = PAYLOAD_SK;
	ike_header_write(out, &adjusted);
	write_u8(out, inner.ptr[0]);
	write_u8(out, sk_flags);
	write_u16(out, (uint16_t)(PAYLOAD_HEADER_LEN + text.len));
	write_bytes(out, text);
	message_finish(out, 0);
}

/* prf(SK_p, chain so far | message) */
static bool add(struct ike_sa *sa, bool initiator, const struct ike_header *header,
		uint8_t sk_flags, struct bytes inner)
{
	struct secret *chain = initiator ? &sa->int_auth_i : &sa->int_auth_r;
	const struct secret *key = initiator ? &sa->keys.pi : &sa->keys.pr;
	struct buffer message = { 0 };
	struct secret next = { 0 };
	struct bytes parts[2];
	bool ok;

	if (inner.len - 1 > TEXT_MAX)
		return false;
	write_plain(&message, header, sk_flags, inner);
	parts[0] = secret_bytes(chain);
	parts[1] = buffer_bytes(&message);
	ok = prf_compute(sa->suite.prf, secret_bytes(key), parts, 2, &next) == CRYPTO_OK;
	buffer_wipe(&message);
	if (ok) {
		secret_done(chain);
		*chain = next;
	}
	return ok;
}

bool int_auth_add_peers(struct ike_sa *sa, const struct ike_header *header, uint8_t sk_flags,
			struct bytes inner)
{
	return add(sa, sa->role == ROLE_RESPONDER, header, sk_flags, inner);
}

bool int_auth_add_own(struct ike_sa *sa, bool response, uint32_t message_id,
		      const struct inner *inner)
{
	struct ike_header header =
		ike_sa_header(sa, EXCHANGE_IKE_INTERMEDIATE, response, message_id);

	return add(sa, sa->role == ROLE_INITIATOR, &header, 0, buffer_bytes(&inner->chain));
}

uint32_t int_auth_auth_id(const struct ike_sa *sa)
{
	return 1 + (uint32_t)sa->intermediates;
}

void int_auth_write(const struct ike_sa *sa, struct buffer *out)
{
	if (sa->intermediates == 0)
		return;
	write_bytes(out, secret_bytes(&sa->int_auth_i));
	write_bytes(out, secret_bytes(&sa->int_auth_r));
	write_u32(out, int_auth_auth_id(sa));
}
