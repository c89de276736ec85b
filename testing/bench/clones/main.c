/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clones [--json FILE]: how long a set of clones takes from `up` on, by round trip and window, by
 * the virtual clock of handshake/gateways.h: key agreement takes no time there, so what it costs is
 * told beside it.
 */
#include <stdio.h>
#include <string.h>

#include "common/bench.h"
#include "handshake/gateways.h"

static const unsigned clones[] = { 4, 16, 64 };
static const unsigned round_trips[] = { 0, 10, 100 }; /* milliseconds */
static const uint16_t windows[] = { 1, 16, 32 };

struct took {
	int64_t last[2]; /* until the last SA is in either end's kernel */
	int64_t up;      /* until the command is answered */
	double cpu;
};

static struct took once(unsigned count, unsigned round_trip, uint16_t window)
{
	char options[128];
	struct gateways *g;
	struct took took;
	int64_t begin;

	(void)snprintf(options, sizeof(options),
		       "\tike=aes_gcm256-sha2_256-dh31\n\tesp=aes_gcm256\n\tclones=%u\n", count);
	g = gateways_new(options, false);
	g->delay = MILLISECONDS(round_trip) / 2;
	g->end[0].setup.ike_window = g->end[1].setup.ike_window = window;
	gateways_load(g, 1);
	begin = g->now;
	took.cpu = bench_cpu();
	took.up = gateways_up_one(g, 0);
	took.cpu = bench_cpu() - took.cpu;
	gateways_wait(g, SECONDS(1));
	for (int i = 0; i < 2; i++) {
		took.last[i] = g->end[i].last_sa - begin;
		bench_must(g->end[i].sas_added == 2 * (count + 1), "clones are missing");
	}
	gateways_free(g);
	return took;
}

static void tell(json_t *all, unsigned count, unsigned round_trip)
{
	double cpu[ARRAY_LEN(windows)][BENCH_ROUNDS];
	struct took took[ARRAY_LEN(windows)];

	for (int r = 0; r < BENCH_ROUNDS; r++)
		for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
			took[i] = once(count, round_trip, windows[i]);
			cpu[i][r] = took[i].cpu;
		}
	(void)printf("%6u %6u ms", count, round_trip);
	for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
		json_t *row = bench_row(all, "sets");

		bench_put(row, "clones", count);
		bench_put(row, "round_trip_ms", round_trip);
		bench_put(row, "window", windows[i]);
		bench_put(row, "initiator_seconds", (double)took[i].last[0] / 1e6);
		bench_put(row, "responder_seconds", (double)took[i].last[1] / 1e6);
		bench_put(row, "up_seconds", (double)took[i].up / 1e6);
		bench_put(row, "cpu_ms", bench_median(cpu[i], BENCH_ROUNDS) * 1e3);
		(void)printf("   %6.2f %6.2f %6.2f %6.1f", (double)took[i].last[0] / 1e6,
			     (double)took[i].last[1] / 1e6, (double)took[i].up / 1e6,
			     bench_median(cpu[i], BENCH_ROUNDS) * 1e3);
	}
	(void)printf("\n");
}

int main(int argc, char **argv)
{
	json_t *all;
	char why[256];

	if (crypto_start(NULL, why, sizeof(why)) == CRYPTO_NOT_STARTED)
		bench_die("%s", why);
	all = bench_begin("clones");
	(void)printf("From `up` to the last clone at either end, to the command's answer (s), and the "
		     "CPU of both ends (ms)\n%6s %9s", "clones", "there,back");
	for (size_t i = 0; i < ARRAY_LEN(windows); i++)
		(void)printf("   window %-3u %17s", windows[i], "");
	(void)printf("\n");
	for (size_t r = 0; r < ARRAY_LEN(round_trips); r++)
		for (size_t c = 0; c < ARRAY_LEN(clones); c++)
			tell(all, clones[c], round_trips[r]);
	bench_end(all, argc > 2 && strcmp(argv[1], "--json") == 0 ? argv[2] : NULL);
	crypto_stop();
	return 0;
}
