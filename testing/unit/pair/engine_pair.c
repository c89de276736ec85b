/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/mem.h"
#include "engine_pair.h"
#include "wire/message.h"

/* --- the host --- */

static void on_kernel(void *context, struct kernel_change *changes, size_t count)
{
	struct side *side = context;

	double_changes(&side->kernel, &side->facts, changes, count);
}

/* --- the NAT --- */

static struct endpoint outside(const struct pair *pair, const struct endpoint *west)
{
	const struct pair_nat *nat = &pair->nat;

	if (!nat->on)
		return *west;
	return (struct endpoint) { nat->address,
				   west->port == IKE_PORT ? nat->ike_port : nat->nat_port };
}

/* What is sent to a mapping that is gone reaches nobody. */
static bool inside(const struct pair *pair, struct endpoint *to)
{
	const struct pair_nat *nat = &pair->nat;

	if (!nat->on || address_equal(&to->address, &pair->east.address.address))
		return true;
	if (!address_equal(&to->address, &nat->address) ||
	    (to->port != nat->ike_port && to->port != nat->nat_port))
		return false;
	to->address = pair->west.address.address;
	to->port = to->port == nat->ike_port ? IKE_PORT : IKE_NAT_PORT;
	return true;
}

static bool owns(const struct side *side, const struct address *a)
{
	for (size_t i = 0; i < side->own_count; i++)
		if (address_equal(&side->own[i], a))
			return true;
	return false;
}

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct side *side = context;
	struct packet *packet = NEW(struct packet), **end = &side->pair->network;

	packet->sender = owns(side, &from->address) ? side : NULL;
	packet->from = side == &side->pair->west ? outside(side->pair, from) : *from;
	packet->to = *to;
	write_bytes(&packet->bytes, message);
	while (*end != NULL)
		end = &(*end)->next;
	*end = packet;
	side->sent++;
}

static void on_submit(void *context, struct crypto_job *job)
{
	struct side *side = context;
	struct crypto_job **end = &side->pair->jobs;

	/* Which of the two it is for is found again by its serial ids: see pair_run_jobs(). */
	while (*end != NULL)
		end = &(*end)->next;
	job->next = NULL;
	job->ike_sa = job->ike_sa << 1 | (side == &side->pair->east);
	*end = job;
}

static void on_random(void *context, uint8_t *out, size_t len)
{
	struct side *side = context;
	uint64_t *x = &side->pair->random;

	for (size_t i = 0; i < len; i++) {
		*x ^= *x << 13;
		*x ^= *x >> 7;
		*x ^= *x << 17;
		out[i] = (uint8_t)(*x >> 24);
	}
}

static void on_report(void *context, const struct ike_report *report)
{
	struct side *side = context;

	side->reports[report->kind]++;
	if (report->kind != REPORT_DEBUG)
		(void)snprintf(side->last, sizeof(side->last), "%s", report->text);
	if (strncmp(report->text, "WARNING", strlen("WARNING")) == 0)
		(void)snprintf(side->warning, sizeof(side->warning), "%s", report->text);
}

static void on_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	(void)updown;
}

static void on_command_done(void *context, uint64_t command, enum control_code code)
{
	struct side *side = context;

	assert_int_not_equal(command, 0);
	side->commands_done++;
	side->last_code = code;
}

static void on_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	struct side *side = context;

	assert_int_equal(from->port, IKE_NAT_PORT);
	assert_true(pair_ike(side) == NULL ||
		    address_equal(&to->address, &pair_ike(side)->remote.address));
	side->keepalives++;
}

/* --- setting up --- */

static struct conf parsed(const char *text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	bool ok = conf_parse("test", bytes_of_text(text), &conf, &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_message("%s: %s\n", errors.list[i].where, errors.list[i].text);
	assert_true(ok);
	conf_errors_done(&errors);
	return conf;
}

void pair_add(struct side *side, const char *conn)
{
	struct conf conf = parsed(conn);

	assert_int_equal(conf.count, 1);
	ike_engine_add(side->engine, &conf.conns[0], true, 0, side->pair->now);
	conf_done(&conf);
}

void pair_secrets(struct side *side, const char *text)
{
	struct conf_errors errors = { 0 };
	struct secrets secrets = { 0 };

	assert_true(secrets_parse("psk", bytes_of_text(text), &secrets, &errors));
	ike_engine_set_secrets(side->engine, &secrets);
}

void pair_set_own(struct side *side, const char *const list[PAIR_OWN_MAX])
{
	side->own_count = 0;
	for (size_t i = 0; i < PAIR_OWN_MAX && list[i] != NULL; i++)
		assert_true(address_parse(list[i], &side->own[side->own_count++]));
	ike_engine_set_addresses(side->engine, side->own, side->own_count, side->pair->now);
}

static void side_start(struct side *side)
{
	side->engine = ike_engine_new(&(struct ike_engine_config) {
		.setup = &side->pair->conf.setup,
		.facts = &side->facts,
		.host = { .context = side, .send = on_send, .submit = on_submit,
			  .kernel = on_kernel, .random = on_random, .report = on_report,
			  .updown = on_updown, .command_done = on_command_done,
			  .keepalive = on_keepalive },
	}, side->pair->now);
	pair_secrets(side, PAIR_PSK);
}

static void side_init(struct pair *pair, struct side *side, const char *address, uint32_t cpus)
{
	*side = (struct side) { .pair = pair, .address = { .port = IKE_PORT } };
	assert_true(address_parse(address, &side->address.address));
	side->facts = (struct kernel_facts) {
		.name = "double", .dialect = "none", .per_cpu = true,
		.possible_cpus = cpus, .online_count = cpus,
	};
	for (uint16_t i = 0; i < cpus; i++)
		side->facts.online[i] = i;
	side_start(side);
	pair_set_own(side, (const char *const[PAIR_OWN_MAX]) { address });
}

static void add_side(struct side *side, const char *more)
{
	struct buffer text = { 0 };

	write_format(&text,
		     "conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		     " leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n authby=secret\n"
		     " auto=add\n%s",
		     more == NULL ? "" : more);
	pair_add(side, buffer_text(&text));
	buffer_done(&text);
}

void pair_crash(struct side *side, const char *more)
{
	assert_null(side->pair->jobs);
	ike_engine_free(side->engine);
	side->kernel = (struct kernel_double) { 0 };
	side_start(side);
	ike_engine_set_addresses(side->engine, side->own, side->own_count, side->pair->now);
	add_side(side, more);
}

struct pair *pair_new(const struct pair_setup *setup)
{
	struct pair *pair = NEW(struct pair);
	struct buffer text = { 0 };

	write_format(&text, "config setup\n%s", setup->setup == NULL ? "" : setup->setup);
	pair->conf = parsed(buffer_text(&text));
	buffer_done(&text);
	pair->now = SECONDS(1000);
	pair->random = 88172645463325252U;
	pair->nat = setup->nat;
	side_init(pair, &pair->west, "192.1.2.45", setup->west_cpus == 0 ? 4 : setup->west_cpus);
	side_init(pair, &pair->east, "192.1.2.23", setup->east_cpus == 0 ? 4 : setup->east_cpus);
	pair->west.facts.moves_addresses = pair->east.facts.moves_addresses =
		setup->moves_addresses;
	add_side(&pair->west, setup->west);
	add_side(&pair->east, setup->east);
	return pair;
}

static void packet_free(struct packet *packet)
{
	buffer_done(&packet->bytes);
	mem_free(packet);
}

void pair_drop_all(struct pair *pair)
{
	while (pair->network != NULL) {
		struct packet *packet = pair->network;

		pair->network = packet->next;
		packet_free(packet);
	}
}

static void side_end(struct side *side)
{
	while (!ike_engine_shutdown(side->engine, 1, side->pair->now))
		;
	assert_int_equal(side->kernel.sa_count, 0);
	assert_int_equal(side->kernel.policy_count, 0);
	ike_engine_free(side->engine);
}

void pair_free(struct pair *pair)
{
	side_end(&pair->west);
	side_end(&pair->east);
	pair_drop_all(pair);
	while (pair->jobs != NULL) {
		struct crypto_job *job = pair->jobs;

		pair->jobs = job->next;
		crypto_job_free(job);
	}
	conf_done(&pair->conf);
	mem_free(pair);
}

/* --- running --- */

struct side *pair_other(struct side *side)
{
	return side == &side->pair->west ? &side->pair->east : &side->pair->west;
}

void pair_run_jobs(struct pair *pair)
{
	while (pair->jobs != NULL) {
		struct crypto_job *job = pair->jobs;
		struct side *side = (job->ike_sa & 1) != 0 ? &pair->east : &pair->west;

		pair->jobs = job->next;
		job->ike_sa >>= 1;
		crypto_job_run(job);
		ike_engine_on_job(side->engine, job, pair->now);
	}
}

static void deliver(struct pair *pair, struct packet *packet)
{
	bool arrives = packet->sender != NULL && inside(pair, &packet->to);
	struct side *side = owns(&pair->west, &packet->to.address)   ? &pair->west
			    : owns(&pair->east, &packet->to.address) ? &pair->east
								     : NULL;

	if (!arrives || side == NULL || (pair->loses != NULL && pair->loses(pair, packet)))
		pair->lost++;
	else
		ike_engine_on_datagram(side->engine, &packet->to, &packet->from,
				       buffer_bytes(&packet->bytes), pair->now);
	packet_free(packet);
}

static bool loses_one(struct pair *pair, const struct packet *packet)
{
	(void)packet;
	return pair->lost == 0 && --pair->lose_number == 0;
}

void pair_lose_one(struct pair *pair, unsigned n)
{
	pair->lose_number = n;
	pair->loses = loses_one;
}

bool pair_deliver(struct pair *pair)
{
	struct packet *packet = pair->network;

	if (packet == NULL)
		return false;
	pair->network = packet->next;
	deliver(pair, packet);
	return true;
}

static bool is_due(const struct side *side)
{
	return ike_engine_deadline(side->engine) <= side->pair->now;
}

void pair_run(struct pair *pair)
{
	for (unsigned i = 0; i < 100000; i++) {
		if (pair_deliver(pair)) {
			continue;
		} else if (pair->jobs != NULL && !pair->hold_jobs) {
			pair_run_jobs(pair);
		} else if (is_due(&pair->west)) {
			ike_engine_on_time(pair->west.engine, pair->now);
		} else if (is_due(&pair->east)) {
			ike_engine_on_time(pair->east.engine, pair->now);
		} else {
			return;
		}
	}
	fail_msg("the two never come to rest");
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void pair_advance(struct pair *pair, int64_t duration)
{
	int64_t end = pair->now + duration;

	for (;;) {
		int64_t next = earlier(ike_engine_deadline(pair->west.engine),
				       ike_engine_deadline(pair->east.engine));

		pair_run(pair);
		next = earlier(ike_engine_deadline(pair->west.engine),
			       ike_engine_deadline(pair->east.engine));
		if (next > end)
			break;
		pair->now = next;
	}
	pair->now = end;
	pair_run(pair);
}

void pair_up(struct pair *pair)
{
	unsigned before = pair->west.commands_done;

	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_run(pair);
	assert_int_equal(pair->west.commands_done, before + 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
}

void pair_up_named(struct pair *pair, const char *name, enum control_code expected)
{
	unsigned before = pair->west.commands_done;

	ike_engine_up(pair->west.engine, name, false, 7, pair->now);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.commands_done, before + 1);
	assert_int_equal(pair->west.last_code, expected);
}

struct pair *pair_new_before_auth(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
	while (pair_ike(&pair->west)->state != IKE_AUTH_SENT) {
		pair_run_jobs(pair);
		if (pair->network != NULL && pair_ike(&pair->west)->state != IKE_AUTH_SENT) {
			struct buffer datagram = { 0 };
			bool from_west = pair_take(&pair->west, &datagram);

			if (!from_west)
				assert_true(pair_take(&pair->east, &datagram));
			pair_inject(from_west ? &pair->east : &pair->west,
				    buffer_bytes(&datagram));
			buffer_done(&datagram);
		}
	}
	pair_drop_all(pair);
	return pair;
}

/* --- messages --- */

void pair_inject(struct side *to, struct bytes datagram)
{
	ike_engine_on_datagram(to->engine, &to->address, &pair_other(to)->address, datagram,
			       to->pair->now);
}

void pair_inject_from(struct side *to, const struct endpoint *from, struct bytes datagram)
{
	struct endpoint at = pair_ike(to)->local;

	ike_engine_on_datagram(to->engine, &at, from, datagram, to->pair->now);
}

bool pair_take(struct side *from, struct buffer *out)
{
	struct packet **found = NULL, *packet;

	for (struct packet **p = &from->pair->network; *p != NULL; p = &(*p)->next)
		if ((*p)->sender == from)
			found = p;
	if (found == NULL)
		return false;
	packet = *found;
	*found = packet->next;
	buffer_clear(out);
	write_bytes(out, buffer_bytes(&packet->bytes));
	packet_free(packet);
	return true;
}

size_t pair_ike_count(const struct side *side)
{
	size_t count = 0;

	LIST_FOR_EACH(link, &side->engine->w.ike_sas)
		count++;
	return count;
}

struct ike_sa *pair_ike(const struct side *side)
{
	if (pair_ike_count(side) != 1)
		return NULL;
	return LIST_OBJECT(side->engine->w.ike_sas.next, struct ike_sa, link);
}

void pair_seal(struct side *from, uint8_t exchange, bool response, uint32_t message_id,
	       const struct inner *inner, struct buffer *out)
{
	struct ike_sa *sa = pair_ike(from);
	bool fragmentation;

	assert_non_null(sa);
	fragmentation = sa->fragmentation;
	sa->fragmentation = false;
	assert_true(ike_seal(&from->engine->w, sa, exchange, response, message_id, inner, out));
	sa->fragmentation = fragmentation;
}

void pair_open(struct side *to, struct bytes datagram, struct payloads *out, struct buffer *plain)
{
	struct ike_header header;
	struct payloads outer;
	const struct payload *sk;

	assert_int_equal(ike_header_read(datagram, &header), WIRE_OK);
	assert_int_equal(payloads_read(header.next_payload,
				       bytes_at(datagram.ptr + IKE_HEADER_LEN,
						datagram.len - IKE_HEADER_LEN),
				       &outer),
			 WIRE_OK);
	sk = payload_find(&outer, PAYLOAD_SK);
	assert_non_null(sk);
	assert_int_equal(ike_open(pair_ike(to), datagram, sk, outer.sk_next, plain), CRYPTO_OK);
	assert_int_equal(payloads_read_inner(plain->ptr[0],
					     bytes_at(plain->ptr + 1, plain->len - 1), out),
			 WIRE_OK);
}

uint32_t pair_next_id(struct side *from)
{
	return pair_ike(from)->next_message_id++;
}

uint16_t pair_notify_of(struct side *to, struct bytes datagram)
{
	struct ike_header header;
	struct payloads all;
	struct buffer plain = { 0 };
	const struct payload *p;
	struct notify n;
	uint16_t type = 0;

	assert_int_equal(ike_header_read(datagram, &header), WIRE_OK);
	if (header.next_payload == PAYLOAD_SK)
		pair_open(to, datagram, &all, &plain);
	else
		assert_int_equal(payloads_read(header.next_payload,
					       bytes_at(datagram.ptr + IKE_HEADER_LEN,
							datagram.len - IKE_HEADER_LEN),
					       &all),
				 WIRE_OK);
	p = payload_find(&all, PAYLOAD_NOTIFY);
	if (p != NULL && notify_read(p->body, &n) == WIRE_OK)
		type = n.type;
	buffer_done(&plain);
	return type;
}

size_t pair_shared_sas(const struct pair *pair)
{
	const struct kernel_double *west = &pair->west.kernel, *east = &pair->east.kernel;
	size_t shared = 0;

	for (size_t i = 0; i < west->sa_count; i++)
		for (size_t k = 0; k < east->sa_count; k++)
			if (west->sas[i].spi == east->sas[k].spi) {
				shared++;
				assert_true(west->sas[i].key == east->sas[k].key);
			}
	return shared;
}

/* --- pictures --- */

struct pair_picture pair_picture(const struct pair *pair)
{
	const struct side *sides[2] = { &pair->west, &pair->east };
	struct pair_picture out = { 0 };

	for (int i = 0; i < 2; i++) {
		struct engine_counts counts;

		ike_engine_counts(sides[i]->engine, &counts);
		out.ikes[i] = counts.ike_established;
		out.children[i] = counts.child_established;
		out.half_open[i] = counts.ike_half_open;
		out.sas[i] = sides[i]->kernel.sa_count;
		out.policies[i] = sides[i]->kernel.policy_count;
	}
	return out;
}

void pair_assert_same(const struct pair_picture *a, const struct pair_picture *b)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(a->ikes[i], b->ikes[i]);
		assert_int_equal(a->children[i], b->children[i]);
		assert_int_equal(a->half_open[i], b->half_open[i]);
		assert_int_equal(a->sas[i], b->sas[i]);
		assert_int_equal(a->policies[i], b->policies[i]);
	}
}
