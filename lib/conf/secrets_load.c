/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/secrets_parse.h"

enum { SECRETS_FILES_MAX = 10000, SECRETS_FILE_LEN_MAX = 64 * 1024 * 1024 };

/* NULL, or what is wrong with the file as such. */
static const char *refusal(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if ((st->st_mode & (S_IROTH | S_IWOTH)) ||
	    ((st->st_mode & (S_IRGRP | S_IWGRP)) && st->st_gid != 0))
		return "can be read or written by others than its owner; run: chmod 600";
	if (st->st_size > SECRETS_FILE_LEN_MAX)
		return "is larger than 64 MiB";
	return NULL;
}

/* All of the file into `out`; -errno. */
static int read_all(int fd, struct secret *out, size_t *len)
{
	*len = 0;
	while (*len < out->len) {
		ssize_t n = read(fd, out->ptr + *len, out->len - *len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0)
			*len += (size_t)n;
	}
	return 0;
}

/* Where the error is about the file that it is in, the name is said already. */
static const char *name_of(const char *path, const char *where)
{
	return strcmp(path, where) == 0 ? "the file" : path;
}

static void load_open_file(struct secrets_reader *r, int fd, const char *path, const char *where)
{
	const char *wrong;
	struct secret text;
	struct stat st;
	size_t len;
	int error;

	if (fstat(fd, &st) < 0) {
		secrets_refuse(r, where, "cannot read %s: %s", name_of(path, where), strerror(errno));
		return;
	}
	wrong = refusal(&st);
	if (wrong) {
		secrets_refuse(r, where, "%s %s%s%s", name_of(path, where), wrong,
			       strstr(wrong, "chmod") ? " " : "",
			       strstr(wrong, "chmod") ? path : "");
		return;
	}
	text = secret_new((size_t)st.st_size);
	error = read_all(fd, &text, &len);
	if (error)
		secrets_refuse(r, where, "cannot read %s: %s", name_of(path, where), strerror(-error));
	else
		secrets_parse_text(r, path, bytes_at(text.ptr, len));
	secret_done(&text);
}

/* `where`: who asked for it. */
static void load_file(struct secrets_reader *r, const char *path, const char *where)
{
	int fd;

	if (r->files++ == SECRETS_FILES_MAX) {
		secrets_refuse(r, where, "more than 10000 files are included");
		r->stop = true;
		return;
	}
	/* O_NONBLOCK: a pipe of that name must not stop us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		secrets_refuse(r, where, "cannot open %s: %s", name_of(path, where),
			       strerror(errno));
		return;
	}
	load_open_file(r, fd, path, where);
	close(fd);
}

/* Relative names are relative to the including file. */
static void write_pattern(struct buffer *out, const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');

	if (pattern[0] != '/' && slash)
		write_bytes(out, bytes_at(file, (size_t)(slash - file) + 1));
	write_text(out, pattern);
}

static void include(struct secrets_reader *r, const char *file, const char *where,
		    const char *pattern)
{
	struct buffer full = { 0 };
	glob_t found = { 0 };
	int error;

	if (r->depth == SECRET_INCLUDE_DEPTH) {
		secrets_refuse(r, where, "include goes deeper than %d files", SECRET_INCLUDE_DEPTH);
		return;
	}
	write_pattern(&full, file, pattern);
	error = glob(buffer_text(&full), 0, NULL, &found);
	if (error == GLOB_NOMATCH && !strpbrk(pattern, "*?["))
		secrets_refuse(r, where, "there is no %s", buffer_text(&full));
	else if (error && error != GLOB_NOMATCH)
		secrets_refuse(r, where, "cannot look for %s", buffer_text(&full));
	r->depth++;
	for (size_t i = 0; !error && i < found.gl_pathc && !r->stop; i++)
		load_file(r, found.gl_pathv[i], where);
	r->depth--;
	globfree(&found);
	buffer_done(&full);
}

bool secrets_load(const char *path, struct secrets *out, struct conf_errors *errors)
{
	struct secrets_reader r = { .errors = errors, .include = include };

	load_file(&r, path, path);
	return secrets_finish(&r, out);
}
