/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim FROM-TO [SCENARIO[=SIZE]]: runs these seeds. sim SEED ...: one, with a chart of it. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "sim/core/figures.h"
#include "sim/scenario/scenario.h"

enum { SIZE_LIMIT = 100000 };

static bool parse_range(char *text, uint64_t *from, uint64_t *to)
{
	char *dash = strchr(text, '-');

	if (dash == NULL) {
		if (!text_to_u64(text, UINT32_MAX, from))
			return false;
		*to = *from;
		return true;
	}
	*dash = '\0';
	return text_to_u64(text, UINT32_MAX, from) && text_to_u64(dash + 1, UINT32_MAX, to) &&
	       *from <= *to;
}

struct choice {
	const struct scenario *scenario; /* NULL: by the seed */
	uint32_t size;
	bool chart;
};

/* "hub" or "hub=1000" */
static bool parse_scenario(char *text, struct choice *out)
{
	char *equal = strchr(text, '=');
	uint64_t size = 0;

	if (equal != NULL) {
		*equal = '\0';
		if (!text_to_u64(equal + 1, SIZE_LIMIT, &size))
			return false;
	}
	out->scenario = scenario_find(text);
	out->size = (uint32_t)size;
	return out->scenario != NULL;
}

static int run(uint64_t from, uint64_t to, const struct choice *choice)
{
	unsigned long long passed = 0, failed = 0, packets = 0, datagrams = 0;
	static struct sim sim;

	for (uint64_t seed = from; seed <= to; seed++) {
		const struct scenario *scenario =
			choice->scenario != NULL ? choice->scenario : scenario_of_seed(seed);
		struct figures_clock clock = figures_start();
		bool good = sim_run(&sim, scenario, choice->size, seed, choice->chart);

		if (choice->size != 0)
			figures_print(&sim, &clock);
		packets += sim.packets;
		datagrams += sim.datagrams;
		if (good) {
			passed++;
			continue;
		}
		failed++;
		printf("seed %llu %s failed at %.3f s: %s\n", (unsigned long long)seed,
		       scenario->name, (double)sim.now / 1e6, sim.why);
	}
	printf("%llu datagrams, %llu packets\n", datagrams, packets);
	printf("sim: %llu passed, %llu failed, 0 skipped\n", passed, failed);
	return failed == 0 ? 0 : 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: sim FROM-TO [SCENARIO[=SIZE]] | sim SEED [SCENARIO[=SIZE]]\n"
			"scenarios:\n");
	for (size_t i = 0; scenario_at(i) != NULL; i++)
		fprintf(stderr, "  %-10s %s\n", scenario_at(i)->name, scenario_at(i)->what);
	return 2;
}

int main(int argc, char **argv)
{
	struct choice choice = { 0 };
	char why[256];
	uint64_t from, to;
	int result;

	choice.chart = argc > 1 && strchr(argv[1], '-') == NULL;
	if (argc < 2 || argc > 3 || !parse_range(argv[1], &from, &to) ||
	    (argc == 3 && !parse_scenario(argv[2], &choice)))
		return usage();
	if (crypto_start(NULL, why, sizeof(why)) == CRYPTO_NOT_STARTED) {
		fprintf(stderr, "sim: %s\n", why);
		return 1;
	}
	result = run(from, to, &choice);
	crypto_stop();
	return result;
}
