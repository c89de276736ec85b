/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "facts/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	SOFTNET_PACKETS = 0,
	SOFTNET_DROPPED = 1,
	SOFTNET_SQUEEZED = 2,
	SOFTNET_CPU = 12, /* since Linux 5.10; before, lines are those of CPUs that are online */
	SOFTNET_COLUMNS = 13
};

/* "CPU0 CPU1 CPU5": the next one's number, or false at the end of the line. */
static bool next_cpu(const char **at, unsigned long *cpu)
{
	const char *word = *at + strspn(*at, " \t");
	char *end;

	if (!text_starts(word, "CPU"))
		return false;
	*cpu = strtoul(word + 3, &end, 10);
	*at = end;
	return end != word + 3;
}

static bool next_number(const char **at, int base, uint64_t *out)
{
	const char *word = *at + strspn(*at, " \t");
	char *end;

	if (*word == '\n' || *word == '\0' || *word == '-')
		return false;
	*out = strtoull(word, &end, base);
	*at = end;
	return end != word;
}

void facts_parse_softirqs(const char *text, struct cpu_load *out, uint32_t count)
{
	const char *names = text, *row = strstr(text, "NET_RX:");
	unsigned long cpu;
	uint64_t number;

	if (row == NULL)
		return;
	row += strlen("NET_RX:");
	while (next_cpu(&names, &cpu) && next_number(&row, 10, &number))
		if (cpu < count) {
			out[cpu].softirqs = number;
			out[cpu].known = true;
		}
}

static void parse_softnet_line(const char *line, uint64_t row, struct cpu_load *out, uint32_t count)
{
	uint64_t columns[SOFTNET_COLUMNS];
	size_t n = 0;

	while (n < SOFTNET_COLUMNS && next_number(&line, 16, &columns[n]))
		n++;
	if (n <= SOFTNET_SQUEEZED)
		return;
	if (n > SOFTNET_CPU)
		row = columns[SOFTNET_CPU];
	if (row >= count)
		return;
	out[row].packets = columns[SOFTNET_PACKETS];
	out[row].dropped = columns[SOFTNET_DROPPED];
	out[row].squeezed = columns[SOFTNET_SQUEEZED];
	out[row].known = true;
}

void facts_parse_softnet(const char *text, struct cpu_load *out, uint32_t count)
{
	uint64_t row = 0;

	for (const char *line = text; line != NULL && *line != '\0'; row++) {
		const char *end = strchr(line, '\n');

		parse_softnet_line(line, row, out, count);
		line = end == NULL ? NULL : end + 1;
	}
}

void facts_read_loads(const char *root, struct cpu_load *out, uint32_t count)
{
	struct buffer text = { 0 };

	memset(out, 0, count * sizeof(*out));
	if (facts_read(root, "/proc/softirqs", &text) == 0)
		facts_parse_softirqs(buffer_text(&text), out, count);
	buffer_clear(&text);
	if (facts_read(root, "/proc/net/softnet_stat", &text) == 0)
		facts_parse_softnet(buffer_text(&text), out, count);
	buffer_done(&text);
}
