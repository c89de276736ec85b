/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/kernel/ledger_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

/* Words between single spaces; the longest line is a policy's. */
enum { WORDS_MAX = 16 };

struct words {
	char text[LEDGER_LINE_MAX];
	const char *at[WORDS_MAX];
	size_t count, next;
};

static const char *const direction_names[] = {
	[KERNEL_IN] = "in",
	[KERNEL_OUT] = "out",
	[KERNEL_FORWARD] = "fwd",
};

/* What a clone is found by in the dialect "pcpu-2", beside its name. */
static void print_place(const struct kernel_sa *sa, struct ledger_line *out)
{
	size_t len = strlen(out->text);
	char source[ADDRESS_TEXT_MAX];

	if (sa->direction == KERNEL_OUT && sa->cpu != KERNEL_CPU_NONE)
		snprintf(out->text + len, sizeof(out->text) - len, " %" PRIu32 " %s", sa->cpu,
			 address_print(&sa->source, source));
}

static void print_sa(const struct kernel_sa *sa, struct ledger_line *out)
{
	char destination[ADDRESS_TEXT_MAX];

	out->name_len = (size_t)snprintf(out->text, sizeof(out->text), "sa %s %s %08" PRIx32,
					 direction_names[sa->direction],
					 address_print(&sa->destination, destination), sa->spi);
	snprintf(out->text + out->name_len, sizeof(out->text) - out->name_len, " | %" PRIu32,
		 sa->reqid);
	print_place(sa, out);
}

static int print_selector(const struct selector *s, char *out, size_t size)
{
	char start[ADDRESS_TEXT_MAX], end[ADDRESS_TEXT_MAX];

	return snprintf(out, size, " %s-%s %u %u %u", address_print(&s->start, start),
			address_print(&s->end, end), (unsigned)s->protocol,
			(unsigned)s->port_start, (unsigned)s->port_end);
}

static void print_policy(const struct kernel_policy *p, struct ledger_line *out)
{
	size_t size = sizeof(out->text), len;
	uint32_t reqid = p->kind == POLICY_PROTECT ? p->reqid : 0; /* of the template, if any */

	len = (size_t)snprintf(out->text, size, "policy %s", direction_names[p->direction]);
	len += (size_t)print_selector(&p->source, out->text + len, size - len);
	len += (size_t)print_selector(&p->destination, out->text + len, size - len);
	out->name_len = len;
	snprintf(out->text + len, size - len, " | %" PRIu32 " %" PRIu32, reqid, p->priority);
}

static void print_route(const struct kernel_route *r, struct ledger_line *out)
{
	char destination[ADDRESS_TEXT_MAX];

	out->name_len = (size_t)snprintf(out->text, sizeof(out->text), "route %s/%u %" PRIu32,
					 address_print(&r->destination.address, destination),
					 (unsigned)r->destination.len, r->metric);
	snprintf(out->text + out->name_len, sizeof(out->text) - out->name_len, " |");
}

void ledger_line_print(const struct kernel_change *change, struct ledger_line *out)
{
	switch (change->verb) {
	case KERNEL_POLICY_SET:
	case KERNEL_POLICY_DELETE:
		print_policy(&change->policy, out);
		return;
	case KERNEL_ROUTE_ADD:
	case KERNEL_ROUTE_DELETE:
		print_route(&change->route, out);
		return;
	default:
		print_sa(&change->sa, out);
	}
}

/* false: too long, too many words, or spaces in wrong places. */
static bool words_split(const char *text, struct words *out)
{
	char *save = NULL;
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(out->text))
		return false;
	memcpy(out->text, text, len + 1);
	out->count = out->next = 0;
	for (char *w = strtok_r(out->text, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save)) {
		if (out->count == WORDS_MAX)
			return false;
		out->at[out->count++] = w;
	}
	return out->count != 0;
}

static const char *word_next(struct words *w) /* "" past the end */
{
	return w->next < w->count ? w->at[w->next++] : "";
}

static bool word_is(struct words *w, const char *word)
{
	return text_equal(word_next(w), word);
}

static bool parse_number(struct words *w, uint64_t max, uint64_t *out)
{
	return text_to_u64(word_next(w), max, out);
}

static bool parse_u32(struct words *w, uint32_t *out)
{
	uint64_t n;

	if (!parse_number(w, UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool parse_direction(struct words *w, enum kernel_direction *out)
{
	const char *word = word_next(w);

	for (int d = KERNEL_IN; d <= KERNEL_FORWARD; d++) {
		if (text_equal(word, direction_names[d])) {
			*out = (enum kernel_direction)d;
			return true;
		}
	}
	return false;
}

static bool parse_spi(struct words *w, uint32_t *out)
{
	struct buffer b = { 0 };
	bool good = hex_decode(word_next(w), &b) && b.len == sizeof(*out);
	struct reader r = { buffer_bytes(&b) };

	good = good && read_u32(&r, out);
	buffer_done(&b);
	return good;
}

/* Two addresses of a family with a dash between. */
static bool parse_range(const char *word, struct selector *out)
{
	char start[ADDRESS_TEXT_MAX];
	const char *dash = strchr(word, '-');

	if (dash == NULL || (size_t)(dash - word) >= sizeof(start))
		return false;
	memcpy(start, word, (size_t)(dash - word));
	start[dash - word] = '\0';
	return address_parse(start, &out->start) && address_parse(dash + 1, &out->end) &&
	       out->start.family == out->end.family &&
	       memcmp(out->start.ip, out->end.ip, sizeof(out->start.ip)) <= 0;
}

static bool parse_selector(struct words *w, struct selector *out)
{
	uint64_t protocol, start, end;

	if (!parse_range(word_next(w), out) || !parse_number(w, UINT8_MAX, &protocol) ||
	    !parse_number(w, UINT16_MAX, &start) || !parse_number(w, UINT16_MAX, &end))
		return false;
	out->protocol = (uint8_t)protocol;
	out->port_start = (uint16_t)start;
	out->port_end = (uint16_t)end;
	return true;
}

static bool parse_place(struct words *w, struct kernel_sa *sa)
{
	return sa->direction == KERNEL_OUT && parse_u32(w, &sa->cpu) &&
	       address_parse(word_next(w), &sa->source) &&
	       sa->source.family == sa->destination.family;
}

static bool parse_sa(struct words *w, struct kernel_change *out)
{
	out->verb = KERNEL_SA_DELETE;
	out->sa.cpu = KERNEL_CPU_NONE;
	if (!parse_direction(w, &out->sa.direction) || out->sa.direction == KERNEL_FORWARD ||
	    !address_parse(word_next(w), &out->sa.destination) || !parse_spi(w, &out->sa.spi) ||
	    !word_is(w, "|"))
		return false;
	if (w->next == w->count)
		return true;
	return parse_u32(w, &out->sa.reqid) && (w->next == w->count || parse_place(w, &out->sa));
}

static bool parse_policy(struct words *w, struct kernel_change *out)
{
	struct kernel_policy *p = &out->policy;

	out->verb = KERNEL_POLICY_DELETE;
	if (!parse_direction(w, &p->direction) || !parse_selector(w, &p->source) ||
	    !parse_selector(w, &p->destination) || !word_is(w, "|") ||
	    p->source.start.family != p->destination.start.family)
		return false;
	return w->next == w->count || (parse_u32(w, &p->reqid) && parse_u32(w, &p->priority));
}

static bool parse_route(struct words *w, struct kernel_change *out)
{
	out->verb = KERNEL_ROUTE_DELETE;
	return prefix_parse(word_next(w), &out->route.destination) &&
	       parse_u32(w, &out->route.metric) && word_is(w, "|");
}

bool ledger_line_parse(const char *text, struct kernel_change *out)
{
	struct kernel_change c;
	struct words w;
	const char *kind;
	bool good = false;

	memset(&c, 0, sizeof(c));
	if (!words_split(text, &w))
		return false;
	kind = word_next(&w);
	if (text_equal(kind, "sa"))
		good = parse_sa(&w, &c);
	else if (text_equal(kind, "policy"))
		good = parse_policy(&w, &c);
	else if (text_equal(kind, "route"))
		good = parse_route(&w, &c);
	if (!good || w.next != w.count)
		return false;
	*out = c;
	return true;
}
