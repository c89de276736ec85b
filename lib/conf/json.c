/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection as a JSON object. Whoever sends one may be anybody who can open the control
 * socket, so nothing of it is believed: names, types, lengths, values, and what holds between
 * them are checked as they are for a file.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/check.h"
#include "conf/expand.h"
#include "conf/conf.h"
#include "conf/option/option.h"

struct json_pair {
	json_t *options, *defaults;
};

static void each_to_json(void *context, const char *name, const char *value, bool given)
{
	struct json_pair *to = context;

	json_object_set_new(given ? to->options : to->defaults, name, json_string(value));
}

/* An identity that nobody wrote follows from the address, also at the receiver. */
static void derived_remove(const struct json_pair *to)
{
	json_object_del(to->defaults, "leftid");
	json_object_del(to->defaults, "rightid");
}

json_t *conf_conn_to_json(const struct conf_conn *conn)
{
	struct json_pair to = { json_object(), json_object() };
	json_t *json = json_object();

	conf_conn_each(conn, CONF_SAID, each_to_json, &to);
	derived_remove(&to);
	json_object_set_new(json, "name", json_string(conn->name));
	json_object_set_new(json, "options", to.options);
	json_object_set_new(json, "defaults", to.defaults);
	return json;
}

struct json_reader {
	const char *name; /* of the connection, for errors */
	struct conf_conn conn;
	struct conf_errors *errors;
};

static void complain(struct json_reader *reader, const char *word, const char *what)
{
	conf_errors_add(reader->errors, reader->name, "\"%.60s\" %s", word, what);
}

/* The text of a value that ipsec.conf could have had on one line; NULL: reported. */
static const char *value_text(struct json_reader *reader, const char *word, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		complain(reader, word, "is not a string; every option is as ipsec.conf writes it");
	else if (json_string_length(value) > OPTION_VALUE_MAX)
		complain(reader, word, "is too long; a value has at most 8192 bytes");
	else if (strlen(text) != json_string_length(value) || strpbrk(text, "\r\n") != NULL)
		complain(reader, word, "has a line break or a zero byte in its value");
	else
		return text;
	return NULL;
}

static bool is_default_route(const struct option_found *found, const char *value)
{
	return found->option != NULL && found->option->kind == &kind_host &&
	       text_equal_nocase(value, "%defaultroute");
}

static void option_read(struct json_reader *reader, const char *word, const json_t *json,
			bool given)
{
	struct option_found found = option_find(SECTION_CONN, word);
	const char *value = value_text(reader, word, json);
	struct buffer why = { 0 };

	if (value == NULL)
		return;
	if (found.option != NULL && (reader->conn.given >> found.slot & 1) != 0)
		complain(reader, word, "is there twice, maybe in two spellings");
	else if (is_default_route(&found, value))
		complain(reader, word, "is %defaultroute; the address must be in its place here");
	else if (!option_set(SECTION_CONN, &found, word, value, &reader->conn, &why))
		conf_errors_add(reader->errors, reader->name, "%s", buffer_text(&why));
	else if (given && found.option != NULL && value[0] != '\0')
		reader->conn.given |= UINT64_C(1) << found.slot;
	buffer_done(&why);
}

/* `json` is an object, or not there. */
static void options_read(struct json_reader *reader, json_t *json, const char *member,
			 bool given)
{
	const char *word;
	json_t *value;

	if (json == NULL)
		return;
	if (!json_is_object(json)) {
		complain(reader, member, "is not an object of options");
		return;
	}
	json_object_foreach(json, word, value)
		option_read(reader, word, value, given);
}

/* The same rule as for `conn NAME`. */
static bool name_read(struct json_reader *reader, const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "name"));

	if (name == NULL || strlen(name) != json_string_length(json_object_get(json, "name")) ||
	    !conf_name_is_good(name)) {
		complain(reader, "name", "is not there, or is no name for a connection");
		return false;
	}
	reader->conn.name = mem_text(name);
	reader->name = reader->conn.name;
	return true;
}

static void members_check(struct json_reader *reader, json_t *json)
{
	const char *word;
	json_t *value;

	json_object_foreach(json, word, value) {
		if (!text_equal(word, "name") && !text_equal(word, "options") &&
		    !text_equal(word, "defaults"))
			complain(reader, word,
				 "is not expected; there are name, options, defaults");
	}
	if (json_object_get(json, "options") == NULL)
		complain(reader, "options", "is not there");
}

static void conn_read(struct json_reader *reader, json_t *json)
{
	members_check(reader, json);
	options_read(reader, json_object_get(json, "defaults"), "defaults", false);
	options_read(reader, json_object_get(json, "options"), "options", true);
}

bool conf_conn_from_json(const json_t *json, struct conf_conn *out, struct conf_errors *errors)
{
	struct json_reader reader = { .name = "connection", .errors = errors };
	struct conn_places places = { 0 };
	size_t before = errors->count + errors->dropped;

	if (!json_is_object(json)) {
		complain(&reader, "connection", "is not an object");
		return false;
	}
	option_set_defaults(SECTION_CONN, &reader.conn);
	/* jansson's iteration takes no const object, and changes nothing */
	if (name_read(&reader, json))
		conn_read(&reader, (json_t *)(uintptr_t)json);
	if (errors->count + errors->dropped == before) {
		places.conn.file = reader.name;
		if (conn_has_pairs(&reader.conn))
			complain(&reader, "leftsubnets",
				 "is several connections; each is sent by itself");
		conn_complete(&reader.conn);
		conn_check(&reader.conn, &places, errors);
	}
	if (errors->count + errors->dropped != before) {
		conf_conn_done(&reader.conn);
		return false;
	}
	*out = reader.conn;
	return true;
}
