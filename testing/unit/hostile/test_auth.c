/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile IKE_AUTH: what comes too early, twice, from somebody who does not have the secret, and
 * what somebody who has it may put into it; and the same at an initiator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "auth_change.h"
#include "provider.h"

/* --- of somebody who does not have the secret --- */

static void auth_parts(struct inner *inner, uint8_t id_type, struct bytes id, uint8_t method,
		       struct bytes auth)
{
	const uint8_t ts[] = { 1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 255, 255, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct buffer body = { 0 };

	id_write(&body, &(struct id_payload) { id_type, id });
	put(inner, PAYLOAD_IDI, buffer_bytes(&body));
	buffer_clear(&body);
	auth_write(&body, method, auth);
	put(inner, PAYLOAD_AUTH, buffer_bytes(&body));
	put(inner, PAYLOAD_SA, (struct bytes) { 0 });
	put(inner, PAYLOAD_TSI, BYTES_OF(ts));
	put(inner, PAYLOAD_TSR, BYTES_OF(ts));
	buffer_done(&body);
}

static const uint8_t zeros[64];
#define WEST ((struct bytes) { (const uint8_t *)"west", 4 })

static void auth_zeros(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 2, BYTES_OF(zeros)); }
static void auth_empty(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 2, bytes_at(zeros, 0)); }
static void auth_method_0(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 0, BYTES_OF(zeros)); }
static void auth_null(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 13, BYTES_OF(zeros)); }

static void auth_rfc7427_overflow(struct inner *inner)
{
	const uint8_t raw[] = { 255, 0x30, 0x84, 0xff, 0xff, 0xff, 0xff };

	auth_parts(inner, ID_FQDN, WEST, AUTH_DIGITAL_SIGNATURE, BYTES_OF(raw));
}

/* RSASSA-PSS with SHA2-256 and a salt of 2^31 - 1 bytes, as RFC 7427 has it, and no signature. */
static void auth_pss_huge_salt(struct inner *inner)
{
	const uint8_t raw[] = { 0x14, 0x30, 0x12, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
				0x01, 0x01, 0x0a, 0x30, 0x05, 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff };

	auth_parts(inner, ID_FQDN, WEST, AUTH_DIGITAL_SIGNATURE, BYTES_OF(raw));
}

static void auth_rsa_short(struct inner *i)
{
	auth_parts(i, ID_FQDN, WEST, AUTH_RSA, bytes_at(zeros, 1));
}

/* ECDSA on P-256 (RFC 4754) with r and s both 0. */
static void auth_ecdsa_zeros(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 9, BYTES_OF(zeros)); }
static void auth_method_255(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 255, BYTES_OF(zeros)); }

static void auth_one_byte(struct inner *i) { auth_parts(i, ID_FQDN, WEST, 2, bytes_at(zeros, 1)); }

static void auth_60000(struct inner *inner)
{
	uint8_t *data = calloc(1, 60000);

	auth_parts(inner, ID_FQDN, WEST, AUTH_SHARED_KEY, bytes_at(data, 60000));
	free(data);
}

static void id_type_0(struct inner *i) { auth_parts(i, 0, WEST, 2, BYTES_OF(zeros)); }
static void id_type_200(struct inner *i) { auth_parts(i, 200, WEST, 2, BYTES_OF(zeros)); }
static void id_empty(struct inner *i)
{
	auth_parts(i, ID_FQDN, bytes_at(zeros, 0), 2, BYTES_OF(zeros));
}

static void id_with_nul(struct inner *inner)
{
	auth_parts(inner, ID_FQDN, bytes_at("west\0x", 6), 2, BYTES_OF(zeros));
}

static void id_dn_huge(struct inner *inner)
{
	uint8_t *dn = calloc(1, 60000);

	auth_parts(inner, ID_DER_ASN1_DN, bytes_at(dn, 60000), 2, BYTES_OF(zeros));
	free(dn);
}

static const struct {
	const char *what;
	uint8_t exchange;
	uint32_t id;
	void (*fill)(struct inner *inner);
	uint16_t answer;
} forged[] = {
	{ "INFORMATIONAL before IKE_AUTH", EXCHANGE_INFORMATIONAL, 1, nothing, SILENCE },
	{ "CREATE_CHILD_SA before IKE_AUTH", EXCHANGE_CREATE_CHILD_SA, 1, nothing, SILENCE },
	{ "IKE_AUTH with message id 5", EXCHANGE_IKE_AUTH, 5, auth_zeros, SILENCE },
	{ "IKE_AUTH with message id 0", EXCHANGE_IKE_AUTH, 0, auth_zeros, SILENCE },
	{ "IKE_AUTH with nothing in it", EXCHANGE_IKE_AUTH, 1, nothing, NOTIFY_INVALID_SYNTAX },
	{ "a wrong MAC", EXCHANGE_IKE_AUTH, 1, auth_zeros, NOTIFY_AUTHENTICATION_FAILED },
	{ "AUTH without data", EXCHANGE_IKE_AUTH, 1, auth_empty, NOTIFY_AUTHENTICATION_FAILED },
	{ "method 0", EXCHANGE_IKE_AUTH, 1, auth_method_0, NOTIFY_AUTHENTICATION_FAILED },
	{ "NULL authentication", EXCHANGE_IKE_AUTH, 1, auth_null,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "a MAC of one byte", EXCHANGE_IKE_AUTH, 1, auth_one_byte, NOTIFY_AUTHENTICATION_FAILED },
	{ "a MAC of 60,000 bytes", EXCHANGE_IKE_AUTH, 1, auth_60000,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "method 255", EXCHANGE_IKE_AUTH, 1, auth_method_255, NOTIFY_AUTHENTICATION_FAILED },
	{ "an RSA signature of one byte", EXCHANGE_IKE_AUTH, 1, auth_rsa_short,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "an ECDSA signature whose r and s are 0", EXCHANGE_IKE_AUTH, 1, auth_ecdsa_zeros,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "PSS with a salt of 2^31 - 1 bytes", EXCHANGE_IKE_AUTH, 1, auth_pss_huge_salt,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "RFC 7427 whose ASN.1 overflows", EXCHANGE_IKE_AUTH, 1, auth_rfc7427_overflow,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "ID type 0", EXCHANGE_IKE_AUTH, 1, id_type_0, NOTIFY_AUTHENTICATION_FAILED },
	{ "ID type 200", EXCHANGE_IKE_AUTH, 1, id_type_200, NOTIFY_AUTHENTICATION_FAILED },
	{ "an empty ID", EXCHANGE_IKE_AUTH, 1, id_empty, NOTIFY_AUTHENTICATION_FAILED },
	{ "NUL inside a name", EXCHANGE_IKE_AUTH, 1, id_with_nul,
	  NOTIFY_AUTHENTICATION_FAILED },
	{ "a DN of 60,000 bytes", EXCHANGE_IKE_AUTH, 1, id_dn_huge,
	  NOTIFY_AUTHENTICATION_FAILED },
};

static void test_forged_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		struct pair *pair = pair_new_before_auth();
		uint16_t answer = protected_answer(pair, forged[i].exchange, forged[i].id,
						   forged[i].fill);

		if (answer != forged[i].answer)
			fail_msg("%s: answered with %u", forged[i].what, answer);
		assert_int_equal(pair->east.kernel.sa_count, 0);
		assert_int_equal(pair->east.engine->w.established, 0);
		/* A refused attempt is over, one that was not touched is still open. */
		assert_int_equal(pair_ike_count(&pair->east), answer == SILENCE ? 1 : 0);
		pair_free(pair);
	}
}

/* --- of somebody who has it --- */
static void cert(struct inner *inner, uint8_t encoding, const void *data, size_t len)
{
	payload_begin(&inner->writer, PAYLOAD_CERT, false);
	write_u8(&inner->chain, encoding);
	write_bytes(&inner->chain, bytes_at(data, len));
	payload_end(&inner->writer);
}

enum { CERT_X509 = 4, CERT_HASH_AND_URL = 12 };

static void as_it_is(struct changed *c) { (void)c; }
static void cert_empty(struct changed *c) { put(&c->inner, PAYLOAD_CERT, (struct bytes) { 0 }); }
static void cert_cut(struct changed *c)
{
	cert(&c->inner, CERT_X509, "\x30\x82\x03\x00\x30", 5);
}

/* SEQUENCE of SEQUENCE of SEQUENCE ... */
static void cert_nested(struct changed *c)
{
	uint8_t der[2000];

	for (size_t i = 0; i < sizeof(der); i += 2) {
		der[i] = 0x30;
		der[i + 1] = 0x80;
	}
	cert(&c->inner, CERT_X509, der, sizeof(der));
}

/* A SubjectPublicKeyInfo of RSA whose exponent is 0. */
static void cert_exponent_0(struct changed *c)
{
	static const uint8_t der[] = {
		0x30, 0x1c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
		0x01, 0x05, 0x00, 0x03, 0x0b, 0x00, 0x30, 0x08, 0x02, 0x03, 0x01, 0x00, 0x01, 0x02,
		0x01, 0x00
	};

	cert(&c->inner, CERT_X509, der, sizeof(der));
}

static void cert_long_name(struct changed *c)
{
	uint8_t der[16384 + 4] = { 0x0c, 0x82, 0x40, 0x00 };

	cert(&c->inner, CERT_X509, der, sizeof(der));
}

static void cert_at_loopback(struct changed *c)
{
	static const char data[] = "01234567890123456789http://127.0.0.1/x";

	cert(&c->inner, CERT_HASH_AND_URL, data, sizeof(data) - 1);
}

static void certs(struct changed *c, int count)
{
	for (int i = 0; i < count; i++)
		cert(&c->inner, (uint8_t)i, zeros, (size_t)i % 5);
}

static void cert_50(struct changed *c) { certs(c, 50); }
static void cert_100(struct changed *c) { certs(c, 100); }

static void cp_attributes(struct changed *c, int count, uint16_t len)
{
	struct buffer body = { 0 };

	write_u32(&body, 0x01000000); /* CFG_REQUEST */
	for (int i = 0; i < count; i++) {
		write_u16(&body, (uint16_t)(i + 1));
		write_u16(&body, len);
	}
	put(&c->inner, PAYLOAD_CP, buffer_bytes(&body));
	buffer_done(&body);
}

static void cp_odd_lengths(struct changed *c) { cp_attributes(c, 3, 0xffff); }
static void cp_1000(struct changed *c) { cp_attributes(c, 1000, 0); }
static void cp_empty(struct changed *c) { put(&c->inner, PAYLOAD_CP, (struct bytes) { 0 }); }

static void unknown_200(struct changed *c)
{
	for (int i = 0; i < 200; i++)
		put(&c->inner, 200, (struct bytes) { 0 });
}

static void critical(struct changed *c)
{
	payload_begin(&c->inner.writer, 200, true);
	payload_end(&c->inner.writer);
}

static void idr(struct changed *c, uint8_t type, const char *name, size_t len)
{
	struct buffer body = { 0 };

	c->left_out[PAYLOAD_IDR] = true;
	id_write(&body, &(struct id_payload) { type, bytes_at(name, len) });
	put(&c->inner, PAYLOAD_IDR, buffer_bytes(&body));
	buffer_done(&body);
}

static void idr_other(struct changed *c) { idr(c, ID_FQDN, "north", 5); }
static void idr_empty(struct changed *c) { idr(c, ID_FQDN, "", 0); }
static void idr_none(struct changed *c) { c->left_out[PAYLOAD_IDR] = true; }

static void idi_other(struct changed *c)
{
	struct buffer body = { 0 };

	c->left_out[PAYLOAD_IDI] = true;
	id_write(&body, &(struct id_payload) { ID_FQDN, bytes_at("north", 5) });
	put(&c->inner, PAYLOAD_IDI, buffer_bytes(&body));
	buffer_done(&body);
}

static void two_idi(struct changed *c)
{
	idi_other(c);
	c->left_out[PAYLOAD_IDI] = false;
}

static void no_auth(struct changed *c) { c->left_out[PAYLOAD_AUTH] = true; }

static void rekey_in_auth(struct changed *c)
{
	payload_begin(&c->inner.writer, PAYLOAD_NOTIFY, false);
	notify_write_spi(&c->inner.chain, NOTIFY_REKEY_SA, PROTO_ESP, 0x12345678,
			 (struct bytes) { 0 });
	payload_end(&c->inner.writer);
}

static void delete_in_auth(struct changed *c)
{
	payload_begin(&c->inner.writer, PAYLOAD_DELETE, false);
	delete_write(&c->inner.chain, PROTO_IKE, NULL, 0);
	payload_end(&c->inner.writer);
}

static const struct {
	const char *what;
	void (*change)(struct changed *c);
	uint16_t answer;
} genuine[] = {
	{ "the IKE_AUTH request as it is", as_it_is, ESTABLISHED },
	{ "an empty CERT", cert_empty, ESTABLISHED },
	{ "a CERT whose DER is cut short", cert_cut, ESTABLISHED },
	{ "a CERT that is nested 1,000 deep", cert_nested, ESTABLISHED },
	{ "a CERT with an RSA exponent of 0", cert_exponent_0, ESTABLISHED },
	{ "a CERT with a name of 16 KiB", cert_long_name, ESTABLISHED },
	{ "a CERT that is to be fetched from loopback", cert_at_loopback, ESTABLISHED },
	{ "50 CERT payloads", cert_50, ESTABLISHED },
	{ "100 CERT payloads", cert_100, NOTIFY_INVALID_SYNTAX },
	{ "CP attributes longer than CP", cp_odd_lengths, ESTABLISHED },
	{ "CP with 1,000 attributes", cp_1000, ESTABLISHED },
	{ "an empty CP", cp_empty, ESTABLISHED },
	{ "200 unknown payloads in IKE_AUTH", unknown_200, NOTIFY_INVALID_SYNTAX },
	{ "an unknown critical payload in IKE_AUTH", critical,
	  NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD },
	{ "an IDr that is not ours", idr_other, NOTIFY_AUTHENTICATION_FAILED },
	{ "an empty IDr", idr_empty, NOTIFY_AUTHENTICATION_FAILED },
	{ "no IDr", idr_none, ESTABLISHED },
	{ "an IDi that AUTH does not cover", idi_other, NOTIFY_AUTHENTICATION_FAILED },
	{ "two IDi", two_idi, NOTIFY_INVALID_SYNTAX },
	{ "no AUTH", no_auth, NOTIFY_INVALID_SYNTAX },
	{ "REKEY_SA in IKE_AUTH", rekey_in_auth, ESTABLISHED },
	{ "a Delete in IKE_AUTH", delete_in_auth, ESTABLISHED },
};

static struct pair *pair_at_auth(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	bring_to_auth(pair);
	return pair;
}

static void test_genuine_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(genuine); i++) {
		struct pair *pair = pair_at_auth();
		struct buffer datagram = { 0 };
		uint16_t answer;

		change_newest(&pair->west, EXCHANGE_IKE_AUTH, false, 1, genuine[i].change,
			      &datagram);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		answer = auth_answer(pair);
		if (answer != genuine[i].answer)
			fail_msg("%s: answered with %u", genuine[i].what, answer);
		assert_int_equal(pair->east.engine->w.established, answer == ESTABLISHED);
		assert_int_equal(pair->east.kernel.sa_count, answer == ESTABLISHED ? 2 : 0);
		buffer_done(&datagram);
		pair_free(pair);
	}
}

/* --- at the initiator --- */

enum verdict { UP, OVER, WAITING };

/* The responder's net, said three times. */
static void tsr_thrice(struct changed *c)
{
	static const uint8_t one[] = { 7, 0, 0, 16, 0, 0, 255, 255, 192, 0, 2, 0, 192, 0, 2, 255 };
	struct buffer body = { 0 };

	c->left_out[PAYLOAD_TSR] = true;
	write_u32(&body, 0x03000000);
	for (int i = 0; i < 3; i++)
		write_bytes(&body, BYTES_OF(one));
	put(&c->inner, PAYLOAD_TSR, buffer_bytes(&body));
	buffer_done(&body);
}

static void idr_with_nul(struct changed *c) { idr(c, ID_FQDN, "east\0x", 6); }
static void idr_type_0(struct changed *c) { idr(c, 0, "east", 4); }

static void auth_of(struct changed *c, uint8_t method, struct bytes data)
{
	struct buffer body = { 0 };

	c->left_out[PAYLOAD_AUTH] = true;
	auth_write(&body, method, data);
	put(&c->inner, PAYLOAD_AUTH, buffer_bytes(&body));
	buffer_done(&body);
}

static void answer_mac_zeros(struct changed *c) { auth_of(c, AUTH_SHARED_KEY, BYTES_OF(zeros)); }
static void answer_null(struct changed *c) { auth_of(c, AUTH_NULL, BYTES_OF(zeros)); }
static void answer_method_14(struct changed *c)
{
	auth_of(c, AUTH_DIGITAL_SIGNATURE, bytes_at("\xff\x30\x84\xff", 4));
}

static void only_an_error(struct changed *c)
{
	memset(c->left_out, true, sizeof(c->left_out));
	inner_notify(&c->inner, NOTIFY_AUTHENTICATION_FAILED, (struct bytes) { 0 });
}

static void only_an_unknown_status(struct changed *c)
{
	memset(c->left_out, true, sizeof(c->left_out));
	inner_notify(&c->inner, 60000, (struct bytes) { 0 });
}

static void no_child(struct changed *c)
{
	c->left_out[PAYLOAD_SA] = true;
}

static const struct {
	const char *what;
	void (*change)(struct changed *c);
	enum verdict verdict;
} answers[] = {
	{ "the IKE_AUTH response as it is", as_it_is, UP },
	{ "50 CERT payloads in the response", cert_50, UP },
	{ "a CERT nested 1,000 deep in the response", cert_nested, UP },
	{ "CP in the response", cp_odd_lengths, UP },
	{ "another IDr in the response", idr_other, OVER },
	{ "an empty IDr in the response", idr_empty, OVER },
	{ "IDr of type 0 in the response", idr_type_0, OVER },
	{ "NUL inside the IDr of the response", idr_with_nul, OVER },
	{ "a wrong MAC in the response", answer_mac_zeros, OVER },
	{ "NULL authentication in the response", answer_null, OVER },
	{ "RFC 7427 that overflows in the response", answer_method_14, OVER },
	{ "nothing but AUTHENTICATION_FAILED", only_an_error, OVER },
	{ "nothing but a status that nobody knows", only_an_unknown_status, WAITING },
	{ "an unknown critical payload in the response", critical, WAITING },
	{ "100 CERT payloads in the response", cert_100, WAITING },
	{ "no AUTH in the response", no_auth, WAITING },
	{ "no SA in the response", no_child, OVER },
	{ "a selector three times in the response", tsr_thrice, UP },
};

static enum verdict verdict_of(const struct side *side)
{
	const struct ike_sa *sa = pair_ike(side);

	if (sa != NULL && sa->state == IKE_AUTH_SENT)
		return WAITING;
	return side->kernel.sa_count == 2 ? UP : OVER;
}

static void test_answers_to_the_initiator(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct pair *pair = pair_at_auth();
		struct buffer datagram = { 0 };

		assert_true(pair_take(&pair->west, &datagram));
		pair_inject(&pair->east, buffer_bytes(&datagram));
		change_newest(&pair->east, EXCHANGE_IKE_AUTH, true, 1, answers[i].change,
			      &datagram);
		pair_inject(&pair->west, buffer_bytes(&datagram));
		if (verdict_of(&pair->west) != answers[i].verdict)
			fail_msg("%s: %d", answers[i].what, verdict_of(&pair->west));
		if (answers[i].verdict != UP)
			assert_int_equal(pair->west.kernel.sa_count, 0);
		ike_engine_down(pair->west.engine, "t", 9, pair->now);
		pair_run(pair);
		assert_int_equal(pair->west.kernel.errors, 0);
		buffer_done(&datagram);
		pair_free(pair);
	}
}

/* --- too early, and twice --- */

static void delete_ike(struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_DELETE, false);
	delete_write(&inner->chain, PROTO_IKE, NULL, 0);
	payload_end(&inner->writer);
}

/* A responder may not ask before it has proven who it is (CVE-2019-12312 and later ones). */
static void test_requests_to_the_initiator_before_it_knows(void **state)
{
	static const uint8_t exchanges[] = { EXCHANGE_CREATE_CHILD_SA, EXCHANGE_INFORMATIONAL,
					     EXCHANGE_IKE_AUTH };
	struct pair *pair = pair_at_auth();
	struct inner inner;

	(void)state;
	pair_drop_all(pair);
	inner_start(&inner);
	delete_ike(&inner);
	for (size_t i = 0; i < ARRAY_LEN(exchanges); i++)
		for (uint32_t id = 0; id < 3; id++) {
			struct buffer datagram = { 0 };

			pair_seal(&pair->east, exchanges[i], false, id, &inner, &datagram);
			pair_inject(&pair->west, buffer_bytes(&datagram));
			assert_null(pair->network);
			assert_int_equal(verdict_of(&pair->west), WAITING);
			buffer_done(&datagram);
		}
	inner_done(&inner);
	pair_free(pair);
}

/* Nobody but us knows SPIr yet; whoever guesses it finds nothing. */
static void test_requests_before_keys_are_agreed(void **state)
{
	static const uint8_t exchanges[] = { EXCHANGE_IKE_AUTH, EXCHANGE_CREATE_CHILD_SA,
					     EXCHANGE_INFORMATIONAL, EXCHANGE_IKE_SA_INIT };
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	const struct ike_sa *sa;

	(void)state;
	pair->hold_jobs = true;
	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	pair_run_jobs(pair);
	pair_run(pair);
	sa = pair_ike(&pair->east);
	assert_int_equal(sa->state, IKE_INIT_RECEIVED);
	for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
		struct ike_header header = { .spi_i = sa->spi_i, .spi_r = sa->spi_r,
					     .version = IKE_VERSION, .exchange = exchanges[i],
					     .flags = FLAG_INITIATOR, .message_id = 1 };
		struct buffer datagram = { 0 };
		struct payload_writer w;

		ike_header_write(&datagram, &header);
		w = payload_writer_after_header(&datagram, 0);
		payload_begin(&w, PAYLOAD_SK, false);
		write_bytes(&datagram, BYTES_OF(zeros));
		payload_end(&w);
		message_finish(&datagram, 0);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		assert_null(pair->network);
		assert_int_equal(pair_ike(&pair->east)->state, IKE_INIT_RECEIVED);
		buffer_done(&datagram);
	}
	pair_free(pair);
}

static void auth_as_north(struct inner *inner)
{
	auth_parts(inner, ID_FQDN, bytes_at("north", 5), AUTH_SHARED_KEY, BYTES_OF(zeros));
}

/* Whoever is authenticated stays who he is. */
static void test_second_auth_with_another_id(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct pair_picture before, after;
	struct identity who;

	(void)state;
	pair_up(pair);
	before = pair_picture(pair);
	who = pair_ike(&pair->east)->remote_id;
	/* the id of the first one: its answer again, which has no notify, or nothing */
	(void)protected_answer(pair, EXCHANGE_IKE_AUTH, 1, auth_as_north);
	assert_int_equal(protected_answer(pair, EXCHANGE_IKE_AUTH, 2, auth_as_north), SILENCE);
	assert_true(identity_equal(&pair_ike(&pair->east)->remote_id, &who));
	after = pair_picture(pair);
	pair_assert_same(&before, &after);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_requests),
		cmocka_unit_test(test_genuine_requests),
		cmocka_unit_test(test_answers_to_the_initiator),
		cmocka_unit_test(test_requests_to_the_initiator_before_it_knows),
		cmocka_unit_test(test_requests_before_keys_are_agreed),
		cmocka_unit_test(test_second_auth_with_another_id),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
