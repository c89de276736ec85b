/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SK payload, and AUTH with a shared key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "ike/auth/psk.h"
#include "ike/sa/protect.h"
#include "pair/bench.h"
#include "provider.h"

static const struct {
	const char *what;
	uint16_t encr, bits, integ;
} suites[] = {
	{ "AES-GCM 256", ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ "AES-GCM 128", ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ "ChaCha20-Poly1305", ENCR_CHACHA20_POLY1305, 0, INTEG_NONE },
	{ "AES-CBC 256 with SHA2-256", ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128 },
	{ "AES-CBC 128 with SHA2-512", ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_512_256 },
};

static struct secret filled(size_t len, uint8_t first)
{
	struct secret s = secret_new(len);

	for (size_t i = 0; i < len; i++)
		s.ptr[i] = (uint8_t)(first + i);
	return s;
}

static void set_suite(struct ike_sa *sa, size_t i)
{
	struct suite *s = &sa->suite;

	s->encr = encr_find(suites[i].encr);
	s->encr_key_bits = suites[i].bits;
	s->integ = integ_find(suites[i].integ);
	s->prf = prf_find(PRF_HMAC_SHA2_256);
	sa->keys.ei = filled(encr_keymat_len(s->encr, s->encr_key_bits), 1);
	sa->keys.er = filled(encr_keymat_len(s->encr, s->encr_key_bits), 101);
	if (s->integ != NULL) {
		sa->keys.ai = filled(s->integ->key_len, 51);
		sa->keys.ar = filled(s->integ->key_len, 151);
	}
	sa->spi_i = 0x0102030405060708U;
	sa->spi_r = 0x1112131415161718U;
}

struct couple {
	struct bench *i, *r;
};

static struct couple couple_new(size_t suite)
{
	struct couple c = { bench_new(ROLE_INITIATOR), bench_new(ROLE_RESPONDER) };

	set_suite(c.i->sa, suite);
	set_suite(c.r->sa, suite);
	return c;
}

static void couple_free(struct couple c)
{
	bench_free(c.i);
	bench_free(c.r);
}

static void seal(struct bench *from, bool response, uint32_t id, size_t text, struct buffer *out)
{
	struct inner inner;
	uint8_t data[64];

	memset(data, 0xab, sizeof(data));
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_INITIAL_CONTACT, bytes_at(data, text));
	assert_true(ike_seal(&from->w, from->sa, EXCHANGE_INFORMATIONAL, response, id, &inner,
			     out));
	inner_done(&inner);
}

static enum crypto_status open_it(struct bench *to, struct bytes datagram, struct buffer *plain)
{
	struct payloads all;
	struct ike_header header;
	const struct payload *sk;

	if (ike_header_read(datagram, &header) != WIRE_OK ||
	    payloads_read(header.next_payload,
			  bytes_at(datagram.ptr + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN),
			  &all) != WIRE_OK ||
	    (sk = payload_find(&all, PAYLOAD_SK)) == NULL)
		return CRYPTO_BAD_INPUT;
	return ike_open(to->sa, datagram, sk, all.sk_next, plain);
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(suites); s++)
		for (size_t text = 0; text < 40; text++) {
			struct couple c = couple_new(s);
			struct buffer out = { 0 }, plain = { 0 };
			struct payloads all;
			struct notify n;

			seal(c.i, false, 7, text, &out);
			assert_int_equal(open_it(c.r, buffer_bytes(&out), &plain), CRYPTO_OK);
			assert_int_equal(payloads_read_inner(plain.ptr[0],
							     bytes_at(plain.ptr + 1, plain.len - 1),
							     &all),
					 WIRE_OK);
			assert_int_equal(all.count, 1);
			assert_int_equal(notify_read(all.list[0].body, &n), WIRE_OK);
			assert_int_equal(n.data.len, text);
			/* each direction has its own keys: what we sent is not the peer's */
			assert_int_equal(open_it(c.i, buffer_bytes(&out), &plain), CRYPTO_BAD_ICV);
			seal(c.r, true, 7, text, &out);
			assert_int_equal(open_it(c.i, buffer_bytes(&out), &plain), CRYPTO_OK);
			buffer_done(&out);
			buffer_done(&plain);
			couple_free(c);
		}
}

static void test_header(void **state)
{
	struct couple c = couple_new(0);
	struct buffer out = { 0 };
	struct ike_header h;

	(void)state;
	seal(c.i, false, 0x01020304, 0, &out);
	assert_int_equal(ike_header_read(buffer_bytes(&out), &h), WIRE_OK);
	assert_true(h.spi_i == 0x0102030405060708U && h.spi_r == 0x1112131415161718U);
	assert_int_equal(h.flags, FLAG_INITIATOR);
	assert_int_equal(h.message_id, 0x01020304);
	seal(c.r, true, 5, 0, &out);
	assert_int_equal(ike_header_read(buffer_bytes(&out), &h), WIRE_OK);
	assert_int_equal(h.flags, FLAG_RESPONSE);
	buffer_done(&out);
	couple_free(c);
}

static void test_every_bit_counts(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
		struct couple c = couple_new(s);
		struct buffer out = { 0 }, plain = { 0 };

		seal(c.i, false, 7, 11, &out);
		for (size_t bit = 0; bit < out.len * 8; bit++) {
			out.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (open_it(c.r, buffer_bytes(&out), &plain) == CRYPTO_OK)
				fail_msg("%s: bit %zu", suites[s].what, bit);
			out.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_int_equal(open_it(c.r, buffer_bytes(&out), &plain), CRYPTO_OK);
		buffer_done(&out);
		buffer_done(&plain);
		couple_free(c);
	}
}

/* Cut off at the end, with lengths that agree. */
static void test_too_short(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
		struct couple c = couple_new(s);
		struct buffer out = { 0 }, plain = { 0 };

		seal(c.i, false, 7, 0, &out);
		while (out.len > IKE_HEADER_LEN + PAYLOAD_HEADER_LEN) {
			buffer_truncate(&out, out.len - 1);
			fill_u32(&out, 24, (uint32_t)out.len);
			fill_u16(&out, IKE_HEADER_LEN + 2, (uint16_t)(out.len - IKE_HEADER_LEN));
			assert_int_not_equal(open_it(c.r, buffer_bytes(&out), &plain), CRYPTO_OK);
		}
		buffer_done(&out);
		buffer_done(&plain);
		couple_free(c);
	}
}

static bool all_differ(struct bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (bytes_equal(list[i], list[k]))
				return false;
	return true;
}

/* An IV that comes twice under one key would be the end of GCM. */
static void test_ivs_differ(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
		struct couple c = couple_new(s);
		struct buffer out[8] = { 0 };
		struct bytes ivs[8];

		for (size_t i = 0; i < ARRAY_LEN(out); i++) {
			seal(c.i, i % 2 != 0, 7, 0, &out[i]);
			ivs[i] = bytes_at(out[i].ptr + IKE_HEADER_LEN + PAYLOAD_HEADER_LEN,
					  c.i->sa->suite.encr->iv_len);
		}
		assert_true(all_differ(ivs, ARRAY_LEN(ivs)));
		for (size_t i = 0; i < ARRAY_LEN(out); i++)
			buffer_done(&out[i]);
		couple_free(c);
	}
}

/* A peer with the keys whose padding length is longer than the text. */
static void test_bad_padding(void **state)
{
	struct couple c = couple_new(0);
	struct buffer out = { 0 }, plain = { 0 };
	const struct ike_sa *sa = c.i->sa;
	const size_t iv_at = IKE_HEADER_LEN + PAYLOAD_HEADER_LEN;
	size_t text_at = iv_at + sa->suite.encr->iv_len, len;

	(void)state;
	seal(c.i, false, 7, 0, &out);
	len = out.len - text_at - sa->suite.encr->icv_len;
	for (unsigned pad = 0; pad < 256; pad++) {
		memset(out.ptr + text_at, 0, len);
		out.ptr[text_at + len - 1] = (uint8_t)pad;
		assert_int_equal(aead_seal(sa->suite.encr, secret_bytes(&sa->keys.ei),
					   bytes_at(out.ptr + iv_at, sa->suite.encr->iv_len),
					   bytes_at(out.ptr, iv_at), out.ptr + text_at, len,
					   out.ptr + text_at + len),
				 CRYPTO_OK);
		assert_int_equal(open_it(c.r, buffer_bytes(&out), &plain),
				 pad < len ? CRYPTO_OK : CRYPTO_BAD_INPUT);
		if (pad < len)
			assert_int_equal(plain.len, 1 + len - 1 - pad);
	}
	buffer_done(&out);
	buffer_done(&plain);
	couple_free(c);
}

/* A message that the provider cannot seal leaves nothing that could be sent. */
static void test_failure_leaves_nothing(void **state)
{
	struct couple c = couple_new(0);
	struct buffer out = { 0 };
	struct inner inner;

	(void)state;
	c.i->sa->keys.ei.len -= 1; /* a key that the cipher does not have */
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_INITIAL_CONTACT, (struct bytes) { 0 });
	assert_false(ike_seal(&c.i->w, c.i->sa, EXCHANGE_INFORMATIONAL, false, 1, &inner, &out));
	assert_int_equal(out.len, 0);
	inner_done(&inner);
	buffer_done(&out);
	couple_free(c);
}

/*
 * Computed apart, with Python's hmac: key "secret", message_i = 0x00..0x1f, message_r =
 * 0x80..0x8f, Ni = 32 x 0x11, Nr = 32 x 0x22, SK_pi = 32 x 0x33, SK_pr = 32 x 0x44, IDi FQDN west,
 * IDr FQDN east.
 */
static const uint8_t auth_i[32] = {
	0xd0, 0xe1, 0xf1, 0x1a, 0x8d, 0xa7, 0x36, 0x65,
	0x68, 0x3a, 0x6a, 0xb9, 0x66, 0xba, 0x36, 0x52,
	0xbe, 0x66, 0x7a, 0x72, 0xb2, 0x91, 0xff, 0x16,
	0x47, 0x01, 0xff, 0x2f, 0xdc, 0x4f, 0x2f, 0x95
};
static const uint8_t auth_r[32] = {
	0xfe, 0xbe, 0xd7, 0x8a, 0xa2, 0x82, 0x63, 0x39,
	0x6d, 0x27, 0xe9, 0xb4, 0x26, 0xcf, 0x85, 0x8b,
	0x53, 0xdb, 0xa5, 0x57, 0x8f, 0xef, 0xbd, 0x48,
	0x9d, 0xb6, 0xfd, 0x57, 0xe1, 0x2b, 0x44, 0x0f
};

static void set_auth(struct ike_sa *sa)
{
	bool initiator = sa->role == ROLE_INITIATOR;
	struct buffer *i = initiator ? &sa->init_own : &sa->init_peer;
	struct buffer *r = initiator ? &sa->init_peer : &sa->init_own;

	for (unsigned k = 0; k < 32; k++)
		write_u8(i, (uint8_t)k);
	for (unsigned k = 0x80; k < 0x90; k++)
		write_u8(r, (uint8_t)k);
	memset(sa->nonce_own, initiator ? 0x11 : 0x22, sizeof(sa->nonce_own));
	memset(sa->nonce_peer, initiator ? 0x22 : 0x11, 32);
	sa->nonce_peer_len = 32;
	sa->keys.pi = secret_new(32);
	sa->keys.pr = secret_new(32);
	memset(sa->keys.pi.ptr, 0x33, 32);
	memset(sa->keys.pr.ptr, 0x44, 32);
}

static void check_auth(struct bench *b, enum psk_signer signer, const char *id,
		       const uint8_t expected[32])
{
	struct id_payload payload = { ID_FQDN, bytes_of_text(id) };
	struct secret out = { 0 };

	assert_true(psk_auth(b->sa, signer, bytes_of_text("secret"), &payload, &out));
	assert_int_equal(out.len, 32);
	assert_memory_equal(out.ptr, expected, 32);
	secret_done(&out);
}

static void test_psk_auth(void **state)
{
	struct couple c = couple_new(0);

	(void)state;
	set_auth(c.i->sa);
	set_auth(c.r->sa);
	check_auth(c.i, PSK_OURS, "west", auth_i);
	check_auth(c.i, PSK_THEIRS, "east", auth_r);
	check_auth(c.r, PSK_OURS, "east", auth_r);
	check_auth(c.r, PSK_THEIRS, "west", auth_i);
	couple_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_ivs_differ),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_failure_leaves_nothing),
		cmocka_unit_test(test_psk_auth),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
