/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the option table as mdoc(7), for ipsec.conf(5). Build: links libconf and what it stands
 * on. `gen-options` prints the list; `gen-options PAGE.in` prints the page with its line
 * @OPTIONS@ replaced by the list.
 */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

/* Text so that mdoc takes it literally; each sentence on a line of its own. */
static void print_text(const char *text)
{
	bool line_start = true;

	for (const char *c = text; *c != '\0'; c++) {
		if (line_start && (*c == '.' || *c == '\''))
			fputs("\\&", stdout);
		line_start = *c == '.' && c[1] == ' ';
		if (*c == '\\')
			fputs("\\e", stdout);
		else
			putchar(*c);
		if (line_start) {
			putchar('\n');
			c++;
		}
	}
	putchar('\n');
}

static void print_name(const struct conf_option_help *help)
{
	if (help->end)
		printf(".It Cm %s Ns = , Cm right%s Ns =\n", help->name,
		       help->name + strlen("left"));
	else
		printf(".It Cm %s Ns =\n", help->name);
}

static void print_option(size_t index)
{
	struct conf_option_help help = conf_option_help(index);
	struct buffer kind = { 0 };

	print_name(&help);
	print_text(help.help);
	puts(".br");
	conf_option_describe(index, &kind);
	write_text(&kind, "; default: ");
	write_text(&kind, help.default_value);
	print_text(buffer_text(&kind));
	buffer_done(&kind);
}

static void print_options(const char *section)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < conf_option_count(); i++) {
		if (strcmp(conf_option_help(i).section, section) == 0)
			print_option(i);
	}
	puts(".El");
}

static void print_other(const struct conf_other_help *other)
{
	const char *only = other->only == NULL ? "" : other->only;

	if (other->end)
		printf(".It Cm left%s Ns =%s , Cm right%s Ns =%s\n", other->name, only, other->name,
		       only);
	else
		printf(".It Cm %s Ns =%s\n", other->name, only);
	print_text(other->text);
}

static void print_others(const char *section, bool refused)
{
	struct conf_other_help other;

	puts(".Bl -tag -width Ds -compact");
	for (size_t i = 0; conf_other_help(i, &other); i++) {
		if (strcmp(other.section, section) == 0 && other.refused == refused)
			print_other(&other);
	}
	puts(".El");
}

static void print_all(void)
{
	puts(".Sh CONFIG SETUP");
	puts("Options of the daemon as a whole.\nThey are read when it starts.");
	print_options("config setup");
	puts(".Sh CONN");
	puts("Options of a connection.");
	print_options("conn");
	puts(".Sh OPTIONS WITHOUT EFFECT");
	puts("These are accepted for the sake of older files, where a value is shown only with");
	puts("that value, and do nothing.");
	puts(".Ss \\&In config setup");
	print_others("config setup", false);
	puts(".Ss \\&In a conn");
	print_others("conn", false);
	puts(".Sh OPTIONS THAT ARE REFUSED");
	puts("Users of libreswan may know these.\nThey are errors here, for the reason shown.");
	puts(".Ss \\&In config setup");
	print_others("config setup", true);
	puts(".Ss \\&In a conn");
	print_others("conn", true);
}

/* The page line by line; 0 or 1 for exit. */
static int print_page(const char *path)
{
	char line[1000];
	FILE *page = fopen(path, "r");

	if (page == NULL) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof(line), page) != NULL) {
		if (strcmp(line, "@OPTIONS@\n") == 0)
			print_all();
		else
			fputs(line, stdout);
	}
	return fclose(page) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	int result = 0;

	if (argc > 2) {
		fputs("usage: gen-options [PAGE.in]\n", stderr);
		return 2;
	}
	if (argc == 2)
		result = print_page(argv[1]);
	else
		print_all();
	return fflush(stdout) == 0 ? result : 1;
}
