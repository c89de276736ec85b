/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that are no messages: the network, time, users and the kernel. */
#include "program.h"

#include <string.h>

#include "jobs.h"
#include "../must.h"
#include "views.h"

static void step_deliver(struct program *p)
{
	packet_arrives(p, false);
}

static void step_repeat(struct program *p)
{
	packet_arrives(p, true);
}

static void step_translate(struct program *p)
{
	uint8_t what = program_next(p);

	if (p->pair->network == NULL)
		return;
	p->pair->network->from.port = (uint16_t)(p->pair->network->from.port + (what & 15));
	p->pair->network->to.port = (uint16_t)(p->pair->network->to.port + (what >> 4));
	packet_arrives(p, false);
}

static void step_lose(struct program *p)
{
	struct buffer lost = { 0 };
	bool taken = pair_take(p->side, &lost);

	(void)taken;
	buffer_done(&lost);
}

static void step_lose_all(struct program *p)
{
	pair_drop_all(p->pair);
}

static void step_rest(struct program *p)
{
	pair_run(p->pair);
}

static void step_jobs(struct program *p)
{
	pair_run_jobs(p->pair);
}

static void step_time(struct program *p)
{
	static const int64_t durations[] = {
		MILLISECONDS(1), MILLISECONDS(600), SECONDS(2), SECONDS(11), SECONDS(31),
		SECONDS(301), SECONDS(3600), SECONDS(29000)
	};

	int64_t duration = durations[program_next(p) % ARRAY_LEN(durations)];

	if (duration > p->time_left)
		return;
	p->time_left -= duration;
	pair_advance(p->pair, duration);
}

static void step_clock(struct program *p)
{
	p->pair->now += MILLISECONDS(100) << program_next(p) % 10;
	ike_engine_on_time(p->side->engine, p->pair->now);
}

static void step_command(struct program *p)
{
	static const char *const names[] = { "t", "t-1", "t-0", "u" };
	uint8_t what = program_next(p);
	const char *name = names[what >> 4 & 3];
	struct ike_engine *engine = p->side->engine;
	uint64_t command = ++p->commands;
	int64_t now = p->pair->now;

	switch (what % 8) {
	case 0:
	case 1:
		ike_engine_up(engine, name, (what & 0x80) != 0, command, now);
		break;
	case 2:
		ike_engine_down(engine, name, command, now);
		break;
	case 3:
		ike_engine_route(engine, name, command, now);
		break;
	case 4:
		ike_engine_unroute(engine, name, command, now);
		break;
	case 5:
		ike_engine_forget_command(engine, command - 1U);
		break;
	case 6:
		ike_engine_delete(engine, name, command, now);
		break;
	default:
		ike_engine_rekey(engine, name, (what & 0x80) != 0 ? REKEY_IKE : REKEY_CHILD,
				 command, now);
		break;
	}
}

static void step_add(struct program *p)
{
	static const char *const conns[] = {
		other_conn,
		"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		" leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n authby=secret\n clones=1\n",
		"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		" type=transport\n authby=secret\n",
		"conn v\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		" leftsubnet=0.0.0.0/0\n rightsubnet=0.0.0.0/0\n authby=secret\n narrowing=yes\n",
		"conn t\n left=%any\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
		" leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n authby=secret\n clones=1\n"
		" max-instances=1\n",
		"conn x\n left=%any\n right=192.1.2.23\n rightid=@east\n leftsubnet=0.0.0.0/0\n"
		" rightsubnet=0.0.0.0/0\n authby=secret\n narrowing=yes\n dpddelay=30\n",
	};

	pair_add(p->side, conns[program_next(p) % ARRAY_LEN(conns)]);
}

/* Of the connections t and u, or of nobody. */
static struct traffic_packet some_packet(const struct program *p, uint8_t what)
{
	bool west = p->side == &p->pair->west;
	struct address home = { AF_INET, { 192, 0, (what & 4) != 0 ? 11 : 1, what } };
	struct address away = { AF_INET, { 192, 0, (what & 8) != 0 ? 12 : 2, what } };

	if (what == 0)
		return (struct traffic_packet) { 0 };
	return traffic_packet_of(west ? &home : &away, west ? &away : &home, what >> 4, what, 443);
}

static void step_acquire(struct program *p, uint8_t what)
{
	ike_engine_on_acquire(p->side->engine, &(struct kernel_acquire) {
		.reqid = 16384U + (what >> 5) % 2U,
		.cpu = (what & 16) != 0 ? 1 : KERNEL_CPU_NONE,
		.packet = some_packet(p, program_next(p)),
	}, p->pair->now);
}

static void step_kernel(struct program *p)
{
	struct kernel_double *k = &p->side->kernel;
	uint8_t what = program_next(p);
	struct double_sa sa;

	if (what % 4 == 0) {
		k->refuse_in = what >> 4;
	} else if (what % 4 == 1) {
		for (size_t i = 0; i < k->sa_count; i++)
			k->sas[i].packets += what >> 4;
	} else if (what % 4 == 2) {
		step_acquire(p, what);
	} else if (k->sa_count > 0) {
		sa = k->sas[(what >> 4) % k->sa_count];
		k->sas[(what >> 4) % k->sa_count] = k->sas[k->sa_count - 1];
		k->sa_count--;
		ike_engine_on_expire(p->side->engine, sa.spi, &sa.destination, p->pair->now);
	}
}

static void step_mapping(struct program *p)
{
	const struct kernel_double *k = &p->side->kernel;
	struct endpoint from = pair_other(p->side)->address;
	const struct double_sa *sa;

	if (k->sa_count == 0)
		return;
	sa = &k->sas[program_next(p) % k->sa_count];
	from.port = (uint16_t)(IKE_NAT_PORT + program_next(p));
	if (p->pair->nat.on && p->side == &p->pair->east)
		from.address = p->pair->nat.address;
	from.address.ip[3] ^= program_next(p) & 1U;
	ike_engine_on_mapping(p->side->engine, sa->spi, &sa->destination, &from, p->pair->now);
}

static void step_move(struct program *p)
{
	side_move(p->side, program_next(p));
}

static void step_crash(struct program *p)
{
	side_crash(p->side);
}

static void step_nat(struct program *p)
{
	uint8_t what = program_next(p);

	p->pair->nat.ike_port = (uint16_t)(p->pair->nat.ike_port + (what & 15));
	p->pair->nat.nat_port = (uint16_t)(p->pair->nat.nat_port + (what >> 4));
}

static void see_child(void *context, const struct child_view *view)
{
	*(size_t *)context += strlen(view->name) + strlen(view->algorithms);
}

static void see_ike(void *context, const struct ike_view *view)
{
	*(size_t *)context += strlen(view->state) + strlen(view->algorithms);
}

static void see_connection(void *context, const struct connection_view *view)
{
	*(size_t *)context += strlen(view->name) + strlen(view->slot_state);
}

/* Each wanted clone is in one place. */
static void see_set(void *context, const struct set_view *view)
{
	must(view->clones_up + view->negotiating + view->refused + view->waiting + view->empty ==
	     view->wanted);
	*(size_t *)context += strlen(view->name) + strlen(view->head);
}

static void step_see(struct program *p)
{
	size_t seen = 0;

	each_child(p->side->engine, NULL, p->pair->now, see_child, &seen);
	each_ike(p->side->engine, p->pair->now, see_ike, &seen);
	each_connection(p->side->engine, NULL, p->pair->now, see_connection, &seen);
	each_set(p->side->engine, NULL, p->pair->now, see_set, &seen);
}

static void step_reload(struct program *p)
{
	static const char *const texts[] = {
		PAIR_PSK,
		"@west : PSK \"another\"\n",
		"",
		(PAIR_PSK "@west @east : PPKS b \"thirty-two bytes of another key.\"\n"),
	};
	struct conf_errors errors = { 0 };
	struct secrets secrets;
	uint8_t what = program_next(p);

	if (what >= 128) {
		ike_engine_set_addresses(p->side->engine, &p->side->address.address, what & 1U,
					 p->pair->now);
		return;
	}
	must(secrets_parse("psk", bytes_of_text(texts[what % ARRAY_LEN(texts)]), &secrets,
			   &errors));
	ike_engine_set_secrets(p->side->engine, &secrets);
}

static void step_provider(struct program *p)
{
	jobs_fail(program_next(p) % 3);
}

static void step_cpus(struct program *p)
{
	struct kernel_facts *facts = &p->side->facts;
	uint8_t cpus = program_next(p);

	facts->online_count = 0;
	for (uint16_t i = 0; i < facts->possible_cpus; i++)
		if (cpus == 0 || (cpus >> i % 8 & 1) != 0)
			facts->online[facts->online_count++] = i;
	ike_engine_on_cpus(p->side->engine, p->pair->now);
}

static void step_resize(struct program *p)
{
	static const char *const sizes[] = { "1", "2", "3", "yes", "1-2", "0,3", "7-9" };
	const struct connection *c =
		connection_find_name(&p->side->engine->w.connections, "t");
	struct conf_conn conn;
	struct conf_errors errors = { 0 };
	json_t *json;

	if (c == NULL || c->conf->clones.kind == CLONES_NO)
		return;
	json = conf_conn_to_json(c->conf);
	json_object_set_new(json_object_get(json, "options"), "clones",
			    json_string(sizes[program_next(p) % ARRAY_LEN(sizes)]));
	must(conf_conn_from_json(json, &conn, &errors));
	json_decref(json);
	ike_engine_add(p->side->engine, &conn, true, 0, p->pair->now);
}

static void (*const steps[STEP_KINDS])(struct program *p) = {
	[STEP_DELIVER] = step_deliver,
	[STEP_REPEAT] = step_repeat,
	[STEP_TRANSLATE] = step_translate,
	[STEP_REPLAY] = step_replay,
	[STEP_LOSE] = step_lose,
	[STEP_LOSE_ALL] = step_lose_all,
	[STEP_REST] = step_rest,
	[STEP_JOBS] = step_jobs,
	[STEP_TIME] = step_time,
	[STEP_CLOCK] = step_clock,
	[STEP_CHANGE] = step_change,
	[STEP_DATAGRAM] = step_datagram,
	[STEP_SEALED] = step_sealed,
	[STEP_CHAIN] = step_chain,
	[STEP_CHANGE_INSIDE] = step_change_inside,
	[STEP_RESHAPE] = step_reshape,
	[STEP_COMMAND] = step_command,
	[STEP_ADD] = step_add,
	[STEP_FRAGMENT] = step_fragment,
	[STEP_KERNEL] = step_kernel,
	[STEP_MAPPING] = step_mapping,
	[STEP_MOVE] = step_move,
	[STEP_CRASH] = step_crash,
	[STEP_NAT] = step_nat,
	[STEP_SEE] = step_see,
	[STEP_RELOAD] = step_reload,
	[STEP_PROVIDER] = step_provider,
	[STEP_CPUS] = step_cpus,
	[STEP_RESIZE] = step_resize,
};

void step_run(struct program *p, uint8_t kind)
{
	p->side = (kind & STEP_EAST) != 0 ? &p->pair->east : &p->pair->west;
	steps[(kind & ~STEP_EAST) % STEP_KINDS](p);
}
