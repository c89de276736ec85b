/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is offered, what is chosen of it, and which answers are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ike/conn/proposals.h"

static const uint8_t spi[4] = { 1, 2, 3, 4 };

/* Of all tests; they go when the last one has ended. */
static struct algorithm_list lists[200];
static size_t list_count;

static int free_lists(void **state)
{
	(void)state;
	while (list_count > 0)
		algorithm_list_done(&lists[--list_count]);
	return 0;
}

static struct algorithm_list parsed(enum proposal_kind kind, const char *text)
{
	struct algorithm_list list = { 0 };
	struct buffer why = { 0 };

	assert_true(algorithm_list_parse(kind, text, &list, &why));
	buffer_done(&why);
	assert_true(list_count < ARRAY_LEN(lists));
	lists[list_count++] = list;
	return list;
}

static struct offer ike_offer_of(const struct algorithm_list *list)
{
	return (struct offer) { .protocol = PROTO_IKE, .list = list, .with_ke = true };
}

static struct offer esp_offer_of(const struct algorithm_list *list)
{
	return (struct offer) { .protocol = PROTO_ESP, .list = list };
}

static struct bytes spi_for(const struct offer *offer)
{
	return offer->protocol == PROTO_IKE ? (struct bytes) { 0 } : BYTES_OF(spi);
}

/* One end offers, the other chooses and answers, the first checks. */
static void there_and_back(const struct offer *a, const struct offer *b, const char *expected)
{
	struct buffer body = { 0 }, answer = { 0 };
	struct suite chosen, believed;
	char text[SUITE_TEXT_MAX];

	offer_write(a, spi_for(a), &body);
	assert_int_equal(offer_choose(b, buffer_bytes(&body), NULL, &chosen), CHOOSE_OK);
	assert_string_equal(suite_print(&chosen, text), expected);
	suite_write(&chosen, b->protocol, spi_for(b), &answer);
	assert_int_equal(offer_check_answer(a, buffer_bytes(&answer), &believed), CHOOSE_OK);
	assert_true(suite_equal(&chosen, &believed));
	assert_ptr_equal(chosen.ke, believed.ke);
	assert_int_equal(believed.spi_len, a->protocol == PROTO_IKE ? 0 : 4);
	assert_memory_equal(believed.spi, spi, believed.spi_len);
	buffer_done(&body);
	buffer_done(&answer);
}

static void test_default_lists(void **state)
{
	struct algorithm_list ike = parsed(PROPOSAL_IKE, NULL), esp = parsed(PROPOSAL_ESP, NULL);
	struct offer i = ike_offer_of(&ike), e = esp_offer_of(&esp);
	struct offer pfs = e;

	(void)state;
	pfs.with_ke = true;
	pfs.default_ke = ke_find(KE_CURVE25519);
	there_and_back(&i, &i, "AES_GCM_16_256-HMAC_SHA2_512-DH19");
	there_and_back(&e, &e, "AES_GCM_16_256");
	there_and_back(&pfs, &pfs, "AES_GCM_16_256-DH31");
	assert_ptr_equal(offer_first_ke(&i), ke_find(KE_ECP_256));
	assert_ptr_equal(offer_first_ke(&pfs), ke_find(KE_CURVE25519));
}

/* The chooser's order decides, both ways. */
static void test_order(void **state)
{
	struct algorithm_list a = parsed(PROPOSAL_IKE, "aes256-sha2_256;dh14,aes_gcm256-sha2_512;dh19");
	struct algorithm_list b = parsed(PROPOSAL_IKE, "aes_gcm256-sha2_512;dh19,aes256-sha2_256;dh14");
	struct offer one = ike_offer_of(&a), two = ike_offer_of(&b);

	(void)state;
	there_and_back(&one, &two, "AES_GCM_16_256-HMAC_SHA2_512-DH19");
	there_and_back(&two, &one, "AES_CBC_256-HMAC_SHA2_256_128-HMAC_SHA2_256-MODP2048");
}

/* With one PRF to keep, the order of both ends gives way to it, and the proposals are counted anew. */
static void test_kept_prf(void **state)
{
	static const char *const texts[] = {
		"aes_gcm256-sha2_512;dh19,aes256-sha2_256+sha2_512;dh14",
		"aes_gcm256-sha2_512;dh19,aes256-sha2_512+sha2_256;dh14",
	};
	struct algorithm_list a = parsed(PROPOSAL_IKE, texts[0]), b = parsed(PROPOSAL_IKE, texts[1]);
	struct offer one = ike_offer_of(&a), two = ike_offer_of(&b);

	(void)state;
	there_and_back(&one, &two, "AES_GCM_16_256-HMAC_SHA2_512-DH19");
	offer_keep_prf(&one, prf_find(PRF_HMAC_SHA2_256));
	there_and_back(&one, &two, "AES_CBC_256-HMAC_SHA2_512_256-HMAC_SHA2_256-MODP2048");
	there_and_back(&two, &one, "AES_CBC_256-HMAC_SHA2_256_128-HMAC_SHA2_256-MODP2048");
	offer_keep_prf(&two, prf_find(PRF_HMAC_SHA2_384)); /* nobody's */
	assert_null(two.prf);
}

static void test_groups(void **state)
{
	struct algorithm_list list = parsed(PROPOSAL_IKE, "aes_gcm256-sha2_512;dh19+dh31");
	struct algorithm_list other = parsed(PROPOSAL_IKE, "aes_gcm256-sha2_512;dh14");
	struct offer ours = ike_offer_of(&list), foreign = ike_offer_of(&other);
	struct buffer body = { 0 };
	struct suite out;

	(void)state;
	offer_write(&ours, (struct bytes) { 0 }, &body);
	/* what the peer sent a KE for is taken, though another one comes first */
	assert_int_equal(offer_choose(&ours, buffer_bytes(&body), ke_find(KE_CURVE25519), &out),
			 CHOOSE_OK);
	assert_ptr_equal(out.ke, ke_find(KE_CURVE25519));
	/* it sent one that is not offered: without it the first is asked for */
	assert_int_equal(offer_choose(&ours, buffer_bytes(&body), ke_find(KE_MODP2048), &out),
			 CHOOSE_NONE);
	assert_int_equal(offer_choose(&ours, buffer_bytes(&body), NULL, &out), CHOOSE_OK);
	assert_ptr_equal(out.ke, ke_find(KE_ECP_256));
	assert_int_equal(offer_choose(&foreign, buffer_bytes(&body), NULL, &out), CHOOSE_NONE);
	assert_true(offer_has_ke(&ours, KE_CURVE25519));
	assert_false(offer_has_ke(&ours, KE_MODP2048));
	buffer_done(&body);
}

/* --- proposals of a peer, one by one --- */

#define GCM   { TRANSFORM_ENCR, ENCR_AES_GCM_16, 256, false }
#define CBC   { TRANSFORM_ENCR, ENCR_AES_CBC, 256, false }
#define SHA2  { TRANSFORM_INTEG, INTEG_HMAC_SHA2_256_128, 0, false }
#define NOMAC { TRANSFORM_INTEG, INTEG_NONE, 0, false }
#define PRF   { TRANSFORM_PRF, PRF_HMAC_SHA2_512, 0, false }
#define DH19  { TRANSFORM_KE, KE_ECP_256, 0, false }
#define NODH  { TRANSFORM_KE, KE_NONE, 0, false }
#define ESN   { TRANSFORM_ESN, ESN_YES, 0, false }
#define NOESN { TRANSFORM_ESN, ESN_NO, 0, false }

static const struct {
	const char *what, *ours;
	bool esp;
	enum conf_esn esn;
	struct transform list[8];
	enum choose_result result;
	bool chosen_esn;
} peers[] = {
	{ "GCM without INTEG", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF, DH19 },
	  CHOOSE_OK, false },
	{ "GCM with INTEG NONE", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER,
	  { GCM, PRF, NOMAC, DH19 }, CHOOSE_OK, false },
	{ "GCM with a MAC", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF, SHA2, DH19 },
	  CHOOSE_NONE, false },
	{ "CBC without INTEG", "aes256-sha2_512;dh19", false, ESN_EITHER, { CBC, PRF, DH19 },
	  CHOOSE_NONE, false },
	{ "CBC with INTEG NONE", "aes256-sha2_512;dh19", false, ESN_EITHER,
	  { CBC, PRF, NOMAC, DH19 }, CHOOSE_NONE, false },
	{ "IKE without a group", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF },
	  CHOOSE_NONE, false },
	{ "IKE with group NONE", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF, NODH },
	  CHOOSE_NONE, false },
	{ "a transform type that nobody knows", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER,
	  { GCM, PRF, DH19, { 13, 1, 0, false } }, CHOOSE_NONE, false },
	{ "transform type 0", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER,
	  { GCM, PRF, DH19, { 0, 1, 0, true } }, CHOOSE_NONE, false },
	{ "ESN in IKE", "aes_gcm256-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF, DH19, ESN },
	  CHOOSE_NONE, false },
	{ "another key length", "aes_gcm128-sha2_512;dh19", false, ESN_EITHER, { GCM, PRF, DH19 },
	  CHOOSE_NONE, false },
	{ "a PRF in ESP", "aes_gcm256", true, ESN_EITHER, { GCM, PRF, NOESN }, CHOOSE_NONE, false },
	{ "ESN is preferred", "aes_gcm256", true, ESN_EITHER, { GCM, NOESN, ESN }, CHOOSE_OK,
	  true },
	{ "no ESN is taken", "aes_gcm256", true, ESN_EITHER, { GCM, NOESN }, CHOOSE_OK, false },
	{ "left out means no ESN", "aes_gcm256", true, ESN_EITHER, { GCM }, CHOOSE_OK, false },
	{ "esn=yes wants it", "aes_gcm256", true, ESN_ONLY, { GCM, NOESN }, CHOOSE_NONE, false },
	{ "esn=yes, and it was left out", "aes_gcm256", true, ESN_ONLY, { GCM }, CHOOSE_NONE,
	  false },
	{ "esn=no does not want it", "aes_gcm256", true, ESN_NEVER, { GCM, ESN }, CHOOSE_NONE,
	  false },
	{ "esn=no takes the other", "aes_gcm256", true, ESN_NEVER, { GCM, ESN, NOESN }, CHOOSE_OK,
	  false },
	{ "a group where none is wanted", "aes_gcm256", true, ESN_EITHER, { GCM, DH19, NOESN },
	  CHOOSE_NONE, false },
	{ "group NONE where none is wanted", "aes_gcm256", true, ESN_EITHER, { GCM, NODH, NOESN },
	  CHOOSE_OK, false },
};

static struct proposal proposal_of(size_t row)
{
	struct proposal p = { .number = 1, .protocol = peers[row].esp ? PROTO_ESP : PROTO_IKE };

	if (peers[row].esp)
		p.spi = BYTES_OF(spi);
	while (p.count < ARRAY_LEN(peers[row].list) &&
	       (peers[row].list[p.count].type != 0 || peers[row].list[p.count].unknown_attribute)) {
		p.transforms[p.count] = peers[row].list[p.count];
		p.count++;
	}
	return p;
}

static void test_peers_proposals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(peers); i++) {
		struct algorithm_list list =
			parsed(peers[i].esp ? PROPOSAL_ESP : PROPOSAL_IKE, peers[i].ours);
		struct offer offer = peers[i].esp ? esp_offer_of(&list) : ike_offer_of(&list);
		struct proposal p = proposal_of(i);
		struct buffer body = { 0 };
		struct suite out = { 0 };
		enum choose_result result;

		offer.esn = peers[i].esn;
		proposal_write(&body, &p, true);
		result = offer_choose(&offer, buffer_bytes(&body), NULL, &out);
		if (result != peers[i].result || out.esn != peers[i].chosen_esn)
			fail_msg("%s: result %d, ESN %d", peers[i].what, result, out.esn);
		buffer_done(&body);
	}
}

/* An attribute that we do not know spoils its transform, not the proposal. */
static void test_unknown_attribute(void **state)
{
	static const uint8_t body[] = {
		0, 0, 0, 48, 1, PROTO_ESP, 4, 3, 1, 2, 3, 4,
		3, 0, 0, 16, TRANSFORM_ENCR, 0, 0, ENCR_AES_GCM_16, 0x80, 14, 1, 0, 0x80, 99, 0, 1,
		3, 0, 0, 12, TRANSFORM_ENCR, 0, 0, ENCR_AES_GCM_16, 0x80, 14, 0, 128,
		0, 0, 0, 8, TRANSFORM_ESN, 0, 0, ESN_NO,
	};
	struct algorithm_list list = parsed(PROPOSAL_ESP, "aes_gcm256,aes_gcm128");
	struct offer offer = esp_offer_of(&list);
	struct suite out;

	(void)state;
	assert_int_equal(offer_choose(&offer, BYTES_OF(body), NULL, &out), CHOOSE_OK);
	assert_int_equal(out.encr_key_bits, 128);
}

static void test_group_is_optional_for_a_responder(void **state)
{
	struct algorithm_list list = parsed(PROPOSAL_ESP, "aes_gcm256");
	struct offer offer = esp_offer_of(&list);
	struct proposal p = { .number = 1, .protocol = PROTO_ESP, .spi = BYTES_OF(spi),
			      .transforms = { GCM, NOESN }, .count = 2 };
	struct buffer body = { 0 };
	struct suite out;

	(void)state;
	proposal_write(&body, &p, true);
	offer.with_ke = true;
	offer.default_ke = ke_find(KE_ECP_256);
	assert_int_equal(offer_choose(&offer, buffer_bytes(&body), NULL, &out), CHOOSE_NONE);
	offer.ke_optional = true;
	assert_int_equal(offer_choose(&offer, buffer_bytes(&body), NULL, &out), CHOOSE_OK);
	assert_null(out.ke);
	buffer_done(&body);
}

/* --- additional key exchanges --- */

#define ADDKE(place, id) { TRANSFORM_ADDKE1 + (place) - 1, id, 0, false }
#define CLASSIC "aes_gcm256-sha2_512;dh19"

static const struct {
	const char *what, *ours;
	struct transform list[6];
	size_t count; /* of those; GCM, PRF and DH19 come before */
	bool without; /* no IKE_INTERMEDIATE */
	const char *chosen; /* NULL: nothing */
} additional[] = {
	{ "nobody wants any", CLASSIC, { GCM }, 0, false, "" },
	{ "the same", CLASSIC ";addke1=dh31", { ADDKE(1, KE_CURVE25519) }, 1, false,
	  " addke1=DH31" },
	{ "one of several, ours decides", CLASSIC ";addke2=dh20+dh31",
	  { ADDKE(2, KE_CURVE25519), ADDKE(2, KE_ECP_384) }, 2, false, " addke2=DH20" },
	{ "in several places", CLASSIC ";addke1=dh31;addke7=dh20",
	  { ADDKE(7, KE_ECP_384), ADDKE(1, KE_CURVE25519) }, 2, false,
	  " addke1=DH31 addke7=DH20" },
	{ "in another place", CLASSIC ";addke1=dh31", { ADDKE(2, KE_CURVE25519) }, 1, false,
	  NULL },
	{ "the peer has none, and we need one", CLASSIC ";addke1=dh31", { GCM }, 0, false, NULL },
	{ "the peer has none, and none will do", CLASSIC ";addke1=dh31+none", { GCM }, 0, false,
	  "" },
	{ "the peer says none, and none will do", CLASSIC ";addke1=dh31+none",
	  { ADDKE(1, KE_NONE) }, 1, false, "" },
	{ "the peer says none, and we need one", CLASSIC ";addke1=dh31", { ADDKE(1, KE_NONE) }, 1,
	  false, NULL },
	{ "the peer can do without, and we have none", CLASSIC,
	  { ADDKE(1, KE_CURVE25519), ADDKE(1, KE_NONE) }, 2, false, "" },
	{ "the peer needs one, and we have none", CLASSIC, { ADDKE(1, KE_CURVE25519) }, 1, false,
	  NULL },
	{ "none comes first here", CLASSIC ";addke1=none+dh31",
	  { ADDKE(1, KE_CURVE25519), ADDKE(1, KE_NONE) }, 2, false, "" },
	{ "one that nobody knows, and none", CLASSIC, { ADDKE(1, 4711), ADDKE(1, KE_NONE) }, 2,
	  false, "" },
	{ "there is no way to make them, and we need one", CLASSIC ";addke1=dh31",
	  { ADDKE(1, KE_CURVE25519) }, 1, true, NULL },
	{ "there is no way to make them, and none will do", CLASSIC ";addke1=dh31+none",
	  { ADDKE(1, KE_CURVE25519), ADDKE(1, KE_NONE) }, 2, true, "" },
	{ "there is no way to make them, and the peer needs one", CLASSIC ";addke1=dh31+none",
	  { ADDKE(1, KE_CURVE25519) }, 1, true, NULL },
};

static void test_additional_key_exchanges(void **state)
{
	static const struct transform first[] = { GCM, PRF, DH19 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(additional); i++) {
		struct algorithm_list list = parsed(PROPOSAL_IKE, additional[i].ours);
		struct offer offer = ike_offer_of(&list);
		struct proposal p = { .number = 1, .protocol = PROTO_IKE,
				      .count = 3 + additional[i].count };
		struct buffer body = { 0 }, answer = { 0 };
		struct suite out, again;
		char text[SUITE_TEXT_MAX];

		print_message("%s\n", additional[i].what);
		offer.with_addke = !additional[i].without;
		memcpy(p.transforms, first, sizeof(first));
		memcpy(p.transforms + 3, additional[i].list,
		       additional[i].count * sizeof(p.transforms[0]));
		proposal_write(&body, &p, true);
		assert_int_equal(offer_choose(&offer, buffer_bytes(&body), NULL, &out),
				 additional[i].chosen != NULL ? CHOOSE_OK : CHOOSE_NONE);
		if (additional[i].chosen != NULL) {
			assert_string_equal(strstr(suite_print_ike(&out, text), "ke=DH19") + 7,
					    additional[i].chosen);
			/* Each place that the peer named is answered. */
			suite_write(&out, PROTO_IKE, (struct bytes) { 0 }, &answer);
			assert_int_equal(offer_check_answer(&offer, buffer_bytes(&answer), &again),
					 CHOOSE_OK);
			assert_int_equal(again.addke_places, out.addke_places);
			assert_int_equal(out.addke_places != 0, additional[i].count != 0);
		}
		buffer_done(&body);
		buffer_done(&answer);
	}
}

static void test_next_additional(void **state)
{
	struct suite suite = { .addke = { [2] = ke_find(KE_ECP_384), [6] = ke_find(KE_ECP_256) } };

	(void)state;
	assert_int_equal(suite_next_addke(&suite, 0), 2);
	assert_int_equal(suite_next_addke(&suite, 2), 2);
	assert_int_equal(suite_next_addke(&suite, 3), 6);
	assert_int_equal(suite_next_addke(&suite, 7), ADDKE_MAX);
}

/* --- answers --- */

static const struct {
	const char *what;
	uint8_t number;
	struct transform list[6];
	size_t count;
	enum choose_result result;
} answers[] = {
	{ "what was offered", 1, { GCM, PRF, DH19 }, 3, CHOOSE_OK },
	{ "the second, under its own number", 2, { CBC, PRF, SHA2, DH19 }, 4, CHOOSE_OK },
	{ "the second, under the first's number", 1, { CBC, PRF, SHA2, DH19 }, 4, CHOOSE_NONE },
	{ "a number that was not offered", 3, { GCM, PRF, DH19 }, 3, CHOOSE_NONE },
	{ "a group that was not offered", 1, { GCM, PRF, { TRANSFORM_KE, KE_MODP2048, 0, false } },
	  3, CHOOSE_NONE },
	{ "no group", 1, { GCM, PRF }, 2, CHOOSE_NONE },
	{ "no cipher", 1, { PRF, DH19 }, 2, CHOOSE_NONE },
	{ "nothing", 1, { GCM }, 0, CHOOSE_NONE },
	{ "a shorter key", 1, { { TRANSFORM_ENCR, ENCR_AES_GCM_16, 128, false }, PRF, DH19 }, 3,
	  CHOOSE_NONE },
	{ "two ciphers", 1, { GCM, GCM, PRF, DH19 }, 4, CHOOSE_MALFORMED },
	{ "an additional key exchange that was not offered", 1,
	  { GCM, PRF, DH19, ADDKE(1, KE_CURVE25519) }, 4, CHOOSE_NONE },
	{ "two groups", 1, { GCM, PRF, DH19, { TRANSFORM_KE, KE_CURVE25519, 0, false } }, 4,
	  CHOOSE_MALFORMED },
};

static void test_answers(void **state)
{
	struct algorithm_list list =
		parsed(PROPOSAL_IKE, "aes_gcm256-sha2_512;dh19+dh31,aes256-sha2_512+sha2_256;dh19");
	struct offer offer = ike_offer_of(&list);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct proposal p = { .number = answers[i].number, .protocol = PROTO_IKE,
				      .count = answers[i].count };
		struct buffer body = { 0 };
		struct suite out;
		enum choose_result result;

		memcpy(p.transforms, answers[i].list, answers[i].count * sizeof(p.transforms[0]));
		proposal_write(&body, &p, true);
		result = offer_check_answer(&offer, buffer_bytes(&body), &out);
		if (result != answers[i].result)
			fail_msg("%s: result %d", answers[i].what, result);
		buffer_done(&body);
	}
}

static void test_two_proposals_in_an_answer(void **state)
{
	struct algorithm_list list = parsed(PROPOSAL_IKE, "aes_gcm256-sha2_512;dh19");
	struct offer offer = ike_offer_of(&list);
	struct proposal p = { .number = 1, .protocol = PROTO_IKE,
			      .transforms = { GCM, PRF, DH19 }, .count = 3 };
	struct buffer body = { 0 };
	struct suite out;

	(void)state;
	assert_int_equal(offer_check_answer(&offer, (struct bytes) { 0 }, &out), CHOOSE_MALFORMED);
	proposal_write(&body, &p, false);
	p.number = 2;
	proposal_write(&body, &p, true);
	assert_int_equal(offer_check_answer(&offer, buffer_bytes(&body), &out), CHOOSE_MALFORMED);
	/* and of another protocol */
	buffer_clear(&body);
	p = (struct proposal) { .number = 1, .protocol = PROTO_ESP, .spi = BYTES_OF(spi),
				.transforms = { GCM, DH19 }, .count = 2 };
	proposal_write(&body, &p, true);
	assert_int_equal(offer_check_answer(&offer, buffer_bytes(&body), &out), CHOOSE_NONE);
	buffer_done(&body);
}

/* Every prefix of a good body is malformed, and nothing is written. */
static void test_prefixes(void **state)
{
	struct algorithm_list list = parsed(PROPOSAL_IKE, NULL);
	struct offer offer = ike_offer_of(&list);
	struct buffer body = { 0 };

	(void)state;
	offer_write(&offer, (struct bytes) { 0 }, &body);
	for (size_t len = 1; len < body.len; len++) {
		struct suite out = { .number = 77 };

		assert_int_equal(offer_choose(&offer, bytes_at(body.ptr, len), NULL, &out),
				 CHOOSE_MALFORMED);
		assert_int_equal(out.number, 77);
	}
	buffer_done(&body);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_lists),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_kept_prf),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_peers_proposals),
		cmocka_unit_test(test_unknown_attribute),
		cmocka_unit_test(test_group_is_optional_for_a_responder),
		cmocka_unit_test(test_additional_key_exchanges),
		cmocka_unit_test(test_next_additional),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_two_proposals_in_an_answer),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, free_lists);
}
