/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "conf/proposals.h"

#define GROUPS "-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192"

static const struct good_row {
	const char *sentence;
	enum proposal_kind kind;
	const char *text, *printed;
} good_rows[] = {
	{ "all three are written", PROPOSAL_IKE, "aes_gcm256-sha2_512-dh19",
	  "aes_gcm_16_256-hmac_sha2_512-dh19" },
	{ "the group may come after a semicolon", PROPOSAL_IKE, "aes_gcm256-sha2_512;dh19",
	  "aes_gcm_16_256-hmac_sha2_512-dh19" },
	{ "a PRF alone says the integrity too", PROPOSAL_IKE, "aes256-sha2;modp2048",
	  "aes_cbc_256-hmac_sha2_256_128-hmac_sha2_256-modp2048" },
	{ "integrity and PRF may differ", PROPOSAL_IKE, "aes256-sha2_256-sha2_512-dh31",
	  "aes_cbc_256-hmac_sha2_256_128-hmac_sha2_512-dh31" },
	{ "an integrity alone says the PRF too", PROPOSAL_IKE, "aes256-hmac_sha2_384_192-dh31",
	  "aes_cbc_256-hmac_sha2_384_192-hmac_sha2_384-dh31" },
	{ "left out are PRF and groups", PROPOSAL_IKE, "aes_gcm256",
	  "aes_gcm_16_256-hmac_sha2_512+hmac_sha2_256" GROUPS },
	{ "left out is only the PRF", PROPOSAL_IKE, "aes_gcm256-dh31",
	  "aes_gcm_16_256-hmac_sha2_512+hmac_sha2_256-dh31" },
	{ "without key length both are meant, the longer first", PROPOSAL_ESP, "aes_gcm",
	  "aes_gcm_16_256+aes_gcm_16_128" },
	{ "alternatives are joined by plus", PROPOSAL_IKE,
	  "aes_gcm256+chacha20_poly1305-sha2_512+sha2_384-dh19+x25519",
	  "aes_gcm_16_256+chacha20_poly1305-hmac_sha2_512+hmac_sha2_384-dh19+dh31" },
	{ "the same twice counts once", PROPOSAL_ESP, "aes256+aes-sha2",
	  "aes_cbc_256+aes_cbc_128-hmac_sha2_256_128" },
	{ "proposals are separated by commas", PROPOSAL_ESP, "aes_gcm128,aes128-sha2_512",
	  "aes_gcm_16_128,aes_cbc_128-hmac_sha2_512_256" },
	{ "blanks mean nothing", PROPOSAL_ESP, " aes_gcm128 , aes128 - sha2_512 ",
	  "aes_gcm_16_128,aes_cbc_128-hmac_sha2_512_256" },
	{ "a key length may follow a dash", PROPOSAL_ESP, "aes_gcm-256", "aes_gcm_16_256" },
	{ "a key length may follow a dash before a hash", PROPOSAL_ESP, "aes-128-sha2_256",
	  "aes_cbc_128-hmac_sha2_256_128" },
	{ "a key length may follow an underscore", PROPOSAL_ESP, "aes_gcm_c_128",
	  "aes_gcm_16_128" },
	{ "the ICV's length is no key length", PROPOSAL_ESP, "aes_gcm_16",
	  "aes_gcm_16_256+aes_gcm_16_128" },
	{ "an AEAD may say that it has no integrity besides", PROPOSAL_ESP, "aes_gcm256-null",
	  "aes_gcm_16_256" },
	{ "none says the same, and a group may follow", PROPOSAL_ESP, "aes_gcm256-none-dh14",
	  "aes_gcm_16_256-modp2048" },
	{ "none may come before the PRF of IKE", PROPOSAL_IKE, "aes_gcm256-none-sha2_512-dh14",
	  "aes_gcm_16_256-hmac_sha2_512-modp2048" },
	{ "ESP has an integrity even where none is written", PROPOSAL_ESP, "aes256",
	  "aes_cbc_256-hmac_sha2_512_256+hmac_sha2_256_128" },
	{ "ESP may name a group", PROPOSAL_ESP, "aes256-sha2;dh19+dh20",
	  "aes_cbc_256-hmac_sha2_256_128-dh19+dh20" },
	{ "additional key exchanges", PROPOSAL_IKE, "aes_gcm256-sha2;dh19;addke1=x25519+none",
	  "aes_gcm_16_256-hmac_sha2_256-dh19;addke1=dh31+none" },
	{ "additional ones in places of their own, in any order", PROPOSAL_IKE,
	  "aes_gcm256-sha2-dh19;AddKE7=dh20;addke2=none+x25519,aes_gcm128-sha2-dh14",
	  "aes_gcm_16_256-hmac_sha2_256-dh19;addke2=none+dh31;addke7=dh20,"
	  "aes_gcm_16_128-hmac_sha2_256-modp2048" },
	{ "additional ones may all be none", PROPOSAL_IKE, "aes256-sha2;dh19;addke1=null",
	  "aes_cbc_256-hmac_sha2_256_128-hmac_sha2_256-dh19;addke1=none" },
	{ "ESP may have additional ones", PROPOSAL_ESP, "aes_gcm256;dh19;addke1=dh31",
	  "aes_gcm_16_256-dh19;addke1=dh31" },
	{ "an additional one twice counts once", PROPOSAL_ESP, "aes_gcm256;dh19;addke1=dh31+x25519",
	  "aes_gcm_16_256-dh19;addke1=dh31" },
	{ "case means nothing", PROPOSAL_ESP, "AES_GCM256", "aes_gcm_16_256" },
};

static const struct bad_row {
	const char *sentence;
	enum proposal_kind kind;
	const char *text, *why;
} bad_rows[] = {
	{ "an unknown cipher", PROPOSAL_ESP, "3des-sha1",
	  "ESP encryption algorithm '3des' is not recognized; there are aes_cbc, aes_gcm_16, "
	  "chacha20_poly1305" },
	{ "an unknown hash", PROPOSAL_IKE, "aes256-md5-dh14", "IKE algorithm 'md5'" },
	{ "an unknown alternative of a hash", PROPOSAL_IKE, "aes256-sha2+md5-dh14",
	  "IKE PRF 'md5' is not recognized; there are hmac_sha2_256" },
	{ "an unknown group", PROPOSAL_IKE, "aes256-sha2;modp1024",
	  "IKE Key Exchange Method (DH) 'modp1024' is not recognized; there are modp2048" },
	{ "a key length that AES has and we have not", PROPOSAL_ESP, "aes192",
	  "'aes192' is not one of 128 and 256" },
	{ "a key length of zero", PROPOSAL_ESP, "aes_gcm0",
	  "ESP encryption key length of 'aes_gcm0' is not one of 128 and 256" },
	{ "a key length where there is only one", PROPOSAL_ESP, "chacha20_poly1305_256",
	  "has a key length of its own" },
	{ "an empty proposal", PROPOSAL_IKE, "", "IKE proposal is empty" },
	{ "an empty proposal after a comma", PROPOSAL_IKE, "aes256-sha2,",
	  "IKE proposal is empty" },
	{ "an empty alternative", PROPOSAL_IKE, "aes256+-sha2", "an empty word" },
	{ "an empty part", PROPOSAL_ESP, "aes256-", "ESP algorithm ''" },
	{ "an empty group", PROPOSAL_ESP, "aes256-sha2;", "an empty word" },
	{ "CBC without integrity", PROPOSAL_ESP, "aes256-null",
	  "non-AEAD ESP encryption algorithm AES_CBC cannot have 'NONE' as the integrity" },
	{ "an AEAD with integrity", PROPOSAL_ESP, "aes_gcm256-sha2", "has its integrity built in" },
	{ "AEAD and CBC as alternatives", PROPOSAL_IKE, "aes_gcm256+aes256-sha2",
	  "write two proposals" },
	{ "too many parts", PROPOSAL_ESP, "aes256-sha2-sha2-dh14", "ESP algorithm 'sha2'" },
	{ "a group before the hash", PROPOSAL_IKE, "aes256-dh14-sha2", "IKE algorithm 'dh14'" },
	{ "an additional key exchange without a place", PROPOSAL_IKE,
	  "aes256-sha2;dh19;ecp_384", "'ecp_384' is not recognized; they look like addke1=" },
	{ "additional key exchanges in libreswan's other way", PROPOSAL_IKE,
	  "aes256-sha2;dh14-dh19", "Key Exchange Method (DH) 'dh14-dh19' is not recognized" },
	{ "place 0", PROPOSAL_IKE, "aes256-sha2;dh14;addke0=dh19", "up to addke7" },
	{ "place 8", PROPOSAL_IKE, "aes256-sha2;dh14;addke8=dh19", "up to addke7" },
	{ "place 11", PROPOSAL_IKE, "aes256-sha2;dh14;addke11=dh19", "up to addke7" },
	{ "an additional key exchange of no method", PROPOSAL_IKE, "aes256-sha2;dh14;addke1=",
	  "an empty word" },
	{ "an unknown additional key exchange", PROPOSAL_IKE, "aes256-sha2;dh14;addke1=dh22",
	  "Key Exchange Method (DH) 'dh22'" },
	{ "one place twice", PROPOSAL_IKE, "aes256-sha2;dh14;addke1=dh19;addke1=dh20",
	  "addke1 is there twice" },
	{ "one method in two places", PROPOSAL_IKE, "aes256-sha2;dh14;addke1=dh19;addke2=none+dh19",
	  "IKE key exchange DH19 has two places" },
	{ "one method first and additional", PROPOSAL_ESP, "aes_gcm;dh14+dh19;addke1=dh14",
	  "ESP key exchange MODP2048 has two places" },
	{ "one method among the defaults and additional", PROPOSAL_IKE, "aes256-sha2;addke1=dh19",
	  "IKE key exchange DH19 has two places" },
	{ "ESP with only an additional one", PROPOSAL_ESP, "aes_gcm;addke1=dh19",
	  "need a first one" },
	{ "seven alternatives of an additional one", PROPOSAL_IKE,
	  "aes256-sha2;dh14;addke1=modp3072+modp4096+modp8192+dh19+dh20+dh21+dh31",
	  "more than 6 alternatives" },
	{ "no encryption at all", PROPOSAL_ESP, "null-sha2", "encryption algorithm 'null'" },
	{ "a word that goes on and on", PROPOSAL_ESP,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "too long" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
		const struct good_row *row = &good_rows[i];
		struct algorithm_list list = { 0 }, again = { 0 };
		struct buffer why = { 0 }, text = { 0 };

		print_message("%s\n", row->sentence);
		assert_true(algorithm_list_parse(row->kind, row->text, &list, &why));
		assert_int_equal(why.len, 0);
		algorithm_list_print(row->kind, &list, &text);
		assert_string_equal(buffer_text(&text), row->printed);
		assert_true(algorithm_list_parse(row->kind, buffer_text(&text), &again, &why));
		assert_true(algorithm_list_equal(&list, &again));
		algorithm_list_done(&list);
		algorithm_list_done(&again);
		buffer_done(&text);
		buffer_done(&why);
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		struct algorithm_list list = { .count = 77 };
		struct buffer why = { 0 };

		print_message("refused: %s\n", row->sentence);
		assert_false(algorithm_list_parse(row->kind, row->text, &list, &why));
		assert_int_equal(list.count, 77);
		assert_true(why.len > 0);
		if (strstr(buffer_text(&why), row->why) == NULL)
			fail_msg("%s", buffer_text(&why));
		buffer_done(&why);
	}
}

/* Of NSS it depends whether it can be had; nothing else about the proposal changes. */
static void test_ml_kem(void **state)
{
	static const char *const texts[] = {
		"aes_gcm256-sha2;dh31;addke1=mlkem768",
		"aes_gcm256-sha2-mlkem768",
		"aes_gcm256-sha2;ML_KEM_768",
	};
	static const char *const printed[] = {
		"aes_gcm_16_256-hmac_sha2_256-dh31;addke1=ml_kem_768",
		"aes_gcm_16_256-hmac_sha2_256-ml_kem_768",
		"aes_gcm_16_256-hmac_sha2_256-ml_kem_768",
	};
	bool here = ke_missing(ke_find(KE_ML_KEM_768)) == NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buffer why = { 0 }, text = { 0 };
		struct algorithm_list list = { 0 };

		assert_int_equal(algorithm_list_parse(PROPOSAL_IKE, texts[i], &list, &why), here);
		if (here) {
			algorithm_list_print(PROPOSAL_IKE, &list, &text);
			assert_string_equal(buffer_text(&text), printed[i]);
			algorithm_list_done(&list);
		} else {
			assert_non_null(strstr(buffer_text(&why), "cannot be used: this was built"
								  " with NSS 3."));
		}
		buffer_done(&text);
		buffer_done(&why);
	}
}

static void test_default_ike(void **state)
{
	static const uint16_t groups[] = { 19, 20, 21, 31, 16, 15, 14, 18 };
	struct algorithm_list list = { 0 };
	struct buffer why = { 0 };

	(void)state;
	assert_true(algorithm_list_parse(PROPOSAL_IKE, NULL, &list, &why));
	assert_int_equal(list.count, 5);
	assert_int_equal(list.list[0].encr.list[0].id, ENCR_AES_GCM_16);
	assert_int_equal(list.list[0].encr.list[0].key_bits, 256);
	assert_int_equal(list.list[0].integ.count, 0);
	assert_int_equal(list.list[1].encr.list[0].key_bits, 128);
	assert_int_equal(list.list[2].encr.list[0].id, ENCR_CHACHA20_POLY1305);
	assert_int_equal(list.list[2].encr.list[0].key_bits, 0);
	assert_int_equal(list.list[4].integ.list[0].id, INTEG_HMAC_SHA2_512_256);
	assert_int_equal(list.list[4].integ.list[1].id, INTEG_HMAC_SHA2_256_128);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.list[i].prf.list[0].id, PRF_HMAC_SHA2_512);
		assert_int_equal(list.list[i].prf.list[1].id, PRF_HMAC_SHA2_256);
		assert_int_equal(list.list[i].ke.count, ARRAY_LEN(groups));
		for (size_t g = 0; g < ARRAY_LEN(groups); g++)
			assert_int_equal(list.list[i].ke.list[g].id, groups[g]);
	}
	algorithm_list_done(&list);
}

static void test_default_esp(void **state)
{
	struct algorithm_list list = { 0 };
	struct buffer why = { 0 };

	(void)state;
	assert_true(algorithm_list_parse(PROPOSAL_ESP, NULL, &list, &why));
	assert_int_equal(list.count, 5);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.list[i].prf.count, 0);
		assert_int_equal(list.list[i].ke.count, 0);
		assert_int_equal(list.list[i].integ.count, i < 3 ? 0 : 2);
	}
	algorithm_list_done(&list);
}

static void test_limits(void **state)
{
	char text[1000] = "aes_gcm256";
	struct algorithm_list list = { 0 };
	struct buffer why = { 0 };

	(void)state;
	for (size_t i = 1; i < ALGORITHM_PROPOSALS_MAX; i++)
		strcat(text, ",aes_gcm256");
	assert_true(algorithm_list_parse(PROPOSAL_ESP, text, &list, &why));
	assert_int_equal(list.count, ALGORITHM_PROPOSALS_MAX);
	strcat(text, ",aes_gcm256");
	assert_false(algorithm_list_parse(PROPOSAL_ESP, text, &list, &why));
	assert_string_equal(buffer_text(&why), "there are more than 16 ESP proposals");
	assert_int_equal(list.count, ALGORITHM_PROPOSALS_MAX);
	algorithm_list_done(&list);
	buffer_done(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	    cmocka_unit_test(test_bad),
		cmocka_unit_test(test_default_ike), cmocka_unit_test(test_default_esp),
		cmocka_unit_test(test_limits),      cmocka_unit_test(test_ml_kem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
