/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.secrets: what is an entry, which one fits, and that no error shows a key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/must_check.h"
#include "conf/secrets.h"

static struct identity id_of(const char *text)
{
	struct identity id;

	assert_true(identity_parse(text, &id));
	return id;
}

static struct secrets parsed(const char *text)
{
	struct conf_errors errors = { 0 };
	struct secrets s;

	if (!secrets_parse("s", bytes_of_text(text), &s, &errors))
		fail_msg("%s: %s", errors.list[0].where, errors.list[0].text);
	assert_int_equal(errors.count, 0);
	return s;
}

static const struct {
	const char *what, *text;
	size_t count;                /* of entries */
	size_t ids;                  /* of the first */
	struct { const char *bytes; size_t len; } psk; /* of the first */
} good[] = {
	{ "the page's own line", "@east @west : PSK \"abc\"\n", 1, 2, { "abc", 3 } },
	{ "without a final line feed", "@east @west : PSK \"abc\"", 1, 2, { "abc", 3 } },
	{ "for everybody", ": PSK 'a\"b'\n", 1, 0, { "a\"b", 3 } },
	{ "hexadecimal", ": psk 0x00ff_10\n", 1, 0, { "\x00\xff\x10", 3 } },
	{ "base64", ": PSK 0sYWJjZA==\n", 1, 0, { "abcd", 4 } },
	{ "text without quotes", ": PSK 0ta#b\n", 1, 0, { "a#b", 3 } },
	{ "over several lines, with comments between",
	  "@a # us\n\t@b\n# them\n\n  : PSK\r\n    \"x y\" # key\n", 1, 2, { "x y", 3 } },
	{ "a comment, blanks and nothing else", "# none\n\n   \n\t# none", 0, 0, { "", 0 } },
	{ "nothing", "", 0, 0, { "", 0 } },
	{ "addresses, the colon at the word", "192.1.2.3 2001:db8::1: PSK \"k\"\n", 1, 2,
	  { "k", 1 } },
	{ "an address that ends in colons", "fe80:: : PSK \"k\"\n", 1, 1, { "k", 1 } },
	{ "a quoted address", "\"2001:db8::1\" : PSK \"k\"\n", 1, 1, { "k", 1 } },
	{ "%any and user@", "%any %any6 user@east : PSK \"k\"\n", 1, 3, { "k", 1 } },
	{ "two entries", "@a : PSK \"1\"\n@b : PSK \"2\"\n", 2, 1, { "1", 1 } },
	{ "a number sign in the key", ": PSK \"a#b\"\n", 1, 0, { "a#b", 3 } },
	{ "a PPK", "@a @b : PPKS \"name\" \"key\"\n", 1, 2, { "key", 3 } },
	{ "a PPK in hexadecimal, its name without quotes", ": ppks name/2 0x6b65\n", 1, 0,
	  { "ke", 2 } },
	{ "sixteen identities",
	  "@a @b @c @d @e @f @g @h @i @j @k @l @m @n @o @p : PSK \"k\"", 1, 16, { "k", 1 } },
};

static void good_files_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct secrets s;

		print_message("%s\n", good[i].what);
		s = parsed(good[i].text);
		assert_int_equal(s.count, good[i].count);
		if (s.count) {
			assert_int_equal(s.entries[0].id_count, good[i].ids);
			assert_int_equal(s.entries[0].key.len, good[i].psk.len);
			assert_memory_equal(s.entries[0].key.ptr, good[i].psk.bytes,
					    good[i].psk.len);
		}
		secrets_done(&s);
	}
}

static const struct {
	const char *what, *text;
	const char *where, *says; /* of the first error; says: a piece of it */
	size_t errors;
} bad[] = {
	{ "no colon", "@a @b\n@c : PSK \"k\"\n", "s:2", "no \":\"", 1 },
	{ "no colon before PSK", "\n@a PSK \"geheim\"\n", "s:2", "before PSK", 1 },
	{ "no blank after the colon", "@a :PSK \"geheim\"\n", "s:1", "\":PSK\" is not", 1 },
	{ "no identity", "@a east : PSK \"k\"\n", "s:1", "\"east\" is not an identity", 1 },
	{ "seventeen identities",
	  "@a @b @c @d @e @f @g @h @i @j @k @l @m @n @o @p @q : PSK \"k\"", "s:1", "16", 1 },
	{ "a key without PSK", "@a : \"geheim\"\n", "s:1", "comes PSK", 1 },
	{ "a bare key without PSK", "@a : geheim\n", "s:1", "comes PSK", 1 },
	{ "PSK without a key", "@a : PSK\n@b : PSK \"k\"\n", "s:2", "after PSK comes the key", 1 },
	{ "a key without quotes", "@a : PSK geheim\n", "s:1", "after PSK comes the key", 1 },
	{ "a key of three words", "@a : PSK 0tgeheim geheim geheim\n", "s:1", "more words", 1 },
	{ "a quote without end", "@a : PSK \"geheim\n@b : PSK \"k\"\n", "s:1", "does not end", 1 },
	{ "a quote without end in front", "\"geheim : PSK \"k\n", "s:1", "not an identity", 1 },
	{ "a key in front of the colon", "@a \"geheim\" : PSK \"k\"\n", "s:1", "in quotes", 1 },
	{ "an empty key", "@a : PSK \"\"\n", "s:1", "empty", 1 },
	{ "empty hexadecimal", "@a : PSK 0x\n", "s:1", "key", 1 },
	{ "odd hexadecimal", "@a : PSK 0x123\n", "s:1", "after PSK comes the key", 1 },
	{ "bad base64", "@a : PSK 0s!geheim\n", "s:1", "after PSK comes the key", 1 },
	{ "RSA, with its block",
	  ": RSA\t{\n\tModulus: 0x1geheim\n\t}\n@b : PSK \"k\"\n", "s:1", "NSS database", 1 },
	{ "XAUTH", "@a : XAUTH \"geheim\"\n", "s:1", "IKEv1", 1 },
	{ "PPKS without colon", "@a PPKS \"id\" \"geheim\"\n", "s:1", "before PSK", 1 },
	{ "a PPK without a name", "@a : PPKS", "s:1", "the name of the key", 1 },
	{ "a PPK without a key", "@a : PPKS \"name\"", "s:1", "name of a PPK comes the key", 1 },
	{ "a PPK's name with a blank", "@a : PPKS \"geheim 1\" \"k\"\n", "s:1",
	  "without blanks", 1 },
	{ "a PPK's name with a comma", "@a : PPKS a,b \"geheim\"\n", "s:1", "commas", 1 },
	{ "a PPK's empty name", "@a : PPKS \"\" \"geheim\"\n", "s:1", "name of the key", 1 },
	{ "a PPK's empty key", "@a : PPKS \"a\" \"\"\n", "s:1", "empty", 1 },
	{ "PPK instead of PPKS", "@a : PPK \"id\" \"geheim\"\n", "s:1", "written as PPKS", 1 },
	{ "include", "include /etc/more\n", "s:1", "not possible here", 1 },
	{ "include of nothing", "include\n@a : PSK \"k\"\n", "s:1", "name of a file", 1 },
	{ "three errors in a file", "x : PSK \"1\"\n@a : PSK\ny : PSK \"2\"\n", "s:1", "\"x\"", 3 },
	{ "control characters in a word", "\033[2J : PSK \"k\"\n", "s:1", "\\x1b[2J", 1 },
};

static void bad_files_are_refused_whole_and_no_error_shows_a_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct conf_errors errors = { 0 };
		struct secrets s = { .count = 77 };

		print_message("%s\n", bad[i].what);
		assert_false(secrets_parse("s", bytes_of_text(bad[i].text), &s, &errors));
		assert_int_equal(s.count, 77);
		assert_int_equal(errors.count, bad[i].errors);
		assert_string_equal(errors.list[0].where, bad[i].where);
		if (!strstr(errors.list[0].text, bad[i].says))
			fail_msg("'%s' lacks '%s'", errors.list[0].text, bad[i].says);
		for (size_t k = 0; k < errors.count; k++)
			assert_null(strstr(errors.list[k].text, "geheim"));
		conf_errors_done(&errors);
	}
}

static void a_nul_byte_and_a_huge_key_are_refused(void **state)
{
	struct conf_errors errors = { 0 };
	struct buffer text = { 0 };
	struct secrets s;

	(void)state;
	assert_false(secrets_parse("s", bytes_at("@a : PSK \"k\0\"", 13), &s, &errors));
	assert_non_null(strstr(errors.list[0].text, "NUL"));
	write_text(&text, ": PSK \"");
	for (int i = 0; i < PSK_LEN_MAX; i++)
		write_u8(&text, 'k');
	write_text(&text, "\"");
	assert_true(secrets_parse("s", buffer_bytes(&text), &s, &errors));
	assert_int_equal(s.entries[0].key.len, PSK_LEN_MAX);
	secrets_done(&s);
	buffer_truncate(&text, text.len - 1);
	write_text(&text, "k\"");
	assert_false(secrets_parse("s", buffer_bytes(&text), &s, &errors));
	buffer_done(&text);
	conf_errors_done(&errors);
}

/* Every prefix ends in a verdict, with memory in order. */
static void every_prefix_is_read_or_refused(void **state)
{
	const char *text = "# c\n@east @west : PSK \"a b\"\ninclude \"x\"\n%any: PSK 0x00ff\n"
			   "@a : PPKS n 0s0a\n  :: \"\n' : RSA {\n\t}\n@a :";

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		struct conf_errors errors = { 0 };
		struct secrets s = { 0 };

		if (secrets_parse("s", bytes_at(text, len), &s, &errors))
			secrets_done(&s);
		else
			assert_true(errors.count > 0);
		conf_errors_done(&errors);
	}
}

static const char *const entries =
	": PSK \"everybody\"\n"
	"%any : PSK \"any\"\n"
	"@east : PSK \"east with whom it may be\"\n"
	"@east %any : PSK \"east with any\"\n"
	"@east @west : PSK \"east and west\"\n"
	"@north @south : PSK \"north and south\"\n";

static const struct {
	const char *what, *ours, *theirs, *psk;
} matches[] = {
	{ "both named", "@east", "@west", "east and west" },
	{ "both named, the other way round", "@west", "@east", "east and west" },
	{ "we are named, the peer may be any", "@east", "@other", "east with any" },
	{ "the peer is named, we may be any", "@other", "@east", "east with any" },
	{ "half of a pair is no match", "@north", "@other", "any" },
	{ "no one named", "192.1.2.3", "@other", "any" },
	{ "case of names does not matter", "@EAST", "@West", "east and west" },
};

static bool is_psk(const struct secret *psk, const char *text)
{
	return psk && bytes_equal(secret_bytes(psk), bytes_of_text(text));
}

static void the_entry_with_most_matching_identities_wins(void **state)
{
	struct secrets s = parsed(entries);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		struct identity ours = id_of(matches[i].ours), theirs = id_of(matches[i].theirs);
		bool ambiguous = true;

		print_message("%s\n", matches[i].what);
		assert_true(is_psk(secrets_find(&s, &ours, &theirs, &ambiguous), matches[i].psk));
		assert_false(ambiguous);
	}
	secrets_done(&s);
}

static void equal_best_entries_must_agree(void **state)
{
	struct identity east = id_of("@east"), west = id_of("@west"), north = id_of("@north");
	struct secrets s = parsed("@east @west : PSK \"1\"\n@west @east : PSK \"2\"\n"
				  "@east @north : PSK \"3\"\n@north @east : PSK \"3\"\n"
				  "@east @north : PSK \"3\"\n");
	bool ambiguous;

	(void)state;
	assert_null(secrets_find(&s, &east, &west, &ambiguous));
	assert_true(ambiguous);
	assert_true(is_psk(secrets_find(&s, &east, &north, &ambiguous), "3"));
	assert_false(ambiguous);
	assert_null(secrets_find(&s, &west, &north, &ambiguous));
	assert_false(ambiguous);
	secrets_done(&s);
}

static void one_identity_alone_is_ours_and_never_the_peer(void **state)
{
	struct identity east = id_of("@east"), west = id_of("@west");
	struct secrets s = parsed("@east : PSK \"1\"\n");
	bool ambiguous;

	(void)state;
	assert_true(is_psk(secrets_find(&s, &east, &west, &ambiguous), "1"));
	assert_null(secrets_find(&s, &west, &east, &ambiguous));
	secrets_done(&s);
}

static const char *const ppks =
	"@east @west : PSK \"not a PPK\"\n"
	": PPKS all \"1\"\n"
	"@east @west : PPKS both \"2\"\n"
	"@west @east : PPKS more \"3\"\n"
	"@east @north : PPKS twice \"4\"\n"
	"@east @north : PPKS twice \"5\"\n";

static const struct {
	const char *what, *ours, *theirs, *id, *key; /* key: NULL for none */
} ppk_matches[] = {
	{ "the best one, of equal ones the first", "@east", "@west", "", "2" },
	{ "the one with that name", "@east", "@west", "more", "3" },
	{ "one for everybody, by its name", "@east", "@west", "all", "1" },
	{ "one for everybody", "@a", "@b", "", "1" },
	{ "a name that nobody has", "@east", "@west", "mor", NULL },
	{ "a name that only others have", "@a", "@b", "both", NULL },
	{ "two of one name with different keys", "@east", "@north", "twice", NULL },
};

static void a_ppk_is_found_by_both_ends_and_its_name(void **state)
{
	struct secrets s = parsed(ppks), none = parsed(entries);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ppk_matches); i++) {
		struct identity ours = id_of(ppk_matches[i].ours);
		struct identity theirs = id_of(ppk_matches[i].theirs);
		const struct secret_entry *found = secrets_find_ppk(
			&s, &ours, &theirs, bytes_of_text(ppk_matches[i].id));

		print_message("%s\n", ppk_matches[i].what);
		assert_int_equal(found != NULL, ppk_matches[i].key != NULL);
		if (found != NULL)
			assert_true(is_psk(&found->key, ppk_matches[i].key));
		assert_null(secrets_find_ppk(&none, &ours, &theirs, (struct bytes) { 0 }));
	}
	assert_true(secrets_have_ppk(&s));
	assert_false(secrets_have_ppk(&none));
	secrets_done(&none);
	secrets_done(&s);
}

static void a_ppk_is_no_psk(void **state)
{
	struct identity east = id_of("@east"), west = id_of("@west"), other = id_of("@other");
	struct secrets s = parsed(ppks);
	bool ambiguous;

	(void)state;
	assert_true(is_psk(secrets_find(&s, &east, &west, &ambiguous), "not a PPK"));
	assert_null(secrets_find(&s, &west, &other, &ambiguous));
	secrets_done(&s);
}

static void an_image_comes_back_the_same_and_no_other_image_is_taken(void **state)
{
	static const char ppk[] = "@east @west : PPKS \"name\" \"of a PPK\"\n";
	struct secrets s, back = { 0 };
	struct buffer image = { 0 };

	(void)state;
	write_text(&image, entries);
	write_text(&image, ppk);
	s = parsed(buffer_text(&image));
	buffer_clear(&image);
	secrets_write(&s, &image);
	assert_true(secrets_read(buffer_bytes(&image), &back));
	assert_int_equal(back.count, s.count);
	for (size_t i = 0; i < s.count; i++) {
		assert_int_equal(back.entries[i].id_count, s.entries[i].id_count);
		assert_string_equal(back.entries[i].where, s.entries[i].where);
		assert_int_equal(back.entries[i].ppk_id != NULL, i + 1 == s.count);
		assert_true(bytes_equal(secret_bytes(&back.entries[i].key),
					secret_bytes(&s.entries[i].key)));
		for (size_t k = 0; k < s.entries[i].id_count; k++)
			assert_memory_equal(&back.entries[i].ids[k], &s.entries[i].ids[k],
					    offsetof(struct identity, data) +
						    s.entries[i].ids[k].len);
	}
	assert_string_equal(back.entries[s.count - 1].ppk_id, "name");
	secrets_done(&back);
	for (size_t len = 0; len < image.len; len++)
		assert_false(secrets_read(bytes_at(image.ptr, len), &back));
	write_u8(&image, 0);
	assert_false(secrets_read(buffer_bytes(&image), &back));
	buffer_truncate(&image, image.len - 1);
	/* Each byte spoilt: taken or not, nothing is read out of bounds and nothing leaks. */
	for (size_t i = 0; i < image.len; i++) {
		image.ptr[i] ^= 0xff;
		if (secrets_read(buffer_bytes(&image), &back))
			secrets_done(&back);
		image.ptr[i] ^= 0xff;
	}
	buffer_wipe(&image);
	secrets_done(&s);
}

static char dir[] = "/tmp/cygnet-secrets-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void put(const char *name, mode_t mode, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = { "main", "a.secrets", "b.secrets", "loop" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(path_of(names[i]));
	return rmdir(dir);
}

static bool load(const char *name, struct secrets *s, struct conf_errors *errors)
{
	conf_errors_done(errors);
	*errors = (struct conf_errors) { 0 };
	return secrets_load(path_of(name), s, errors);
}

static void includes_are_read_in_order_and_errors_name_their_file(void **state)
{
	struct conf_errors errors = { 0 };
	struct secrets s;
	char where[160];

	(void)state;
	put("main", 0600, "@a : PSK \"1\"\ninclude *.secrets\ninclude none-*\n@b : PSK \"4\"\n");
	put("b.secrets", 0600, "@c : PSK \"3\"\n");
	put("a.secrets", 0600, "\n@d : PSK \"2\"\n");
	assert_true(load("main", &s, &errors));
	assert_int_equal(s.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(s.entries[i].key.ptr[0], '1' + i);
	snprintf(where, sizeof(where), "%s/a.secrets:2", dir);
	assert_string_equal(s.entries[1].where, where);
	secrets_done(&s);

	put("a.secrets", 0600, "\n\noops : PSK \"2\"\n");
	assert_false(load("main", &s, &errors));
	snprintf(where, sizeof(where), "%s/a.secrets:3", dir);
	assert_string_equal(errors.list[0].where, where);

	put("main", 0600, "include gone.secrets\n");
	assert_false(load("main", &s, &errors));
	assert_non_null(strstr(errors.list[0].text, "gone.secrets"));

	assert_false(load("nowhere", &s, &errors));
	assert_string_equal(errors.list[0].where, path_of("nowhere"));
	assert_string_equal(errors.list[0].text, "cannot open the file: No such file or directory");
	conf_errors_done(&errors);
}

static void an_include_of_itself_ends(void **state)
{
	struct conf_errors errors = { 0 };
	struct secrets s;

	(void)state;
	put("loop", 0600, "include loop\n");
	assert_false(load("loop", &s, &errors));
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.list[0].text, "deeper than 10"));
	put("loop", 0600, "include loo*\ninclude lo*\ninclude l*\ninclude loop\ninclude ./loop\n");
	assert_false(load("loop", &s, &errors));
	assert_true(errors.dropped > 0);
	conf_errors_done(&errors);
}

static void a_file_that_others_can_read_is_refused_with_the_cure(void **state)
{
	static const mode_t open_modes[] = { 0604, 0644, 0602, 0666 };
	struct conf_errors errors = { 0 };
	struct secrets s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
		put("main", open_modes[i], "@a : PSK \"geheim\"\n");
		assert_false(load("main", &s, &errors));
		assert_non_null(strstr(errors.list[0].text, "chmod 600 /"));
	}
	put("main", 0400, "@a : PSK \"1\"\n");
	assert_true(load("main", &s, &errors));
	secrets_done(&s);
	if (getuid() == 0) {
		put("main", 0640, "@a : PSK \"1\"\n");
		assert_int_equal(chown(path_of("main"), 0, 0), 0);
		assert_true(load("main", &s, &errors));
		secrets_done(&s);
		assert_int_equal(chown(path_of("main"), 0, 12345), 0);
		assert_false(load("main", &s, &errors));
	}
	assert_false(load("missing", &s, &errors));
	assert_non_null(strstr(errors.list[0].text, "No such file"));
	assert_false(load(".", &s, &errors));
	assert_non_null(strstr(errors.list[0].text, "is not a file"));
	conf_errors_done(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_are_read),
		cmocka_unit_test(bad_files_are_refused_whole_and_no_error_shows_a_key),
		cmocka_unit_test(a_nul_byte_and_a_huge_key_are_refused),
		cmocka_unit_test(every_prefix_is_read_or_refused),
		cmocka_unit_test(the_entry_with_most_matching_identities_wins),
		cmocka_unit_test(equal_best_entries_must_agree),
		cmocka_unit_test(one_identity_alone_is_ours_and_never_the_peer),
		cmocka_unit_test(a_ppk_is_found_by_both_ends_and_its_name),
		cmocka_unit_test(a_ppk_is_no_psk),
		cmocka_unit_test(an_image_comes_back_the_same_and_no_other_image_is_taken),
		cmocka_unit_test(includes_are_read_in_order_and_errors_name_their_file),
		cmocka_unit_test(an_include_of_itself_ends),
		cmocka_unit_test(a_file_that_others_can_read_is_refused_with_the_cure),
	};

	return cmocka_run_group_tests_name("secrets", tests, make_dir, remove_dir);
}
