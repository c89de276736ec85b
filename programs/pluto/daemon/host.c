/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine asks of the world, and what of the world goes straight to it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pluto/daemon/parts.h"
#include "pluto/keeper/messages.h"

enum { PROBLEM_MAX = 256 };

static void tell_send_failed(struct daemon *d, const struct endpoint *to, int failed)
{
	char text[PROBLEM_MAX], where[ENDPOINT_TEXT_MAX];

	snprintf(text, sizeof(text), "sending to %s failed: %s", endpoint_print(to, where),
		 failed == -EADDRNOTAVAIL ? "its own address is gone" : strerror(-failed));
	report_log_limited(&d->log, text, clock_now());
}

static void host_send(void *context, const struct endpoint *from, const struct endpoint *to,
		      struct bytes message)
{
	struct daemon *d = context;
	int failed = udp_send(d->udp, from, to, message);

	if (failed)
		tell_send_failed(d, to, failed);
}

static void host_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	struct daemon *d = context;
	int failed = udp_send_keepalive(d->udp, from, to);

	if (failed)
		tell_send_failed(d, to, failed);
}

static void host_submit(void *context, struct crypto_job *job)
{
	struct daemon *d = context;

	workers_submit(d->workers, job);
}

static void host_kernel(void *context, struct kernel_change *changes, size_t count)
{
	struct daemon *d = context;

	kernel_apply(d->kernel, changes, count);
	for (size_t i = 0; i < count; i++) {
		daemon_steer(d, &changes[i]);
		ports_follow(d->udp, &changes[i], d->runtime->setup->nat_port);
	}
}

static void host_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	crypto_random(out, len);
}

static void host_report(void *context, const struct ike_report *report)
{
	struct daemon *d = context;

	report_log_write(&d->log, report, clock_now());
	/* The first reports may come before there are commands. */
	if (d->commands && report->kind != REPORT_DEBUG)
		commands_report(d->commands, report);
}

static void host_updown(void *context, const struct ike_updown *updown)
{
	struct daemon *d = context;
	struct buffer body = { 0 };

	updown_write(updown, &body);
	if (!channel_send(d->channel, MESSAGE_UPDOWN, buffer_bytes(&body)))
		log_line("\"%s\": updown command not run: the keeper does not listen",
			 updown->name);
	buffer_done(&body);
}

static void host_command_done(void *context, uint64_t command, enum control_code code)
{
	struct daemon *d = context;

	commands_end(d->commands, command, (int)code);
}

static void host_receivers(void *context, const struct address *peer, struct ike_receivers *out)
{
	daemon_find_receivers(context, peer, out);
}

static enum ike_landing host_lands(void *context, const struct ike_arrival *arrival, uint32_t cpu)
{
	struct daemon *d = context;

	return landing_find(&d->landing, d->kernel, arrival, cpu, clock_now());
}

static int64_t deadline(void *context)
{
	return ike_engine_deadline(context);
}

static void on_time(void *context, int64_t now)
{
	ike_engine_on_time(context, now);
}

void daemon_make_engine(struct daemon *d)
{
	int64_t now = clock_now();
	struct ike_engine_config config = {
		.setup = d->runtime->setup, .facts = &d->facts,
		.epoch_offset = clock_epoch() - now,
		.host = { .context = d, .send = host_send, .submit = host_submit,
			  .kernel = host_kernel, .random = host_random, .report = host_report,
			  .updown = host_updown, .command_done = host_command_done,
			  .keepalive = host_keepalive, .receivers = host_receivers,
			  .lands = host_lands }
	};

	d->engine = ike_engine_new(&config, now);
	loop_set_deadline(d->loop, &(struct loop_deadline) { d->engine, deadline, on_time });
}

void daemon_job_home(void *context, struct crypto_job *job)
{
	struct daemon *d = context;

	ike_engine_on_job(d->engine, job, clock_now());
	loop_arm(d->loop);
}

static void on_datagram(void *context, const struct endpoint *local,
			const struct endpoint *remote, struct bytes datagram)
{
	struct daemon *d = context;

	ike_engine_on_datagram(d->engine, local, remote, datagram, clock_now());
}

static void on_batch(void *context)
{
	struct daemon *d = context;

	loop_arm(d->loop);
}

static int prepare_socket(void *context, int fd, uint16_t family, bool nat)
{
	struct daemon *d = context;
	int failed = kernel_bypass_socket(d->kernel, fd, family);

	if (!failed && nat)
		failed = kernel_encapsulate_socket(d->kernel, fd);
	return failed;
}

static void on_problem(void *context, const char *sentence)
{
	struct daemon *d = context;

	report_log_limited(&d->log, sentence, clock_now());
}

void daemon_make_udp(struct daemon *d)
{
	const struct conf_setup *setup = d->runtime->setup;
	struct udp_config config = {
		.base = loop_base(d->loop), .port = setup->port, .nat_port = setup->nat_port,
		.listen = setup->listen, .context = d, .on_datagram = on_datagram,
		.on_batch = on_batch,
		.prepare = prepare_socket, .on_problem = on_problem
	};

	d->udp = udp_new(&config);
}
