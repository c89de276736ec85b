/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/option/option.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/*
 * Slots of a conn: left and right of each end row first, then the plain rows:
 * 0 left, 1 right, 2 leftid, 3 rightid, ...
 */
static struct option_rows plain_rows(enum option_section section)
{
	return section == SECTION_SETUP ? option_rows_setup() : option_rows_conn();
}

static size_t end_slots(enum option_section section)
{
	return section == SECTION_CONN ? 2 * option_rows_end().count : 0;
}

size_t option_slot_count(enum option_section section)
{
	size_t count = end_slots(section) + plain_rows(section).count;

	assert(count <= OPTION_SLOTS_MAX);
	return count;
}

struct option_found option_at(enum option_section section, size_t slot)
{
	size_t ends = end_slots(section);

	if (slot < ends) {
		return (struct option_found) {
			.option = &option_rows_end().rows[slot / 2],
			.side = slot % 2 == 0 ? SIDE_LEFT : SIDE_RIGHT,
			.slot = slot,
		};
	}
	return (struct option_found) {
		.option = &plain_rows(section).rows[slot - ends],
		.slot = slot,
	};
}

/* What follows "left" in the name of an end's option. */
static const char *end_part(const struct option *option)
{
	return option->name + strlen("left");
}

static const struct option *end_row_find(const char *part)
{
	struct option_rows rows = option_rows_end();

	for (size_t i = 0; i < rows.count; i++) {
		if (text_equal_nocase(end_part(&rows.rows[i]), part))
			return &rows.rows[i];
	}
	return NULL;
}

static const struct option *row_find(struct option_rows rows, const char *name)
{
	for (size_t i = 0; i < rows.count; i++) {
		if (text_equal_nocase(rows.rows[i].name, name))
			return &rows.rows[i];
	}
	return NULL;
}

static bool starts_nocase(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* "leftid" is left and "id". */
static enum option_side side_split(const char *word, const char **rest)
{
	if (starts_nocase(word, "left")) {
		*rest = word + strlen("left");
		return SIDE_LEFT;
	}
	if (starts_nocase(word, "right")) {
		*rest = word + strlen("right");
		return SIDE_RIGHT;
	}
	*rest = word;
	return SIDE_NONE;
}

static struct option_found end_find(enum option_side side, const char *name)
{
	const struct option *option = end_row_find(name);

	if (option == NULL)
		return (struct option_found) {
			.other = option_other_find(SECTION_CONN, true, name),
			.side = side,
		};
	return (struct option_found) {
		.option = option,
		.side = side,
		.slot = 2 * (size_t)(option - option_rows_end().rows) + (side == SIDE_RIGHT),
	};
}

static struct option_found plain_find(enum option_section section, const char *name)
{
	struct option_rows rows = plain_rows(section);
	const struct option *option = row_find(rows, name);
	const struct option_other *other;

	if (option != NULL)
		return (struct option_found) {
			.option = option,
			.slot = end_slots(section) + (size_t)(option - rows.rows),
		};
	other = option_other_find(section, false, name);
	if (other != NULL && other->fate == OTHER_ALIAS)
		return plain_find(section, other->text);
	return (struct option_found) { .other = other };
}

struct option_found option_find(enum option_section section, const char *word)
{
	if (section == SECTION_CONN) {
		const char *rest;
		enum option_side side = side_split(word, &rest);

		if (side != SIDE_NONE)
			return end_find(side, rest);
	}
	return plain_find(section, word);
}

const char *option_name(const struct option_found *found, char out[OPTION_NAME_MAX])
{
	if (found->side == SIDE_RIGHT)
		snprintf(out, OPTION_NAME_MAX, "right%s", end_part(found->option));
	else
		snprintf(out, OPTION_NAME_MAX, "%s", found->option->name);
	return out;
}

/* The nearest of the names of this section, each made for the comparison. */
const char *option_nearest(enum option_section section, const char *word,
			   char out[OPTION_NAME_MAX])
{
	char names[OPTION_SLOTS_MAX + 1][OPTION_NAME_MAX];
	const char *candidates[OPTION_SLOTS_MAX + 2];
	size_t count = option_slot_count(section);
	const char *nearest;

	for (size_t i = 0; i < count; i++) {
		struct option_found found = option_at(section, i);

		candidates[i] = option_name(&found, names[i]);
	}
	if (section == SECTION_CONN)
		candidates[count++] = "also";
	candidates[count] = NULL;
	nearest = text_nearest(word, candidates);
	return nearest == NULL ? NULL : strcpy(out, nearest);
}

/* An unknown word: the nearest known one, or where it belongs. */
static void unknown_explain(enum option_section section, const char *word, struct buffer *why)
{
	bool conn = section == SECTION_CONN;
	struct option_found elsewhere = option_find(conn ? SECTION_SETUP : SECTION_CONN, word);
	char nearest[OPTION_NAME_MAX];

	write_format(why, "\"%.60s\" is not an option of %s", word,
		     conn ? "a connection" : "config setup");
	if (elsewhere.option != NULL)
		write_format(why, "; it belongs in %s", conn ? "config setup" : "a connection");
	else if (conn && end_row_find(word) != NULL)
		write_format(why, "; it is written left%.60s= or right%.60s=", word, word);
	else if (option_nearest(section, word, nearest) != NULL)
		write_format(why, "; the nearest is %s=", nearest);
	else
		write_format(why, "; ipsec.conf(5) lists them all");
}

static bool other_check(const struct option_other *other, const char *word, const char *value,
			struct buffer *why)
{
	switch (other->fate) {
	case OTHER_IGNORED:
		return true;
	case OTHER_FIXED:
		if (text_equal_nocase(value, other->text) || value[0] == '\0')
			return true;
		write_format(why, "%.60s=%.200s: %s; accepted: %s", word, value, other->other,
			     other->text);
		return false;
	default:
		write_format(why, "%.60s=: %s", word, other->text);
		return false;
	}
}

static void *option_field(enum option_section section, const struct option_found *found,
			  void *target)
{
	struct conf_conn *conn = target;
	char *base = target;

	if (section == SECTION_CONN && found->side == SIDE_LEFT)
		base = (char *)&conn->left;
	else if (section == SECTION_CONN && found->side == SIDE_RIGHT)
		base = (char *)&conn->right;
	return base + found->option->offset;
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((*text < ' ' && *text != '\t') || *text >= 0x7f)
			return false;
	}
	return true;
}

bool option_set(enum option_section section, const struct option_found *found, const char *word,
		const char *value, void *target, struct buffer *why)
{
	const struct option *option = found->option;
	struct buffer reason = { 0 };
	bool ok;

	if (option == NULL && found->other == NULL) {
		unknown_explain(section, word, why);
		return false;
	}
	if (option == NULL)
		return other_check(found->other, word, value, why);
	if (value[0] == '\0') /* the default, whatever `conn %default` says */
		return true;
	if (!is_printable(value)) {
		write_format(why, "%.60s=: only printable ASCII is taken in its value", word);
		return false;
	}
	ok = option->kind->parse(option, value, option_field(section, found, target), &reason);
	if (!ok)
		write_format(why, "%.60s=%.200s: %s", word, value, buffer_text(&reason));
	buffer_done(&reason);
	return ok;
}

void option_print(enum option_section section, const struct option_found *found,
		  const void *source, struct buffer *out)
{
	const struct conf_conn *conn = source;
	const char *base = source;

	if (section == SECTION_CONN && found->side == SIDE_LEFT)
		base = (const char *)&conn->left;
	else if (section == SECTION_CONN && found->side == SIDE_RIGHT)
		base = (const char *)&conn->right;
	found->option->kind->print(found->option, base + found->option->offset, out);
}

void option_set_defaults(enum option_section section, void *target)
{
	struct buffer why = { 0 };

	for (size_t i = 0; i < option_slot_count(section); i++) {
		struct option_found found = option_at(section, i);
		const struct option *option = found.option;
		bool ok = true;

		if (option->kind == &kind_ike || option->kind == &kind_esp ||
		    option->default_text != NULL)
			ok = option->kind->parse(option, option->default_text,
						 option_field(section, &found, target), &why);
		assert(ok);
	}
	buffer_done(&why);
}
