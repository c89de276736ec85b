/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handshake [--json FILE] [--instructions FILE] [SIZE]: what setting up tunnels costs, both ends
 * in this process. SIZE: the largest number of tunnels. handshake --once CASE COUNT [--load]: one of
 * its cases that often and nothing else, or with --load all but that, for instructions.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "common/bench.h"
#include "floor.h"
#include "gateways.h"
#include "share.h"
#include "views.h"

enum { BASE = 1000, DEFAULT_SIZE = 100000, CROWD_MAX = 10000, THREADS_MAX = 3000 };
enum { FLOOR_ROUNDS = 400, FLOOR_ROUNDS_SLOW = 40 };

#define IKE_X25519 "\tike=aes_gcm256-sha2_256-dh31\n\tesp=aes_gcm256\n"

/* --- what is done, to a pair of gateways that has `count` connections --- */

struct kase {
	const char *name, *options;
	enum gateways_command what;
	unsigned divisor;   /* of the number of tunnels, where one of them costs more */
	unsigned sas;       /* that end 0 adds to its kernel for each */
	bool two_hosts;     /* all connections are between the same two */
};

static const struct kase groups[] = {
	{ "X25519", IKE_X25519, GATEWAYS_UP, 1, 2, false },
	{ "P-256", "\tike=aes_gcm256-sha2_256-dh19\n\tesp=aes_gcm256\n", GATEWAYS_UP, 5, 2, false },
	{ "MODP-2048", "\tike=aes_gcm256-sha2_256-dh14\n\tesp=aes_gcm256\n", GATEWAYS_UP, 5, 2, false },
};

static const struct kase crowd = { "between two hosts", IKE_X25519, GATEWAYS_UP, 1, 2, true };

static const struct kase clones[] = {
	{ "no clones", IKE_X25519 "\tpfs=no\n", GATEWAYS_UP, 10, 2, false },
	{ "4 clones", IKE_X25519 "\tpfs=no\n\tclones=4\n", GATEWAYS_UP, 10, 10, false },
	{ "16 clones", IKE_X25519 "\tpfs=no\n\tclones=16\n", GATEWAYS_UP, 10, 34, false },
};

static const struct kase later[] = {
	{ "Child rekey", IKE_X25519 "\tpfs=no\n", GATEWAYS_REKEY_CHILD, 1, 2, false },
	{ "Child rekey, PFS", IKE_X25519 "\tpfs=yes\n", GATEWAYS_REKEY_CHILD, 1, 2, false },
	{ "IKE rekey", IKE_X25519, GATEWAYS_REKEY_IKE, 1, 0, false },
	{ "delete", IKE_X25519, GATEWAYS_DOWN, 1, 0, false },
};

struct cost {
	double cpu, wall;    /* seconds for each */
	double times_floor;  /* its cpu, by the floor measured beside it; 0: none is */
	double heap_loaded;  /* bytes of a connection, per side */
	double heap_up;      /* bytes of a tunnel more than that, per side */
	double datagrams;
};

static void check(const struct gateways *g, const struct kase *k, uint64_t added, unsigned count)
{
	if (added != (uint64_t)k->sas * count)
		bench_die("%s: %llu SAs were made for %u", k->name, (unsigned long long)added,
			  count);
	for (int i = 0; i < 2; i++)
		bench_must(k->what == GATEWAYS_UP ||
			   views_count_active(g->end[i].engine, g->now) ==
				   (k->what == GATEWAYS_DOWN ? 0 : g->answered),
			   "tunnels were lost");
}

/* The command for connections from..from+count; what comes of it later (old SAs that drain) counts
 * as well. */
static struct cost run(struct gateways *g, const struct kase *k, unsigned from, unsigned count)
{
	uint64_t added = g->end[0].sas_added, datagrams = g->datagrams;
	double cpu = bench_cpu(), wall = bench_wall();

	gateways_run(g, k->what, from, count);
	if (k->what != GATEWAYS_UP)
		gateways_wait(g, SECONDS(10));
	cpu = bench_cpu() - cpu;
	wall = bench_wall() - wall;
	check(g, k, g->end[0].sas_added - added, count);
	return (struct cost) { .cpu = cpu / count, .wall = wall / count,
			       .datagrams = (double)(g->datagrams - datagrams) / count };
}

/* A fresh pair of gateways, `count` connections, and the command for all of them. */
static struct cost run_fresh(const struct kase *k, unsigned count, bool shared, json_t *share)
{
	struct gateways *g = gateways_new(k->options, k->two_hosts);
	size_t heap = bench_heap(), loaded;
	struct cost cost;

	gateways_load(g, count);
	loaded = bench_heap();
	if (k->what != GATEWAYS_UP)
		gateways_run(g, GATEWAYS_UP, 0, count);
	if (shared)
		share_begin();
	cost = run(g, k, 0, count);
	if (shared) {
		bench_put(share, "share_of_cryptography", share_end());
		share_tell(share, count);
	}
	gateways_trim(g);
	cost.heap_loaded = (double)(loaded - heap) / count / 2;
	cost.heap_up = ((double)bench_heap() - (double)loaded) / count / 2;
	gateways_free(g);
	return cost;
}

/* --- the floor --- */

static const enum ke_id group_ids[] = { KE_CURVE25519, KE_ECP_256, KE_MODP2048 };
static enum floor_way cheapest[ARRAY_LEN(groups)];

/* Seconds for a set-up in that group, both ends, at this moment. */
static bool floor_of(size_t group, enum floor_way way, double *out)
{
	unsigned rounds = group == 0 ? FLOOR_ROUNDS : FLOOR_ROUNDS_SLOW;
	bool ok = floor_measure(way, ke_find((uint16_t)group_ids[group]), rounds, out);

	*out *= 2;
	return ok;
}

static struct cost with_floor(struct cost c, size_t group)
{
	double floor_;

	bench_must(floor_of(group, cheapest[group], &floor_), "no floor");
	c.times_floor = c.cpu / floor_;
	return c;
}

static void measure_floor(json_t *all, size_t group)
{
	double values[FLOOR_WAYS][BENCH_ROUNDS], least = 0;
	json_t *row = bench_row(all, "floor");

	for (int r = 0; r < BENCH_ROUNDS; r++)
		for (enum floor_way w = 0; w < FLOOR_WAYS; w++)
			if (!floor_of(group, w, &values[w][r]))
				values[w][r] = 0;
	bench_put_text(row, "group", groups[group].name);
	(void)printf("  %-10s", groups[group].name);
	for (enum floor_way w = 0; w < FLOOR_WAYS; w++) {
		double both = bench_median(values[w], BENCH_ROUNDS);

		if (both <= 0)
			continue;
		bench_put(row, floor_way_names[w], both * 1e6);
		(void)printf("  %s %.1f", floor_way_names[w], both * 1e6);
		if (least <= 0 || both < least) {
			least = both;
			cheapest[group] = w;
		}
	}
	(void)printf("\n");
	bench_put(row, "us", least * 1e6);
}

static void measure_floors(json_t *all)
{
	(void)printf("The floor: a key pair and an agreement, twice (us of CPU); each cost below is "
		     "divided by one that is measured beside it\n");
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		measure_floor(all, i);
}

/* --- cases side by side --- */

static void head(const char *title)
{
	(void)printf("\n%-22s %8s %10s %10s %9s %7s %10s %9s\n", title, "number", "us CPU", "x floor",
		     "per s", "crypto", "B loaded", "B up");
}

static struct cost medians(const struct cost *costs)
{
	struct cost out = costs[0];
	double cpu[BENCH_ROUNDS], wall[BENCH_ROUNDS], times[BENCH_ROUNDS];

	for (int r = 0; r < BENCH_ROUNDS; r++) {
		cpu[r] = costs[r].cpu;
		wall[r] = costs[r].wall;
		times[r] = costs[r].times_floor;
	}
	out.times_floor = bench_median(times, BENCH_ROUNDS);
	out.cpu = bench_median(cpu, BENCH_ROUNDS);
	out.wall = bench_median(wall, BENCH_ROUNDS);
	return out;
}

static void tell(json_t *row, const char *name, unsigned count, const struct cost *c)
{
	double share = json_number_value(json_object_get(row, "share_of_cryptography"));

	bench_put_text(row, "case", name);
	bench_put(row, "number", count);
	bench_put(row, "cpu_us", c->cpu * 1e6);
	bench_put(row, "per_second", 1 / c->wall);
	bench_put(row, "datagrams", c->datagrams);
	(void)printf("%-22s %8u %10.1f ", name, count, c->cpu * 1e6);
	if (c->times_floor > 0) {
		bench_put(row, "times_floor", c->times_floor);
		(void)printf("%10.2f", c->times_floor);
	} else {
		(void)printf("%10s", "-");
	}
	(void)printf(" %9.0f %6.0f%%", 1 / c->wall, share * 100);
	if (c->heap_loaded > 0) {
		bench_put(row, "heap_loaded", c->heap_loaded);
		bench_put(row, "heap_up", c->heap_up);
		(void)printf(" %10.0f %9.0f", c->heap_loaded, c->heap_up);
	}
	(void)printf("\n");
	(void)fflush(stdout);
}

static void compare(json_t *all, const char *array, const struct kase *cases, size_t n,
		    unsigned size)
{
	struct cost costs[8][BENCH_ROUNDS];

	for (int r = 0; r < BENCH_ROUNDS; r++)
		for (size_t i = 0; i < n; i++) {
			costs[i][r] = run_fresh(&cases[i], size / cases[i].divisor, false, NULL);
			if (cases == groups)
				costs[i][r] = with_floor(costs[i][r], i);
		}
	for (size_t i = 0; i < n; i++) {
		json_t *row = bench_row(all, array);
		unsigned count = size / cases[i].divisor;
		struct cost c = medians(costs[i]);

		(void)run_fresh(&cases[i], count, true, row);
		if (cases[i].what != GATEWAYS_UP)
			c.heap_loaded = 0;
		tell(row, cases[i].name, count, &c);
	}
}

/* --- does it stay flat --- */

/* Fills one pair up to `size`, a fifth at a time, with a fresh pair of BASE tunnels after each. */
static void measure_size(json_t *all, const struct kase *k, unsigned size)
{
	struct gateways *g = gateways_new(k->options, k->two_hosts);
	struct cost fifths[BENCH_ROUNDS], small[BENCH_ROUNDS], c, s;
	size_t heap = bench_heap(), loaded;
	json_t *row = bench_row(all, "sizes");
	double cpu = 0, wall = 0;

	gateways_load(g, size);
	loaded = bench_heap();
	for (unsigned r = 0; r < BENCH_ROUNDS; r++) {
		fifths[r] = with_floor(run(g, k, r * (size / BENCH_ROUNDS), size / BENCH_ROUNDS),
				       0);
		small[r] = run_fresh(&groups[0], BASE, false, NULL);
		cpu += fifths[r].cpu / BENCH_ROUNDS;
		wall += fifths[r].wall / BENCH_ROUNDS;
	}
	gateways_trim(g);
	c = (struct cost) {
		.cpu = cpu, .wall = wall, .times_floor = medians(fifths).times_floor,
		.datagrams = fifths[0].datagrams,
		.heap_loaded = (double)(loaded - heap) / size / 2,
		.heap_up = ((double)bench_heap() - (double)loaded) / size / 2,
	};
	s = medians(small);
	tell(row, k->name, size, &c);
	bench_put(row, "last_fifth_cpu_us", fifths[BENCH_ROUNDS - 1].cpu * 1e6);
	bench_put(row, "small_cpu_us", s.cpu * 1e6);
	gateways_wait(g, SECONDS(600));
	gateways_trim(g);
	bench_put(row, "heap_quiet", ((double)bench_heap() - (double)loaded) / size / 2);
	(void)printf("  its last fifth %.1f us, %.2f times what %u alternating with it cost (%.1f us); "
		     "after ten quiet minutes %.0f B up\n",
		     fifths[BENCH_ROUNDS - 1].cpu * 1e6, fifths[BENCH_ROUNDS - 1].cpu / s.cpu, BASE,
		     s.cpu * 1e6, ((double)bench_heap() - (double)loaded) / size / 2);
	gateways_free(g);
}

/* --- --- */

static const struct kase *find_case(const char *name)
{
	const struct kase *lists[] = { groups, &crowd, clones, later };
	const size_t counts[] = { ARRAY_LEN(groups), 1, ARRAY_LEN(clones), ARRAY_LEN(later) };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++)
		for (size_t i = 0; i < counts[l]; i++)
			if (strcmp(lists[l][i].name, name) == 0)
				return &lists[l][i];
	bench_die("there is no case %s", name);
}

/* All but what the case is about. */
static void run_up_to(const struct kase *k, unsigned count)
{
	struct gateways *g = gateways_new(k->options, k->two_hosts);

	gateways_load(g, count);
	if (k->what != GATEWAYS_UP)
		gateways_run(g, GATEWAYS_UP, 0, count);
	gateways_free(g);
}

/* With the jobs on threads: what a machine does, with both ends on it. */
static void measure_threads(json_t *all, unsigned size)
{
	static const unsigned threads[] = { 0, 1, 2 };
	struct cost costs[ARRAY_LEN(threads)][BENCH_ROUNDS];

	for (int r = 0; r < BENCH_ROUNDS; r++)
		for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
			struct gateways *g = gateways_new(groups[0].options, false);

			gateways_load(g, size);
			if (threads[i] > 0)
				gateways_use_threads(g, threads[i]);
			costs[i][r] = with_floor(run(g, &groups[0], 0, size), 0);
			gateways_free(g);
		}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		json_t *row = bench_row(all, "threads");
		struct cost c = medians(costs[i]);
		char name[32];

		(void)snprintf(name, sizeof(name), "X25519, %u threads", threads[i]);
		bench_put(row, "threads", threads[i]);
		c.heap_loaded = 0;
		tell(row, name, size, &c);
	}
}

static void print_instructions(json_t *all, const char *path)
{
	json_t *list = path == NULL ? NULL : json_load_file(path, 0, NULL), *row;
	size_t i;

	if (list == NULL)
		return;
	(void)printf("\nInstructions (callgrind)          all    NSS's  others\n");
	json_array_foreach(list, i, row)
		(void)printf("%-22s %12.0f %8.0f %8.0f\n",
			     json_string_value(json_object_get(row, "case")),
			     json_number_value(json_object_get(row, "instructions")),
			     json_number_value(json_object_get(row, "in_nss")),
			     json_number_value(json_object_get(row, "outside")));
	(void)json_object_set_new(all, "instructions", list);
}

static void measure(const char *json, const char *instructions, unsigned size)
{
	json_t *all = bench_begin("handshake");

	measure_floors(all);
	head("Set-up by group");
	compare(all, "groups", groups, ARRAY_LEN(groups), BASE);
	head("Set-up by size");
	for (unsigned n = BASE; n <= size; n *= 10)
		measure_size(all, &groups[0], n);
	for (unsigned n = BASE; n <= size && n <= CROWD_MAX; n *= 10)
		measure_size(all, &crowd, n);
	head("Jobs on threads");
	measure_threads(all, size < THREADS_MAX ? size : THREADS_MAX);
	head("Set-up by clones");
	compare(all, "clones", clones, ARRAY_LEN(clones), BASE);
	head("Later");
	compare(all, "later", later, ARRAY_LEN(later), BASE);
	print_instructions(all, instructions);
	bench_end(all, json);
}

static unsigned number(const char *text)
{
	uint64_t value;

	if (!text_to_u64(text, 1000000, &value) || value == 0)
		bench_die("%s is no number of tunnels", text);
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	const char *json = NULL, *instructions = NULL;
	unsigned size = DEFAULT_SIZE;
	char why[256];

	if (crypto_start(NULL, why, sizeof(why)) == CRYPTO_NOT_STARTED)
		bench_die("%s", why);
	if (argc >= 4 && strcmp(argv[1], "--once") == 0) {
		if (argc == 4)
			(void)run_fresh(find_case(argv[2]), number(argv[3]), false, NULL);
		else
			run_up_to(find_case(argv[2]), number(argv[3]));
		crypto_stop();
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0 && i + 1 < argc)
			json = argv[++i];
		else if (strcmp(argv[i], "--instructions") == 0 && i + 1 < argc)
			instructions = argv[++i];
		else
			size = number(argv[i]);
	}
	measure(json, instructions, size);
	crypto_stop();
	return 0;
}
