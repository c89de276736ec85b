/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host does for its engine. */

#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "sim/check/excuses.h"
#include "sim/check/sads.h"
#include "sim/host/host.h"

#define JOB_TIME MILLISECONDS(1)

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct sim_host *host = context;

	host_leave(host);
	network_send(host->sim, host, from, to, message);
	(void)host_enter(host);
}

/* --- jobs --- */

struct job_event {
	struct sim_event event;
	struct sim_host *host;
	uint32_t boot;
	struct crypto_job *job; /* owned */
};

static void job_happen(struct sim *sim, struct sim_event *event)
{
	struct job_event *j = (struct job_event *)(void *)event;
	struct crypto_job *job = j->job;

	(void)sim;
	if (j->host->engine == NULL || j->host->boots != j->boot ||
	    host_put_off(j->host, event))
		return;
	j->job = NULL;
	(void)host_enter(j->host);
	crypto_job_run(job);
	ike_engine_on_job(j->host->engine, job, host_now(j->host));
	host_settle(j->host);
}

static void job_forget(struct sim_event *event)
{
	crypto_job_free(((struct job_event *)(void *)event)->job);
	mem_free(event);
}

static void on_submit(void *context, struct crypto_job *job)
{
	struct sim_host *host = context;
	int64_t time = JOB_TIME;
	struct job_event *j;

	host_leave(host);
	j = NEW(struct job_event);

	j->event.happen = job_happen;
	j->event.forget = job_forget;
	j->host = host;
	j->boot = host->boots;
	j->job = job;
	if (host->jobs_slow > 0)
		time += random_time(&host->random, host->jobs_slow);
	sim_event_at(host->sim, &j->event, host->sim->now + time);
	(void)host_enter(host);
}

/* --- the kernel --- */

/* The kernel has no memory for something new, once. What is there can always be deleted. */
static bool refuses(struct sim_host *host, struct kernel_change *change)
{
	if (host->refuse_in == 0 || (change->verb != KERNEL_SA_ADD &&
				     change->verb != KERNEL_POLICY_SET &&
				     change->verb != KERNEL_ROUTE_ADD))
		return false;
	if (--host->refuse_in > 0)
		return false;
	change->result = -ENOMEM;
	(void)snprintf(change->text, sizeof(change->text), "simulated");
	return true;
}

static void note_change(const struct sim_host *host, const struct kernel_change *c)
{
	static const char *const texts[] = {
		[KERNEL_SA_ADD] = "+ SA",	  [KERNEL_SA_DELETE] = "- SA",
		[KERNEL_SA_QUERY] = NULL,	  [KERNEL_POLICY_SET] = "+ policy",
		[KERNEL_POLICY_DELETE] = "- policy", [KERNEL_ROUTE_ADD] = "+ route",
		[KERNEL_ROUTE_DELETE] = "- route", [KERNEL_SA_MOVE] = "> SA",
		[KERNEL_SOURCE_FIND] = NULL,
	};
	const char *text = (size_t)c->verb < ARRAY_LEN(texts) ? texts[c->verb] : "change";
	char result[32] = "";

	if (text == NULL)
		return;
	if (c->result != 0)
		(void)snprintf(result, sizeof(result), " FAILED: errno %d", -c->result);
	if (c->verb == KERNEL_SA_ADD || c->verb == KERNEL_SA_DELETE || c->verb == KERNEL_SA_MOVE)
		sim_note(host->sim, host, "    kernel: %s %s %08x cpu %d%s", text,
			 c->sa.direction == KERNEL_IN ? "in" : "out", c->sa.spi, (int)c->sa.cpu,
			 result);
	else
		sim_note(host->sim, host, "    kernel: %s%s", text, result);
}

/* It is synchronous: while it works, nothing else is done. */
static void takes_time(struct sim_host *host, int64_t at_most)
{
	int64_t from = host->busy_until > host->sim->now ? host->busy_until : host->sim->now;

	if (at_most > 0)
		host->busy_until = from + random_time(&host->random, at_most);
}

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	struct sim_host *host = context;

	host_leave(host);
	host->kernel_changes += count;
	if (!refuses(host, &changes[0])) /* the engine asks for one at a time */
		kernel_apply(host->kernel, changes, count);
	for (size_t i = 0; i < count; i++) {
		sads_on_change(host->sim, host, &changes[i]);
		note_change(host, &changes[i]);
		takes_time(host, host->kernel_slow);
	}
	(void)host_enter(host);
}

/* --- the rest --- */

static void on_random(void *context, uint8_t *out, size_t len)
{
	struct sim_host *host = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)random_next(&host->random);
}

static void on_report(void *context, const struct ike_report *report)
{
	struct sim_host *host = context;
	struct sim *sim = host->sim;

	host_leave(host);
	sim_note(sim, host, "\"%s\" #%u: %s", report->name == NULL ? "" : report->name,
		 report->serial, report->text);
	excuses_on_report(sim, host, report);
	if (report->kind == REPORT_INTERNAL_ERROR)
		sim_fail(sim, "%s: internal error: %s", host->name, report->text);
	/* Where an expire is lost, an SA is deleted that is not there any more. */
	if (report->kind == REPORT_KERNEL_ERROR && !host->may_refuse && host->events_lost == 0)
		sim_fail(sim, "%s: kernel error: %s", host->name, report->text);
	(void)host_enter(host);
}

static void on_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	(void)updown;
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	(void)context;
	(void)from;
	(void)to;
}

/* A command's id tells the tunnel that it is about. */
enum { COMMAND_TUNNEL_BITS = 20 };

uint64_t host_aside(struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint64_t index = (uint64_t)(tunnel - host->sim->tunnels);

	host->open_commands++;
	return ++host->next_command << COMMAND_TUNNEL_BITS | index;
}

uint64_t host_command(struct sim_host *host, struct sim_tunnel *tunnel)
{
	unsigned end = host_end(host, tunnel);

	tunnel->last_code[end] = -1;
	tunnel->last_command[end] = host_aside(host, tunnel);
	return tunnel->last_command[end];
}

static void on_done(void *context, uint64_t command, enum control_code code)
{
	struct sim_host *host = context;
	uint64_t index = command & ((UINT64_C(1) << COMMAND_TUNNEL_BITS) - 1);
	uint64_t name[3] = { COMMAND, host->index, command }, answer = ++host->answers;
	struct sim_tunnel *tunnel = &host->sim->tunnels[index];

	host_leave(host);
	sim_note(host->sim, host, "command %u is done: %d",
		 (unsigned)(command >> COMMAND_TUNNEL_BITS), (int)code);
	if (seen_keep(&host->sim->seen, bytes_at(name, sizeof(name)), answer) != answer)
		sim_fail(host->sim, "%s: a command is answered twice", host->name);
	if (tunnel->last_command[host_end(host, tunnel)] == command)
		tunnel->last_code[host_end(host, tunnel)] = (int)code;
	host->open_commands--;
	(void)host_enter(host);
}

struct ike_host host_calls(struct sim_host *host)
{
	return (struct ike_host) { .context = host, .send = on_send, .submit = on_submit,
				   .kernel = on_kernel, .random = on_random, .report = on_report,
				   .updown = on_updown, .command_done = on_done,
				   .keepalive = on_keepalive };
}
