/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One daemon, many connections in one file: loaded, one of them changed, all of them shown. */
#include <stdio.h>

#include "benches.h"
#include "common/bench.h"
#include "conns.h"
#include "plutos.h"

struct step {
	const char *name;
	double wall[BENCH_ROUNDS], cpu[BENCH_ROUNDS], longest[BENCH_ROUNDS];
	char where[128];
};

static struct step load = { .name = "add of all from one file" },
		   change = { .name = "replace of one that changed" },
		   show = { .name = "status of all" },
		   start = { .name = "start, with auto=start" };

static void measure(struct pluto *p, struct step *s, int round, const char *program,
		    const char *const *words)
{
	double cpu = pluto_cpu(p);

	(void)pluto_longest(p, s->where, sizeof(s->where));
	s->wall[round] = pluto_run(p, program, words);
	s->cpu[round] = pluto_cpu(p) - cpu;
	s->longest[round] = pluto_longest(p, s->where, sizeof(s->where));
}

static void configure(const struct pluto *p, unsigned count, const char *each, const char *last)
{
	struct buffer text = { 0 };

	conns_write(&text, count, CONNS_ADDRESSES, each);
	write_text(&text, last); /* one more line of the last one */
	pluto_configure(p, &text);
	buffer_done(&text);
}

static unsigned loaded;

static void count_loaded(void *context, const json_t *record)
{
	(void)context;
	loaded += json_object_get(record, "connection") != NULL;
}

/* Loads them all and begins with each of them; nobody answers. */
static void start_all(struct pluto *p, int round, unsigned count)
{
	double begun = bench_wall();
	struct client c;

	configure(p, count, "\tauto=start\n", "");
	pluto_start(p);
	c = pluto_connect(p);
	/* Has its turn after those that the start has. */
	bench_must(pluto_ask(&c, "autoall-done", NULL, NULL, NULL) == 0, "no end of the start");
	client_close(&c);
	start.wall[round] = bench_wall() - begun;
	start.cpu[round] = pluto_cpu(p);
	start.longest[round] = pluto_longest(p, start.where, sizeof(start.where));
	pluto_stop(p);
}

static double round_of(struct pluto *p, int round, unsigned count)
{
	char config[PLUTO_PATH_MAX + 16], last[16];
	double before, after;
	struct client c;

	(void)snprintf(config, sizeof(config), "%s/ipsec.conf", p->dir);
	(void)snprintf(last, sizeof(last), "c%u", count - 1);
	configure(p, 1, "\tauto=add\n", "");
	pluto_start(p); /* which loads one */
	configure(p, count, "\tauto=add\n", "");
	before = pluto_memory(p, false);
	measure(p, &load, round, "addconn", (const char *const[]) {
		"--config", config, "--rundir", p->dir, "--replace", "all", NULL });
	after = pluto_memory(p, false);
	configure(p, count, "\tauto=add\n", round % 2 == 0 ? "\tdpddelay=7s\n" : "\tdpddelay=8s\n");
	measure(p, &change, round, "addconn", (const char *const[]) {
		"--config", config, "--rundir", p->dir, "--replace", last, NULL });
	measure(p, &show, round, "whack", (const char *const[]) {
		"--rundir", p->dir, "--status", NULL });
	c = pluto_connect(p);
	loaded = 0;
	bench_must(pluto_ask(&c, "connectionstatus", NULL, count_loaded, NULL) == 0,
		   "no connectionstatus");
	bench_must(loaded == count, "connections are missing");
	client_close(&c);
	pluto_stop(p);
	start_all(p, round, count);
	return (after - before) / count;
}

static void tell(json_t *all, const struct step *s)
{
	json_t *row = bench_row(all, "steps");
	double wall = bench_median(s->wall, BENCH_ROUNDS), cpu = bench_median(s->cpu, BENCH_ROUNDS),
	       longest = bench_median(s->longest, BENCH_ROUNDS);

	bench_put_text(row, "step", s->name);
	bench_put(row, "seconds", wall);
	bench_put(row, "daemon_cpu_seconds", cpu);
	bench_put(row, "longest_callback_ms", longest);
	bench_put_text(row, "in", s->where);
	(void)printf("%-30s %9.3f s %9.3f s of the daemon's CPU; longest callback %8.2f ms (%s)\n",
		     s->name, wall, cpu, longest, s->where);
}

void bench_load(const char *bin, const char *json, unsigned count)
{
	json_t *all = bench_begin("load");
	struct pluto p = { .name = "west" };
	double memory[BENCH_ROUNDS];

	plutos_begin(bin, &p, 1, CONNS_ADDRESSES);
	for (int i = 0; i < BENCH_ROUNDS; i++)
		memory[i] = round_of(&p, i, count);
	bench_put(all, "connections", count);
	bench_put(all, "bytes_each", bench_median(memory, BENCH_ROUNDS));
	(void)printf("%u connections, %.0f bytes of the daemon's memory each; medians of %d\n",
		     count, bench_median(memory, BENCH_ROUNDS), BENCH_ROUNDS);
	tell(all, &load);
	tell(all, &change);
	tell(all, &show);
	tell(all, &start);
	bench_end(all, json);
}
