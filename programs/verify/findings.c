/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "control/control.h"

enum { TEXT_MAX = 512, LEAD_WIDTH = 15 };

static const char *const words[] = { "ok", "warn", "FAIL" };
static const char *const json_words[] = { "ok", "warn", "fail" };
static const char *const colours[] = { "\033[32m", "\033[33m", "\033[1;31m" };

/* The sentence with the area in place of NAME. */
static char *fill_in(const char *advice, const char *area)
{
	struct buffer out = { 0 };
	char *filled;

	if (advice == NULL)
		return NULL;
	for (const char *at = advice; *at != '\0';) {
		if (text_starts(at, "NAME")) {
			write_text(&out, area);
			at += strlen("NAME");
		} else {
			write_u8(&out, (uint8_t)*at++);
		}
	}
	filled = mem_text(buffer_text(&out));
	buffer_done(&out);
	return filled;
}

void found(struct findings *f, enum verdict verdict, const char *area, const char *check,
	   const char *advice, const char *format, ...)
{
	char text[TEXT_MAX];
	struct finding *new;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (f->count == f->capacity) {
		f->capacity = f->capacity == 0 ? 64 : f->capacity * 2;
		f->list = mem_grow(f->list, f->capacity, sizeof(*f->list));
	}
	new = &f->list[f->count++];
	*new = (struct finding) { .verdict = verdict, .check = check, .text = mem_text(text),
				  .advice = fill_in(advice, area) };
	(void)snprintf(new->area, sizeof(new->area), "%s", area);
}

void findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		mem_free(f->list[i].text);
		mem_free(f->list[i].advice);
	}
	mem_free(f->list);
	*f = (struct findings) { 0 };
}

enum verdict findings_worst(const struct findings *f)
{
	enum verdict worst = VERDICT_OK;

	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].verdict > worst)
			worst = f->list[i].verdict;
	return worst;
}

static size_t count_of(const struct findings *f, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->list[i].verdict == verdict;
	return count;
}

/* Wrapped at blanks, further lines under the first. */
static void write_wrapped(struct buffer *out, const char *text, uint32_t width, const char *mark)
{
	uint32_t room = width > LEAD_WIDTH + 20 ? width - LEAD_WIDTH - (uint32_t)strlen(mark) : 20;

	for (bool first = true; *text != '\0'; first = false) {
		size_t len = strlen(text);

		if (len > room) {
			len = room;
			while (len > 0 && text[len] != ' ')
				len--;
			if (len == 0)
				len = room;
		}
		if (!first)
			write_format(out, "\n%*s", LEAD_WIDTH + (int)strlen(mark), "");
		write_format(out, "%.*s", (int)len, text);
		text += len + (text[len] == ' ');
	}
	write_text(out, "\n");
}

static void print_one(const struct finding *one, uint32_t width, bool colour, struct buffer *out)
{
	static const char arrow[] = "-> ";

	write_format(out, "%s%-4s%s %-9.9s ", colour ? colours[one->verdict] : "",
		     words[one->verdict], colour ? "\033[0m" : "", one->area);
	write_wrapped(out, one->text, width, "");
	if (one->advice == NULL)
		return;
	write_format(out, "%*s%s", LEAD_WIDTH, "", arrow);
	write_wrapped(out, one->advice, width, arrow);
}

void findings_print(const struct findings *f, uint32_t width, bool colour, struct buffer *out)
{
	for (size_t i = 0; i < f->count; i++)
		print_one(&f->list[i], width, colour, out);
	write_format(out, "%zu ok, %zu to look at, %zu wrong\n", count_of(f, VERDICT_OK),
		     count_of(f, VERDICT_WARN), count_of(f, VERDICT_FAIL));
}

void findings_print_json(const struct findings *f, struct buffer *out)
{
	json_t *end;

	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		json_t *record = json_pack("{s:i, s:{s:s, s:s, s:s, s:s?, s:s?}}", "class", 0,
					   "finding", "area", one->area, "check", one->check,
					   "verdict", json_words[one->verdict], "text", one->text,
					   "advice", one->advice);

		if (record != NULL)
			control_write(out, record);
		json_decref(record);
	}
	end = json_pack("{s:i, s:I, s:I, s:I}", "result", (int)findings_worst(f), "ok",
			(json_int_t)count_of(f, VERDICT_OK), "warn",
			(json_int_t)count_of(f, VERDICT_WARN), "fail",
			(json_int_t)count_of(f, VERDICT_FAIL));
	control_write(out, end);
	json_decref(end);
}
