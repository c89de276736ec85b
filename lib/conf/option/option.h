/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_OPTION_OPTION_H
#define CONF_OPTION_OPTION_H

#include "base/buffer.h"
#include "conf/conf.h"

/*
 * The option table: one row per option. Parsing, defaults, limits, printing, JSON, error
 * messages and the manual page all come from it. Options that are known and not ours (refused
 * with a reason, accepted without effect, other spellings) are rows of a second, shorter table.
 */

enum option_section { SECTION_SETUP, SECTION_CONN };
enum option_side { SIDE_NONE, SIDE_LEFT, SIDE_RIGHT };

/* No value of a file or a client is longer. */
enum { OPTION_VALUE_MAX = 8192 };

struct option_word {
	const char *word;
	unsigned int value;
	bool hidden; /* an older spelling: taken, not shown */
};

struct option;

/*
 * How a value looks. parse: text to the fields at `target` (the option's offset in its struct),
 * which hold a valid value before; on failure they are untouched and `why` has what would have
 * been accepted. print: back to text that parses to the same; nothing for "not set".
 */
struct option_kind {
	const char *name;
	MUST_CHECK bool (*parse)(const struct option *option, const char *text, void *target,
				 struct buffer *why);
	void (*print)(const struct option *option, const void *source, struct buffer *out);
	/* What is accepted, as "a number from 1 to 256"; NULL: the name says it. */
	void (*describe)(const struct option *option, struct buffer *out);
};

struct option {
	const char *name;                /* of an end's: the left one */
	const struct option_kind *kind;
	size_t offset;                   /* in struct conf_setup, conf_conn or conf_end */
	const char *default_text;        /* parsed; NULL: as zero-initialised */
	const char *default_note;        /* for readers, where default_text would not say it */
	const struct option_word *words; /* ends with word NULL */
	const char *only;                /* why nothing else than `words` is taken */
	uint64_t min, max;               /* in microseconds for times */
	const char *help;
};

/* All rows of a kind. */
struct option_rows {
	const struct option *rows;
	size_t count;
};
struct option_rows option_rows_setup(void);
struct option_rows option_rows_end(void);
struct option_rows option_rows_conn(void);

enum other_fate { OTHER_REFUSED, OTHER_IGNORED, OTHER_FIXED, OTHER_ALIAS };

struct option_other {
	const char *name;
	const char *text;  /* why refused; or the real name; or the only value that is taken */
	const char *other; /* FIXED: why other values are not taken */
	enum option_section section;
	enum other_fate fate;
	bool end;          /* comes with left and right only */
};
/* The row for a word of this section, or NULL. `end`: it came with left or right before it. */
const struct option_other *option_other_find(enum option_section section, bool end,
					     const char *name);

struct option_others {
	const struct option_other *rows;
	size_t count;
};
struct option_others option_others(void);

/* A word of a file, found: one of our options, or one of the others. */
struct option_found {
	const struct option *option;      /* NULL: see `other` */
	const struct option_other *other; /* NULL: unknown */
	enum option_side side;
	size_t slot; /* of `option`: its number within its section */
};
struct option_found option_find(enum option_section section, const char *word);

/* Slots number the options of a section, leftid and rightid apart; they fit a bit set. */
enum { OPTION_SLOTS_MAX = 64 };
size_t option_slot_count(enum option_section section);
struct option_found option_at(enum option_section section, size_t slot);
/* Its full name, "leftid". */
enum { OPTION_NAME_MAX = 48 };
const char *option_name(const struct option_found *found, char out[OPTION_NAME_MAX]);

/* The nearest name to an unknown word in `out`, or NULL. */
const char *option_nearest(enum option_section section, const char *word,
			   char out[OPTION_NAME_MAX]);

/*
 * One `word=value`: finds the option, checks the value, and sets it in the struct (conf_setup or
 * conf_conn, by section). false: `why` is the sentence for the user.
 */
MUST_CHECK bool option_set(enum option_section section, const struct option_found *found,
			   const char *word, const char *value, void *target, struct buffer *why);
/* As text; nothing where it is not set. */
void option_print(enum option_section section, const struct option_found *found,
		  const void *source, struct buffer *out);

/* Every default of a section into its zero-initialised struct. */
void option_set_defaults(enum option_section section, void *target);

/* The kinds. */
extern const struct option_kind kind_yes_no, kind_words, kind_fixed, kind_number, kind_number16,
	kind_integer, kind_time, kind_time_ms, kind_percent, kind_path, kind_debug, kind_name,
	kind_listen;
extern const struct option_kind kind_bytes, kind_packets;
extern const struct option_kind kind_ike, kind_esp, kind_clones, kind_ppk_ids;
extern const struct option_kind kind_host, kind_id, kind_subnet, kind_subnets, kind_protoport, kind_source_ip,
	kind_next_hop, kind_updown;

/* What is accepted: "one of auto, yes, no". */
void option_describe(const struct option *option, struct buffer *out);

#endif
