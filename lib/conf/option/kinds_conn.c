/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values with a grammar of their own: proposals, clones= and ppk-ids=. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/option/option.h"
#include "conf/secrets.h"

static bool ike_parse(const struct option *option, const char *text, void *target,
		      struct buffer *why)
{
	(void)option;
	return algorithm_list_parse(PROPOSAL_IKE, text, target, why);
}

static void ike_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	algorithm_list_print(PROPOSAL_IKE, source, out);
}

const struct option_kind kind_ike = { "proposals", ike_parse, ike_print, NULL };

static bool esp_parse(const struct option *option, const char *text, void *target,
		      struct buffer *why)
{
	(void)option;
	return algorithm_list_parse(PROPOSAL_ESP, text, target, why);
}

static void esp_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	algorithm_list_print(PROPOSAL_ESP, source, out);
}

const struct option_kind kind_esp = { "proposals", esp_parse, esp_print, NULL };

/* CPUs of a list, each once. */
struct cpu_list {
	uint16_t cpus[CLONES_MAX];
	size_t count;
};

static bool cpu_list_has(const struct cpu_list *list, uint16_t cpu)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->cpus[i] == cpu)
			return true;
	}
	return false;
}

static bool cpu_read(const char *text, size_t len, uint16_t *out)
{
	char number[8];
	uint64_t value;

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (!text_to_u64(number, CPU_MAX - 1, &value))
		return false;
	*out = (uint16_t)value;
	return true;
}

/* "8" or "8-11", of `len` bytes. */
static bool cpu_range_add(struct cpu_list *list, const char *text, size_t len)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash == NULL ? len : (size_t)(dash - text);
	uint16_t first, last;

	if (!cpu_read(text, first_len, &first))
		return false;
	last = first;
	if (dash != NULL && !cpu_read(dash + 1, len - first_len - 1, &last))
		return false;
	if (last < first)
		return false;
	for (uint16_t cpu = first; cpu <= last; cpu++) {
		if (list->count == CLONES_MAX || cpu_list_has(list, cpu))
			return false;
		list->cpus[list->count++] = cpu;
	}
	return true;
}

static bool cpu_list_read(const char *text, struct cpu_list *out)
{
	out->count = 0;
	for (;;) {
		size_t len = strcspn(text, ",");

		if (!cpu_range_add(out, text, len))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

static bool clones_read(const char *text, struct conf_clones *out)
{
	struct cpu_list list;
	uint64_t number;

	if (text_equal_nocase(text, "no") || text_equal(text, "0")) {
		out->kind = CLONES_NO;
		return true;
	}
	if (text_equal_nocase(text, "yes")) {
		out->kind = CLONES_ONLINE;
		return true;
	}
	if (text_to_u64(text, CLONES_MAX, &number)) {
		out->kind = CLONES_NUMBER;
		out->number = (uint32_t)number;
		return true;
	}
	if (strpbrk(text, "-,") == NULL || !cpu_list_read(text, &list))
		return false;
	out->kind = CLONES_CPUS;
	out->cpu_count = list.count;
	out->cpus = mem_new_array(list.count, sizeof(list.cpus[0]));
	memcpy(out->cpus, list.cpus, list.count * sizeof(list.cpus[0]));
	return true;
}

static bool clones_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	struct conf_clones *clones = target, read = { 0 };

	(void)option;
	if (!clones_read(text, &read)) {
		write_format(why, "no, yes, a number up to %d, or a list of CPUs such as "
				  "0-3,8-11 (each below %d, and once) is expected",
			     CLONES_MAX, CPU_MAX);
		return false;
	}
	mem_free(clones->cpus);
	*clones = read;
	return true;
}

/* In the order written; a list of one is a range, or it would read as a number. */
static void cpu_list_write(const uint16_t *cpus, size_t count, struct buffer *out)
{
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && cpus[end] == cpus[end - 1] + 1; end++)
			continue;
		if (i > 0)
			write_text(out, ",");
		write_format(out, "%u", cpus[i]);
		if (end - i > 1 || count == 1)
			write_format(out, "-%u", cpus[end - 1]);
	}
}

static void clones_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_clones *clones = source;

	(void)option;
	switch (clones->kind) {
	case CLONES_NO:
		write_text(out, "no");
		return;
	case CLONES_NUMBER:
		write_format(out, "%u", clones->number);
		return;
	case CLONES_ONLINE:
		write_text(out, "yes");
		return;
	case CLONES_CPUS:
		cpu_list_write(clones->cpus, clones->cpu_count, out);
		return;
	}
}

const struct option_kind kind_clones = { "no, yes, a number or CPUs", clones_parse,
					 clones_print, NULL };

enum { PPK_IDS_MAX = 16 };

/* Commas or blanks between them; kept with one comma each. */
static bool ppk_ids_read(const char *text, struct buffer *out)
{
	static const char between[] = ", \t";
	size_t count = 0;

	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		struct bytes id = bytes_at(text, strcspn(text, between));

		if (++count > PPK_IDS_MAX || !ppk_id_is_good(id))
			return false;
		if (count > 1)
			write_text(out, ",");
		write_bytes(out, id);
		text += id.len;
	}
	return count > 0;
}

static bool ppk_ids_parse(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	char **field = target;
	struct buffer ids = { 0 };
	bool ok = ppk_ids_read(text, &ids);

	(void)option;
	if (ok) {
		mem_free(*field);
		*field = mem_text(buffer_text(&ids));
	} else {
		write_format(why, "up to %d names of keys, of 1 to %d signs each, with commas "
				  "between them are expected",
			     PPK_IDS_MAX, PPK_ID_MAX);
	}
	buffer_done(&ids);
	return ok;
}

static void ppk_ids_print(const struct option *option, const void *source, struct buffer *out)
{
	char *const *field = source;

	(void)option;
	if (*field != NULL)
		write_text(out, *field);
}

const struct option_kind kind_ppk_ids = { "names", ppk_ids_parse, ppk_ids_print, NULL };
