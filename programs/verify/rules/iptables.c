/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-save: "-A INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT" in "*filter". */
#include "verify/rules/rules.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINE_LEN_MAX = 2048 };

struct reading {
	const struct packet *packet;
	struct ruleset *out;
	bool in_filter;
};

static enum match of(bool is)
{
	return is ? MATCH_YES : MATCH_NO;
}

static enum match protocol_match(const char *word, const struct packet *packet)
{
	static const struct {
		const char *word;
		uint8_t protocol;
	} names[] = {
		{ "udp", IPPROTO_UDP }, { "17", IPPROTO_UDP }, { "esp", IPPROTO_ESP },
		{ "ipv6-crypt", IPPROTO_ESP }, { "50", IPPROTO_ESP },
	};

	if (text_equal(word, "all") || text_equal(word, "0"))
		return MATCH_YES;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(word, names[i].word))
			return of(names[i].protocol == packet->protocol);
	return MATCH_NO;
}

/* "500", "500:4500", "500,4500,1024:65535" */
static enum match ports_match(const char *list, uint16_t port)
{
	while (*list != '\0') {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list && *list != ':')
			return MATCH_MAYBE; /* a name */
		if (*end == ':') {
			const char *second = end + 1;

			last = strtoul(second, &end, 10);
			if (end == second)
				last = 65535;
		}
		if (port >= first && port <= last)
			return MATCH_YES;
		list = *end == ',' ? end + 1 : end;
		if (*end != ',' && *end != '\0')
			return MATCH_MAYBE;
	}
	return MATCH_NO;
}

static enum match state_match(const char *list)
{
	return of(strstr(list, "NEW") != NULL);
}

static enum match option_match(const struct packet *packet, const char *option, const char *value)
{
	if (text_equal(option, "-p"))
		return protocol_match(value, packet);
	if (text_equal(option, "--dport") || text_equal(option, "--dports"))
		return ports_match(value, packet->port);
	if (text_equal(option, "--sport") || text_equal(option, "--sports"))
		return ports_match(value, packet->source_port);
	if (text_equal(option, "--ctstate") || text_equal(option, "--state"))
		return state_match(value);
	return MATCH_MAYBE;
}

static void set_target(struct rule *rule, const char *word, bool is_goto)
{
	static const struct {
		const char *word;
		enum target_kind kind;
	} kinds[] = { { "ACCEPT", TARGET_ACCEPT }, { "DROP", TARGET_DROP },
		      { "REJECT", TARGET_DROP }, { "RETURN", TARGET_RETURN } };

	rule->kind = is_goto ? TARGET_GOTO : TARGET_JUMP;
	(void)snprintf(rule->target, sizeof(rule->target), "%s", word);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_equal(word, kinds[i].word))
			rule->kind = kinds[i].kind;
}

/* What follows the target says how, not whether. */
static void read_rule(struct reading *r, char *line)
{
	struct rule rule = { .match = MATCH_YES };
	char *save = NULL, *word = strtok_r(line, " ", &save);
	bool negated = false;

	word = strtok_r(NULL, " ", &save); /* after -A */
	if (word == NULL)
		return;
	rule.chain = ruleset_chain(r->out, word);
	while ((word = strtok_r(NULL, " ", &save)) != NULL && rule.kind == TARGET_NONE) {
		char *value;
		enum match m;

		if (text_equal(word, "!")) {
			negated = true;
			continue;
		}
		if (word[0] != '-')
			continue;
		value = strtok_r(NULL, " ", &save);
		if (value == NULL)
			break;
		if (text_equal(word, "-j") || text_equal(word, "-g"))
			set_target(&rule, value, word[1] == 'g');
		else if (!text_equal(word, "-m") && !text_equal(word, "--comment")) {
			m = option_match(r->packet, word, value);
			rule.match = match_and(rule.match, negated ? match_not(m) : m);
		}
		negated = false;
	}
	ruleset_add(r->out, &rule);
}

/* ":INPUT DROP [0:0]" */
static void read_chain(struct reading *r, char *line)
{
	char *save = NULL, *name = strtok_r(line + 1, " ", &save);
	const char *policy = strtok_r(NULL, " ", &save);
	size_t index;

	if (name == NULL)
		return;
	index = ruleset_chain(r->out, name);
	r->out->chains[index].is_input = text_equal(name, "INPUT");
	r->out->chains[index].drops = policy != NULL && text_equal(policy, "DROP");
}

static void read_line(struct reading *r, char *line)
{
	if (line[0] == '*')
		r->in_filter = text_equal(line, "*filter");
	else if (r->in_filter && line[0] == ':')
		read_chain(r, line);
	else if (r->in_filter && text_starts(line, "-A "))
		read_rule(r, line);
}

bool iptables_read(const char *text, const struct packet *packet, struct ruleset *out)
{
	struct reading r = { .packet = packet, .out = out };

	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		char line[LINE_LEN_MAX];

		if (len >= sizeof(line))
			return false;
		memcpy(line, at, len);
		line[len] = '\0';
		read_line(&r, line);
		at += len + (at[len] == '\n');
	}
	return true;
}
