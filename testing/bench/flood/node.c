/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ike/sa/ike_state.h"

bool node_is_loud;

static uint64_t lines;

static void take_line(const char *format, ...) PRINTF_LIKE(1, 2);

static void take_line(const char *format, ...)
{
	va_list args;

	lines++;
	if (!node_is_loud)
		return;
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

/* --- what the engine asks for --- */

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct node *n = context;

	(void)udp_send(n->udp, from, to, message);
}

static void on_submit(void *context, struct crypto_job *job)
{
	struct node *n = context;

	workers_submit(n->workers, job);
}

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	struct node *n = context;

	kernel_apply(n->kernel, changes, count);
}

static void on_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	crypto_random(out, len);
}

static void on_report(void *context, const struct ike_report *report)
{
	struct node *n = context;
	uint64_t before = lines;

	report_log_write(&n->log, report, clock_now());
	if (report->stranger)
		n->lines_of_strangers += lines - before;
	else if (report->kind == REPORT_TIMEOUT)
		n->timeouts++;
	else if (report->kind == REPORT_ESTABLISHED && strstr(report->text, "rekeyed") != NULL)
		n->rekeys++;
	else if (report->kind == REPORT_RETRANSMIT &&
		 strstr(report->text, ike_state_name(IKE_INIT_SENT)) == NULL)
		n->repeated++;
}

static void on_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	(void)updown;
}

static void on_command_done(void *context, uint64_t command, enum control_code code)
{
	struct node *n = context;

	n->commands_done++;
	n->commands_failed += code != CONTROL_OK;
	if (n->on_done != NULL)
		n->on_done(n, command, code == CONTROL_OK);
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	(void)context;
	(void)from;
	(void)to;
}

/* --- what comes in --- */

static void on_datagram(void *context, const struct endpoint *local,
			const struct endpoint *remote, struct bytes datagram)
{
	struct node *n = context;

	ike_engine_on_datagram(n->engine, local, remote, datagram, clock_now());
}

static void on_batch(void *context)
{
	loop_arm(((struct node *)context)->loop);
}

static void on_job(void *context, struct crypto_job *job)
{
	struct node *n = context;

	ike_engine_on_job(n->engine, job, clock_now());
	loop_arm(n->loop);
}

static int prepare(void *context, int fd, uint16_t family, bool nat)
{
	(void)context;
	(void)fd;
	(void)family;
	(void)nat;
	return 0;
}

static void on_problem(void *context, const char *sentence)
{
	(void)context;
	(void)fprintf(stderr, "%s\n", sentence);
}

static int64_t deadline(void *context)
{
	return ike_engine_deadline(context);
}

static void on_time(void *context, int64_t now)
{
	ike_engine_on_time(context, now);
}

/* --- being made --- */

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "flood: %s\n", what);
	exit(2);
}

static void load(struct node *n)
{
	struct conf_errors errors = { 0 };
	struct secrets secrets;

	must(secrets_parse("flood", bytes_of_text(": PSK \"a secret of the flood\"\n"), &secrets,
			   &errors),
	     "the secret is not valid");
	ike_engine_set_secrets(n->engine, &secrets);
	for (size_t i = 0; i < n->conf.count; i++)
		ike_engine_add(n->engine, &n->conf.conns[i], false, 0, clock_now());
}

static void parse(struct node *n, const char *text)
{
	struct conf_errors errors = { 0 };
	bool ok = conf_parse("flood", bytes_of_text(text), &n->conf, &errors);

	must(ok, errors.count > 0 ? errors.list[0].text : "the configuration is not valid");
}

struct node *node_new(const char *text, uint16_t port, const struct address *addresses,
		      size_t count)
{
	struct node *n = NEW(struct node);
	char why[KERNEL_TEXT_MAX];

	parse(n, text);
	n->conf.setup.port = port;
	n->conf.setup.nat_port = (uint16_t)(port + 1);
	report_log_init(&n->log, false, clock_now(), take_line);
	n->loop = loop_new();
	n->kernel = kernel_none_new();
	must(kernel_start(n->kernel, &n->facts, why) == 0, why);
	n->workers = workers_new(n->loop, 1, crypto_job_run, on_job, n);
	must(n->workers != NULL, "no thread");
	n->udp = udp_new(&(struct udp_config) {
		.base = loop_base(n->loop), .port = port, .nat_port = (uint16_t)(port + 1),
		.context = n, .on_datagram = on_datagram, .on_batch = on_batch,
		.prepare = prepare, .on_problem = on_problem,
	});
	n->engine = ike_engine_new(&(struct ike_engine_config) {
		.setup = &n->conf.setup,
		.facts = &n->facts,
		.epoch_offset = clock_epoch() - clock_now(),
		.host = { .context = n, .send = on_send, .submit = on_submit,
			  .kernel = on_kernel, .random = on_random, .report = on_report,
			  .updown = on_updown, .command_done = on_command_done,
			  .keepalive = on_keepalive },
	}, clock_now());
	loop_set_deadline(n->loop, &(struct loop_deadline) { n->engine, deadline, on_time });
	must(udp_set_addresses(n->udp, addresses, count) == 0, "no sockets");
	ike_engine_set_addresses(n->engine, addresses, count, clock_now());
	load(n);
	loop_arm(n->loop);
	return n;
}

void node_free(struct node *n)
{
	udp_free(n->udp);
	workers_free(n->workers);
	ike_engine_free(n->engine);
	kernel_stop(n->kernel);
	kernel_free(n->kernel);
	conf_done(&n->conf);
	loop_free(n->loop);
	mem_free(n);
}
