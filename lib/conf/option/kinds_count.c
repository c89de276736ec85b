/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of bytes and packets, with binary prefixes. */
#include <string.h>

#include "base/text.h"
#include "conf/option/option.h"

/* The factor of "", "Ki" ... "Ei" with or without the unit behind it; 0: none of them. */
static uint64_t factor_of(const char *text, const char *unit)
{
	static const char prefixes[] = "KMGTPE";
	const char *found = *text == '\0' ? NULL : strchr(prefixes, *text & ~0x20);
	uint64_t factor = 1;

	if (found != NULL && (text[1] == 'i' || text[1] == 'I')) {
		factor = UINT64_C(1) << (10 * (found - prefixes + 1));
		text += 2;
	}
	return *text == '\0' || text_equal_nocase(text, unit) ? factor : 0;
}

static bool count_read(const char *text, const char *unit, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t factor = factor_of(text + digits, unit), value;
	char number[20];

	if (text_starts(text, "2^63") && (text[4] == '\0' || text_equal_nocase(text + 4, unit))) {
		*out = CONF_LIMIT_NONE;
		return true;
	}
	if (digits == 0 || digits >= sizeof(number) || factor == 0)
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	return text_to_u64(number, UINT64_MAX, &value) &&
	       !__builtin_mul_overflow(value, factor, out);
}

static void describe(const struct option *option, const char *what, const char *unit,
		     struct buffer *out)
{
	write_format(out, "a number of %s from ", what);
	write_count(out, option->min, unit);
	write_text(out, " to ");
	write_count(out, option->max, unit);
	write_format(out, ", also with Ki%s, Mi%s, Gi%s, Ti%s, Pi%s or Ei%s", unit, unit, unit,
		     unit, unit, unit);
}

static bool take(const struct option *option, const char *text, const char *unit, void *target,
		 struct buffer *why)
{
	uint64_t value;

	if (!count_read(text, unit, &value) || value < option->min || value > option->max) {
		option_describe(option, why);
		write_text(why, " is expected");
		return false;
	}
	*(uint64_t *)target = value;
	return true;
}

static bool bytes_parse(const struct option *option, const char *text, void *target,
			struct buffer *why)
{
	return take(option, text, "B", target, why);
}

static void bytes_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	write_count(out, *(const uint64_t *)source, "B");
}

static void bytes_describe(const struct option *option, struct buffer *out)
{
	describe(option, "bytes", "B", out);
}

static bool packets_parse(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	return take(option, text, "", target, why);
}

static void packets_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	write_count(out, *(const uint64_t *)source, "");
}

static void packets_describe(const struct option *option, struct buffer *out)
{
	describe(option, "packets", "", out);
}

const struct option_kind kind_bytes = { "bytes", bytes_parse, bytes_print, bytes_describe };
const struct option_kind kind_packets = { "packets", packets_parse, packets_print,
					  packets_describe };
