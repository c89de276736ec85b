/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood SECONDS [FILE]: a hub with tunnels to a spoke, and an attacker who sends first messages
 * from forged addresses as fast as one core can, all over loopback. What has to hold: the tunnels
 * stay and are rekeyed, honest initiators get in, memory and log do not grow. What it cost is
 * printed, and written to FILE as JSON.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacker.h"
#include "base/mem.h"
#include "base/text.h"
#include "cost.h"
#include "node.h"
#include "views.h"

enum { TUNNELS = 50, HONEST = 20, SPOKES = TUNNELS + HONEST };
enum { TICK_MS = 50, READY_SECONDS = 60 };
enum phase { PHASE_START, PHASE_FLOOD, PHASE_END };

#define MEMORY_GROWTH_MAX (UINT64_C(8) << 20)

/* Between the three processes. */
struct shared {
	_Atomic int phase, stop;
	_Atomic uint64_t sent;
	_Atomic uint64_t tunnels_up, timeouts, rekeys, repeated;
	_Atomic uint64_t honest_up, honest_failed, honest_longest; /* microseconds */
};

static struct shared *shared;
static unsigned seconds;
static uint16_t port;

/* --- configuration --- */

static const char *const options =
	"\tauthby=secret\n\tauto=add\n\tike=aes_gcm256-sha2_256-dh31\n\tesp=aes_gcm256\n"
	"\tdpddelay=1s\n\tretransmit-timeout=10s\n\tikelifetime=12s\n\tipsec-lifetime=8s\n"
	"\trekeymargin=3s\n\trekeyfuzz=0%\n";

static void write_conns(struct buffer *out)
{
	for (unsigned i = 1; i <= SPOKES; i++)
		write_format(out,
			     "conn c%u\n\tleft=127.0.0.1\n\tleftid=@hub\n\tright=127.0.1.%u\n"
			     "\trightid=@s%u\n\tleftsubnet=10.0.0.0/24\n"
			     "\trightsubnet=10.1.%u.0/24\n%s",
			     i, i, i, i, options);
}

static struct address loopback(unsigned net, unsigned host)
{
	struct address a;
	char text[ADDRESS_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "127.0.%u.%u", net, host);
	if (!address_parse(text, &a))
		exit(2);
	return a;
}

static void start_crypto(void)
{
	char why[256];

	if (crypto_start(NULL, why, sizeof(why)) != CRYPTO_NOT_STARTED)
		return;
	(void)fprintf(stderr, "flood: %s\n", why);
	exit(2);
}

static void tick_every(struct node *n, event_callback_fn call)
{
	struct timeval tv = { .tv_usec = TICK_MS * 1000 };
	struct event *event = event_new(loop_base(n->loop), -1, EV_PERSIST, call, n);

	if (event == NULL || evtimer_add(event, &tv))
		exit(2);
}

/* --- the spoke --- */

static int64_t honest_since;
static unsigned honest_next = TUNNELS + 1;

static void start_honest(struct node *n)
{
	char name[16];

	if (honest_since != 0 || honest_next > SPOKES)
		return;
	(void)snprintf(name, sizeof(name), "c%u", honest_next);
	honest_since = clock_now();
	ike_engine_up(n->engine, name, false, honest_next++, clock_now());
}

static void on_honest(struct node *n, uint64_t command, bool ok)
{
	uint64_t took = (uint64_t)(clock_now() - honest_since);

	(void)n;
	if (command <= TUNNELS)
		return;
	honest_since = 0;
	*(ok ? &shared->honest_up : &shared->honest_failed) += 1;
	if (took > shared->honest_longest)
		shared->honest_longest = took;
}

static void on_spoke_tick(evutil_socket_t fd, short what, void *context)
{
	static bool started;
	struct node *n = context;
	char name[16];

	(void)fd;
	(void)what;
	for (unsigned i = 1; i <= TUNNELS && !started; i++) {
		(void)snprintf(name, sizeof(name), "c%u", i);
		ike_engine_up(n->engine, name, false, i, clock_now());
	}
	started = true;
	if (shared->phase == PHASE_FLOOD)
		start_honest(n);
	shared->tunnels_up = views_count_active(n->engine, clock_now());
	shared->timeouts = n->timeouts;
	shared->rekeys = n->rekeys;
	shared->repeated = n->repeated;
	if (shared->phase == PHASE_END || getppid() == 1)
		loop_stop(n->loop, 0);
	loop_arm(n->loop);
}

static void be_spoke(void)
{
	struct address addresses[SPOKES];
	struct buffer conf = { 0 };
	struct node *n;

	start_crypto();
	for (unsigned i = 0; i < SPOKES; i++)
		addresses[i] = loopback(1, i + 1);
	write_conns(&conf);
	n = node_new(buffer_text(&conf), port, addresses, SPOKES);
	n->on_done = on_honest;
	tick_every(n, on_spoke_tick);
	exit(loop_run(n->loop));
}

/* --- the attacker --- */

static void be_attacker(void)
{
	struct endpoint victim = { loopback(0, 1), port };
	struct buffer first = { 0 };

	start_crypto();
	first_message(&first);
	while (shared->phase == PHASE_START && getppid() != 1)
		usleep(TICK_MS * 1000);
	attack(&victim, buffer_bytes(&first), &shared->stop, &shared->sent);
	exit(0);
}

/* --- the hub --- */

struct measure {
	int64_t when;
	double cpu;
	uint64_t cookies, datagrams, sent, memory, rekeys, repeated;
};

/* What a control command would wait for its turn on the loop: how late the hub's ticks are. */
enum { TICKS_MAX = 3600 * 1000 / TICK_MS };
static int64_t late[TICKS_MAX];
static size_t ticks;

static struct measure begin, settled, end;
static int64_t started_at;
static bool gave_up;

static uint64_t memory_in_use(void)
{
	unsigned long long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%llu %llu", &size, &resident) != 2)
		exit(2);
	(void)fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static struct measure measure(struct node *n)
{
	struct engine_counts counts;

	ike_engine_counts(n->engine, &counts);
	return (struct measure) {
		.when = clock_now(),
		.cpu = cpu_time(),
		.cookies = counts.cookies_sent,
		.datagrams = counts.datagrams_in,
		.sent = shared->sent,
		.memory = memory_in_use(),
		.rekeys = shared->rekeys + n->rekeys,
		.repeated = shared->repeated + n->repeated,
	};
}

static void on_hub_tick(evutil_socket_t fd, short what, void *context)
{
	static int64_t last;
	struct node *n = context;
	int64_t now = clock_now();

	(void)fd;
	(void)what;
	if (shared->phase == PHASE_FLOOD && ticks < TICKS_MAX)
		late[ticks++] = now - last > MILLISECONDS(TICK_MS)
					? now - last - MILLISECONDS(TICK_MS)
					: 0;
	last = now;
	if (shared->phase == PHASE_START) {
		if (shared->tunnels_up == TUNNELS) {
			begin = measure(n);
			shared->phase = PHASE_FLOOD;
		} else if (now - started_at > SECONDS(READY_SECONDS)) {
			gave_up = true;
			loop_stop(n->loop, 0);
		}
		return;
	}
	if (settled.when == 0 && now - begin.when > SECONDS(seconds) / 4)
		settled = measure(n);
	if (now - begin.when > SECONDS(seconds)) {
		end = measure(n);
		shared->stop = 1;
		shared->phase = PHASE_END;
		loop_stop(n->loop, 0);
	}
}

static unsigned failures;

static void must_hold(bool holds, const char *what)
{
	(void)printf("  %s: %s\n", holds ? "ok" : "FAILED", what);
	failures += !holds;
}

struct result {
	double took, sent, read, cookies, cookie, alone, guess, hmac;
	double late, latest; /* milliseconds: of 99 % of the ticks at most, and of all */
};

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void count_late(struct result *r)
{
	if (ticks == 0)
		return;
	qsort(late, ticks, sizeof(late[0]), by_size);
	r->late = (double)late[ticks * 99 / 100] / 1e3;
	r->latest = (double)late[ticks - 1] / 1e3;
}

static void write_json(const char *path, const struct result *r)
{
	FILE *f = path == NULL ? NULL : fopen(path, "we");

	if (f == NULL)
		return;
	(void)fprintf(f,
		      "{\"seconds\": %.1f, \"sent_per_second\": %.0f, \"read_per_second\": %.0f, "
		      "\"cookies_per_second\": %.0f, \"cookies_per_core_second\": %.0f, "
		      "\"cookie_us\": %.3f, \"cookie_in_engine_us\": %.3f, \"hmac_us\": %.3f, "
		      "\"guess_us\": %.3f, "
		      "\"ratio\": %.2f, \"ratio_in_engine\": %.2f, \"honest_longest_ms\": %.1f, "
		      "\"late_ms_99\": %.1f, \"late_ms_most\": %.1f}\n",
		      r->took, r->sent, r->read, r->cookies, 1 / r->cookie, r->cookie * 1e6,
		      r->alone * 1e6, r->hmac * 1e6, r->guess * 1e6, r->cookie / r->hmac,
		      r->alone / r->hmac, (double)shared->honest_longest / 1e3, r->late,
		      r->latest);
	(void)fclose(f);
}

static void tell(const struct node *n, const struct result *r)
{
	uint64_t grown = end.memory > settled.memory ? end.memory - settled.memory : 0;
	uint64_t lines_max = REPORT_CLASSES * (REPORT_BURST + REPORTS_PER_SECOND * (seconds + 2));

	(void)printf("%.0f s: forged first messages sent %.0f/s, read %.0f/s, answered with a cookie "
		     "%.0f/s\n", r->took, r->sent, r->read, r->cookies);
	(void)printf("a cookie costs %.2f us of a core (%.0f a second), %.2f us of it in the engine; "
		     "an HMAC %.2f us: %.1f and %.1f times that\n",
		     r->cookie * 1e6, 1 / r->cookie, r->alone * 1e6, r->hmac * 1e6,
		     r->cookie / r->hmac, r->alone / r->hmac);
	(void)printf("a message with guessed SPIs costs %.2f us in the engine\n", r->guess * 1e6);
	(void)printf("%d tunnels: %llu rekeys, %llu requests sent again; %llu of %d honest initiators in, the slowest in %.0f ms; "
		     "memory +%llu KiB; %llu lines of the log by strangers\n",
		     TUNNELS, (unsigned long long)(end.rekeys - begin.rekeys),
		     (unsigned long long)(end.repeated - begin.repeated),
		     (unsigned long long)shared->honest_up, HONEST,
		     (double)shared->honest_longest / 1e3, (unsigned long long)grown / 1024,
		     (unsigned long long)n->lines_of_strangers);
	(void)printf("forged ones came at %.1f times what was answered; 99 %% of the hub's timers were at "
		     "most %.1f ms late, the latest %.1f ms\n",
		     r->sent / r->cookies, r->late, r->latest);
	must_hold(end.cookies > begin.cookies, "the flood is answered with cookies");
	must_hold(n->timeouts + shared->timeouts == 0, "no tunnel is given up");
	must_hold(end.rekeys - begin.rekeys >= (uint64_t)TUNNELS * seconds / 12,
		  "tunnels are rekeyed");
	must_hold(shared->honest_failed == 0 && shared->honest_up > 0,
		  "honest initiators get in");
	must_hold(grown <= MEMORY_GROWTH_MAX, "memory stays");
	must_hold(n->lines_of_strangers <= lines_max, "the log stays");
}

static int be_hub(const char *path)
{
	struct address address = loopback(0, 1);
	struct buffer conf = { 0 }, first = { 0 };
	struct result r = { 0 };
	struct node *n;

	start_crypto();
	first_message(&first);
	r.hmac = cost_hmac();
	r.alone = cost_cookie(buffer_bytes(&first));
	r.guess = cost_guess(buffer_bytes(&first));
	write_conns(&conf);
	n = node_new(buffer_text(&conf), port, &address, 1);
	started_at = clock_now();
	tick_every(n, on_hub_tick);
	(void)loop_run(n->loop);
	buffer_done(&conf);
	buffer_done(&first);
	if (gave_up) {
		(void)fprintf(stderr, "flood: only %llu of %d tunnels came up\n",
			      (unsigned long long)shared->tunnels_up, TUNNELS);
		return 1;
	}
	r.took = (double)(end.when - begin.when) / 1e6;
	r.sent = (double)(end.sent - begin.sent) / r.took;
	r.read = (double)(end.datagrams - begin.datagrams) / r.took;
	r.cookies = (double)(end.cookies - begin.cookies) / r.took;
	r.cookie = (end.cpu - begin.cpu) / (double)(end.cookies - begin.cookies);
	count_late(&r);
	tell(n, &r);
	write_json(path, &r);
	return failures == 0 ? 0 : 1;
}

static pid_t child(void (*be)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		exit(2);
	if (pid == 0)
		be();
	return pid;
}

int main(int argc, char **argv)
{
	pid_t children[2];
	uint64_t value = 0;
	int code;

	if (argc < 2 || !text_to_u64(argv[1], 3600, &value) || value < 4) {
		(void)fprintf(stderr, "usage: flood SECONDS [FILE], 4 seconds at least\n");
		return 2;
	}
	seconds = (unsigned)value;
	port = (uint16_t)(20000 + getpid() % 10000 * 4);
	node_is_loud = getenv("FLOOD_LOUD") != NULL;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 2;
	/* Before NSS is started: it does not live through a fork. */
	children[0] = child(be_spoke);
	children[1] = child(be_attacker);
	code = be_hub(argc > 2 ? argv[2] : NULL);
	shared->stop = 1;
	shared->phase = PHASE_END;
	for (int i = 0; i < 2; i++) {
		(void)kill(children[i], SIGTERM);
		(void)waitpid(children[i], NULL, 0);
	}
	return code;
}
