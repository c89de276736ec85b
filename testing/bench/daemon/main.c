/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon load|daemon BIN JSON [COUNT] */
#include <signal.h>
#include <stdio.h>

#include "benches.h"
#include "common/bench.h"

enum { DEFAULT_COUNT = 10000, COUNT_MAX = 10000 };

int main(int argc, char **argv)
{
	uint64_t count = DEFAULT_COUNT;

	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 4 || argc > 5 || (argc == 5 && (!text_to_u64(argv[4], COUNT_MAX, &count) ||
						   count == 0))) {
		(void)fprintf(stderr, "usage: daemon load|daemon BIN JSON [COUNT], up to %d\n",
			      COUNT_MAX);
		return 2;
	}
	if (text_equal(argv[1], "load"))
		bench_load(argv[2], argv[3], (unsigned)count);
	else
		bench_daemon(argv[2], argv[3], (unsigned)count);
	return 0;
}
