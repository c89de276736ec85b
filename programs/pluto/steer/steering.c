/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/steering.h"

#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "pluto/steer/message.h"
#include "pluto/steer/state.h"

enum {
	SAS_MAX = 65536,
	CARRY_OUT_MS = 50
};

static const struct steer_means *const means[] = {
	[STEERING_AUTO] = &by_rule,
	[STEERING_NTUPLE] = &by_rule,
	[STEERING_RPS] = &by_rps,
	[STEERING_XDP] = &by_xdp,
};

/* --- Where SAs arrive --- */

static struct place *place_find(struct steering *s, unsigned index)
{
	LIST_FOR_EACH(link, &s->places) {
		struct place *p = LIST_OBJECT(link, struct place, link);

		if (p->index == index)
			return p;
	}
	return NULL;
}

static struct place *place_get(struct steering *s, const struct netdev *device)
{
	struct place *p = place_find(s, device->index);

	if (p == NULL) {
		p = NEW(struct place);
		p->index = device->index;
		memcpy(p->name, device->name, sizeof(p->name));
		p->xdp = -1;
		list_append(&s->places, &p->link);
	}
	return p;
}

static void leave(struct steering *s, struct steered *e)
{
	struct place *p = e->place;

	if (p == NULL)
		return;
	means[e->sa.means]->leave(s, e);
	e->place = NULL;
	if (--p->users == 0) {
		list_remove(&p->link);
		mem_free(p);
	}
}

static void enter(struct steering *s, struct steered *e, const struct netdev *device)
{
	e->place = place_get(s, device);
	e->place->users++;
	means[e->sa.means]->enter(s, e);
}

/* To where its address is now. */
static void settle(struct steering *s, struct steered *e)
{
	const struct netdev *device = netdev_of_address(&s->netdevs, &e->sa.destination);

	if (device != NULL && device->is_loopback)
		device = NULL;
	if (e->place != NULL && (device == NULL || device->index != e->place->index))
		leave(s, e);
	if (e->place != NULL)
		means[e->sa.means]->settle(s, e);
	else if (device != NULL)
		enter(s, e, device);
}

void steering_settle(struct steering *s)
{
	LIST_FOR_EACH(link, &s->places)
		by_xdp_check(s, LIST_OBJECT(link, struct place, link));
	LIST_FOR_EACH(link, &s->sas)
		settle(s, LIST_OBJECT(link, struct steered, link));
}

void steering_carry_out_soon(struct steering *s)
{
	struct timeval soon = { .tv_usec = CARRY_OUT_MS * 1000 };

	if (!evtimer_pending(s->carry_out, NULL))
		evtimer_add(s->carry_out, &soon);
}

static void carry_out_rules(struct steering *s, struct place *p)
{
	struct nic_facts facts;

	if (!p->rules_dirty || nic_read(s->config.nic, p->name, &facts) != 0)
		return;
	by_rule_carry_out(s, p, &facts);
	nic_facts_done(&facts);
}

static void on_carry_out(evutil_socket_t fd, short what, void *context)
{
	struct steering *s = context;

	(void)fd;
	(void)what;
	LIST_FOR_EACH(link, &s->places) {
		struct place *p = LIST_OBJECT(link, struct place, link);

		by_rps_carry_out(s, p);
		carry_out_rules(s, p);
	}
}

/* --- The ledger --- */

void steering_write_ledger(struct steering *s)
{
	int failed = steer_ledger_write(&s->ledger);

	if (failed)
		s->config.log("%s cannot be written: %s", s->config.ledger_path, strerror(-failed));
}

/* Of an earlier run, which did not end as it should. */
static void undo_earlier(struct steering *s)
{
	size_t bad, count = 0;
	int failed = steer_ledger_open(&s->ledger, s->config.ledger_path, &bad);

	if (failed)
		s->config.log("%s cannot be read: %s", s->config.ledger_path, strerror(-failed));
	if (bad != 0)
		s->config.log("%s has %zu lines that make no sense", s->config.ledger_path, bad);
	LIST_FOR_EACH(link, &s->ledger.list) {
		struct made *m = LIST_OBJECT(link, struct made, link);

		if (m->kind == MADE_RPS)
			rps_undo(s, m);
		else
			rule_undo(s, m);
		count++;
	}
	if (count != 0)
		s->config.log("undone what an earlier run did to steer clones: %zu", count);
	if (count != 0 || bad != 0)
		steering_write_ledger(s);
}

/* --- SAs --- */

/* What tells one SA from another, in bytes. */
static struct bytes name_of(const struct steer_sa *sa, struct buffer *out)
{
	steer_end_write(sa, out);
	return buffer_bytes(out);
}

static bool matches(const struct table_link *link, struct bytes name)
{
	const struct steered *e = TABLE_OBJECT(link, struct steered, by_name);
	struct buffer own = { 0 };
	bool same = bytes_equal(name_of(&e->sa, &own), name);

	buffer_done(&own);
	return same;
}

static struct steered *sa_find(const struct steering *s, const struct steer_sa *sa)
{
	struct buffer name = { 0 };
	struct table_link *link = table_find(&s->by_name, name_of(sa, &name));

	buffer_done(&name);
	return link == NULL ? NULL : TABLE_OBJECT(link, struct steered, by_name);
}

static bool has_room(struct steering *s)
{
	if (s->by_name.count < SAS_MAX)
		return true;
	if (!s->full)
		s->config.log("no more than %u SAs are steered", (unsigned)SAS_MAX);
	s->full = true;
	return false;
}

void steering_add(struct steering *s, const struct steer_sa *sa)
{
	struct buffer name = { 0 };
	struct steered *e;

	if (sa_find(s, sa) != NULL || !has_room(s) || !watch_begin(s))
		return;
	e = NEW(struct steered);
	e->sa = *sa;
	list_append(&s->sas, &e->link);
	table_add(&s->by_name, name_of(sa, &name), &e->by_name);
	buffer_done(&name);
	settle(s, e);
}

static void sa_free(struct steering *s, struct steered *e)
{
	leave(s, e);
	table_remove(&s->by_name, &e->by_name);
	list_remove(&e->link);
	mem_free(e);
}

void steering_remove(struct steering *s, const struct steer_sa *sa)
{
	struct steered *e = sa_find(s, sa);

	if (e != NULL)
		sa_free(s, e);
}

void steering_write_counters(const struct steering *s, struct buffer *out)
{
	LIST_FOR_EACH(link, &s->sas) {
		const struct steered *e = LIST_OBJECT(link, struct steered, link);
		struct steer_counters counters;

		if (e->in_xdp && xdp_count(s->xdp, &e->sa, &counters))
			steer_counters_write(&e->sa, &counters, out);
	}
}

struct steering *steering_new(const struct steering_config *config)
{
	struct steering *s = NEW(struct steering);
	uint8_t seed[16] = { 0 };

	/* A seed that can be guessed only makes a table slow. */
	if (getrandom(seed, sizeof(seed), 0) < 0)
		memcpy(seed, &s, sizeof(s));
	s->config = *config;
	s->uevents = -1;
	table_init(&s->by_name, seed, matches);
	list_init(&s->sas);
	list_init(&s->places);
	s->carry_out = evtimer_new(config->base, on_carry_out, s);
	undo_earlier(s);
	return s;
}

void steering_free(struct steering *s)
{
	if (s == NULL)
		return;
	LIST_FOR_EACH(link, &s->sas)
		sa_free(s, LIST_OBJECT(link, struct steered, link));
	watch_end(s);
	event_free(s->carry_out);
	table_done(&s->by_name);
	steer_ledger_close(&s->ledger);
	mem_free(s);
}
