/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines. One that begins at the margin is a section's head, `include` or `version`; one that is
 * indented is word=value of the section above. A line indented deeper than the word=value above
 * it, without a word= of its own, continues that value.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/text/source.h"

struct cursor {
	const struct text_parser *parser;
	struct place place;
	struct section *section; /* NULL before the first */
	/* the word=value that later lines may continue */
	struct buffer keyword, value;
	struct place entry_place;
	size_t entry_indent;
	bool has_entry, quoted;
};

/* A line without its indentation, comment and blanks at the end. */
struct line {
	struct bytes text;
	size_t indent;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The sentence: the words of the file in quotes, and what is wrong with them. */
static void complain(const struct cursor *cursor, struct bytes word, const char *what)
{
	enum { SHOWN_MAX = 60 };
	char where[PLACE_TEXT_MAX];

	if (cursor->section != NULL)
		cursor->section->broken = true;
	conf_errors_add(cursor->parser->errors, place_print(cursor->place, where), "\"%.*s%s\" %s",
			(int)(word.len < SHOWN_MAX ? word.len : SHOWN_MAX), (const char *)word.ptr,
			word.len > SHOWN_MAX ? "..." : "", what);
}

/* Where the comment begins, or the end: '#' at the start or after a blank, outside of quotes. */
static size_t comment_start(struct bytes text)
{
	bool in_quotes = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			in_quotes = !in_quotes;
		else if (text.ptr[i] == '#' && !in_quotes &&
			 (i == 0 || is_blank(text.ptr[i - 1])))
			return i;
	}
	return text.len;
}

static struct bytes trim(struct bytes text)
{
	while (text.len > 0 && is_blank(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && (is_blank(text.ptr[text.len - 1]) || text.ptr[text.len - 1] == '\r'))
		text.len--;
	return text;
}

static struct line line_read(struct bytes raw)
{
	struct bytes text = trim(raw);
	struct line line = { .indent = 0 };

	while (line.indent < raw.len && is_blank(raw.ptr[line.indent]))
		line.indent++;
	text.len = comment_start(text);
	line.text = trim(text);
	return line;
}

/* The first word, and what is left after it. */
static struct bytes word_next(struct bytes *rest)
{
	struct bytes word = *rest;

	word.len = 0;
	while (word.len < rest->len && !is_blank(rest->ptr[word.len]))
		word.len++;
	*rest = trim(bytes_at(rest->ptr + word.len, rest->len - word.len));
	return word;
}

static bool bytes_are(struct bytes word, const char *text)
{
	return word.len == strlen(text) && strncasecmp((const char *)word.ptr, text, word.len) == 0;
}

static char *bytes_text(struct bytes bytes)
{
	char *text = mem_new(bytes.len + 1);

	memcpy(text, bytes.ptr, bytes.len);
	return text;
}

static void entry_finish(struct cursor *cursor)
{
	if (cursor->has_entry)
		section_entry_add(cursor->section, cursor->entry_place,
				  buffer_text(&cursor->keyword), buffer_text(&cursor->value));
	cursor->has_entry = false;
}

static void section_start(struct cursor *cursor, enum section_kind kind, struct bytes name)
{
	char *text = bytes_text(name);

	cursor->section = source_section_new(cursor->parser->source, kind, cursor->place, text);
	mem_free(text);
}

static bool is_conn_name(struct bytes name)
{
	char text[CONN_NAME_MAX] = "";

	if (name.len >= sizeof(text))
		return false;
	memcpy(text, name.ptr, name.len);
	return conf_name_is_good(text);
}

static void conn_start(struct cursor *cursor, struct bytes rest)
{
	struct bytes name = word_next(&rest);

	section_start(cursor, KIND_BAD, bytes_at("", 0));
	if (rest.len > 0) {
		complain(cursor, rest, "is too much after conn and its name");
	} else if (bytes_are(name, "%default")) {
		section_start(cursor, KIND_DEFAULT, name);
	} else if (!is_conn_name(name)) {
		complain(cursor, name, "is no name for a connection; a name has letters, digits, "
				       "and signs such as - _ . /, and at most 127 of them");
	} else {
		section_start(cursor, KIND_CONN, name);
	}
}

static void config_start(struct cursor *cursor, struct bytes rest)
{
	if (bytes_are(rest, "setup")) {
		section_start(cursor, KIND_SETUP, rest);
		return;
	}
	section_start(cursor, KIND_BAD, bytes_at("", 0));
	complain(cursor, rest, "is no section after config; it is config setup");
}

static struct bytes unquoted(struct bytes text)
{
	if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
		return bytes_at(text.ptr + 1, text.len - 2);
	return text;
}

static void include_read(struct cursor *cursor, struct bytes rest)
{
	struct bytes name = unquoted(rest);
	char *pattern;

	cursor->section = NULL;
	if (name.len == 0 || name.len >= 4096) {
		complain(cursor, name, "is no path; include needs one");
		return;
	}
	if (cursor->parser->include == NULL) {
		complain(cursor, name, "cannot be included here");
		return;
	}
	pattern = bytes_text(name);
	cursor->parser->include(cursor->parser->context, cursor->place, pattern);
	mem_free(pattern);
}

static void margin_complain(struct cursor *cursor, struct bytes text, struct bytes word)
{
	if (memchr(text.ptr, '=', text.len) != NULL) {
		complain(cursor, text, "begins at the margin; what belongs to a section is "
				       "indented below its config setup or conn");
		return;
	}
	section_start(cursor, KIND_BAD, bytes_at("", 0));
	complain(cursor, word, "begins no section; expected are config setup, conn NAME, "
			       "conn %default and include");
}

/* A line at the margin. */
static void head_read(struct cursor *cursor, struct bytes text)
{
	struct bytes rest = text, word = word_next(&rest);

	if (bytes_are(word, "conn"))
		conn_start(cursor, rest);
	else if (bytes_are(word, "config"))
		config_start(cursor, rest);
	else if (bytes_are(word, "include"))
		include_read(cursor, rest);
	else if (!bytes_are(word, "version"))
		margin_complain(cursor, text, word);
}

static bool is_keyword_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

/* "word =": how long the word is; 0 where the line does not begin with one. */
static size_t keyword_len(struct bytes text, size_t *value_start)
{
	size_t len = 0, i;

	while (len < text.len && is_keyword_byte(text.ptr[len]))
		len++;
	for (i = len; i < text.len && is_blank(text.ptr[i]); i++)
		continue;
	if (i == text.len || text.ptr[i] != '=')
		return 0;
	*value_start = i + 1;
	return len;
}

/* Takes "..." and {...} off. false: reported. */
static bool value_unquote(struct cursor *cursor, struct bytes *value)
{
	uint8_t open = value->len > 0 ? value->ptr[0] : 0, close = open == '{' ? '}' : '"';
	const uint8_t *end;

	cursor->quoted = open == '"' || open == '{';
	if (!cursor->quoted) {
		if (memchr(value->ptr, '"', value->len) == NULL)
			return true;
		complain(cursor, *value, "has a quote inside; quotes stand around the whole value");
		return false;
	}
	end = memchr(value->ptr + 1, close, value->len - 1);
	if (end == NULL) {
		complain(cursor, *value, "has no closing sign on its line");
		return false;
	}
	if (end != value->ptr + value->len - 1) {
		complain(cursor, *value, "goes on after its closing sign");
		return false;
	}
	*value = bytes_at(value->ptr + 1, value->len - 2);
	if (open == '{')
		*value = trim(*value);
	return true;
}

static bool value_fits(struct cursor *cursor, size_t len, struct bytes shown)
{
	if (len <= OPTION_VALUE_MAX)
		return true;
	complain(cursor, shown, "is too long; a value has at most 8192 bytes");
	return false;
}

static void entry_read(struct cursor *cursor, struct line line, size_t len, size_t value_start)
{
	struct bytes value = trim(bytes_at(line.text.ptr + value_start,
					   line.text.len - value_start));

	if (len > SOURCE_KEYWORD_MAX) {
		complain(cursor, bytes_at(line.text.ptr, len), "is no option");
		return;
	}
	if (!value_fits(cursor, value.len, line.text) || !value_unquote(cursor, &value))
		return;
	buffer_clear(&cursor->keyword);
	buffer_clear(&cursor->value);
	write_bytes(&cursor->keyword, bytes_at(line.text.ptr, len));
	write_bytes(&cursor->value, value);
	cursor->entry_place = cursor->place;
	cursor->entry_indent = line.indent;
	cursor->has_entry = true;
}

static void entry_continue(struct cursor *cursor, struct bytes text)
{
	if (cursor->quoted || memchr(text.ptr, '"', text.len) != NULL) {
		complain(cursor, text, "would continue a value; one in quotes or braces is on one "
				       "line");
		return;
	}
	if (!value_fits(cursor, cursor->value.len + text.len + 1, text))
		return;
	if (cursor->value.len > 0)
		write_text(&cursor->value, " ");
	write_bytes(&cursor->value, text);
}

/* An indented line. */
static void body_read(struct cursor *cursor, struct line line)
{
	size_t value_start, len = keyword_len(line.text, &value_start);

	if (len == 0 && cursor->has_entry && line.indent > cursor->entry_indent) {
		entry_continue(cursor, line.text);
		return;
	}
	entry_finish(cursor);
	if (cursor->section == NULL) {
		complain(cursor, line.text, "is indented, and there is no section above it");
		return;
	}
	if (cursor->section->kind == KIND_BAD)
		return;
	if (len == 0)
		complain(cursor, line.text, "is not of the form word=value");
	else
		entry_read(cursor, line, len, value_start);
}

static void line_take(struct cursor *cursor, struct bytes raw)
{
	struct line line;

	cursor->place.line++;
	if (memchr(raw.ptr, 0, raw.len) != NULL) {
		complain(cursor, bytes_at(raw.ptr, strlen((const char *)raw.ptr)),
			 "is followed by a zero byte; only text is expected");
		return;
	}
	line = line_read(raw);
	if (line.text.len == 0)
		return;
	if (line.indent > 0) {
		body_read(cursor, line);
		return;
	}
	entry_finish(cursor);
	head_read(cursor, line.text);
}

void text_parse(const struct text_parser *parser, struct bytes text)
{
	struct cursor cursor = { .parser = parser, .place.file = parser->file };

	while (text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

		line_take(&cursor, bytes_at(text.ptr, len));
		len += end != NULL;
		text = bytes_at(text.ptr + len, text.len - len);
	}
	entry_finish(&cursor);
	buffer_done(&cursor.keyword);
	buffer_done(&cursor.value);
}
