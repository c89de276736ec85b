/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option table for readers: the rows of config setup, then of an end, then of a conn. */
#include <assert.h>

#include "conf/conf.h"
#include "conf/option/option.h"

static const struct option *row_at(size_t index, bool *setup, bool *end)
{
	struct option_rows setups = option_rows_setup(), ends = option_rows_end(),
			   conns = option_rows_conn();

	*setup = index < setups.count;
	*end = false;
	if (*setup)
		return &setups.rows[index];
	index -= setups.count;
	*end = index < ends.count;
	if (*end)
		return &ends.rows[index];
	index -= ends.count;
	assert(index < conns.count);
	return &conns.rows[index];
}

size_t conf_option_count(void)
{
	return option_rows_setup().count + option_rows_end().count + option_rows_conn().count;
}

static const char *default_of(const struct option *option)
{
	if (option->default_note != NULL)
		return option->default_note;
	if (option->default_text == NULL && option->kind == &kind_fixed)
		return option->words[0].word;
	return option->default_text;
}

struct conf_option_help conf_option_help(size_t index)
{
	bool setup, end;
	const struct option *option = row_at(index, &setup, &end);

	return (struct conf_option_help) {
		.section = setup ? "config setup" : "conn",
		.name = option->name,
		.kind = option->kind->name,
		.default_value = default_of(option),
		.help = option->help,
		.end = end,
	};
}

void conf_option_describe(size_t index, struct buffer *out)
{
	bool setup, end;

	option_describe(row_at(index, &setup, &end), out);
}

static const struct option_other *other_at(size_t index)
{
	struct option_others others = option_others();

	for (size_t i = 0; i < others.count; i++) {
		if (others.rows[i].fate != OTHER_ALIAS && index-- == 0)
			return &others.rows[i];
	}
	return NULL;
}

bool conf_other_help(size_t index, struct conf_other_help *out)
{
	const struct option_other *other = other_at(index);
	bool fixed = other != NULL && other->fate == OTHER_FIXED;

	if (other == NULL)
		return false;
	*out = (struct conf_other_help) {
		.section = other->section == SECTION_SETUP ? "config setup" : "conn",
		.name = other->name,
		.text = fixed ? other->other : other->text,
		.only = fixed ? other->text : NULL,
		.refused = other->fate == OTHER_REFUSED,
		.end = other->end,
	};
	return true;
}
