/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "facts/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { FILE_LEN_MAX = 4 * 1024 * 1024, CHUNK = 16384 };

static int read_all(int fd, struct buffer *out)
{
	while (out->len < FILE_LEN_MAX) {
		uint8_t *at = buffer_extend(out, CHUNK);
		ssize_t n = read(fd, at, CHUNK);
		int failed = errno;

		buffer_truncate(out, out->len - CHUNK + (n > 0 ? (size_t)n : 0));
		if (n == 0)
			return 0;
		if (n < 0 && failed != EINTR)
			return -failed;
	}
	return -EFBIG;
}

int facts_read(const char *root, const char *path, struct buffer *out)
{
	char whole[PATH_MAX];
	int fd, result;

	if (snprintf(whole, sizeof(whole), "%s%s", root, path) >= (int)sizeof(whole))
		return -ENAMETOOLONG;
	fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	result = read_all(fd, out);
	close(fd);
	if (result < 0)
		buffer_clear(out);
	return result;
}

int facts_read_line(const char *root, const char *path, char *out, size_t out_len)
{
	struct buffer text = { 0 };
	int result = facts_read(root, path, &text);

	if (result == 0) {
		(void)snprintf(out, out_len, "%s", buffer_text(&text));
		out[strcspn(out, "\n")] = '\0';
	}
	buffer_done(&text);
	return result;
}

bool facts_read_number(const char *root, const char *path, uint64_t *out)
{
	char line[32];

	return facts_read_line(root, path, line, sizeof(line)) == 0 &&
	       text_to_u64(line, UINT64_MAX, out);
}

bool facts_has_module(const char *root, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/sys/module/%s", root, name) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

bool facts_find_counter(const char *text, const char *name, uint64_t *out)
{
	size_t len = strlen(name);

	for (const char *line = text; line != NULL && *line != '\0';) {
		const char *end = strchr(line, '\n'), *value = line + len;
		char number[32];

		if (strncmp(line, name, len) == 0 && (*value == ' ' || *value == '\t')) {
			value += strspn(value, " \t");
			(void)snprintf(number, sizeof(number), "%.*s",
				       (int)strcspn(value, " \t\n"), value);
			return text_to_u64(number, UINT64_MAX, out);
		}
		line = end == NULL ? NULL : end + 1;
	}
	return false;
}
