/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "ike/engine.h"
#include "wire/ikev2.h"

enum { HMACS = 200000, MESSAGES = 200000 };

double cpu_time(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double cost_hmac(void)
{
	static const uint8_t secret[32] = { 1 };
	uint8_t message[44] = { 2 }, mac[PRF_OUTPUT_MAX];
	struct prf_key *key = prf_key_new(prf_find(PRF_HMAC_SHA2_256), BYTES_OF(secret));
	struct bytes part = BYTES_OF(message);
	double start = cpu_time();

	for (int i = 0; i < HMACS; i++) {
		message[0] = (uint8_t)i;
		if (key == NULL || prf_key_compute(key, &part, 1, mac) != CRYPTO_OK)
			exit(2);
	}
	prf_key_free(key);
	return (cpu_time() - start) / HMACS;
}

/* --- an engine in nothing --- */

struct lone {
	struct buffer sent;
	uint64_t answers;
	struct crypto_job *job;
};

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct lone *lone = context;

	(void)from;
	(void)to;
	lone->answers++;
	buffer_clear(&lone->sent);
	write_bytes(&lone->sent, message);
}

static void on_submit(void *context, struct crypto_job *job)
{
	struct lone *lone = context;

	crypto_job_run(job);
	lone->job = job;
}

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		changes[i].result = 0;
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

static void on_done(void *context, uint64_t command, enum control_code code)
{
	(void)context;
	(void)command;
	(void)code;
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	(void)context;
	(void)from;
	(void)to;
}

static const char lone_conf[] =
	"config setup\n\tddos-mode=busy\n"
	"conn lone\n\tleft=192.0.2.1\n\tright=192.0.2.2\n\tauthby=secret\n\tauto=add\n";

static struct ike_engine *lone_engine(struct lone *lone, const char *own,
				      const struct conf_setup *setup, struct conf_conn *conn)
{
	static struct kernel_facts facts = { .name = "none", .dialect = "none",
					     .possible_cpus = 1, .online_count = 1 };
	struct ike_engine *engine = ike_engine_new(&(struct ike_engine_config) {
		.setup = setup,
		.facts = &facts,
		.host = { .context = lone, .send = on_send, .submit = on_submit,
			  .kernel = on_kernel, .random = on_random, .report = on_report,
			  .updown = on_updown, .command_done = on_done,
			  .keepalive = on_keepalive },
	}, SECONDS(1));
	struct conf_errors errors = { 0 };
	struct secrets secrets;
	struct address address;

	if (!address_parse(own, &address) ||
	    !secrets_parse("lone", bytes_of_text(": PSK \"of nobody at all\"\n"), &secrets, &errors))
		exit(2);
	ike_engine_set_secrets(engine, &secrets);
	ike_engine_set_addresses(engine, &address, 1, SECONDS(1));
	ike_engine_add(engine, conn, false, 0, SECONDS(1));
	return engine;
}

static struct conf lone_parse(void)
{
	struct conf_errors errors = { 0 };
	struct conf conf;

	if (!conf_parse("lone", bytes_of_text(lone_conf), &conf, &errors))
		exit(2);
	return conf;
}

void first_message(struct buffer *out)
{
	struct conf conf = lone_parse();
	struct lone lone = { .answers = 0 };
	struct ike_engine *engine =
		lone_engine(&lone, "192.0.2.1", &conf.setup, &conf.conns[0]);

	ike_engine_up(engine, "lone", true, 0, SECONDS(1));
	if (lone.job == NULL)
		exit(2);
	ike_engine_on_job(engine, lone.job, SECONDS(1));
	buffer_clear(out);
	write_bytes(out, buffer_bytes(&lone.sent));
	ike_engine_free(engine);
	buffer_done(&lone.sent);
	conf_done(&conf);
}

/* `change` makes the i-th one of it. */
static double cost_of(struct bytes first, void (*change)(struct buffer *message, uint32_t i),
		      uint64_t *answers)
{
	struct conf conf = lone_parse();
	struct lone lone = { .answers = 0 };
	struct ike_engine *engine =
		lone_engine(&lone, "192.0.2.2", &conf.setup, &conf.conns[0]);
	struct endpoint local = { .port = 500 }, remote = { .port = 500 };
	struct buffer message = { 0 };
	double start, took;

	if (!address_parse("192.0.2.2", &local.address) ||
	    !address_parse("10.0.0.0", &remote.address))
		exit(2);
	write_bytes(&message, first);
	start = cpu_time();
	for (uint32_t i = 0; i < MESSAGES; i++) {
		memcpy(remote.address.ip + 1, &i, 3);
		change(&message, i);
		ike_engine_on_datagram(engine, &local, &remote, buffer_bytes(&message),
				       SECONDS(1));
	}
	took = cpu_time() - start;
	*answers = lone.answers;
	ike_engine_free(engine);
	buffer_done(&lone.sent);
	buffer_done(&message);
	conf_done(&conf);
	return took / MESSAGES;
}

static void another_initiator(struct buffer *message, uint32_t i)
{
	memcpy(message->ptr, &i, sizeof(i));
}

double cost_cookie(struct bytes first)
{
	uint64_t answers;
	double cost = cost_of(first, another_initiator, &answers);

	if (answers != MESSAGES)
		exit(2);
	return cost;
}

static void guess(struct buffer *message, uint32_t i)
{
	enum { SPI_R_AT = 8, EXCHANGE_AT = 18 };

	memcpy(message->ptr + SPI_R_AT, &i, sizeof(i));
	message->ptr[SPI_R_AT + 7] = 1;
	message->ptr[EXCHANGE_AT] = EXCHANGE_INFORMATIONAL;
}

double cost_guess(struct bytes first)
{
	uint64_t answers;
	double cost = cost_of(first, guess, &answers);

	if (answers != 0)
		exit(2);
	return cost;
}
