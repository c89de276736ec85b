/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "peers/report.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "common/bench.h"

enum { NAME_MAX_LEN = 31, DAEMONS_MAX = 8, ROUNDS_MAX = 64, ENDS = 2 };

enum figure {
	UP,       /* seconds */
	LOAD_CPU, /* milliseconds of CPU for a tunnel, of one end */
	UP_CPU,   /* of both ends */
	MEMORY,   /* KiB of a tunnel at one end */
	THREADS,
	FIGURES
};

static const char *const figure_names[FIGURES] = {
	"up_seconds", "load_cpu_ms_per_tunnel", "up_cpu_ms_per_tunnel", "memory_kib_per_tunnel_and_end",
	"threads",
};

struct daemon_row {
	char name[NAME_MAX_LEN + 1];
	size_t rounds;
	double tunnels, figures[FIGURES][ROUNDS_MAX];
};

struct rows {
	struct daemon_row row[DAEMONS_MAX];
	size_t count;
};

struct sample {
	char name[NAME_MAX_LEN + 1];
	double tunnels, up, load_cpu, up_cpu, memory, threads;
};

static bool parse(const char *line, struct sample *s)
{
	return sscanf(line, "%31s %lf %lf %lf %lf %lf %lf", s->name, &s->tunnels, &s->up,
		      &s->load_cpu, &s->up_cpu, &s->memory, &s->threads) == 7 && s->tunnels > 0;
}

static struct daemon_row *row_of(struct rows *rows, const struct sample *s)
{
	struct daemon_row *row;

	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->row[i].name, s->name) == 0)
			return &rows->row[i];
	bench_must(rows->count < DAEMONS_MAX, "too many daemons");
	row = &rows->row[rows->count++];
	memcpy(row->name, s->name, sizeof(row->name));
	row->tunnels = s->tunnels;
	return row;
}

static void add(struct rows *rows, const struct sample *s)
{
	struct daemon_row *row = row_of(rows, s);
	size_t r = row->rounds++;

	bench_must(r < ROUNDS_MAX && s->tunnels == row->tunnels,
		   "too many rounds, or not of the same number of tunnels");
	row->figures[UP][r] = s->up;
	row->figures[LOAD_CPU][r] = s->load_cpu / s->tunnels * 1e3;
	row->figures[UP_CPU][r] = s->up_cpu / s->tunnels * 1e3;
	row->figures[MEMORY][r] = s->memory / s->tunnels / ENDS;
	row->figures[THREADS][r] = s->threads;
}

static bool take_line(void *rows, const char *line)
{
	struct sample s;

	if (!parse(line, &s))
		return false;
	add(rows, &s);
	return true;
}

static void put_versions(json_t *all, const char *path)
{
	char package[NAME_MAX_LEN + 1], version[NAME_MAX_LEN + 1];
	json_t *versions = json_object();
	FILE *f = fopen(path, "re");

	while (f != NULL && fscanf(f, "%31s %31s", package, version) == 2)
		bench_put_text(versions, package, version);
	if (f != NULL)
		(void)fclose(f);
	(void)json_object_set_new(all, "peers", versions);
}

static void tell(const struct daemon_row *row, json_t *all)
{
	double m[FIGURES], least = row->figures[UP_CPU][0], most = least;
	json_t *out = bench_row(all, "rows");

	bench_put_text(out, "daemon", row->name);
	bench_put(out, "tunnels", row->tunnels);
	bench_put(out, "rounds", (double)row->rounds);
	for (int i = 0; i < FIGURES; i++) {
		m[i] = bench_median(row->figures[i], row->rounds);
		bench_put(out, figure_names[i], m[i]);
	}
	for (size_t r = 0; r < row->rounds; r++) {
		least = row->figures[UP_CPU][r] < least ? row->figures[UP_CPU][r] : least;
		most = row->figures[UP_CPU][r] > most ? row->figures[UP_CPU][r] : most;
	}
	bench_put(out, "up_cpu_ms_least", least);
	bench_put(out, "up_cpu_ms_most", most);
	(void)printf("%-11s %7.0f %8.2f %10.2f %10.2f (%.2f to %.2f) %10.1f %8.0f\n", row->name,
		     row->tunnels, m[UP], m[LOAD_CPU], m[UP_CPU], least, most, m[MEMORY], m[THREADS]);
}

int report(const char *measured, const char *json, const char *peers)
{
	struct rows *rows = NEW(struct rows);
	json_t *all = bench_begin("peers");

	bench_each_line(measured, take_line, rows);
	put_versions(all, peers);
	(void)printf("%-11s %7s %8s %10s %10s %16s %10s %8s\n", "daemon", "tunnels", "up, s",
		     "load, ms", "up, ms", "(least to most)", "KiB/tunnel", "threads");
	for (size_t i = 0; i < rows->count; i++)
		tell(&rows->row[i], all);
	bench_end(all, json);
	mem_free(rows);
	return 0;
}
