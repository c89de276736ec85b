/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/crypto.h"

static double clock_seconds(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_wall(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

double bench_cpu(void)
{
	return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_thread_cpu(void)
{
	return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

size_t bench_heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(const double *values, size_t count)
{
	double *sorted = mem_new_array(count, sizeof(*sorted)), median;

	memcpy(sorted, values, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	median = count % 2 == 1 ? sorted[count / 2]
				: (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
	mem_free(sorted);
	return median;
}

void bench_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)fputs("bench: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	exit(2);
}

void bench_each_line(const char *path, bool (*take)(void *context, const char *line),
		     void *context)
{
	char line[512];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		bench_die("%s: cannot be read", path);
	while (fgets(line, sizeof(line), f) != NULL)
		if (!take(context, line))
			bench_die("%s: a line that is none of a measurement: %s", path, line);
	(void)fclose(f);
}

void bench_must(bool ok, const char *what)
{
	if (!ok)
		bench_die("%s", what);
}

void bench_put(json_t *object, const char *name, double value)
{
	(void)json_object_set_new(object, name, json_real(value));
}

void bench_put_text(json_t *object, const char *name, const char *value)
{
	(void)json_object_set_new(object, name, json_string(value));
}

json_t *bench_row(json_t *object, const char *array)
{
	json_t *list = json_object_get(object, array), *row = json_object();

	if (list == NULL) {
		list = json_array();
		(void)json_object_set_new(object, array, list);
	}
	(void)json_array_append_new(list, row);
	return row;
}

/* "model name : AMD EPYC" of the first processor. */
static void put_processor(json_t *machine)
{
	char line[256], *colon;
	FILE *f = fopen("/proc/cpuinfo", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "model name", 10) != 0 || (colon = strchr(line, ':')) == NULL)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		bench_put_text(machine, "processor", colon + 2);
		break;
	}
	if (f != NULL)
		(void)fclose(f);
}

static double load_average(void)
{
	double load = 0;

	return getloadavg(&load, 1) == 1 ? load : 0;
}

json_t *bench_begin(const char *name)
{
	json_t *all = json_object(), *machine = json_object();
	time_t now = time(NULL);
	struct utsname system;
	struct tm utc;
	char date[32];

	bench_put_text(all, "bench", name);
	if (gmtime_r(&now, &utc) != NULL && strftime(date, sizeof(date), "%F %R UTC", &utc) > 0)
		bench_put_text(machine, "date", date);
	put_processor(machine);
	bench_put(machine, "processors", (double)sysconf(_SC_NPROCESSORS_ONLN));
	if (uname(&system) == 0)
		bench_put_text(machine, "system", system.release);
	bench_put_text(machine, "provider", crypto_provider());
	bench_put_text(machine, "compiler", __VERSION__);
	bench_put(machine, "load_before", load_average());
	(void)json_object_set_new(all, "machine", machine);
	return all;
}

void bench_end(json_t *all, const char *path)
{
	bench_put(json_object_get(all, "machine"), "load_after", load_average());
	if (path != NULL)
		bench_must(json_dump_file(all, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == 0,
			   "the results cannot be written");
	json_decref(all);
}
