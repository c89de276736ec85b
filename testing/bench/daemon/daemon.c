/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two daemons: all their connections brought up at once, rekeyed, taken down, while somebody asks
 * for the status all the time. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benches.h"
#include "common/bench.h"
#include "conns.h"
#include "plutos.h"

enum { WATCH_EVERY_US = 20000, LATENCIES_MAX = 100000, QUIET_MS = 1000 };

/* Of the process that asks west for its brief status. */
struct watch {
	_Atomic unsigned asked;
	_Atomic uint64_t established, half_open, datagrams, retransmits, dropped;
	_Atomic int64_t moved_at; /* when a datagram last came, microseconds of client_clock() */
	double latencies[LATENCIES_MAX]; /* milliseconds */
};

static struct watch *watch;
static pid_t watcher;

static uint64_t number(const json_t *brief, const char *group, const char *key)
{
	const json_t *from = group == NULL ? brief : json_object_get(brief, group);

	return (uint64_t)json_integer_value(json_object_get(from, key));
}

static void on_brief(void *context, const json_t *record)
{
	const json_t *brief = json_object_get(record, "brief");
	uint64_t datagrams = number(brief, NULL, "datagrams_in");

	(void)context;
	if (brief == NULL)
		return;
	if (datagrams != watch->datagrams)
		watch->moved_at = client_clock();
	watch->datagrams = datagrams;
	watch->established = number(brief, "ipsec", "total");
	watch->half_open = number(brief, "ike", "half_open");
	watch->retransmits = number(brief, NULL, "retransmits");
	watch->dropped = number(brief, NULL, "dropped_over_work") +
			 number(brief, NULL, "dropped_over_number") +
			 number(brief, NULL, "dropped_over_prefix");
}

static void be_watcher(const struct pluto *p)
{
	struct client c = pluto_connect(p);

	while (getppid() != 1) {
		int64_t since = client_clock();

		if (pluto_ask(&c, "briefstatus", NULL, on_brief, NULL) != 0)
			break;
		if (watch->asked < LATENCIES_MAX)
			watch->latencies[watch->asked++] = (double)(client_clock() - since) / 1e3;
		(void)usleep(WATCH_EVERY_US);
	}
	_exit(0);
}

static void watch_begin(const struct pluto *p)
{
	watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	bench_must(watch != MAP_FAILED, "no memory");
	watcher = fork();
	bench_must(watcher >= 0, "no process");
	if (watcher == 0)
		be_watcher(p);
}

static void watch_end(void)
{
	(void)kill(watcher, SIGTERM);
	(void)waitpid(watcher, NULL, 0);
}

/* --- phases --- */

struct phase {
	const char *name;
	double wall, cpu[2], longest[2];
	char where[2][128];
	unsigned from; /* of the latencies */
};

static struct pluto ends[2] = { { .name = "west" }, { .name = "east" } };

static void phase_begin(struct phase *p, const char *name)
{
	*p = (struct phase) { .name = name, .from = watch->asked };
	for (int i = 0; i < 2; i++) {
		(void)pluto_longest(&ends[i], p->where[i], sizeof(p->where[i]));
		p->cpu[i] = pluto_cpu(&ends[i]);
	}
	p->wall = bench_wall();
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void tell_latencies(json_t *row, const struct phase *p)
{
	double sorted[LATENCIES_MAX];
	unsigned n = watch->asked - p->from;

	memcpy(sorted, watch->latencies + p->from, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_size);
	if (n == 0)
		return;
	bench_put(row, "status_median_ms", sorted[n / 2]);
	bench_put(row, "status_worst_ms", sorted[n - 1]);
	(void)printf("  status %.1f ms, at worst %.1f ms;", sorted[n / 2], sorted[n - 1]);
}

static void phase_end(json_t *all, struct phase *p, unsigned count)
{
	json_t *row = bench_row(all, "phases");
	double wall = bench_wall() - p->wall, cpu = 0;

	bench_put_text(row, "phase", p->name);
	bench_put(row, "seconds", wall);
	for (int i = 0; i < 2; i++) {
		p->cpu[i] = pluto_cpu(&ends[i]) - p->cpu[i];
		p->longest[i] = pluto_longest(&ends[i], p->where[i], sizeof(p->where[i]));
		cpu += p->cpu[i];
	}
	(void)printf("%-18s %8.2f s %9.0f/s %8.1f us of CPU each; west %.2f s, east %.2f s\n",
		     p->name, wall, count / wall, cpu / count * 1e6, p->cpu[0], p->cpu[1]);
	bench_put(row, "cpu_us_each", cpu / count * 1e6);
	tell_latencies(row, p);
	for (int i = 0; i < 2; i++) {
		char key[64];

		(void)snprintf(key, sizeof(key), "%s_cpu_seconds", ends[i].name);
		bench_put(row, key, p->cpu[i]);
		(void)snprintf(key, sizeof(key), "%s_memory", ends[i].name);
		bench_put(row, key, pluto_memory(&ends[i], false));
		(void)snprintf(key, sizeof(key), "%s_longest_callback_ms", ends[i].name);
		bench_put(row, key, p->longest[i]);
		(void)printf(" %s: longest callback %.1f ms (%s), %.1f MiB;", ends[i].name,
			     p->longest[i], p->where[i],
			     pluto_memory(&ends[i], false) / 1048576);
	}
	(void)printf(" sent again %llu, let wait %llu\n", (unsigned long long)watch->retransmits,
		     (unsigned long long)watch->dropped);
	(void)fflush(stdout);
}

/* Until nothing has come for a while; that while does not count. */
static void wait_until_quiet(struct phase *p)
{
	watch->moved_at = client_clock();
	while (client_clock() - watch->moved_at < QUIET_MS * 1000)
		(void)usleep(WATCH_EVERY_US);
	p->wall += QUIET_MS / 1e3;
}

static void run(json_t *all, struct client *c, const char *name, const char *command,
		unsigned count, bool at_once)
{
	struct phase p;
	int code;

	phase_begin(&p, name);
	code = pluto_ask(c, command, "all", NULL, NULL);
	if (code != 0)
		bench_die("%s of all: result %d", command, code);
	if (at_once)
		wait_until_quiet(&p);
	phase_end(all, &p, count);
}

static void load_both(json_t *all, unsigned count)
{
	struct phase p;

	phase_begin(&p, "load");
	for (int i = 0; i < 2; i++) {
		char config[PLUTO_PATH_MAX + 16];

		(void)snprintf(config, sizeof(config), "%s/ipsec.conf", ends[i].dir);
		(void)pluto_run(&ends[i], "addconn", (const char *const[]) {
			"--config", config, "--rundir", ends[i].dir, "--replace", "all", NULL });
	}
	phase_end(all, &p, count);
}

void bench_daemon(const char *bin, const char *json, unsigned count)
{
	json_t *all = bench_begin("daemon");
	struct buffer conns = { 0 }, none = { 0 };
	struct client c;

	plutos_begin(bin, ends, 2, CONNS_ADDRESSES);
	conns_write(&conns, count, CONNS_ADDRESSES, "\tauto=add\n");
	for (int i = 0; i < 2; i++) {
		pluto_configure(&ends[i], &none);
		pluto_start(&ends[i]);
		pluto_configure(&ends[i], &conns);
	}
	watch_begin(&ends[0]);
	bench_put(all, "connections", count);
	(void)printf("%u connections between two daemons, kernel=none\n", count);
	load_both(all, count);
	c = pluto_connect(&ends[0]);
	run(all, &c, "up, all at once", "up", count, false);
	bench_must(pluto_ask(&c, "briefstatus", NULL, on_brief, NULL) == 0 &&
		   watch->established == count, "tunnels are missing");
	run(all, &c, "Child rekey", "rekey-child", count, true);
	run(all, &c, "IKE rekey", "rekey-ike", count, true);
	run(all, &c, "down", "down", count, false);
	client_close(&c);
	watch_end();
	buffer_done(&conns);
	buffer_done(&none);
	bench_end(all, json);
}
