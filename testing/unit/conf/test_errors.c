/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "conf/errors.h"

static void test_kept_and_counted(void **state)
{
	struct conf_errors errors = { 0 };

	(void)state;
	for (int i = 0; i < CONF_ERRORS_MAX + 7; i++)
		conf_errors_add(&errors, "/etc/ipsec.conf:12", "word %d", i);
	assert_int_equal(errors.count, CONF_ERRORS_MAX);
	assert_int_equal(errors.dropped, 7);
	assert_string_equal(errors.list[3].where, "/etc/ipsec.conf:12");
	assert_string_equal(errors.list[3].text, "word 3");
	conf_errors_done(&errors);
	assert_int_equal(errors.count, 0);
}

static void test_made_harmless(void **state)
{
	struct conf_errors errors = { 0 };
	char word[5000];

	(void)state;
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	conf_errors_add(&errors, "a\nb", "%s", "one\r\n\x1b[31mtwo");
	conf_errors_add(&errors, "c", "%s", word);
	assert_string_equal(errors.list[0].where, "a?b");
	assert_string_equal(errors.list[0].text, "one???[31mtwo");
	assert_int_equal(strlen(errors.list[1].text), 999);
	assert_string_equal(errors.list[1].text + 990, "xxxxxx...");
	conf_errors_done(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_and_counted),
		cmocka_unit_test(test_made_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
