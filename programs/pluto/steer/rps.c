/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/rps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { WORD_BITS = 32, NUMBER_MAX = 32 };

static int file_read(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, out, size - 1);
	close(fd);
	if (len < 0)
		return -EIO;
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

static bool has_index(const char *sys, const char *name, unsigned index)
{
	char path[PATH_MAX], text[NUMBER_MAX];
	uint64_t found;

	return snprintf(path, sizeof(path), "%s/class/net/%s/ifindex", sys, name) <
		       (int)sizeof(path) &&
	       file_read(path, text, sizeof(text)) == 0 && text_to_u64(text, INT_MAX, &found) &&
	       found == index;
}

/* Its folder of queues. By the index that sysfs itself says, so never of another namespace's. */
static bool find_queues(const char *sys, unsigned index, char out[PATH_MAX])
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	if (snprintf(path, sizeof(path), "%s/class/net", sys) >= (int)sizeof(path))
		return false;
	folder = opendir(path);
	if (folder == NULL)
		return false;
	while (!found && (entry = readdir(folder)) != NULL)
		found = entry->d_name[0] != '.' && has_index(sys, entry->d_name, index) &&
			snprintf(out, PATH_MAX, "%s/class/net/%s/queues", sys, entry->d_name) <
				PATH_MAX;
	closedir(folder);
	return found;
}

size_t rps_list_queues(const char *sys, unsigned index, uint32_t queues[RPS_QUEUES_MAX])
{
	char path[PATH_MAX];
	struct dirent *entry;
	size_t count = 0;
	uint64_t queue;
	DIR *folder;

	if (!find_queues(sys, index, path))
		return 0;
	folder = opendir(path);
	if (folder == NULL)
		return 0;
	while (count < RPS_QUEUES_MAX && (entry = readdir(folder)) != NULL) {
		if (strncmp(entry->d_name, "rx-", 3) == 0 &&
		    text_to_u64(entry->d_name + 3, UINT32_MAX, &queue))
			queues[count++] = (uint32_t)queue;
	}
	closedir(folder);
	return count;
}

static int find_file(const char *sys, unsigned index, uint32_t queue, char out[PATH_MAX])
{
	char queues[PATH_MAX];

	if (!find_queues(sys, index, queues))
		return -ENODEV;
	return snprintf(out, PATH_MAX, "%s/rx-%u/rps_cpus", queues, queue) < PATH_MAX
		       ? 0
		       : -ENAMETOOLONG;
}

bool rps_is_mask(const char *text)
{
	return *text != '\0' && strspn(text, "0123456789abcdef,") == strlen(text);
}

int rps_read(const char *sys, unsigned index, uint32_t queue, char mask[RPS_TEXT_MAX])
{
	char path[PATH_MAX];
	int failed = find_file(sys, index, queue, path);

	if (!failed)
		failed = file_read(path, mask, RPS_TEXT_MAX);
	return !failed && !rps_is_mask(mask) ? -EINVAL : failed;
}

int rps_write(const char *sys, unsigned index, uint32_t queue, const char *mask)
{
	char path[PATH_MAX];
	int failed = find_file(sys, index, queue, path), fd;

	if (failed)
		return failed;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	if (fd < 0)
		return -errno;
	if (write(fd, mask, strlen(mask)) < 0)
		failed = -errno;
	close(fd);
	return failed;
}

void rps_mask(const bool *cpus, uint32_t count, struct buffer *out)
{
	uint32_t words = count == 0 ? 1 : (count + WORD_BITS - 1) / WORD_BITS;

	for (uint32_t word = words; word-- > 0;) {
		uint32_t bits = 0;

		for (uint32_t i = 0; i < WORD_BITS && word * WORD_BITS + i < count; i++)
			bits |= (uint32_t)cpus[word * WORD_BITS + i] << i;
		write_format(out, "%08x%s", bits, word > 0 ? "," : "");
	}
}

/* The next digit that counts. */
static char next_digit(const char **at, bool *begun)
{
	while (**at == ',' || (**at == '0' && !*begun))
		++*at;
	*begun = **at != '\0';
	return **at == '\0' ? '\0' : *(*at)++;
}

bool rps_same(const char *a, const char *b)
{
	bool a_begun = false, b_begun = false;
	char digit;

	do {
		digit = next_digit(&a, &a_begun);
		if (digit != next_digit(&b, &b_begun))
			return false;
	} while (digit != '\0');
	return true;
}
