/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERIFY_RULES_RULES_H
#define VERIFY_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_check.h"

/*
 * A packet filter's rules, as far as they can be understood, and what becomes of one packet of a
 * stranger that comes in. What a rule asks beyond protocol, ports and state, such as addresses, may
 * be or not be so: then both ways are followed.
 */

/* A packet for this host, the first of its flow. */
struct packet {
	uint16_t family;     /* AF_INET, AF_INET6 */
	uint8_t protocol;    /* IPPROTO_UDP, IPPROTO_ESP */
	uint16_t source_port, port; /* of UDP */
};

enum match { MATCH_NO, MATCH_MAYBE, MATCH_YES };
enum match match_not(enum match m);
enum match match_and(enum match a, enum match b);

enum target_kind { TARGET_NONE, TARGET_ACCEPT, TARGET_DROP, TARGET_RETURN, TARGET_JUMP, TARGET_GOTO };

enum { CHAIN_NAME_MAX = 160 };

struct rule {
	size_t chain;        /* its index */
	enum match match;    /* of the packet */
	enum target_kind kind;
	char target[CHAIN_NAME_MAX]; /* JUMP, GOTO */
};

struct chain {
	char name[CHAIN_NAME_MAX];
	bool is_input;       /* packets for this host begin here */
	bool drops;          /* those that reach its end */
};

/* What one packet meets. Zeroed is empty. */
struct ruleset {
	struct chain *chains;
	struct rule *rules;  /* in order, within each chain */
	size_t chain_count, rule_count, chain_capacity, rule_capacity;
};
size_t ruleset_chain(struct ruleset *r, const char *name); /* its index; made where it is new */
void ruleset_add(struct ruleset *r, const struct rule *rule);
void ruleset_done(struct ruleset *r);

/*
 * The two ways in which rules are written: nft -j list ruleset, and iptables-save or ip6tables-save
 * (table filter). false: it is not of that form. with_iptables: tables that iptables made, which nft
 * cannot show in full, are left to the other.
 */
MUST_CHECK bool nft_read(const char *json, const struct packet *packet, bool with_iptables,
			 struct ruleset *out);
MUST_CHECK bool iptables_read(const char *text, const struct packet *packet, struct ruleset *out);

enum fate { FATE_PASSES, FATE_DEPENDS, FATE_DROPPED };
/* `where`: the first chain that drops it, or may; "" where none does. */
enum fate ruleset_judge(const struct ruleset *r, char where[CHAIN_NAME_MAX]);
size_t ruleset_inputs(const struct ruleset *r); /* chains where packets for this host begin */

#endif
