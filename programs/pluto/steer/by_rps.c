/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs that RPS spreads: all queues of their interface have the CPUs of these SAs in rps_cpus. The
 * kernel's hash covers the SPI of plain ESP, but not that of ESP in UDP.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/steer/rps.h"
#include "pluto/steer/state.h"

enum { PATH_LEN = 256 };

static void refuse(struct steering *s, struct place *p, const char *what, int failed)
{
	p->rps_refused = true;
	s->config.log("%s: clone-steering=rps is not possible, and what arrives stays on the CPUs where "
		      "the card puts it: %s: %s", p->name, what, strerror(-failed));
}

/* The newest word on that queue; NULL: it is as we found it. */
static struct made *find_made(struct steering *s, unsigned index, uint32_t queue)
{
	struct made *found = NULL;

	LIST_FOR_EACH(link, &s->ledger.list) {
		struct made *m = LIST_OBJECT(link, struct made, link);

		if (m->kind == MADE_RPS && m->index == index && m->queue == queue)
			found = m;
	}
	return found;
}

void rps_undo(struct steering *s, struct made *m)
{
	char now[RPS_TEXT_MAX];
	int failed = rps_read(s->config.sys, m->index, m->queue, now);

	if (!failed && rps_same(now, m->ours))
		failed = rps_write(s->config.sys, m->index, m->queue, m->before);
	if (failed && failed != -ENODEV && failed != -ENOENT)
		s->config.log("rps_cpus of queue %u cannot be given back its %s yet: %s", m->queue,
			      m->before, strerror(-failed));
	else
		steer_ledger_strike(&s->ledger, m);
}

static void undo_place(struct steering *s, const struct place *p)
{
	LIST_FOR_EACH(link, &s->ledger.list) {
		struct made *m = LIST_OBJECT(link, struct made, link);

		if (m->kind == MADE_RPS && m->index == p->index)
			rps_undo(s, m);
	}
	steering_write_ledger(s);
}

static bool module_is_there(const struct steering *s, const char *name)
{
	char path[PATH_LEN];

	return snprintf(path, sizeof(path), "%s/module/%s", s->config.sys, name) <
		       (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

static void say_once(struct steering *s, struct place *p)
{
	if (p->rps_said)
		return;
	p->rps_said = true;
	s->config.log("%s: RPS spreads ESP over the CPUs of the clones", p->name);
	if (module_is_there(s, "esp4_offload") || module_is_there(s, "esp6_offload"))
		s->config.log("%s: esp4_offload or esp6_offload is loaded: with GRO, ESP is decrypted "
			      "before RPS, on the CPU where it came in; unload them, or: ethtool -K %s "
			      "gro off", p->name, p->name);
}

/* Into the ledger what is about to be changed; false: no queue, or somebody else has changed one. */
static bool note(struct steering *s, struct place *p, const char *mask)
{
	uint32_t *queues = mem_new_array(RPS_QUEUES_MAX, sizeof(*queues));
	size_t count = rps_list_queues(s->config.sys, p->index, queues);
	int failed = count == 0 ? -ENODEV : 0;

	for (size_t i = 0; i < count && !failed; i++) {
		struct made *m = find_made(s, p->index, queues[i]);
		char now[RPS_TEXT_MAX];

		failed = rps_read(s->config.sys, p->index, queues[i], now);
		if (!failed && m != NULL && !rps_same(now, m->ours))
			failed = -EBUSY;
		else if (!failed && (m == NULL || !rps_same(m->ours, mask)))
			steer_ledger_note_rps(&s->ledger, p->index, queues[i],
					      m == NULL ? now : m->before, mask);
	}
	mem_free(queues);
	if (failed)
		refuse(s, p, failed == -EBUSY ? "somebody else has set rps_cpus of it"
					      : "its queues cannot be read", failed);
	return !failed;
}

static int write_all(struct steering *s, const struct place *p, const char *mask)
{
	int failed = 0;

	LIST_FOR_EACH(link, &s->ledger.list) {
		struct made *m = LIST_OBJECT(link, struct made, link);

		if (m->kind != MADE_RPS || m->index != p->index || failed)
			continue;
		if (rps_same(m->ours, mask))
			failed = rps_write(s->config.sys, p->index, m->queue, mask);
		else
			m->stale = true;
	}
	return failed;
}

static void strike_stale(struct steering *s, const struct place *p)
{
	LIST_FOR_EACH(link, &s->ledger.list) {
		struct made *m = LIST_OBJECT(link, struct made, link);

		if (m->index == p->index && m->stale)
			steer_ledger_strike(&s->ledger, m);
	}
}

/* false: it was refused. */
static bool apply(struct steering *s, struct place *p, const char *mask)
{
	int failed;

	if (!note(s, p, mask))
		return false;
	failed = steer_ledger_write(&s->ledger);
	if (failed) {
		refuse(s, p, "the ledger cannot be written", failed);
		return false;
	}
	failed = write_all(s, p, mask);
	if (failed) {
		refuse(s, p, "rps_cpus cannot be set", failed);
		return false;
	}
	strike_stale(s, p);
	steering_write_ledger(s);
	say_once(s, p);
	return true;
}

/* The CPUs of its SAs, those that are online. */
static void wanted(const struct steering *s, const struct place *p, struct buffer *out)
{
	bool *cpus = mem_new_array(s->possible_cpus, sizeof(*cpus));

	LIST_FOR_EACH(link, &s->sas) {
		const struct steered *e = LIST_OBJECT(link, struct steered, link);

		if (e->place == p && e->sa.means == STEERING_RPS && e->sa.cpu < s->possible_cpus)
			cpus[e->sa.cpu] = s->online[e->sa.cpu];
	}
	rps_mask(cpus, s->possible_cpus, out);
	mem_free(cpus);
}

void by_rps_carry_out(struct steering *s, struct place *p)
{
	struct buffer mask = { 0 };

	if (!p->rps_dirty || p->rps_refused)
		return;
	p->rps_dirty = false;
	wanted(s, p, &mask);
	if (!apply(s, p, buffer_text(&mask)))
		undo_place(s, p);
	buffer_done(&mask);
}

static void enter(struct steering *s, struct steered *e)
{
	e->place->rps_users++;
	e->place->rps_dirty = true;
	steering_carry_out_soon(s);
}

static void leave(struct steering *s, struct steered *e)
{
	struct place *p = e->place;

	p->rps_dirty = true;
	if (--p->rps_users == 0) {
		p->rps_dirty = p->rps_refused = p->rps_said = false;
		undo_place(s, p);
	}
	steering_carry_out_soon(s);
}

static void settle(struct steering *s, struct steered *e)
{
	e->place->rps_dirty = true;
	steering_carry_out_soon(s);
}

const struct steer_means by_rps = { .enter = enter, .leave = leave, .settle = settle };
