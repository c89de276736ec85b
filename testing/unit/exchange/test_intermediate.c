/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE_INTERMEDIATE (RFC 9242) with additional key exchanges (RFC 9370) before IKE_AUTH. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/sa/int_auth.h"
#include "pair/bench.h"
#include "pair/engine_pair.h"
#include "provider.h"

#define CLASSIC " ike=aes_gcm256-sha2_256-dh19\n"
#define ONE     " ike=aes_gcm256-sha2_256-dh19;addke1=dh31\n"
#define THREE   " ike=aes256-sha2_512-dh31;addke1=dh19;addke3=dh20;addke7=modp2048\n"
#define MAYBE   " ike=aes_gcm256-sha2_256-dh19;addke1=dh31+none\n"
#define OTHER   " ike=aes_gcm256-sha2_256-dh19;addke1=dh20\n"

static const struct {
	const char *what;
	const char *west, *east;
	bool up;
	unsigned exchanges; /* IKE_INTERMEDIATE */
} rows[] = {
	{ "none", CLASSIC, CLASSIC, true, 0 },
	{ "announced, with nothing to do in it", CLASSIC " intermediate=yes\n",
	  CLASSIC " intermediate=yes\n", true, 0 },
	{ "one", ONE, ONE, true, 1 },
	{ "three, with places between", THREE, THREE, true, 3 },
	{ "the initiator can do without", MAYBE, CLASSIC, true, 0 },
	{ "the responder can do without", CLASSIC, MAYBE, true, 0 },
	{ "both can do without and do with", MAYBE, MAYBE, true, 1 },
	{ "one can do without", MAYBE, ONE, true, 1 },
	{ "the responder will not do without", CLASSIC, ONE, false, 0 },
	{ "the initiator will not do without", ONE, CLASSIC, false, 0 },
	{ "they have no method in common", ONE, OTHER, false, 0 },
	{ "with a PPK besides", ONE " ppk=insist\n", ONE " ppk=insist\n", true, 1 },
	{ "in fragments", THREE " fragment-size=300\n", THREE " fragment-size=300\n", true, 3 },
	{ "over the NAT port", ONE " encapsulation=yes\n", ONE " encapsulation=yes\n", true, 1 },
};

static struct pair *pair_of(size_t i)
{
	static const char secrets[] = PAIR_PSK ": PPKS a \"a key\"\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = rows[i].west,
							     .east = rows[i].east });

	pair_secrets(&pair->west, secrets);
	pair_secrets(&pair->east, secrets);
	return pair;
}

static void test_what_two_ends_make_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_of(i);

		print_message("%s\n", rows[i].what);
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_run(pair);
		assert_int_equal(pair->west.kernel.sa_count, rows[i].up ? 2 : 0);
		assert_int_equal(pair->east.kernel.sa_count, rows[i].up ? 2 : 0);
		if (rows[i].up) {
			const struct ike_sa *west = pair_ike(&pair->west);
			const struct ike_sa *east = pair_ike(&pair->east);

			assert_int_equal(west->intermediates, rows[i].exchanges);
			assert_int_equal(east->intermediates, rows[i].exchanges);
			assert_int_equal(west->next_message_id, 2 + rows[i].exchanges);
			assert_int_equal(west->old_keys.d.len + east->old_keys.d.len, 0);
			assert_int_equal(west->int_auth_i.len + east->int_auth_r.len, 0);
		}
		pair_free(pair);
	}
}

/* A request that is repeated because its answer was lost is of keys that are replaced already. */
static void test_any_datagram_lost(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 10; i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = THREE, .east = THREE });

		pair_lose_one(pair, i);
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, SECONDS(2));
		assert_int_equal(pair->lost, 1);
		assert_int_equal(pair->west.kernel.sa_count, 2);
		assert_int_equal(pair_shared_sas(pair), 2);
		assert_int_equal(pair_ike(&pair->east)->intermediates, 3);
		pair_free(pair);
	}
}

/* Every message comes twice, and each answer to the second is like the first. */
static void test_everything_twice(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = THREE, .east = THREE });
	struct buffer first = { 0 }, second = { 0 }, request = { 0 };

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	for (int i = 0; i < 5; i++) {
		pair_run_jobs(pair);
		assert_true(pair_take(&pair->west, &request));
		pair_inject(&pair->east, buffer_bytes(&request));
		pair_run_jobs(pair);
		assert_true(pair_take(&pair->east, &first));
		pair_inject(&pair->east, buffer_bytes(&request));
		assert_true(pair_take(&pair->east, &second));
		assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
		pair_inject(&pair->west, buffer_bytes(&first));
		pair_inject(&pair->west, buffer_bytes(&second));
	}
	assert_int_equal(pair_shared_sas(pair), 2);
	buffer_done(&first);
	buffer_done(&second);
	buffer_done(&request);
	pair_free(pair);
}

/* RFC 9242 3.3.2, with its messages made by hand. */
static void test_what_is_signed(void **state)
{
	static const uint8_t header_i[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		PAYLOAD_SK, 0x20, EXCHANGE_IKE_INTERMEDIATE, FLAG_INITIATOR, 0, 0, 0, 1,
		0, 0, 0, 40, PAYLOAD_NOTIFY, 0x40, 0, 12,
	};
	static const uint8_t header_r[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		PAYLOAD_SK, 0x20, EXCHANGE_IKE_INTERMEDIATE, FLAG_RESPONSE, 0, 0, 0, 1,
		0, 0, 0, 32, PAYLOAD_NONE, 0, 0, 4,
	};
	static const uint8_t inner_i[] = { PAYLOAD_NOTIFY, 0, 0, 0, 8, 0, 0, 0x40, 1 };
	static const uint8_t auth_id[] = { 0, 0, 0, 3 };
	struct bytes pi = bytes_of_text("the initiator's SK_pi"), pr = bytes_of_text("SK_pr");
	struct ike_header header = { .spi_i = 0x0102030405060708, .spi_r = 0x090a0b0c0d0e0f10,
				     .version = 0x20, .exchange = EXCHANGE_IKE_INTERMEDIATE,
				     .flags = FLAG_INITIATOR, .message_id = 1, .length = 4711,
				     .next_payload = PAYLOAD_SKF };
	struct bench *bench = bench_new(ROLE_RESPONDER);
	struct ike_sa *sa = bench->sa;
	const struct prf_desc *prf = prf_find(PRF_HMAC_SHA2_256);
	struct secret i1 = { 0 }, i2 = { 0 }, r1 = { 0 }, r2 = { 0 };
	struct buffer signed_part = { 0 };
	struct bytes parts[3];
	struct inner empty;

	(void)state;
	sa->suite.prf = prf;
	sa->spi_i = header.spi_i;
	sa->spi_r = header.spi_r;
	sa->keys.pi = secret_copy(pi);
	sa->keys.pr = secret_copy(pr);
	int_auth_write(sa, &signed_part);
	assert_int_equal(signed_part.len, 0);
	inner_start(&empty);
	assert_true(int_auth_add_peers(sa, &header, 0x40, BYTES_OF(inner_i)));
	assert_true(int_auth_add_own(sa, true, 1, &empty));
	assert_true(int_auth_add_peers(sa, &header, 0x40, BYTES_OF(inner_i)));
	assert_true(int_auth_add_own(sa, true, 1, &empty));
	sa->intermediates = 2;

	parts[0] = BYTES_OF(header_i);
	parts[1] = bytes_at(inner_i + 1, sizeof(inner_i) - 1);
	assert_int_equal(prf_compute(prf, pi, parts, 2, &i1), CRYPTO_OK);
	parts[0] = BYTES_OF(header_r);
	assert_int_equal(prf_compute(prf, pr, parts, 1, &r1), CRYPTO_OK);
	parts[0] = secret_bytes(&i1);
	parts[1] = BYTES_OF(header_i);
	parts[2] = bytes_at(inner_i + 1, sizeof(inner_i) - 1);
	assert_int_equal(prf_compute(prf, pi, parts, 3, &i2), CRYPTO_OK);
	parts[0] = secret_bytes(&r1);
	parts[1] = BYTES_OF(header_r);
	assert_int_equal(prf_compute(prf, pr, parts, 2, &r2), CRYPTO_OK);

	int_auth_write(sa, &signed_part);
	assert_int_equal(signed_part.len, 32 + 32 + 4);
	assert_memory_equal(signed_part.ptr, i2.ptr, 32);
	assert_memory_equal(signed_part.ptr + 32, r2.ptr, 32);
	assert_memory_equal(signed_part.ptr + 64, auth_id, 4);
	secret_done(&i1);
	secret_done(&i2);
	secret_done(&r1);
	secret_done(&r2);
	buffer_done(&signed_part);
	inner_done(&empty);
	bench_free(bench);
}

/* It cannot be made of a message that no length field can hold. */
static void test_too_long_to_be_signed(void **state)
{
	struct bench *bench = bench_new(ROLE_RESPONDER);
	struct ike_header header = { .spi_i = 1 };
	struct buffer inner = { 0 };

	(void)state;
	bench->sa->suite.prf = prf_find(PRF_HMAC_SHA2_256);
	bench->sa->keys.pi = secret_copy(bytes_of_text("key"));
	write_zeros(&inner, 1 + MESSAGE_MAX - IKE_HEADER_LEN - PAYLOAD_HEADER_LEN);
	assert_true(int_auth_add_peers(bench->sa, &header, 0, buffer_bytes(&inner)));
	write_zeros(&inner, 1);
	assert_false(int_auth_add_peers(bench->sa, &header, 0, buffer_bytes(&inner)));
	buffer_done(&inner);
	bench_free(bench);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_two_ends_make_of_it),
		cmocka_unit_test(test_any_datagram_lost),
		cmocka_unit_test(test_everything_twice),
		cmocka_unit_test(test_what_is_signed),
		cmocka_unit_test(test_too_long_to_be_signed),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
