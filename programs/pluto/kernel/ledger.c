/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file is inherited open, and we may not make another beside it. So it is rewritten in place:
 * first everything that counts is appended after a `=`, then the same is written from the start,
 * then the file is cut. At each moment a whole copy is there, and the `=` before it undoes
 * whatever mixture comes first.
 */
#include "pluto/kernel/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "pluto/kernel/ledger_line.h"

enum {
	READ_CHUNK = 1 << 16,
	REWRITE_FROM = 1 << 16, /* a smaller file is never rewritten */
	REWRITE_RATIO = 4       /* of the file to what counts in it */
};

struct object {
	struct table_link by_name;
	struct list stale; /* linked while of an earlier run and not yet given out */
	size_t name_len, len;
	char text[]; /* with the description; ends with a zero */
};

struct ledger {
	int fd; /* -1: none */
	off_t size;
	bool cut_line; /* the file ends inside a line */
	struct table objects;
	struct list stale;
	size_t live; /* bytes that the file needs */
};

static bool object_matches(const struct table_link *link, struct bytes key)
{
	const struct object *o =
		(const void *)((const char *)link - offsetof(struct object, by_name));

	return bytes_equal(bytes_at(o->text, o->name_len), key);
}

static size_t object_cost(const struct object *o)
{
	return o->len + strlen("+ \n");
}

static struct object *object_find(const struct ledger *l, const struct ledger_line *line)
{
	struct table_link *link =
		table_find(&l->objects, bytes_at(line->text, line->name_len));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct object, by_name);
}

static void object_remove(struct ledger *l, struct object *o)
{
	l->live -= object_cost(o);
	table_remove(&l->objects, &o->by_name);
	list_remove(&o->stale);
	mem_free(o);
}

static struct object *object_add(struct ledger *l, const struct ledger_line *line)
{
	size_t len = strlen(line->text);
	struct object *o = mem_new(sizeof(*o) + len + 1);

	o->name_len = line->name_len;
	o->len = len;
	memcpy(o->text, line->text, len + 1);
	table_add(&l->objects, bytes_at(o->text, o->name_len), &o->by_name);
	l->live += object_cost(o);
	return o;
}

static void object_forget(void *context, struct table_link *link)
{
	object_remove(context, TABLE_OBJECT(link, struct object, by_name));
}

MUST_CHECK static int write_all(int fd, struct bytes data, off_t at)
{
	while (data.len > 0) {
		ssize_t n = pwrite(fd, data.ptr, data.len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data = bytes_at(data.ptr + n, data.len - (size_t)n);
		at += n;
	}
	return 0;
}

MUST_CHECK static int append(struct ledger *l, struct bytes data)
{
	int result;

	if (l->fd < 0)
		return 0;
	if (l->size + (off_t)data.len > LEDGER_FILE_MAX)
		return -EFBIG;
	result = write_all(l->fd, data, l->size);
	if (result < 0) {
		/* A part of it that stays is no whole line; the next one is written over it. */
		if (ftruncate(l->fd, l->size) < 0)
			l->cut_line = true;
		return result;
	}
	l->size += (off_t)data.len;
	return 0;
}

MUST_CHECK static int append_line(struct ledger *l, char sign, struct bytes text)
{
	struct buffer b = { 0 };
	int result;

	/* It says nothing, and must not begin to when it gets its end. */
	if (l->cut_line)
		write_text(&b, " cut\n");
	write_u8(&b, (uint8_t)sign);
	write_u8(&b, ' ');
	write_bytes(&b, text);
	write_u8(&b, '\n');
	result = append(l, buffer_bytes(&b));
	buffer_done(&b);
	if (result == 0)
		l->cut_line = false;
	return result;
}

static void snapshot_add(void *context, struct table_link *link)
{
	struct buffer *b = context;

	write_format(b, "+ %s\n", TABLE_OBJECT(link, struct object, by_name)->text);
}

static void snapshot_write(struct ledger *l, struct bytes snapshot)
{
	off_t whole = (off_t)snapshot.len;

	/* Written from the start, it must not reach into its copy at the end. */
	if (l->size < whole || append(l, snapshot) < 0 || write_all(l->fd, snapshot, 0) < 0)
		return;
	if (ftruncate(l->fd, whole) == 0)
		l->size = whole;
}

static void rewrite(struct ledger *l)
{
	struct buffer b = { 0 };

	write_text(&b, l->cut_line ? "\n=\n" : "=\n");
	table_each(&l->objects, snapshot_add, &b);
	snapshot_write(l, buffer_bytes(&b));
	buffer_done(&b);
}

static bool rewrite_due(const struct ledger *l)
{
	return l->fd >= 0 && l->size >= REWRITE_FROM &&
	       l->size / REWRITE_RATIO >= (off_t)l->live;
}

int ledger_note(struct ledger *l, const struct kernel_change *change)
{
	struct ledger_line line;
	struct object *old;
	int result;

	ledger_line_print(change, &line);
	old = object_find(l, &line);
	if (old != NULL && text_equal(old->text, line.text)) {
		list_remove(&old->stale);
		return 1;
	}
	if (old == NULL && l->objects.count >= LEDGER_OBJECTS_MAX)
		return -ENOSPC;
	result = append_line(l, '+', bytes_of_text(line.text));
	if (result < 0)
		return result;
	if (old != NULL)
		object_remove(l, old);
	(void)object_add(l, &line);
	if (rewrite_due(l))
		rewrite(l);
	return old != NULL;
}

void ledger_strike(struct ledger *l, const struct kernel_change *change)
{
	struct ledger_line line;
	struct object *o;
	bool written;

	ledger_line_print(change, &line);
	o = object_find(l, &line);
	if (o == NULL)
		return;
	object_remove(l, o);
	strcpy(line.text + line.name_len, " |");
	written = append_line(l, '-', bytes_of_text(line.text)) == 0;
	if (!written || rewrite_due(l))
		rewrite(l);
}

size_t ledger_count(const struct ledger *l)
{
	return l->objects.count;
}

bool ledger_next_stale(struct ledger *l, struct kernel_change *out)
{
	struct object *o;

	if (list_empty(&l->stale))
		return false;
	o = LIST_OBJECT(l->stale.next, struct object, stale);
	list_remove(&o->stale);
	return ledger_line_parse(o->text, out);
}

/* One line of an earlier run, as it comes: hostile until it has been parsed. */
static void line_read(struct ledger *l, const char *text)
{
	struct kernel_change c;
	struct ledger_line line;
	struct object *o;

	if (text_equal(text, "=")) {
		table_each(&l->objects, object_forget, l);
		return;
	}
	if ((text[0] != '+' && text[0] != '-') || text[1] != ' ' ||
	    !ledger_line_parse(text + 2, &c))
		return;
	ledger_line_print(&c, &line);
	o = object_find(l, &line);
	if (o != NULL)
		object_remove(l, o);
	if (text[0] == '-' || l->objects.count >= LEDGER_OBJECTS_MAX)
		return;
	list_append(&l->stale, &object_add(l, &line)->stale);
}

/* Lines out of chunks: too long ones, and such as hold a zero, say nothing. */
struct splitter {
	char line[LEDGER_LINE_MAX];
	size_t len;
	bool bad;
};

static void splitter_feed(struct splitter *s, struct ledger *l, struct bytes chunk)
{
	for (size_t i = 0; i < chunk.len; i++) {
		char c = (char)chunk.ptr[i];

		if (c == '\n') {
			s->line[s->len] = '\0';
			if (!s->bad)
				line_read(l, s->line);
			s->len = 0;
			s->bad = false;
		} else if (c == '\0' || s->len == sizeof(s->line) - 1) {
			s->bad = true;
		} else {
			s->line[s->len++] = c;
		}
	}
}

MUST_CHECK static int file_read(struct ledger *l)
{
	struct splitter s = { .len = 0 };
	uint8_t *chunk = mem_new(READ_CHUNK);
	ssize_t n = 0;

	while (l->size < LEDGER_FILE_MAX) {
		n = pread(l->fd, chunk, READ_CHUNK, l->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		splitter_feed(&s, l, bytes_at(chunk, (size_t)n));
		l->size += n;
	}
	mem_free(chunk);
	l->cut_line = s.len != 0 || s.bad;
	return n < 0 ? -errno : 0;
}

/* Everything is written to its place, which O_APPEND would not let us choose. */
MUST_CHECK static int file_prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	if ((flags & O_APPEND) != 0 && fcntl(fd, F_SETFL, flags & ~O_APPEND) < 0)
		return -errno;
	return 0;
}

int ledger_open(int fd, struct ledger **out)
{
	uint8_t seed[16];
	struct ledger *l;
	int result = 0;

	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return -EIO;
	l = NEW(struct ledger);
	l->fd = fd;
	table_init(&l->objects, seed, object_matches);
	list_init(&l->stale);
	if (fd >= 0)
		result = file_prepare(fd);
	if (fd >= 0 && result == 0)
		result = file_read(l);
	if (result < 0) {
		ledger_close(l);
		return result;
	}
	*out = l;
	return 0;
}

/* All of it is history; a file that cannot be cut says so, too. */
static void empty(struct ledger *l)
{
	if (ftruncate(l->fd, 0) == 0)
		l->size = 0;
}

void ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0 && l->objects.count == 0)
		empty(l);
	table_each(&l->objects, object_forget, l);
	table_done(&l->objects);
	mem_free(l);
}
