/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of ipsec.secrets. An entry starts in the first column and goes on over indented
 * lines: identities, a colon with a blank after it, PSK or PPKS and a name, the key. Words that may be a key, or a
 * piece of one written the wrong way, are never shown in an error.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/secrets_parse.h"

enum { WORD_SHOWN_MAX = 64, SENTENCE_MAX = 400, FIRST_CAPACITY = 16, PATTERN_MAX = 4096 };

#define KEY_FORMS "\"text\" in quotes, 0x and hexadecimal digits, or 0s and base64"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_COLON, TOKEN_BAD };

struct token {
	enum token_kind kind;
	struct bytes text;
	size_t line;
	bool starts_entry; /* it stands in the first column */
};

struct lexer {
	struct bytes text;
	size_t at, line, line_start;
	struct token token; /* the current one */
};

struct entry_reader {
	struct secrets_reader *r;
	struct lexer lexer;
	const char *file;
	size_t line; /* where the entry starts */
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_to_line_end(struct lexer *l)
{
	while (l->at < l->text.len && l->text.ptr[l->at] != '\n')
		l->at++;
}

static void skip_blanks_and_comments(struct lexer *l)
{
	for (; l->at < l->text.len; l->at++) {
		uint8_t c = l->text.ptr[l->at];

		if (c == '#')
			skip_to_line_end(l);
		else if (!is_blank(c))
			return;
		if (l->at == l->text.len)
			return;
		if (l->text.ptr[l->at] == '\n') {
			l->line++;
			l->line_start = l->at + 1;
		}
	}
}

/* Up to the same quote on the same line; there are no escapes. */
static void lex_quoted(struct lexer *l)
{
	size_t start = l->at + 1, left = l->text.len - start;
	const uint8_t *from = l->text.ptr + start;
	const uint8_t *end = left ? memchr(from, l->text.ptr[l->at], left) : NULL;

	if (!end || memchr(from, '\n', (size_t)(end - from))) {
		l->token.kind = TOKEN_BAD;
		skip_to_line_end(l);
		return;
	}
	l->token.kind = TOKEN_QUOTED;
	l->token.text = bytes_at(from, (size_t)(end - from));
	l->at = (size_t)(end - l->text.ptr) + 1;
}

/* Up to a blank. A colon before the blank is a token of its own, unless it ends "fe80::". */
static void lex_word(struct lexer *l)
{
	size_t start = l->at, len;

	while (l->at < l->text.len && !is_blank(l->text.ptr[l->at]))
		l->at++;
	len = l->at - start;
	if (len > 1 && l->text.ptr[l->at - 1] == ':' && l->text.ptr[l->at - 2] != ':') {
		l->at--;
		len--;
	}
	l->token.text = bytes_at(l->text.ptr + start, len);
	l->token.kind = bytes_equal(l->token.text, bytes_of_text(":")) ? TOKEN_COLON : TOKEN_WORD;
}

static void lex(struct lexer *l)
{
	uint8_t c;

	skip_blanks_and_comments(l);
	l->token = (struct token) { .kind = TOKEN_END,
				    .line = l->line,
				    .starts_entry = l->at == l->line_start };
	if (l->at == l->text.len)
		return;
	c = l->text.ptr[l->at];
	if (c == '"' || c == '\'')
		lex_quoted(l);
	else
		lex_word(l);
}

/* Whether the current token still belongs to the entry that was begun. */
static bool in_entry(const struct lexer *l)
{
	return l->token.kind != TOKEN_END && !l->token.starts_entry;
}

static bool on_line(const struct lexer *l, size_t line)
{
	return l->token.kind != TOKEN_END && l->token.line == line;
}

static bool is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && t->text.len == strlen(word) &&
	       strncasecmp((const char *)t->text.ptr, word, t->text.len) == 0;
}

static void write_where(struct buffer *out, const char *file, size_t line)
{
	write_format(out, "%s:%zu", file, line);
}

void secrets_refuse(struct secrets_reader *r, const char *where, const char *format, ...)
{
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	conf_errors_add(r->errors, where, "%s", sentence);
	r->wrong++;
}

/* At the current token. */
static void refuse(struct entry_reader *e, const char *sentence)
{
	struct buffer where = { 0 };

	write_where(&where, e->file, e->lexer.token.line);
	secrets_refuse(e->r, buffer_text(&where), "%s", sentence);
	buffer_done(&where);
}

static void refuse_identity(struct entry_reader *e)
{
	struct buffer sentence = { 0 };

	if (e->lexer.token.kind == TOKEN_QUOTED) {
		refuse(e, "the text in quotes before the \":\" is not an identity; they look like "
			  "192.1.2.3, 2001:db8::1, @name, user@name, @[keyid] or %any, and a \":\" "
			  "with blanks around it comes before PSK");
		return;
	}
	write_text(&sentence, "\"");
	write_printable(&sentence, e->lexer.token.text, WORD_SHOWN_MAX);
	write_text(&sentence, "\" is not an identity; they look like 192.1.2.3, 2001:db8::1, "
			      "@name, user@name, @[keyid] or %any");
	refuse(e, buffer_text(&sentence));
	buffer_done(&sentence);
}

static bool token_to_identity(const struct token *t, struct identity *out)
{
	struct buffer text = { 0 };
	bool ok;

	if (is_word(t, "%any") || is_word(t, "%any6")) {
		*out = (struct identity) { 0 };
		return true;
	}
	write_bytes(&text, t->text);
	ok = t->text.len > 0 && t->text.len < IDENTITY_TEXT_MAX &&
	     identity_parse(buffer_text(&text), out);
	buffer_wipe(&text);
	return ok;
}

/* Ends at the colon. */
static bool read_identities(struct entry_reader *e, struct identity *ids, size_t *count)
{
	for (; e->lexer.token.kind != TOKEN_COLON; lex(&e->lexer)) {
		const struct token *t = &e->lexer.token;

		if (t->kind == TOKEN_END || (t->starts_entry && t->line != e->line)) {
			refuse(e, "the entry before this line has no \":\"");
			return false;
		}
		if (t->kind == TOKEN_BAD) {
			refuse(e, "a quote that does not end on its line");
			return false;
		}
		if (is_word(t, "PSK") || is_word(t, "PPKS")) {
			refuse(e, "a \":\" with a blank after it comes before PSK and PPKS");
			return false;
		}
		if (*count == SECRET_IDS_MAX) {
			refuse(e, "more than 16 identities in one entry");
			return false;
		}
		if (!token_to_identity(t, &ids[*count])) {
			refuse_identity(e);
			return false;
		}
		(*count)++;
	}
	return true;
}

static const struct {
	const char *kind, *reason;
} other_kinds[] = {
	{ "RSA", "RSA: private keys live in the NSS database, not here; remove this entry" },
	{ "ECDSA", "ECDSA: private keys live in the NSS database, not here; remove this entry" },
	{ "PUBKEY", "PUBKEY: private keys live in the NSS database, not here; remove this entry" },
	{ "PKCS8", "PKCS8: private keys live in the NSS database, not here; remove this entry" },
	{ "PIN", "PIN: passwords of tokens are not kept here; remove this entry" },
	{ "XAUTH", "XAUTH is a part of IKEv1, which this is not; remove this entry" },
	{ "NTLM", "NTLM: EAP is not there; remove this entry" },
	{ "EAP", "EAP is not there; remove this entry" },
	{ "PPK", "PPK: a post-quantum pre-shared key is written as PPKS \"name\" and the key" },
};

/* Behind it; *ppk: it was PPKS. */
static bool read_kind(struct entry_reader *e, bool *ppk)
{
	const struct token *t = &e->lexer.token;

	*ppk = in_entry(&e->lexer) && is_word(t, "PPKS");
	if (*ppk || (in_entry(&e->lexer) && is_word(t, "PSK"))) {
		lex(&e->lexer);
		return true;
	}
	for (size_t i = 0; in_entry(&e->lexer) && i < ARRAY_LEN(other_kinds); i++) {
		if (is_word(t, other_kinds[i].kind)) {
			refuse(e, other_kinds[i].reason);
			return false;
		}
	}
	refuse(e, "after the \":\" comes PSK and the key: " KEY_FORMS);
	return false;
}

/* A PPK's name, behind PPKS. What fails may be a key whose name was forgotten. */
static bool read_ppk_id(struct entry_reader *e, char **out)
{
	const struct token *t = &e->lexer.token;
	struct buffer text = { 0 };

	if (!in_entry(&e->lexer) || (t->kind != TOKEN_QUOTED && t->kind != TOKEN_WORD) ||
	    !ppk_id_is_good(t->text)) {
		refuse(e, "after PPKS comes the name of the key: 1 to 255 signs without blanks "
			  "and commas");
		return false;
	}
	write_bytes(&text, t->text);
	*out = mem_text(buffer_text(&text));
	buffer_done(&text);
	lex(&e->lexer);
	return true;
}

/* "0x..", "0s..", "0t..". */
static bool decode_key(struct bytes word, struct secret *out)
{
	struct secret text = secret_new(word.len + 1);
	struct buffer key = { 0 };
	const char *digits = (const char *)text.ptr + 2;
	bool ok = false;

	memcpy(text.ptr, word.ptr, word.len);
	if (text_starts((const char *)text.ptr, "0x")) {
		ok = hex_decode(digits, &key);
	} else if (text_starts((const char *)text.ptr, "0s")) {
		ok = base64_decode(digits, &key);
	} else if (text_starts((const char *)text.ptr, "0t")) {
		write_text(&key, digits);
		ok = true;
	}
	if (ok)
		*out = secret_copy(buffer_bytes(&key));
	buffer_wipe(&key);
	secret_done(&text);
	return ok;
}

static bool read_key(struct entry_reader *e, bool ppk, struct secret *out)
{
	const struct token *t = &e->lexer.token;

	if (in_entry(&e->lexer) && t->kind == TOKEN_BAD) {
		refuse(e, "the key's quote does not end on its line");
		return false;
	}
	if (!in_entry(&e->lexer) || (t->kind != TOKEN_QUOTED && t->kind != TOKEN_WORD) ||
	    (t->kind == TOKEN_WORD && !decode_key(t->text, out))) {
		refuse(e, ppk ? "after the name of a PPK comes the key: " KEY_FORMS
			      : "after PSK comes the key: " KEY_FORMS);
		return false;
	}
	if (t->kind == TOKEN_QUOTED)
		*out = secret_copy(t->text);
	if (out->len >= 1 && out->len <= PSK_LEN_MAX)
		return true;
	refuse(e, out->len ? "the key is longer than 4096 bytes" : "the key is empty");
	secret_done(out);
	return false;
}

/* Takes the key and the PPK's name. */
static void add_entry(struct entry_reader *e, const struct identity *ids, size_t count,
		      char **ppk_id, struct secret *key)
{
	struct secrets *s = &e->r->out;
	struct buffer where = { 0 };
	struct secret_entry *entry;

	if (s->count == e->r->capacity) {
		e->r->capacity = s->count ? 2 * s->count : FIRST_CAPACITY;
		s->entries = mem_grow(s->entries, e->r->capacity, sizeof(*s->entries));
	}
	write_where(&where, e->file, e->line);
	entry = &s->entries[s->count++];
	*entry = (struct secret_entry) { .id_count = count,
					 .ppk_id = *ppk_id,
					 .key = secret_take(key),
					 .where = mem_text(buffer_text(&where)) };
	*ppk_id = NULL;
	buffer_done(&where);
	if (count) {
		entry->ids = mem_new_array(count, sizeof(*ids));
		memcpy(entry->ids, ids, count * sizeof(*ids));
	}
}

static void read_entry(struct entry_reader *e)
{
	struct identity ids[SECRET_IDS_MAX];
	struct secret key = { 0 };
	char *ppk_id = NULL;
	size_t count = 0;
	bool ppk;

	if (!read_identities(e, ids, &count))
		return;
	lex(&e->lexer);
	if (!read_kind(e, &ppk))
		return;
	if ((ppk && !read_ppk_id(e, &ppk_id)) || !read_key(e, ppk, &key)) {
		mem_free(ppk_id);
		return;
	}
	lex(&e->lexer);
	if (in_entry(&e->lexer)) {
		refuse(e, "more words after the key; a key with blanks is written in quotes, and "
			  "another entry starts in the first column");
	} else if (e->r->out.count == SECRETS_MAX) {
		refuse(e, "more than 100000 secrets");
		e->r->stop = true;
	} else {
		add_entry(e, ids, count, &ppk_id, &key);
	}
	mem_free(ppk_id);
	secret_done(&key);
}

static void read_include(struct entry_reader *e)
{
	struct buffer pattern = { 0 }, where = { 0 };

	lex(&e->lexer);
	write_where(&where, e->file, e->line);
	if (!in_entry(&e->lexer) || e->lexer.token.text.len == 0 ||
	    e->lexer.token.text.len > PATTERN_MAX) {
		secrets_refuse(e->r, buffer_text(&where), "include needs the name of a file");
	} else if (!e->r->include) {
		secrets_refuse(e->r, buffer_text(&where), "include is not possible here");
	} else {
		write_bytes(&pattern, e->lexer.token.text);
		lex(&e->lexer);
		if (in_entry(&e->lexer))
			secrets_refuse(e->r, buffer_text(&where), "include takes one name");
		else
			e->r->include(e->r, e->file, buffer_text(&where), buffer_text(&pattern));
	}
	buffer_done(&pattern);
	buffer_done(&where);
}

void secrets_parse_text(struct secrets_reader *r, const char *file, struct bytes text)
{
	struct entry_reader e = { .r = r, .file = file, .lexer = { .text = text, .line = 1 } };

	if (text.len && memchr(text.ptr, 0, text.len)) {
		secrets_refuse(r, file, "has a NUL byte, so it is not a text");
		return;
	}
	lex(&e.lexer);
	while (e.lexer.token.kind != TOKEN_END && !r->stop) {
		e.line = e.lexer.token.line;
		if (is_word(&e.lexer.token, "include"))
			read_include(&e);
		else
			read_entry(&e);
		/* After an error the rest of the entry says nothing. */
		while (in_entry(&e.lexer) || on_line(&e.lexer, e.line))
			lex(&e.lexer);
	}
}

bool secrets_finish(struct secrets_reader *r, struct secrets *out)
{
	if (r->wrong) {
		secrets_done(&r->out);
		return false;
	}
	*out = r->out;
	return true;
}

bool secrets_parse(const char *where, struct bytes text, struct secrets *out,
		   struct conf_errors *errors)
{
	struct secrets_reader r = { .errors = errors };

	secrets_parse_text(&r, where, text);
	return secrets_finish(&r, out);
}
