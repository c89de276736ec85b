/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft -j list ruleset: libnftables-json(5). */
#include "verify/rules/rules.h"

#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct reading {
	const struct packet *packet;
	struct ruleset *out;
	const json_t *list;
	bool with_iptables;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

static enum match of(bool is)
{
	return is ? MATCH_YES : MATCH_NO;
}

/* Tables of another family see no such packet. */
static bool sees(const struct reading *r, const json_t *object)
{
	const char *family = text_of(object, "family");

	return text_equal(family, "inet") ||
	       text_equal(family, r->packet->family == AF_INET ? "ip" : "ip6");
}

static void chain_name(const json_t *object, const char *name, char out[CHAIN_NAME_MAX])
{
	(void)snprintf(out, CHAIN_NAME_MAX, "%s %s %s", text_of(object, "family"),
		       text_of(object, "table"), name);
}

/* --- What the packet has where a rule looks --- */

/* false: it is not known, or not a number. */
static bool field_of(const struct packet *p, const json_t *left, uint64_t *out)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta");
	const char *protocol = text_of(payload, "protocol"), *field = text_of(payload, "field");
	const char *key = text_of(meta, "key");
	bool ports = text_equal(protocol, "udp") || text_equal(protocol, "th");

	if (ports && text_equal(field, "dport"))
		*out = p->port;
	else if (ports && text_equal(field, "sport"))
		*out = p->source_port;
	else if ((text_equal(protocol, "ip") && text_equal(field, "protocol")) ||
		 (text_equal(protocol, "ip6") && text_equal(field, "nexthdr")) ||
		 text_equal(key, "l4proto"))
		*out = p->protocol;
	else
		return false;
	return true;
}

/* A rule about a protocol's fields is only about packets of that protocol. */
static enum match protocol_fits(const struct packet *p, const json_t *left)
{
	static const struct {
		const char *word;
		uint8_t protocol;
	} names[] = { { "udp", IPPROTO_UDP }, { "tcp", IPPROTO_TCP }, { "esp", IPPROTO_ESP },
		      { "icmp", IPPROTO_ICMP }, { "icmpv6", IPPROTO_ICMPV6 },
		      { "ah", IPPROTO_AH }, { "sctp", IPPROTO_SCTP } };
	const char *protocol = text_of(json_object_get(left, "payload"), "protocol");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(protocol, names[i].word))
			return of(names[i].protocol == p->protocol);
	if (text_equal(protocol, "ip"))
		return of(p->family == AF_INET);
	if (text_equal(protocol, "ip6"))
		return of(p->family == AF_INET6);
	if (text_equal(protocol, "th") && p->protocol != IPPROTO_UDP)
		return MATCH_MAYBE;
	return MATCH_YES;
}

static bool number_of(const json_t *value, uint64_t *out)
{
	static const struct {
		const char *word;
		uint64_t number;
	} names[] = { { "udp", IPPROTO_UDP }, { "esp", IPPROTO_ESP }, { "tcp", IPPROTO_TCP },
		      { "icmp", IPPROTO_ICMP }, { "ipv6-icmp", IPPROTO_ICMPV6 },
		      { "icmpv6", IPPROTO_ICMPV6 }, { "ah", IPPROTO_AH },
		      { "isakmp", 500 }, { "ipsec-nat-t", 4500 } };

	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*out = (uint64_t)json_integer_value(value);
		return true;
	}
	for (size_t i = 0; json_is_string(value) && i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(json_string_value(value), names[i].word)) {
			*out = names[i].number;
			return true;
		}
	return false;
}

/* A number, a range, or a set of those. */
static enum match value_match(const json_t *right, uint64_t field)
{
	const json_t *range = json_object_get(right, "range"), *set = json_object_get(right, "set");
	const json_t *element;
	enum match best = MATCH_NO;
	uint64_t first, last;
	size_t i;

	if (number_of(right, &first))
		return of(field == first);
	if (range != NULL)
		return number_of(json_array_get(range, 0), &first) &&
		       number_of(json_array_get(range, 1), &last) ?
			       of(field >= first && field <= last) : MATCH_MAYBE;
	if (set == NULL && json_is_array(right))
		set = right;
	if (!json_is_array(set))
		return MATCH_MAYBE;
	json_array_foreach(set, i, element)
		if (!json_is_array(element)) { /* those make no numbers */
			enum match m = value_match(element, field);

			best = m > best ? m : best;
		}
	return best;
}

static enum match state_match(const json_t *right)
{
	const json_t *word;
	size_t i;

	if (json_is_object(right))
		right = json_object_get(right, "set");
	if (json_is_string(right))
		return of(text_equal(json_string_value(right), "new"));
	json_array_foreach(right, i, word)
		if (json_is_string(word) && text_equal(json_string_value(word), "new"))
			return MATCH_YES;
	return json_is_array(right) ? MATCH_NO : MATCH_MAYBE;
}

static enum match compare(const char *op, const json_t *right, uint64_t field)
{
	uint64_t number;

	if (text_equal(op, "==") || text_equal(op, "in"))
		return value_match(right, field);
	if (text_equal(op, "!="))
		return match_not(value_match(right, field));
	if (!number_of(right, &number))
		return MATCH_MAYBE;
	return text_equal(op, "<")  ? of(field < number) :
	       text_equal(op, "<=") ? of(field <= number) :
	       text_equal(op, ">")  ? of(field > number) :
	       text_equal(op, ">=") ? of(field >= number) : MATCH_MAYBE;
}

static enum match nfproto_match(const struct packet *p, const char *op, const json_t *right)
{
	const char *word = json_string_value(right);
	bool is;

	if (word == NULL)
		return MATCH_MAYBE;
	is = text_equal(word, p->family == AF_INET ? "ipv4" : "ipv6");
	return of(text_equal(op, "!=") ? !is : is);
}

static enum match match_of(const struct packet *p, const json_t *match)
{
	const json_t *left = json_object_get(match, "left"), *right = json_object_get(match, "right");
	const char *op = text_of(match, "op");
	enum match fits = protocol_fits(p, left);
	uint64_t field;

	if (fits == MATCH_NO)
		return MATCH_NO;
	if (text_equal(text_of(json_object_get(left, "ct"), "key"), "state"))
		return text_equal(op, "!=") ? match_not(state_match(right)) : state_match(right);
	if (text_equal(text_of(json_object_get(left, "meta"), "key"), "nfproto"))
		return nfproto_match(p, op, right);
	if (!field_of(p, left, &field))
		return MATCH_MAYBE;
	return match_and(fits, compare(op, right, field));
}

/* --- Rules --- */

/* false: the statement is no verdict. */
static bool verdict_of(const json_t *object, const json_t *statement, struct rule *rule)
{
	static const struct {
		const char *word;
		enum target_kind kind;
	} kinds[] = { { "accept", TARGET_ACCEPT }, { "drop", TARGET_DROP },
		      { "reject", TARGET_DROP }, { "return", TARGET_RETURN },
		      { "jump", TARGET_JUMP }, { "goto", TARGET_GOTO } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const json_t *body = json_object_get(statement, kinds[i].word);

		if (body == NULL)
			continue;
		rule->kind = kinds[i].kind;
		chain_name(object, text_of(body, "target"), rule->target);
		return true;
	}
	return false;
}

/* A map from values to verdicts: a rule for each. */
static void add_map(struct reading *r, const json_t *object, const struct rule *so_far,
		    const json_t *vmap)
{
	const json_t *key = json_object_get(vmap, "key");
	const json_t *data = json_object_get(json_object_get(vmap, "data"), "set"), *pair;
	enum match so = protocol_fits(r->packet, key);
	bool state = text_equal(text_of(json_object_get(key, "ct"), "key"), "state");
	uint64_t field = 0;
	bool known = field_of(r->packet, key, &field);
	size_t i;

	if (!json_is_array(data)) { /* a map by name: it may come to anything */
		struct rule rule = *so_far;

		rule.match = match_and(rule.match, MATCH_MAYBE);
		rule.kind = TARGET_DROP;
		ruleset_add(r->out, &rule);
		rule.kind = TARGET_ACCEPT;
		ruleset_add(r->out, &rule);
		return;
	}
	json_array_foreach(data, i, pair) {
		const json_t *value = json_array_get(pair, 0);
		struct rule rule = *so_far;

		rule.match = match_and(rule.match, so);
		rule.match = match_and(rule.match, state ? state_match(value) :
						   known ? value_match(value, field) : MATCH_MAYBE);
		if (verdict_of(object, json_array_get(pair, 1), &rule))
			ruleset_add(r->out, &rule);
	}
}

/* Statements that neither match nor end: what they do is not asked here. */
static bool is_harmless(const json_t *statement)
{
	static const char *const words[] = { "counter", "log", "mangle", "notrack" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (json_object_get(statement, words[i]) != NULL)
			return true;
	return false;
}

static void read_rule(struct reading *r, const json_t *object)
{
	struct rule rule = { .match = MATCH_YES };
	const json_t *statement;
	char name[CHAIN_NAME_MAX];
	size_t i;

	chain_name(object, text_of(object, "chain"), name);
	rule.chain = ruleset_chain(r->out, name);
	json_array_foreach(json_object_get(object, "expr"), i, statement) {
		const json_t *match = json_object_get(statement, "match");
		const json_t *vmap = json_object_get(statement, "vmap");

		if (match != NULL)
			rule.match = match_and(rule.match, match_of(r->packet, match));
		else if (vmap != NULL)
			add_map(r, object, &rule, vmap);
		else if (verdict_of(object, statement, &rule))
			break;
		else if (!is_harmless(statement))
			rule.match = match_and(rule.match, MATCH_MAYBE);
	}
	if (rule.kind != TARGET_NONE)
		ruleset_add(r->out, &rule);
}

/* --- Chains --- */

/* nft shows what iptables made with expressions of which it has no more than the name. */
static bool is_of_iptables(const struct reading *r, const json_t *chain)
{
	const json_t *object, *statement;
	size_t i, n;

	json_array_foreach(r->list, i, object) {
		const json_t *rule = json_object_get(object, "rule");

		if (rule == NULL || !text_equal(text_of(rule, "family"), text_of(chain, "family")) ||
		    !text_equal(text_of(rule, "table"), text_of(chain, "table")))
			continue;
		json_array_foreach(json_object_get(rule, "expr"), n, statement)
			if (json_object_get(statement, "xt") != NULL)
				return true;
	}
	return false;
}

static void read_chain(struct reading *r, const json_t *object)
{
	char name[CHAIN_NAME_MAX];
	struct chain *chain;
	size_t index;

	chain_name(object, text_of(object, "name"), name);
	index = ruleset_chain(r->out, name); /* which may move them */
	chain = &r->out->chains[index];
	chain->is_input = text_equal(text_of(object, "hook"), "input") &&
			  text_equal(text_of(object, "type"), "filter") &&
			  !(r->with_iptables && is_of_iptables(r, object));
	chain->drops = text_equal(text_of(object, "policy"), "drop");
}

bool nft_read(const char *json, const struct packet *packet, bool with_iptables,
	      struct ruleset *out)
{
	json_t *whole = json_loads(json, 0, NULL);
	struct reading r = { .packet = packet, .out = out, .with_iptables = with_iptables,
			     .list = json_object_get(whole, "nftables") };
	bool good = json_is_array(r.list);
	const json_t *object;
	size_t i;

	json_array_foreach(r.list, i, object) {
		const json_t *chain = json_object_get(object, "chain");
		const json_t *rule = json_object_get(object, "rule");

		if (chain != NULL && sees(&r, chain))
			read_chain(&r, chain);
		else if (rule != NULL && sees(&r, rule))
			read_rule(&r, rule);
	}
	json_decref(whole);
	return good;
}
