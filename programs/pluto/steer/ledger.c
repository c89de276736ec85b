/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/steer/rps.h"

enum { WORDS_MAX = 5, SPI_MIN = 256, LINE_LIMIT = 16384 };

static struct made *append(struct steer_ledger *l, struct made made)
{
	struct made *m = NEW(struct made);

	*m = made;
	list_append(&l->list, &m->link);
	return m;
}

struct made *steer_ledger_note_rps(struct steer_ledger *l, unsigned index, uint32_t queue,
				   const char *before, const char *ours)
{
	return append(l, (struct made) { .kind = MADE_RPS, .index = index, .queue = queue,
					 .before = mem_text(before), .ours = mem_text(ours) });
}

struct made *steer_ledger_note_rule(struct steer_ledger *l, unsigned index,
				    const struct address *destination, uint32_t spi, uint32_t queue)
{
	return append(l, (struct made) { .kind = MADE_RULE, .index = index, .queue = queue,
					 .destination = *destination, .spi = spi });
}

void steer_ledger_strike(struct steer_ledger *l, struct made *m)
{
	(void)l;
	list_remove(&m->link);
	mem_free(m->before);
	mem_free(m->ours);
	mem_free(m);
}

/* --- The file --- */

static bool number(const char *word, uint64_t max, uint64_t *out)
{
	return text_to_u64(word, max, out);
}

static bool spi_parse(const char *word, uint64_t *out)
{
	char *end;

	if (strncmp(word, "0x", 2) != 0 || word[2] == '\0' ||
	    strspn(word + 2, "0123456789abcdef") != strlen(word + 2) || strlen(word) > 10)
		return false;
	*out = strtoull(word, &end, 16);
	return *out >= SPI_MIN;
}

static size_t split(char *line, char *words[WORDS_MAX + 1])
{
	size_t count = 0;
	char *word;

	while (count <= WORDS_MAX && (word = strsep(&line, " ")) != NULL)
		words[count++] = word;
	return count;
}

static bool line_parse(struct steer_ledger *l, char *line)
{
	char *words[WORDS_MAX + 1];
	uint64_t index, queue, spi;
	struct address destination;

	if (split(line, words) != WORDS_MAX || !number(words[1], INT_MAX, &index) || index == 0)
		return false;
	if (strcmp(words[0], "rps") == 0 && number(words[2], UINT32_MAX, &queue) &&
	    rps_is_mask(words[3]) && rps_is_mask(words[4])) {
		steer_ledger_note_rps(l, (unsigned)index, (uint32_t)queue, words[3], words[4]);
		return true;
	}
	if (strcmp(words[0], "rule") != 0 || !address_parse(words[2], &destination) ||
	    !spi_parse(words[3], &spi) || !number(words[4], UINT32_MAX, &queue))
		return false;
	steer_ledger_note_rule(l, (unsigned)index, &destination, (uint32_t)spi, (uint32_t)queue);
	return true;
}

static void file_parse(struct steer_ledger *l, FILE *file, size_t *bad)
{
	char line[LINE_LIMIT];

	for (size_t i = 0; i < LEDGER_ENTRIES_MAX && fgets(line, sizeof(line), file) != NULL; i++) {
		line[strcspn(line, "\n")] = '\0';
		if (!line_parse(l, line))
			++*bad;
	}
}

int steer_ledger_open(struct steer_ledger *l, const char *path, size_t *bad)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), failed = errno;
	FILE *file;

	*l = (struct steer_ledger) { .path = mem_text(path) };
	list_init(&l->list);
	*bad = 0;
	if (fd < 0)
		return failed == ENOENT ? 0 : -failed;
	file = fdopen(fd, "r");
	if (file == NULL) {
		close(fd);
		return -errno;
	}
	file_parse(l, file, bad);
	fclose(file);
	return 0;
}

void steer_ledger_close(struct steer_ledger *l)
{
	LIST_FOR_EACH(link, &l->list)
		steer_ledger_strike(l, LIST_OBJECT(link, struct made, link));
	mem_free(l->path);
}

static void entry_write(const struct made *m, FILE *file)
{
	char address[ADDRESS_TEXT_MAX];

	if (m->kind == MADE_RPS)
		fprintf(file, "rps %u %u %s %s\n", m->index, m->queue, m->before, m->ours);
	else
		fprintf(file, "rule %u %s 0x%x %u\n", m->index,
			address_print(&m->destination, address), m->spi, m->queue);
}

/* 0 or -errno; closes the file. */
static int all_write(const struct steer_ledger *l, FILE *file)
{
	int failed;

	LIST_FOR_EACH(link, &l->list)
		entry_write(LIST_OBJECT(link, struct made, link), file);
	failed = ferror(file) ? -EIO : 0;
	return fclose(file) != 0 ? -errno : failed;
}

int steer_ledger_write(const struct steer_ledger *l)
{
	char next[PATH_MAX];
	FILE *file;
	int failed;

	if (list_empty(&l->list))
		return unlink(l->path) != 0 && errno != ENOENT ? -errno : 0;
	if (snprintf(next, sizeof(next), "%s.next", l->path) >= (int)sizeof(next))
		return -ENAMETOOLONG;
	/* In the run folder only root can put anything. */
	unlink(next);
	file = fopen(next, "wxe");
	if (file == NULL)
		return -errno;
	failed = fchmod(fileno(file), 0600) != 0 ? -errno : 0;
	if (all_write(l, file) != 0 && !failed)
		failed = -EIO;
	if (!failed && rename(next, l->path) != 0)
		failed = -errno;
	if (failed)
		unlink(next);
	return failed;
}
