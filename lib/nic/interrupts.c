/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/interrupts has a line for each interrupt, whose last words are names that drivers gave:
 * "eth0-TxRx-3", "virtio2-input.0", "mlx5_comp7@pci:0000:17:00.0". A name is a device's where that, or
 * the bus device behind it, is a word in it; the number at its end, before any '@', is the queue's.
 */
#include "nic/parts.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { LINES_MAX = 65536, QUEUE_TEXT_MAX = 8 };

struct search {
	const char *proc;
	struct nic_facts *facts;
	bool only_whole; /* names that are the device's, with nothing about receiving */
};

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

/* Drivers say "Rx", "input", or "comp" for completions of both ways. */
static bool is_about_receiving(const char *name)
{
	return strcasestr(name, "rx") != NULL || strstr(name, "input") != NULL ||
	       strstr(name, "comp") != NULL;
}

static bool is_sought(const struct search *s, const char *name)
{
	if (s->only_whole)
		return strcmp(name, s->facts->name) == 0;
	return (has_word(name, s->facts->name) || has_word(name, s->facts->bus)) &&
	       is_about_receiving(name);
}

static uint32_t queue_of(const struct search *s, const char *name)
{
	size_t end = strcspn(name, "@"), start = end, device = strlen(s->facts->name);
	char digits[QUEUE_TEXT_MAX] = "";
	uint64_t queue;

	while (start > 0 && isdigit((unsigned char)name[start - 1]))
		start--;
	if (end - start >= sizeof(digits))
		return NIC_QUEUE_UNKNOWN;
	/* That number is the device's own. */
	if (end >= device && memcmp(name + end - device, s->facts->name, device) == 0)
		return NIC_QUEUE_UNKNOWN;
	memcpy(digits, name + start, end - start);
	return text_to_u64(digits, NIC_QUEUE_MAX - 1, &queue) ? (uint32_t)queue
							      : NIC_QUEUE_UNKNOWN;
}

static void read_cpus(const struct search *s, struct nic_interrupt *interrupt)
{
	static const char *const files[] = { "effective_affinity_list", "smp_affinity_list" };
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	char path[PATH_MAX];
	uint32_t count = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && count == 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/irq/%u/%s", s->proc, interrupt->number,
			       files[i]);
		if (nic_read_cpus(path, ids, &count) < 0)
			count = 0;
	}
	if (count != 0) {
		interrupt->cpus = mem_new_array(count, sizeof(*ids));
		interrupt->cpu_count = count;
		memcpy(interrupt->cpus, ids, count * sizeof(*ids));
	}
	mem_free(ids);
}

static void add(const struct search *s, uint32_t number, uint32_t queue)
{
	struct nic_facts *facts = s->facts;
	struct nic_interrupt *interrupt;

	if (facts->interrupt_count == NIC_QUEUE_MAX)
		return;
	facts->interrupts = mem_grow(facts->interrupts, facts->interrupt_count + 1,
				     sizeof(*interrupt));
	interrupt = &facts->interrupts[facts->interrupt_count++];
	*interrupt = (struct nic_interrupt) { .number = number, .queue = queue };
	read_cpus(s, interrupt);
}

static void read_line(struct search *s, char *line)
{
	char *end, *save = NULL;
	unsigned long number = strtoul(line, &end, 10);

	if (end == line || *end != ':' || number > INT_MAX)
		return;
	for (char *word = strtok_r(end + 1, " \t,\n", &save); word != NULL;
	     word = strtok_r(NULL, " \t,\n", &save)) {
		if (!is_sought(s, word))
			continue;
		add(s, (uint32_t)number, queue_of(s, word));
		return;
	}
}

static void read_all(struct search *s)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/interrupts", s->proc);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	for (int i = 0; i < LINES_MAX && getline(&line, &size, file) > 0; i++)
		read_line(s, line);
	free(line);
	(void)fclose(file);
}

void nic_read_interrupts(const struct nic_source *source, struct nic_facts *facts)
{
	struct search s = { .proc = source->proc, .facts = facts };

	read_all(&s);
	s.only_whole = true;
	if (facts->interrupt_count == 0)
		read_all(&s);
}
