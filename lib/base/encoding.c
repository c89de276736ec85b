/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text encodings of bytes. On failure what was written is cut off again. */

#include <string.h>

#include "base/text.h"

static bool hex_value(char c, uint8_t *out)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return false;
	*out = (uint8_t)((at - digits) % 16);
	return true;
}

/* Consumes one digit, and the '_' before it where one may be. */
static bool hex_next(const char **text, bool first, uint8_t *out)
{
	if (**text == '_' && !first)
		(*text)++;
	if (!hex_value(**text, out))
		return false;
	(*text)++;
	return true;
}

bool hex_decode(const char *text, struct buffer *out)
{
	size_t before = out->len;

	for (bool first = true; *text; first = false) {
		uint8_t high, low;

		if (!hex_next(&text, first, &high) || !hex_next(&text, false, &low)) {
			buffer_truncate(out, before);
			return false;
		}
		write_u8(out, (uint8_t)(high << 4 | low));
	}
	return true;
}

void write_hex(struct buffer *out, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		write_u8(out, (uint8_t)digits[bytes.ptr[i] >> 4]);
		write_u8(out, (uint8_t)digits[bytes.ptr[i] & 15]);
	}
}

static bool base64_value(char c, uint32_t *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return false;
	*out = (uint32_t)(at - digits);
	return true;
}

/* How many of the quantum's four characters are digits, 2 to 4 with '=' after them; 0: bad. */
static size_t base64_quantum(const char *text, uint32_t *bits)
{
	size_t digits = 0;
	uint32_t value;

	*bits = 0;
	for (; digits < 4 && base64_value(text[digits], &value); digits++)
		*bits |= value << (18 - 6 * digits);
	if (digits == 4 || (digits == 3 && text[3] == '='))
		return digits;
	if (digits == 2 && text[2] == '=' && text[3] == '=')
		return digits;
	return 0;
}

static bool base64_text(const char *text, struct buffer *out)
{
	while (*text) {
		uint32_t bits;
		size_t digits = base64_quantum(text, &bits);

		if (!digits)
			return false;
		text += 4;
		if (digits < 4 && *text)
			return false; /* padding is only at the end */
		for (size_t i = 0; i + 1 < digits; i++, bits = bits << 8 & 0xffffff)
			write_u8(out, (uint8_t)(bits >> 16));
		if (bits)
			return false; /* RFC 4648 3.5: pad bits are zero */
	}
	return true;
}

bool base64_decode(const char *text, struct buffer *out)
{
	size_t before = out->len;

	if (base64_text(text, out))
		return true;
	buffer_truncate(out, before);
	return false;
}
