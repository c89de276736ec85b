/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line for each CPU:
 *
 *   CPU SA                 out/s bit/s            in/s bit/s            rx queue
 *     0 westnet-eastnet-1   1.2k  1.3M ####       1.2k  1.3M ####       91% eth1:0/25
 *
 * or, where there are more CPUs than lines, cells of 20 columns: CPU, bits out and in, each with a
 * mark of how much of the most it is, and the share of what was received.
 */
#include "cpuview/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	NORMAL_WIDTH = 80, /* what these add up to, with the rest of a line */
	NAME_WIDTH = 20, NAME_WIDTH_MAX = 32, QUEUE_WIDTH = 10, QUEUE_WIDTH_MAX = 24,
	BAR_WIDTH = 7,
	CELL_WIDTH = 20, SHARE_TEXT_MAX = 12,
	HEAD_LINES = 3 /* what is in front of the rows: title, source, columns */
};

static const char bold[] = "\033[1m", green[] = "\033[32m", blue[] = "\033[34m",
		  yellow[] = "\033[33m", plain[] = "\033[0m";

struct drawing {
	const struct picture *picture;
	const struct view *view;
	struct buffer *out;
	uint64_t most; /* bits per second: a whole bar */
	uint32_t name_width, bar_width, queue_width;
};

static void paint(struct drawing *d, const char *colour)
{
	if (d->view->colour)
		write_text(d->out, colour);
}

/* Percent, as text: of what was decrypted where that is known, else of what makes work. */
static void share_print(const struct rates *r, const struct cpu_row *row, char out[SHARE_TEXT_MAX])
{
	if (r->by_xdp)
		(void)snprintf(out, SHARE_TEXT_MAX, "%" PRIu32, row->decrypted_share);
	else if (r->loads_known)
		(void)snprintf(out, SHARE_TEXT_MAX, "%" PRIu32, row->share);
	else
		out[0] = '\0';
}

static const char *share_name(const struct rates *r)
{
	return r->by_xdp ? "dec" : "rx";
}

/* A whole line, cut where the screen ends. */
static void line(struct drawing *d, const char *colour, const char *text)
{
	if (*colour != '\0')
		paint(d, colour);
	write_format(d->out, "%.*s", (int)d->view->width, text);
	if (*colour != '\0')
		paint(d, plain);
	write_text(d->out, "\n");
}

static void bar(struct drawing *d, uint64_t bits, const char *colour)
{
	uint32_t len = d->most == 0 ? 0 : (uint32_t)((double)bits * d->bar_width / (double)d->most +
						     0.5);

	if (len == 0 && bits != 0)
		len = 1;
	paint(d, colour);
	for (uint32_t i = 0; i < d->bar_width; i++)
		write_text(d->out, i < len ? "#" : " ");
	paint(d, plain);
}

/* --- The queues whose interrupts a CPU takes --- */

static bool takes(const struct nic_interrupt *interrupt, int32_t cpu)
{
	for (uint32_t i = 0; i < interrupt->cpu_count; i++)
		if (interrupt->cpus[i] == cpu)
			return true;
	return false;
}

/* "eth1:0/25": queue 0, interrupt 25; a plus where there are more. */
static void queue_print(const struct picture *p, int32_t cpu, char *out, size_t out_len)
{
	uint32_t more = 0;

	*out = '\0';
	for (size_t n = 0; n < p->nic_count; n++)
		for (uint32_t i = 0; i < p->nics[n].interrupt_count; i++) {
			const struct nic_interrupt *interrupt = &p->nics[n].interrupts[i];

			if (!takes(interrupt, cpu) || more++ != 0)
				continue;
			if (interrupt->queue == NIC_QUEUE_UNKNOWN)
				(void)snprintf(out, out_len, "%s/%" PRIu32, p->nics[n].name,
					       interrupt->number);
			else
				(void)snprintf(out, out_len, "%s:%" PRIu32 "/%" PRIu32,
					       p->nics[n].name, interrupt->queue,
					       interrupt->number);
		}
	if (more > 1 && strlen(out) + 1 < out_len)
		strcat(out, "+");
}

/* --- A line for each CPU --- */

/* The end of a name says most: "westnet-eastnet-1" of which there are 64. */
static void name_print(const struct cpu_row *row, uint32_t width, char *out, size_t out_len)
{
	char more[16] = "";
	size_t len = strlen(row->name), room;

	if (row->sa_count > 1 && row->name[0] != '\0')
		(void)snprintf(more, sizeof(more), " +%" PRIu32, row->sa_count - 1);
	room = width - strlen(more);
	if (len <= room)
		(void)snprintf(out, out_len, "%s%s", row->name, more);
	else
		(void)snprintf(out, out_len, "..%s%s", row->name + len - room + 2, more);
}

/* A sum has no bar: it would be longer than the longest. */
static void write_flow(struct drawing *d, const struct flow *flow, bool is_sum, const char *colour)
{
	char packets[AMOUNT_MAX], bits[AMOUNT_MAX];

	write_format(d->out, " %5s %5s ", amount_print(flow->packets, packets),
		     amount_print(flow->bits, bits));
	bar(d, is_sum ? 0 : flow->bits, colour);
}

static void write_row(struct drawing *d, const char *label, const struct cpu_row *row)
{
	char name[SAMPLE_NAME_MAX + 16], share[SHARE_TEXT_MAX], queue[48] = "";
	bool is_sum = row == &d->picture->rates->total;

	name_print(row, d->name_width, name, sizeof(name));
	write_format(d->out, "%3s %-*.*s", label, (int)d->name_width, (int)d->name_width, name);
	write_flow(d, &row->out, is_sum, green);
	write_flow(d, &row->in, is_sum, blue);
	if (row->cpu >= 0) {
		share_print(d->picture->rates, row, share);
		queue_print(d->picture, row->cpu, queue, sizeof(queue));
		if (!row->online)
			(void)snprintf(queue, sizeof(queue), "offline");
		write_format(d->out, " %3s%s %.*s", share, *share == '\0' ? " " : "%",
			     (int)d->queue_width, queue);
	}
	write_text(d->out, "\n");
}

static void write_columns(struct drawing *d)
{
	struct buffer text = { 0 };

	write_format(&text, "CPU %-*s %5s %5s %-*s %5s %5s %-*s %4s %s", (int)d->name_width, "SA",
		     "out/s", "bit/s", (int)d->bar_width, "", "in/s", "bit/s", (int)d->bar_width,
		     "", share_name(d->picture->rates), "queue/irq");
	line(d, bold, buffer_text(&text));
	buffer_done(&text);
}

static void write_lines(struct drawing *d, size_t first, size_t end)
{
	const struct rates *r = d->picture->rates;

	for (size_t i = first; i < end; i++) {
		char label[12];

		(void)snprintf(label, sizeof(label), "%" PRId32, r->rows[i].cpu);
		write_row(d, label, &r->rows[i]);
	}
}

/* --- Cells --- */

static char mark(const struct drawing *d, uint64_t bits)
{
	static const char marks[] = ".:-=+*#";
	size_t last = sizeof(marks) - 2;

	if (bits == 0 || d->most == 0)
		return ' ';
	return marks[bits >= d->most ? last : (size_t)((double)bits / (double)d->most *
						       (double)(last + 1))];
}

static void write_cell(struct drawing *d, const struct cpu_row *row)
{
	char out[AMOUNT_MAX] = "-", in[AMOUNT_MAX] = "-", share[SHARE_TEXT_MAX];

	if (row->sa_count != 0) {
		amount_print(row->out.bits, out);
		amount_print(row->in.bits, in);
	}
	share_print(d->picture->rates, row, share);
	write_format(d->out, "%3" PRId32 " %4s%c %4s%c %3s ", row->cpu, out,
		     mark(d, row->out.bits), in, mark(d, row->in.bits), share);
}

static uint32_t cells_in_line(const struct drawing *d)
{
	return (d->view->width + 1) / CELL_WIDTH;
}

/* Downwards first, so that neighbours are below one another. */
static void write_cells(struct drawing *d, size_t first, size_t end)
{
	size_t across = cells_in_line(d), lines = (end - first + across - 1) / across;

	for (size_t y = 0; y < lines; y++) {
		for (size_t i = first + y; i < end; i += lines)
			write_cell(d, &d->picture->rates->rows[i]);
		buffer_truncate(d->out, d->out->len - 1);
		write_text(d->out, "\n");
	}
}

static void write_cell_columns(struct drawing *d)
{
	struct buffer text = { 0 };

	for (uint32_t i = 0; i < cells_in_line(d); i++)
		write_format(&text, "CPU  out    in %3s%% ", share_name(d->picture->rates));
	line(d, bold, buffer_text(&text));
	buffer_done(&text);
}

/* --- The whole --- */

static void write_title(struct drawing *d, size_t page, size_t pages)
{
	const struct rates *r = d->picture->rates;
	struct buffer text = { 0 };

	write_format(&text, "%" PRIu32 " clone set%s, %" PRIu32 " SAs; ", r->set_count,
		     r->set_count == 1 ? "" : "s", r->sa_count);
	if (r->per_cpu)
		write_format(&text, "SAs bound to CPUs (%s)", r->dialect);
	else
		write_text(&text, "no SA bound to a CPU");
	write_format(&text, "; %" PRIu32 " of %zu CPUs have one; %" PRId64 ".%" PRId64 " s",
		     r->bound_cpus, r->row_count, r->span / SECONDS(1),
		     r->span % SECONDS(1) / MILLISECONDS(100));
	if (pages > 1)
		write_format(&text, "; page %zu/%zu", page + 1, pages);
	line(d, "", buffer_text(&text));
	buffer_done(&text);
}

static void write_source(struct drawing *d)
{
	struct buffer text = { 0 };

	write_text(&text, "in: by SA; ");
	inbound_source_explain(d->picture->rates, &text);
	line(d, "", buffer_text(&text));
	buffer_done(&text);
}

/* Sentences are wrapped at blanks; more than the lines there are is cut off. */
static size_t wrap(const char *text, uint32_t width, struct drawing *d)
{
	size_t lines = 0;

	while (*text != '\0') {
		size_t len = strlen(text);

		if (len > width) {
			len = width;
			while (len > 0 && text[len] != ' ')
				len--;
			if (len == 0)
				len = width;
		}
		if (d != NULL) {
			char part[SENTENCE_LEN_MAX];

			(void)snprintf(part, sizeof(part), "%.*s", (int)len, text);
			line(d, yellow, part);
		}
		text += len + (text[len] == ' ');
		lines++;
	}
	return lines;
}

static size_t sentence_lines(const struct drawing *d)
{
	size_t lines = 0;

	for (size_t i = 0; i < d->picture->sentences->count; i++)
		lines += wrap(d->picture->sentences->list[i], d->view->width, NULL);
	return lines;
}

static void set_widths(struct drawing *d)
{
	uint32_t spare = d->view->width > NORMAL_WIDTH ? d->view->width - NORMAL_WIDTH : 0, more;

	d->name_width = NAME_WIDTH;
	d->queue_width = QUEUE_WIDTH;
	d->bar_width = BAR_WIDTH;
	more = spare / 3 < NAME_WIDTH_MAX - NAME_WIDTH ? spare / 3 : NAME_WIDTH_MAX - NAME_WIDTH;
	d->name_width += more;
	spare -= more;
	more = spare / 2 < QUEUE_WIDTH_MAX - QUEUE_WIDTH ? spare / 2 : QUEUE_WIDTH_MAX - QUEUE_WIDTH;
	d->queue_width += more;
	d->bar_width += (spare - more) / 2;
	if (d->view->width < NORMAL_WIDTH) /* bars go first */
		d->bar_width = d->view->width <= NORMAL_WIDTH - 2 * BAR_WIDTH ? 0 :
			       BAR_WIDTH - (NORMAL_WIDTH - d->view->width + 1) / 2;
}

static void set_most(struct drawing *d)
{
	const struct rates *r = d->picture->rates;

	d->most = r->any.out.bits > r->any.in.bits ? r->any.out.bits : r->any.in.bits;
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i].out.bits > d->most)
			d->most = r->rows[i].out.bits;
		if (r->rows[i].in.bits > d->most)
			d->most = r->rows[i].in.bits;
	}
}

static size_t pages_of(size_t rows, size_t room)
{
	return rows == 0 ? 1 : (rows + room - 1) / room;
}

size_t screen_draw(const struct picture *p, const struct view *view, struct buffer *out)
{
	struct drawing d = { .picture = p, .view = view, .out = out };
	/* "any", "sum", and what is around. */
	size_t around = HEAD_LINES + 2 + sentence_lines(&d) + view->live, rows, room, pages, page;
	bool cells;

	rows = p->rates->row_count;
	room = view->height == 0 ? (rows == 0 ? 1 : rows) :
	       view->height > around ? view->height - around : 1;
	cells = view->layout == LAYOUT_CELLS || (view->layout == LAYOUT_FIT && rows > room);
	if (cells)
		room = (room > 1 ? room - 1 : 1) * cells_in_line(&d);
	pages = pages_of(rows, room);
	page = view->page < pages ? view->page : pages - 1;
	set_widths(&d);
	set_most(&d);
	write_title(&d, page, pages);
	write_source(&d);
	write_columns(&d);
	write_row(&d, "any", &p->rates->any);
	write_row(&d, "sum", &p->rates->total);
	if (cells)
		write_cell_columns(&d);
	(cells ? write_cells : write_lines)(&d, page * room,
					    (page + 1) * room < rows ? (page + 1) * room : rows);
	for (size_t i = 0; i < p->sentences->count; i++)
		wrap(p->sentences->list[i], view->width, &d);
	if (view->live)
		line(&d, "", "q quit   n, p page   l lines   c cells   f what fits");
	return pages;
}
