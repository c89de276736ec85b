/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of somebody who has the secret that everybody has here: what he may say that he is, and how he may
 * prove it. What is refused is refused for what he says, as the MAC is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "auth_change.h"
#include "ike/auth/psk.h"
#include "provider.h"

#define ALL_SHARE "a secret that all share"

/* What west says, with a MAC that proves it. */
struct claim {
	const char *what;
	struct id_payload id;
	int other_method;  /* than that of shared keys: the number and 1 */
	int mac_len;       /* so many bytes more than it has */
	uint16_t answer;
};
static const struct claim *claim;
static struct pair *claiming;

static void claim_it(struct changed *c)
{
	uint8_t method = (uint8_t)(claim->other_method == 0 ? AUTH_SHARED_KEY
							    : claim->other_method - 1);
	struct buffer body = { 0 }, mac = { 0 };
	struct secret value = { 0 };

	c->left_out[PAYLOAD_IDI] = c->left_out[PAYLOAD_AUTH] = true;
	id_write(&body, &claim->id);
	put(&c->inner, PAYLOAD_IDI, buffer_bytes(&body));
	assert_true(psk_auth(pair_ike(&claiming->west), PSK_OURS, bytes_of_text(ALL_SHARE),
			     &claim->id, &value));
	write_bytes(&mac, secret_bytes(&value));
	write_u8(&mac, 0);
	buffer_clear(&body);
	auth_write(&body, method, bytes_at(mac.ptr, value.len + (size_t)claim->mac_len));
	put(&c->inner, PAYLOAD_AUTH, buffer_bytes(&body));
	secret_done(&value);
	buffer_done(&body);
	buffer_done(&mac);
}

/* East takes whoever has the secret. */
static struct pair *pair_with_all(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	pair_add(&pair->east, "conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n"
			      " leftsubnet=192.0.2.0/24\n rightsubnet=192.0.1.0/24\n"
			      " authby=secret\n");
	pair_secrets(&pair->west, "@west @east : PSK \"" ALL_SHARE "\"\n");
	pair_secrets(&pair->east, "@east : PSK \"" ALL_SHARE "\"\n");
	bring_to_auth(pair);
	return pair;
}

static const uint8_t long_id[60000] = "O=";

#define NAME(text) { ID_FQDN, { (const uint8_t *)(text), sizeof(text) - 1 } }
#define REFUSED    .answer = NOTIFY_AUTHENTICATION_FAILED

static const struct claim claims[] = {
	{ "a name of its own", NAME("road"), .answer = ESTABLISHED },
	{ "ID type 0, proven", { 0, { (const uint8_t *)"road", 4 } }, REFUSED },
	{ "ID type 0 without a word, proven", { 0, { long_id, 0 } }, REFUSED },
	{ "an empty name, proven", NAME(""), REFUSED },
	{ "an empty key id, proven", { ID_KEY_ID, { long_id, 0 } }, REFUSED },
	{ "NUL inside a name, proven", NAME("road\0x"), REFUSED },
	{ "an IPv4 address of 16 bytes, proven", { ID_IPV4_ADDR, { long_id, 16 } }, REFUSED },
	{ "an IPv6 address of 4 bytes, proven", { ID_IPV6_ADDR, { long_id, 4 } }, REFUSED },
	{ "a DN of 60,000 bytes, proven", { ID_DER_ASN1_DN, BYTES_OF(long_id) }, REFUSED },
	{ "a type that nobody knows is a name like others", { 200, { (const uint8_t *)"x", 1 } },
	  .answer = ESTABLISHED },
	{ "the right MAC under method 0", NAME("road"), .other_method = 1, REFUSED },
	{ "the right MAC as an RSA signature", NAME("road"), .other_method = 1 + AUTH_RSA, REFUSED },
	{ "the right MAC as NULL authentication", NAME("road"), .other_method = 1 + AUTH_NULL,
	  REFUSED },
	{ "the right MAC as a signature of RFC 7427", NAME("road"),
	  .other_method = 1 + AUTH_DIGITAL_SIGNATURE, REFUSED },
	{ "the right MAC under method 255", NAME("road"), .other_method = 1 + 255, REFUSED },
	{ "the right MAC but for its last byte", NAME("road"), .mac_len = -1, REFUSED },
	{ "the right MAC and a byte more", NAME("road"), .mac_len = 1, REFUSED },
};

static void test_odd_claims_that_are_proven(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		struct pair *pair = pair_with_all();
		struct buffer datagram = { 0 };
		uint16_t answer;

		claiming = pair;
		claim = &claims[i];
		change_newest(&pair->west, EXCHANGE_IKE_AUTH, false, 1, claim_it, &datagram);
		pair_inject(&pair->east, buffer_bytes(&datagram));
		answer = auth_answer(pair);
		if (answer != claims[i].answer)
			fail_msg("%s: answered with %u", claims[i].what, answer);
		assert_int_equal(pair->east.engine->w.established, answer == ESTABLISHED);
		buffer_done(&datagram);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_odd_claims_that_are_proven),
	};

	return cmocka_run_group_tests_name("hostile_claims", tests, provider_start, provider_stop);
}
