/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/protect.h"

#include <assert.h>
#include <string.h>

#include "ike/sa/world.h"

void inner_start(struct inner *inner)
{
	inner->chain = (struct buffer) { 0 };
	write_u8(&inner->chain, PAYLOAD_NONE);
	inner->writer = payload_writer_inner(&inner->chain, 0);
}

void inner_restart(struct inner *inner)
{
	inner_done(inner);
	inner_start(inner);
}

void inner_done(struct inner *inner)
{
	buffer_wipe(&inner->chain);
}

void inner_notify(struct inner *inner, uint16_t type, struct bytes data)
{
	payload_begin(&inner->writer, PAYLOAD_NOTIFY, false);
	notify_write(&inner->chain, type, data);
	payload_end(&inner->writer);
}

static struct bytes encr_key(const struct ike_keys *keys, bool from_initiator)
{
	return secret_bytes(from_initiator ? &keys->ei : &keys->er);
}

static struct bytes integ_key(const struct ike_keys *keys, bool from_initiator)
{
	return secret_bytes(from_initiator ? &keys->ai : &keys->ar);
}

static size_t icv_len(const struct suite *s)
{
	return s->encr->aead ? s->encr->icv_len : s->integ->icv_len;
}

/* The explicit IV: a counter for AEAD (RFC 5282 3.1 asks only for uniqueness), random for CBC. */
static void write_iv(struct world *w, struct ike_sa *sa, struct buffer *out)
{
	if (sa->suite.encr->aead)
		write_u64(out, sa->next_iv++);
	else
		world_random(w, buffer_extend(out, sa->suite.encr->iv_len),
			     sa->suite.encr->iv_len);
}

static void write_padding(const struct suite *s, size_t text_len, struct buffer *out)
{
	size_t block = s->encr->aead ? 1 : s->encr->block_len;
	size_t pad = (block - (text_len + 1) % block) % block;

	write_zeros(out, pad);
	write_u8(out, (uint8_t)pad);
}

/* Offsets of the message, the IV and the text in it. */
struct sealed {
	size_t message, iv, text;
	size_t text_len;
};

static bool seal_text(struct ike_sa *sa, struct buffer *out, const struct sealed *at)
{
	const struct suite *s = &sa->suite;
	bool initiator = sa->role == ROLE_INITIATOR;
	struct bytes iv = { out->ptr + at->iv, s->encr->iv_len };
	uint8_t *icv = out->ptr + at->text + at->text_len;

	if (s->encr->aead)
		return aead_seal(s->encr, encr_key(&sa->keys, initiator), iv,
				 bytes_at(out->ptr + at->message, at->iv - at->message),
				 out->ptr + at->text, at->text_len, icv) == CRYPTO_OK;
	if (cbc_encrypt(s->encr, encr_key(&sa->keys, initiator), iv, out->ptr + at->text, at->text_len) !=
	    CRYPTO_OK)
		return false;
	return integ_compute(s->integ, integ_key(&sa->keys, initiator),
			     bytes_at(out->ptr + at->message,
				      at->text + at->text_len - at->message),
			     icv) == CRYPTO_OK;
}

/* What one message carries: all of an inner chain, or a part of it. */
struct part {
	struct fragment fragment; /* number 0: the whole, as SK */
	uint8_t first;            /* Next Payload of SK or SKF */
	struct bytes text;
};

/* Appends one message. */
static bool seal_part(struct world *w, struct ike_sa *sa, const struct ike_header *header,
		      const struct part *part, struct buffer *out)
{
	struct sealed at = { .message = out->len };
	struct payload_writer writer;
	size_t sk;

	ike_header_write(out, header);
	writer = payload_writer_after_header(out, at.message);
	sk = out->len;
	payload_begin(&writer, part->fragment.number == 0 ? PAYLOAD_SK : PAYLOAD_SKF, false);
	if (part->fragment.number != 0)
		fragment_write(out, &part->fragment);
	at.iv = out->len;
	write_iv(w, sa, out);
	at.text = out->len;
	write_bytes(out, part->text);
	write_padding(&sa->suite, out->len - at.text, out);
	at.text_len = out->len - at.text;
	write_zeros(out, icv_len(&sa->suite));
	payload_end(&writer);
	out->ptr[sk] = part->first;
	message_finish(out, at.message);
	return seal_text(sa, out, &at);
}

enum { IPV4_HEADER_LEN = 20, IPV6_HEADER_LEN = 40, UDP_HEADER_LEN = 8 };

/* The longest IKE message that goes to this peer in one piece. */
static size_t message_limit(const struct world *w, const struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);
	bool ipv6 = sa->remote.address.family == AF_INET6;
	size_t packet = ipv6 ? FRAGMENT_SIZE_IPV6 : FRAGMENT_SIZE_IPV4;

	if (c != NULL && c->conf->fragment_size != 0)
		packet = c->conf->fragment_size;
	return packet - (ipv6 ? IPV6_HEADER_LEN : IPV4_HEADER_LEN) - UDP_HEADER_LEN -
	       NON_ESP_MARKER_LEN;
}

/* How much text fits a message of that length; `extra`: what SKF has more than SK. */
static size_t text_limit(const struct suite *s, size_t message, size_t extra)
{
	size_t block = s->encr->aead ? 1 : s->encr->block_len;
	size_t room = message - IKE_HEADER_LEN - PAYLOAD_HEADER_LEN - extra - s->encr->iv_len -
		      icv_len(s);

	return room / block * block - 1; /* the length of the padding */
}

/* RFC 7383 2.5: every part sealed by itself; only the first says what it begins with. */
static bool seal_parts(struct world *w, struct ike_sa *sa, const struct ike_header *header,
		       const struct part *whole, size_t room, struct buffer *out)
{
	size_t total = (whole->text.len + room - 1) / room;
	struct bytes left = whole->text;

	assert(total <= UINT16_MAX); /* our own messages are short */
	for (size_t i = 1; i <= total; i++) {
		size_t len = left.len < room ? left.len : room;
		struct part part = {
			.fragment = { (uint16_t)i, (uint16_t)total },
			.first = i == 1 ? whole->first : PAYLOAD_NONE,
			.text = bytes_at(left.ptr, len),
		};

		if (!seal_part(w, sa, header, &part, out))
			return false;
		left = bytes_at(left.ptr + len, left.len - len);
	}
	return true;
}

struct ike_header ike_sa_header(const struct ike_sa *sa, uint8_t exchange, bool response,
				uint32_t message_id)
{
	return (struct ike_header) {
		.spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
		.version = IKE_VERSION,
		.exchange = exchange,
		.flags = (uint8_t)((sa->role == ROLE_INITIATOR ? FLAG_INITIATOR : 0) |
				   (response ? FLAG_RESPONSE : 0)),
		.message_id = message_id,
	};
}

bool ike_seal(struct world *w, struct ike_sa *sa, uint8_t exchange, bool response,
	      uint32_t message_id, const struct inner *inner, struct buffer *out)
{
	struct ike_header header = ike_sa_header(sa, exchange, response, message_id);
	struct part whole = {
		.first = inner->chain.ptr[0],
		.text = bytes_at(inner->chain.ptr + 1, inner->chain.len - 1),
	};
	size_t limit = message_limit(w, sa);
	bool ok;

	buffer_clear(out);
	if (!sa->fragmentation || whole.text.len <= text_limit(&sa->suite, limit, 0))
		ok = seal_part(w, sa, &header, &whole, out);
	else
		ok = seal_parts(w, sa, &header, &whole,
				text_limit(&sa->suite, limit, FRAGMENT_HEADER_LEN), out);
	if (!ok)
		buffer_wipe(out); /* what is not sealed must not be sent */
	return ok;
}

/* Of a datagram that has a header. */
static uint32_t message_id_of(struct bytes datagram)
{
	enum { MESSAGE_ID_OFFSET = 20 };
	const uint8_t *p = datagram.ptr + MESSAGE_ID_OFFSET;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum crypto_status open_text(const struct ike_sa *sa, struct bytes datagram,
				    struct bytes iv, const uint8_t *icv, uint8_t *text, size_t len)
{
	const struct suite *s = &sa->suite;
	const struct ike_keys *keys = ike_sa_keys_of(sa, message_id_of(datagram));
	bool initiator = sa->role != ROLE_INITIATOR;
	uint8_t expected[ICV_MAX];

	if (s->encr->aead)
		return aead_open(s->encr, encr_key(keys, initiator), iv,
				 bytes_at(datagram.ptr, (size_t)(iv.ptr - datagram.ptr)), text, len,
				 icv);
	if (integ_compute(s->integ, integ_key(keys, initiator),
			  bytes_at(datagram.ptr, (size_t)(icv - datagram.ptr)),
			  expected) != CRYPTO_OK)
		return CRYPTO_FAILED;
	if (!bytes_equal_secret(bytes_at(expected, s->integ->icv_len),
				bytes_at(icv, s->integ->icv_len)))
		return CRYPTO_BAD_ICV;
	return cbc_decrypt(s->encr, encr_key(keys, initiator), iv, text, len);
}

enum crypto_status ike_open(const struct ike_sa *sa, struct bytes datagram,
			    const struct payload *sk, uint8_t first, struct buffer *plain)
{
	const struct suite *s = &sa->suite;
	size_t skipped = sk->type == PAYLOAD_SKF ? FRAGMENT_HEADER_LEN : 0;
	size_t overhead = skipped + s->encr->iv_len + icv_len(s);
	enum crypto_status status;
	struct bytes iv;
	size_t len;
	uint8_t pad;

	/* RFC 7296 3.14: SK is the last payload, so its ICV ends the message. */
	if (sk->body.len < overhead + 1 ||
	    sk->body.ptr + sk->body.len != datagram.ptr + datagram.len)
		return CRYPTO_BAD_INPUT;
	len = sk->body.len - overhead;
	if (!s->encr->aead && len % s->encr->block_len != 0)
		return CRYPTO_BAD_INPUT;
	iv = bytes_at(sk->body.ptr + skipped, s->encr->iv_len);
	buffer_clear(plain);
	write_u8(plain, first);
	write_bytes(plain, bytes_at(iv.ptr + iv.len, len));
	status = open_text(sa, datagram, iv, iv.ptr + iv.len + len, plain->ptr + 1, len);
	if (status != CRYPTO_OK)
		return status;
	pad = plain->ptr[len];
	if ((size_t)pad + 1 > len)
		return CRYPTO_BAD_INPUT;
	buffer_truncate(plain, 1 + len - 1 - pad);
	return CRYPTO_OK;
}
