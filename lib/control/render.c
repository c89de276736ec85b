/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as text. Programs parse the lines of traffic, state, connection and brief: their tests
 * freeze them.
 */
#include "control/render.h"

void line_start(struct rendering *r)
{
	if (r->lines++)
		write_u8(r->out, '\n');
	if (r->prefix)
		write_format(r->out, "%03d ", r->class);
}

const char *field_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool field_number(const json_t *object, const char *key, json_int_t *out)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return false;
	*out = json_integer_value(value);
	return true;
}

bool field_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

void write_safe(struct buffer *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((uint8_t)*p < ' ' || *p == 0x7f)
			write_format(out, "\\x%02x", (uint8_t)*p);
		else
			write_u8(out, (uint8_t)*p);
	}
}

void write_field_text(struct buffer *out, const json_t *object, const char *key,
		      const char *before, const char *after)
{
	const char *text = field_text(object, key);

	if (!text)
		return;
	write_text(out, before);
	write_safe(out, text);
	write_text(out, after);
}

void write_field_number(struct buffer *out, const json_t *object, const char *key,
			const char *before, const char *after)
{
	json_int_t number;

	if (field_number(object, key, &number))
		write_format(out, "%s%" JSON_INTEGER_FORMAT "%s", before, number, after);
}

void write_name(struct buffer *out, const json_t *object)
{
	const json_t *instance = json_object_get(object, "instance");

	write_field_text(out, object, "name", "\"", "\"");
	write_field_number(out, instance, "number", "[", "]");
	write_field_text(out, instance, "peer", " ", "");
}

/* With the number a traffic line is that of 2019; without, libreswan 5's, which has maxBytes. */
static void render_traffic(struct rendering *r, const json_t *traffic)
{
	line_start(r);
	write_field_number(r->out, traffic, "serial", "#", ": ");
	write_name(r->out, traffic);
	write_field_text(r->out, traffic, "type", ", type=", "");
	write_field_number(r->out, traffic, "add_time", ", add_time=", "");
	write_field_number(r->out, traffic, "in_bytes", ", inBytes=", "");
	write_field_number(r->out, traffic, "out_bytes", ", outBytes=", "");
	if (!r->prefix)
		write_field_text(r->out, traffic, "max_bytes", ", maxBytes=", "");
	write_field_text(r->out, traffic, "id", ", id='", "'");
}

static json_int_t count_of(const json_t *object, const char *key)
{
	json_int_t count = 0;

	return field_number(object, key, &count) ? count : 0;
}

static void render_totals(struct rendering *r, const json_t *totals)
{
	line_start(r);
	write_format(r->out,
		     "Total IPsec connections: loaded %" JSON_INTEGER_FORMAT
		     ", routed %" JSON_INTEGER_FORMAT ", active %" JSON_INTEGER_FORMAT,
		     count_of(totals, "loaded"), count_of(totals, "routed"),
		     count_of(totals, "active"));
}

static void write_count(struct buffer *out, const json_t *counts, const char *key, const char *word,
			const char *after)
{
	write_format(out, "%s(%" JSON_INTEGER_FORMAT ")%s", word, count_of(counts, key), after);
}

static void render_brief(struct rendering *r, const json_t *brief)
{
	const json_t *ike = json_object_get(brief, "ike"), *ipsec = json_object_get(brief, "ipsec");

	line_start(r);
	write_format(r->out, "State Information: DDoS cookies %s, %s new IKE connections",
		     field_true(brief, "cookies_required") ? "REQUIRED" : "not required",
		     field_true(brief, "accepting") ? "Accepting" : "NOT ACCEPTING");
	line_start(r);
	write_text(r->out, "IKE SAs: ");
	write_count(r->out, ike, "total", "total", ", ");
	write_count(r->out, ike, "half_open", "half-open", ", ");
	write_count(r->out, ike, "open", "open", ", ");
	write_count(r->out, ike, "authenticated", "authenticated", ", ");
	write_count(r->out, ike, "anonymous", "anonymous", "");
	line_start(r);
	write_text(r->out, "IPsec SAs: ");
	write_count(r->out, ipsec, "total", "total", ", ");
	write_count(r->out, ipsec, "authenticated", "authenticated", ", ");
	write_count(r->out, ipsec, "anonymous", "anonymous", "");
}

/* A line feed in the text starts another line. */
static void render_text(struct rendering *r, const char *text)
{
	line_start(r);
	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			line_start(r);
		else if ((uint8_t)*p < ' ' || *p == 0x7f)
			write_format(r->out, "\\x%02x", (uint8_t)*p);
		else
			write_u8(r->out, (uint8_t)*p);
	}
}

static const struct {
	const char *key;
	void (*render)(struct rendering *r, const json_t *object);
} kinds[] = {
	{ "traffic", render_traffic },       { "state", render_state },
	{ "connection", render_connection }, { "totals", render_totals },
	{ "brief", render_brief },           { "set", render_set },
};

bool control_render(const json_t *record, bool prefix, struct buffer *out)
{
	struct rendering r = { .out = out, .prefix = prefix };
	const char *text = field_text(record, "text");
	json_int_t class = 0;

	if (!field_number(record, "class", &class) || class < 0 || class > 999)
		return false;
	r.class = (int)class;
	if (text) {
		render_text(&r, text);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const json_t *object = json_object_get(record, kinds[i].key);

		if (json_is_object(object)) {
			kinds[i].render(&r, object);
			return r.lines > 0;
		}
	}
	return false;
}
