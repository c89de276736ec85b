/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/rules/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { CAN_ACCEPT = 1, CAN_DROP = 2, CAN_GO_ON = 4, DEPTH_MAX = 16, STEPS_MAX = 200000 };

enum match match_not(enum match m)
{
	return m == MATCH_YES ? MATCH_NO : m == MATCH_NO ? MATCH_YES : MATCH_MAYBE;
}

enum match match_and(enum match a, enum match b)
{
	return a < b ? a : b;
}

static int chain_find(const struct ruleset *r, const char *name)
{
	for (size_t i = 0; i < r->chain_count; i++)
		if (strcmp(r->chains[i].name, name) == 0)
			return (int)i;
	return -1;
}

size_t ruleset_chain(struct ruleset *r, const char *name)
{
	int index = chain_find(r, name);

	if (index >= 0)
		return (size_t)index;
	if (r->chain_count == r->chain_capacity) {
		r->chain_capacity = r->chain_capacity == 0 ? 16 : r->chain_capacity * 2;
		r->chains = mem_grow(r->chains, r->chain_capacity, sizeof(*r->chains));
	}
	r->chains[r->chain_count] = (struct chain) { .is_input = false };
	(void)snprintf(r->chains[r->chain_count].name, CHAIN_NAME_MAX, "%s", name);
	return r->chain_count++;
}

void ruleset_add(struct ruleset *r, const struct rule *rule)
{
	if (r->rule_count == r->rule_capacity) {
		r->rule_capacity = r->rule_capacity == 0 ? 64 : r->rule_capacity * 2;
		r->rules = mem_grow(r->rules, r->rule_capacity, sizeof(*r->rules));
	}
	r->rules[r->rule_count++] = *rule;
}

void ruleset_done(struct ruleset *r)
{
	mem_free(r->chains);
	mem_free(r->rules);
	*r = (struct ruleset) { 0 };
}

size_t ruleset_inputs(const struct ruleset *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->chain_count; i++)
		count += r->chains[i].is_input;
	return count;
}

/* Rules of hostile length end in "anything can be". */
struct walk {
	const struct ruleset *ruleset;
	unsigned steps;
};

static unsigned walk_chain(struct walk *w, size_t chain, unsigned depth);

/* What a rule that matches can come to. */
static unsigned follow(struct walk *w, const struct rule *rule, unsigned depth)
{
	int target;

	switch (rule->kind) {
	case TARGET_ACCEPT: return CAN_ACCEPT;
	case TARGET_DROP: return CAN_DROP;
	case TARGET_RETURN: return CAN_GO_ON;
	case TARGET_NONE: return CAN_GO_ON;
	case TARGET_JUMP:
	case TARGET_GOTO: break;
	}
	target = chain_find(w->ruleset, rule->target);
	if (target < 0) /* a target that is no chain, and does something else than to end it */
		return CAN_GO_ON;
	return walk_chain(w, (size_t)target, depth + 1);
}

static unsigned walk_chain(struct walk *w, size_t chain, unsigned depth)
{
	unsigned can = 0;

	if (depth > DEPTH_MAX)
		return CAN_ACCEPT | CAN_DROP | CAN_GO_ON;
	for (size_t i = 0; i < w->ruleset->rule_count; i++) {
		const struct rule *rule = &w->ruleset->rules[i];
		bool leaves = rule->kind == TARGET_RETURN || rule->kind == TARGET_GOTO;
		unsigned next;

		if (++w->steps > STEPS_MAX)
			return CAN_ACCEPT | CAN_DROP | CAN_GO_ON;
		if (rule->chain != chain || rule->match == MATCH_NO)
			continue;
		next = follow(w, rule, depth);
		can |= leaves ? next : next & ~(unsigned)CAN_GO_ON;
		if (rule->match == MATCH_YES && (leaves || (next & CAN_GO_ON) == 0))
			return can;
	}
	return can | CAN_GO_ON;
}

/* One that a chain accepts goes on to the next; one that any drops is gone. */
enum fate ruleset_judge(const struct ruleset *r, char where[CHAIN_NAME_MAX])
{
	enum fate fate = FATE_PASSES;

	where[0] = '\0';
	for (size_t i = 0; i < r->chain_count; i++) {
		struct walk w = { .ruleset = r };
		enum fate here;
		unsigned can;

		if (!r->chains[i].is_input)
			continue;
		can = walk_chain(&w, i, 0);
		if ((can & CAN_GO_ON) != 0)
			can |= r->chains[i].drops ? CAN_DROP : CAN_ACCEPT;
		here = (can & CAN_DROP) == 0 ? FATE_PASSES :
		       (can & CAN_ACCEPT) == 0 ? FATE_DROPPED : FATE_DEPENDS;
		if (here > fate) {
			fate = here;
			memcpy(where, r->chains[i].name, CHAIN_NAME_MAX);
		}
	}
	return fate;
}
