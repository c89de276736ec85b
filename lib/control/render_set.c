/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "control/render.h"

static void start(struct rendering *r, const json_t *set)
{
	line_start(r);
	write_name(r->out, set);
	write_text(r->out, ":   clones:");
}

static json_int_t count_of(const json_t *set, const char *key)
{
	json_int_t count;

	return field_number(set, key, &count) ? count : 0;
}

static void write_if_any(struct buffer *out, const json_t *set, const char *key, const char *before)
{
	if (count_of(set, key) > 0)
		write_field_number(out, set, key, before, ";");
}

static void render_counts(struct rendering *r, const json_t *set)
{
	start(r, set);
	write_field_number(r->out, set, "wanted", " wanted ", ";");
	write_field_number(r->out, set, "up", " up ", ";");
	write_field_number(r->out, set, "spare", " spare ", ";");
	write_field_number(r->out, set, "refused", " refused ", ";");
	write_if_any(r->out, set, "negotiating", " negotiating ");
	write_if_any(r->out, set, "waiting", " waiting ");
}

/* Why there are fewer than wanted. */
static void render_why(struct rendering *r, const json_t *set)
{
	const char *head = field_text(set, "head");

	if (head && !text_equal(head, "up")) {
		start(r, set);
		write_text(r->out, text_equal(head, "negotiating")
					   ? " none yet, the head is being negotiated;"
					   : " none, the head is not up;");
	} else if (field_true(set, "peer_makes_none")) {
		start(r, set);
		write_text(r->out, " none, the peer sent no SA_RESOURCE_INFO (RFC 9611);");
	} else if (count_of(set, "refused") + count_of(set, "waiting") > 0) {
		start(r, set);
		write_field_text(r->out, set, "why", " the peer refused with ", ";");
		write_field_number(r->out, set, "retry_in", " asked for again in ", "s;");
	}
}

static void render_turned_away(struct rendering *r, const json_t *set)
{
	if (count_of(set, "turned_away") == 0)
		return;
	start(r, set);
	write_field_number(r->out, set, "turned_away", " refused ", " of the peer's");
	write_field_number(r->out, set, "max_clones", ", beyond max-clones=", ";");
}

/* It is down, and is to be. */
static bool is_down(const json_t *set)
{
	const char *head = field_text(set, "head");

	return head && text_equal(head, "empty") && !field_true(set, "wanted_up");
}

/* In an answer of lines that programs parse it makes none. */
void render_set(struct rendering *r, const json_t *set)
{
	const json_t *bound = json_object_get(set, "bound");

	if (r->class == CONTROL_TRAFFIC || is_down(set))
		return;
	render_counts(r, set);
	render_why(r, set);
	render_turned_away(r, set);
	if (json_is_false(bound)) {
		start(r, set);
		write_text(r->out, " bound to no CPU, the kernel has no per-CPU SAs;");
	}
}
