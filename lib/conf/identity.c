/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/identity.h"

#include <string.h>

#include "base/text.h"

/* RFC 7296 3.5. */
enum {
	IDENTITY_IPV4_ADDR = 1,
	IDENTITY_FQDN = 2,
	IDENTITY_RFC822_ADDR = 3,
	IDENTITY_IPV6_ADDR = 5,
	IDENTITY_DER_ASN1_DN = 9,
	IDENTITY_DER_ASN1_GN = 10,
	IDENTITY_KEY_ID = 11,
	IDENTITY_NULL = 13
};

static bool is_name_character(char c)
{
	return c > ' ' && c < 0x7f && strchr("\"'`\\", c) == NULL;
}

/* What stands for a name: printable ASCII without blanks, quotes and backslashes. */
static bool is_name(const char *text, size_t len)
{
	if (len == 0 || len > IDENTITY_DATA_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_name_character(text[i]))
			return false;
	}
	return true;
}

static struct identity identity_of(uint8_t type, const void *data, size_t len)
{
	struct identity id = { .type = type, .len = (uint16_t)len };

	memcpy(id.data, data, len);
	return id;
}

static bool name_parse(uint8_t type, const char *text, size_t len, struct identity *out)
{
	if (!is_name(text, len))
		return false;
	*out = identity_of(type, text, len);
	return true;
}

/* "user@host": both parts are there, and only one @. A % begins keywords. */
static bool mail_parse(const char *text, struct identity *out)
{
	const char *at = strchr(text, '@');

	if (text[0] == '%' || at == NULL || at == text || at[1] == '\0')
		return false;
	if (strchr(at + 1, '@') != NULL)
		return false;
	return name_parse(IDENTITY_RFC822_ADDR, text, strlen(text), out);
}

/* "[keyid]": the text between the brackets. */
static bool key_id_parse(const char *text, struct identity *out)
{
	size_t len = strlen(text);

	if (len < 3 || text[len - 1] != ']')
		return false;
	return name_parse(IDENTITY_KEY_ID, text + 1, len - 2, out);
}

/* "#0x0123": a key id that is not text. */
static bool key_id_parse_hex(const char *text, struct identity *out)
{
	struct buffer raw = { 0 };
	bool ok = text_starts(text, "#0x") && hex_decode(text + 3, &raw) && raw.len > 0 &&
		  raw.len <= IDENTITY_DATA_MAX;

	if (ok)
		*out = identity_of(IDENTITY_KEY_ID, raw.ptr, raw.len);
	buffer_done(&raw);
	return ok;
}

/* What comes after a leading '@'. */
static bool at_parse(const char *text, struct identity *out)
{
	switch (text[0]) {
	case '[':
		return key_id_parse(text, out);
	case '#':
		return key_id_parse_hex(text, out);
	case '@':
		return mail_parse(text + 1, out);
	case '~': /* a DN in hexadecimal, which we do not have */
		return false;
	default:
		return strchr(text, '@') == NULL &&
		       name_parse(IDENTITY_FQDN, text, strlen(text), out);
	}
}

bool identity_parse(const char *text, struct identity *out)
{
	struct address address;

	if (text[0] == '@')
		return at_parse(text + 1, out);
	if (address_parse(text, &address)) {
		if (address_is_any(&address))
			return false;
		*out = identity_of_address(&address);
		return true;
	}
	return mail_parse(text, out);
}

struct identity identity_of_address(const struct address *a)
{
	struct bytes raw = address_bytes(a);

	if (raw.len == 0)
		return (struct identity) { 0 };
	return identity_of(raw.len == 4 ? IDENTITY_IPV4_ADDR : IDENTITY_IPV6_ADDR, raw.ptr,
			   raw.len);
}

bool identity_from(uint8_t type, struct bytes data, struct identity *out)
{
	if (type == 0 || data.len == 0 || data.len > IDENTITY_DATA_MAX)
		return false;
	if (type == IDENTITY_IPV4_ADDR && data.len != 4)
		return false;
	if (type == IDENTITY_IPV6_ADDR && data.len != 16)
		return false;
	*out = identity_of(type, data.ptr, data.len);
	return true;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Not strncasecmp(): a peer's name may have a zero in it, and what follows counts too. */
static bool names_equal(const struct identity *a, const struct identity *b)
{
	for (size_t i = 0; i < a->len; i++) {
		if (lower(a->data[i]) != lower(b->data[i]))
			return false;
	}
	return true;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	if (a->type != b->type || a->len != b->len)
		return false;
	if (a->type == IDENTITY_FQDN || a->type == IDENTITY_RFC822_ADDR)
		return names_equal(a, b);
	return memcmp(a->data, b->data, a->len) == 0;
}

struct bytes identity_key(const struct identity *id, uint8_t out[IDENTITY_KEY_MAX])
{
	bool is_text = id->type == IDENTITY_FQDN || id->type == IDENTITY_RFC822_ADDR;

	out[0] = id->type;
	for (uint16_t i = 0; i < id->len; i++)
		out[1 + i] = is_text ? lower(id->data[i]) : id->data[i];
	return bytes_at(out, 1U + id->len);
}

static void print_address(const struct identity *id, struct buffer *out)
{
	struct address address;
	char text[ADDRESS_TEXT_MAX];

	if (address_read(bytes_at(id->data, id->len), &address))
		write_text(out, address_print(&address, text));
}

static void print_key_id(const struct identity *id, struct buffer *out)
{
	if (is_name((const char *)id->data, id->len)) {
		write_text(out, "@[");
		write_bytes(out, bytes_at(id->data, id->len));
		write_text(out, "]");
		return;
	}
	write_text(out, "@#0x");
	write_hex(out, bytes_at(id->data, id->len));
}

static void identity_write(const struct identity *id, struct buffer *out)
{
	switch (id->type) {
	case 0:
		write_text(out, "%none");
		return;
	case IDENTITY_IPV4_ADDR:
	case IDENTITY_IPV6_ADDR:
		print_address(id, out);
		return;
	case IDENTITY_FQDN:
		write_text(out, "@");
		write_printable(out, bytes_at(id->data, id->len), IDENTITY_DATA_MAX);
		return;
	case IDENTITY_RFC822_ADDR:
		write_printable(out, bytes_at(id->data, id->len), IDENTITY_DATA_MAX);
		return;
	case IDENTITY_KEY_ID:
		print_key_id(id, out);
		return;
	default: /* known by its number only */
		write_format(out, "%u:0x", id->type);
		write_hex(out, bytes_at(id->data, id->len));
	}
}

const char *identity_print(const struct identity *id, char out[IDENTITY_TEXT_MAX])
{
	struct buffer text = { 0 };
	size_t len;

	identity_write(id, &text);
	len = text.len < IDENTITY_TEXT_MAX ? text.len : IDENTITY_TEXT_MAX - 1;
	memcpy(out, text.ptr, len);
	out[len] = '\0';
	buffer_done(&text);
	return out;
}

const char *identity_type_name(uint8_t type)
{
	switch (type) {
	case 0:
		return "none";
	case IDENTITY_IPV4_ADDR:
		return "IPV4_ADDR";
	case IDENTITY_FQDN:
		return "FQDN";
	case IDENTITY_RFC822_ADDR:
		return "RFC822_ADDR";
	case IDENTITY_IPV6_ADDR:
		return "IPV6_ADDR";
	case IDENTITY_DER_ASN1_DN:
		return "DER_ASN1_DN";
	case IDENTITY_DER_ASN1_GN:
		return "DER_ASN1_GN";
	case IDENTITY_KEY_ID:
		return "KEY_ID";
	case IDENTITY_NULL:
		return "NULL";
	default:
		return "unknown";
	}
}
