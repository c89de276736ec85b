/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/cpus/cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define POSSIBLE_FILE "/sys/devices/system/cpu/possible"
#define ONLINE_FILE   "/sys/devices/system/cpu/online"

enum { CPU_TEXT_MAX = 16384, RANGE_TEXT_MAX = 16 };

/* "5" or "5-7". */
static bool range_parse(const char *text, uint64_t *first, uint64_t *last)
{
	char start[RANGE_TEXT_MAX];
	const char *dash = strchr(text, '-');
	size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);

	if (len >= sizeof(start))
		return false;
	memcpy(start, text, len);
	start[len] = '\0';
	return text_to_u64(start, CPU_MAX - 1, first) &&
	       text_to_u64(dash == NULL ? start : dash + 1, CPU_MAX - 1, last) && *first <= *last;
}

bool cpus_parse(const char *text, uint16_t out[CPU_MAX], uint32_t *count)
{
	char *copy = mem_text(text), *save = NULL;
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t n = 0;
	bool good = true;

	for (char *word = strtok_r(copy, ",\n", &save); good && word != NULL;
	     word = strtok_r(NULL, ",\n", &save)) {
		uint64_t first, last;

		good = range_parse(word, &first, &last) && last - first < CPU_MAX - n;
		for (uint64_t id = first; good && id <= last; id++)
			ids[n++] = (uint16_t)id;
	}
	if (good) {
		memcpy(out, ids, n * sizeof(*ids));
		*count = n;
	}
	mem_free(copy);
	mem_free(ids);
	return good;
}

void cpus_print(const uint16_t *ids, uint32_t count, struct buffer *out)
{
	for (uint32_t i = 0, last; i < count; i = last + 1) {
		last = i;
		while (last + 1 < count && ids[last + 1] == ids[last] + 1)
			last++;
		write_format(out, "%s%u", i == 0 ? "" : ",", ids[i]);
		if (last > i)
			write_format(out, "-%u", ids[last]);
	}
}

MUST_CHECK static int file_read(const char *path, char text[CPU_TEXT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int result = 0;

	if (fd < 0)
		return -errno;
	n = read(fd, text, CPU_TEXT_MAX - 1);
	if (n < 0)
		result = -errno;
	else
		text[n] = '\0';
	close(fd);
	return result;
}

int cpus_read_list(const char *path, uint16_t ids[CPU_MAX], uint32_t *count)
{
	char text[CPU_TEXT_MAX];
	int result = file_read(path, text);

	if (result < 0)
		return result;
	return cpus_parse(text, ids, count) && *count != 0 ? 0 : -EINVAL;
}

/* Where /sys is not mounted. */
static int cpus_from_libc(uint16_t online[CPU_MAX], uint32_t *online_count, uint32_t *possible)
{
	long configured = sysconf(_SC_NPROCESSORS_CONF);

	if (configured < 1)
		return -ENOENT;
	*possible = configured > CPU_MAX ? CPU_MAX : (uint32_t)configured;
	*online_count = *possible;
	for (uint32_t i = 0; i < *possible; i++)
		online[i] = (uint16_t)i;
	return 0;
}

int cpus_read(struct kernel_facts *facts)
{
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t possible = 0, count = 0;
	int result = cpus_read_list(POSSIBLE_FILE, ids, &possible);

	if (result == 0)
		result = cpus_read_list(ONLINE_FILE, ids, &count);
	if (result < 0)
		result = cpus_from_libc(ids, &count, &possible);
	if (result == 0) {
		facts->possible_cpus = possible;
		facts->online_count = count;
		memcpy(facts->online, ids, count * sizeof(*ids));
	}
	mem_free(ids);
	return result;
}
