/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Post-quantum pre-shared keys (RFC 8784): what two ends make of their settings and keys. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/bench.h"
#include "pair/engine_pair.h"
#include "provider.h"

#define KEY_A "@west @east : PPKS a \"thirty-two bytes of one good key\"\n"
#define KEY_B "@west @east : PPKS b \"thirty-two bytes of another key.\"\n"
#define BAD_A "@west @east : PPKS a \"thirty-two bytes of a wrong key..\"\n"
#define ALIEN "@north @south : PPKS a \"thirty-two bytes of one good key\"\n"

#define REFUSALS_ARE_BELIEVED MILLISECONDS(1500)

enum result { WITH, WITHOUT, REFUSED_BY_WEST, REFUSED_BY_EAST };

static const struct {
	const char *what;
	const char *west, *east;           /* lines of the connection */
	const char *west_keys, *east_keys; /* beside the PSK */
	enum result result;
	const char *why;                   /* a piece of the line of who refuses */
} rows[] = {
	{ "both propose and have it", " ppk=propose\n", " ppk=propose\n", KEY_A, KEY_A, WITH, "" },
	{ "both insist and have it", " ppk=insist\n", " ppk=insist\n", KEY_A, KEY_A, WITH, "" },
	{ "one insists, one proposes", " ppk=insist\n", " ppk=yes\n", KEY_A, KEY_A, WITH, "" },
	{ "one proposes, one insists", " ppk=propose\n", " ppk=insist\n", KEY_A, KEY_A, WITH, "" },
	{ "neither wants", "", "", KEY_A, KEY_A, WITHOUT, "" },
	{ "only the initiator wants", " ppk=propose\n", "", KEY_A, KEY_A, WITHOUT, "" },
	{ "only the responder wants", "", " ppk=propose\n", KEY_A, KEY_A, WITHOUT, "" },
	{ "both want, neither has", " ppk=propose\n", " ppk=propose\n", "", "", WITHOUT, "" },
	{ "both want, only the responder has", " ppk=propose\n", " ppk=propose\n", "", KEY_A,
	  WITHOUT, "" },
	{ "both want, only the initiator has", " ppk=propose\n", " ppk=propose\n", KEY_A, "",
	  WITHOUT, "" },
	{ "both want, they have different ones", " ppk=propose\n", " ppk=propose\n", KEY_A, KEY_B,
	  WITHOUT, "" },
	{ "the responder has it for others", " ppk=propose\n", " ppk=propose\n", KEY_A, ALIEN,
	  WITHOUT, "" },
	{ "the responder may not use that one", " ppk=propose\n", " ppk=propose\n ppk-ids=b\n",
	  KEY_A, KEY_A KEY_B, WITHOUT, "" },
	{ "the initiator takes the first of its list", " ppk=insist\n ppk-ids=c,b,a\n",
	  " ppk=insist\n ppk-ids=b\n", KEY_A KEY_B, KEY_A KEY_B, WITH, "" },
	{ "the initiator insists and has none", " ppk=insist\n", " ppk=propose\n", "", KEY_A,
	  REFUSED_BY_WEST, "no PPKS entry" },
	{ "the initiator insists and has only others", " ppk=insist\n ppk-ids=b\n",
	  " ppk=propose\n", KEY_A, KEY_A, REFUSED_BY_WEST, "no PPKS entry" },
	{ "the initiator insists, the responder does not want", " ppk=insist\n", "", KEY_A, KEY_A,
	  REFUSED_BY_WEST, "rejected by" },
	{ "the initiator insists, the responder has another", " ppk=insist\n", " ppk=propose\n",
	  KEY_A, KEY_B, REFUSED_BY_EAST, "that is not ours" },
	{ "the responder insists, the initiator does not want", "", " ppk=insist\n", KEY_A, KEY_A,
	  REFUSED_BY_EAST, "ppk=insist" },
	{ "the responder insists and has another", " ppk=propose\n", " ppk=insist\n", KEY_A, KEY_B,
	  REFUSED_BY_EAST, "ppk=insist" },
	{ "the responder insists and has none", " ppk=propose\n", " ppk=insist\n", KEY_A, "",
	  REFUSED_BY_EAST, "ppk=insist" },
	{ "the same name for different keys", " ppk=propose\n", " ppk=propose\n", KEY_A, BAD_A,
	  REFUSED_BY_EAST, "did not prove" },
};

static struct pair *pair_of(size_t i)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = rows[i].west,
							     .east = rows[i].east });
	struct buffer text = { 0 };

	write_text(&text, PAIR_PSK);
	write_text(&text, rows[i].west_keys);
	pair_secrets(&pair->west, buffer_text(&text));
	buffer_clear(&text);
	write_text(&text, PAIR_PSK);
	write_text(&text, rows[i].east_keys);
	pair_secrets(&pair->east, buffer_text(&text));
	buffer_done(&text);
	return pair;
}

/* Only with the same key in them the two have the same SK_d; without any both say so. */
static void assert_up(const struct pair *pair, bool with)
{
	const struct ike_sa *west = pair_ike(&pair->west), *east = pair_ike(&pair->east);

	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_true(bytes_equal(secret_bytes(&west->keys.d), secret_bytes(&east->keys.d)));
	assert_int_equal(east->use_ppk, with);
	assert_int_equal(west->without_ppk.d.len, 0);
}

static void assert_refused(const struct pair *pair, enum result result, const char *why)
{
	const struct side *who = result == REFUSED_BY_WEST ? &pair->west : &pair->east;

	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->east.reports[REPORT_ESTABLISHED], 0);
	assert_int_equal(pair->west.reports[REPORT_ESTABLISHED], 0);
	if (strstr(who->last, why) == NULL)
		fail_msg("'%s' lacks '%s'", who->last, why);
}

static void test_settings_and_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_of(i);

		print_message("%s\n", rows[i].what);
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, REFUSALS_ARE_BELIEVED);
		if (rows[i].result == WITH || rows[i].result == WITHOUT)
			assert_up(pair, rows[i].result == WITH);
		else
			assert_refused(pair, rows[i].result, rows[i].why);
		pair_free(pair);
	}
}

/* The first message of west's is changed by nobody: what reaches east is what west signed. */
static void test_what_is_said(void **state)
{
	struct pair *pair = pair_of(0);
	struct buffer datagram = { 0 };
	struct payloads all;
	struct buffer plain = { 0 };
	unsigned identities = 0, proofs = 0;

	(void)state;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->west, &datagram));
	pair_inject(&pair->east, buffer_bytes(&datagram));
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->east, &datagram));
	pair_inject(&pair->west, buffer_bytes(&datagram));
	pair_run_jobs(pair);
	assert_true(pair_take(&pair->west, &datagram));
	pair_open(&pair->east, buffer_bytes(&datagram), &all, &plain);
	for (size_t i = 0; i < all.count; i++) {
		struct notify n;
		struct ppk_id id;

		if (all.list[i].type != PAYLOAD_NOTIFY)
			continue;
		assert_int_equal(notify_read(all.list[i].body, &n), WIRE_OK);
		if (n.type == NOTIFY_PPK_IDENTITY) {
			identities++;
			assert_int_equal(ppk_id_read(n.data, &id), WIRE_OK);
			assert_int_equal(id.type, PPK_ID_FIXED);
			assert_true(bytes_equal(id.id, bytes_of_text("a")));
		}
		proofs += n.type == NOTIFY_NO_PPK_AUTH;
	}
	assert_int_equal(identities, 1);
	assert_int_equal(proofs, 1);
	buffer_wipe(&plain);
	buffer_done(&datagram);
	pair_drop_all(pair);
	pair_free(pair);
}

/* RFC 8784 3: prf+ (PPK, SK_d'), and with one block of it that is prf (PPK, SK_d' | 1). */
static void test_how_it_is_mixed(void **state)
{
	static const uint8_t one = 1;
	struct bench *bench = bench_new(ROLE_INITIATOR);
	struct ike_sa *sa = bench->sa;
	struct bytes ppk = bytes_of_text("a key"), d = bytes_of_text("0123456789abcdef0123456789abcdef");
	struct bytes parts[2] = { d, bytes_at(&one, 1) };
	struct secret expected = { 0 };
	struct ike_keys before = { 0 };

	(void)state;
	sa->suite.prf = prf_find(PRF_HMAC_SHA2_256);
	sa->keys.d = secret_copy(d);
	sa->keys.pi = secret_copy(d);
	sa->keys.pr = secret_copy(bytes_of_text("another key of thirty-two bytes."));
	sa->keys.ei = secret_copy(d);
	assert_int_equal(prf_compute(sa->suite.prf, ppk, parts, 2, &expected), CRYPTO_OK);
	assert_true(ike_sa_mix_ppk(sa, ppk, &before));
	assert_true(bytes_equal(secret_bytes(&sa->keys.d), secret_bytes(&expected)));
	assert_true(bytes_equal(secret_bytes(&sa->keys.pi), secret_bytes(&expected)));
	assert_int_equal(sa->keys.pr.len, 32);
	assert_false(bytes_equal(secret_bytes(&sa->keys.pr), secret_bytes(&expected)));
	assert_true(bytes_equal(secret_bytes(&sa->keys.ei), d));
	assert_true(bytes_equal(secret_bytes(&before.d), d));
	ike_sa_unmix_ppk(sa, &before);
	assert_true(bytes_equal(secret_bytes(&sa->keys.d), d));
	assert_int_equal(before.pr.len, 0);
	secret_done(&expected);
	bench_free(bench);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_and_keys),
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_how_it_is_mixed),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
