/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections to connections. Each word is looked up and its value checked once, where it is
 * written. Then each connection takes its own words, those of its also= sections in the order
 * written, and those of `conn %default`: the first that has a word counts.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/check.h"
#include "conf/expand.h"
#include "conf/text/source.h"

enum { ALSO_SECTIONS_MAX = 100 };

struct loader {
	struct source source;
	struct conf_errors *errors;
	struct table names; /* conn sections */
	struct conf_setup setup;
	struct conf_conn defaults;
	struct conf_conn *conns;
	size_t count, capacity;
	size_t visit; /* number of the last walk along also= */
	size_t errors_before;
};

/* What counts for one connection: per option the entry that set it. */
struct chosen {
	const struct entry *entries[OPTION_SLOTS_MAX];
	size_t sections;
	bool bad; /* something in it was reported */
	bool own_clones; /* clones= is of the connection itself, or of what its also= names */
};

static void complain(struct loader *loader, struct place place, const char *text)
{
	char where[PLACE_TEXT_MAX];

	conf_errors_add(loader->errors, place_print(place, where), "%s", text);
}

static void complain_word(struct loader *loader, struct place place, const char *before,
			  const char *word, const char *after)
{
	char where[PLACE_TEXT_MAX];

	conf_errors_add(loader->errors, place_print(place, where), "%s%.130s%s", before, word,
			after);
}

static void complain_twice(struct loader *loader, struct place place, const char *what,
			   const char *name, struct place first)
{
	char where[PLACE_TEXT_MAX], before[PLACE_TEXT_MAX];

	conf_errors_add(loader->errors, place_print(place, where),
			"%s%.130s is there twice; it is in %s already", what, name,
			place_print(first, before));
}

static bool is_also(const struct entry *entry)
{
	return text_equal_nocase(entry->keyword, "also");
}

/* x-something= is for whoever reads the file, not for us. */
static bool is_users_own(const struct entry *entry)
{
	return strncasecmp(entry->keyword, "x-", 2) == 0 ||
	       strncasecmp(entry->keyword, "x_", 2) == 0;
}

static enum option_section section_options(const struct section *section)
{
	return section->kind == KIND_SETUP ? SECTION_SETUP : SECTION_CONN;
}

/* Looks the word up and tries its value on a struct that is thrown away. */
static void entry_check(struct loader *loader, enum option_section section, struct entry *entry,
			void *scratch)
{
	struct buffer why = { 0 };

	if (section == SECTION_CONN && is_also(entry))
		return;
	if (is_users_own(entry))
		return;
	entry->found = option_find(section, entry->keyword);
	if (!option_set(section, &entry->found, entry->keyword, entry->value, scratch, &why)) {
		complain(loader, entry->place, buffer_text(&why));
		entry->bad = true;
	}
	buffer_done(&why);
}

/* The same word twice in what is one section to the reader. */
static void entry_check_twice(struct loader *loader, const struct entry *entry,
			      const struct entry **seen)
{
	size_t slot = entry->found.slot;

	if (entry->found.option == NULL)
		return;
	if (seen[slot] != NULL)
		complain_twice(loader, entry->place, entry->keyword, "=", seen[slot]->place);
	else
		seen[slot] = entry;
}

static void section_check(struct loader *loader, struct section *section,
			  const struct entry **seen, void *scratch)
{
	for (size_t i = 0; i < section->count; i++) {
		struct entry *entry = &section->entries[i];

		entry_check(loader, section_options(section), entry, scratch);
		entry_check_twice(loader, entry, seen);
	}
}

/* All `config setup` sections are one, and all `conn %default`. */
static void sections_check(struct loader *loader)
{
	const struct entry *seen_setup[OPTION_SLOTS_MAX] = { 0 };
	const struct entry *seen_default[OPTION_SLOTS_MAX] = { 0 };
	struct conf_conn scratch = { 0 };

	for (size_t i = 0; i < loader->source.count; i++) {
		struct section *section = loader->source.sections[i];
		const struct entry *seen[OPTION_SLOTS_MAX] = { 0 };

		if (section->kind == KIND_SETUP)
			section_check(loader, section, seen_setup, &loader->setup);
		else if (section->kind == KIND_DEFAULT)
			section_check(loader, section, seen_default, &scratch);
		else if (section->kind == KIND_CONN)
			section_check(loader, section, seen, &scratch);
	}
	conf_conn_done(&scratch);
}

static bool section_matches(const struct table_link *link, struct bytes key)
{
	const struct section *section = TABLE_OBJECT(link, const struct section, by_name);

	return bytes_equal(bytes_of_text(section->name), key);
}

static struct section *section_find(const struct loader *loader, const char *name)
{
	struct table_link *link = table_find(&loader->names, bytes_of_text(name));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct section, by_name);
}

static void names_read(struct loader *loader)
{
	for (size_t i = 0; i < loader->source.count; i++) {
		struct section *section = loader->source.sections[i];
		const struct section *first;

		if (section->kind != KIND_CONN)
			continue;
		first = section_find(loader, section->name);
		if (first == NULL) {
			table_add(&loader->names, bytes_of_text(section->name), &section->by_name);
			continue;
		}
		complain_twice(loader, section->place, "conn ", section->name, first->place);
		section->kind = KIND_BAD;
	}
}

/* The next name of "a, b c" in place; NULL after the last. */
static char *name_next(char **rest)
{
	char *name = *rest + strspn(*rest, " \t,");
	size_t len = strcspn(name, " \t,");

	if (len == 0)
		return NULL;
	*rest = name + len + (name[len] != '\0');
	name[len] = '\0';
	return name;
}

/* Calls back for each section that also= of this entry names; NULL for one that is not there. */
static void also_each(struct loader *loader, struct entry *entry,
		      void (*each)(struct loader *loader, struct entry *entry, const char *name,
				   struct section *section, void *context),
		      void *context)
{
	char *copy = mem_text(entry->value), *rest = copy, *name;

	while ((name = name_next(&rest)) != NULL)
		each(loader, entry, name, section_find(loader, name), context);
	mem_free(copy);
}

static void also_mark(struct loader *loader, struct entry *entry, const char *name,
		      struct section *section, void *context)
{
	(void)context;
	if (section != NULL) {
		section->wanted = true;
		return;
	}
	complain_word(loader, entry->place, "also=", name, ": there is no conn of that name");
	entry->bad = true;
}

static void also_mark_all(struct loader *loader)
{
	for (size_t i = 0; i < loader->source.count; i++) {
		struct section *section = loader->source.sections[i];

		for (size_t j = 0; section->kind != KIND_SETUP && j < section->count; j++) {
			if (is_also(&section->entries[j]))
				also_each(loader, &section->entries[j], also_mark, NULL);
		}
	}
}

static void section_choose(struct loader *loader, struct section *section, struct chosen *chosen);

/* A circle is told once, not once for each section of it. */
static void cycle_mark_told(struct loader *loader)
{
	for (size_t i = 0; i < loader->source.count; i++) {
		struct section *section = loader->source.sections[i];

		section->cycle_told = section->cycle_told || section->on_path;
	}
}

static void also_follow(struct loader *loader, struct entry *entry, const char *name,
			struct section *section, void *context)
{
	struct chosen *chosen = context;

	(void)name;
	if (section == NULL)
		return;
	if (section->on_path) {
		chosen->bad = true;
		if (!section->cycle_told)
			complain_word(loader, entry->place, "also=", section->name,
				      " leads back to where it came from");
		cycle_mark_told(loader);
		return;
	}
	section_choose(loader, section, chosen);
}

static void entry_choose(const struct entry *entry, struct chosen *chosen)
{
	chosen->bad = chosen->bad || entry->bad;
	if (entry->found.option != NULL && chosen->entries[entry->found.slot] == NULL)
		chosen->entries[entry->found.slot] = entry;
}

/* Own words first, then along also=, each section once. */
static void section_choose(struct loader *loader, struct section *section, struct chosen *chosen)
{
	if (section->visit == loader->visit)
		return;
	section->visit = loader->visit;
	if (++chosen->sections > ALSO_SECTIONS_MAX) {
		if (chosen->sections == ALSO_SECTIONS_MAX + 1)
			complain(loader, section->place,
				 "also= brings more than 100 sections into one connection");
		chosen->bad = true;
		return;
	}
	section->on_path = true;
	chosen->bad = chosen->bad || section->broken;
	for (size_t i = 0; i < section->count; i++)
		entry_choose(&section->entries[i], chosen);
	for (size_t i = 0; i < section->count; i++) {
		if (is_also(&section->entries[i]))
			also_each(loader, &section->entries[i], also_follow, chosen);
	}
	section->on_path = false;
}

static void conn_choose(struct loader *loader, struct section *section,
			struct section **defaults, size_t default_count, struct chosen *chosen)
{
	loader->visit++;
	section_choose(loader, section, chosen);
	chosen->own_clones = chosen->entries[conf_option_index("clones")] != NULL;
	for (size_t i = 0; i < default_count; i++)
		section_choose(loader, defaults[i], chosen);
}

static void conn_fill(struct loader *loader, const struct chosen *chosen, struct conf_conn *conn,
		      struct conn_places *places)
{
	struct buffer why = { 0 };

	*conn = conf_conn_copy(&loader->defaults);
	for (size_t i = 0; i < option_slot_count(SECTION_CONN); i++) {
		const struct entry *entry = chosen->entries[i];
		bool ok;

		if (entry == NULL || entry->value[0] == '\0')
			continue;
		ok = option_set(SECTION_CONN, &entry->found, entry->keyword, entry->value, conn,
				&why);
		assert(ok); /* it was checked where it is written */
		conn->given |= UINT64_C(1) << i;
		places->options[i] = entry->place;
	}
	buffer_done(&why);
}

static bool entry_sets(const struct chosen *chosen, const char *word)
{
	struct option_found found = option_find(SECTION_CONN, word);
	const struct entry *entry = chosen->entries[found.slot];

	return entry != NULL && entry->value[0] != '\0';
}

/* Only also= uses it, and it could not be a connection by itself. */
static bool is_template(const struct section *section, const struct chosen *chosen)
{
	return section->wanted && !(entry_sets(chosen, "left") && entry_sets(chosen, "right"));
}

static struct conf_conn *conn_new(struct loader *loader)
{
	if (loader->count == loader->capacity) {
		loader->capacity = loader->capacity == 0 ? 16 : 2 * loader->capacity;
		loader->conns = mem_grow(loader->conns, loader->capacity,
					 sizeof(loader->conns[0]));
	}
	return &loader->conns[loader->count++];
}

static void pair_load(struct loader *loader, const struct section *section,
		      const struct conf_conn *conn, size_t index)
{
	struct conf_conn pair;
	bool long_name = false;

	if (conn_pair(conn, index, &pair, &long_name)) {
		if (section_find(loader, pair.name) != NULL)
			complain_word(loader, section->place, "conn ", pair.name,
				      ": leftsubnets= or rightsubnets= of another conn make one of "
				      "that name");
		*conn_new(loader) = pair;
	} else if (long_name && index == 0) {
		complain_word(loader, section->place, "conn ", section->name,
			      ": the name is too long for what leftsubnets= or rightsubnets= put "
			      "behind it");
	}
}

/* One of leftsubnets= and rightsubnets= after the other. */
static void pairs_load(struct loader *loader, const struct section *section,
		       const struct conf_conn *conn)
{
	size_t pairs = conn_pair_count(conn), before = loader->count;

	if (pairs > SUBNET_PAIRS_MAX)
		return; /* reported */
	for (size_t i = 0; i < pairs; i++)
		pair_load(loader, section, conn, i);
	if (loader->count == before && loader->errors->count == loader->errors_before)
		complain_word(loader, section->place, "conn ", section->name,
			      ": no pair of leftsubnets= and rightsubnets= is of one family");
}

/* RFC 9611 7: what each of many peers may cost is said for them, not by `conn %default`. */
static void conn_drop_default_clones(const struct chosen *chosen, struct conf_conn *conn)
{
	if (!conf_conn_is_template(conn) || chosen->own_clones)
		return;
	mem_free(conn->clones.cpus);
	conn->clones = (struct conf_clones) { .kind = CLONES_NO };
	conn->given &= ~(UINT64_C(1) << conf_option_index("clones"));
}

static void conn_load(struct loader *loader, struct section *section, const struct chosen *chosen)
{
	struct conn_places places = { .conn = section->place };
	struct conf_conn conn;
	char where[PLACE_TEXT_MAX];

	conn_fill(loader, chosen, &conn, &places);
	conn_drop_default_clones(chosen, &conn);
	conn.name = mem_text(section->name);
	conn.where = mem_text(place_print(section->place, where));
	conn_complete(&conn);
	conn_check(&conn, &places, loader->errors);
	section->has_clones = conn.clones.kind != CLONES_NO;
	if (!conn_has_pairs(&conn)) {
		*conn_new(loader) = conn;
		return;
	}
	pairs_load(loader, section, &conn);
	conf_conn_done(&conn);
}

/* `conn %default` sections in an array of their own. */
static struct section **defaults_collect(struct loader *loader, size_t *count)
{
	struct section **defaults = mem_new_array(loader->source.count + 1, sizeof(defaults[0]));

	*count = 0;
	for (size_t i = 0; i < loader->source.count; i++) {
		if (loader->source.sections[i]->kind == KIND_DEFAULT)
			defaults[(*count)++] = loader->source.sections[i];
	}
	return defaults;
}

static void conns_load(struct loader *loader)
{
	size_t default_count;
	struct section **defaults = defaults_collect(loader, &default_count);

	for (size_t i = 0; i < loader->source.count; i++) {
		struct section *section = loader->source.sections[i];
		struct chosen chosen = { 0 };

		if (section->kind != KIND_CONN)
			continue;
		conn_choose(loader, section, defaults, default_count, &chosen);
		if (!chosen.bad && !is_template(section, &chosen))
			conn_load(loader, section, &chosen);
	}
	mem_free(defaults);
}

/* "NAME-3" where NAME has clones would be two things at once. */
static void instance_names_check(struct loader *loader)
{
	for (size_t i = 0; i < loader->source.count; i++) {
		const struct section *section = loader->source.sections[i], *set;
		char name[CONN_NAME_MAX];

		if (section->kind != KIND_CONN || !conf_instance_of(section->name, name))
			continue;
		set = section_find(loader, name);
		if (set != NULL && set->has_clones)
			complain_word(loader, section->place, "conn ", section->name,
				      ": that is the name of a clone, as the conn without the "
				      "number has clones=; another name is needed");
	}
}

static void loader_init(struct loader *loader, struct conf_errors *errors)
{
	/* Whoever writes the file may choose collisions; they slow down only that file. */
	static const uint8_t seed[16] = "names of conns";

	*loader = (struct loader) { .errors = errors, .errors_before = errors->count };
	table_init(&loader->names, seed, section_matches);
	conf_setup_default(&loader->setup);
	option_set_defaults(SECTION_CONN, &loader->defaults);
}

static void loader_done(struct loader *loader)
{
	struct conf rest = { .setup = loader->setup, .conns = loader->conns,
			     .count = loader->count };

	conf_done(&rest);
	conf_conn_done(&loader->defaults);
	table_done(&loader->names);
	source_done(&loader->source);
}

/* The source is read; `out` only when nothing at all was wrong. */
static bool loader_finish(struct loader *loader, struct conf *out)
{
	sections_check(loader);
	names_read(loader);
	also_mark_all(loader);
	conns_load(loader);
	instance_names_check(loader);
	if (loader->errors->count > loader->errors_before || loader->errors->dropped > 0)
		return false;
	*out = (struct conf) {
		.setup = loader->setup,
		.conns = loader->conns,
		.count = loader->count,
	};
	loader->setup = (struct conf_setup) { 0 };
	loader->conns = NULL;
	loader->count = 0;
	return true;
}

bool conf_load(const char *path, struct conf *out, struct conf_errors *errors)
{
	struct loader loader;
	bool ok;

	loader_init(&loader, errors);
	source_read(&loader.source, path, errors);
	ok = loader_finish(&loader, out);
	loader_done(&loader);
	return ok;
}

bool conf_parse(const char *where, struct bytes text, struct conf *out,
		struct conf_errors *errors)
{
	struct loader loader;
	bool ok;

	loader_init(&loader, errors);
	source_parse(&loader.source, where, text, errors);
	ok = loader_finish(&loader, out);
	loader_done(&loader);
	return ok;
}
