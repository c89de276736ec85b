/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/text/source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

/* One open file, and the files that include it. */
struct file {
	struct source *source;
	struct conf_errors *errors;
	const char *path;
	const struct file *parent;
	dev_t device;
	ino_t inode;
	unsigned int depth;
};

const char *place_print(struct place place, char out[PLACE_TEXT_MAX])
{
	size_t len = strlen(place.file), max = PLACE_TEXT_MAX - 20;
	const char *name = len > max ? place.file + len - max : place.file;

	if (place.line == 0)
		snprintf(out, PLACE_TEXT_MAX, "%s", name);
	else
		snprintf(out, PLACE_TEXT_MAX, "%s:%u", name, place.line);
	return out;
}

/* Room for one more in an array that doubles. */
static void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity == 0 ? 8 : *capacity * 2;
	return mem_grow(array, *capacity, size);
}

struct section *source_section_new(struct source *source, enum section_kind kind,
				   struct place place, const char *name)
{
	struct section *section = NEW(struct section);

	section->kind = kind;
	section->place = place;
	section->name = mem_text(name);
	source->sections = grown(source->sections, source->count, &source->capacity,
				 sizeof(section));
	source->sections[source->count++] = section;
	return section;
}

void section_entry_add(struct section *section, struct place place, const char *keyword,
		       const char *value)
{
	section->entries = grown(section->entries, section->count, &section->capacity,
				 sizeof(section->entries[0]));
	section->entries[section->count++] = (struct entry) {
		.place = place,
		.keyword = mem_text(keyword),
		.value = mem_text(value),
	};
}

/* The copy lives as long as the source: places point to it. */
static const char *file_name_keep(struct source *source, const char *path)
{
	source->files = grown(source->files, source->file_count, &source->file_capacity,
			      sizeof(source->files[0]));
	source->files[source->file_count] = mem_text(path);
	return source->files[source->file_count++];
}

void source_done(struct source *source)
{
	for (size_t i = 0; i < source->count; i++) {
		struct section *section = source->sections[i];

		for (size_t j = 0; j < section->count; j++) {
			mem_free(section->entries[j].keyword);
			mem_free(section->entries[j].value);
		}
		mem_free(section->entries);
		mem_free(section->name);
		mem_free(section);
	}
	for (size_t i = 0; i < source->file_count; i++)
		mem_free(source->files[i]);
	mem_free(source->sections);
	mem_free(source->files);
	*source = (struct source) { 0 };
}

static void complain(struct conf_errors *errors, struct place place, const char *path,
		     const char *what)
{
	char where[PLACE_TEXT_MAX];

	conf_errors_add(errors, place_print(place, where), "%.200s: %s", path, what);
}

/* 0, or -errno; EFBIG when longer than SOURCE_FILE_MAX. */
static int descriptor_read(int fd, struct buffer *out)
{
	enum { CHUNK = 64 * 1024 };

	for (;;) {
		size_t before = out->len;
		ssize_t len = read(fd, buffer_extend(out, CHUNK), CHUNK);

		buffer_truncate(out, before + (len > 0 ? (size_t)len : 0));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return len < 0 ? -errno : 0;
		if (out->len > SOURCE_FILE_MAX)
			return -EFBIG;
	}
}

static bool is_open_already(const struct file *file, const struct stat *st)
{
	for (; file != NULL; file = file->parent) {
		if (file->device == st->st_dev && file->inode == st->st_ino)
			return true;
	}
	return false;
}

static void include_glob(void *context, struct place place, const char *pattern);

static void file_parse(struct file *file, struct bytes text)
{
	struct text_parser parser = {
		.source = file->source,
		.errors = file->errors,
		.file = file->path,
		.include = include_glob,
		.context = file,
	};

	text_parse(&parser, text);
}

static void file_take(struct file *file, int fd, struct place from)
{
	struct buffer text = { 0 };
	struct stat st;
	int result;

	if (fstat(fd, &st) != 0) {
		complain(file->errors, from, file->path, strerror(errno));
		return;
	}
	if (is_open_already(file->parent, &st)) {
		complain(file->errors, from, file->path,
			 "it includes itself, maybe through others");
		return;
	}
	file->device = st.st_dev;
	file->inode = st.st_ino;
	result = descriptor_read(fd, &text);
	if (result != 0)
		complain(file->errors, from, file->path, strerror(-result));
	else
		file_parse(file, buffer_bytes(&text));
	buffer_done(&text);
}

/* `from` is where somebody asked for the file. */
static void file_read(struct source *source, const struct file *parent, const char *path,
		      struct place from, struct conf_errors *errors)
{
	struct file file = {
		.source = source,
		.errors = errors,
		.parent = parent,
		.depth = parent == NULL ? 0 : parent->depth + 1,
	};
	int fd;

	if (file.depth > SOURCE_DEPTH_MAX || source->file_count == SOURCE_FILES_MAX) {
		complain(errors, from, path,
			 file.depth > SOURCE_DEPTH_MAX ? "include goes deeper than 10 files" :
							 "more than 10000 files are included");
		return;
	}
	file.path = file_name_keep(source, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		complain(errors, from, path, strerror(errno));
		return;
	}
	file_take(&file, fd, from);
	close(fd);
}

/* A relative pattern is relative to the file that has it. */
static char *pattern_resolve(const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');
	struct buffer path = { 0 };
	char *copy;

	if (pattern[0] != '/' && slash != NULL)
		write_bytes(&path, bytes_at(file, (size_t)(slash - file) + 1));
	write_text(&path, pattern);
	copy = mem_text(buffer_text(&path));
	buffer_done(&path);
	return copy;
}

/* A pattern may match nothing; a plain name must be there. */
static void include_glob(void *context, struct place place, const char *pattern)
{
	const struct file *file = context;
	char *path = pattern_resolve(file->path, pattern);
	glob_t found = { 0 };
	int result = glob(path, 0, NULL, &found);

	if (result == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			file_read(file->source, file, found.gl_pathv[i], place, file->errors);
	} else if (result != GLOB_NOMATCH) {
		complain(file->errors, place, path, "its folder cannot be read");
	} else if (strpbrk(path, "*?[") == NULL) {
		complain(file->errors, place, path, strerror(ENOENT));
	}
	globfree(&found);
	mem_free(path);
}

void source_read(struct source *source, const char *path, struct conf_errors *errors)
{
	struct place from = { .file = path };

	file_read(source, NULL, path, from, errors);
}

void source_parse(struct source *source, const char *name, struct bytes text,
		  struct conf_errors *errors)
{
	struct text_parser parser = {
		.source = source,
		.errors = errors,
		.file = file_name_keep(source, name),
	};

	text_parse(&parser, text);
}
