/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-kernel FOLDER [TUNNELS]: how fast SAs and policies get into the kernel and out again:
 * through the daemon's backend, and as the same netlink messages from a file, which is what the
 * kernel itself takes. In a network namespace of its own; FOLDER gets kernel.json and the messages.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "common/bench.h"
#include "kernel/changes.h"
#include "kernel/messages.h"
#include "pluto/kernel/ledger.h"
#include "pluto/kernel/xfrm_message.h"

enum { TUNNELS = 1000, CALL_CHANGES = 64, SEND_BYTES = 256 << 10 };

static const struct way {
	const char *name;
	bool ledger;    /* through the backend, which writes down what it makes, as the daemon's does */
	size_t changes; /* given to the backend at once; 0: the messages from the file */
	size_t bytes;   /* of messages sent at once */
} ways[] = {
	{ "backend, one change a call", true, 1, 0 },
	{ "backend, 64 changes a call", true, CALL_CHANGES, 0 },
	{ "the same without the ledger", false, CALL_CHANGES, 0 },
	{ "replay, an ack awaited for each", false, 0, 1 },
	{ "replay, 256 KiB a send: the limit", false, 0, SEND_BYTES },
};
enum { WAYS = ARRAY_LEN(ways), LIMIT = WAYS - 1 };

struct bench {
	size_t tunnels;
	const char *folder;
	struct kernel_backend *with_ledger, *without;
	int replayer;
	struct messages messages[PHASES];
	size_t sas, policies; /* that are there anyway */
	double wall[WAYS][PHASES][BENCH_ROUNDS], cpu[WAYS][PHASES][BENCH_ROUNDS];
};

struct census {
	size_t sas, policies;
};

static void census_note(void *context, const struct nlmsghdr *message)
{
	struct census *c = context;
	struct xfrm_policy_seen policy;
	struct xfrm_sa_seen sa;

	c->sas += xfrm_read_sa(message, &sa);
	c->policies += xfrm_read_policy(message, &policy);
}

static struct census census_take(void)
{
	struct census c = { 0 };
	struct netlink_listener listener = { &c, census_note };
	union netlink_message m;
	struct netlink n;

	bench_must(netlink_open(&n, NETLINK_XFRM, 0) == 0, "no XFRM socket");
	xfrm_write_sa_dump(&m, NULL);
	bench_must(netlink_dump(&n, &m, &listener) == 0, "the SAs cannot be listed");
	(void)netlink_begin(&m, XFRM_MSG_GETPOLICY, 0);
	bench_must(netlink_dump(&n, &m, &listener) == 0, "the policies cannot be listed");
	netlink_close(&n);
	return c;
}

static struct kernel_backend *backend_start(struct ledger *ledger)
{
	struct kernel_backend *k = kernel_xfrm_new(ledger, PCPU_ABI_AUTO);
	struct kernel_facts *facts = NEW(struct kernel_facts);
	char text[KERNEL_TEXT_MAX];

	if (kernel_start(k, facts, text) < 0)
		bench_die("%s", text);
	mem_free(facts);
	return k;
}

static void backend_apply(struct kernel_backend *k, struct kernel_change *changes, size_t count,
			  size_t at_once)
{
	for (size_t i = 0; i < count; i += at_once) {
		size_t n = count - i < at_once ? count - i : at_once;

		kernel_apply(k, changes + i, n);
		if (changes[i + n - 1].result != 0)
			bench_die("the kernel refuses a change: %s", changes[i + n - 1].text);
	}
}

/* What is to be applied is made before the clock runs. */
static void phase_run(struct bench *b, const struct way *way, enum phase phase, double *wall,
		      double *cpu)
{
	size_t count = phase_count(phase, b->tunnels);
	struct kernel_change *changes = phase_changes(phase, b->tunnels);
	double wall_before = bench_wall(), cpu_before = bench_cpu();

	if (way->changes > 0)
		backend_apply(way->ledger ? b->with_ledger : b->without, changes, count,
			      way->changes);
	else
		replay(b->replayer, &b->messages[phase], way->bytes);
	*wall = bench_wall() - wall_before;
	*cpu = bench_cpu() - cpu_before;
	mem_free(changes);
}

static void phase_verify(const struct bench *b, enum phase phase)
{
	struct census now = census_take();

	bench_must(now.sas == b->sas + phase_sas(phase, b->tunnels) &&
			   now.policies == b->policies + phase_policies(phase, b->tunnels),
		   "the kernel has other SAs or policies than it was told of");
}

/* The first run, which is not timed. */
static void record_all(struct bench *b)
{
	char path[4096];
	double ignored;

	for (int p = 0; p < PHASES; p++) {
		(void)snprintf(path, sizeof(path), "%s/%s.netlink", b->folder, phase_names[p]);
		record_begin(path);
		phase_run(b, &ways[0], (enum phase)p, &ignored, &ignored);
		record_end();
		messages_read(path, &b->messages[p]);
		bench_must(b->messages[p].count == phase_count((enum phase)p, b->tunnels),
			   "the backend has sent more messages than changes");
	}
}

static void rounds_run(struct bench *b)
{
	for (int r = 0; r < BENCH_ROUNDS; r++) {
		(void)fprintf(stderr, "kernel: round %d of %d\n", r + 1, BENCH_ROUNDS);
		for (int w = 0; w < (int)WAYS; w++) {
			for (int p = 0; p < PHASES; p++) {
				phase_run(b, &ways[w], (enum phase)p, &b->wall[w][p][r],
					  &b->cpu[w][p][r]);
				phase_verify(b, (enum phase)p);
			}
		}
	}
}

static double rate(const struct bench *b, int way, int phase)
{
	return (double)phase_count((enum phase)phase, b->tunnels) /
	       bench_median(b->wall[way][phase], BENCH_ROUNDS);
}

static void tell_way(const struct bench *b, int way, json_t *all)
{
	json_t *row = bench_row(all, "rows");
	char name[64];

	bench_put_text(row, "way", ways[way].name);
	(void)printf("%-34s", ways[way].name);
	for (int p = 0; p < PHASES; p++) {
		double count = (double)phase_count((enum phase)p, b->tunnels);
		double part = rate(b, way, p) / rate(b, LIMIT, p);

		(void)printf(" %7.0f %4.2f", rate(b, way, p), part);
		(void)snprintf(name, sizeof(name), "%s_per_s", phase_names[p]);
		bench_put(row, name, rate(b, way, p));
		(void)snprintf(name, sizeof(name), "%s_of_limit", phase_names[p]);
		bench_put(row, name, part);
		(void)snprintf(name, sizeof(name), "%s_cpu_us", phase_names[p]);
		bench_put(row, name, bench_median(b->cpu[way][p], BENCH_ROUNDS) / count * 1e6);
	}
	(void)printf("\n");
}

static void tell(const struct bench *b)
{
	json_t *all = bench_begin("kernel");
	char path[4096];

	bench_put(all, "sas", (double)phase_count(SA_ADD, b->tunnels));
	bench_put(all, "policies", (double)phase_count(POLICY_SET, b->tunnels));
	(void)printf("%zu SAs and %zu policies; how many a second, and what part of the limit\n",
		     phase_count(SA_ADD, b->tunnels), phase_count(POLICY_SET, b->tunnels));
	(void)printf("%-34s %12s %12s %12s %12s\n", "", "SA add", "policy set", "policy delete",
		     "SA delete");
	for (int w = 0; w < (int)WAYS; w++)
		tell_way(b, w, all);
	(void)snprintf(path, sizeof(path), "%s/kernel.json", b->folder);
	bench_end(all, path);
}

static size_t tunnels_of(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end != '\0' || n < 1 || n > TUNNELS_MAX)
		bench_die("%s: a number from 1 to %d is expected", text, TUNNELS_MAX);
	return n;
}

int main(int argc, char **argv)
{
	struct bench *b = NEW(struct bench);
	int fd = memfd_create("ledger", MFD_CLOEXEC);
	struct ledger *ledger = NULL;
	struct census before;

	if (argc < 2 || argc > 3)
		bench_die("usage: bench-kernel FOLDER [TUNNELS]");
	b->folder = argv[1];
	b->tunnels = argc == 3 ? tunnels_of(argv[2]) : TUNNELS;
	bench_must(unshare(CLONE_NEWNET) == 0, "no network namespace; it needs root");
	bench_must(fd >= 0 && ledger_open(fd, &ledger) == 0, "no ledger");
	b->with_ledger = backend_start(ledger);
	b->without = backend_start(NULL);
	b->replayer = replay_open();
	before = census_take();
	b->sas = before.sas;
	b->policies = before.policies;
	record_all(b);
	rounds_run(b);
	tell(b);
	for (int p = 0; p < PHASES; p++)
		messages_free(&b->messages[p]);
	kernel_stop(b->without);
	kernel_stop(b->with_ledger);
	kernel_free(b->without);
	kernel_free(b->with_ledger);
	ledger_close(ledger);
	(void)close(fd);
	mem_free(b);
	return 0;
}
