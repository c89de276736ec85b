/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "client/options.h"

enum { OPTION_ROWS_MAX = 64, OPTION_SHOWN_MAX = 64 };

static void refuse_unknown(const struct options *o, struct bytes name, struct buffer *why)
{
	const char *names[OPTION_ROWS_MAX + 1] = { NULL };
	struct buffer word = { 0 };
	const char *nearest;

	for (size_t i = 0; i < o->row_count && i < OPTION_ROWS_MAX; i++)
		names[i] = o->rows[i].name;
	write_printable(&word, name, OPTION_SHOWN_MAX);
	nearest = text_nearest(buffer_text(&word), names);
	write_format(why, "no option --%s; ", buffer_text(&word));
	if (nearest)
		write_format(why, "did you mean --%s?", nearest);
	else
		write_text(why, "--help shows what there is");
	buffer_done(&word);
}

static int row_find(const struct options *o, struct bytes name)
{
	for (size_t i = 0; i < o->row_count; i++) {
		if (bytes_equal(bytes_of_text(o->rows[i].name), name))
			return (int)i;
	}
	return OPTION_BAD;
}

/* The value of the row's option: after '=' where that is there, else the next word if needed. */
static bool take_value(struct options *o, const struct option_row *row, const char *equals,
		       const char **value, struct buffer *why)
{
	if (equals && row->argument == ARGUMENT_NONE) {
		write_format(why, "--%s takes no value", row->name);
		return false;
	}
	if (equals) {
		*value = equals + 1;
	} else if (row->argument == ARGUMENT_NEEDED && *o->words) {
		*value = *o->words++;
	} else if (row->argument == ARGUMENT_NEEDED) {
		write_format(why, "--%s needs a value: --%s %s", row->name, row->name, row->value);
		return false;
	} else {
		*value = NULL;
	}
	return true;
}

int options_next(struct options *o, const char **value, struct buffer *why)
{
	const char *word, *equals;
	struct bytes name;
	int row;

	if (!*o->words)
		return OPTION_END;
	word = *o->words++;
	if (text_equal(word, "--")) {
		o->row_count = 0;
		return options_next(o, value, why);
	}
	if (o->row_count == 0 || !text_starts(word, "-")) {
		*value = word;
		return OPTION_WORD;
	}
	word += text_starts(word, "--") ? 2 : 1;
	equals = strchr(word, '=');
	name = bytes_at(word, equals ? (size_t)(equals - word) : strlen(word));
	row = row_find(o, name);
	if (row < 0)
		refuse_unknown(o, name, why);
	else if (!take_value(o, &o->rows[row], equals, value, why))
		row = OPTION_BAD;
	return row;
}

bool options_each(struct options *o,
		  void (*set)(void *context, int option, const char *value, struct buffer *why),
		  void *context, struct buffer *why)
{
	const char *value;
	int option;

	while (why->len == 0 && (option = options_next(o, &value, why)) != OPTION_END) {
		if (option == OPTION_WORD)
			write_text(why, "it takes no words; --help shows the options");
		else if (option >= 0)
			set(context, option, value, why);
	}
	return why->len == 0;
}

void options_help(FILE *to, const struct option_row *rows, size_t row_count)
{
	static const char *const before[] = { "", " ", "[=" }, *const after[] = { "", "", "]" };

	for (size_t i = 0; i < row_count; i++) {
		struct buffer left = { 0 };

		write_format(&left, "--%s%s%s%s", rows[i].name, before[rows[i].argument],
			     rows[i].value ? rows[i].value : "", after[rows[i].argument]);
		fprintf(to, "  %-24s %s\n", buffer_text(&left), rows[i].help);
		buffer_done(&left);
	}
}
