/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pluto/keeper/options.h"

enum { WORD_MAX = 32 };

enum option_kind { WITH_VALUE, IS_FLAG, SHOWS_VERSION, SHOWS_HELP };

#define AT(member) offsetof(struct options, member)

static const struct option_row {
	const char *name;
	enum option_kind kind;
	size_t offset;
	const char *help;
} rows[] = {
	{ "config", WITH_VALUE, AT(config), "FILE   ipsec.conf (" SYSCONFDIR "/ipsec.conf)" },
	{ "secretsfile", WITH_VALUE, AT(secretsfile), "FILE   ipsec.secrets" },
	{ "nssdir", WITH_VALUE, AT(nssdir), "DIR    the NSS database's folder" },
	{ "rundir", WITH_VALUE, AT(rundir), "DIR    sockets, pid file, ledger (" RUNDIR ")" },
	{ "logfile", WITH_VALUE, AT(logfile), "FILE   the log" },
	{ "user", WITH_VALUE, AT(user), "USER   whom the process that reads the network runs as ("
					DEFAULT_USER ")" },
	{ "nofork", IS_FLAG, AT(nofork), "stays in the foreground" },
	{ "version", SHOWS_VERSION, 0, "prints the version" },
	{ "help", SHOWS_HELP, 0, "prints this" },
};

static void print_help(void)
{
	puts("Usage: pluto [OPTION]...\nThe IKE daemon; usually started by `ipsec start`.\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		printf("  --%-12s %s\n", rows[i].name, rows[i].help);
}

/* `word` is the option's name, maybe with =VALUE behind it. */
static const struct option_row *row_find(const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == len && !memcmp(rows[i].name, word, len))
			return &rows[i];
	return NULL;
}

static enum options_result wrong_option(const char *argument)
{
	const char *names[ARRAY_LEN(rows) + 1] = { NULL }, *nearest;
	char word[WORD_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		names[i] = rows[i].name;
	snprintf(word, sizeof(word), "%s", argument + strspn(argument, "-"));
	word[strcspn(word, "=")] = 0;
	nearest = text_nearest(word, names);
	fprintf(stderr, "pluto: unknown option \"%s\"", argument);
	if (nearest)
		fprintf(stderr, "; did you mean --%s?\n", nearest);
	else
		fputs("; pluto --help lists them\n", stderr);
	return OPTIONS_WRONG;
}

static enum options_result wrong_use(const struct option_row *row, const char *what)
{
	fprintf(stderr, "pluto: --%s %s\n", row->name, what);
	return OPTIONS_WRONG;
}

static enum options_result take(const struct option_row *row, const char *value,
				struct options *out)
{
	char *at = (char *)out + row->offset;

	switch (row->kind) {
	case WITH_VALUE:
		memcpy(at, &value, sizeof(value));
		return OPTIONS_RUN;
	case IS_FLAG:
		*(bool *)at = true;
		return OPTIONS_RUN;
	case SHOWS_VERSION:
		puts("Cygnet " VERSION);
		return OPTIONS_SHOWN;
	case SHOWS_HELP:
		print_help();
		return OPTIONS_SHOWN;
	}
	return OPTIONS_WRONG;
}

enum options_result options_parse(int argc, char *const *argv, struct options *out)
{
	struct options o = { .config = SYSCONFDIR "/ipsec.conf", .rundir = RUNDIR,
			     .user = DEFAULT_USER };

	for (int i = 1; i < argc; i++) {
		const struct option_row *row = NULL;
		const char *value = strchr(argv[i], '=');
		enum options_result result;

		if (text_starts(argv[i], "--"))
			row = row_find(argv[i] + 2);
		if (!row)
			return wrong_option(argv[i]);
		if (row->kind != WITH_VALUE && value)
			return wrong_use(row, "takes no value");
		if (row->kind == WITH_VALUE)
			value = value ? value + 1 : argv[++i];
		if (row->kind == WITH_VALUE && (!value || !*value))
			return wrong_use(row, "needs a value");
		result = take(row, value, &o);
		if (result != OPTIONS_RUN)
			return result;
	}
	*out = o;
	return OPTIONS_RUN;
}
