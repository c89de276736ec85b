/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "conf/identity.h"

enum { IPV4 = 1, FQDN = 2, MAIL = 3, IPV6 = 5, DN = 9, KEY_ID = 11 };

static const struct good_row {
	const char *sentence, *text;
	uint8_t type;
	uint16_t len;
	const char *printed;
} good_rows[] = {
	{ "an IPv4 address is its four bytes", "192.1.2.45", IPV4, 4, "192.1.2.45" },
	{ "an IPv6 address is its sixteen bytes", "2001:db8::1", IPV6, 16, "2001:db8::1" },
	{ "a name has an @ before it", "@east", FQDN, 4, "@east" },
	{ "a name keeps its dots and case", "@East.Example.org", FQDN, 16, "@East.Example.org" },
	{ "a mail address has its @ inside", "user@east", MAIL, 9, "user@east" },
	{ "a mail address may say so with @@", "@@user@east", MAIL, 9, "user@east" },
	{ "a key id is in brackets", "@[branch]", KEY_ID, 6, "@[branch]" },
	{ "a key id of bytes is in hexadecimal", "@#0x00ff", KEY_ID, 2, "@#0x00ff" },
	{ "a key id of bytes that are text prints as text", "@#0x6162", KEY_ID, 2, "@[ab]" },
};

static const struct bad_row {
	const char *sentence, *text;
} bad_rows[] = {
	{ "nothing is nobody", "" },
	{ "a lone @ names nobody", "@" },
	{ "a bare word would need DNS", "east" },
	{ "an empty key id", "@[]" },
	{ "a key id without its end", "@[key" },
	{ "hexadecimal with an odd number of digits", "@#0x123" },
	{ "hexadecimal without digits", "@#0x" },
	{ "two @ in a mail address", "a@b@c" },
	{ "two @ in a name", "@a@b" },
	{ "a mail address without user", "@@host" },
	{ "a mail address without host", "user@" },
	{ "a blank in a name", "@ea st" },
	{ "a quote in a name", "@ea\"st" },
	{ "a mail address that begins like a keyword", "@@%user@east" },
	{ "a backquote in a mail address", "us`er@east" },
	{ "a byte that is not ASCII", "@\xc3\xa4" },
	{ "%any is everybody, not somebody", "%any" },
	{ "%fromcert needs certificates", "%fromcert" },
	{ "0.0.0.0 is everybody", "0.0.0.0" },
	{ ":: is everybody", "::" },
	{ "a distinguished name needs certificates", "C=CA, O=Example" },
	{ "a distinguished name in hexadecimal", "@~3000" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
		const struct good_row *row = &good_rows[i];
		struct identity id, again;
		char text[IDENTITY_TEXT_MAX];

		print_message("%s\n", row->sentence);
		assert_true(identity_parse(row->text, &id));
		assert_int_equal(id.type, row->type);
		assert_int_equal(id.len, row->len);
		assert_string_equal(identity_print(&id, text), row->printed);
		assert_true(identity_parse(text, &again));
		assert_true(identity_equal(&id, &again));
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct identity id = { .type = 77 };

		print_message("refused: %s\n", bad_rows[i].sentence);
		assert_false(identity_parse(bad_rows[i].text, &id));
		assert_int_equal(id.type, 77);
	}
}

static void test_longest(void **state)
{
	char text[IDENTITY_DATA_MAX + 3] = "@";
	struct identity id;

	(void)state;
	memset(text + 1, 'a', IDENTITY_DATA_MAX);
	assert_true(identity_parse(text, &id));
	assert_int_equal(id.len, IDENTITY_DATA_MAX);
	text[1 + IDENTITY_DATA_MAX] = 'a';
	assert_false(identity_parse(text, &id));
}

static struct identity parsed(const char *text)
{
	struct identity id;

	assert_true(identity_parse(text, &id));
	return id;
}

static void test_equal(void **state)
{
	struct identity east = parsed("@east"), upper = parsed("@EAST"), west = parsed("@west"),
			mail = parsed("user@east"), mail_upper = parsed("user@EAST"),
			key = parsed("@[east]"), key_upper = parsed("@[EAST]");
	struct identity zero_a, zero_b;

	(void)state;
	assert_true(identity_equal(&east, &upper));
	assert_true(identity_equal(&mail, &mail_upper));
	assert_false(identity_equal(&east, &west));
	assert_false(identity_equal(&east, &key));
	assert_false(identity_equal(&key, &key_upper));
	assert_true(identity_from(FQDN, bytes_at("a\0b", 3), &zero_a));
	assert_true(identity_from(FQDN, bytes_at("a\0c", 3), &zero_b));
	assert_false(identity_equal(&zero_a, &zero_b));
}

static void test_from_the_wire(void **state)
{
	uint8_t raw[IDENTITY_DATA_MAX + 1] = { 192, 1, 2, 23 };
	struct identity id;
	char text[IDENTITY_TEXT_MAX];

	(void)state;
	assert_true(identity_from(IPV4, bytes_at(raw, 4), &id));
	assert_string_equal(identity_print(&id, text), "192.1.2.23");
	assert_false(identity_from(IPV4, bytes_at(raw, 5), &id));
	assert_false(identity_from(IPV6, bytes_at(raw, 4), &id));
	assert_false(identity_from(FQDN, bytes_at(raw, 0), &id));
	assert_false(identity_from(FQDN, bytes_at(raw, sizeof(raw)), &id));
	assert_false(identity_from(0, bytes_at(raw, 4), &id));
	assert_true(identity_from(FQDN, bytes_at(raw, IDENTITY_DATA_MAX), &id));
	assert_true(strlen(identity_print(&id, text)) < IDENTITY_TEXT_MAX);
	assert_true(identity_from(FQDN, bytes_at("\n\"", 2), &id));
	assert_string_equal(identity_print(&id, text), "@\\x0a\\x22");
	assert_true(identity_from(DN, bytes_at("\x30\x00", 2), &id));
	assert_string_equal(identity_print(&id, text), "9:0x3000");
	assert_string_equal(identity_type_name(id.type), "DER_ASN1_DN");
}

static void test_of_no_address(void **state)
{
	struct address none = { 0 };
	struct identity id = identity_of_address(&none);
	char text[IDENTITY_TEXT_MAX];

	(void)state;
	assert_int_equal(id.type, 0);
	assert_string_equal(identity_print(&id, text), "%none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	     cmocka_unit_test(test_bad),
		cmocka_unit_test(test_longest),	     cmocka_unit_test(test_equal),
		cmocka_unit_test(test_from_the_wire), cmocka_unit_test(test_of_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
