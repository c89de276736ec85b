/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateways.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "common/bench.h"

enum { PARCEL_MAX = 1500, LOAD_CHUNK = 1000 };

/* Each end has so many addresses, and connections are between all pairs of them. */
enum { ADDRESSES = 320 };

struct parcel {
	struct parcel *next;
	int64_t arrives;
	struct endpoint from, to;
	size_t len;
	uint8_t bytes[PARCEL_MAX];
};

/* --- what an engine asks for --- */

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct gateways *g = ((struct gateway *)context)->pair;
	struct parcel *p = g->spare;

	bench_must(message.len <= PARCEL_MAX, "a message is longer than a packet");
	if (p != NULL)
		g->spare = p->next;
	else
		p = NEW(struct parcel);
	p->next = NULL;
	p->arrives = g->now + g->delay;
	p->from = *from;
	p->to = *to;
	p->len = message.len;
	memcpy(p->bytes, message.ptr, message.len);
	*g->last = p;
	g->last = &p->next;
	g->datagrams++;
}

/* Whose it is goes along in the id. */
static void on_submit(void *context, struct crypto_job *job)
{
	struct gateway *own = context;

	job->next = NULL;
	job->ike_sa = job->ike_sa << 1 | own->index;
	if (own->pair->workers != NULL) {
		own->pair->jobs_away++;
		workers_submit(own->pair->workers, job);
		return;
	}
	*own->pair->jobs_last = job;
	own->pair->jobs_last = &job->next;
}

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	struct gateway *own = context;

	for (size_t i = 0; i < count; i++) {
		changes[i].result = 0;
		if (changes[i].verb != KERNEL_SA_ADD)
			continue;
		own->sas_added++;
		own->last_sa = own->pair->now;
	}
}

static void on_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	crypto_random(out, len);
}

static void on_report(void *context, const struct ike_report *report)
{
	(void)context;
	(void)report;
}

static void on_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	(void)updown;
}

static void on_command_done(void *context, uint64_t command, enum control_code code)
{
	struct gateway *own = context;

	(void)command;
	own->pair->answered++;
	own->commands_failed += code != CONTROL_OK;
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	(void)context;
	(void)from;
	(void)to;
}

/* --- being made --- */

static struct address address_of(unsigned end, unsigned n)
{
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	(void)snprintf(text, sizeof(text), "10.%u.%u.%u", end + 1, n / 250, n % 250 + 1);
	bench_must(address_parse(text, &a), "an address is none");
	return a;
}

static void start(struct gateways *g, struct gateway *own, unsigned index)
{
	static const char secret[] = ": PSK \"a secret of the bench\"\n";
	struct address addresses[ADDRESSES];
	struct conf_errors errors = { 0 };
	struct secrets secrets;

	*own = (struct gateway) { .pair = g, .index = index };
	own->facts = (struct kernel_facts) {
		.name = "null", .dialect = "none", .per_cpu = true,
		.possible_cpus = GATEWAY_CPUS, .online_count = GATEWAY_CPUS,
	};
	for (uint16_t i = 0; i < GATEWAY_CPUS; i++)
		own->facts.online[i] = i;
	conf_setup_default(&own->setup);
	own->setup.cookies = COOKIES_NEVER;
	own->engine = ike_engine_new(&(struct ike_engine_config) {
		.setup = &own->setup,
		.facts = &own->facts,
		.host = { .context = own, .send = on_send, .submit = on_submit,
			  .kernel = on_kernel, .random = on_random, .report = on_report,
			  .updown = on_updown, .command_done = on_command_done,
			  .keepalive = on_keepalive },
	}, g->now);
	bench_must(secrets_parse("bench", bytes_of_text(secret), &secrets, &errors),
		   "the secret is not valid");
	ike_engine_set_secrets(own->engine, &secrets);
	for (unsigned i = 0; i < ADDRESSES; i++)
		addresses[i] = address_of(index, i);
	ike_engine_set_addresses(own->engine, addresses, ADDRESSES, g->now);
}

struct gateways *gateways_new(const char *options, bool two_hosts)
{
	struct gateways *g = NEW(struct gateways);

	g->now = SECONDS(1000);
	g->last = &g->first;
	g->jobs_last = &g->jobs;
	g->options = mem_text(options);
	g->two_hosts = two_hosts;
	start(g, &g->end[0], 0);
	start(g, &g->end[1], 1);
	return g;
}

void gateways_trim(struct gateways *g)
{
	while (g->spare != NULL) {
		struct parcel *p = g->spare;

		g->spare = p->next;
		mem_free(p);
	}
}

void gateways_free(struct gateways *g)
{
	for (int i = 0; i < 2; i++) {
		ike_engine_free(g->end[i].engine);
		conf_setup_done(&g->end[i].setup);
	}
	workers_free(g->workers);
	loop_free(g->loop);
	gateways_trim(g);
	mem_free(g->options);
	mem_free(g);
}

static void write_conn(const struct gateways *g, unsigned n, struct buffer *out)
{
	struct address left = address_of(0, g->two_hosts ? 0 : n % ADDRESSES);
	struct address right = address_of(1, g->two_hosts ? 0 : n / ADDRESSES);
	char a[ADDRESS_TEXT_MAX], b[ADDRESS_TEXT_MAX];

	write_format(out,
		     "conn c%u\n\tleft=%s\n\tright=%s\n\tleftid=@west%u\n\trightid=@east%u\n"
		     "\tleftsubnet=172.%u.%u.%u/32\n\trightsubnet=192.168.0.0/16\n"
		     "\tauthby=secret\n\tauto=add\n%s",
		     n, address_print(&left, a), address_print(&right, b), n, n, 16 + (n >> 16),
		     n >> 8 & 0xff, n & 0xff, g->options);
}

static void load_chunk(struct gateways *g, unsigned count)
{
	for (int i = 0; i < 2; i++) {
		struct conf_errors errors = { 0 };
		struct buffer text = { 0 };
		struct conf conf;

		for (unsigned n = 0; n < count; n++)
			write_conn(g, g->loaded + n, &text);
		if (!conf_parse("bench", buffer_bytes(&text), &conf, &errors))
			bench_die("%s", errors.list[0].text);
		for (size_t n = 0; n < conf.count; n++)
			ike_engine_add(g->end[i].engine, &conf.conns[n], false, 0, g->now);
		conf_done(&conf);
		buffer_done(&text);
	}
	g->loaded += count;
}

void gateways_load(struct gateways *g, unsigned count)
{
	while (count > 0) {
		unsigned chunk = count < LOAD_CHUNK ? count : LOAD_CHUNK;

		load_chunk(g, chunk);
		count -= chunk;
	}
}

/* --- running --- */

static void deliver(struct gateways *g)
{
	struct parcel *p = g->first;
	struct gateway *to = &g->end[p->to.address.ip[1] - 1];

	g->first = p->next;
	if (g->first == NULL)
		g->last = &g->first;
	ike_engine_on_datagram(to->engine, &p->to, &p->from, bytes_at(p->bytes, p->len), g->now);
	p->next = g->spare;
	g->spare = p;
}

static void job_done(struct gateways *g, struct crypto_job *job)
{
	struct gateway *own = &g->end[job->ike_sa & 1];

	job->ike_sa >>= 1;
	ike_engine_on_job(own->engine, job, g->now);
}

static void run_job(struct gateways *g)
{
	struct crypto_job *job = g->jobs;

	g->jobs = job->next;
	if (g->jobs == NULL)
		g->jobs_last = &g->jobs;
	crypto_job_run(job);
	job_done(g, job);
}

static void on_home(void *context, struct crypto_job *job)
{
	struct gateways *g = context;

	g->jobs_away--;
	job_done(g, job);
}

void gateways_use_threads(struct gateways *g, unsigned count)
{
	g->loop = loop_new();
	g->workers = workers_new(g->loop, count, crypto_job_run, on_home, g);
	bench_must(g->workers != NULL, "no threads");
}

static void run_due(struct gateways *g)
{
	for (int i = 0; i < 2; i++)
		if (ike_engine_deadline(g->end[i].engine) <= g->now)
			ike_engine_on_time(g->end[i].engine, g->now);
}

/* One thing that happens now; false: nothing is left to happen. */
static bool step(struct gateways *g)
{
	run_due(g);
	if (g->first != NULL && g->first->arrives <= g->now)
		deliver(g);
	else if (g->jobs != NULL)
		run_job(g);
	else if (g->jobs_away > 0)
		(void)event_base_loop(loop_base(g->loop), EVLOOP_ONCE);
	else
		return false;
	return true;
}

static void command(struct gateways *g, enum gateways_command what, unsigned n)
{
	struct ike_engine *engine = g->end[0].engine;
	char name[16];

	(void)snprintf(name, sizeof(name), "c%u", n);
	switch (what) {
	case GATEWAYS_UP:
		ike_engine_up(engine, name, false, n + 1, g->now);
		break;
	case GATEWAYS_DOWN:
		ike_engine_down(engine, name, n + 1, g->now);
		break;
	case GATEWAYS_REKEY_CHILD:
		ike_engine_rekey(engine, name, REKEY_CHILD, n + 1, g->now);
		break;
	case GATEWAYS_REKEY_IKE:
		ike_engine_rekey(engine, name, REKEY_IKE, n + 1, g->now);
		break;
	}
}

void gateways_run(struct gateways *g, enum gateways_command what, unsigned from, unsigned count)
{
	/* Only of `up` the end is told when it is over: of the others so many begin at a time. */
	unsigned asked = 0, batch = what == GATEWAYS_UP ? 1 : GATEWAYS_IN_FLIGHT;

	g->answered = 0;
	while (asked < count) {
		for (unsigned i = 0; i < batch && asked < count; i++)
			command(g, what, from + asked++);
		while (asked - g->answered >= GATEWAYS_IN_FLIGHT || batch > 1 || asked == count)
			if (!step(g))
				break;
	}
	while (step(g))
		;
	bench_must(g->answered == count, "a command was not answered");
	bench_must(g->end[0].commands_failed == 0, "a command failed");
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_event(const struct gateways *g)
{
	int64_t next = earlier(ike_engine_deadline(g->end[0].engine),
			       ike_engine_deadline(g->end[1].engine));

	return g->first == NULL ? next : earlier(next, g->first->arrives);
}

int64_t gateways_up_one(struct gateways *g, unsigned n)
{
	int64_t since = g->now;

	g->answered = 0;
	command(g, GATEWAYS_UP, n);
	while (g->answered == 0) {
		if (step(g) || g->answered > 0)
			continue;
		bench_must(next_event(g) != TIME_NEVER, "a command was not answered");
		g->now = next_event(g);
	}
	bench_must(g->end[0].commands_failed == 0, "a command failed");
	return g->now - since;
}

void gateways_wait(struct gateways *g, int64_t duration)
{
	int64_t end = g->now + duration, next;

	for (;;) {
		while (step(g))
			;
		next = next_event(g);
		if (next > end)
			break;
		if (next > g->now)
			g->now = next;
	}
	g->now = end;
}
