/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/interrupts has a line for each interrupt, whose last words are names that drivers gave:
 * "eth0-TxRx-3", "virtio2-input.0", "mlx5_comp7@pci:0000:17:00.0". A name is a device's where that, or
 * the bus device behind it, is a word in it.
 */
#include "pluto/cpus/interrupts.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/cpus/cpus.h"

enum { NAME_MAX_LEN = 64, LINES_MAX = 65536 };

struct search {
	const char *proc, *device;
	char parent[NAME_MAX_LEN]; /* the bus device's name */
	bool only_whole;           /* names that are the device's, with nothing about receiving */
	bool cpus[CPU_MAX];
};

/* false: it is no card, and has no interrupts of its own. */
static bool find_parent(const char *sys, const char *device, char out[NAME_MAX_LEN])
{
	char path[PATH_MAX], to[PATH_MAX];
	const char *name;
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/class/net/%s/device", sys, device);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return false;
	to[len] = '\0';
	name = strrchr(to, '/') == NULL ? to : strrchr(to, '/') + 1;
	return snprintf(out, NAME_MAX_LEN, "%s", name) < NAME_MAX_LEN && *name != '\0';
}

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
		return strcmp(name, s->device) == 0;
	return (has_word(name, s->device) || has_word(name, s->parent)) &&
	       is_about_receiving(name);
}

static void note_cpus(struct search *s, unsigned long interrupt)
{
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	char path[PATH_MAX];
	uint32_t count;

	(void)snprintf(path, sizeof(path), "%s/irq/%lu/effective_affinity_list", s->proc,
		       interrupt);
	if (cpus_read_list(path, ids, &count) == 0)
		for (uint32_t i = 0; i < count; i++)
			s->cpus[ids[i]] = true;
	mem_free(ids);
}

static void read_line(struct search *s, char *line)
{
	char *end, *save = NULL;
	unsigned long interrupt = strtoul(line, &end, 10);
	bool sought = false;

	if (end == line || *end != ':')
		return;
	for (char *word = strtok_r(end + 1, " \t,\n", &save); word != NULL;
	     word = strtok_r(NULL, " \t,\n", &save))
		sought |= is_sought(s, word);
	if (sought)
		note_cpus(s, interrupt);
}

static void read_interrupts(struct search *s)
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

static void collect(const struct search *s, struct ike_receivers *out)
{
	for (uint32_t i = 0; i < CPU_MAX; i++)
		if (s->cpus[i])
			out->cpus[out->count++] = (uint16_t)i;
}

void interrupts_find(const char *proc, const char *sys, const char *device,
		     struct ike_receivers *out)
{
	struct search *s = NEW(struct search);

	s->proc = proc;
	s->device = device;
	(void)snprintf(out->device, sizeof(out->device), "%s", device);
	if (find_parent(sys, device, s->parent)) {
		read_interrupts(s);
		collect(s, out);
		s->only_whole = true;
		if (out->count == 0)
			read_interrupts(s);
		if (out->count == 0)
			collect(s, out);
	}
	mem_free(s);
}
