/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs for which the card has a rule each: clone-steering=ntuple, and auto where the card can. With
 * auto the choice of SPIs does what it can as well, and so a card whose hash knows SPIs needs no
 * hint.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/queue.h"
#include "pluto/steer/rule.h"
#include "pluto/steer/state.h"

static bool is_here(const struct steered *e, const struct place *p)
{
	return e->place == p &&
	       (e->sa.means == STEERING_AUTO || e->sa.means == STEERING_NTUPLE);
}

static bool wants_ntuple(const struct steering *s, const struct place *p)
{
	LIST_FOR_EACH(link, &s->sas) {
		const struct steered *e = LIST_OBJECT(link, struct steered, link);

		if (e->place == p && e->sa.means == STEERING_NTUPLE)
			return true;
	}
	return false;
}

/* Whether the card puts SPIs into queues of its own accord. */
static bool knows_spis(const struct nic_facts *facts, const struct steer_sa *sa)
{
	struct nic_packet packet = { .source = sa->destination, .destination = sa->destination,
				     .udp = sa->encapsulated, .spi = sa->spi };

	return facts->queues != 1 && nic_tells_apart(facts, &packet);
}

/* One line for an interface: what it lacks, and what would help. With ntuple it is a warning. */
static void say(struct steering *s, struct place *p, const struct nic_facts *facts, const char *lacks)
{
	if (p->rules_said)
		return;
	p->rules_said = true;
	s->config.log("%s%s%s%s: %s: %s; clone-steering=xdp or rps would spread it", p->name,
		      facts->driver[0] != '\0' ? " (" : "", facts->driver,
		      facts->driver[0] != '\0' ? ")" : "",
		      wants_ntuple(s, p) ? "clone-steering=ntuple is not possible"
					 : "what comes in for clones stays where the card puts it",
		      lacks);
}

/* An interface that is gone took its rules along; one that has another name now still has them. */
void rule_undo(struct steering *s, struct made *m)
{
	struct rule rule = { .destination = m->destination, .spi = m->spi, .queue = m->queue };
	char name[IF_NAMESIZE] = "";
	int failed = if_indextoname(m->index, name) == NULL
			     ? -ENODEV
			     : rule_delete(s->config.nic, name, &rule);

	if (failed && failed != -ENOENT && failed != -ENODEV && failed != -EOPNOTSUPP)
		s->config.log("%s: the rule for SPI 0x%08x stays yet: %s", name, m->spi,
			      strerror(-failed));
	else
		steer_ledger_strike(&s->ledger, m);
}

static void take_out(struct steering *s, struct steered *e)
{
	if (e->rule == NULL)
		return;
	rule_undo(s, e->rule);
	e->rule = NULL;
	steering_write_ledger(s);
}

static void take_all_out(struct steering *s, const struct place *p)
{
	LIST_FOR_EACH(link, &s->sas) {
		struct steered *e = LIST_OBJECT(link, struct steered, link);

		if (e->place == p)
			take_out(s, e);
	}
}

/* The queue whose interrupt hits that CPU and no other. */
static bool queue_of(const struct nic_facts *facts, uint32_t cpu, uint32_t *out)
{
	for (uint32_t i = 0; i < facts->interrupt_count; i++) {
		const struct nic_interrupt *irq = &facts->interrupts[i];

		if (irq->queue != NIC_QUEUE_UNKNOWN && irq->cpu_count == 1 && irq->cpus[0] == cpu) {
			*out = irq->queue;
			return true;
		}
	}
	return false;
}

static int put_in(struct steering *s, struct steered *e, uint32_t queue)
{
	struct rule rule = { .destination = e->sa.destination, .spi = e->sa.spi, .queue = queue };
	char name[IF_NAMESIZE];
	int failed;

	if (if_indextoname(e->place->index, name) == NULL)
		return -ENODEV;
	e->rule = steer_ledger_note_rule(&s->ledger, e->place->index, &rule.destination, rule.spi,
					 queue);
	failed = steer_ledger_write(&s->ledger);
	if (!failed)
		failed = rule_insert(s->config.nic, name, &rule);
	if (failed) {
		steer_ledger_strike(&s->ledger, e->rule);
		e->rule = NULL;
		steering_write_ledger(s);
	}
	return failed;
}

/* Half of the rules are of no use: those that were made go, too. */
static void refuse(struct steering *s, struct place *p, const struct nic_facts *facts, int failed)
{
	char lacks[STEER_WHY_MAX];

	p->rules_refused = true;
	snprintf(lacks, sizeof(lacks), "its driver refuses a rule for ESP: %s", strerror(-failed));
	take_all_out(s, p);
	say(s, p, facts, lacks);
}

/* NULL: it may be tried. */
static const char *what_it_lacks(const struct nic_facts *facts)
{
	if (!facts->is_card)
		return "it is no network card";
	if (facts->queues == 1)
		return "it has one receive queue";
	if (!facts->features_known || nic_has(facts, NIC_NTUPLE))
		return NULL;
	return (facts->features_can >> NIC_NTUPLE & 1) != 0 ? "its ntuple rules are off (ethtool -K)"
							    : "it has no ntuple rules";
}

/* What one SA has to have now. false: the card refuses. */
static bool settle_sa(struct steering *s, struct steered *e, const struct nic_facts *facts)
{
	uint32_t queue;
	int failed;

	if (!queue_of(facts, e->sa.cpu, &queue)) {
		take_out(s, e);
		if (!knows_spis(facts, &e->sa))
			say(s, e->place, facts, "not each CPU of a clone has a queue's interrupt "
						"to itself");
		return true;
	}
	if (e->rule != NULL && e->rule->queue == queue)
		return true;
	take_out(s, e);
	failed = put_in(s, e, queue);
	if (failed == -ENODEV)
		e->place->rules_dirty = true; /* it is just going, or getting another name */
	else if (failed)
		refuse(s, e->place, facts, failed);
	return !failed;
}

/* Rules are about plain ESP only: of ESP in UDP they would have to know the peer's port. */
static void settle_all(struct steering *s, struct place *p, const struct nic_facts *facts)
{
	const char *always = what_it_lacks(facts);

	LIST_FOR_EACH(link, &s->sas) {
		struct steered *e = LIST_OBJECT(link, struct steered, link);
		const char *lacks = always;

		if (!is_here(e, p))
			continue;
		if (lacks == NULL && e->sa.encapsulated)
			lacks = "its rules do not tell clones in UDP apart";
		if (lacks == NULL) {
			if (!settle_sa(s, e, facts))
				return;
			continue;
		}
		take_out(s, e);
		if (e->sa.means == STEERING_NTUPLE || !knows_spis(facts, &e->sa))
			say(s, p, facts, lacks);
	}
}

void by_rule_carry_out(struct steering *s, struct place *p, const struct nic_facts *facts)
{
	if (!p->rules_dirty || p->rules_refused)
		return;
	p->rules_dirty = false;
	settle_all(s, p, facts);
}

static void enter(struct steering *s, struct steered *e)
{
	e->place->rule_users++;
	e->place->rules_dirty = true;
	steering_carry_out_soon(s);
}

static void leave(struct steering *s, struct steered *e)
{
	struct place *p = e->place;

	take_out(s, e);
	if (--p->rule_users == 0)
		p->rules_dirty = p->rules_refused = p->rules_said = false;
}

static void settle(struct steering *s, struct steered *e)
{
	e->place->rules_dirty = true;
	steering_carry_out_soon(s);
}

const struct steer_means by_rule = { .enter = enter, .leave = leave, .settle = settle };
