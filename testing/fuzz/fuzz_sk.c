/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SK and SKF payloads under known keys. The input names a suite and a role and is what stands
 * inside: it is sealed here, padding included, so that what is opened is any plaintext at all; then
 * whatever reads plaintext reads it. The same message with one byte changed must not open. And what
 * the engine seals itself, whole or in fragments, opens to the same.
 */
#include <string.h>

#include "base/must_check.h"
#include "bodies.h"
#include "ike/exchange/message.h"
#include "ike/sa/protect.h"
#include "ike/sa/world.h"
#include "must.h"

enum { SUITES = 5, HEAD = 6, TEXT_MAX = 4096 };

static const struct {
	uint16_t encr, bits, integ;
} suites[SUITES] = {
	{ ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 0, INTEG_NONE },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_512_256 },
};

static struct secret key_of(size_t len, uint8_t what)
{
	struct secret key = secret_new(len);

	memset(key.ptr, what, len);
	return key;
}

/* As the receiver has it. */
static struct ike_sa sa_new(uint8_t which, bool responder)
{
	struct ike_sa sa = { .role = responder ? ROLE_RESPONDER : ROLE_INITIATOR };
	struct suite *s = &sa.suite;

	s->encr = encr_find(suites[which % SUITES].encr);
	s->encr_key_bits = suites[which % SUITES].bits;
	s->integ = integ_find(suites[which % SUITES].integ);
	sa.spi_i = 0x0102030405060708;
	sa.spi_r = 0x1112131415161718;
	sa.keys.ei = key_of(encr_keymat_len(s->encr, s->encr_key_bits), 1);
	sa.keys.er = key_of(encr_keymat_len(s->encr, s->encr_key_bits), 2);
	if (s->integ != NULL) {
		sa.keys.ai = key_of(s->integ->key_len, 3);
		sa.keys.ar = key_of(s->integ->key_len, 4);
	}
	return sa;
}

static void sa_done(struct ike_sa *sa)
{
	secret_done(&sa->keys.ei);
	secret_done(&sa->keys.er);
	secret_done(&sa->keys.ai);
	secret_done(&sa->keys.ar);
}

/* With the highest bit of `role` it is SKF, fragment `exchange` of `change`. */
struct input {
	uint8_t suite, role, first, exchange, flags, change;
	struct bytes text;
};

static bool is_fragment(const struct input *in)
{
	return (in->role & 0x80) != 0;
}

/* Sealed by hand: ike_seal() would never pad wrongly. */
static void seal(const struct ike_sa *sa, const struct input *in, struct buffer *out)
{
	const struct suite *s = &sa->suite;
	bool initiator = sa->role == ROLE_RESPONDER;
	struct bytes key = secret_bytes(initiator ? &sa->keys.ei : &sa->keys.er);
	struct bytes integ_key = secret_bytes(initiator ? &sa->keys.ai : &sa->keys.ar);
	size_t icv_len = s->encr->aead ? s->encr->icv_len : s->integ->icv_len;
	struct ike_header header = { .spi_i = sa->spi_i, .spi_r = sa->spi_r,
				     .version = IKE_VERSION, .exchange = in->exchange,
				     .flags = in->flags };
	struct payload_writer w;
	size_t sk, iv, text;

	ike_header_write(out, &header);
	w = payload_writer_after_header(out, 0);
	sk = out->len;
	payload_begin(&w, is_fragment(in) ? PAYLOAD_SKF : PAYLOAD_SK, false);
	if (is_fragment(in))
		fragment_write(out, &(struct fragment) { in->exchange, in->change });
	iv = out->len;
	write_zeros(out, s->encr->iv_len);
	text = out->len;
	write_bytes(out, in->text);
	write_zeros(out, icv_len);
	payload_end(&w);
	out->ptr[sk] = in->first;
	message_finish(out, 0);
	if (s->encr->aead) {
		must(aead_seal(s->encr, key, bytes_at(out->ptr + iv, s->encr->iv_len),
			       bytes_at(out->ptr, iv), out->ptr + text, in->text.len,
			       out->ptr + text + in->text.len) == CRYPTO_OK);
		return;
	}
	must(cbc_encrypt(s->encr, key, bytes_at(out->ptr + iv, s->encr->iv_len), out->ptr + text,
			 in->text.len) == CRYPTO_OK);
	must(integ_compute(s->integ, integ_key, bytes_at(out->ptr, text + in->text.len),
			   out->ptr + text + in->text.len) == CRYPTO_OK);
}

/* As dispatch does it. False: there is no SK payload any more. */
static bool open_datagram(const struct ike_sa *sa, struct bytes datagram, struct message *m,
			  struct buffer *plain, enum crypto_status *status)
{
	struct payloads outer;
	const struct payload *sk;

	if (ike_header_read(datagram, &m->header) != WIRE_OK ||
	    payloads_read(m->header.next_payload,
			  bytes_at(datagram.ptr + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN),
			  &outer) != WIRE_OK)
		return false;
	sk = payload_find(&outer, PAYLOAD_SK);
	if (sk == NULL)
		sk = payload_find(&outer, PAYLOAD_SKF);
	if (sk == NULL)
		return false;
	if (sk->type == PAYLOAD_SKF)
		bodies_try(sk);
	*status = ike_open(sa, datagram, sk, outer.sk_next, plain);
	return true;
}

static void try_plain(struct message *m, const struct buffer *plain)
{
	struct bytes chain = bytes_at(plain->ptr + 1, plain->len - 1);

	if (payloads_read_inner(plain->ptr[0], chain, &m->payloads) != WIRE_OK)
		return;
	if (message_digest(m) == WIRE_OK && m->has_cookie)
		must_be_inside(m->cookie, chain);
	must(m->nat_source_count <= NAT_SOURCES_MAX);
	if (!message_has_duplicates(m))
		must((message_payload_bits(m) & PAYLOAD_BIT(PAYLOAD_SK)) == 0);
	for (size_t i = 0; i < m->payloads.count; i++) {
		must_be_inside(m->payloads.list[i].body, chain);
		bodies_try(&m->payloads.list[i]);
	}
}

/* It opens, unless the padding cannot be. */
static void try_sealed(const struct ike_sa *sa, const struct input *in, struct bytes datagram)
{
	struct message m = { .datagram = datagram };
	uint8_t pad = in->text.ptr[in->text.len - 1];
	enum crypto_status status = CRYPTO_FAILED;
	struct buffer plain = { 0 };

	must(open_datagram(sa, datagram, &m, &plain, &status));
	if ((size_t)pad + 1 > in->text.len) {
		must(status == CRYPTO_BAD_INPUT);
	} else {
		must(status == CRYPTO_OK && plain.ptr[0] == in->first);
		must(bytes_equal(bytes_at(plain.ptr + 1, plain.len - 1),
				 bytes_at(in->text.ptr, in->text.len - pad - 1U)));
		try_plain(&m, &plain);
	}
	buffer_wipe(&plain);
}

static void try_changed(const struct ike_sa *sa, const struct input *in, struct buffer *datagram)
{
	struct message m = { .datagram = { 0 } };
	enum crypto_status status = CRYPTO_FAILED;
	struct buffer plain = { 0 };
	size_t at = in->change * 7U % datagram->len;

	datagram->ptr[at] ^= (uint8_t)(1U << in->change % 8);
	if (open_datagram(sa, buffer_bytes(datagram), &m, &plain, &status))
		must(status != CRYPTO_OK);
	buffer_wipe(&plain);
}

/* --- what we seal ourselves --- */

static void on_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	memset(out, 5, len);
}

/* Every part opens, and together they are what was sealed. */
static void must_be_whole(const struct ike_sa *sa, const struct input *in, struct bytes messages)
{
	struct buffer whole = { 0 }, plain = { 0 };
	size_t parts = 0;

	while (messages.len > 0) {
		struct message m = { .datagram = message_next(&messages) };
		enum crypto_status status = CRYPTO_FAILED;

		must(open_datagram(sa, m.datagram, &m, &plain, &status) && status == CRYPTO_OK);
		must(m.header.exchange == in->exchange && m.header.message_id == in->change);
		must(plain.ptr[0] == (parts++ == 0 ? in->first : PAYLOAD_NONE));
		write_bytes(&whole, bytes_at(plain.ptr + 1, plain.len - 1));
		buffer_clear(&plain);
	}
	must(bytes_equal(buffer_bytes(&whole), in->text));
	buffer_wipe(&whole);
	buffer_wipe(&plain);
}

/* ike_seal() over any chain of payloads, in one piece or in fragments. */
static void try_own(const struct ike_sa *receiver, const struct input *in)
{
	struct world w = { .host = { .random = on_random } };
	struct ike_sa sender = *receiver;
	struct buffer out = { 0 };
	struct inner inner;

	sender.role = receiver->role == ROLE_INITIATOR ? ROLE_RESPONDER : ROLE_INITIATOR;
	sender.fragmentation = (in->role & 0x40) != 0;
	sender.remote.address.family = (in->role & 0x20) != 0 ? AF_INET6 : AF_INET;
	inner_start(&inner);
	inner.chain.ptr[0] = in->first;
	write_bytes(&inner.chain, in->text);
	must(ike_seal(&w, &sender, in->exchange, (in->flags & FLAG_RESPONSE) != 0, in->change,
		      &inner, &out));
	must_be_whole(receiver, in, buffer_bytes(&out));
	inner_done(&inner);
	buffer_done(&out);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char why[160];

	(void)argc;
	(void)argv;
	must(crypto_start(NULL, why, sizeof(why)) != CRYPTO_NOT_STARTED);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .text = { 0 } };
	struct buffer datagram = { 0 };
	struct ike_sa sa;

	if (size <= HEAD || size > TEXT_MAX)
		return 0;
	in = (struct input) { data[0], data[1], data[2], data[3], data[4], data[5],
			      { data + HEAD, size - HEAD } };
	sa = sa_new(in.suite, (in.role & 1) != 0);
	try_own(&sa, &in);
	if (!sa.suite.encr->aead)
		in.text.len -= in.text.len % sa.suite.encr->block_len;
	if (in.text.len > 0) {
		seal(&sa, &in, &datagram);
		try_sealed(&sa, &in, buffer_bytes(&datagram));
		try_changed(&sa, &in, &datagram);
	}
	buffer_done(&datagram);
	sa_done(&sa);
	return 0;
}
