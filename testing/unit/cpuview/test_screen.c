/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of gateways of all sizes: within the screen, with every CPU on one page or another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cpuview/record.h"
#include "cpuview/screen.h"
#include "gateway.h"

enum { CPUS_MAX = 64 };

/* CPU n sends and receives (n + 1) kB a second by its clone, and its softirqs take up n packets. */
static void make_rates(struct rates *r, uint32_t cpus)
{
	*r = (struct rates) {
		.per_cpu = true, .loads_known = true, .dialect = "mainline", .set_count = 1,
		.sa_count = cpus + 1, .clone_count = cpus, .bound_cpus = cpus, .span = SECONDS(1),
		.any = { .cpu = -1, .name = "westnet-eastnet-0", .sa_count = 1 },
		.total = { .cpu = -1, .sa_count = cpus + 1, .out = { 12345, 98765432 }, .in = { 2, 5678 } },
		.rows = mem_new_array(cpus, sizeof(*r->rows)), .row_count = cpus,
	};
	for (uint32_t i = 0; i < cpus; i++) {
		r->rows[i] = (struct cpu_row) {
			.cpu = (int32_t)i, .online = true, .sa_count = 1, .share = 100 / cpus,
			.out = { 10 * (i + 1), 8000 * (i + 1) }, .in = { i, 8000 * (i + 1) },
		};
		(void)snprintf(r->rows[i].name, sizeof(r->rows[i].name), "westnet-eastnet-%u",
			       i + 1);
	}
}

static size_t draw(const struct rates *r, const struct sentences *said, const struct view *view,
		   struct buffer *out)
{
	struct picture p = { .rates = r, .sentences = said };

	buffer_clear(out);
	return screen_draw(&p, view, out);
}

static void within(struct buffer *out, uint32_t width, uint32_t height)
{
	const char *text = buffer_text(out);
	uint32_t lines = 0;

	for (const char *at = text; *at != '\0'; lines++) {
		const char *end = strchr(at, '\n');

		assert_non_null(end);
		assert_true(end - at <= width);
		at = end + 1;
	}
	assert_true(height == 0 || lines <= height);
}

static void no_picture_is_larger_than_its_screen(void **state)
{
	static const uint32_t widths[] = { 60, 72, 79, 80, 81, 100, 132, 200 };
	static const uint32_t heights[] = { 10, 24, 25, 50, 100, 0 };
	static const uint32_t counts[] = { 1, 2, 4, 17, 64 };
	struct sentences said = { .count = 2 };
	struct buffer out = { 0 };

	(void)state;
	memset(said.list[0], 'x', SENTENCE_LEN_MAX - 1);
	(void)snprintf(said.list[1], SENTENCE_LEN_MAX, "91 %% of what is received makes work on "
		       "CPU 0: eth1 (virtio_net) does not hash ESP");
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		struct rates r;

		make_rates(&r, counts[n]);
		for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
			for (size_t h = 0; h < sizeof(heights) / sizeof(heights[0]); h++)
				for (int layout = LAYOUT_FIT; layout <= LAYOUT_CELLS; layout++) {
					struct view view = { widths[w], heights[h], false, true,
							     (enum layout)layout, 0 };

					said.count = heights[h] == 10 ? 0 : 2;
					(void)draw(&r, &said, &view, &out);
					within(&out, widths[w], heights[h]);
				}
		rates_done(&r);
	}
	buffer_done(&out);
}

/* "\n 12 " at the start of a line, or of a cell. */
static bool shows(struct buffer *out, uint32_t cpu, uint32_t width)
{
	char label[8];
	const char *text = buffer_text(out);

	(void)snprintf(label, sizeof(label), "%3u ", cpu);
	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1)
		for (size_t x = 0; x < width && x < strcspn(at, "\n"); x += 20)
			if (strncmp(at + x, label, 4) == 0)
				return true;
	return false;
}

static void every_cpu_is_on_one_page_or_another(void **state)
{
	const struct sentences none = { .count = 0 };
	struct buffer out = { 0 };
	struct rates r;

	(void)state;
	make_rates(&r, CPUS_MAX);
	for (int layout = LAYOUT_FIT; layout <= LAYOUT_CELLS; layout++) {
		struct view view = { 80, 24, false, true, (enum layout)layout, 0 };
		size_t pages = draw(&r, &none, &view, &out);
		uint32_t seen = 0;

		assert_int_equal(pages, layout == LAYOUT_LINES ? 4 : 1);
		for (; view.page < pages; view.page++) {
			(void)draw(&r, &none, &view, &out);
			for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
				seen += shows(&out, cpu, 80);
		}
		assert_int_equal(seen, CPUS_MAX);
		view.page = 1000; /* the last one, then */
		(void)draw(&r, &none, &view, &out);
		assert_true(shows(&out, CPUS_MAX - 1, 80));
	}
	rates_done(&r);
	buffer_done(&out);
}

static void four_cpus_on_80_columns(void **state)
{
	static const char expected[] =
		"1 clone set, 5 SAs; SAs bound to CPUs (mainline); 4 of 4 CPUs have one; 1.0 s\n"
		"in: by SA; which CPU decrypts: unknown, softirq load only (rx)\n"
		"CPU SA                   out/s bit/s          in/s bit/s           rx queue/irq\n"
		"any westnet-eastnet-0        0     0             0     0        \n"
		"sum                        12k   98M             2  5.6k        \n"
		"  0 westnet-eastnet-1       10  8.0k ##          0  8.0k ##       25% \n";
	const struct sentences none = { .count = 0 };
	struct view view = { 80, 24, false, false, LAYOUT_FIT, 0 };
	struct buffer out = { 0 };
	struct rates r;

	(void)state;
	make_rates(&r, 4);
	assert_int_equal(draw(&r, &none, &view, &out), 1);
	buffer_truncate(&out, strlen(expected));
	assert_string_equal(buffer_text(&out), expected);
	(void)draw(&r, &none, &view, &out);
	assert_non_null(strstr(buffer_text(&out),
			       "\n  3 westnet-eastnet-4       40   32k #######     3   32k #######  25%"));
	assert_null(strchr(buffer_text(&out), '\033'));
	rates_done(&r);
	buffer_done(&out);
}

static void where_xdp_counts_its_share_is_shown(void **state)
{
	const struct sentences none = { .count = 0 };
	struct view view = { 80, 24, false, false, LAYOUT_FIT, 0 };
	struct buffer out = { 0 };
	struct rates r;
	struct picture p = { .rates = &r, .sentences = &none };
	json_t *record, *body;

	(void)state;
	make_rates(&r, 4);
	r.by_xdp = true;
	r.total.decrypted = 1;
	r.rows[2].decrypted = 70;
	r.rows[2].decrypted_share = 70;
	(void)draw(&r, &none, &view, &out);
	assert_non_null(strstr(buffer_text(&out), "\nin: by SA; which CPU decrypts (dec): by XDP's "
						  "counters, 50 % of what came\n"));
	assert_non_null(strstr(buffer_text(&out), " dec queue/irq\n"));
	assert_non_null(strstr(buffer_text(&out), "\n  2 westnet-eastnet-3       30   24k ##### "
						  "      2   24k #####    70% \n"));
	record = picture_record(&p);
	body = json_object_get(record, "cpus");
	assert_string_equal(json_string_value(json_object_get(body, "inbound_source")), "xdp");
	assert_int_equal(json_integer_value(json_object_get(body, "decrypted_share")), 50);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(json_object_get(body, "rows"), 2), "decrypted")), 70);
	json_decref(record);
	rates_done(&r);
	buffer_done(&out);
}

static void with_colour_it_says_the_same(void **state)
{
	const struct sentences said = { { "it is uneven" }, 1 };
	struct view view = { 80, 24, true, true, LAYOUT_FIT, 0 };
	struct buffer plain = { 0 }, colour = { 0 }, without = { 0 };
	struct rates r;

	(void)state;
	make_rates(&r, 4);
	(void)draw(&r, &said, &view, &colour);
	view.colour = false;
	(void)draw(&r, &said, &view, &plain);
	for (size_t i = 0; i < colour.len; i++) {
		if (colour.ptr[i] == '\033')
			while (colour.ptr[i] != 'm')
				i++;
		else
			write_u8(&without, colour.ptr[i]);
	}
	assert_true(colour.len > plain.len);
	assert_string_equal(buffer_text(&without), buffer_text(&plain));
	rates_done(&r);
	buffer_done(&plain);
	buffer_done(&colour);
	buffer_done(&without);
}

static void the_queue_that_a_cpu_takes_is_named(void **state)
{
	uint16_t first[] = { 0 }, both[] = { 0, 1 };
	struct nic_interrupt interrupts[] = {
		{ .number = 25, .queue = 3, .cpus = first, .cpu_count = 1 },
		{ .number = 26, .queue = NIC_QUEUE_UNKNOWN, .cpus = both, .cpu_count = 2 },
	};
	struct nic_facts nic = { .name = "eth1", .driver = "virtio_net", .queues = 2,
				 .interrupts = interrupts, .interrupt_count = 2 };
	const struct sentences none = { .count = 0 };
	struct view view = { 80, 24, false, false, LAYOUT_FIT, 0 };
	struct buffer out = { 0 };
	struct rates r;
	struct picture p = { &r, &nic, 1, &none };
	json_t *record;
	const json_t *row;

	(void)state;
	make_rates(&r, 3);
	r.rows[2].online = false;
	(void)screen_draw(&p, &view, &out);
	assert_non_null(strstr(buffer_text(&out), "33% eth1:3/25+\n"));
	assert_non_null(strstr(buffer_text(&out), "33% eth1/26\n"));
	assert_non_null(strstr(buffer_text(&out), "33% offline\n"));
	record = picture_record(&p);
	row = json_array_get(json_object_get(json_object_get(record, "cpus"), "rows"), 0);
	assert_int_equal(json_array_size(json_object_get(row, "queues")), 2);
	assert_true(json_is_null(json_object_get(row, "decrypted")));
	assert_int_equal(json_integer_value(json_object_get(row, "received_share")), 33);
	json_decref(record);
	rates_done(&r);
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_picture_is_larger_than_its_screen),
		cmocka_unit_test(every_cpu_is_on_one_page_or_another),
		cmocka_unit_test(four_cpus_on_80_columns),
		cmocka_unit_test(where_xdp_counts_its_share_is_shown),
		cmocka_unit_test(with_colour_it_says_the_same),
		cmocka_unit_test(the_queue_that_a_cpu_takes_is_named),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
