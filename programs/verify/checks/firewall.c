/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the packets of IKE and ESP are let in, as far as the rules can be read. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "verify/host.h"
#include "verify/rules/rules.h"

enum { IKE = 500, NAT_T = 4500, SOME_PORT = 50123 };

struct opening {
	const char *name, *check;
	uint8_t protocol;
	uint16_t source_port, port;
	bool always; /* else only where ESP is not always in UDP */
	const char *advice;
};

static const struct opening openings[] = {
	{ "UDP from port 500 to 500 (IKE)", "udp-500", IPPROTO_UDP, IKE, IKE, true,
	  "nft add rule inet filter input udp dport { 500, 4500 } accept" },
	{ "UDP from port 4500 to 4500 (IKE, ESP)", "udp-4500", IPPROTO_UDP, NAT_T, NAT_T, true,
	  "nft add rule inet filter input udp dport { 500, 4500 } accept" },
	{ "UDP from any port to 4500 (peers behind a NAT, clones in UDP)", "udp-any-4500",
	  IPPROTO_UDP, SOME_PORT, NAT_T, true,
	  "nft add rule inet filter input udp dport 4500 accept, without a source port" },
	{ "ESP", "esp", IPPROTO_ESP, 0, 0, false,
	  "nft add rule inet filter input meta l4proto esp accept" },
};

/* The worst of what the sets of rules say; `where` is of that. */
static void worse(const struct ruleset *r, const char *who, enum fate *fate, char *where,
		  size_t where_len)
{
	char chain[CHAIN_NAME_MAX];
	enum fate here = ruleset_judge(r, chain);

	if (here <= *fate)
		return;
	*fate = here;
	(void)snprintf(where, where_len, "%s, chain %s", who, chain);
}

static enum fate judge(const struct host *h, const struct packet *p, char *where, size_t where_len)
{
	const struct output *tables = p->family == AF_INET ? &h->iptables : &h->ip6tables;
	enum fate fate = FATE_PASSES;
	struct ruleset r = { 0 };

	if (h->nft.text != NULL && nft_read(h->nft.text, p, tables->text != NULL, &r))
		worse(&r, "nft", &fate, where, where_len);
	ruleset_done(&r);
	if (tables->text != NULL && iptables_read(tables->text, p, &r))
		worse(&r, p->family == AF_INET ? "iptables" : "ip6tables", &fate, where, where_len);
	ruleset_done(&r);
	return fate;
}

static void check_opening(const struct host *h, const struct opening *o, uint16_t family,
			  struct findings *f)
{
	struct packet p = { .family = family, .protocol = o->protocol,
			    .source_port = o->source_port, .port = o->port };
	const char *version = family == AF_INET ? "IPv4" : "IPv6";
	char where[CHAIN_NAME_MAX + 32] = "";

	switch (judge(h, &p, where, sizeof(where))) {
	case FATE_PASSES:
		found(f, VERDICT_OK, "firewall", o->check, NULL, "%s: lets in %s", version, o->name);
		break;
	case FATE_DEPENDS:
		found(f, VERDICT_WARN, "firewall", o->check, NULL,
		      "%s: %s may be dropped: it depends on addresses or else (%s)", version,
		      o->name, where);
		break;
	case FATE_DROPPED:
		found(f, VERDICT_FAIL, "firewall", o->check, o->advice, "%s: drops %s (%s)", version,
		      o->name, where);
		break;
	}
}

/* Only ESP in UDP is spoken: nobody sends it bare. */
static bool always_in_udp(const struct host *h)
{
	bool any = false;

	for (size_t i = 0; h->conf_read && i < h->conf.count; i++) {
		if (h->conf.conns[i].encapsulation != ENCAPSULATION_YES)
			return false;
		any = true;
	}
	return any;
}

static void check_family(const struct host *h, uint16_t family, struct findings *f)
{
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		if (openings[i].always || !always_in_udp(h))
			check_opening(h, &openings[i], family, f);
}

static size_t count_inputs(const struct host *h)
{
	struct packet p = { .family = AF_INET, .protocol = IPPROTO_UDP };
	struct ruleset r = { 0 };
	size_t count = 0;

	if (h->nft.text != NULL && nft_read(h->nft.text, &p, h->iptables.text != NULL, &r))
		count = ruleset_inputs(&r);
	ruleset_done(&r);
	return count;
}

/* What was looked at, so that nobody takes silence for an answer. */
static void say_what_was_read(const struct host *h, struct findings *f)
{
	bool any = h->nft.text != NULL || h->iptables.text != NULL;
	char chains[48] = "";

	if (h->nft.text != NULL)
		(void)snprintf(chains, sizeof(chains), "read, %zu chains for what comes in",
			       count_inputs(h));
	found(f, any ? VERDICT_OK : VERDICT_WARN, "firewall", "read",
	      any ? NULL : "where there are rules all the same, look yourself: UDP 500 and 4500, ESP",
	      "nft list ruleset: %s; iptables-save: %s; ip6tables-save: %s; filters between the "
	      "gateways are not seen from here", h->nft.text != NULL ? chains : h->nft.why,
	      h->iptables.text != NULL ? "read" : h->iptables.why,
	      h->ip6tables.text != NULL ? "read" : h->ip6tables.why);
}

void check_firewall(const struct host *h, struct findings *f)
{
	say_what_was_read(h, f);
	if (h->nft.text == NULL && h->iptables.text == NULL)
		return;
	check_family(h, AF_INET, f);
	if (host_has_family(h, AF_INET6) && (h->nft.text != NULL || h->ip6tables.text != NULL))
		check_family(h, AF_INET6, f);
}
