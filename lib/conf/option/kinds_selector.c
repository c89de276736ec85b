/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an end is protected: leftsubnet= and leftprotoport=. Targets are struct conf_end. */
#include <string.h>

#include "base/text.h"
#include "conf/option/option.h"

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

static const struct protocol {
	const char *name;
	uint8_t number;
	bool has_ports; /* or what stands in their place */
} protocols[] = {
	{ "tcp", PROTOCOL_TCP, true },	     { "udp", PROTOCOL_UDP, true },
	{ "icmp", PROTOCOL_ICMP, true },     { "icmpv6", PROTOCOL_ICMPV6, true },
	{ "ipv6-icmp", PROTOCOL_ICMPV6, true }, { "sctp", 132, true },
	{ "dccp", 33, true },		     { "udplite", 136, true },
	{ "mh", 135, true },		     { "gre", 47, false },
	{ "ipip", 4, false },		     { "ipv6", 41, false },
	{ "l2tp", 115, false },		     { "ospf", 89, false },
	{ "vrrp", 112, false },		     { "esp", 50, false },
	{ "ah", 51, false },
};

static const struct protocol *protocol_find(uint8_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		if (protocols[i].number == number)
			return &protocols[i];
	}
	return NULL;
}

static bool protocol_read(const char *text, uint8_t *out)
{
	uint64_t number;

	if (text_equal_nocase(text, "%any")) {
		*out = 0;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		if (text_equal_nocase(protocols[i].name, text)) {
			*out = protocols[i].number;
			return true;
		}
	}
	if (!text_to_u64(text, UINT8_MAX, &number))
		return false;
	*out = (uint8_t)number;
	return true;
}

/* Of /etc/services, what people name in a tunnel's configuration; others are numbers. */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "ftp-data", 20 }, { "ftp", 21 },	   { "ssh", 22 },	{ "telnet", 23 },
	{ "smtp", 25 },	    { "domain", 53 },	   { "tftp", 69 },	{ "http", 80 },
	{ "kerberos", 88 }, { "pop3", 110 },	   { "sunrpc", 111 },	{ "ntp", 123 },
	{ "imap2", 143 },   { "imap", 143 },	   { "snmp", 161 },	{ "snmp-trap", 162 },
	{ "bgp", 179 },	    { "ldap", 389 },	   { "https", 443 },	{ "microsoft-ds", 445 },
	{ "isakmp", 500 },  { "syslog", 514 },	   { "submission", 587 }, { "ldaps", 636 },
	{ "imaps", 993 },   { "pop3s", 995 },	   { "openvpn", 1194 }, { "l2f", 1701 },
	{ "l2tp", 1701 },   { "radius", 1812 },	   { "radius-acct", 1813 }, { "nfs", 2049 },
	{ "iscsi-target", 3260 }, { "mysql", 3306 }, { "ms-wbt-server", 3389 },
	{ "ipsec-nat-t", 4500 }, { "vxlan", 4789 }, { "sip", 5060 },	{ "postgresql", 5432 },
	{ "geneve", 6081 },
};

/* A port; 0 for every port. */
static bool port_read(const char *text, uint16_t *out)
{
	uint64_t number;

	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		if (text_equal_nocase(services[i].name, text)) {
			*out = services[i].port;
			return true;
		}
	}
	if (!text_to_u64(text, UINT16_MAX, &number))
		return false;
	*out = (uint16_t)number;
	return true;
}

struct protoport {
	uint8_t protocol;
	uint16_t port; /* 0: every port */
	bool any_port; /* written as /%any: the peer chooses */
};

static bool protoport_read(const char *text, struct protoport *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char name[16];

	if (len >= sizeof(name))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	*out = (struct protoport) { 0 };
	out->any_port = slash != NULL && text_equal_nocase(slash + 1, "%any");
	return protocol_read(name, &out->protocol) &&
	       (slash == NULL || out->any_port || port_read(slash + 1, &out->port));
}

static bool port_goes_with(const struct protoport *p)
{
	const struct protocol *known = protocol_find(p->protocol);

	return (p->port == 0 && !p->any_port) || (known != NULL && known->has_ports);
}

static bool protoport_parse(const struct option *option, const char *text, void *target,
			    struct buffer *why)
{
	struct conf_end *end = target;
	struct protoport p;

	(void)option;
	if (!protoport_read(text, &p)) {
		write_text(why, "protocol or protocol/port is expected, such as tcp/443, 17/%any, "
				"icmp or %any, the port as a number or the name of a common service");
		return false;
	}
	if (!port_goes_with(&p)) {
		write_text(why, "a port goes only with a protocol that has ports, such as tcp/443 "
				"or udp/53");
		return false;
	}
	end->protocol = p.protocol;
	end->port_start = p.port;
	end->port_end = p.port == 0 ? UINT16_MAX : p.port;
	end->any_port = p.any_port;
	return true;
}

static void protocol_write(uint8_t number, struct buffer *out)
{
	const struct protocol *known = protocol_find(number);

	if (number == 0)
		write_text(out, "%any");
	else if (known != NULL)
		write_text(out, known->name);
	else
		write_format(out, "%u", number);
}

static void protoport_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_end *end = source;

	(void)option;
	protocol_write(end->protocol, out);
	if (end->any_port)
		write_text(out, "/%any");
	else if (end->port_start != 0)
		write_format(out, "/%u", end->port_start);
}

const struct option_kind kind_protoport = { "protocol/port", protoport_parse,
					    protoport_print, NULL };

/* --- subnets --- */

/* One word of a list into `word`; false: too long. */
static bool word_copy(const char *text, size_t len, char *word, size_t size)
{
	if (len >= size)
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	return true;
}

enum { SELECTOR_WORD_MAX = 80 };

/* "address", "address/bits", "address/bits/protocol" or "address/bits/protocol/port". */
static bool selector_parse(const char *text, struct selector *out)
{
	const char *slash = strchr(text, '/');
	const char *rest = slash == NULL ? NULL : strchr(slash + 1, '/');
	char word[SELECTOR_WORD_MAX];
	struct protoport p = { 0 };
	struct prefix prefix;

	if (!word_copy(text, rest == NULL ? strlen(text) : (size_t)(rest - text), word,
		       sizeof(word)) ||
	    !prefix_parse(word, &prefix))
		return false;
	if (rest != NULL && (!protoport_read(rest + 1, &p) || p.any_port || !port_goes_with(&p)))
		return false;
	*out = selector_of_prefix(&prefix, p.protocol, p.port, p.port == 0 ? UINT16_MAX : p.port);
	return true;
}

/* Different words with commas or blanks between them, at most `max` of them. */
static bool list_parse(const char *text, size_t max, struct selectors *out)
{
	struct selector list[SUBNETS_MAX];
	struct selectors found = { list, 0 };

	for (;;) {
		char word[SELECTOR_WORD_MAX];
		size_t len;

		text += strspn(text, ", \t");
		len = strcspn(text, ", \t");
		if (len == 0)
			break;
		if (found.count == max || !word_copy(text, len, word, sizeof(word)) ||
		    !selector_parse(word, &list[found.count]) ||
		    selectors_have(&found, &list[found.count]))
			return false;
		found.count++;
		text += len;
	}
	if (found.count == 0)
		return false;
	*out = selectors_copy(&found);
	return true;
}

static bool subnet_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	struct conf_end *end = target;
	struct selectors list;

	(void)option;
	if (text_starts(text, "%") || text_starts(text, "vhost:") || text_starts(text, "vnet:")) {
		write_text(why, "subnets that the peer chooses are not there yet; ");
	} else if (list_parse(text, SELECTORS_MAX, &list)) {
		selectors_done(&end->subnets);
		end->subnets = list;
		return true;
	}
	write_format(why,
		     "address/bits is expected, such as 192.0.2.0/24, with no bits set beyond the "
		     "length, or address/bits/protocol/port, or up to %d different ones with commas "
		     "between them",
		     SELECTORS_MAX);
	return false;
}

static void selector_write(const struct selector *s, struct buffer *out)
{
	struct prefix p = selector_cover(s); /* it was made of a block */
	char text[ADDRESS_TEXT_MAX];

	write_format(out, "%s/%u", address_print(&p.address, text), p.len);
	if (s->protocol == 0)
		return;
	write_text(out, "/");
	protocol_write(s->protocol, out);
	if (s->port_start != 0)
		write_format(out, "/%u", s->port_start);
}

static void list_write(const struct selectors *s, struct buffer *out)
{
	for (size_t i = 0; i < s->count; i++) {
		write_text(out, i == 0 ? "" : ",");
		selector_write(&s->list[i], out);
	}
}

static void subnet_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	list_write(&((const struct conf_end *)source)->subnets, out);
}

const struct option_kind kind_subnet = { "address/bits/protocol/port, or several", subnet_parse,
					 subnet_print, NULL };

static bool are_plain(const struct selectors *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].protocol != 0)
			return false;
	return true;
}

static bool subnets_parse(const struct option *option, const char *text, void *target,
			  struct buffer *why)
{
	struct conf_end *end = target;
	struct selectors list = { 0 };

	(void)option;
	if (!list_parse(text, SUBNETS_MAX, &list) || !are_plain(&list)) {
		selectors_done(&list);
		write_format(why,
			     "up to %d different address/bits are expected, with commas between "
			     "them, such as {192.0.2.0/24,192.0.3.0/24}",
			     SUBNETS_MAX);
		return false;
	}
	selectors_done(&end->each);
	end->each = list;
	return true;
}

static void subnets_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	list_write(&((const struct conf_end *)source)->each, out);
}

const struct option_kind kind_subnets = { "several address/bits", subnets_parse, subnets_print,
					  NULL };
