/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"

enum { NAME_MAX_LEN = 31, ROWS_MAX = 64, ROUNDS_MAX = 64, CPUS = 4 };

enum figure {
	MBITS,
	PACKETS_K,  /* thousands a second; of TCP: none */
	LOST,       /* percent; of TCP what it repeated, in segments */
	LATE,       /* percent of what came */
	REPLAY,     /* packets */
	BUSY,       /* microseconds of CPU for a packet, or for 1,400 bytes of TCP */
	SHARES,     /* of CPU 0 and the next ones, percent */
	FIGURES = SHARES + CPUS
};

static const char *const figure_names[FIGURES] = {
	"mbit_per_s", "kpackets_per_s", "lost", "late_percent", "replay_drops",
	"cpu_us_per_packet", "share_cpu0", "share_cpu1", "share_cpu2", "share_cpu3",
};

struct row {
	char mode[NAME_MAX_LEN + 1], load[NAME_MAX_LEN + 1];
	size_t rounds;
	double figures[FIGURES][ROUNDS_MAX];
};

struct rows {
	struct row row[ROWS_MAX];
	size_t count;
};

struct sample {
	char mode[NAME_MAX_LEN + 1], load[NAME_MAX_LEN + 1];
	double packet, seconds, sent, received, again, late, replay, busy;
	double cpu[CPUS];
};

static bool parse(const char *line, struct sample *s)
{
	return sscanf(line, "%31s %31s %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf", s->mode,
		      s->load, &s->packet, &s->seconds, &s->sent, &s->received, &s->again, &s->late,
		      &s->replay, &s->busy, &s->cpu[0], &s->cpu[1], &s->cpu[2],
		      &s->cpu[3]) == 10 + CPUS &&
	       s->seconds > 0;
}

static struct row *row_of(struct rows *rows, const struct sample *s)
{
	struct row *row;

	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->row[i].mode, s->mode) == 0 &&
		    strcmp(rows->row[i].load, s->load) == 0)
			return &rows->row[i];
	bench_must(rows->count < ROWS_MAX, "too many modes and loads");
	row = &rows->row[rows->count++];
	memcpy(row->mode, s->mode, sizeof(row->mode));
	memcpy(row->load, s->load, sizeof(row->load));
	return row;
}

static double part(double a, double of)
{
	return of > 0 ? 100 * a / of : 0;
}

static void add(struct rows *rows, const struct sample *s)
{
	struct row *row = row_of(rows, s);
	size_t r = row->rounds++;
	bool tcp = s->packet <= 0;
	double bytes = tcp ? s->received : s->received * s->packet, all = 0;
	double packets = tcp ? s->received / 1400 : s->received;

	bench_must(r < ROUNDS_MAX, "too many rounds");
	row->figures[MBITS][r] = bytes * 8 / s->seconds / 1e6;
	row->figures[PACKETS_K][r] = tcp ? 0 : s->received / s->seconds / 1e3;
	row->figures[LOST][r] = tcp ? s->again : part(s->sent - s->received, s->sent);
	row->figures[LATE][r] = part(s->late, s->received);
	row->figures[REPLAY][r] = s->replay;
	row->figures[BUSY][r] = packets > 0 ? s->busy / packets : 0;
	for (int i = 0; i < CPUS; i++)
		all += s->cpu[i];
	for (int i = 0; i < CPUS; i++)
		row->figures[SHARES + i][r] = part(s->cpu[i], all);
}

static void tell(const struct row *row, json_t *all, FILE *table)
{
	double m[FIGURES];
	json_t *out = bench_row(all, "rows");

	bench_put_text(out, "load", row->load);
	bench_put_text(out, "mode", row->mode);
	bench_put(out, "rounds", (double)row->rounds);
	for (int i = 0; i < FIGURES; i++) {
		m[i] = bench_median(row->figures[i], row->rounds);
		bench_put(out, figure_names[i], m[i]);
	}
	(void)printf("%-9s %-18s %7.1f %8.2f %8.1f %7.2f %7.0f %8.0f   %3.0f %3.0f %3.0f %3.0f\n",
		     row->load, row->mode, m[MBITS], m[PACKETS_K], m[LOST], m[LATE], m[REPLAY],
		     m[BUSY], m[SHARES], m[SHARES + 1], m[SHARES + 2], m[SHARES + 3]);
	(void)fprintf(table, "%s\t%s\t%.2f\t%.0f\t%.0f\t%.0f\t%.0f\n", row->load, row->mode, m[MBITS],
		      m[SHARES], m[SHARES + 1], m[SHARES + 2], m[SHARES + 3]);
}

static bool take_line(void *rows, const char *line)
{
	struct sample s;

	if (!parse(line, &s))
		return false;
	add(rows, &s);
	return true;
}

int report(const char *measured, const char *json, const char *table)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	json_t *all = bench_begin("datapath");
	FILE *out = fopen(table, "we");

	bench_must(rows != NULL && out != NULL, "the table cannot be written");
	bench_each_line(measured, take_line, rows);
	(void)printf("%-9s %-18s %7s %8s %8s %7s %7s %8s   %s\n", "load", "mode", "Mbit/s", "kpkt/s",
		     "lost", "late %", "replay", "us/pkt", "% by CPU 0-3");
	for (size_t i = 0; i < rows->count; i++)
		tell(&rows->row[i], all, out);
	(void)fclose(out);
	bench_end(all, json);
	free(rows);
	return 0;
}
