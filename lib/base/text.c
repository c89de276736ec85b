/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum {
	NEAREST_EDITS_MAX = 3,
	NEAREST_LEN_MAX = 63, /* longer words are not compared */
};

bool text_to_u64(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return false;
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool text_equal_nocase(const char *a, const char *b)
{
	enum { CASE_BIT = 0x20 };

	if (!a || !b)
		return a == b;
	/* Most pairs in a list of words differ in their first letter. */
	return !((*a ^ *b) & ~CASE_BIT) && strcasecmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void write_count(struct buffer *out, uint64_t count, const char *unit)
{
	static const char *const prefixes[] = { "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };
	size_t i = 0;

	if (count == UINT64_C(1) << 63) {
		write_format(out, "2^63%s", unit);
		return;
	}
	while (count != 0 && count % 1024 == 0 && i + 1 < ARRAY_LEN(prefixes)) {
		count /= 1024;
		i++;
	}
	write_format(out, "%llu%s%s", (unsigned long long)count, prefixes[i], unit);
}

static bool printable(uint8_t c)
{
	return c >= ' ' && c <= '~' && c != '\\' && c != '"' && c != '\'' && c != '`';
}

void write_printable(struct buffer *out, struct bytes bytes, size_t max_len)
{
	for (size_t i = 0; i < bytes.len && i < max_len; i++) {
		if (printable(bytes.ptr[i]))
			write_u8(out, bytes.ptr[i]);
		else
			write_format(out, "\\x%02x", bytes.ptr[i]);
	}
	if (bytes.len > max_len)
		write_text(out, "...");
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Damerau-Levenshtein: insert, remove, replace a character, or swap two neighbours
 * (which are then not edited again). cost[i % 3][j] is from a's first i to b's first j.
 */
static size_t edits_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t cost[3][NEAREST_LEN_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = cost[i % 3], *above = cost[(i - 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = smaller(smaller(above[j], row[j - 1]) + 1,
					 above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], cost[(i - 2) % 3][j - 2] + 1);
		}
	}
	return cost[a_len % 3][b_len];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	size_t len = strlen(word), least = NEAREST_EDITS_MAX + 1;
	const char *nearest = NULL;

	for (; len <= NEAREST_LEN_MAX && *candidates; candidates++) {
		size_t other_len = strlen(*candidates), edits;

		if (other_len > NEAREST_LEN_MAX)
			continue;
		edits = edits_between(word, len, *candidates, other_len);
		if (edits < least && (edits < len || edits < other_len)) {
			least = edits;
			nearest = *candidates;
		}
	}
	return nearest;
}
