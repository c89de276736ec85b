/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are one word, number, time or path. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/option/option.h"

static const struct option_word yes_no_words[] = {
	{ .word = "yes", .value = true },
	{ .word = "no", .value = false },
	{ .word = "true", .value = true, .hidden = true },
	{ .word = "false", .value = false, .hidden = true },
	{ .word = "on", .value = true, .hidden = true },
	{ .word = "off", .value = false, .hidden = true },
	{ .word = "1", .value = true, .hidden = true },
	{ .word = "0", .value = false, .hidden = true },
	{ .word = NULL },
};

static const struct option_word *word_find(const struct option_word *words, const char *text)
{
	for (; words != NULL && words->word != NULL; words++) {
		if (text_equal_nocase(words->word, text))
			return words;
	}
	return NULL;
}

static const char *word_of(const struct option_word *words, unsigned int value)
{
	for (; words != NULL && words->word != NULL; words++) {
		if (words->value == value)
			return words->word;
	}
	return NULL;
}

static void words_write(const struct option_word *words, const char *between, struct buffer *out)
{
	bool first = true;

	for (; words != NULL && words->word != NULL; words++) {
		if (words->hidden)
			continue;
		if (!first)
			write_text(out, between);
		write_text(out, words->word);
		first = false;
	}
}

void option_describe(const struct option *option, struct buffer *out)
{
	if (option->kind->describe != NULL)
		option->kind->describe(option, out);
	else
		write_text(out, option->kind->name);
}

/* The end of an error: "one of auto, yes, no is expected". */
static void expect(const struct option *option, struct buffer *why)
{
	option_describe(option, why);
	write_text(why, " is expected");
}

static bool yes_no_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	const struct option_word *word = word_find(yes_no_words, text);

	if (word == NULL) {
		expect(option, why);
		return false;
	}
	*(bool *)target = word->value != 0;
	return true;
}

static void yes_no_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	write_text(out, *(const bool *)source ? "yes" : "no");
}

static void yes_no_describe(const struct option *option, struct buffer *out)
{
	(void)option;
	words_write(yes_no_words, " or ", out);
}

const struct option_kind kind_yes_no = { "yes|no", yes_no_parse, yes_no_print, yes_no_describe };

/* Why no other word fits, and which do. */
static void only_explain(const struct option *option, struct buffer *why)
{
	if (option->only != NULL)
		write_format(why, "%s; ", option->only);
	expect(option, why);
}

static void words_describe(const struct option *option, struct buffer *out)
{
	const struct option_word *second = &option->words[1];

	if (second->word != NULL && !second->hidden)
		write_text(out, "one of ");
	words_write(option->words, ", ", out);
}

/* Enumerations are kept as the unsigned int that both compilers make of them. */
static_assert(sizeof(enum conf_auto) == sizeof(unsigned int), "enum fields are unsigned int");

static bool words_parse(const struct option *option, const char *text, void *target,
			struct buffer *why)
{
	const struct option_word *word = word_find(option->words, text);

	if (word == NULL) {
		only_explain(option, why);
		return false;
	}
	memcpy(target, &word->value, sizeof(word->value));
	return true;
}

static void words_print(const struct option *option, const void *source, struct buffer *out)
{
	unsigned int value;

	memcpy(&value, source, sizeof(value));
	write_text(out, word_of(option->words, value));
}

const struct option_kind kind_words = { "a word", words_parse, words_print, words_describe };

static bool fixed_parse(const struct option *option, const char *text, void *target,
			struct buffer *why)
{
	(void)target;
	if (word_find(option->words, text) != NULL)
		return true;
	only_explain(option, why);
	return false;
}

static void fixed_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)source;
	write_text(out, option->words[0].word);
}

const struct option_kind kind_fixed = { "a word", fixed_parse, fixed_print, words_describe };

static void number_describe(const struct option *option, struct buffer *out)
{
	words_write(option->words, ", ", out);
	if (option->words != NULL)
		write_text(out, " or ");
	write_format(out, "a number from %" PRIu64 " to %" PRIu64, option->min, option->max);
}

static bool number_read(const struct option *option, const char *text, uint64_t *out,
			struct buffer *why)
{
	const struct option_word *word = word_find(option->words, text);
	uint64_t value;

	if (word != NULL) {
		*out = word->value;
		return true;
	}
	if (!text_to_u64(text, option->max, &value) || value < option->min) {
		expect(option, why);
		return false;
	}
	*out = value;
	return true;
}

static void number_write(const struct option *option, uint64_t value, struct buffer *out)
{
	const char *word = value < option->min ? word_of(option->words, (unsigned int)value) : NULL;

	if (word != NULL)
		write_text(out, word);
	else if (value >= option->min)
		write_format(out, "%" PRIu64, value);
}

static bool number_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	uint64_t value;

	assert(option->max <= UINT32_MAX);
	if (!number_read(option, text, &value, why))
		return false;
	*(uint32_t *)target = (uint32_t)value;
	return true;
}

static void number_print(const struct option *option, const void *source, struct buffer *out)
{
	number_write(option, *(const uint32_t *)source, out);
}

const struct option_kind kind_number = { "a number", number_parse, number_print,
					number_describe };

static bool number16_parse(const struct option *option, const char *text, void *target,
			   struct buffer *why)
{
	uint64_t value;

	assert(option->max <= UINT16_MAX);
	if (!number_read(option, text, &value, why))
		return false;
	*(uint16_t *)target = (uint16_t)value;
	return true;
}

static void number16_print(const struct option *option, const void *source, struct buffer *out)
{
	number_write(option, *(const uint16_t *)source, out);
}

const struct option_kind kind_number16 = { "a number", number16_parse, number16_print,
					  number_describe };

/* A number, or -1 for the daemon's own choice. */
static bool integer_parse(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	uint64_t value;

	if (text_equal(text, "-1")) {
		*(int *)target = -1;
		return true;
	}
	if (!text_to_u64(text, option->max, &value)) {
		expect(option, why);
		return false;
	}
	*(int *)target = (int)value;
	return true;
}

static void integer_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	write_format(out, "%d", *(const int *)source);
}

static void integer_describe(const struct option *option, struct buffer *out)
{
	write_format(out, "a number from -1 to %" PRIu64, option->max);
}

const struct option_kind kind_integer = { "a number", integer_parse, integer_print,
					  integer_describe };

static const struct time_unit {
	const char *name;
	uint64_t microseconds;
} time_units[] = { /* the largest first */
	{ "w", UINT64_C(7) * 24 * 3600 * 1000000 },
	{ "d", UINT64_C(24) * 3600 * 1000000 },
	{ "h", UINT64_C(3600) * 1000000 },
	{ "m", UINT64_C(60) * 1000000 },
	{ "s", UINT64_C(1000000) },
	{ "ms", UINT64_C(1000) },
	{ "us", UINT64_C(1) },
};

static void time_write(uint64_t microseconds, struct buffer *out)
{
	const struct time_unit *unit = time_units;

	if (microseconds == 0) {
		write_text(out, "0s");
		return;
	}
	/* Weeks read badly: 7d it is. */
	for (unit++; microseconds % unit->microseconds != 0; unit++)
		continue;
	write_format(out, "%" PRIu64 "%s", microseconds / unit->microseconds, unit->name);
}

static uint64_t unit_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(time_units); i++) {
		if (text_equal_nocase(time_units[i].name, name))
			return time_units[i].microseconds;
	}
	return 0;
}

/* "30", "500ms", "8h"; no unit: `plain` microseconds each. */
static bool time_read(const char *text, uint64_t plain, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t unit = text[digits] == '\0' ? plain : unit_find(text + digits), value;
	char number[20];

	if (digits == 0 || digits >= sizeof(number) || unit == 0)
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!text_to_u64(number, INT64_MAX / unit, &value))
		return false;
	*out = value * unit;
	return true;
}

static void limits_describe(const struct option *option, struct buffer *out)
{
	write_text(out, "a time from ");
	time_write(option->min, out);
	write_text(out, " to ");
	time_write(option->max, out);
}

static void time_describe(const struct option *option, struct buffer *out)
{
	limits_describe(option, out);
	write_text(out, " (units us, ms, s, m, h, d, w; without one, seconds)");
}

static void time_describe_ms(const struct option *option, struct buffer *out)
{
	limits_describe(option, out);
	write_text(out, " (units us, ms, s, m, h, d, w; without one, milliseconds)");
}

static bool time_take(const struct option *option, const char *text, uint64_t plain, void *target,
		      struct buffer *why)
{
	uint64_t value;

	if (!time_read(text, plain, &value) || value < option->min || value > option->max) {
		expect(option, why);
		return false;
	}
	*(int64_t *)target = (int64_t)value;
	return true;
}

static bool time_parse(const struct option *option, const char *text, void *target,
		       struct buffer *why)
{
	return time_take(option, text, SECONDS(1), target, why);
}

static bool time_parse_ms(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	return time_take(option, text, MILLISECONDS(1), target, why);
}

static void time_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	time_write((uint64_t)*(const int64_t *)source, out);
}

const struct option_kind kind_time = { "a time", time_parse, time_print, time_describe };
const struct option_kind kind_time_ms = { "a time", time_parse_ms, time_print,
					  time_describe_ms };

static bool percent_parse(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	size_t digits = strspn(text, "0123456789");
	char number[12];
	uint64_t value;

	if (digits < sizeof(number) && (text[digits] == '\0' || text_equal(text + digits, "%"))) {
		memcpy(number, text, digits);
		number[digits] = '\0';
		if (text_to_u64(number, option->max, &value)) {
			*(uint32_t *)target = (uint32_t)value;
			return true;
		}
	}
	expect(option, why);
	return false;
}

static void percent_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	write_format(out, "%" PRIu32 "%%", *(const uint32_t *)source);
}

static void percent_describe(const struct option *option, struct buffer *out)
{
	write_format(out, "a percentage from 0%% to %" PRIu64 "%%", option->max);
}

const struct option_kind kind_percent = { "a percentage", percent_parse, percent_print,
					  percent_describe };

static void text_set(void *target, const char *text)
{
	char **field = target;

	mem_free(*field);
	*field = mem_text(text);
}

static void text_print(const struct option *option, const void *source, struct buffer *out)
{
	char *const *field = source;

	(void)option;
	if (*field != NULL)
		write_text(out, *field);
}

static bool path_parse(const struct option *option, const char *text, void *target,
		       struct buffer *why)
{
	(void)option;
	if (text[0] != '/' || strlen(text) >= 4096) {
		write_text(why, "a path that begins with / is expected");
		return false;
	}
	text_set(target, text);
	return true;
}

const struct option_kind kind_path = { "a path", path_parse, text_print, NULL };

static bool name_parse(const struct option *option, const char *text, void *target,
		       struct buffer *why)
{
	(void)option;
	if (!conf_name_is_good(text)) {
		write_text(why, "a name as it may stand after conn is expected");
		return false;
	}
	text_set(target, text);
	return true;
}

const struct option_kind kind_name = { "a name", name_parse, text_print, NULL };

static bool debug_parse(const struct option *option, const char *text, void *target,
			struct buffer *why)
{
	static const char taken[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_, \t";

	(void)option;
	if (text[strspn(text, taken)] != '\0') {
		write_text(why, "none, all, or words with commas between them are expected");
		return false;
	}
	text_set(target, text);
	return true;
}

const struct option_kind kind_debug = { "none, all or words", debug_parse, text_print, NULL };

static bool listen_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	struct address address;

	(void)option;
	if (!address_parse(text, &address) || address_is_any(&address)) {
		write_text(why, "one IPv4 or IPv6 address of this host is expected");
		return false;
	}
	*(struct address *)target = address;
	return true;
}

static void listen_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct address *address = source;
	char text[ADDRESS_TEXT_MAX];

	(void)option;
	if (address_is_set(address))
		write_text(out, address_print(address, text));
}

const struct option_kind kind_listen = { "an address", listen_parse, listen_print, NULL };
