/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_COMMON_BENCH_H
#define BENCH_COMMON_BENCH_H

#include <jansson.h>
#include <stddef.h>

#include "base/text.h"

/* What all benches share: clocks, memory, medians, and the file that each of them writes. */

enum { BENCH_ROUNDS = 5 }; /* what is compared alternates that often; medians are told */

double bench_wall(void);       /* seconds */
double bench_cpu(void);        /* seconds of CPU, user and system, of this process */
double bench_thread_cpu(void); /* the same of this thread */
size_t bench_heap(void);       /* bytes that are allocated now, NSS's included */

/* Gives each line of what was measured to take(); false: that one makes no sense, and that ends it. */
void bench_each_line(const char *path, bool (*take)(void *context, const char *line),
		     void *context);

double bench_median(const double *values, size_t count);

/* Says why and ends with code 2. */
_Noreturn void bench_die(const char *format, ...) PRINTF_LIKE(1, 2);
void bench_must(bool ok, const char *what);

/* An object with "bench", "machine" and, for the rest, what is put into it. */
json_t *bench_begin(const char *name);
/* Writes it to that path (NULL: not at all), with the machine's load until now; frees it. */
void bench_end(json_t *all, const char *path);

void bench_put(json_t *object, const char *name, double value);
void bench_put_text(json_t *object, const char *name, const char *value);
/* A new object, in an array of that name, which is made where it is not there. */
json_t *bench_row(json_t *object, const char *array);

#endif
