/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "must.h"

enum { FILES_MAX = 6, NAME_LEN = 3 };

static int fds[FILES_MAX];
static size_t count;

static void add(struct bytes text)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	must(fd >= 0 && fchmod(fd, 0600) == 0 &&
	     write(fd, text.ptr, text.len) == (ssize_t)text.len);
	fds[count++] = fd;
}

void files_begin(struct bytes input)
{
	count = 0;
	while (count < FILES_MAX) {
		const uint8_t *end =
			input.len == 0 ? NULL : memchr(input.ptr, '\0', input.len);
		size_t len = end == NULL ? input.len : (size_t)(end - input.ptr);

		add(bytes_at(input.ptr, len));
		if (end == NULL)
			return;
		input = bytes_at(end + 1, input.len - len - 1);
	}
}

void files_end(void)
{
	while (count > 0)
		close(fds[--count]);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_glob(const char *pattern, int flags, int (*on_error)(const char *path, int error),
		glob_t *out);
void __wrap_globfree(glob_t *g);

/* Each time anew from its beginning, and always the same inode. */
int __wrap_open(const char *path, int flags, ...)
{
	char link[64];
	size_t index = 0;

	if (strlen(path) == NAME_LEN && memcmp(path, "/f", 2) == 0)
		index = (size_t)(path[2] - '0');
	else
		index = count;
	if (index >= count) {
		errno = ENOENT;
		return -1;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fds[index]);
	return __real_open(link, flags);
}

int __wrap_glob(const char *pattern, int flags, int (*on_error)(const char *path, int error),
		glob_t *out)
{
	must(flags == 0 && on_error == NULL);
	*out = (glob_t) { .gl_pathv = mem_new_array(FILES_MAX, sizeof(char *)) };
	for (size_t i = 0; i < count; i++) {
		char name[NAME_LEN + 1] = { '/', 'f', (char)('0' + i), '\0' };

		if (fnmatch(pattern, name, FNM_PATHNAME | FNM_PERIOD) == 0)
			out->gl_pathv[out->gl_pathc++] = mem_text(name);
	}
	return out->gl_pathc > 0 ? 0 : GLOB_NOMATCH;
}

void __wrap_globfree(glob_t *g)
{
	for (size_t i = 0; i < g->gl_pathc; i++)
		mem_free(g->gl_pathv[i]);
	mem_free(g->gl_pathv);
}
