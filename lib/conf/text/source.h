/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_TEXT_SOURCE_H
#define CONF_TEXT_SOURCE_H

#include "base/table.h"
#include "conf/errors.h"
#include "conf/option/option.h"

/*
 * ipsec.conf as text: sections and the words in them, with where each was written. What the
 * words mean is not known here.
 */
enum {
	SOURCE_FILE_MAX = 64 * 1024 * 1024, /* bytes */
	SOURCE_FILES_MAX = 10000,
	SOURCE_DEPTH_MAX = 10,              /* of include */
	SOURCE_KEYWORD_MAX = 100,
	PLACE_TEXT_MAX = 600
};

struct place {
	const char *file; /* or the name of the connection that somebody sent */
	unsigned int line; /* 0: none */
};
/* "file:12"; a name too long is cut at its beginning. */
const char *place_print(struct place place, char out[PLACE_TEXT_MAX]);

struct entry {
	struct place place;
	char *keyword, *value;
	struct option_found found; /* for whoever reads the entries */
	bool bad;                  /* reported already */
};

enum section_kind { KIND_SETUP, KIND_DEFAULT, KIND_CONN, KIND_BAD };

struct section {
	enum section_kind kind;
	struct place place;
	char *name; /* of a conn */
	struct entry *entries;
	size_t count, capacity;
	bool broken; /* a line of it was reported, and is missing */

	/* For whoever puts the connections together. */
	struct table_link by_name;
	bool wanted;       /* some also= names it */
	bool on_path;      /* being followed */
	bool cycle_told;
	bool has_clones;
	size_t visit;      /* the last look that came by */
};

/* Owns everything that places and entries point to. Zero-initialised is empty. */
struct source {
	struct section **sections;
	size_t count, capacity;
	char **files;
	size_t file_count, file_capacity;
};

/* Both report into `errors` and keep going. */
void source_read(struct source *source, const char *path, struct conf_errors *errors);
/* One file's text without includes. */
void source_parse(struct source *source, const char *name, struct bytes text,
		  struct conf_errors *errors);
void source_done(struct source *source);

/* For the parser. */
struct section *source_section_new(struct source *source, enum section_kind kind,
				   struct place place, const char *name);
void section_entry_add(struct section *section, struct place place, const char *keyword,
		       const char *value);

/*
 * Parses `text` into source. include() is called for each `include`; NULL: it is an error.
 */
struct text_parser {
	struct source *source;
	struct conf_errors *errors;
	const char *file;
	void (*include)(void *context, struct place place, const char *pattern);
	void *context;
};
void text_parse(const struct text_parser *parser, struct bytes text);

#endif
